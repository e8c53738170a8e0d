import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import commandLine from '../cli/main.js';
import double from './support/engine-double.cjs';
import { hostDouble } from './support/host-double.mjs';

const { engineDouble, operation, validation } = double;

/**
 * @param {string[]} argv
 * @param {{ scenario?: import('./support/engine-double.cjs').Scenario, host?: ReturnType<typeof hostDouble> }} [options]
 */
async function run(argv, { scenario = {}, host = hostDouble() } = {}) {
  const engine = engineDouble(scenario);
  const exitCode = await commandLine.main(argv, host, () => engine);
  return { exitCode, calls: engine.calls, steps: engine.calls.map(([name]) => name), ...host.seen };
}

test('a step plans, validates, tells, asks and executes', async () => {
  const { exitCode, steps, output, questions } = await run(['lock'], { host: hostDouble({ answer: true }) });
  assert.equal(exitCode, 0);
  assert.deepEqual(steps, ['open', 'plan', 'validate', 'execute']);
  assert.deepEqual(questions, ["\nExecute 'lock' on environment 'notes/main'?"]);
  const order = [
    'Validations Summary',
    'You are about to execute',
    'Operations Summary',
    'Implications',
    '[1/2]',
    '✔ Done: lock',
    'Next',
  ];
  const positions = order.map((text) => output.indexOf(text));
  assert.deepEqual(
    positions,
    [...positions].sort((a, b) => a - b),
    output,
  );
  assert.ok(!positions.includes(-1), output);
});

test('a plan without operations asks nothing', async () => {
  const { exitCode, questions, steps, output } = await run(['lock'], { scenario: { operations: [] } });
  assert.equal(exitCode, 0);
  assert.deepEqual(questions, []);
  assert.ok(steps.includes('execute'));
  assert.match(output, /Nothing to do\./);
});

test('no is the end, without a change', async () => {
  const { exitCode, steps, output } = await run(['lock']);
  assert.equal(exitCode, 0);
  assert.ok(!steps.includes('execute'));
  assert.match(output, /Declined\. Nothing was changed\./);
});

test('--yes does not ask, with and without a terminal', async () => {
  for (const interactive of [true, false]) {
    const { exitCode, steps, questions } = await run(['lock', '--yes'], { host: hostDouble({ interactive }) });
    assert.equal(exitCode, 0);
    assert.deepEqual(questions, []);
    assert.deepEqual(steps, ['open', 'plan', 'validate', 'execute']);
  }
});

test('without a terminal and without --yes nothing is even read', async () => {
  const { exitCode, steps, failures } = await run(['lock'], { host: hostDouble({ interactive: false }) });
  assert.equal(exitCode, 1);
  assert.deepEqual(steps, []);
  assert.equal(failures[0].code, 'CONFIRMATION_IMPOSSIBLE');
});

test('--validations-only validates and no more; it needs no terminal', async () => {
  const { exitCode, steps, output } = await run(['lock', '--validations-only'], {
    host: hostDouble({ interactive: false }),
  });
  assert.equal(exitCode, 0);
  assert.deepEqual(steps, ['open', 'plan', 'validate']);
  assert.match(output, /Lock Status/);
});

test('--skip-validations executes all the same, and says so', async () => {
  const { steps, errors } = await run(['lock', '--skip-validations', '--yes']);
  assert.deepEqual(steps, ['open', 'plan', 'skipValidations', 'execute']);
  assert.match(errors, /validations of the step are skipped/);
});

test('--skip-validations --validations-only plans only; the files are written first', async () => {
  const argv = ['refactor', '--to', 'gen2', '--skip-validations', '--validations-only', '--plan-out', 'planned'];
  const { exitCode, steps, calls, output } = await run(argv, {
    scenario: { planFiles: ['a.json'] },
    host: hostDouble({ interactive: false }),
  });
  assert.equal(exitCode, 0);
  assert.deepEqual(steps, ['open', 'plan', 'writeOperations']);
  assert.equal(calls[2][1], path.resolve('planned'));
  assert.match(output, /Operations Summary/);
});

test('--plan-out writes before validations run', async () => {
  const { steps } = await run(['refactor', '--to', 'gen2', '--plan-out', 'planned', '--yes']);
  assert.deepEqual(steps, ['open', 'plan', 'writeOperations', 'validate', 'execute']);
});

test('every failed validation is told, and nothing is executed', async () => {
  const validations = [
    validation('Lock Status', 'failed', { report: 'The root stack has no deny policy.', resolution: 'Run lock.' }),
    validation('Working Directory', 'passed'),
    validation('Drift', 'not-checked', { report: 'Not available.' }),
    validation('Assessment', 'failed', { report: 'one\ntwo' }),
  ];
  const { exitCode, steps, output, failures } = await run(['generate', '--yes'], { scenario: { validations } });
  assert.equal(exitCode, 1);
  assert.ok(!steps.includes('execute'));
  assert.equal(failures[0].code, 'VALIDATION_FAILED');
  assert.match(failures[0].message, /Lock Status, Assessment/);
  for (const text of ['no deny policy', '→ Run lock.', '✘ Failed', '✔ Passed', '? Not checked', '  two']) {
    assert.ok(output.includes(text), text);
  }
});

