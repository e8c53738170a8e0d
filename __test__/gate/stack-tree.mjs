/**
 * A tree of CloudFormation stacks as plain data, read from a folder of deployed stacks
 * (`<stack>.{template,parameters,outputs}.json`) or from a CDK cloud assembly.
 */
import fs from 'node:fs';
import path from 'node:path';

/**
 * @typedef {object} Stack
 * @property {string} name name of the stack; of a nested stack of an assembly: that of its template file
 * @property {string} path logical ids from the root down, joined with `/`; the root's is its name
 * @property {any} template
 * @property {Record<string, string>} parameters values of the deployed stack; empty in an assembly
 * @property {Record<string, string>} outputs values of the deployed stack; empty in an assembly
 * @property {Stack} [parent]
 * @property {string} [logicalId] of the nested stack in its parent
 * @property {Map<string, Stack>} children by logical id
 *
 * @typedef {object} StackTree
 * @property {Stack} root
 * @property {Stack[]} stacks all of them, parents before children
 * @property {string} directory where it was read from
 */

const NESTED_STACK = 'AWS::CloudFormation::Stack';
/** CloudFormation cuts neither the parent's name nor the logical id shorter than this in a nested stack's name. */
const SHORTEST_CUT = 38;

/**
 * The tree of one root among the deployed stacks of a folder.
 * @param {string} directory
 * @param {string} rootName
 * @returns {StackTree}
 */
export function loadDeployed(directory, rootName) {
  const names = deployedNames(directory);
  if (!names.includes(rootName)) throw new Error(`${directory} has no stack ${rootName}; it has ${names.join(', ')}`);
  const read = (name, part) => {
    const file = path.join(directory, `${name}.${part}.json`);
    return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
  };
  const open = (name, place) => ({
    name,
    ...place,
    template: read(name, 'template'),
    parameters: Object.fromEntries(
      (read(name, 'parameters') ?? []).map((one) => [one.ParameterKey, one.ResolvedValue ?? one.ParameterValue]),
    ),
    outputs: Object.fromEntries((read(name, 'outputs') ?? []).map((one) => [one.OutputKey, one.OutputValue])),
    children: new Map(),
  });
  return growTree(directory, open(rootName, { path: rootName }), (parent, logicalId) => {
    const child = deployedChild(names, parent, logicalId);
    return open(child, { path: `${parent.path}/${logicalId}`, parent, logicalId });
  });
}

/**
 * Names of the stacks in a folder of deployed stacks that no other stack there contains.
 * @param {string} directory
 */
export function deployedRoots(directory) {
  const names = deployedNames(directory);
  return names.filter((name) => !names.some((other) => nestedNameScore(other, undefined, name) !== undefined));
}

/**
 * Names of the Gen 1 root stacks in a folder: the template of the Amplify CLI's root has the deployment bucket and the two roles.
 * @param {string} directory
 */
export function gen1Roots(directory) {
  return deployedNames(directory).filter((name) => {
    const { Parameters: parameters = {} } = JSON.parse(
      fs.readFileSync(path.join(directory, `${name}.template.json`), 'utf8'),
    );
    return ['DeploymentBucketName', 'AuthRoleName', 'UnauthRoleName'].every((parameter) => parameter in parameters);
  });
}

/**
 * The tree of the one root stack of a cloud assembly.
 * @param {string} directory `cdk.out`
 * @returns {StackTree}
 */
