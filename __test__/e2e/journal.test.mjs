/**
 * Runs that end in the middle, and who goes on: another machine from the copy of the journal in the deployment bucket, or
 * anybody from what is deployed alone. Two operators, and changes by others between two steps.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeRefactor } from '../campaign/scenarios.mjs';
import { Account } from '../support/account.mjs';
import { stackDifferences } from '../support/journey.mjs';

const ENVIRONMENT = 'main';
const HELD = { action: 'ExecuteStackRefactor', kind: 'hang-after', nth: 1 };

describe('a refactor of notes', () => {
  /** @type {import('../campaign/scenarios.mjs').Scenario} */
  let scenario;
  /** @type {import('../support/journey.mjs').Journey} */
  let journey;
  /** @type {Account} */
  let account;
  /** @type {string} */
  let locked;
  /** @type {string} */
  let bucket;
  /** @type {Record<string, import('../support/journey.mjs').StackState>} */
  let stacksBefore;
  /** @type {Record<string, import('../support/journey.mjs').StackState>} */
  let stacksMoved;

  before(async () => {
    scenario = await beforeRefactor('notes');
    journey = scenario.journey;
    account = new Account(journey.cloud.endpoint, journey.seeded);
    bucket = journey.seeded.deploymentBucket;
    locked = await journey.cloud.snapshot();
    stacksBefore = await journey.stacks();
    await journey.step(...scenario.forward);
    stacksMoved = await journey.stacks();
  });
  beforeEach(async () => {
    await journey.cloud.faults([]);
    await journey.cloud.restore(locked);
    forgetFolder();
  });
  after(() => journey?.end());

  const run = (/** @type {string[]} */ ...args) => journey.run(...args, '--yes', '--json');
  const copy = () => account.journalCopy(bucket, ENVIRONMENT);
  const lease = async () => (await copy()).find(({ type }) => type === 'lease');

  /** The tool's folder of this project is gone: what is left is what a fresh clone has. */
  function forgetFolder() {
    fs.rmSync(path.join(journey.projectDir, '.amplify'), { recursive: true, force: true });
  }

  /** Starts the refactor and leaves it where the first move is being executed, alive. */
  async function holdAtMove() {
    await journey.cloud.faults([HELD]);
    const running = journey.start([...scenario.forward, '--yes', '--json']);
    assert.ok(await journey.cloud.waitForFault({ timeoutMs: 120_000 }));
    return running;
  }

  /** The machine on which the refactor runs is lost amid a move. */
  async function loseMachineAmidMove() {
    const running = await holdAtMove();
    running.child.kill('SIGKILL');
    await running.outcome;
    await journey.cloud.faults([]);
    forgetFolder();
  }

  /** The ledger knows of no loss, but for the copy of the journal that tests remove themselves. */
  async function assertNothingLost() {
    const { violations } = await journey.cloud.ledger();
    const isCopy = (/** @type {any} */ { id, cause }) => id === bucket && cause.endsWith('s3:DeleteObject');
    assert.deepEqual(
      violations.filter((/** @type {any} */ violation) => violation.open && !isCopy(violation)),
      [],
    );
  }

  /** @param {Record<string, import('../support/journey.mjs').StackState>} expected */
  async function assertStacks(expected) {
    assert.deepEqual(stackDifferences(expected, await journey.stacks()), []);
    await assertNothingLost();
    assert.deepEqual(await account.ownObjects(bucket), []);
  }

  /** @param {import('../support/journey.mjs').StepOutcome} outcome @param {string} code */
  function assertFailed({ code: exitCode, result }, code) {
    assert.equal(exitCode, 1);
    assert.equal(result.error.code, code, JSON.stringify(result.error));
    return result.error;
  }

  test('what a rollback needs is in the bucket before the first change, and the lease is given back at the end', async () => {
    await journey.cloud.faults([{ action: 'CreateChangeSet', kind: 'hang' }]);
    const running = journey.start([...scenario.forward, '--yes', '--json']);
    assert.ok(await journey.cloud.waitForFault({ timeoutMs: 120_000 }));
    const lines = await copy();
    assert.equal(lines[0].type, 'lease');
    const { context } = lines.find(({ type, header }) => type === 'run-started' && header.step === 'refactor').header;
    const names = Object.keys(context.stacks);
    assert.ok(names.length >= 2 && context.moves.length > 0);
    for (const name of names) assert.deepEqual(context.stacks[name].original, stacksBefore[name].template);
    assert.deepEqual(stackDifferences(stacksBefore, await journey.stacks()), []);
    running.child.kill('SIGKILL');
    await running.outcome;
    await journey.cloud.faults([]);
    assert.equal((await run(...scenario.forward)).code, 0, 'the folder knows that its own process is gone');
    assert.equal(await lease(), undefined);
    const own = path.join(journey.projectDir, '.amplify/gen2-migration', `journal-${ENVIRONMENT}.jsonl`);
    assert.deepEqual(
      fs
        .readFileSync(own, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
      await copy(),
    );
    await assertStacks(stacksMoved);
  });

  for (const [name, command, expected] of /** @type {const} */ ([
    ['goes on', 'forward', () => stacksMoved],
    ['takes everything back', 'back', () => stacksBefore],
  ])) {
    test(`another machine with an empty folder ${name} from the copy of the journal`, async () => {
      await loseMachineAmidMove();
      const outcome = await run(...scenario[command], '--take-over');
      assert.equal(outcome.code, 0, JSON.stringify(outcome.result));
      assert.ok(outcome.events.some(({ code }) => code === 'LEASE_TAKEN_OVER'));
      await assertStacks(expected());
    });
  }

  test('a second operator is kept out by name, and the lease of a lost machine ends by itself', async () => {
    await loseMachineAmidMove();
    for (const command of [scenario.forward, scenario.back, ['lock'], ['lock', '--rollback']]) {
      const error = assertFailed(await run(...command), 'LEASE_HELD');
      assert.equal(error.details.step, 'refactor');
      assert.ok(error.details.host && error.details.user && error.details.process > 0 && error.details.secondsLeft > 0);
      assert.ok(error.message.includes(error.details.user) && error.message.includes(error.details.host));
      assert.match(error.resolution, /Wait until.*--take-over/s);
    }
    const [held, ...rest] = await copy();
    await account.writeJournalCopy(bucket, ENVIRONMENT, [{ ...held, durationMs: 2000 }, ...rest]);
    assertFailed(await run(...scenario.forward), 'LEASE_HELD');
    await sleep(3000);
    assert.equal((await run(...scenario.forward)).code, 0);
    await assertStacks(stacksMoved);
  });

  test('a run that was taken over stops before its next change and takes nothing back', async () => {
    await journey.cloud.faults([{ action: 'CreateStackRefactor', kind: 'delay', ms: 4000, nth: 1 }]);
    const running = journey.start([...scenario.forward.filter((flag) => flag !== '--no-rollback'), '--yes', '--json']);
    await running.saw(/"operation-started".*[Pp]ark|"operation-started".*holding/);
    const [held, ...rest] = await copy();
    await account.writeJournalCopy(bucket, ENVIRONMENT, [
      { ...held, holder: 'another', user: 'anna', host: 'mine' },
      ...rest,
    ]);
    const { code, stdout } = await running.outcome;
    const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    assert.equal(code, 1);
    assert.equal(result.error.code, 'LEASE_LOST', JSON.stringify(result.error));
    assert.match(result.error.message, /anna on mine/);
    assert.equal((await lease()).holder, 'another', 'the lease of the other is left alone');
    await account.writeJournalCopy(bucket, ENVIRONMENT, rest);
    assert.equal((await run(...scenario.forward)).code, 0);
    await assertStacks(stacksMoved);
  });

  test('two runs at the same time in one folder', async () => {
    const first = await holdAtMove();
    const error = assertFailed(await run(...scenario.forward), 'RUN_IN_PROGRESS');
    assert.ok(error.message.includes(`process ${first.child.pid}`), error.message);
    first.child.kill('SIGKILL');
    await first.outcome;
  });

  test('a bucket that refuses the copy stops the step before its first change, and no rollback', async () => {
    await journey.cloud.faults([{ action: 's3:PutObject', kind: 'refuse' }]);
    const error = assertFailed(await run(...scenario.forward), 'JOURNAL_COPY_REFUSED');
    assert.match(error.resolution, /s3:PutObject/);
    await assertStacks(stacksBefore);
    await journey.cloud.faults([]);
    assert.equal((await run(...scenario.forward)).code, 0);
    await journey.cloud.faults([{ action: 's3:PutObject', kind: 'refuse' }]);
    const back = await run(...scenario.back);
    assert.equal(back.code, 0, JSON.stringify(back.result));
    assert.ok(back.events.some(({ code }) => code === 'JOURNAL_COPY_UNAVAILABLE'));
    await journey.cloud.faults([]);
    await assertStacks(stacksBefore);
  });

  test('a bucket that is lost amid the run is told once, and the run goes on', async () => {
    await journey.cloud.faults([{ action: 'CreateStackRefactor', kind: 'delay', ms: 3000, nth: 1 }]);
    const running = journey.start([...scenario.forward, '--yes', '--json']);
    await running.saw(/"operation-finished"/);
    await journey.cloud.faults([{ action: 's3:PutObject', kind: 'refuse' }]);
    const { code, stdout } = await running.outcome;
    assert.equal(code, 0, stdout.slice(-2000));
    assert.equal(stdout.split('JOURNAL_COPY_BEHIND').length - 1, 1);
    await journey.cloud.faults([]);
    await assertStacks(stacksMoved);
  });

  test('conflicting writes of the copy are repeated', async () => {
    await journey.cloud.faults([{ action: 's3:PutObject', kind: 'conflict', every: 2 }]);
    const outcome = await run(...scenario.forward);
    assert.equal(outcome.code, 0, JSON.stringify(outcome.result));
    assert.deepEqual(
      outcome.events.filter(({ type }) => type === 'warning'),
      [],
    );
    await assertStacks(stacksMoved);
  });

  describe('without any journal', () => {
    /** Folder and copy are gone, in the middle or at the end. */
    async function loseJournal() {
      forgetFolder();
      await account.removeJournalCopy(bucket, ENVIRONMENT);
    }
    const back = () => run('refactor', '--rollback', '--to', String(journey.gen2Root));

    test('a finished refactor is taken back from the holding stacks, with the templates that were deployed last', async () => {
      assert.equal((await run(...scenario.forward)).code, 0);
      await loseJournal();
      const outcome = await back();
      assert.equal(outcome.code, 0, JSON.stringify(outcome.result));
      await assertStacks(stacksBefore);
      const literal = outcome.result.findings.filter((/** @type {any} */ { id }) => id === 'refactor-template-literal');
      assert.deepEqual(literal, []);
    });

    test('where the template that was deployed last cannot be read, the stack keeps its literal one, and is named', async () => {
      assert.equal((await run(...scenario.forward)).code, 0);
      await loseJournal();
      await journey.cloud.faults([{ action: 's3:GetObject', kind: 'refuse', every: 1 }]);
      const outcome = await back();
      await journey.cloud.faults([]);
      assert.equal(outcome.code, 0, JSON.stringify(outcome.result));
      const owners = (/** @type {any} */ stacks) =>
        Object.fromEntries(
          Object.entries(stacks).map(([name, { resources }]) => [
            name,
            { ...resources, MigrationPlaceholder: undefined },
          ]),
        );
      assert.deepEqual(owners(await journey.stacks()), owners(stacksBefore));
      const literal = outcome.result.findings.filter((/** @type {any} */ { id }) => id === 'refactor-template-literal');
      assert.ok(literal.some((/** @type {any} */ { feature }) => feature.startsWith(journey.seeded.gen1Root)));
    });

    test('an interrupted refactor is finished, and an interrupted rollback too', async () => {
      await loseMachineAmidMove();
      await account.removeJournalCopy(bucket, ENVIRONMENT);
      assert.equal((await run(...scenario.forward)).code, 0);
      await assertStacks(stacksMoved);
      await journey.cloud.faults([HELD]);
      const running = journey.start([...scenario.back, '--yes', '--json']);
      assert.ok(await journey.cloud.waitForFault({ timeoutMs: 120_000 }));
      running.child.kill('SIGKILL');
      await running.outcome;
      await journey.cloud.faults([]);
      await loseJournal();
      const outcome = await back();
      assert.equal(outcome.code, 0, JSON.stringify(outcome.result));
      await assertNothingLost();
    });
  });

  test('nobody can move anything into a holding stack that is about to be deleted', async () => {
    const [own, topic] = ['somebody-else', { Type: 'AWS::SNS::Topic' }];
    await account.createStack(own, { Resources: { Stays: topic, Moves: topic } });
    assert.equal((await run(...scenario.forward)).code, 0);
    await journey.cloud.resetRequests();
    await journey.cloud.faults([{ action: 'DeleteStack', kind: 'pause', nth: 1 }]);
    const running = journey.start([...scenario.back, '--yes', '--json']);
    assert.ok(await journey.cloud.waitForFault({ timeoutMs: 120_000 }));
    // The stack was found empty, and its deletion is on its way.
    const [deletion] = (await journey.cloud.requests()).filter(
      (/** @type {any} */ { action }) => action === 'DeleteStack',
    );
    const stacks = await journey.stacks();
    const [holding] = Object.keys(stacks).filter((name) => [name, stacks[name].id].includes(deletion.params.StackName));
    assert.ok(holding);
    const refusal = await account.refactor([
      { name: own, template: { ...stacks[own].template, Resources: { Stays: topic } } },
      {
        name: holding,
        template: {
          ...stacks[holding].template,
          Resources: { ...stacks[holding].template.Resources, Moves: topic },
        },
      },
    ]);
    assert.match(refusal, new RegExp(`CREATE_FAILED.*/${holding}/.*stack policy`, 's'));
    await journey.cloud.faults([]);
    const { code, stdout } = await running.outcome;
    assert.equal(code, 0, stdout.slice(-2000));
    await account.deleteStack(own);
    while (own in (await journey.stacks())) await sleep(100);
    await assertStacks(stacksBefore);
    await assertNothingLost();
  });

  test('a run that ended right before it deleted a holding stack is followed by one in either direction', async () => {
    for (const next of [scenario.back, scenario.forward]) {
      await journey.cloud.restore(locked);
      forgetFolder();
      assert.equal((await run(...scenario.forward)).code, 0);
      await journey.cloud.faults([{ action: 'DeleteStack', kind: 'hang', nth: 1 }]);
      const running = journey.start([...scenario.back, '--yes', '--json']);
      assert.ok(await journey.cloud.waitForFault({ timeoutMs: 120_000 }));
      running.child.kill('SIGKILL');
      await running.outcome;
      await journey.cloud.faults([]);
      const outcome = await run(...next);
      assert.equal(outcome.code, 0, JSON.stringify(outcome.result));
      await assertStacks(next === scenario.back ? stacksBefore : stacksMoved);
      await assertNothingLost();
    }
  });

  test('a deleted holding stack stops the rollback by name; Gen 1 gets its own back on demand', async () => {
    assert.equal((await run(...scenario.forward)).code, 0);
    const holding = Object.keys(await journey.stacks()).filter((name) => name.endsWith('-holding'));
    assert.ok(holding.length > 0);
    for (const name of holding) await account.deleteStack(name);
    const stopped = await run(...scenario.back);
    assertFailed(stopped, 'VALIDATION_FAILED');
    assert.match(stopped.result.error.message, /Parked Resources/);
    const outcome = await run(...scenario.back, '--skip-validations');
    assert.equal(outcome.code, 0, JSON.stringify(outcome.result));
    const gen1 = (/** @type {any} */ stacks) =>
      Object.entries(stacks)
        .filter(([name]) => name.startsWith(journey.seeded.gen1Root))
        .map(([name, { resources, template }]) => [name, resources, template]);
    assert.deepEqual(gen1(await journey.stacks()), gen1(stacksBefore));
  });

  for (const [what, change] of /** @type {const} */ ([
    [
      'template',
      (/** @type {any} */ template) => ({
        ...template,
        Resources: { ...template.Resources, ByHand: { Type: 'AWS::CloudFormation::WaitConditionHandle' } },
      }),
    ],
    ['tags', (/** @type {any} */ template) => template],
  ])) {
    test(`a stack whose ${what} somebody edits between planning and the step stops it before that step`, async () => {
      const [name, stack] = /** @type {[string, any]} */ (
        Object.entries(stacksBefore).find(([name]) => name.startsWith(`${journey.gen2Root}-storage`)) ??
          Object.entries(stacksBefore).find(([name]) => name.startsWith(`${journey.gen2Root}-auth`))
      );
      await journey.cloud.faults([{ action: 's3:PutObject', kind: 'delay', ms: 3000, nth: 1 }]);
      const running = journey.start([...scenario.forward, '--yes', '--json']);
      assert.ok(await journey.cloud.waitForFault({ timeoutMs: 120_000 }));
      await account.updateStack(
        name,
        change(stack.template),
        Object.keys(stack.parameters),
        what === 'tags' ? { tags: { ...stack.tags, team: 'other' } } : {},
      );
      const { code, stdout } = await running.outcome;
      const { error } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
      assert.equal(code, 1);
      assert.equal(error.code, 'STACK_CHANGED', JSON.stringify(error));
      assert.equal(error.details.stack, name);
      const { ByHand: _, ...resources } = (await journey.stacks())[name].resources;
      assert.deepEqual(resources, stack.resources, 'nothing has left it');
      assert.equal((await run(...scenario.forward)).code, 0, 'the same command goes on from what is there then');
    });
  }

  test('refactor and rollback, twice: everything is as before each time', async () => {
    for (let round = 0; round < 2; round += 1) {
      assert.equal((await run(...scenario.forward)).code, 0);
      await assertStacks(stacksMoved);
      assert.equal((await run(...scenario.back)).code, 0);
      await assertStacks(stacksBefore);
      assert.equal((await run(...scenario.back)).result.operations.length, 0, 'a rollback after a rollback');
    }
  });
});
