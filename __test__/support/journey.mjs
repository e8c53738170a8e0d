/**
 * A whole migration on the stand-in cloud, step by step, as a user does it: the demonstration, the end-to-end tests, the
 * campaign and the benchmark all travel this way.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { synthesize } from '../gate/synthesize.mjs';
import { Command, BIN } from './cli.mjs';
import { startCloud } from './cloud.mjs';

const APPS = fileURLToPath(new URL('../apps/', import.meta.url));
/** Assemblies by the hash of what they were made from: a synth takes ten seconds and depends on nothing else. */
const ASSEMBLIES = fileURLToPath(new URL('../.work/assemblies/', import.meta.url));

/** Branch that the Gen 2 backend is generated and deployed for. */
export const GEN2_BRANCH = 'gen2-main';

/**
 * @typedef {object} StepOutcome
 * @property {number|null} code exit code
 * @property {string|null} signal
 * @property {string} stdout
 * @property {string} stderr
 * @property {any[]} events with `--json`: every line but the last
 * @property {any} result with `--json`: the last line
 *
 * @typedef {object} StackState
 * @property {string} name
 * @property {string} status
 * @property {any} template
 * @property {Record<string, string>} parameters
 * @property {Record<string, string>} outputs
 * @property {Record<string, string>} tags
 * @property {any} policy
 * @property {Record<string, {type: string, physicalId: string}>} resources
 */

/** An app on its way from Gen 1 to Gen 2. */
export class Journey {
  /**
   * Starts a cloud, seeds the app there and writes its project.
   * @param {{ app: string, latencyMs?: number, settleMs?: number, appsDir?: string, patienceMs?: number }} options
   *   `patienceMs`: how long a command may take
   */
  static async begin({ app, latencyMs = 0, settleMs = 0, appsDir = APPS, patienceMs }) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), `journey-${app}-`));
    const cloud = await startCloud({ latencyMs, settleMs });
    try {
      const seeded = await cloud.seedApp({ app: path.join(appsDir, app), out: path.join(folder, 'project') });
      // Locking protects the tables: the one change of configuration that is meant.
      await cloud.allowChanges([{ type: 'AWS::DynamoDB::Table', path: '/DeletionProtectionEnabled' }]);
      return new Journey(app, folder, cloud, seeded, patienceMs);
    } catch (error) {
      await cloud.stop();
      throw error;
    }
  }

  /**
   * @param {string} app
   * @param {string} folder
   * @param {import('./cloud.mjs').Cloud} cloud
   * @param {any} seeded
   * @param {number} [patienceMs]
   */
  constructor(app, folder, cloud, seeded, patienceMs) {
    this.app = app;
    this.folder = folder;
    this.cloud = cloud;
    this.seeded = seeded;
    this.patienceMs = patienceMs;
    /** @type {string} */
    this.projectDir = seeded.projectDir;
    /** @type {string|null} Gen 2 root stack, once deployed */
    this.gen2Root = null;
    /** @type {string|null} what was deployed to Gen 2 last */
    this.assemblyDir = null;
  }

  /** Stops the cloud and removes everything that was written. */
  async end() {
    await this.cloud.stop();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  /** Environment of a process that works on this cloud. */
  environment() {
    return {
      ...process.env,
      ...this.cloud.environment({ region: this.seeded.region, accountId: this.seeded.accountId }),
      NO_COLOR: '1',
    };
  }

  /**
   * Starts a command of the tool in the project.
   * @param {string[]} args
   * @param {{ patienceMs?: number, cwd?: string }} [options] another project folder; it is killed after that time
   * @returns {Command}
   */
  start(args, { patienceMs = this.patienceMs, cwd = this.projectDir } = {}) {
    return new Command([BIN, ...args], { cwd, env: this.environment(), ...(patienceMs ? { patienceMs } : {}) });
  }

  /** What a command with `--json` has said. @param {import('./cli.mjs').Outcome} outcome @returns {StepOutcome} */
  read(outcome) {
    return readOutcome(outcome);
  }

  /**
   * Runs a command of the tool in the project to its end.
   * @param {...string} args
   * @returns {Promise<StepOutcome>}
   */
  async run(...args) {
    return readOutcome(await this.start(args).outcome);
  }

  /** As {@link run}, with `--yes --json`; an error unless the command succeeded. @param {...string} args */
  async step(...args) {
    const outcome = await this.run(...args, '--yes', '--json');
    if (outcome.code !== 0) {
      throw new Error(
        `${args.join(' ')} exited with ${outcome.code}: ${JSON.stringify(outcome.result?.error ?? outcome.result ?? outcome.stdout)}\n${outcome.stderr}`,
      );
    }
    return outcome;
  }

  /** @param {...string} args */
  git(...args) {
    return execFileSync('git', ['-c', 'user.name=Dev', '-c', 'user.email=dev@example.com', ...args], {
      cwd: this.projectDir,
      encoding: 'utf8',
    });
  }

  /** Generates the Gen 2 backend on a branch of its own and commits it, as the guide says. */
  async generate() {
    this.git('checkout', '-q', '-b', GEN2_BRANCH);
    const outcome = await this.step('generate', '--branch', GEN2_BRANCH);
    this.git('add', '-A');
    this.git('commit', '-q', '-m', 'feat: migrate to gen2');
    return outcome;
  }

  /** Synthesises what is on the Gen 2 branch and deploys it, or deploys it again. @param {{ postRefactor?: boolean }} [options] */
  async deployGen2({ postRefactor = false } = {}) {
    this.git('checkout', '-q', GEN2_BRANCH);
    const assemblyDir = await assembly(this.projectDir, { postRefactor, appId: this.seeded.appId });
    const { appId, region, accountId } = this.seeded;
    const deployed = await this.cloud.deployAssembly({ assemblyDir, appId, branch: GEN2_BRANCH, region, accountId });
    this.gen2Root = deployed.stackName;
    this.assemblyDir = assemblyDir;
    return deployed;
  }

  /** Deploys once more what was deployed last, whatever is checked out. */
  async redeployGen2() {
    const { appId, region, accountId } = this.seeded;
    const assemblyDir = String(this.assemblyDir);
    return this.cloud.deployAssembly({ assemblyDir, appId, branch: GEN2_BRANCH, region, accountId });
  }

  /** Back to the Gen 1 project, from which refactor is run. */
  checkoutGen1() {
    const [first] = this.git('for-each-ref', '--format=%(refname:short)', 'refs/heads')
      .split('\n')
      .filter((branch) => branch && branch !== GEN2_BRANCH);
    this.git('checkout', '-q', first);
  }

  /** Everything up to the moment before the refactor. */
  async prepareRefactor() {
    await this.step('lock');
    await this.generate();
    await this.deployGen2();
    this.checkoutGen1();
  }

  /** All stacks by name. @returns {Promise<Record<string, StackState>>} */
  async stacks() {
    const stacks = await this.cloud.control('GET', '/_stacks');
    return Object.fromEntries(stacks.map((stack) => [stack.name, stack]));
  }
}

