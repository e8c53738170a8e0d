/**
 * Makes the sample app `atlas` from `shop`: the same app with what Gen 1 deploys in stacks of its own. The templates of
 * geo resources are made by the Amplify CLI's own code (`--cli FOLDER`, see ../README.md); those of functions and of the layer
 * have the shape of shop's and of the CLI's; the CDK resource is what its cdk-stack.ts compiles to.
 *
 *     node __test__/apps/make/atlas/assemble.mjs --cli FOLDER
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { alerts, archive, labels, layer, nodeFunction, pinpoint, pythonFunction } from './templates.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const shop = path.join(here, '../../shop');
const atlas = path.join(here, '../../atlas');
const { values } = parseArgs({ options: { cli: { type: 'string' } } });
const requireCli = createRequire(path.join(path.resolve(values.cli), 'package.json'));

const ENV = 'prod';
const REGION = 'eu-west-1';
const ACCOUNT = '123456789012';

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

function writeJson(file, value) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** Copies shop under the new name. */
function copyShop() {
  rmSync(atlas, { recursive: true, force: true });
  cpSync(shop, atlas, { recursive: true });
  renameAll(atlas);
}

function renameAll(folder) {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    const renamed = path.join(folder, renameText(name));
    if (statSync(file).isDirectory()) renameAll(file);
    else writeFileSync(file, renameText(readFileSync(file, 'utf8')));
    if (renamed !== file) renameSync(file, renamed);
  }
}

function renameText(text) {
  return text.replaceAll('shop', 'atlas').replaceAll('Shop', 'Atlas').replaceAll('SHOP', 'ATLAS').replaceAll('9acf6', '51ab2');
}

/** Template of a geo resource, by the CLI's own code. */
function geoTemplate(file, className, props) {
  const cdk = requireCli('aws-cdk-lib');
  const stacks = '@aws-amplify/amplify-category-geo/lib/service-stacks';
  const { [className]: GeoStack } = requireCli(`${stacks}/${file}`);
  // the CLI has a region for each; these two show both cases
  const RegionMapping = {
    [REGION]: { locationServiceRegion: REGION },
    'us-west-1': { locationServiceRegion: 'us-west-2' },
  };
  const stack = new GeoStack(new cdk.App(), `${className}Stack`, { ...props, RegionMapping });
  return stack.toCloudFormation();
}

