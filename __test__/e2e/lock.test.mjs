/** Locking and unlocking through the command line: what is there before and after, and what stands in the way. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOCK_CHANGES } from '../campaign/scenarios.mjs';
import { Account } from '../support/account.mjs';
import { Journey, stackDifferences } from '../support/journey.mjs';

const MARKER = 'GEN2_MIGRATION_ENVIRONMENT_NAME';
const DENY = { Effect: 'Deny', Action: 'Update:*', Principal: '*', Resource: '*' };
const OWN_POLICY = {
  Statement: [
    { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' },
    { Effect: 'Deny', Action: 'Update:Delete', Principal: '*', Resource: 'LogicalResourceId/DeploymentBucket' },
  ],
};

for (const app of ['notes', 'shop']) {
  describe(`lock of ${app}`, () => {
    /** @type {Journey} */
    let journey;
    /** @type {Account} */
    let account;
    /** @type {string} */
    let start;

    before(async () => {
      journey = await Journey.begin({ app });
      account = new Account(journey.cloud.endpoint, journey.seeded);
      await journey.cloud.allowChanges(LOCK_CHANGES);
      start = await journey.cloud.snapshot();
    });
    beforeEach(async () => {
      await journey.cloud.restore(start);
      await journey.cloud.faults([]);
      fs.rmSync(path.join(journey.projectDir, '.amplify'), { recursive: true, force: true });
    });
    after(() => journey?.end());

    const root = async () => (await journey.stacks())[journey.seeded.gen1Root];
    const statements = async () => JSON.parse((await root()).policy).Statement;
    const variables = () => account.appVariables(journey.seeded.appId);
    const refused = async (/** @type {string[]} */ ...args) => {
      const before = await journey.stacks();
      const outcome = await journey.run(...args, '--yes', '--json');
      assert.equal(outcome.code, 1, outcome.stdout);
      assert.deepEqual(stackDifferences(before, await journey.stacks()), []);
      const { error } = outcome.result;
      assert.ok(error.resolution.length > 20, JSON.stringify(error));
      return error;
    };

    test('marks, denies updates, protects; a second time there is nothing to do', async () => {
      const before = await journey.stacks();
      const { result, events } = await journey.step('lock');
      assert.equal(result.status, 'done');
      assert.equal((await variables())[MARKER], journey.seeded.env);
      assert.deepEqual(await statements(), [DENY]);
      const drift = events.find((event) => event.type === 'validated' && event.validation.name === 'Drift');
      assert.equal(drift.validation.status, 'not-checked');
      const protectable =
        /^AWS::(Cognito::UserPool(Client|Group)?|Cognito::IdentityPool|S3::Bucket|DynamoDB::Table|Kinesis::Stream)$/;
      let seen = 0;
      for (const [name, stack] of Object.entries(await journey.stacks())) {
        for (const [logicalId, { type }] of Object.entries(stack.resources)) {
          if (!protectable.test(type)) continue;
          const definition = stack.template.Resources[logicalId];
          assert.deepEqual(
            [definition.DeletionPolicy, definition.UpdateReplacePolicy],
            ['Retain', 'Retain'],
            `${name} ${logicalId}`,
          );
          seen += 1;
        }
      }
      assert.ok(seen > 4);
      const again = await journey.step('lock');
      assert.deepEqual(again.result.operations, []);
      await journey.step('lock', '--rollback');
      const differences = stackDifferences(before, await journey.stacks());
      assert.deepEqual(differences, [`${journey.seeded.gen1Root}: policy`], 'a policy cannot be removed');
      assert.equal((await variables())[MARKER], undefined);
      assert.deepEqual(await account.ownObjects(journey.seeded.deploymentBucket), []);
      const { violations } = await journey.cloud.ledger();
      assert.deepEqual(violations, []);
    });

    test('an update of the root is refused while it is locked', async () => {
      await journey.step('lock');
      const { template, parameters } = await root();
      template.Resources.AuthRole.Properties.MaxSessionDuration = 7200;
      await account.updateStack(journey.seeded.gen1Root, template, Object.keys(parameters));
      await until(async () => !(await root()).status.endsWith('_IN_PROGRESS'));
      const after = await root();
      assert.equal(after.status, 'UPDATE_ROLLBACK_COMPLETE');
      assert.equal(after.template.Resources.AuthRole.Properties.MaxSessionDuration, undefined);
    });

    test('a policy and variables that were there are kept, and come back', async () => {
      await account.setStackPolicy(journey.seeded.gen1Root, OWN_POLICY);
      await account.setAppVariables(journey.seeded.appId, { TOKEN: 'geheim $x `y` "z"', [MARKER]: '' });
      await journey.step('lock');
      assert.deepEqual(await statements(), [...OWN_POLICY.Statement, DENY]);
      assert.deepEqual(await variables(), { TOKEN: 'geheim $x `y` "z"', [MARKER]: journey.seeded.env });
      const journal = fs.readFileSync(
        path.join(journey.projectDir, '.amplify/gen2-migration', `journal-${journey.seeded.env}.jsonl`),
        'utf8',
      );
      assert.doesNotMatch(journal, /geheim/);
      await journey.step('lock', '--rollback');
      assert.deepEqual(await statements(), OWN_POLICY.Statement);
      assert.equal((await variables()).TOKEN, 'geheim $x `y` "z"');
    });

    test('without the journal the lock is taken back from what was pushed', async () => {
      const before = await journey.stacks();
      await journey.step('lock');
      fs.rmSync(path.join(journey.projectDir, '.amplify'), { recursive: true });
      await journey.step('lock', '--rollback');
      assert.deepEqual(stackDifferences(before, await journey.stacks()), [`${journey.seeded.gen1Root}: policy`]);
    });

    test('the mark of another environment is an error that names it', async () => {
      await account.setAppVariables(journey.seeded.appId, { [MARKER]: 'other' });
      const error = await refused('lock');
      assert.ok(['OTHER_ENVIRONMENT_MARKED', 'ENVIRONMENT_NOT_MARKED'].includes(error.code), error.code);
      assert.match(error.message, /other/);
    });

    test('missing permissions, expired credentials and lasting throttling are told apart', async () => {
      await journey.cloud.faults([{ action: 'SetStackPolicy', kind: 'refuse' }]);
      const denied = await refusedButMarked();
      assert.equal(denied.code, 'ACCESS_DENIED');
      assert.match(denied.message, /SetStackPolicy/);
      await journey.cloud.faults([{ action: 'GetCallerIdentity', kind: 'expired' }]);
      assert.equal((await refused('lock')).code, 'CREDENTIALS_EXPIRED');
      await journey.cloud.faults([]);
      await journey.step('lock');
    });

    async function refusedButMarked() {
      const outcome = await journey.run('lock', '--yes', '--json');
      assert.equal(outcome.code, 1);
      assert.equal((await variables())[MARKER], journey.seeded.env, 'the operations before it are kept');
      return outcome.result.error;
    }

    test('a call that is throttled or fails for a moment is repeated', async () => {
      await journey.cloud.faults([
        { mutating: true, kind: 'throttle', every: 3 },
        { action: 'DescribeStacks|GetTemplate|ListStackResources', kind: 'error500', every: 5 },
      ]);
      await journey.step('lock');
      await journey.cloud.faults([{ mutating: true, kind: 'drop-after', every: 3 }]);
      await journey.step('lock', '--rollback');
      assert.equal((await variables())[MARKER], undefined);
    });

    test('a table whose protection may not be read is unknown, and the lock goes on', async () => {
      await journey.cloud.faults([{ action: 'dynamodb:DescribeTable', kind: 'refuse' }]);
      const { result } = await journey.step('lock');
      assert.equal(result.status, 'done');
    });

    test('validations only change nothing, in the cloud or on disk', async () => {
      const before = await journey.stacks();
      await journey.cloud.resetRequests();
      const { result } = await journey.step('lock', '--validations-only');
      assert.equal(result.status, 'planned');
      assert.deepEqual(stackDifferences(before, await journey.stacks()), []);
      assert.deepEqual(
        (await journey.cloud.requests()).filter((request) => request.mutating),
        [],
      );
      assert.ok(!fs.existsSync(path.join(journey.projectDir, '.amplify')));
    });
  });
}

/** @param {() => Promise<boolean>} isSo */
async function until(isSo) {
  const deadline = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('it never came to be');
    await sleep(20);
  }
}