/** @param {import('./cli.mjs').Outcome} outcome @returns {StepOutcome} */
function readOutcome(outcome) {
  const lines = outcome.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .flatMap((line) => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
  const result = lines.at(-1)?.type === 'result' ? lines.pop() : undefined;
  return { ...outcome, events: lines, result };
}

/**
 * The cloud assembly of a generated project; synthesised once for the same sources.
 * @param {string} projectDir
 * @param {{ postRefactor: boolean, appId: string }} options
 * @returns {Promise<string>}
 */
export async function assembly(projectDir, { postRefactor, appId }) {
  const name = `${hashOf(projectDir)}-${appId}-${postRefactor ? 'after' : 'before'}`;
  const outDir = path.join(ASSEMBLIES, name);
  if (fs.existsSync(path.join(outDir, 'manifest.json'))) return outDir;
  const making = `${outDir}.making-${process.pid}`;
  const synthesis = await synthesize(projectDir, making, {
    branch: GEN2_BRANCH,
    appId,
    postRefactor,
    typecheck: false,
  });
  if (!synthesis.synth?.ok) throw new Error(`The generated backend does not synthesise: ${synthesis.synth?.error}`);
  fs.rmSync(outDir, { recursive: true, force: true });
  fs.renameSync(making, outDir);
  return outDir;
}

/** Hash of the files that a synth reads. @param {string} projectDir */
function hashOf(projectDir) {
  const hash = createHash('sha256');
  const add = (/** @type {string} */ relative) => {
    const absolute = path.join(projectDir, relative);
    const stat = fs.statSync(absolute, { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isDirectory()) {
      for (const entry of fs.readdirSync(absolute).sort()) add(path.join(relative, entry));
      return;
    }
    hash.update(relative).update('\0').update(fs.readFileSync(absolute)).update('\0');
  };
  for (const root of ['amplify', 'package.json']) add(root);
  return hash.digest('hex').slice(0, 20);
}

/**
 * What differs between the stacks of two moments, leaving out statuses and times.
 * @param {Record<string, StackState>} before
 * @param {Record<string, StackState>} after
 * @returns {string[]}
 */
export function stackDifferences(before, after) {
  const differences = [];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!before[name]) differences.push(`${name}: new`);
    else if (!after[name]) differences.push(`${name}: gone`);
    else {
      for (const part of /** @type {const} */ (['template', 'parameters', 'outputs', 'tags', 'policy', 'resources'])) {
        if (canonical(before[name][part]) !== canonical(after[name][part])) differences.push(`${name}: ${part}`);
      }
    }
  }
  return differences.sort();
}

/** JSON whose keys are sorted. @param {unknown} value @returns {string} */
function canonical(value) {
  return JSON.stringify(value, (_, entry) =>
    entry && typeof entry === 'object' && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)))
      : entry,
  );
}