const authParameters = {
  authatlasusersUserPoolId: { 'Fn::GetAtt': ['authatlasusers', 'Outputs.UserPoolId'] },
  authRoleName: { Ref: 'AuthRoleName' },
  unauthRoleName: { Ref: 'UnauthRoleName' },
};
const groupRole = (group) => ({
  [`authuserPoolGroups${group}GroupRole`]: { 'Fn::GetAtt': ['authuserPoolGroups', `Outputs.${group}GroupRole`] },
});
const dependsOnAuth = [
  { category: 'auth', resourceName: 'atlasusers', attributes: ['UserPoolId'] },
  { category: 'auth', resourceName: 'userPoolGroups', attributes: ['AdminGroupRole', 'StaffGroupRole'] },
];
const geoArn = (kind, name) => `arn:aws:geo:${REGION}:${ACCOUNT}:${kind}/${name}-${ENV}`;
const functionArn = (name) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}-${ENV}`;
const topicArn = `arn:aws:sns:${REGION}:${ACCOUNT}:alerts-${ENV}`;
const functionOutputs = (name) => ({
  Name: `${name}-${ENV}`,
  Arn: functionArn(name),
  Region: REGION,
  LambdaExecutionRole: `${name}LambdaRole-${ENV}`,
  LambdaExecutionRoleArn: `arn:aws:iam::${ACCOUNT}:role/${name}LambdaRole-${ENV}`,
});
const code = (name) => ({
  deploymentBucketName: 'amplify-atlas-prod-51ab2-deployment',
  s3Key: `amplify-builds/${name}-build.zip`,
});

/** What is added: the entry, the template, what the root passes, what the stack gives back. */
const additions = [
  {
    category: 'geo',
    name: 'cityMap',
    template: geoTemplate('mapStack', 'MapStack', {
      accessType: 'AuthorizedAndGuestUsers',
      groupPermissions: [],
      authResourceName: 'atlasusers',
    }),
    passed: { mapName: 'cityMap', mapStyle: 'VectorEsriStreets', isDefault: 'true', ...authParameters },
    outputs: { Name: `cityMap-${ENV}`, Style: 'VectorEsriStreets', Region: REGION, Arn: geoArn('map', 'cityMap') },
    entry: { service: 'Map', isDefault: true, mapStyle: 'VectorEsriStreets', accessType: 'AuthorizedAndGuestUsers' },
    dependsOn: dependsOnAuth.slice(0, 1),
  },
  {
    category: 'geo',
    name: 'places',
    template: geoTemplate('placeIndexStack', 'PlaceIndexStack', {
      accessType: 'AuthorizedUsers',
      groupPermissions: ['Admin'],
      authResourceName: 'atlasusers',
    }),
    passed: {
      indexName: 'places',
      dataProvider: 'Here',
      dataSourceIntendedUse: 'SingleUse',
      isDefault: 'true',
      ...authParameters,
      ...groupRole('Admin'),
    },
    outputs: { Name: `places-${ENV}`, Region: REGION, Arn: geoArn('place-index', 'places') },
    entry: { service: 'PlaceIndex', isDefault: true, dataProvider: 'Here', accessType: 'AuthorizedUsers' },
    dependsOn: dependsOnAuth,
  },
  {
    category: 'geo',
    name: 'fences',
    template: geoTemplate('geofenceCollectionStack', 'GeofenceCollectionStack', {
      groupPermissions: {
        Admin: ['Read geofence', 'Create/Update geofence', 'Delete geofence'],
        Staff: ['Read geofence'],
      },
      authResourceName: 'atlasusers',
    }),
    passed: {
      collectionName: 'fences',
      isDefault: 'true',
      authatlasusersUserPoolId: authParameters.authatlasusersUserPoolId,
      ...groupRole('Admin'),
      ...groupRole('Staff'),
    },
    outputs: { Name: `fences-${ENV}`, Region: REGION, Arn: geoArn('geofence-collection', 'fences') },
    entry: { service: 'GeofenceCollection', isDefault: true, accessType: 'CognitoGroups' },
    dependsOn: dependsOnAuth,
  },
  {
    category: 'function',
    name: 'shared',
    template: layer('shared', ENV),
    passed: { ...code('shared'), description: 'What functions share', runtimes: 'nodejs22.x' },
    outputs: { Arn: `arn:aws:lambda:${REGION}:${ACCOUNT}:layer:shared-${ENV}:1` },
    entry: { service: 'LambdaLayer', build: true, versionHash: createHash('sha256').update('shared').digest('hex') },
    stackType: 'function-LambdaLayer',
    files: {
      'layer-configuration.json': {
        permissions: [{ type: 'Private' }, { type: 'AwsAccounts', accounts: ['210987654321'] }],
        runtimes: [{ value: 'nodejs', name: 'NodeJS', runtimePluginId: 'amplify-nodejs-function-runtime-provider', layerExecutablePath: 'nodejs', cloudTemplateValues: ['nodejs22.x'] }],
      },
      'parameters.json': { runtimes: ['nodejs22.x'], description: 'What functions share' },
    },
  },
  {
    category: 'function',
    name: 'notify',
    template: nodeFunction('notify'),
    passed: { ...code('notify'), functionsharedArn: { 'Fn::GetAtt': ['functionshared', 'Outputs.Arn'] } },
    outputs: functionOutputs('notify'),
    entry: { service: 'Lambda', build: true },
    dependsOn: [{ category: 'function', resourceName: 'shared', attributes: ['Arn'] }],
    files: {
      'amplify.state': { pluginId: 'amplify-nodejs-function-runtime-provider', functionRuntime: 'nodejs', useLegacyBuild: true },
      'function-parameters.json': { lambdaLayers: [{ type: 'ProjectLayer', resourceName: 'shared', version: 'Always choose latest version', isLatestVersionSelected: true, env: ENV }] },
    },
  },
  {
    category: 'function',
    name: 'report',
    template: pythonFunction('report'),
    passed: {
      ...code('report'),
      geoplacesName: { 'Fn::GetAtt': ['geoplaces', 'Outputs.Name'] },
      geoplacesArn: { 'Fn::GetAtt': ['geoplaces', 'Outputs.Arn'] },
      customalertsTopicArn: { 'Fn::GetAtt': ['customalerts', 'Outputs.TopicArn'] },
    },
    outputs: functionOutputs('report'),
    entry: { service: 'Lambda', build: true },
    dependsOn: [
      { category: 'geo', resourceName: 'places', attributes: ['Name', 'Arn'] },
      { category: 'custom', resourceName: 'alerts', attributes: ['TopicArn'] },
    ],
    files: {
      'amplify.state': { pluginId: 'amplify-python-function-runtime-provider', functionRuntime: 'python', useLegacyBuild: true },
      'function-parameters.json': { permissions: { geo: { places: ['read'] } }, lambdaLayers: [] },
    },
  },
  {
    category: 'analytics',
    name: 'clicks',
    template: pinpoint(),
    passed: { appName: 'clicks', authRoleName: { Ref: 'AuthRoleName' }, unauthRoleName: { Ref: 'UnauthRoleName' } },
    outputs: { Id: '0123456789abcdef0123456789abcdef', Region: REGION, appName: `clicks-${ENV}` },
    entry: { service: 'Pinpoint' },
  },
  {
    category: 'predictions',
    name: 'labels',
    template: labels(),
    passed: { access: 'authAndGuest', type: 'ALL', authRoleName: { Ref: 'AuthRoleName' }, unauthRoleName: { Ref: 'UnauthRoleName' } },
    outputs: { region: REGION, type: 'ALL' },
    entry: { service: 'Rekognition', identifyType: 'identifyLabels' },
  },
  {
    category: 'custom',
    name: 'alerts',
    template: alerts('atlas'),
    passed: { functionnotifyArn: { 'Fn::GetAtt': ['functionnotify', 'Outputs.Arn'] }, functionnotifyName: { 'Fn::GetAtt': ['functionnotify', 'Outputs.Name'] } },
    outputs: { TopicArn: topicArn, RuleName: 'amplify-atlas-prod-51ab2-customalerts-Daily' },
    entry: { service: 'customCDK' },
    stackType: 'custom-customCDK',
    dependsOn: [{ category: 'function', resourceName: 'notify', attributes: ['Name', 'Arn'] }],
    inBuild: true,
  },
  {
    category: 'custom',
    name: 'archive',
    template: archive(),
    passed: {
      authRoleName: { Ref: 'AuthRoleName' },
      storageordersName: { 'Fn::GetAtt': ['storageorders', 'Outputs.Name'] },
      keepDays: '30',
      subnets: 'subnet-1,subnet-2',
    },
    outputs: { TableName: 'amplify-atlas-prod-51ab2-customarchive-Archive' },
    entry: { service: 'customCloudformation' },
    stackType: 'custom-customCloudformation',
    dependsOn: [{ category: 'storage', resourceName: 'orders', attributes: ['Name'] }],
    files: { 'parameters.json': { keepDays: '30', subnets: 'subnet-1,subnet-2', authRoleName: { Ref: 'AuthRoleName' } } },
  },
];

function add(addition) {
  const { category, name, template, passed, outputs, entry, dependsOn = [], files = {}, inBuild } = addition;
  const logicalId = `${category}${name}`;
  const stackType = addition.stackType ?? `${category}-${entry.service}`;
  const Description = JSON.stringify({ createdOn: 'Linux', createdBy: 'Amplify', createdWith: '14.2.2', stackType, metadata: {} });
  const described = { ...template, Description };
  const isLayer = entry.service === 'LambdaLayer';
  const templateName = `${name}-${isLayer ? 'awscloudformation' : 'cloudformation'}-template.json`;
  for (const tree of ['amplify/#current-cloud-backend', 'amplify/backend']) {
    const base = path.join(atlas, 'gen1-project', tree);
    const own = path.join(base, category, name);
    writeJson(path.join(own, inBuild ? 'build' : '', templateName), template);
    writeJson(path.join(base, 'awscloudformation/build', category, name, inBuild ? 'build' : '', templateName), described);
    for (const [file, content] of Object.entries(files)) writeJson(path.join(own, file), content);
    cpSyncIfThere(path.join(here, 'files', category, name), own);
    for (const file of ['amplify-meta.json', 'backend-config.json']) {
      const all = readJson(path.join(base, file));
      all[category] ??= {};
      all[category][name] = {
        providerPlugin: 'awscloudformation',
        ...entry,
        dependsOn,
        ...(file === 'amplify-meta.json'
          ? { output: outputs, lastPushTimeStamp: '2026-11-21T09:20:34.954Z', providerMetadata: { s3TemplateURL: url(category, templateName), logicalId } }
          : {}),
      };
      writeJson(path.join(base, file), all);
    }
    for (const file of ['root-cloudformation-stack.json', 'awscloudformation/build/root-cloudformation-stack.json']) {
      addToRoot(path.join(base, 'awscloudformation/build', file), logicalId, category, templateName, passed);
    }
  }
  const providers = path.join(atlas, 'gen1-project/amplify/team-provider-info.json');
  const environments = readJson(providers);
  environments[ENV].categories[category] ??= {};
  environments[ENV].categories[category][name] = category === 'function' ? code(name) : {};
  writeJson(providers, environments);
  deploy(logicalId, described, passed, outputs, Description, category, templateName);
}

const url = (category, file) =>
  `https://s3.amazonaws.com/amplify-atlas-prod-51ab2-deployment/amplify-cfn-templates/${category}/${file}`;

