/**
 * Before anything moves the tool tells what the next Gen 2 deployment will do to what moves, and refuses when that costs a
 * resource; what it predicts for the sample apps is what the stand-in cloud then does.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Journey, stackDifferences } from '../support/journey.mjs';

/** A change that somebody makes to the generated backend: the web client gets a secret. */
const SECRET = 'backend.auth.resources.cfnResources.cfnUserPoolClient.generateSecret = true;\n\n';

describe('a Gen 2 backend that would replace what moves', () => {
  /** @type {Journey} */
  let journey;
  /** @type {string} */
  let backendFile;
  /** @type {string} */
  let generated;
  before(async () => {
    journey = await Journey.begin({ app: 'notes' });
    await journey.step('lock');
    await journey.generate();
    backendFile = path.join(journey.projectDir, 'amplify/backend.ts');
    generated = fs.readFileSync(backendFile, 'utf8');
    await deploy(generated.replace('// postRefactor();', `${SECRET}// postRefactor();`), 'feat: secret');
  });
  after(() => journey?.end());

  /** @param {string} source @param {string} message */
  async function deploy(source, message) {
    journey.git('checkout', '-q', 'gen2-main');
    fs.writeFileSync(backendFile, source);
    journey.git('commit', '-q', '-a', '-m', message);
    await journey.deployGen2();
    journey.checkoutGen1();
  }

  const refactor = (/** @type {string[]} */ ...flags) =>
    journey.run('refactor', '--to', String(journey.gen2Root), '--yes', '--json', ...flags);

  /** @param {string[]} flags */
  async function isRefused(...flags) {
    const stacks = await journey.stacks();
    const { code, result } = await refactor(...flags);
    assert.equal(code, 1);
    assert.equal(result.error.code, 'VALIDATION_FAILED');
    const [failed] = result.error.details.validations;
    assert.equal(failed.name, 'Next Deployment');
    assert.match(
      failed.report,
      /amplifyAuthUserPoolAppClient\w+ of \S+-auth\S+: AWS::Cognito::UserPoolClient \S+ would be replaced, because GenerateSecret is not set and becomes true/,
    );
    assert.match(failed.resolution, /deploy the branch/);
    const blocking = result.nextDeployment.filter(
      (/** @type {any} */ { effect, avoidedByPostRefactor }) =>
        (effect === 'replace' || effect === 'refused') && !avoidedByPostRefactor,
    );
    assert.deepEqual(
      blocking.map((/** @type {any} */ { property, effect }) => [property, effect]),
      [['GenerateSecret', 'replace']],
    );
    assert.deepEqual(stackDifferences(stacks, await journey.stacks()), []);
  }

  test('is refused before the first change', () => isRefused());
  test('is refused with --skip-validations, too', () => isRefused('--skip-validations'));

  test('is accepted once the code is mended and deployed', async () => {
    await deploy(generated, 'fix: as in Gen 1');
    const { code, result } = await refactor();
    assert.equal(code, 0, JSON.stringify(result.error));
    const { violations } = await journey.cloud.ledger();
    assert.deepEqual(violations, []);
  });
});

for (const app of ['shop', 'workshop']) {
  test(`what is predicted for ${app} is what the next deployment does`, async () => {
    const journey = await Journey.begin({ app });
    try {
      await journey.prepareRefactor();
      const { result } = await journey.step('refactor', '--to', String(journey.gen2Root));
      const changes = result.nextDeployment;
      const names = changes.filter((/** @type {any} */ { effect }) => effect === 'replace' || effect === 'refused');
      assert.ok(names.length > 0, 'Gen 2 resources have names of their own');
      for (const { avoidedByPostRefactor, property } of names) {
        assert.ok(avoidedByPostRefactor, property);
      }
      assert.deepEqual(
        changes.filter((/** @type {any} */ { effect }) => effect === 'unknown' || effect === 'unprotected'),
        [],
      );
      // Called, postRefactor() avoids what the plan says that it avoids: nothing is lost.
      const moved = await journey.cloud.snapshot();
      await journey.deployGen2({ postRefactor: true });
      const { violations } = await journey.cloud.ledger();
      const losses = violations.filter((/** @type {any} */ { kind }) => kind !== 'config-changed');
      assert.deepEqual(losses, []);
      // Whatever changed had been told.
      const told = new Set(changes.map((/** @type {any} */ { physicalId }) => physicalId));
      for (const violation of violations) {
        // The ledger tells groups of several pools apart.
        assert.ok(told.has(violation.id.split('|').at(-1)), JSON.stringify(violation));
      }
      // Not called, the names are what costs the resources.
      await journey.cloud.restore(moved);
      await journey.deployGen2({ postRefactor: false }).catch(() => undefined);
      const without = await journey.cloud.ledger();
      assert.notDeepEqual(
        without.violations.filter((/** @type {any} */ { kind }) => kind !== 'config-changed'),
        [],
      );
    } finally {
      await journey.end();
    }
  });
}
