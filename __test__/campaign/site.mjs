/**
 * A scenario with the states before and after its step: goes back to either in a moment, runs the tool under faults, and
 * says what differs from what must be.
 */
import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Account } from '../support/account.mjs';
import { stackDifferences } from '../support/journey.mjs';
import { COUNTED, kills, standInFault } from './faults.mjs';

/** How long a run may take before it counts as hanging. */
const PATIENCE_MS = 300_000;
/** A stack policy cannot be removed; one that allows everything is as good as none, alone and beside a Deny. */
const ALLOW_ALL = { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' };
/** Logical id of the resource that keeps a stack from being empty; beside others it is of no account. */
const PLACEHOLDER = 'MigrationPlaceholder';

/**
 * @typedef {import('./cases.mjs').Direction} Direction
 * @typedef {import('./faults.mjs').PlannedFault} PlannedFault
 * @typedef {import('../support/journey.mjs').StepOutcome} StepOutcome
 * @typedef {Record<string, import('../support/journey.mjs').StackState>} Stacks
 *
 * @typedef {object} Base a state of cloud and disk
 * @property {string} snapshot
 * @property {string|null} folder copy of the tool's own folder
 * @property {Stacks} stacks
 * @property {Record<string, string>} variables of the app
 * @property {Record<string, string>} live configuration and owners of every stateful resource
 *
 * @typedef {object} Struck
 * @property {StepOutcome} outcome
 * @property {boolean} killed
 * @property {string[]} struck faults that came to strike, as `kind of service:Action`
 */

export class Site {
  /**
   * Takes the scenario forward and back without any disturbance.
   * @param {import('./scenarios.mjs').Scenario} scenario
   */
  static async of(scenario) {
    const site = new Site(scenario);
    site.start = await site.#base();
    site.size.forward = await site.#undisturbed(scenario.forward);
    site.done = await site.#base();
    site.size.back = await site.#undisturbed(scenario.back);
    const left = await site.problems('start');
    if (left.length > 0)
      throw new Error(`${scenario.name}: an undisturbed run and its rollback leave ${left.join('; ')}`);
    return site;
  }

  /** @param {import('./scenarios.mjs').Scenario} scenario */
  constructor(scenario) {
    this.scenario = scenario;
    this.journey = scenario.journey;
    this.cloud = scenario.journey.cloud;
    this.account = new Account(this.cloud.endpoint, this.journey.seeded);
    /** @type {Base} */
    this.start = /** @type {any} */ (null);
    /** @type {Base} */
    this.done = /** @type {any} */ (null);
    /** @type {import('./cases.mjs').Size} */
    this.size = { forward: { changes: 0, copies: 0 }, back: { changes: 0, copies: 0 } };
  }

  /** @param {Direction} direction @param {boolean} [isFromAnywhere] there may be no journal */
  command(direction, isFromAnywhere = false) {
    return direction === 'back' && isFromAnywhere ? this.scenario.backFromAnywhere : this.scenario[direction];
  }

  /** The state that a direction leads to. @param {Direction} direction @returns {'start'|'done'} */
  static goal(direction) {
    return direction === 'forward' ? 'done' : 'start';
  }

  /** Back to a state. @param {'start'|'done'} state */
  async return(state) {
    const base = this[state];
    await this.cloud.restore(base.snapshot);
    await this.cloud.faults([]);
    const folder = this.ownFolder();
    fs.rmSync(folder, { recursive: true, force: true });
    if (base.folder) fs.cpSync(base.folder, folder, { recursive: true });
  }

  /** A run that nothing happens to. @param {string[]} command @returns {Promise<StepOutcome>} */
  async run(command) {
    const running = this.journey.start([...command, '--yes', '--json'], { patienceMs: PATIENCE_MS });
    return this.journey.read(await running.outcome);
  }

  /**
   * A run that faults strike.
   * @param {string[]} command
   * @param {PlannedFault[]} faults
   * @returns {Promise<Struck>}
   */
  async runUnder(command, faults) {
    await this.cloud.resetRequests();
    await this.cloud.faults(faults.map(standInFault));
    const running = this.journey.start([...command, '--yes', '--json'], { patienceMs: PATIENCE_MS });
    let ended = false;
    const outcome = running.outcome.finally(() => (ended = true));
    let killed = false;
    if (faults.some(kills)) {
      while (!ended && !killed) killed = await this.cloud.waitForAnyHeld({ timeoutMs: 100 });
      if (killed) running.child.kill('SIGKILL');
    }
    const read = this.journey.read(await outcome);
    const calls = await this.cloud.requests();
    await this.cloud.faults([]);
    const struck = calls
      .filter((/** @type {any} */ { fault }) => fault)
      .map((/** @type {any} */ { fault, service, action }) => `${fault} of ${service}:${action}`);
    return { outcome: read, killed, struck };
  }

  /**
   * A run during which somebody else does something: while the change of this index waits.
   * @param {string[]} command
   * @param {number} index
   * @param {() => Promise<void>} interfere
   * @returns {Promise<{ outcome: StepOutcome, isReached: boolean, call: string|null }>}
   */
  async runWhile(command, index, interfere) {
    await this.cloud.resetRequests();
    await this.cloud.faults([{ ...COUNTED.changes, kind: 'pause', nth: index }]);
    const running = this.journey.start([...command, '--yes', '--json'], { patienceMs: PATIENCE_MS });
    let ended = false;
    const outcome = running.outcome.finally(() => (ended = true));
    let isReached = false;
    while (!ended && !isReached) isReached = await this.cloud.waitForAnyHeld({ timeoutMs: 100 });
    let call = null;
    try {
      if (isReached) {
        const { changes } = callsOf(await this.cloud.requests());
        call = `${changes[index - 1]?.service}:${changes[index - 1]?.action}`;
        // The one call waits on; everybody else's go through.
        await interfere();
      }
    } finally {
      await this.cloud.faults([]);
    }
    return { outcome: this.journey.read(await outcome), isReached, call };
  }

  /**
   * What differs from a state, what was lost, and what was left lying about.
   * @param {'start'|'done'} state
   * @returns {Promise<string[]>}
   */
  async problems(state) {
    const expected = this[state];
    const problems = stackDifferences(comparable(expected.stacks), comparable(await this.journey.stacks()));
    const variables = await this.#variables();
    if (!isDeepStrictEqual(variables, expected.variables)) {
      problems.push(`environment variables of the app: ${Object.keys(variables).join(', ')}`);
    }
    const ledger = await this.cloud.ledger();
    const live = liveOf(ledger, this.journey.seeded.deploymentBucket);
    for (const key of new Set([...Object.keys(live), ...Object.keys(expected.live)])) {
      if (live[key] !== expected.live[key]) {
        problems.push(`${key}: ${live[key] ?? 'gone'} instead of ${expected.live[key] ?? 'nothing'}`);
      }
    }
    problems.push(...violationsOf(ledger), ...(await this.leftovers()).map((left) => `left behind: ${left}`));
    return problems;
  }

  /** Change sets that were not executed, and templates in the deployment bucket. @returns {Promise<string[]>} */
  async leftovers() {
    const left = await this.account.ownObjects(this.journey.seeded.deploymentBucket);
    for (const name of Object.keys(await this.journey.stacks())) {
      for (const changeSet of await this.account.openChangeSets(name)) left.push(`change set ${changeSet} of ${name}`);
    }
    return left;
  }

  /** Folder of the tool in the project. */
  ownFolder() {
    return path.join(this.journey.projectDir, '.amplify');
  }

  #variables() {
    return this.account.appVariables(this.journey.seeded.appId);
  }

  /** A run that nobody disturbs. @param {string[]} command @returns {Promise<import('./cases.mjs').Calls>} */
  async #undisturbed(command) {
    await this.cloud.resetRequests();
    await this.journey.step(...command);
    const { changes, copies } = callsOf(await this.cloud.requests());
    return { changes: changes.length, copies: copies.length };
  }

  /** @returns {Promise<Base>} */
  async #base() {
    const snapshot = await this.cloud.snapshot();
    const folder = this.ownFolder();
    let copy = null;
    if (fs.existsSync(folder)) {
      copy = path.join(this.journey.folder, `kept-${snapshot}`);
      fs.cpSync(folder, copy, { recursive: true });
    }
    const stacks = await this.journey.stacks();
    const live = liveOf(await this.cloud.ledger(), this.journey.seeded.deploymentBucket);
    return { snapshot, folder: copy, stacks, variables: await this.#variables(), live };
  }
}

