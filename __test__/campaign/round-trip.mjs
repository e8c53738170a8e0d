/**
 * An app's whole way to Gen 2 and back: lock, generate, deployment beside Gen 1, refactor, the deployment after it with
 * `postRefactor()`, and the rollback, both right after the refactor and after that deployment.
 *
 * `npm run round-trip [-- --app NAME ...]` takes every app of `../apps` there and back, one at a time, and says what was
 * not as it must be.
 */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { changesOfProduction, ownersOfProduction } from '../demo/proof.mjs';
import { Journey, stackDifferences } from '../support/journey.mjs';

/** How long a command may take: the largest app has hundreds of stacks. */
const PATIENCE_MS = 900_000;

/**
 * @typedef {object} RoundTrip
 * @property {string[]} problems what was not as it must be; empty: everything was
 * @property {{ operations: number, calls: number, changes: number }} refactor
 * @property {number} production resources that hold data
 * @property {Record<string, number>} seconds of each part of the way
 */

/**
 * Takes an app there and back.
 * @param {string} app
 * @param {{ appsDir?: string }} [options]
 * @returns {Promise<RoundTrip>}
 */
export async function roundTrip(app, { appsDir } = {}) {
  const journey = await Journey.begin({ app, patienceMs: PATIENCE_MS, ...(appsDir ? { appsDir } : {}) });
  try {
    return await new Traveller(journey).travel();
  } finally {
    await journey.end();
  }
}

class Traveller {
  /** @type {string[]} */
  problems = [];
  /** @type {Record<string, number>} */
  seconds = {};

  /** @param {Journey} journey */
  constructor(journey) {
    this.journey = journey;
    this.ownFolder = path.join(journey.projectDir, '.amplify');
    this.keptFolder = path.join(journey.folder, 'kept');
  }

  /** @returns {Promise<RoundTrip>} */
  async travel() {
    const { journey } = this;
    const atFirst = await journey.stacks();
    await this.#timed('lock', () => journey.step('lock'));
    await this.#timed('generate', () => journey.generate());
    await this.#timed('deploy', () => journey.deployGen2());
    journey.checkoutGen1();
    this.#note('the deployment beside Gen 1', await changesOfProduction(journey.cloud));
    const before = await journey.stacks();
    const owners = await ownersOfProduction(journey.cloud);

    await journey.cloud.resetRequests();
    const refactor = ['refactor', '--to', String(journey.gen2Root)];
    const { result } = await this.#timed('refactor', () => journey.step(...refactor));
    const requests = await journey.cloud.requests();
    this.#note('the refactor', [...(await changesOfProduction(journey.cloud)), ...(await this.#strayed())]);
    const again = await journey.step(...refactor);
    this.#note(
      'a second refactor',
      again.result.operations.map((/** @type {any} */ { description }) => description),
    );

    const moved = await journey.cloud.snapshot();
    fs.cpSync(this.ownFolder, this.keptFolder, { recursive: true });
    await this.#timed('rollback', () => journey.step('refactor', '--rollback'));
    this.#note('the rollback', [
      ...stackDifferences(before, await journey.stacks()),
      ...(await changesOfProduction(journey.cloud)),
    ]);
    await journey.step('lock', '--rollback');
    this.#note('the end of the lock', this.#ofGen1(stackDifferences(atFirst, await journey.stacks())));

    await journey.cloud.restore(moved);
    fs.rmSync(this.ownFolder, { recursive: true, force: true });
    fs.cpSync(this.keptFolder, this.ownFolder, { recursive: true });
    await this.#timed('redeploy', () => journey.deployGen2({ postRefactor: true }));
    journey.checkoutGen1();
    this.#note('the next deployment', [...(await this.#untold(result.nextDeployment)), ...(await this.#strayed())]);
    await this.#timed('rollback after it', () => journey.step('refactor', '--rollback'));
    this.#note('the rollback after the next deployment', [
      ...(await this.#untold(result.nextDeployment)),
      ...differentOwners(owners, await ownersOfProduction(journey.cloud)),
    ]);
    return {
      problems: this.problems,
      refactor: {
        operations: result.operations.length,
        calls: requests.length,
        changes: requests.filter((/** @type {any} */ { mutating }) => mutating).length,
      },
      production: owners.length,
      seconds: this.seconds,
    };
  }

  /** @template T @param {string} part @param {() => Promise<T>} work @returns {Promise<T>} */
  async #timed(part, work) {
    const began = performance.now();
    const value = await work();
    this.seconds[part] = Math.round((performance.now() - began) / 100) / 10;
    return value;
  }

  /** @param {string} cause @param {string[]} problems */
  #note(cause, problems) {
    this.problems.push(...problems.map((problem) => `${cause}: ${problem}`));
  }

  /** Production resources that ought to be with Gen 2 and are not. */
  async #strayed() {
    const all = await ownersOfProduction(this.journey.cloud);
    return all
      .filter(
        ({ owners, movable }) => movable && !owners.every((owner) => owner.startsWith(`${this.journey.gen2Root}-`)),
      )
      .map(({ type, id, owners }) => `${type} ${id} is owned by ${owners.join(', ')}`);
  }

  /** What a deployment did to production that the plan had not told. @param {any[]} nextDeployment */
  async #untold(nextDeployment) {
    const told = new Set(nextDeployment.map(({ physicalId }) => physicalId));
    const { violations } = await this.journey.cloud.ledger();
    return violations
      .filter(
        // The ledger tells groups of several pools apart.
        (/** @type {any} */ { kind, id }) => kind !== 'config-changed' || !told.has(id.split('|').at(-1)),
      )
      .map((/** @type {any} */ violation) => JSON.stringify(violation));
  }

  /** Differences of Gen 1 stacks, but for their policies: one that allows everything is as good as none. @param {string[]} differences */
  #ofGen1(differences) {
    const { appId } = this.journey.seeded;
    return differences.filter((entry) => !entry.startsWith(`amplify-${appId}-`) && !entry.endsWith(': policy'));
  }
}

/**
 * @param {import('../demo/proof.mjs').ProductionResource[]} before
 * @param {import('../demo/proof.mjs').ProductionResource[]} after
 */
function differentOwners(before, after) {
  const text = (/** @type {import('../demo/proof.mjs').ProductionResource} */ { type, id, owners }) =>
    `${type} ${id} of ${owners.join(', ')}`;
  const now = new Set(after.map(text));
  return before
    .map(text)
    .filter((one) => !now.has(one))
    .map((one) => `no longer ${one}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { app: { type: 'string', multiple: true } } });
  const { APPS } = await import('./scenarios.mjs');
  let failed = false;
  for (const app of values.app ?? APPS) {
    try {
      const { problems, refactor, production, seconds } = await roundTrip(app);
      failed ||= problems.length > 0;
      const parts = Object.entries(seconds).map(([part, time]) => `${part} ${time} s`);
      console.log(
        `${app}: ${problems.length > 0 ? 'NOT AS IT MUST BE' : 'there and back'}; ${production} production resources; ` +
          `refactor: ${refactor.operations} operations, ${refactor.calls} calls, ${refactor.changes} of them changes; ${parts.join(', ')}`,
      );
      for (const problem of problems) console.log(`  ${problem}`);
    } catch (error) {
      failed = true;
      console.log(`${app}: FAILED: ${error instanceof Error ? error.message : error}`);
    }
  }
  process.exitCode = failed ? 1 : 0;
}
