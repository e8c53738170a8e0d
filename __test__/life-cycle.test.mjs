/** Plan, validate, execute: the exported API and the command line on a real step, the lock of the sample app `notes`. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Ajv2020 from 'ajv/dist/2020.js';
import api from '../index.js';
import { cli, jsonLines } from './support/cli.mjs';
import { startCloud } from './support/cloud.mjs';
import { Projects } from './support/projects.mjs';

const { CancelToken, Migration } = api;
const schema = JSON.parse(fs.readFileSync(new URL('../cli/result.schema.json', import.meta.url), 'utf8'));
const isResult = new Ajv2020({ strict: true, strictRequired: false, allErrors: true }).compile(schema);

const projects = new Projects();
let cloud;
let app;
let untouched;
let env;
before(async () => {
  cloud = await startCloud();
  app = await cloud.seedApp({
    app: fileURLToPath(new URL('./apps/notes', import.meta.url)),
    out: path.join(projects.root, 'notes'),
  });
  env = { ...process.env, ...cloud.environment({ region: app.region, accountId: app.accountId }) };
  untouched = await cloud.snapshot();
});
after(async () => {
  await cloud?.stop();
  projects.remove();
});

/** Every test begins with the app as it was seeded, and without a journal. */
async function fresh() {
  await cloud.restore(untouched);
  fs.rmSync(path.join(app.projectDir, '.amplify'), { recursive: true, force: true });
  await cloud.resetRequests();
}

const open = () =>
  Migration.open({
    projectDir: app.projectDir,
    endpointUrl: cloud.endpoint,
    credentials: { accessKeyId: app.accountId, secretAccessKey: 's' },
  });

/** Calls that change something, as the cloud saw them. */
async function mutations() {
  return (await cloud.requests()).filter(({ mutating }) => mutating).map(({ action }) => action);
}

test('what is known of an opened environment', async () => {
  await fresh();
  const migration = await open();
  const { projectDir, envName, appName, appId, region, rootStack } = migration;
  assert.deepEqual(
    { projectDir, envName, appName, appId, region, rootStack },
    {
      projectDir: app.projectDir,
      envName: 'main',
      appName: 'notes',
      appId: app.appId,
      region: app.region,
      rootStack: app.gen1Root,
    },
  );
});

test('planning and validating change nothing', async () => {
  await fresh();
  const plan = await (await open()).plan('lock');
  assert.equal(plan.step, 'lock');
  assert.equal(plan.rollback, false);
  assert.ok(plan.operations.length > 0);
  assert.ok(plan.implications.length > 0);
  assert.equal(new Set(plan.operations.map(({ id }) => id)).size, plan.operations.length);
  const report = await plan.validate();
  assert.equal(report.valid, true);
  assert.deepEqual(JSON.parse(JSON.stringify(plan.operations)), plan.operations);
  const left = (await mutations()).filter((action) => !/^(Create|Delete)ChangeSet$/.test(action));
  assert.deepEqual(left, []);
});

test('drift is told as not checked, never as passed', async () => {
  await fresh();
  const report = await (await (await open()).plan('lock')).validate();
  const drift = report.validations.find(({ name }) => name === 'Drift');
  assert.equal(drift.status, 'not-checked');
});

test('only a validated plan is executed, and only once', async () => {
  await fresh();
  const plan = await (await open()).plan('lock');
  await assert.rejects(plan.execute(), { name: 'MigrationError', code: 'PLAN_NOT_VALIDATED' });
  assert.deepEqual(await mutations(), []);
  await plan.validate();
  assert.equal((await plan.execute()).status, 'done');
  await assert.rejects(plan.execute(), { code: 'PLAN_ALREADY_EXECUTED' });
  await plan.validate();
  await assert.rejects(plan.execute(), { code: 'PLAN_ALREADY_EXECUTED' });
});

