/** What keeps a refactor from doing harm however it is called, and whatever it meets on its way. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, beforeEach, describe, test } from 'node:test';
import { changesOfProduction, ownersOfProduction } from '../demo/proof.mjs';
import { stackDifferences } from '../support/journey.mjs';
import { RefactorStart } from '../support/refactor-start.mjs';

const PLACEHOLDER = 'MigrationPlaceholder';

describe('safeguards of a refactor', () => {
  /** @type {RefactorStart} */
  let start;
  /** @type {import('../support/journey.mjs').Journey} */
  let journey;
  /** @type {import('../support/account.mjs').Account} */
  let account;
  /** @type {string} */
  let gen2;
  const nested = (/** @type {string} */ root, /** @type {string} */ category) => start.nested(root, category);

  before(async () => {
    start = await RefactorStart.of('notes');
    ({ journey, account, gen2 } = start);
  });
  beforeEach(() => start.restart());
  after(() => start?.journey.end());

  const refactor = () => journey.step('refactor', '--to', gen2);

  /** Updates a stack as somebody would by hand, and waits for it. @param {string} stack @param {(template: any) => void} change */
  async function updateByHand(stack, change) {
    const { template, parameters } = (await journey.stacks())[stack];
    change(template);
    await account.updateStack(stack, template, Object.keys(parameters));
    await until(async () => !(await journey.stacks())[stack].status.endsWith('_IN_PROGRESS'));
    assert.equal((await journey.stacks())[stack].status, 'UPDATE_COMPLETE');
  }

  async function assertMoved() {
    const moving = (await ownersOfProduction(journey.cloud)).filter((resource) => resource.movable);
    assert.ok(moving.length > 0);
    for (const { id, owners } of moving) assert.match(owners.join(), new RegExp(`^${gen2}-[^,]*$`), `owners of ${id}`);
    assert.deepEqual(await changesOfProduction(journey.cloud), []);
  }

  test('what would not be a mere move is refused, with --skip-validations as well', async () => {
    await refactor();
    // Gen 1 has got a bucket of its own in the place that the production bucket would return to.
    await updateByHand(nested(journey.seeded.gen1Root, 'storage'), (template) => {
      template.Resources.S3Bucket = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'another-bucket' } };
    });
    const before = await journey.stacks();
    await journey.cloud.resetRequests();
    for (const more of [[], ['--skip-validations']]) {
      const { code, result } = await journey.run('refactor', '--rollback', ...more, '--yes', '--json');
      assert.equal(code, 1);
      assert.equal(result.error.code, 'VALIDATION_FAILED', result.error.message);
      const [violated] = result.error.details.validations;
      assert.equal(violated.name, 'Moves Only');
      assert.match(violated.report, /S3Bucket/);
      assert.match(violated.resolution, /cannot be skipped/);
    }
    assert.deepEqual(
      (await journey.cloud.requests()).filter((/** @type {any} */ { mutating }) => mutating),
      [],
    );
    assert.deepEqual(stackDifferences(before, await journey.stacks()), []);
  });

  test('stacks are changed by change sets that were looked at, and none is left', async () => {
    await journey.cloud.resetRequests();
    await refactor();
    await journey.step('refactor', '--rollback');
    const calls = (await journey.cloud.requests()).filter(
      (/** @type {any} */ { service }) => service === 'cloudformation',
    );
    const of = (/** @type {string} */ action) => calls.filter((/** @type {any} */ call) => call.action === action);
    assert.deepEqual(of('UpdateStack'), []);
    assert.ok(of('ExecuteChangeSet').length > 0);
    for (const { n, params } of of('ExecuteChangeSet')) {
      const looked = of('DescribeChangeSet').filter(
        (/** @type {any} */ call) => call.n < n && call.status === 200 && call.params.StackName === params.StackName,
      );
      assert.ok(looked.length > 0, `${params.StackName} was updated unseen`);
    }
    for (const { params } of of('CreateChangeSet')) {
      const values = Object.entries(params).filter(([name]) =>
        /ParameterValue|^Tags|^RoleARN|NotificationARNs/.test(name),
      );
      assert.deepEqual(values, [], 'parameters keep their previous values, tags and settings are not sent');
    }
    for (const name of Object.keys(await journey.stacks()))
      assert.deepEqual(await account.openChangeSets(name), [], `change sets of ${name}`);
  });

  test('every call is made in the region and the account of the environment, whatever the surroundings say', async () => {
    await journey.cloud.resetRequests();
    const { region, accountId } = journey.seeded;
    const env = journey.environment();
    assert.notEqual(region, 'ap-south-1');
    journey.environment = () => ({ ...env, AWS_REGION: 'ap-south-1', AWS_DEFAULT_REGION: 'ap-south-1' });
    try {
      await refactor();
    } finally {
      journey.environment = () => env;
    }
    const places = new Set(
      (await journey.cloud.requests()).map((/** @type {any} */ call) => `${call.account} ${call.region}`),
    );
    assert.deepEqual([...places], [`${accountId} ${region}`]);
  });

  for (const status of ['IMPORT_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE']) {
    test(`stacks that rest in ${status} take part like any other`, async () => {
      for (const root of [journey.seeded.gen1Root, gen2])
        for (const category of ['auth', 'storage']) await journey.cloud.putIntoStatus(nested(root, category), status);
      await refactor();
      await assertMoved();
    });
  }

  test('a stack is known by its place, not by its description', async () => {
    await updateByHand(nested(journey.seeded.gen1Root, 'auth'), (template) => {
      template.Description = 'Moved by hand, "quoted"';
      // A description alone is no update.
      template.Outputs.Touched = { Value: 'yes' };
    });
    await refactor();
    await assertMoved();
  });

  test('a quota that is reached is told with its reason, and what was done is taken back', async () => {
    const before = await journey.stacks();
    const reason = 'Limit for stacks exceeded: 2000';
    await journey.cloud.injectRefactorFailures([{ phase: 'create', reason }]);
    const { code, result } = await journey.run('refactor', '--to', gen2, '--yes', '--json');
    assert.equal(code, 1);
    assert.ok(result.error.message.includes(reason), result.error.message);
    assert.equal(result.error.details.undone, true);
    assert.deepEqual(stackDifferences(before, await journey.stacks()), []);
    await refactor();
    await assertMoved();
  });

  test('a move that CloudFormation rolls back leaves the parked resources to the next run', async () => {
    const reason = 'Resource handler returned message: internal failure';
    const { gen1Root } = journey.seeded;
    await journey.cloud.injectRefactorFailures([{ phase: 'execute', reason, description: `from ${gen1Root}-auth` }]);
    const { code, result } = await journey.run('refactor', '--to', gen2, '--no-rollback', '--yes', '--json');
    assert.equal(code, 1);
    assert.ok(result.error.message.includes(reason), result.error.message);
    assert.ok(result.error.message.includes(nested(gen1Root, 'auth')), result.error.message);
    const parked = Object.keys((await journey.stacks())[`${nested(gen2, 'auth')}-holding`].resources);
    assert.ok(parked.length > 3);
    await refactor();
    await assertMoved();
  });

  test('an export that another stack imports keeps its name and its value', async () => {
    const stack = nested(journey.seeded.gen1Root, 'auth');
    await updateByHand(stack, (template) => {
      template.Outputs.Shared = { Value: { Ref: 'UserPool' }, Export: { Name: 'pool-of-notes' } };
    });
    const { Shared } = (await journey.stacks())[stack].outputs;
    await account.createStack('reader', {
      Resources: {
        Topic: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { 'Fn::ImportValue': 'pool-of-notes' } } },
      },
    });
    await until(async () => (await journey.stacks()).reader.status === 'CREATE_COMPLETE');
    await refactor();
    await assertMoved();
    assert.equal((await journey.stacks())[stack].outputs.Shared, Shared);
    await journey.step('refactor', '--rollback');
    assert.equal((await journey.stacks())[stack].outputs.Shared, Shared);
  });

  test('planning and validating leave nothing behind', async () => {
    const before = await journey.stacks();
    await journey.cloud.resetRequests();
    const { result } = await journey.step('refactor', '--to', gen2, '--validations-only');
    assert.equal(result.status, 'planned');
    const mutations = (await journey.cloud.requests()).filter((/** @type {any} */ { mutating }) => mutating);
    assert.deepEqual(mutations, []);
    for (const name of Object.keys(before)) assert.deepEqual(await account.openChangeSets(name), []);
    assert.deepEqual(stackDifferences(before, await journey.stacks()), []);
    assert.ok(!fs.existsSync(path.join(journey.projectDir, '.amplify')));
  });

  test('what is at risk until the next deployment is told before the question', async () => {
    const { stdout } = await journey.run('refactor', '--to', gen2, '--yes');
    const told = stdout.indexOf('new sign-ups there land in the parked user pool');
    assert.ok(told > 0, stdout);
    assert.match(stdout.slice(0, told), /Implications/);
    assert.match(stdout.slice(told), /postRefactor\(\);/, 'what ends the risk is told at the end');
  });

  test('a refactor never has more than two stacks, and each is at rest when it begins', async () => {
    await journey.cloud.resetRequests();
    await refactor();
    const created = (await journey.cloud.requests()).filter(
      (/** @type {any} */ { action }) => action === 'CreateStackRefactor',
    );
    assert.ok(created.length > 0);
    for (const { params, status } of created) {
      assert.equal(status, 200);
      const stacks = Object.keys(params).filter((name) => /^StackDefinitions\.member\.\d+\.StackName$/.test(name));
      assert.equal(stacks.length, 2);
    }
  });

  test('what is parked is retained by the live template of its holding stack', async () => {
    await refactor();
    const holdings = Object.values(await journey.stacks()).filter(({ name }) => name.endsWith('-holding'));
    assert.ok(holdings.length > 0);
    let parked = 0;
    for (const { name, template, resources } of holdings)
      for (const logicalId of Object.keys(resources).filter((id) => id !== PLACEHOLDER)) {
        const { DeletionPolicy: deletion, UpdateReplacePolicy: replacement } = template.Resources[logicalId];
        assert.deepEqual([deletion, replacement], ['Retain', 'Retain'], `${name} ${logicalId}`);
        parked += 1;
      }
    assert.ok(parked > 4);
  });
});

/** @param {() => Promise<boolean>} isSo */
async function until(isSo) {
  const deadline = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('it never came to be');
    await sleep(20);
  }
}
