/** The project, the deployed stacks and the seed of each sample app must agree: a test on an app that could not exist proves nothing. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const apps = readdirSync(here).filter((name) => existsSync(join(here, name, 'gen1-project')));

const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Stack name → template, parameters, outputs, description. */
function readStacks(folder) {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.template.json'))
    .map((file) => file.slice(0, -'.template.json'.length));
  return new Map(
    names.map((name) => [
      name,
      {
        template: readJson(folder, `${name}.template.json`),
        parameters: readJson(folder, `${name}.parameters.json`),
        outputs: new Map(readJson(folder, `${name}.outputs.json`).map((output) => [output.OutputKey, output.OutputValue])),
        description: readFileSync(join(folder, `${name}.description.txt`), 'utf8'),
      },
    ]),
  );
}

/** The deployed child for a nested stack's logical id: `<parent>-<logical id>-<suffix>`. */
function childOf(stacks, parent, logicalId) {
  return [...stacks.keys()].filter((name) => name.startsWith(`${parent}-${logicalId}-`) && /^[0-9A-Z]+$/.test(name.slice(`${parent}-${logicalId}-`.length)));
}

const nestedStacks = (template) => Object.entries(template.Resources).filter(([, resource]) => resource.Type === 'AWS::CloudFormation::Stack');

