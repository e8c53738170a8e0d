/**
 * A large app goes to Gen 2 and back: sixty models, nineteen tables, five groups, a stack with more resources than a page and
 * a template of 400 kB, more moves than fit into one answer's habits.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { changesOfProduction, ownersOfProduction } from '../demo/proof.mjs';
import { Account } from '../support/account.mjs';
import { Journey, stackDifferences } from '../support/journey.mjs';
import { makeLargeApp } from '../support/large-app.mjs';

/** A command on a busy machine. */
const PATIENCE_MS = 10 * 60_000;
const INLINE_LIMIT = 51_200;

describe('a large app', () => {
  /** @type {Journey} */
  let journey;
  /** @type {Account} */
  let account;
  /** @type {string} */
  let appsDir;
  /** @type {Record<string, import('../support/journey.mjs').StackState>} */
  let stacksBefore;
  /** @type {any[]} */
  let changesBefore;
  /** @type {any} */
  let refactored;
  /** @type {any[]} */
  let moves;

  before(async () => {
    appsDir = fs.mkdtempSync(path.join(os.tmpdir(), 'large-app-'));
    makeLargeApp(appsDir, 'metropolis');
    journey = await Journey.begin({ app: 'metropolis', appsDir, patienceMs: PATIENCE_MS });
    account = new Account(journey.cloud.endpoint, journey.seeded);
    await journey.prepareRefactor();
    stacksBefore = await journey.stacks();
    changesBefore = await changesOfProduction(journey.cloud);
    await journey.cloud.resetRequests();
    refactored = (await journey.step('refactor', '--to', String(journey.gen2Root))).result;
    moves = refactored.operations.flatMap((/** @type {any} */ { moves: these }) => these ?? []);
  });
  after(async () => {
    await journey?.end();
    fs.rmSync(appsDir, { recursive: true, force: true });
  });

  /** @param {string} type @param {(name: string) => boolean} [isMeant] */
  const stacksWith = (type, isMeant = () => true) =>
    Object.values(stacksBefore).filter(
      ({ name, resources }) => isMeant(name) && Object.values(resources).some((resource) => resource.type === type),
    );
  const isGen1 = (/** @type {string} */ name) => name.startsWith(journey.seeded.gen1Root);
  const documents = () => `${journey.seeded.gen1Root}-storagedocuments-`;
  const calls = async (/** @type {string} */ action) =>
    (await journey.cloud.requests()).filter((/** @type {any} */ call) => call.action === action);

  test('it is as large as is said', () => {
    const tables = stacksWith('AWS::DynamoDB::Table', isGen1);
    const isStorage = (/** @type {{ name: string }} */ { name }) => name.includes('-storage');
    assert.ok(tables.filter((stack) => !isStorage(stack)).length >= 60, 'stacks of models');
    assert.ok(tables.filter(isStorage).length >= 16, 'tables');
    const [groups] = stacksWith('AWS::Cognito::UserPoolGroup', isGen1);
    const ofGroups = Object.values(groups.resources).filter(({ type }) => type === 'AWS::Cognito::UserPoolGroup');
    assert.equal(ofGroups.length, 5);
    const [stack] = Object.values(stacksBefore).filter(({ name }) => name.startsWith(documents()));
    assert.ok(Object.keys(stack.resources).length > 100);
    assert.ok(JSON.stringify(stack.template).length > 400_000);
  });

  test('locking, generating and deploying it beside Gen 1 harm nothing', () => {
    assert.deepEqual(changesBefore, []);
  });

  test('refactor moves every resource that holds data, and changes none', async () => {
    assert.equal(refactored.status, 'done');
    assert.ok(moves.length > 50, `${moves.length} moves, there and into the holding stacks`);
    assert.deepEqual(await changesOfProduction(journey.cloud), []);
    const moving = (await ownersOfProduction(journey.cloud)).filter((resource) => resource.movable);
    assert.ok(moving.length > 25, `${moving.length} resources`);
    for (const { type, id, owners } of moving)
      assert.match(owners.join(), new RegExp(`^${journey.gen2Root}-[^,]*$`), `owners of ${type} ${id}`);
  });

  test('the template that is too large for a request went by the bucket, and nothing of it is left there', async () => {
    const puts = (await calls('PutObject')).filter((/** @type {any} */ { params }) =>
      /^gen2-migration\//.test(params.Key),
    );
    assert.ok(puts.some((/** @type {any} */ { params }) => params.Key.includes('-storagedocuments-')));
    const urls = [...(await calls('CreateChangeSet')), ...(await calls('CreateStackRefactor'))]
      .flatMap(({ params }) => Object.entries(params))
      .filter(([name]) => name.endsWith('TemplateURL'));
    assert.ok(urls.length >= 2);
    assert.deepEqual(await account.ownObjects(journey.seeded.deploymentBucket), []);
    const [live] = Object.values(await journey.stacks()).filter(({ name }) => name.startsWith(documents()));
    assert.ok(JSON.stringify(live.template).length > INLINE_LIMIT);
    assert.equal(Object.keys(live.resources).length, Object.keys(live.template.Resources).length);
  });

  test('lists are read to their last page', async () => {
    const pages = (await calls('ListStackResources')).filter((/** @type {any} */ { params }) => params.NextToken);
    assert.ok(pages.length > 0);
  });

  test('rollback brings back both trees exactly', async () => {
    await journey.step('refactor', '--rollback');
    assert.deepEqual(stackDifferences(stacksBefore, await journey.stacks()), []);
    assert.deepEqual(await changesOfProduction(journey.cloud), []);
    assert.deepEqual(await account.ownObjects(journey.seeded.deploymentBucket), []);
  });
});