function addToRoot(file, logicalId, category, templateName, passed) {
  let root;
  try {
    root = readJson(file);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  root.Resources[logicalId] = {
    Type: 'AWS::CloudFormation::Stack',
    Properties: { TemplateURL: url(category, templateName), Parameters: { ...passed, env: ENV } },
  };
  writeJson(file, root);
}

function deploy(logicalId, template, passed, outputs, description, category, templateName) {
  const folder = path.join(atlas, 'deployed-stacks');
  const root = 'amplify-atlas-prod-51ab2';
  addToRoot(path.join(folder, `${root}.template.json`), logicalId, category, templateName, passed);
  const suffix = createHash('sha256').update(logicalId).digest('hex').slice(0, 12).toUpperCase();
  const stack = path.join(folder, `${root}-${logicalId}-${suffix}`);
  writeJson(`${stack}.template.json`, template);
  writeJson(
    `${stack}.parameters.json`,
    Object.entries({ ...passed, env: ENV }).map(([ParameterKey, value]) => ({ ParameterKey, ParameterValue: deployedValue(value) })),
  );
  writeJson(
    `${stack}.outputs.json`,
    Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
  );
  writeFileSync(`${stack}.description.txt`, description);
}

/** The value of a parameter in the deployed stacks. */
function deployedValue(value) {
  if (typeof value === 'string') return value;
  const root = 'amplify-atlas-prod-51ab2';
  if (value.Ref) return `${root}-${value.Ref === 'AuthRoleName' ? 'authRole' : 'unauthRole'}`;
  const [logicalId, attribute] = value['Fn::GetAtt'];
  const name = attribute.replace('Outputs.', '');
  const added = additions.find((one) => `${one.category}${one.name}` === logicalId);
  if (added) return added.outputs[name];
  const folder = path.join(atlas, 'deployed-stacks');
  const file = readdirSync(folder).find((one) => one.startsWith(`${root}-${logicalId}-`) && one.endsWith('.outputs.json'));
  return readJson(path.join(folder, file)).find((output) => output.OutputKey === name).OutputValue;
}

function cpSyncIfThere(from, to) {
  try {
    cpSync(from, to, { recursive: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

copyShop();
for (const addition of additions) add(addition);