/** The mutating calls of a request log. @param {any[]} requests */
function callsOf(requests) {
  const mutating = requests.filter((request) => request.mutating);
  return {
    changes: mutating.filter((request) => !request.conditional),
    copies: mutating.filter((request) => request.conditional),
  };
}

/** Every violation, also of what was put right again. @param {any} ledger @returns {string[]} */
export function violationsOf(ledger) {
  return ledger.violations.map(
    (/** @type {any} */ { kind, type, id, path: changed, cause, open }) =>
      `ledger: ${kind}: ${type} ${id} ${changed ?? ''} (${cause})${open ? '' : ' (for a time)'}`,
  );
}

/**
 * Configuration (as a hash), data and owners of every stateful resource that exists. The copy of the journal stays in the
 * deployment bucket: what else may lie there {@link Site.leftovers} knows, and the ledger reports what is lost there.
 * @param {any} ledger
 * @param {string} deploymentBucket
 */
function liveOf(ledger, deploymentBucket) {
  /** @type {Record<string, string>} */
  const live = {};
  for (const { exists, type, id, hash, data, owners } of ledger.resources) {
    if (!exists) continue;
    const owner = owners.map((/** @type {string} */ name) => name.split('/').slice(-2).join('/'));
    live[`${type} ${id}`] = JSON.stringify({ hash, data: id === deploymentBucket ? null : data, owner });
  }
  return live;
}

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
