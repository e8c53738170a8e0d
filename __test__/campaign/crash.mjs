/**
 * Kills the tool at a mutating call, before or after its effect, and lets a second run finish or undo. What must be there
 * afterwards is what an uninterrupted run leaves, and the ledger must know of no loss.
 */
import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Account } from '../support/account.mjs';
import { stackDifferences } from '../support/journey.mjs';

const PATIENCE_MS = 60_000;
/** A stack policy cannot be removed; one that allows everything is as good as none, alone and beside a Deny. */
const ALLOW_ALL = { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' };

/**
 * @typedef {'before'|'after'} Moment relative to the effect of the call
 * @typedef {'finish'|'undo'} Continuation
 *
 * @typedef {object} Crash
 * @property {boolean} rollback the rollback is what is killed
 * @property {number} index of the mutating call, from 1
 * @property {Moment} moment
 * @property {Continuation} continuation
 *
 * @typedef {Crash & { killed: boolean, call: string|null, problems: string[], seconds: number }} CrashResult
 *
 * @typedef {Record<string, import('../support/journey.mjs').StackState>} Stacks
 *
 * @typedef {object} Base a state of cloud and disk that crashes begin from
 * @property {string} snapshot
 * @property {string|null} folder copy of the tool's own folder
 * @property {Stacks} stacks
 * @property {Record<string, string>} variables of the app
 * @property {number} calls mutating calls of an uninterrupted run from here
 */

/** One scenario, with the states before and after its step. */
export class CrashSite {
  /** @param {import('./scenarios.mjs').Scenario} scenario */
  static async of(scenario) {
    const site = new CrashSite(scenario);
    site.start = await site.#base();
    site.start.calls = await site.#uninterrupted(scenario.forward);
    site.done = await site.#base();
    site.done.calls = await site.#uninterrupted(scenario.back);
    const left = await site.#problems(site.start);
    if (left.length > 0)
      throw new Error(`${scenario.name}: an uninterrupted run and its rollback leave ${left.join('; ')}`);
    return site;
  }

  /** @param {import('./scenarios.mjs').Scenario} scenario */
  constructor(scenario) {
    this.scenario = scenario;
    this.journey = scenario.journey;
    this.account = new Account(this.journey.cloud.endpoint, this.journey.seeded);
    /** @type {Base} */
    this.start = /** @type {any} */ (null);
    /** @type {Base} */
    this.done = /** @type {any} */ (null);
  }

  /** Every crash there can be. @returns {Crash[]} */
  all() {
    const crashes = [];
    for (const rollback of [false, true]) {
      const { calls } = rollback ? this.done : this.start;
      for (let index = 1; index <= calls; index += 1) {
        for (const moment of /** @type {Moment[]} */ (['before', 'after'])) {
          for (const continuation of /** @type {Continuation[]} */ (['finish', 'undo'])) {
            crashes.push({ rollback, index, moment, continuation });
          }
        }
      }
    }
    return crashes;
  }

  /** Every index before and after the effect, finished and undone in turn: half of {@link all}. */
  everyIndex() {
    return this.all().filter(
      ({ index, moment, continuation }) =>
        ((index + (moment === 'before' ? 0 : 1)) % 2 === 0) === (continuation === 'finish'),
    );
  }

  /**
   * @param {Crash} crash
   * @returns {Promise<CrashResult>}
   */
  async run(crash) {
    const since = Date.now();
    const { forward, back } = this.scenario;
    const [from, to] = crash.rollback ? [this.done, this.start] : [this.start, this.done];
    const [command, opposite] = crash.rollback ? [back, forward] : [forward, back];
    await this.#return(from);
    const { killed, call } = await this.#kill(command, crash);
    const outcome = await this.#run(crash.continuation === 'finish' ? command : opposite);
    const problems = await this.#problems(crash.continuation === 'finish' ? to : from);
    if (outcome.code !== 0) {
      problems.unshift(
        `the second run exited with ${outcome.code}: ${JSON.stringify(outcome.result?.error ?? outcome.stderr)}`,
      );
    }
    return { ...crash, killed, call, problems, seconds: (Date.now() - since) / 1000 };
  }

  /** @param {string[]} command @param {Crash} crash */
  async #kill(command, { index, moment }) {
    const { cloud } = this.journey;
    await cloud.resetRequests();
    await cloud.faults([{ mutating: true, nth: index, kind: moment === 'before' ? 'hang' : 'hang-after' }]);
    const running = this.journey.start([...command, '--yes', '--json']);
    let ended = false;
    const outcome = running.outcome.finally(() => (ended = true));
    const deadline = Date.now() + PATIENCE_MS;
    let killed = false;
    while (!ended && !killed && Date.now() < deadline) {
      killed = await cloud.waitForFault({ timeoutMs: 100 });
    }
    running.child.kill('SIGKILL');
    await outcome;
    const calls = (await cloud.requests()).filter((/** @type {any} */ request) => request.mutating);
    await cloud.faults([]);
    const call = calls[index - 1];
    return { killed, call: call ? `${call.service}:${call.action}` : null };
  }

  /** @param {string[]} command */
  async #run(command) {
    return this.journey.run(...command, '--yes', '--json');
  }

  /** Mutating calls of a run that nobody disturbs. @param {string[]} command */
  async #uninterrupted(command) {
    await this.journey.cloud.resetRequests();
    await this.journey.step(...command);
    const calls = await this.journey.cloud.requests();
    return calls.filter((/** @type {any} */ request) => request.mutating).length;
  }

  /** Differences from a state, losses, and what was left lying about. @param {Base} expected */
  async #problems(expected) {
    const problems = stackDifferences(comparable(expected.stacks), comparable(await this.journey.stacks()));
    const variables = await this.#variables();
    if (JSON.stringify(variables) !== JSON.stringify(expected.variables)) {
      problems.push(`environment variables of the app: ${Object.keys(variables).join(', ')}`);
    }
    const { violations } = await this.journey.cloud.ledger();
    for (const violation of violations.filter((/** @type {any} */ one) => one.open)) {
      problems.push(
        `${violation.kind}: ${violation.type} ${violation.id} ${violation.path ?? ''} (${violation.cause})`,
      );
    }
    for (const left of await this.#leftovers()) problems.push(`left behind: ${left}`);
    return problems;
  }

  /** Change sets that were not executed, and templates in the deployment bucket. */
  async #leftovers() {
    const left = await this.account.ownObjects(this.journey.seeded.deploymentBucket);
    for (const name of Object.keys(await this.journey.stacks())) {
      for (const changeSet of await this.account.openChangeSets(name)) left.push(`change set ${changeSet} of ${name}`);
    }
    return left;
  }

  #variables() {
    return this.account.appVariables(this.journey.seeded.appId);
  }

  /** @returns {Promise<Base>} */
  async #base() {
    const snapshot = await this.journey.cloud.snapshot();
    const folder = this.#ownFolder();
    let copy = null;
    if (fs.existsSync(folder)) {
      copy = path.join(this.journey.folder, `kept-${snapshot}`);
      fs.cpSync(folder, copy, { recursive: true });
    }
    return {
      snapshot,
      folder: copy,
      stacks: await this.journey.stacks(),
      variables: await this.#variables(),
      calls: 0,
    };
  }

  /** @param {Base} base */
  async #return(base) {
    await this.journey.cloud.restore(base.snapshot);
    const folder = this.#ownFolder();
    fs.rmSync(folder, { recursive: true, force: true });
    if (base.folder) fs.cpSync(base.folder, folder, { recursive: true });
  }

  #ownFolder() {
    return path.join(this.journey.projectDir, '.amplify');
  }
}