for (const app of apps) {
  describe(`sample app ${app}`, () => {
    const project = join(here, app, 'gen1-project');
    const stacks = readStacks(join(here, app, 'deployed-stacks'));
    const [[environmentName, { awscloudformation: environment, categories }]] = Object.entries(readJson(project, 'amplify', 'team-provider-info.json'));
    const meta = readJson(project, 'amplify', '#current-cloud-backend', 'amplify-meta.json');
    const root = environment.StackName;
    const resources = Object.entries(meta)
      .filter(([category]) => category !== 'providers')
      .flatMap(([category, entries]) => Object.entries(entries).map(([name, resource]) => ({ category, name, resource })));
    const stackOf = ({ resource }) => stacks.get(childOf(stacks, root, resource.providerMetadata.logicalId)[0]);

    test('team-provider-info, meta and the root stack name the same environment', () => {
      const { AmplifyAppId, Region, StackName } = environment;
      assert.deepEqual(
        { AmplifyAppId, Region, StackName },
        {
          AmplifyAppId: meta.providers.awscloudformation.AmplifyAppId,
          Region: meta.providers.awscloudformation.Region,
          StackName: meta.providers.awscloudformation.StackName,
        },
      );
      assert.match(root, new RegExp(`^amplify-${app}-${environmentName}-[0-9a-f]{5}$`));
      const { outputs } = stacks.get(root);
      assert.equal(outputs.get('StackId'), environment.StackId);
      assert.equal(outputs.get('DeploymentBucketName'), environment.DeploymentBucketName);
      assert.equal(outputs.get('AuthRoleArn'), environment.AuthRoleArn);
      assert.equal(outputs.get('Region'), environment.Region);
    });

    test('every resource of the project is a nested stack with the outputs that meta records', () => {
      assert.ok(resources.length >= 3);
      for (const entry of resources) {
        const { category, name, resource } = entry;
        if (resource.serviceType === 'imported') {
          assert.deepEqual(childOf(stacks, root, `${category}${name}`), [], `${category}/${name} is somebody else's`);
          continue;
        }
        assert.equal(resource.providerMetadata.logicalId, `${category}${name}`);
        const stack = stackOf(entry);
        assert.ok(stack, `${category}/${name} is deployed`);
        const { authConfig: _authConfig, ...recorded } = resource.output ?? {};
        assert.deepEqual(recorded, Object.fromEntries(stack.outputs), `${category}/${name}`);
        assert.ok(categories[category]?.[name] ?? category === 'analytics', `${category}/${name} is in team-provider-info.json`);
      }
    });

    test('every nested stack is deployed once and every deployed stack is nested somewhere', () => {
      const reached = new Set([root]);
      for (const name of reached) {
        for (const [logicalId] of nestedStacks(stacks.get(name).template)) {
          const children = childOf(stacks, name, logicalId);
          assert.equal(children.length, 1, `${name}/${logicalId}: ${children}`);
          reached.add(children[0]);
        }
      }
      assert.deepEqual([...reached].sort(), [...stacks.keys()].sort());
    });

    test('parameters, outputs and descriptions belong to their templates', () => {
      for (const [name, { template, parameters, outputs, description }] of stacks) {
        assert.equal(description, template.Description ?? '', name);
        const declared = Object.entries(template.Parameters ?? {});
        for (const { ParameterKey } of parameters) {
          assert.ok(declared.some(([key]) => key === ParameterKey), `${name}: ${ParameterKey}`);
        }
        for (const [key, { Default }] of declared) {
          assert.ok(Default !== undefined || parameters.some(({ ParameterKey }) => ParameterKey === key), `${name}: no value of ${key}`);
        }
        for (const key of outputs.keys()) {
          assert.ok(key in (template.Outputs ?? {}), `${name}: ${key}`);
        }
      }
    });

    test('the backend folder and the deployed backend hold the same files', () => {
      // the CLI resolves the pool of an API with imported auth after it made the copy
      const withoutPool = (text) => text.replaceAll(/"userPoolId": "[^"]*"/g, '"userPoolId": ""');
      const tree = (folder) =>
        new Map(
          filesBelow(join(project, 'amplify', folder))
            .map((file) => [relative(join(project, 'amplify', folder), file), withoutPool(readFileSync(file, 'utf8'))])
            // the policies of REST APIs are written into the local copy only
            .filter(([path]) => !path.startsWith('types') && path !== 'api/APIGatewayAuthStack.json'),
        );
      const [local, deployed] = [tree('backend'), tree('#current-cloud-backend')];
      // git ignores what was compiled; a large app leaves its compiled API out of the local copy
      const isCompiledApi = (path) => /^api\/[^/]+\/build\//.test(path);
      if (![...local.keys()].some(isCompiledApi)) {
        for (const path of [...deployed.keys()].filter(isCompiledApi)) deployed.delete(path);
      }
      assert.deepEqual(local, deployed);
    });

    test('the site is configured with the deployed ids', () => {
      const configuration = readJson(project, 'src', 'amplifyconfiguration.json');
      const auth = resources.find(({ resource }) => resource.service === 'Cognito').resource.output;
      assert.equal(configuration.aws_user_pools_id, auth.UserPoolId);
      assert.equal(configuration.aws_user_pools_web_client_id, auth.AppClientIDWeb);
      assert.equal(configuration.aws_cognito_identity_pool_id, auth.IdentityPoolId);
      const api = resources.find(({ resource }) => resource.service === 'AppSync')?.resource.output;
      assert.equal(configuration.aws_appsync_graphqlEndpoint, api?.GraphQLAPIEndpointOutput);
      assert.equal(configuration.aws_appsync_apiKey, api?.GraphQLAPIKeyOutput);
    });

    test('the seed names what the app has', () => {
      const seed = readJson(here, app, 'seed.json');
      const names = (category) => Object.keys(meta[category] ?? {});
      for (const { storage } of [...(seed.objects ?? []), ...(seed.items ?? [])]) {
        assert.ok(storage === undefined || names('storage').includes(storage), storage);
      }
      const models = [...stacks.values()].flatMap(({ template }) => Object.keys(template.Resources)).filter((id) => id.endsWith('Table'));
      for (const { model } of seed.items.filter((entry) => entry.model)) {
        assert.ok(models.includes(`${model}Table`), model);
      }
      for (const { analytics } of seed.records ?? []) {
        assert.ok(names('analytics').includes(analytics), analytics);
      }
      const precedence = join(project, 'amplify', 'backend', 'auth', 'userPoolGroups', 'user-pool-group-precedence.json');
      const groups = existsSync(precedence) ? readJson(precedence).map(({ groupName }) => groupName) : [];
      for (const { groups: wanted = [] } of seed.users) {
        assert.deepEqual(wanted.filter((group) => !groups.includes(group)), []);
      }
    });

    test('no file tells of the machine that made it', () => {
      for (const file of filesBelow(join(here, app))) {
        assert.doesNotMatch(readFileSync(file, 'utf8'), /\/(work|tmp|home|root|Users)\/|"resolved":/, file);
      }
    });
  });
}

test('there are sample apps', () => {
  assert.deepEqual(apps.filter((name) => ['notes', 'shop', 'odd'].includes(name)).sort(), ['notes', 'odd', 'shop']);
});
