/**
 * The gate on generated code: typecheck, CDK synth before and after `postRefactor()` and for a sandbox, no validation
 * finding, no cycle, no production name in a sandbox, handlers that load and do what they did, and a comparison with the deployed Gen 1 stacks for replacement, retention and permissions.
 *
 *     node __test__/gate/gate.mjs --project DIR [--gen1 DEPLOYED_STACKS] [--functions GEN1_FUNCTION_FOLDER] [--branch NAME] [--app-id ID]
 *         [--environment NAME] [--reported STACK,STACK] [--strict-deps] [--keep DIR] [--json]
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findUnaccounted } from './accounting.mjs';
import { compareApis } from './compare-apis.mjs';
import { compareFunctions } from './compare-functions.mjs';
import { comparePermissions } from './compare-permissions.mjs';
import { compareResolvers, templateTexts } from './compare-resolvers.mjs';
import { compareResources, findClaimedNames, findWeakRetention } from './compare-resources.mjs';
import { applyCustomResources } from './effective.mjs';
import { environmentOf, evaluateTree } from './evaluate.mjs';
import { checkHandlers } from './handlers.mjs';
import { pairResources } from './pairing.mjs';
import { describeReport } from './report.mjs';
import { excuseHandlers, excuseReported } from './reported.mjs';
import { gen1Roots, loadAssembly, loadDeployed } from './stack-tree.mjs';
import { synthesize } from './synthesize.mjs';
import { ensureGate, makeWorkDir } from './workspace.mjs';

/**
 * @typedef {object} GateOptions
 * @property {string} projectDir the generated project: `amplify/` and the rest
 * @property {string} [gen1StacksDir] the Gen 1 app's deployed stacks; without them nothing can be compared
 * @property {string} [gen1ProjectDir] the Gen 1 app's project, for the templates in `resolvers/`; by default `gen1-project` beside the stacks
 * @property {string} [gen1FunctionsDir] `function/` of the Gen 1 project: each handler is then called in both generations
 * @property {string} [branch='main'] the Gen 2 branch that the backend was generated for
 * @property {string} [appId]
 * @property {string} [environment] the Gen 1 environment; needed when the folder has the stacks of several
 * @property {string[]} [reported] logical ids of nested stacks of the Gen 1 root that the tool reports as not carried over
 * @property {string[]} [unloadable] Gen 2 functions that the tool reports as lacking files that they read when they load
 * @property {boolean} [strictDeps=false]
 * @property {string} [keepDir] keeps the assemblies there, as `before` and `after`
 *
 * @typedef {object} GateReport
 * @property {boolean} ok
 * @property {string} project
 * @property {string} branch
 * @property {import('./synthesize.mjs').Synthesis} before as deployed for the first time
 * @property {import('./synthesize.mjs').Synthesis} after with `postRefactor()`
 * @property {import('./synthesize.mjs').Synthesis} sandbox the same code in somebody's sandbox, with `postRefactor()`
 * @property {{place: string, name: string}[]} claimed names of production that the sandbox would claim
 * @property {import('./handlers.mjs').HandlerCheck[]} handlers
 * @property {import('./compare-resources.mjs').RetentionViolation[]} retentionBefore
 * @property {import('./compare-resources.mjs').ResourceComparison} [resources]
 * @property {import('./compare-functions.mjs').FunctionComparison} [functions]
 * @property {import('./compare-apis.mjs').ApiComparison} [apis]
 * @property {import('./compare-resolvers.mjs').ResolverComparison} [resolvers]
 * @property {import('./compare-permissions.mjs').PermissionComparison} [permissions]
 * @property {import('./accounting.mjs').Unaccounted[]} unaccounted Gen 1 resources that neither Gen 2 nor the tool's report knows
 * @property {string[]} problems what could not be evaluated, and checks that could not be made
 * @property {number} seconds
 */

/**
 * @param {GateOptions} options
 * @returns {Promise<GateReport>}
 */
