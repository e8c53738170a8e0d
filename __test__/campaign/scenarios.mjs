/**
 * Places from which the campaign sets out: a cloud and a project right before a step, with the step, its rollback and
 * what both must leave behind.
 */
import { Journey } from '../support/journey.mjs';

/** Deletion protection of tables is what `lock` switches on and off; nothing else may change. */
export const LOCK_CHANGES = [{ type: 'AWS::DynamoDB::Table', path: '/DeletionProtectionEnabled' }];

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {Journey} journey
 * @property {string[]} forward the step
 * @property {string[]} back its rollback
 * @property {string[]} backFromAnywhere its rollback, also where no journal tells what it is about
 */

/** The app whose runs take minutes: the campaign strikes it only when it is named. */
export const LARGEST = 'metro';

/** All apps of `../apps`. */
export const APPS = [
  'notes',
  'shop',
  'odd',
  'depot',
  'atlas',
  'forum',
  'clinic',
  'workshop',
  'gallery',
  'club',
  'guests',
  'bazaar',
  'metro',
];

/** Steps that change what is deployed. */
export const STEPS = /** @type {const} */ (['lock', 'refactor']);

/**
 * Right before a step.
 * @param {string} app
 * @param {typeof STEPS[number]} step
 * @returns {Promise<Scenario>}
 */
export function before(app, step) {
  return step === 'lock' ? beforeLock(app) : beforeRefactor(app);
}

/**
 * Right before the lock.
 * @param {string} app
 * @returns {Promise<Scenario>}
 */
export async function beforeLock(app) {
  const journey = await Journey.begin({ app });
  await journey.cloud.allowChanges(LOCK_CHANGES);
  const back = ['lock', '--rollback'];
  return { name: `${app}/lock`, journey, forward: ['lock'], back, backFromAnywhere: back };
}

/**
 * Right before the refactor, on the way that a user goes: lock, generate, deploy.
 * @param {string} app
 * @returns {Promise<Scenario>}
 */
export async function beforeRefactor(app) {
  const journey = await Journey.begin({ app });
  await journey.cloud.allowChanges(LOCK_CHANGES);
  await journey.prepareRefactor();
  return refactorOf(app, journey);
}

/** @param {string} name @param {Journey} journey @returns {Scenario} */
function refactorOf(name, journey) {
  // The assessment is about generate as much as about refactor; what is crashed here is the refactor.
  const forward = ['refactor', '--to', String(journey.gen2Root), '--no-rollback'];
  const back = ['refactor', '--rollback'];
  return {
    name: `${name}/refactor`,
    journey,
    forward,
    back,
    backFromAnywhere: [...back, '--to', String(journey.gen2Root)],
  };
}