export function loadAssembly(directory) {
  const manifest = JSON.parse(fs.readFileSync(path.join(directory, 'manifest.json'), 'utf8'));
  const roots = Object.values(manifest.artifacts).filter((artifact) => artifact.type === 'aws:cloudformation:stack');
  if (roots.length !== 1) throw new Error(`${directory} has ${roots.length} root stacks instead of one`);
  const { templateFile, stackName } = roots[0].properties;
  const read = (file) => JSON.parse(fs.readFileSync(path.join(directory, file), 'utf8'));
  const sources = assetSources(directory);
  const root = {
    name: stackName ?? templateFile.replace(/\.template\.json$/, ''),
    template: read(templateFile),
    parameters: {},
    outputs: {},
    children: new Map(),
  };
  return growTree(directory, { ...root, path: root.name }, (parent, logicalId) => {
    const file = nestedTemplateFile(parent.template.Resources[logicalId], sources);
    if (!file) throw new Error(`nested stack ${parent.path}/${logicalId} does not name its template file`);
    return {
      name: file,
      path: `${parent.path}/${logicalId}`,
      parent,
      logicalId,
      template: read(file),
      parameters: {},
      outputs: {},
      children: new Map(),
    };
  });
}

/**
 * Files and folders of an assembly's assets, relative to it, by hash.
 * @param {string} directory
 * @returns {Map<string, string>}
 */
export function assetSources(directory) {
  const sources = new Map();
  for (const name of fs.readdirSync(directory).filter((file) => file.endsWith('.assets.json'))) {
    const { files = {} } = JSON.parse(fs.readFileSync(path.join(directory, name), 'utf8'));
    for (const [hash, { source }] of Object.entries(files)) if (source.path) sources.set(hash, source.path);
  }
  return sources;
}

/** The metadata is there only when the synth was asked for it; the URL names the asset by its hash. */
function nestedTemplateFile(resource, sources) {
  const hash = /[0-9a-f]{64}/.exec(JSON.stringify(resource.Properties?.TemplateURL ?? ''))?.[0];
  return resource.Metadata?.['aws:asset:path'] ?? sources.get(hash);
}

/** Logical ids of the nested stacks of a template. */
export function nestedStackIds(template) {
  return Object.entries(template.Resources ?? {})
    .filter(([, resource]) => resource.Type === NESTED_STACK)
    .map(([logicalId]) => logicalId);
}

function growTree(directory, root, openChild) {
  const stacks = [];
  const grow = (stack) => {
    stacks.push(stack);
    for (const logicalId of nestedStackIds(stack.template)) {
      const child = openChild(stack, logicalId);
      stack.children.set(logicalId, child);
      grow(child);
    }
  };
  grow(root);
  return { root, stacks, directory };
}

function deployedNames(directory) {
  const suffix = '.template.json';
  const names = fs
    .readdirSync(directory)
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length));
  if (names.length === 0) throw new Error(`${directory} holds no deployed stacks (<stack>.template.json)`);
  return names.sort();
}

/** A nested stack is called `<parent>-<logical id>-<random>`, with one or both of the first two cut when all is too long. */
function deployedChild(names, parent, logicalId) {
  const scored = names
    .map((name) => ({ name, score: nestedNameScore(parent.name, logicalId, name) }))
    .filter((one) => one.score !== undefined);
  const best = Math.max(...scored.map((one) => one.score));
  const candidates = scored.filter((one) => one.score === best).map((one) => one.name);
  if (candidates.length !== 1) {
    throw new Error(
      `nested stack ${logicalId} of ${parent.name} is ${candidates.length ? `one of ${candidates.join(', ')}` : 'not among the deployed stacks'}`,
    );
  }
  return candidates[0];
}

/** How many characters of parent and logical id the name shows; undefined when it cannot be that child. */
function nestedNameScore(parent, logicalId, name) {
  const end = name.lastIndexOf('-');
  if (end < 0 || name === parent) return undefined;
  const stem = name.slice(0, end);
  let best;
  for (let cut = parent.length; cut > 0 && (cut === parent.length || cut >= SHORTEST_CUT); cut--) {
    const prefix = `${parent.slice(0, cut)}-`;
    if (!stem.startsWith(prefix)) continue;
    const shown = stem.slice(prefix.length);
    const fits =
      logicalId === undefined
        ? shown.length > 0
        : shown === logicalId || (shown.length >= SHORTEST_CUT && logicalId.startsWith(shown));
    if (fits) best = Math.max(best ?? 0, cut + shown.length);
  }
  return best;
}
