/**
 * The stand-in cloud for JavaScript tests: makes its Python environment, starts and stops the process,
 * and wraps its control endpoints. `node cloud.mjs --serve` runs one in the foreground.
 */
import { spawn, execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CLOUD_DIR = fileURLToPath(new URL('../cloud/', import.meta.url));
const VENV_DIR = path.join(CLOUD_DIR, '.venv');
const STAMP = path.join(VENV_DIR, 'requirements.sha256');
const REQUIREMENTS = ['requirements.txt', 'requirements-dev.txt'];
const LOWEST_PYTHON = [3, 11];
const LOCK_PATIENCE_MS = 10 * 60_000;
const READY_PATIENCE_MS = 60_000;
const STOP_PATIENCE_MS = 5_000;
const FAULT_POLL_MS = 10;
/** Faults that let a call wait. */
const HOLDING_KINDS = new Set(['hang', 'hang-after', 'pause']);

/**
 * @typedef {object} StartOptions
 * @property {number} [latencyMs=0] time each asynchronous CloudFormation operation takes, in milliseconds
 * @property {number} [settleMs=0] time between EXECUTE_COMPLETE of a refactor and its stacks being complete, in milliseconds
 * @property {string} [log] file that receives one JSON line per API call
 * @property {number} [port=0] port on 127.0.0.1; 0 picks a free one
 *
 * @typedef {import('node:child_process').ChildProcessWithoutNullStreams} Process
 * @typedef {{endpoint: string, port: number, pid: number}} ReadyLine
 *
 * @typedef {object} Fault
 * @property {string} [action] regular expression that must match all of `Action` or `service:Action`; default: any
 * @property {boolean} [mutating] count only calls that change something; needed when there is no `action`
 * @property {boolean} [conditional] count only conditional writes to S3, or all but those
 * @property {'throttle'|'error500'|'refuse'|'expired'|'unknown-action'|'hang'|'hang-after'|'pause'|'drop-before'|'drop-after'|'delay'} kind
 * @property {number} [nth] fire at this call only, counted from 1
 * @property {number} [from] the first call that it may fire at, counted from 1
 * @property {number} [every] fire at every so many calls
 * @property {number} [times] stop after so many firings
 * @property {number} [ms=1000] for `delay`: how long, in milliseconds
 *
 * @typedef {object} LatencyRule
 * @property {string} [action] as in a fault; default: every call
 * @property {number} ms how long each such call takes, in milliseconds
 *
 * @typedef {object} SeedOptions
 * @property {string} app app folder (`gen1-project/`, `deployed-stacks/`, optional `seed.json`)
 * @property {string} [out] where to write the project directory; absent: none is written
 * @property {string[]} [envs] environments, each `name` or `name=otherName`; default: all in `deployed-stacks`
 * @property {string} [appId] another app id than the folder's
 * @property {string} [region] another region than the folder's
 * @property {string} [accountId] default 123456789012
 * @property {boolean} [gen2=false] also deploy the Gen 2 roots of `deployed-stacks/`
 * @property {boolean} [protectTables=false] enable deletion protection of the DynamoDB tables, as `lock` would
 * @property {boolean} [data=true] create users, objects and items
 * @property {boolean} [mark=true] mark everything that then exists as production
 *
 * @typedef {object} SeededEnvironment
 * @property {string} env
 * @property {string} region
 * @property {string} gen1Root name of the Gen 1 root stack
 * @property {string} gen1RootId its ARN
 * @property {string} deploymentBucket
 *
 * @typedef {object} SeededApp the current (first) environment, and all of them
 * @property {string} appId
 * @property {string} env
 * @property {string} region
 * @property {string} accountId
 * @property {string} gen1Root
 * @property {string} gen1RootId
 * @property {string} deploymentBucket
 * @property {string|null} gen2Root name of the first Gen 2 root stack
 * @property {string|null} projectDir
 * @property {SeededEnvironment[]} environments
 *
 * @typedef {object} AssemblyOptions
 * @property {string} assemblyDir the `cdk.out` folder
 * @property {string} [appId] checked against what the backend was synthesised for
 * @property {string} [branch] likewise
 * @property {string} [region='us-east-1']
 * @property {string} [accountId]
 * @property {Record<string, string>} [parameters] parameters of the root stack
 *
 * @typedef {object} DeployedAssembly
 * @property {string} stackName
 * @property {string} stackId
 * @property {string} status stack status
 * @property {'created'|'updated'|'unchanged'} outcome
 * @property {string} appId
 * @property {string} branch
 * @property {Record<string, string>} outputs outputs of the root stack
 */

/**
 * Makes `__test__/cloud/.venv` when it is missing or its requirements have changed.
 * @returns {Promise<string>} path of the environment's Python
 */
export async function ensurePython() {
  const python =
    process.platform === 'win32' ? path.join(VENV_DIR, 'Scripts', 'python.exe') : path.join(VENV_DIR, 'bin', 'python');
  const wanted = requirementsHash();
  if (isCurrent(python, wanted)) return python;
  await withLock(async () => {
    if (isCurrent(python, wanted)) return;
    fs.rmSync(VENV_DIR, { recursive: true, force: true });
    await run(await findPython(), ['-m', 'venv', VENV_DIR]);
    await run(python, [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '-r',
      path.join(CLOUD_DIR, REQUIREMENTS[1]),
    ]);
    fs.writeFileSync(STAMP, wanted);
  });
  return python;
}

function requirementsHash() {
  const hash = createHash('sha256');
  for (const file of REQUIREMENTS) hash.update(fs.readFileSync(path.join(CLOUD_DIR, file)));
  return hash.digest('hex');
}

/** @param {string} python @param {string} wanted */
function isCurrent(python, wanted) {
  try {
    return fs.existsSync(python) && fs.readFileSync(STAMP, 'utf8') === wanted;
  } catch {
    return false;
  }
}

async function findPython() {
  for (const candidate of [process.env.PYTHON, 'python3.11', 'python3', 'python']) {
    if (!candidate) continue;
    try {
      const { stdout } = await run(candidate, ['-c', 'import sys; print(*sys.version_info[:2])']);
      const [major, minor] = stdout.trim().split(' ').map(Number);
      if (major === LOWEST_PYTHON[0] && minor >= LOWEST_PYTHON[1]) return candidate;
    } catch {
      // not installed under this name: try the next
    }
  }
  throw new Error(`The stand-in cloud needs Python ${LOWEST_PYTHON.join('.')} or newer; set PYTHON to its path.`);
}

/**
 * Test files run side by side: only one of them may build the environment.
 * @param {() => Promise<void>} work
 */
async function withLock(work) {
  const lock = `${VENV_DIR}.lock`;
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      if (!isAlive(Number(readIfThere(lock)))) fs.rmSync(lock, { force: true });
      else if (Date.now() > deadline)
        throw new Error(`Another process holds ${lock} for too long; delete it if that process is gone.`);
      else await sleep(200);
    }
  }
  try {
    await work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** @param {number} pid */
function isAlive(pid) {
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** @param {unknown} error */
function errorCode(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code;
}

/** @param {unknown} error */
export function errorText(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Starts one stand-in cloud on 127.0.0.1. It ends with `stop()`, and by itself when this process dies.
 * @param {StartOptions} [options]
 * @returns {Promise<Cloud>}
 */
export async function startCloud({ latencyMs = 0, settleMs = 0, log, port = 0 } = {}) {
  const python = await ensurePython();
  const numbers = { '--port': port, '--latency-ms': latencyMs, '--settle-ms': settleMs };
  const args = ['-m', 'standin', '--exit-with-parent', ...Object.entries(numbers).flatMap(([k, v]) => [k, String(v)])];
  if (log) args.push('--log', path.resolve(log));
  const child = spawn(python, args, { cwd: CLOUD_DIR, stdio: ['pipe', 'pipe', 'pipe'] });
  /** @type {string[]} */
  const complaints = [];
  child.stderr.on('data', (chunk) => complaints.push(String(chunk)));
  try {
    return new Cloud(child, await readyLine(child), python, complaints);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`The stand-in cloud did not start: ${errorText(error)}\n${complaints.join('').slice(-2000)}`);
  }
}

/**
 * The first line on stdout says that the process is ready, and where.
 * @param {Process} child
 * @returns {Promise<ReadyLine>}
 */
async function readyLine(child) {
  const lines = createInterface({ input: child.stdout });
  const giveUp = new AbortController();
  try {
    const line = await Promise.race([
      once(lines, 'line', giveUp).then(([text]) => String(text)),
      once(child, 'exit', giveUp).then(([code, signal]) => failWith(`it ended with ${code ?? signal}`)),
      sleep(READY_PATIENCE_MS, undefined, giveUp).then(() => failWith(`not ready after ${READY_PATIENCE_MS} ms`)),
    ]);
    return JSON.parse(line);
  } finally {
    giveUp.abort();
    lines.close();
    child.stdout.resume();
  }
}

/** @param {string} message @returns {never} */
function failWith(message) {
  throw new Error(message);
}

/** A running stand-in cloud. */
export class Cloud {
  #child;
  #python;
  #complaints;

  /**
   * @param {Process} child
   * @param {ReadyLine} ready
   * @param {string} python
   * @param {string[]} complaints
   */
  constructor(child, ready, python, complaints) {
    this.#child = child;
    this.#python = python;
    this.#complaints = complaints;
    /** @type {string} for example `http://127.0.0.1:34567` */
    this.endpoint = ready.endpoint;
    /** @type {number} */
    this.port = ready.port;
    /** @type {number} */
    this.pid = ready.pid;
    // The process must never keep a finished test run alive; closing our end of stdin ends it.
    child.unref();
    for (const stream of [child.stdin, child.stdout, child.stderr]) {
      if (stream instanceof Socket) stream.unref();
    }
  }

  /** What the process wrote to stderr so far. */
  get stderr() {
    return this.#complaints.join('');
  }

  /** Ends the process: SIGTERM, and SIGKILL when it does not obey. */
  async stop() {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.ref();
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
    await gone;
    clearTimeout(killer);
  }

  /**
   * Environment variables for a process that shall use this cloud.
   * The access key is the account id.
   * @param {{region?: string, accountId?: string}} [options]
   * @returns {Record<string, string>}
   */
  environment({ region = 'us-east-1', accountId = '123456789012' } = {}) {
    return {
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_ACCESS_KEY_ID: accountId,
      AWS_SECRET_ACCESS_KEY: 'stand-in',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /**
   * Calls a control endpoint.
   * @param {string} method
   * @param {string} route for example `/_ledger`
   * @param {unknown} [body] sent as JSON
   * @returns {Promise<any>}
   */
  async control(method, route, body) {
    const response = await fetch(this.endpoint + route, {
      method,
      headers: { 'content-type': 'application/json' },
      body: method === 'GET' || method === 'DELETE' ? undefined : JSON.stringify(body ?? null),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  /** Keeps the whole state of the cloud. @returns {Promise<string>} its id */
  async snapshot() {
    return (await this.control('POST', '/_snapshot')).id;
  }

  /** Puts a kept state back; running operations are dropped. @param {string} id */
  async restore(id) {
    await this.control('POST', '/_restore', { id });
  }

  /** Resources, events, violations and hazards. */
  ledger() {
    return this.control('GET', '/_ledger');
  }

  /** Everything that exists now is production from here on. @returns {Promise<number>} how many resources */
  async markProduction() {
    return (await this.control('POST', '/_ledger/mark-production')).marked;
  }

  /** Configuration changes that are no violation. @param {{type?: string, path?: string}[]} rules regular expressions */
  allowChanges(rules) {
    return this.control('POST', '/_ledger/allow', rules);
  }

  /**
   * Replaces the list of faults, or reads it when none is given.
   * @param {Fault[]} [list]
   * @returns {Promise<(Fault & {seen: number, fired: number, held: number})[]>}
   */
  faults(list) {
    return list ? this.control('POST', '/_faults', list) : this.control('GET', '/_faults');
  }

  /**
   * Waits until the fault at this index of the list has struck; a fault that lets calls wait, until one waits (the
   * effect of `hang-after` is done then).
   * @param {{index?: number, timeoutMs?: number}} [options]
   * @returns {Promise<boolean>} false when it did not within the time
   */
  async waitForFault({ index = 0, timeoutMs = 30_000 } = {}) {
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      const fault = (await this.faults())[index];
      if ((HOLDING_KINDS.has(fault.kind) ? fault.held : fault.fired) > 0) return true;
      await sleep(FAULT_POLL_MS);
    }
    return false;
  }

  /** Waits until any fault of the list lets a call wait. @param {{timeoutMs: number}} options @returns {Promise<boolean>} */
  async waitForAnyHeld({ timeoutMs }) {
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      if ((await this.faults()).some(({ held }) => held > 0)) return true;
      await sleep(FAULT_POLL_MS);
    }
    return false;
  }

  /** Replaces the latencies of API calls; of the rules that match a call the first counts. @param {LatencyRule[]} rules */
  latencies(rules) {
    return this.control('POST', '/_latency', rules);
  }

  /** One-shot failures of the next stack refactor (with such a description). @param {{phase: 'create'|'execute', reason?: string, description?: string}[]} list */
  injectRefactorFailures(list) {
    return this.control('POST', '/_refactor/inject', list);
  }

  /** Every API call since the last reset of the log. */
  requests() {
    return this.control('GET', '/_requests');
  }

  /** Every stack that exists, of all accounts and regions, with template, resources, policy and the rest. */
  stacks() {
    return this.control('GET', '/_stacks');
  }

  /**
   * Makes a stack look as an operation that failed or still runs leaves it. Nothing works on it: the status stays.
   * @param {string} stack name
   * @param {string} status
   * @param {string} [reason]
   */
  putIntoStatus(stack, status, reason) {
    return this.control('POST', '/_stacks/status', { stack, status, reason });
  }

  /** Empties the request log. */
  resetRequests() {
    return this.control('POST', '/_requests/reset');
  }

  /** Changes settings while running, for example `{ latency_ms: 50 }`. @param {Record<string, unknown>} settings */
  configure(settings) {
    return this.control('POST', '/_config', settings);
  }

  /** Wipes everything. */
  reset() {
    return this.control('POST', '/_reset');
  }

  /**
   * Deploys an app folder as Gen 1 trees and writes its project directory.
   * @param {SeedOptions} options
   * @returns {Promise<SeededApp>}
   */
  seedApp({ app, out, envs = [], appId, region, accountId, gen2, protectTables, data = true, mark = true }) {
    return this.#seed('app', [
      ...['--app', path.resolve(app)],
      ...option('--out', out && path.resolve(out)),
      ...envs.flatMap((env) => ['--env', env]),
      ...option('--app-id', appId),
      ...option('--region', region),
      ...option('--account', accountId),
      ...(gen2 ? ['--gen2'] : []),
      ...(protectTables ? ['--protect-tables'] : []),
      ...(data ? [] : ['--no-data']),
      ...(mark ? [] : ['--no-mark']),
    ]);
  }

  /**
   * Deploys a synthesised Gen 2 backend as its root stack, or updates the root stack that is there.
   * @param {AssemblyOptions} options
   * @returns {Promise<DeployedAssembly>}
   */
  deployAssembly({ assemblyDir, appId, branch, region, accountId, parameters = {} }) {
    return this.#seed('assembly', [
      ...['--assembly', path.resolve(assemblyDir)],
      ...option('--app-id', appId),
      ...option('--branch', branch),
      ...option('--region', region),
      ...option('--account', accountId),
      ...Object.entries(parameters).flatMap(([name, value]) => ['--parameter', `${name}=${value}`]),
    ]);
  }

  /**
   * Runs the seeder, whose last line is one JSON document.
   * @param {'app'|'assembly'} command
   * @param {string[]} args
   */
  async #seed(command, args) {
    const all = ['-m', 'standin.seed', command, '--endpoint', this.endpoint, ...args];
    try {
      const { stdout } = await run(this.#python, all, { cwd: CLOUD_DIR, maxBuffer: 64 * 1024 * 1024 });
      return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    } catch (error) {
      const reason = /** @type {{stderr?: string}} */ (error).stderr || errorText(error);
      throw new Error(`Seeding failed (${command} ${args.join(' ')}): ${reason.slice(-4000)}`);
    }
  }
}

/** @param {string} flag @param {string} [value] */
function option(flag, value) {
  return value === undefined ? [] : [flag, value];
}

async function serve() {
  const cloud = await startCloud({ port: Number(process.env.PORT ?? 0), latencyMs: 50, settleMs: 300 });
  console.log(cloud.endpoint);
  const keepAlive = setInterval(() => {}, 60_000);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      clearInterval(keepAlive);
      await cloud.stop();
    });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href && process.argv.includes('--serve'))
  await serve();
