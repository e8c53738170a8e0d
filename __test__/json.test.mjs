import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import commandLine from '../cli/main.js';
import double from './support/engine-double.cjs';
import { hostDouble } from './support/host-double.mjs';
import { jsonLines } from './support/cli.mjs';

const { engineDouble, operation, validation } = double;
const schema = JSON.parse(fs.readFileSync(new URL('../cli/result.schema.json', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
const isResult = ajv.compile(schema);

/**
 * @param {string[]} argv
 * @param {import('./support/engine-double.cjs').Scenario} [scenario]
 * @param {object} [hostOptions]
 */
async function run(argv, scenario = {}, hostOptions = {}) {
  const host = hostDouble(hostOptions);
  const exitCode = await commandLine.main([...argv, '--json'], host, () => engineDouble(scenario));
  const lines = jsonLines(host.seen.output);
  const result = lines.at(-1);
  assert.ok(isResult(result), JSON.stringify(isResult.errors));
  assert.equal(result.exitCode, exitCode);
  assert.equal(lines.filter(({ type }) => type === 'result').length, 1);
  return { lines, result, ...host.seen };
}

test('events, one a line, and the result as the last', async () => {
  const { lines, result } = await run(['lock', '--yes'], { files: ['a', 'b'] });
  assert.deepEqual(
    lines.map(({ type }) => type),
    [
      'phase',
      'validated',
      'operation-started',
      'operation-finished',
      'operation-started',
      'operation-finished',
      'result',
    ],
  );
  assert.deepEqual(
    { ...result, operations: result.operations.length },
    { type: 'result', step: 'lock', status: 'done', exitCode: 0, operations: 2, files: ['a', 'b'] },
  );
});

test('declined, planned, failed', async () => {
  assert.equal((await run(['lock'])).result.status, 'declined');
  assert.equal((await run(['lock', '--validations-only'])).result.status, 'planned');
  const planned = await run(['refactor', '--to', 'x', '--skip-validations', '--validations-only', '--plan-out', 'd'], {
    planFiles: ['f'],
  });
  assert.equal(planned.result.status, 'planned');
  assert.deepEqual(planned.result.files, ['f']);
  const validations = [validation('Drift', 'failed', { report: 'r', resolution: 's' })];
  const failed = await run(['lock', '--yes'], { validations });
  assert.equal(failed.result.status, 'failed');
  assert.equal(failed.result.error.code, 'VALIDATION_FAILED');
  assert.deepEqual(failed.result.error.details.validations, validations);
  assert.equal(failed.errors, '');
});

test('an error keeps its details and what came later', async () => {
  const later = { code: 'UNDO_FAILED', message: 'm', resolution: 'r', details: { stack: 'b' } };
  const failsWith = {
    code: 'UPDATE_FAILED',
    message: 'm',
    resolution: 'r',
    details: { stack: 'a' },
    suppressed: [later],
  };
  const { result } = await run(['lock', '--yes'], { failsWith });
  assert.deepEqual(result.error, failsWith);
  const unplanned = await run(['lock', '--yes'], { failsWith, planFails: true });
  assert.equal(unplanned.result.operations, undefined);
});

test('wrong usage and no terminal', async () => {
  const usage = await run(['frobnicate']);
  assert.deepEqual([usage.result.step, usage.result.exitCode, usage.result.error.code], [null, 2, 'WRONG_USAGE']);
  const ofStep = await run(['lock', '--frobnicate']);
  assert.deepEqual([ofStep.result.step, ofStep.result.exitCode], ['lock', 2]);
  const blind = await run(['lock'], {}, { interactive: false });
  assert.equal(blind.result.error.code, 'CONFIRMATION_IMPOSSIBLE');
});

test('an error that nobody foresaw is a coded one, too', async () => {
  const host = hostDouble();
  const engine = () => {
    throw new TypeError('x is not a function');
  };
  assert.equal(await commandLine.main(['lock', '--yes', '--json'], host, engine), 1);
  const result = jsonLines(host.seen.output).at(-1);
  assert.ok(isResult(result), JSON.stringify(isResult.errors));
  assert.equal(result.error.code, 'INTERNAL_ERROR');
});

test('the assessment', async () => {
  const cell = { status: 'supported' };
  const assessment = {
    appName: 'notes',
    environment: 'main',
    resources: [
      {
        category: 'storage',
        service: 'S3',
        resource: 'files',
        generate: cell,
        refactor: { status: 'unsupported', reason: 'imported' },
      },
    ],
    features: [{ name: 'overrides', path: 'a/b', generate: { status: 'not-needed' }, refactor: cell }],
    findings: [{ id: 'x', severity: 'manual', feature: 'f', message: 'm', path: 'p', line: 3, remedy: 'r' }],
  };
  const { result } = await run(['assess'], { assessment });
  assert.equal(result.status, 'done');
  assert.equal(result.exitCode, 1);
  const { resources, features, findings } = assessment;
  assert.deepEqual(result.assessment, { resources, features, findings });
});

test('the policy is a line of its own', async () => {
  const { lines } = await run(['assess', '--print-iam-policy']);
  assert.deepEqual(lines[0], { type: 'iam-policy', policy: { Version: '2012-10-17', Statement: [] } });
});

test('moves of operations', async () => {
  const move = {
    resourceType: 'AWS::S3::Bucket',
    physicalId: 'b',
    sourceStack: 's',
    sourceLogicalId: 'S3Bucket',
    targetStack: 't',
    targetLogicalId: 'Bucket1',
  };
  const operations = [operation('r', { moves: [move], files: ['f'] })];
  const { result } = await run(['lock', '--yes'], { operations });
  assert.deepEqual(result.operations, operations);
});

test('what the next deployment changes is part of the result of a refactor', async () => {
  const nextDeployment = [
    {
      group: 'storage/files (S3)',
      resourceType: 'AWS::S3::Bucket',
      physicalId: 'b',
      stack: 's',
      logicalId: 'Bucket1',
      property: 'BucketName',
      before: 'b',
      effect: 'replace',
      avoidedByPostRefactor: true,
    },
  ];
  const { result } = await run(['refactor', '--to', 'x', '--yes'], { nextDeployment });
  assert.deepEqual(result.nextDeployment, nextDeployment);
  const findings = [{ id: 'x', severity: 'manual', feature: 'f', message: 'm', path: 'p', remedy: 'r' }];
  assert.deepEqual((await run(['refactor', '--to', 'x', '--yes'], { findings })).result.findings, findings);
  const lock = await run(['lock', '--yes'], { nextDeployment, findings });
  assert.deepEqual([lock.result.nextDeployment, lock.result.findings], [undefined, undefined]);
});

test('the schema refuses what is not a result', () => {
  const result = { type: 'result', step: 'lock', status: 'done', exitCode: 0 };
  assert.ok(isResult(result));
  for (const wrong of [
    { ...result, status: 'failed' },
    { ...result, exitCode: 1 },
    { ...result, step: 'frobnicate' },
    { ...result, more: 1 },
    { ...result, error: { code: 'X', message: 'm', resolution: 'r', details: {} } },
    { ...result, status: 'failed', exitCode: 0, error: { code: 'X', message: 'm', resolution: 'r', details: {} } },
    { ...result, status: 'failed', exitCode: 1, error: { code: 'x', message: 'm', resolution: 'r', details: {} } },
  ]) {
    assert.ok(!isResult(wrong), JSON.stringify(wrong));
  }
});