test('the engine gets every option of the command line', async () => {
  const argv = [
    ...['generate', '--project', 'p', '--env', 'dev', '--branch', 'gen2', '--out', 'o', '--frontend', '--no-rollback'],
    ...['--region', 'eu-west-1', '--profile', 'admin', '--endpoint-url', 'http://localhost:1', '--yes'],
  ];
  const { calls } = await run(argv);
  assert.deepEqual(calls[0][1], {
    projectDir: path.resolve('p'),
    envName: 'dev',
    offline: undefined,
    region: 'eu-west-1',
    profile: 'admin',
    endpointUrl: 'http://localhost:1',
  });
  assert.deepEqual(calls[1].slice(1), [
    'generate',
    {
      rollback: undefined,
      rollbackOnFailure: false,
      branch: 'gen2',
      to: undefined,
      mappings: undefined,
      outDir: path.resolve('o'),
      frontend: true,
      takeOver: undefined,
    },
  ]);
});

test('the credentials of the host are asked for only when they are needed', async () => {
  const host = () => hostDouble({ credentials: { credentials: { accessKeyId: 'A', secretAccessKey: 'S' } } });
  const given = async (...argv) =>
    (await run(['generate', '--yes', ...argv], { host: host() })).calls[0][1].credentials;
  assert.deepEqual(await given(), { accessKeyId: 'A', secretAccessKey: 'S' });
  assert.equal(await given('--offline'), undefined);
  assert.equal(await given('--profile', 'admin'), undefined);
});

test('a failed execution tells the cause, what came later, and the way out', async () => {
  const failsWith = {
    code: 'STACK_UPDATE_FAILED',
    message: 'Stack a failed.',
    resolution: 'Look at its events.',
    details: {},
    suppressed: [{ code: 'UNDO_FAILED', message: 'Stack b failed too.', resolution: 'Undo by hand.', details: {} }],
  };
  const { exitCode, errors } = await run(['lock', '--yes'], { scenario: { failsWith } });
  assert.equal(exitCode, 1);
  for (const text of [
    'Stack a failed. (STACK_UPDATE_FAILED)',
    '→ Look at its events.',
    'Stack b failed too. (UNDO_FAILED)',
    '→ Undo by hand.',
  ]) {
    assert.ok(errors.includes(text), errors);
  }
});

test('assess: exit code 1 when a resource or a feature is unsupported', async () => {
  const supported = { status: 'supported' };
  const none = { status: 'not-needed' };
  const bad = { status: 'unsupported', reason: 'requires adding code after generate' };
  const resource = {
    category: 'auth',
    service: 'Cognito',
    resource: 'users',
    generate: supported,
    refactor: supported,
  };
  const feature = { name: 'overrides', path: 'api/x/override.ts', generate: bad, refactor: none };
  const assessment = (resources, features) => ({
    appName: 'notes',
    environment: 'main',
    resources,
    features,
    findings: [],
  });
  const good = await run(['assess'], { scenario: { assessment: assessment([resource], []) } });
  assert.equal(good.exitCode, 0);
  const flagged = await run(['assess'], { scenario: { assessment: assessment([resource], [feature]) } });
  assert.equal(flagged.exitCode, 1);
  const lacking = await run(['assess'], { scenario: { assessment: assessment([{ ...resource, refactor: bad }], []) } });
  assert.equal(lacking.exitCode, 1);
});

test('assess --print-iam-policy prints the policy and nothing else, without a project', async () => {
  const { exitCode, steps, output } = await run(['assess', '--print-iam-policy']);
  assert.equal(exitCode, 0);
  assert.deepEqual(steps, []);
  assert.deepEqual(JSON.parse(output), { Version: '2012-10-17', Statement: [] });
});

test('an interruption before the execution ends the run without a change', async () => {
  const host = hostDouble({ answer: true });
  const running = run(['lock'], { scenario: { planMs: 50 }, host });
  setTimeout(() => host.signal('SIGINT'), 10);
  const { exitCode, steps, failures, errors } = await running;
  assert.equal(exitCode, 1);
  assert.equal(failures[0].code, 'INTERRUPTED');
  assert.deepEqual(steps, ['open', 'plan']);
  assert.match(errors, /nothing has been changed/);
});

test('an interruption at the question is no consent', async () => {
  const host = hostDouble({ answer: () => new Promise(() => {}) });
  const running = run(['lock'], { host });
  await new Promise((resolve) => setTimeout(resolve, 10));
  host.signal('SIGTERM');
  const { exitCode, steps, failures } = await running;
  assert.equal(exitCode, 1);
  assert.equal(failures[0].code, 'INTERRUPTED');
  assert.ok(!steps.includes('execute'));
});

