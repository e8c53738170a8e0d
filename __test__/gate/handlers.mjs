/**
 * Loads the bundle of every Node function of an assembly, as Lambda would, looks whether it exports its handler, and calls
 * it once. With the sources of the Gen 1 functions the same event goes to both, and both must do the same with it.
 * Each is loaded in a process of its own that is ended after the answer: a bundle may keep itself alive for ever.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { all, constructName, isInfrastructureFunction } from './pairing.mjs';
import { sampleEvent } from './sample-events.mjs';
import { assetSources } from './stack-tree.mjs';
import { hasToken } from './tokens.mjs';

/**
 * @typedef {object} HandlerCheck
 * @property {string} name of the function
 * @property {string} [function] its name in `defineFunction`
 * @property {string} place
 * @property {'called'|'loaded'|'failed'|'not-checked'} status `called`: with a sample event it did what the Gen 1 function does
 * @property {string} [reason] why it failed or was not checked; what came of the call
 *
 * @typedef {{kind: 'answered', value?: any}|{kind: 'threw', name: string, message: string}|{kind: 'waited'}} Outcome of a call
 *
 * @typedef {object} Gen1Source
 * @property {string} file module of the Gen 1 handler
 * @property {string} exported
 */

const CHILD = fileURLToPath(new URL('./load-handler.mjs', import.meta.url));
const PATIENCE_MS = 20_000;
const AT_ONCE = 2;
const MISSING_PACKAGE = /Cannot find (?:module|package) '([^'./][^']*)'/;
/** Sources in another language, or in a container, have nothing that Node could load. */
const NODE_RUNTIME = /^nodejs/;

/**
 * @param {import('./evaluate.mjs').EvaluatedTree} tree of an assembly
 * @param {string[]} [missingDependencies] packages that were left external because they are not installed here
 * @param {(lambda: import('./evaluate.mjs').EvaluatedResource) => Gen1Source | undefined} [gen1Source] where the function comes from
 * @returns {Promise<HandlerCheck[]>}
 */
export async function checkHandlers(tree, missingDependencies = [], gen1Source = () => undefined) {
  const sources = assetSources(tree.tree.directory);
  const waiting = all(tree, 'AWS::Lambda::Function').filter((one) => !isInfrastructureFunction(one));
  const checks = [];
  const work = async () => {
    for (let lambda = waiting.shift(); lambda; lambda = waiting.shift())
      checks.push(await checkOne(tree, lambda, sources, missingDependencies, gen1Source(lambda)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return checks.sort((a, b) => (a.place < b.place ? -1 : 1));
}

async function checkOne(tree, lambda, sources, missingDependencies, gen1) {
  const { FunctionName, Handler, Runtime, Code = {}, Environment } = lambda.properties;
  const about = {
    name: typeof FunctionName === 'string' ? FunctionName : lambda.logicalId,
    function: constructName(lambda),
    place: lambda.place,
  };
  if (!NODE_RUNTIME.test(Runtime ?? ''))
    return { ...about, status: 'not-checked', reason: `runtime ${Runtime ?? 'of a container image'}` };
  const hash = /[0-9a-f]{64}/.exec(JSON.stringify(Code.S3Key ?? ''))?.[0];
  const folder = hash && sources.get(hash) && path.join(tree.tree.directory, sources.get(hash));
  if (!folder || !fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    return { ...about, status: 'not-checked', reason: 'its code is no folder of the assembly' };
  const dot = Handler.lastIndexOf('.');
  const [module, exported] = [Handler.slice(0, dot), Handler.slice(dot + 1)];
  const file = ['.mjs', '.js', '.cjs', '']
    .map((extension) => path.join(folder, `${module}${extension}`))
    .find((one) => fs.existsSync(one));
  if (!file) return { ...about, status: 'failed', reason: `the bundle has no file for handler ${Handler}` };
  const variables = environmentOf(Environment?.Variables ?? {});
  const event = gen1 && JSON.stringify(sampleEvent(tree, lambda));
  const answer = await load(file, exported, variables, event);
  if (answer.ok && !gen1) return { ...about, status: 'loaded' };
  if (answer.ok) {
    const before = await load(gen1.file, gen1.exported, variables, event);
    return { ...about, ...compareCalls(before, answer.outcome) };
  }
  // an unbundled function has the SDK from its runtime
  const ofRuntime = /Cannot find package '(@aws-sdk\/[^']+)'/.exec(answer.error)?.[1];
  if (ofRuntime)
    return { ...about, status: 'not-checked', reason: `package ${ofRuntime} is part of the runtime alone` };
  const inLayer = (lambda.properties.Layers ?? []).length > 0 && MISSING_PACKAGE.exec(answer.error)?.[1];
  if (inLayer) return { ...about, status: 'not-checked', reason: `package ${inLayer} comes from a layer` };
  const absent = missingDependencies.find(
    (name) => answer.error.includes(`'${name}'`) || answer.error.includes(`'${packageOf(name)}'`),
  );
  return absent
    ? { ...about, status: 'not-checked', reason: `package ${absent} is not installed here` }
    : { ...about, status: 'failed', reason: answer.error };
}

/** Functions that read clocks and draw numbers answer with other values of the same shape. */
function compareCalls(before, outcome) {
  if (!before.ok)
    return { status: 'loaded', reason: `its Gen 1 source cannot be loaded here: ${before.error.split('\n')[0]}` };
  const [was, is] = [before.outcome, outcome].map(describeOutcome);
  return was === is
    ? { status: 'called', reason: is }
    : { status: 'failed', reason: `with the same event Gen 1 ${was}, Gen 2 ${is}` };
}

function describeOutcome(outcome) {
  if (outcome.kind === 'answered') return `answered ${shape(outcome.value)}`;
  // a bundle is minified: the messages of the language's own errors name other variables
  if (outcome.kind === 'threw')
    return `threw ${outcome.name}${outcome.name === 'Error' ? `: ${outcome.message.split('\n')[0].slice(0, 200)}` : ''}`;
  return 'waited for a service';
}

function shape(value) {
  if (Array.isArray(value)) return `[${value.map(shape).join(', ')}]`;
  if (value && typeof value === 'object')
    return `{ ${Object.keys(value)
      .sort()
      .map((key) => `${key}: ${shape(value[key])}`)
      .join(', ')} }`;
  return value === null ? 'null' : typeof value;
}

/** @returns {Promise<{ok: true, outcome?: Outcome}|{ok: false, error: string}>} */
function load(file, exported, variables, event) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [CHILD, file, exported, ...(event === undefined ? [] : [event])], {
      cwd: path.dirname(file),
      env: variables,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let stderr = '';
    let answered = false;
    const answer = (value) => {
      if (answered) return;
      answered = true;
      clearTimeout(timer);
      child.kill('SIGKILL');
      resolve(value);
    };
    const timer = setTimeout(
      () => answer({ ok: false, error: `loading took more than ${PATIENCE_MS / 1000} s` }),
      PATIENCE_MS,
    );
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('message', answer);
    child.on('error', (error) => answer({ ok: false, error: error.message }));
    child.on('exit', (code) =>
      answer({ ok: false, error: `loading ended the process with ${code}: ${stderr.slice(-1500)}` }),
    );
  });
}

/** What the template gives the function, with text in the place of what is not deployed, and no way to any service. */
function environmentOf(variables) {
  const given = Object.entries(variables).map(([name, value]) => [
    name,
    hasToken(value) ? String(value).replace(/⟦[^⟦⟧]*⟧/g, 'not-deployed') : String(value),
  ]);
  return {
    PATH: process.env.PATH,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_LAMBDA_FUNCTION_NAME: 'gate',
    ...Object.fromEntries(given),
    AMPLIFY_SSM_ENV_CONFIG: '{}',
  };
}

function packageOf(name) {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}
