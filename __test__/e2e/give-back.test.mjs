/**
 * Somebody deploys the Gen 2 branch after the refactor without calling postRefactor(): CloudFormation puts new, empty
 * resources in the place of those that hold the data, which are retained and belong to no stack. A rollback gives them back.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Account } from '../support/account.mjs';
import { Journey, stackDifferences } from '../support/journey.mjs';

describe('a deployment without postRefactor() after the refactor', () => {
  /** @type {Journey} */
  let journey;
  /** @type {string[]} */
  let toGen2;
  /** @type {Record<string, import('../support/journey.mjs').StackState>} */
  let stacksBefore;
  /** @type {any[]} */
  let orphaned;
  before(async () => {
    journey = await Journey.begin({ app: 'shop' });
    await journey.prepareRefactor();
    stacksBefore = await journey.stacks();
    toGen2 = ['refactor', '--to', String(journey.gen2Root)];
    await journey.step(...toGen2);
    await journey.redeployGen2();
    orphaned = await withoutOwner();
  });
  after(() => journey?.end());

  /** What no stack owns although one did. */
  async function withoutOwner() {
    const { violations } = await journey.cloud.ledger();
    return violations.filter((/** @type {any} */ { kind, open }) => kind === 'no-owner' && open);
  }

  /** @param {string[]} command */
  async function run(...command) {
    const running = journey.start([...command, '--yes', '--json']);
    return journey.read(await running.outcome);
  }

  test('leaves tables and a stream to nobody', () => {
    const types = orphaned.map(({ type }) => type).sort();
    assert.deepEqual(types, ['AWS::DynamoDB::Table', 'AWS::DynamoDB::Table', 'AWS::Kinesis::Stream']);
  });

  test('is named by the next refactor, with the way back', async () => {
    const { code, result } = await run(...toGen2);
    assert.equal(code, 1);
    assert.equal(result.error.code, 'REFACTOR_RESOURCE_LOST');
    assert.ok(orphaned.some(({ id }) => result.error.message.includes(id)));
    assert.match(result.error.resolution, /--rollback/);
  });

  test('is not taken back while a stack of somebody else has one of the resources', async () => {
    const account = new Account(journey.cloud.endpoint, journey.seeded);
    const stream = orphaned.find(({ type }) => type === 'AWS::Kinesis::Stream');
    await account.importResource('somebody-else', {
      type: stream.type,
      logicalId: 'Theirs',
      identifier: { Name: stream.id },
    });
    const before = await journey.stacks();
    const { code, result } = await run('refactor', '--rollback');
    assert.equal(code, 1);
    assert.equal(result.error.code, 'REFACTOR_RESOURCE_LOST');
    assert.ok(result.error.message.includes(`${stream.id} `), result.error.message);
    assert.match(result.error.message, /it belongs to the stack somebody-else/);
    assert.deepEqual(await journey.stacks(), before);
    await account.deleteStack('somebody-else');
    while ('somebody-else' in (await journey.stacks())) await sleep(100);
  });

  test('is taken back by a rollback: an import gives every resource back to its Gen 1 stack', async () => {
    const { result } = await journey.step('refactor', '--rollback');
    const told = result.findings.filter((/** @type {any} */ { id }) => id === 'refactor-given-back');
    for (const { id } of orphaned) {
      assert.ok(
        told.some((/** @type {any} */ { message }) => message.includes(` ${id}: `)),
        id,
      );
    }
    assert.deepEqual(await withoutOwner(), []);
    const own = (/** @type {string} */ name) => name.startsWith(journey.seeded.gen1Root) && !name.includes('auth');
    const differences = stackDifferences(stacksBefore, await journey.stacks());
    assert.deepEqual(
      differences.filter((difference) => own(difference)),
      [],
    );
  });

  test('leaves nothing in the way of another refactor, and of its rollback', async () => {
    await journey.step(...toGen2);
    assert.deepEqual(await withoutOwner(), []);
    await journey.step('refactor', '--rollback');
    assert.deepEqual(await withoutOwner(), []);
  });
});
