/** The whole migration of the sample apps on the stand-in cloud, through the command line, with real generated code. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { changesOfProduction, ownersOfProduction } from '../demo/proof.mjs';
import { Journey, stackDifferences } from '../support/journey.mjs';

for (const app of ['notes', 'shop', 'odd', 'depot']) {
  describe(`migration of ${app}`, () => {
    /** @type {Journey} */
    let journey;
    /** @type {string} */
    let deployed;
    /** @type {Record<string, import('../support/journey.mjs').StackState>} */
    let stacksBefore;

    before(async () => {
      journey = await Journey.begin({ app });
      await journey.prepareRefactor();
      stacksBefore = await journey.stacks();
      deployed = await journey.cloud.snapshot();
    });
    after(() => journey?.end());

    const refactor = () => journey.step('refactor', '--to', String(journey.gen2Root));

    test('lock, generate and deployment beside Gen 1 harm nothing', async () => {
      await journey.cloud.restore(deployed);
      assert.deepEqual(await changesOfProduction(journey.cloud), []);
    });

    test('refactor moves every stateful resource to Gen 2 and changes none', async () => {
      await journey.cloud.restore(deployed);
      const { result } = await refactor();
      assert.equal(result.status, 'done');
      assert.deepEqual(await changesOfProduction(journey.cloud), []);
      const moving = (await ownersOfProduction(journey.cloud)).filter((resource) => resource.movable);
      assert.ok(moving.length > 0);
      for (const { type, id, owners } of moving) {
        assert.equal(owners.length, 1, `${type} ${id}`);
        assert.ok(owners[0].startsWith(`${journey.gen2Root}-`), `${type} ${id} is owned by ${owners[0]}`);
      }
    });

    test('a second refactor has nothing to do', async () => {
      await journey.cloud.restore(deployed);
      await refactor();
      const { result } = await refactor();
      assert.equal(result.status, 'done');
      assert.deepEqual(result.operations, []);
    });

    test('rollback brings back both trees exactly, and refactor works again after it', async () => {
      await journey.cloud.restore(deployed);
      await refactor();
      await journey.step('refactor', '--rollback');
      assert.deepEqual(stackDifferences(stacksBefore, await journey.stacks()), []);
      await refactor();
      await journey.step('refactor', '--rollback');
      assert.deepEqual(stackDifferences(stacksBefore, await journey.stacks()), []);
      assert.deepEqual(await changesOfProduction(journey.cloud), []);
    });

    test('the deployment after the refactor deletes and replaces nothing', async () => {
      await journey.cloud.restore(deployed);
      await refactor();
      await journey.deployGen2({ postRefactor: true });
      journey.checkoutGen1();
      const { violations } = await journey.cloud.ledger();
      const losses = violations.filter((violation) => violation.kind !== 'config-changed');
      assert.deepEqual(losses, []);
      const moving = (await ownersOfProduction(journey.cloud)).filter((resource) => resource.movable);
      for (const { type, id, owners } of moving) {
        assert.ok(
          owners.length === 1 && owners[0].startsWith(`${journey.gen2Root}-`),
          `${type} ${id} is owned by ${owners}`,
        );
      }
    });

    test('lock is taken back exactly', async () => {
      await journey.cloud.restore(deployed);
      const { result } = await journey.step('lock', '--rollback');
      assert.equal(result.status, 'done');
      assert.deepEqual(await changesOfProduction(journey.cloud), []);
    });
  });
}