export async function gate({
  projectDir,
  gen1StacksDir,
  gen1ProjectDir = gen1StacksDir && path.join(gen1StacksDir, '..', 'gen1-project'),
  gen1FunctionsDir,
  branch = 'main',
  appId,
  environment,
  reported = [],
  unloadable = [],
  strictDeps = false,
  keepDir,
}) {
  const started = performance.now();
  await ensureGate();
  const assemblies = keepDir ? path.resolve(keepDir) : makeWorkDir('assembly');
  const common = { branch, strictDeps, ...(appId ? { appId } : {}) };
  try {
    const directory = (name) => path.join(assemblies, name);
    const postRefactor = { ...common, typecheck: false, postRefactor: true };
    // two at a time: the compiler takes about as long as one and a half synths
    const [[typechecked, sandbox], [before, after]] = await Promise.all([
      inTurn(
        () => synthesize(projectDir, directory('typecheck'), { ...common, synth: false }),
        () => synthesize(projectDir, directory('sandbox'), { ...postRefactor, type: 'sandbox', branch: 'gate' }),
      ),
      inTurn(
        () => synthesize(projectDir, directory('before'), { ...common, typecheck: false }),
        () => synthesize(projectDir, directory('after'), postRefactor),
      ),
    ]);
    before.typecheck = await finalTypecheck(typechecked, before, projectDir, directory('typecheck'), common);
    /** @type {GateReport} */
    const report = {
      ok: false,
      project: path.resolve(projectDir),
      branch,
      before,
      after,
      sandbox,
      claimed: [],
      handlers: [],
      retentionBefore: [],
      unaccounted: [],
      problems: [],
      seconds: 0,
    };
    if (before.synth.ok) report.retentionBefore = findWeakRetention(evaluateTree(loadAssembly(before.outDir)));
    if (sandbox.synth.ok && after.synth.ok)
      report.claimed = findClaimedNames(...[sandbox, after].map((one) => evaluateTree(loadAssembly(one.outDir))));
    if (after.synth.ok)
      await examine(report, after.outDir, gen1StacksDir, {
        branch,
        environment,
        reported,
        unloadable,
        gen1ProjectDir,
        gen1FunctionsDir,
      });
    report.seconds = Math.round(performance.now() - started) / 1000;
    report.ok = isGreen(report);
    return report;
  } finally {
    if (!keepDir) fs.rmSync(assemblies, { recursive: true, force: true });
  }
}

/** `$amplify/env/*` typings exist only after a synth: only then can code that imports them be typechecked. */
async function finalTypecheck({ typecheck }, before, projectDir, outDir, common) {
  if (typecheck === undefined || typecheck.ok || !before.synth.ok || !typecheck.output.includes('$amplify/'))
    return typecheck;
  return (await synthesize(projectDir, outDir, common)).typecheck;
}

async function inTurn(...steps) {
  const results = [];
  for (const step of steps) results.push(await step());
  return results;
}

async function examine(report, assembly, gen1StacksDir, options) {
  const { branch, environment, reported, unloadable, gen1FunctionsDir, gen1ProjectDir } = options;
  const gen1Tree = gen1StacksDir ? loadDeployed(gen1StacksDir, gen1Root(gen1StacksDir, environment)) : undefined;
  const surroundings = gen1Tree ? environmentOf(gen1Tree) : {};
  const gen2 = applyCustomResources(evaluateTree(loadAssembly(assembly), surroundings));
  report.problems.push(...gen2.problems);
  if (!gen1Tree) {
    report.handlers = await checkHandlers(gen2, report.after.missingDependencies);
    return excuseHandlers(report.handlers, unloadable);
  }
  const gen1 = applyCustomResources(evaluateTree(gen1Tree, surroundings));
  report.problems.push(...gen1.problems);
  const names = { environment: environmentName(gen1Tree), branch };
  const pairing = pairResources(gen1, gen2, names);
  const sources = gen1FunctionsDir ? copySources(gen1FunctionsDir) : undefined;
  try {
    const sourceOf = (lambda) => sources && gen1Source(sources, pairing, lambda);
    report.handlers = await checkHandlers(gen2, report.after.missingDependencies, sourceOf);
    excuseHandlers(report.handlers, unloadable);
  } finally {
    if (sources) fs.rmSync(sources, { recursive: true, force: true });
  }
  report.resources = compareResources(pairing, gen1, gen2);
  report.functions = compareFunctions(pairing, gen1, gen2, names);
  report.apis = compareApis(pairing, gen1, gen2);
  report.resolvers = compareResolvers(pairing, gen1, gen2, templateTexts(assembly, gen1ProjectDir));
  report.permissions = comparePermissions(pairing, gen1, gen2);
  report.unaccounted = findUnaccounted(pairing, gen1, gen2, toldBy(report.project));
  excuseReported(report, reported);
}

