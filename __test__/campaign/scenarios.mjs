/**
 * Places from which the crash campaign sets out: a cloud and a project right before a step, with the step, its rollback and
 * what both must leave behind.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startCloud } from '../support/cloud.mjs';
import { Journey } from '../support/journey.mjs';

/** Deletion protection of tables is what `lock` switches on and off; nothing else may change. */
export const LOCK_CHANGES = [{ type: 'AWS::DynamoDB::Table', path: '/DeletionProtectionEnabled' }];

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {Journey} journey
 * @property {string[]} forward the step
 * @property {string[]} back its rollback
 */

/**
 * Right before the lock.
 * @param {string} app
 * @returns {Promise<Scenario>}
 */
export async function beforeLock(app) {
  const journey = await Journey.begin({ app });
  await journey.cloud.allowChanges(LOCK_CHANGES);
  return { name: `${app}: lock`, journey, forward: ['lock'], back: ['lock', '--rollback'] };
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

/**
 * Right before the refactor of an app whose deployed Gen 2 stacks lie beside its Gen 1 stacks.
 * @param {string} folder
 * @returns {Promise<Scenario>}
 */
export async function beforeRefactorOfDeployed(folder) {
  const name = path.basename(folder);
  const work = fs.mkdtempSync(path.join(os.tmpdir(), `journey-${name}-`));
  const cloud = await startCloud();
  try {
    const seeded = await cloud.seedApp({
      app: folder,
      out: path.join(work, 'project'),
      gen2: true,
      protectTables: true,
    });
    const journey = new Journey(name, work, cloud, seeded);
    journey.gen2Root = seeded.gen2Root;
    await cloud.allowChanges(LOCK_CHANGES);
    await journey.step('lock');
    return refactorOf(name, journey);
  } catch (error) {
    await cloud.stop();
    throw error;
  }
}

/** @param {string} name @param {Journey} journey @returns {Scenario} */
function refactorOf(name, journey) {
  // The assessment is about generate as much as about refactor; what is crashed here is the refactor.
  const forward = ['refactor', '--to', String(journey.gen2Root), '--no-rollback'];
  return { name: `${name}: refactor`, journey, forward, back: ['refactor', '--rollback'] };
}