test('an interruption during the execution ends it after the running operation, and tells how to go on', async () => {
  const host = hostDouble();
  const running = run(['refactor', '--to', 'gen 2', '--yes'], { scenario: { operationMs: 60 }, host });
  setTimeout(() => host.signal('SIGINT'), 20);
  const { exitCode, failures, output, exits } = await running;
  assert.equal(exitCode, 1);
  assert.deepEqual(exits, []);
  assert.equal(failures[0].code, 'CANCELLED');
  assert.deepEqual(failures[0].details, { executed: ['op-1'], skipped: [] });
  assert.match(failures[0].resolution, /Go on with: amplify-gen2-migration refactor --to 'gen 2' --yes/);
  assert.match(failures[0].resolution, /Or undo with: amplify-gen2-migration refactor --to 'gen 2' --rollback --yes/);
  assert.match(output, /✔ \[1\/2\]/);
  assert.ok(!output.includes('[2/2]'));
});

test('a second interruption leaves at once, with the line that resumes', async () => {
  const host = hostDouble();
  const running = run(['lock', '--yes'], { scenario: { operationMs: 80 }, host });
  await new Promise((resolve) => setTimeout(resolve, 20));
  host.signal('SIGINT');
  host.signal('SIGINT');
  assert.deepEqual(host.seen.exits, [1]);
  assert.equal(host.seen.failures[0].code, 'INTERRUPTED');
  assert.match(host.seen.errors, /Go on with: amplify-gen2-migration lock --yes/);
  await running;
});

test('what the next deployment does is shown by resource, the weightiest first, and what nobody notices is counted', async () => {
  const change = (property, effect, more = {}) => ({
    group: 'auth/app (Cognito)',
    resourceType: 'AWS::Cognito::UserPool',
    physicalId: 'pool',
    stack: 's',
    logicalId: 'L',
    property,
    effect,
    avoidedByPostRefactor: false,
    ...more,
  });
  const nextDeployment = [
    change('UserPoolName', 'harmless'),
    change('LambdaConfig.PreSignUp', 'interrupt', { before: 'a', after: 'b', note: 'sign-up runs through another' }),
    change('BucketName', 'replace', { before: 'old\u001b[2J', avoidedByPostRefactor: true }),
  ];
  const { output } = await run(['refactor', '--to', 'x', '--yes'], { scenario: { nextDeployment } });
  assert.match(output, /Next Gen 2 Deployment\s+auth\/app \(Cognito\): AWS::Cognito::UserPool pool/);
  assert.match(
    output,
    /BucketName.*old\\u001b.*—.*replaced: unless postRefactor\(\) is called[^]*LambdaConfig\.PreSignUp.*users notice: sign-up/,
  );
  assert.match(output, /and 1 harmless change\b/);
  assert.doesNotMatch(output, /UserPoolName/);
});

test('names cannot repaint the terminal', async () => {
  const evil = 'bucket\u001b[2J\u202e';
  const operations = [operation('op-1', { description: evil, group: evil })];
  const { output } = await run(['lock', '--yes'], { scenario: { operations, implications: [evil] } });
  assert.ok(!output.includes('\u001b'));
  assert.ok(!output.includes('\u202e'));
  assert.match(output, /bucket\\u001b\[2J\\u202e/);
});

test('the debug log has time, step, environment, every event and the stack of an error', async () => {
  const failsWith = { code: 'X_FAILED', message: 'x', resolution: 'y', details: { stack: 's' } };
  const { log, output } = await run(['lock', '--yes', '--debug'], { scenario: { failsWith } });
  assert.match(log, /^\[\d{4}-\d\d-\d\dT[\d:.]+Z\] \[lock\] \[notes\/main\] · \{"type":"validated"/m);
  assert.match(log, /engine-double\.cjs/);
  assert.ok(!output.includes('[notes/main]'));
});

test('side by side: each wait is reported when its status changes, and again after a minute', async () => {
  const { createProgress } = (await import('../cli/render/progress.js')).default;
  const host = hostDouble();
  const progress = createProgress(host);
  const started = (operation, index) => ({
    type: 'operation-started',
    operation,
    index,
    total: 2,
    message: `Update ${operation}`,
  });
  const waiting = (operation, status, elapsedMs) => ({
    type: 'waiting',
    operation,
    target: `stack-${operation}`,
    status,
    elapsedMs,
  });
  for (const event of [
    started('a', 1),
    started('b', 2),
    waiting('a', 'IN_PROGRESS', 0),
    waiting('b', 'IN_PROGRESS', 0),
    waiting('a', 'IN_PROGRESS', 1_000),
    waiting('b', 'IN_PROGRESS', 1_000),
    waiting('a', 'CLEANUP', 2_000),
    waiting('b', 'IN_PROGRESS', 61_000),
    { type: 'operation-finished', operation: 'b', outcome: 'unchanged', elapsedMs: 61_500 },
  ]) {
    progress.event(event);
  }
  assert.deepEqual(host.seen.output.trim().split('\n'), [
    '[1/2] Update a',
    '[2/2] Update b',
    '  [1/2] stack-a IN_PROGRESS (0 ms)',
    '  [2/2] stack-b IN_PROGRESS (0 ms)',
    '  [1/2] stack-a CLEANUP (2 s)',
    '  [2/2] stack-b IN_PROGRESS (1 min 1 s)',
    '✔ [2/2] nothing to change, 1 min 2 s',
  ]);
});