/** What `generate` reported about the project; nothing where the project comes from elsewhere. */
function toldBy(project) {
  const file = path.join(project, '.amplify', 'gen2-migration', 'migration-report.json');
  if (!fs.existsSync(file)) return '';
  const { decisions, warnings, notes } = JSON.parse(fs.readFileSync(file, 'utf8'));
  return [...decisions, ...warnings, ...notes].map(({ message }) => message).join('\n');
}

/** Below the gate, where the packages are that Lambda has by itself. */
function copySources(directory) {
  const copy = makeWorkDir('gen1-functions');
  fs.cpSync(directory, copy, { recursive: true });
  return copy;
}

/** The stack of a function is called `function<name>`, its folder `<name>`. */
function gen1Source(sources, { pairs }, lambda) {
  const gen1 = pairs.find((pair) => pair.kind === 'function' && pair.gen2.place === lambda.place)?.gen1;
  const name = gen1?.stackPath
    .split('/')
    .at(-1)
    .replace(/^function/, '');
  const handler = gen1?.properties.Handler;
  if (!name || typeof handler !== 'string') return undefined;
  const dot = handler.lastIndexOf('.');
  const file = ['.js', '.mjs', '.cjs']
    .map((extension) => path.join(sources, name, 'src', `${handler.slice(0, dot)}${extension}`))
    .find((one) => fs.existsSync(one));
  return file && { file, exported: handler.slice(dot + 1) };
}

function gen1Root(directory, environment) {
  const roots = gen1Roots(directory);
  const wanted =
    environment === undefined
      ? roots
      : roots.filter((name) => environmentName(loadDeployed(directory, name)) === environment);
  if (wanted.length === 1) return wanted[0];
  throw new Error(
    `${directory} has ${wanted.length} Gen 1 root stacks${environment ? ` of environment ${environment}` : ''} (all: ${roots.join(', ') || 'none'}); name one with its environment`,
  );
}

/** Every category stack of a Gen 1 tree gets the name of the environment as a parameter. */
function environmentName(tree) {
  const named = tree.stacks.map((stack) => stack.parameters.env).find((name) => name !== undefined);
  return named ?? tree.root.name.split('-').at(-2);
}

function isGreen({
  before,
  after,
  sandbox,
  claimed,
  handlers,
  retentionBefore,
  unaccounted,
  resources,
  functions,
  apis,
  resolvers,
  permissions,
  problems,
}) {
  return (
    before.typecheck?.ok === true &&
    isSound(before) &&
    isSound(after) &&
    isSound(sandbox) &&
    claimed.length === 0 &&
    handlers.every((one) => one.status !== 'failed') &&
    retentionBefore.length === 0 &&
    unaccounted.length === 0 &&
    problems.length === 0 &&
    (resources?.ok ?? true) &&
    (functions?.ok ?? true) &&
    (apis?.ok ?? true) &&
    (resolvers?.ok ?? true) &&
    (permissions?.ok ?? true)
  );
}

function isSound({ synth, validation, cycles, infrastructureInFunctions }) {
  return synth.ok && validation.length === 0 && cycles.length === 0 && infrastructureInFunctions.length === 0;
}

async function main() {
  const { values } = parseArgs({
    options: {
      project: { type: 'string' },
      gen1: { type: 'string' },
      functions: { type: 'string' },
      branch: { type: 'string' },
      'app-id': { type: 'string' },
      environment: { type: 'string' },
      reported: { type: 'string' },
      'strict-deps': { type: 'boolean' },
      keep: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  if (!values.project) throw new Error('--project DIR is needed');
  const report = await gate({
    projectDir: values.project,
    gen1StacksDir: values.gen1,
    gen1FunctionsDir: values.functions,
    branch: values.branch,
    appId: values['app-id'],
    environment: values.environment,
    reported: values.reported?.split(','),
    strictDeps: values['strict-deps'],
    keepDir: values.keep,
  });
  console.log(values.json ? JSON.stringify(report, null, 1) : describeReport(report));
  process.exitCode = report.ok ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error) => {
    console.error(error.message);
    process.exitCode = 2;
  });
}