/** Logical id of the resource that keeps a stack from being empty; beside others it is of no account. */
const PLACEHOLDER = 'MigrationPlaceholder';

/**
 * Stacks without what may differ between two ways to the same end.
 * @param {Stacks} stacks
 * @returns {Stacks}
 */
function comparable(stacks) {
  return Object.fromEntries(
    Object.entries(stacks).map(([name, stack]) => {
      const statements = stack.policy ? JSON.parse(stack.policy).Statement : [];
      const policy = statements.filter((/** @type {unknown} */ statement) => !isDeepStrictEqual(statement, ALLOW_ALL));
      const { [PLACEHOLDER]: _, ...resources } = stack.resources;
      const { [PLACEHOLDER]: __, ...definitions } = stack.template?.Resources ?? {};
      return [name, { ...stack, policy, resources, template: { ...stack.template, Resources: definitions } }];
    }),
  );
}

/** One line for people. @param {CrashResult} result */
export function describeCrash({ rollback, index, moment, continuation, call, killed, problems, seconds }) {
  const place = `${rollback ? 'rollback' : 'forward'} #${index} ${moment} ${call ?? '?'}`;
  const state = killed ? '' : ' (not reached)';
  return `${problems.length === 0 ? 'ok  ' : 'FAIL'} ${place}, then ${continuation}${state} ${seconds.toFixed(1)} s${problems.map((problem) => `\n       ${problem}`).join('')}`;
}