test('every event has arrived when a promise is settled, in order', async () => {
  await fresh();
  const events = [];
  const plan = await (await open()).plan('lock', {}, (event) => events.push(event));
  assert.ok(events.some(({ type }) => type === 'phase'));
  const validated = [];
  const report = await plan.validate((event) => validated.push(event));
  assert.deepEqual(
    validated.map(({ validation }) => validation),
    report.validations,
  );
  const progress = [];
  const executed = await plan.execute((event) => progress.push(event));
  const finished = progress.filter(({ type }) => type === 'operation-finished').map(({ operation }) => operation);
  assert.deepEqual([...finished].sort(), [...executed.executed, ...executed.skipped].sort());
  for (const operation of finished) {
    const types = progress.filter((event) => event.operation === operation).map(({ type }) => type);
    assert.equal(types[0], 'operation-started');
    assert.equal(types.at(-1), 'operation-finished');
  }
});

test('an aborted signal and a cancelled token stop before the first mutation; the same step then goes on', async () => {
  await fresh();
  const token = new CancelToken();
  token.cancel();
  for (const signal of [AbortSignal.abort(), token]) {
    const plan = await (await open()).plan('lock');
    await plan.validate();
    await cloud.resetRequests();
    const report = await plan.execute(undefined, signal);
    assert.deepEqual([report.status, report.executed], ['cancelled', []]);
    assert.deepEqual(await mutations(), []);
  }
  const plan = await (await open()).plan('lock');
  await plan.validate();
  assert.equal((await plan.execute()).status, 'done');
});

test('a lock, the same lock again, and its rollback, by the command line', async () => {
  await fresh();
  await cloud.allowChanges([{ type: 'AWS::DynamoDB::Table', path: '/DeletionProtectionEnabled' }]);
  const run = async (...args) => {
    const { code, stdout, stderr } = await cli([...args, '--project', app.projectDir, '--yes', '--json'], { env });
    const lines = jsonLines(stdout);
    assert.ok(isResult(lines.at(-1)), JSON.stringify(isResult.errors));
    assert.equal(code, 0, stdout + stderr);
    return lines.at(-1);
  };
  const first = await run('lock');
  assert.equal(first.status, 'done');
  assert.ok(first.operations.length > 0);
  assert.deepEqual((await run('lock')).operations, []);
  assert.equal((await run('lock', '--rollback')).status, 'done');
  const { violations } = await cloud.ledger();
  assert.deepEqual(violations, []);
});

test('assess tells what is there, as the schema says, online and offline', async () => {
  await fresh();
  for (const more of [[], ['--offline']]) {
    const { code, stdout } = await cli(['assess', '--project', app.projectDir, '--json', ...more], { env });
    const result = jsonLines(stdout).at(-1);
    assert.ok(isResult(result), JSON.stringify(isResult.errors));
    assert.equal(code, 0);
    assert.deepEqual(result.assessment.resources.map(({ category, service }) => `${category}:${service}`).sort(), [
      'api:AppSync',
      'auth:Cognito',
      'function:Lambda',
      'storage:S3',
    ]);
  }
  assert.deepEqual(await mutations(), []);
});

test('offline means no call at all', async () => {
  await fresh();
  await cli(['assess', '--offline', '--project', app.projectDir], { env });
  assert.deepEqual(await cloud.requests(), []);
});

test('a read that is refused becomes a finding, and the rest goes on', async () => {
  await fresh();
  await cloud.faults([{ action: 'GetObject', kind: 'refuse', every: 1 }]);
  try {
    const assessment = await (await open()).assess();
    assert.ok(assessment.findings.some(({ id }) => id === 'deployed-files-unreadable'));
    assert.equal(assessment.resources.length, 4);
  } finally {
    await cloud.faults([]);
  }
});

test('a root stack that is not there', async () => {
  const projectDir = projects.of('notes', (project) =>
    project.editJson('amplify/team-provider-info.json', (info) => {
      info.main.awscloudformation.StackName = 'amplify-notes-main-gone';
      info.main.awscloudformation.StackId = info.main.awscloudformation.StackId.replace(
        /stack\/.*/,
        'stack/amplify-notes-main-gone/1',
      );
      info.main.awscloudformation.AmplifyAppId = app.appId;
    }),
  );
  const { code, stdout } = await cli(['lock', '--yes', '--json', '--project', projectDir], { env });
  assert.equal(code, 1);
  const { error } = jsonLines(stdout).at(-1);
  assert.ok(['GEN1_ROOT_NOT_FOUND', 'ENVIRONMENT_NOT_PULLED'].includes(error.code), error.message);
  assert.match(error.message, /amplify-notes-main-gone/);
});
