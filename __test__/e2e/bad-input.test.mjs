/**
 * Bad input that only shows against what is deployed: each has a code of its own, names the stack and the way out, and
 * nothing has changed afterwards, in the cloud or on disk.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { cli, jsonLines } from '../support/cli.mjs';
import { stackDifferences } from '../support/journey.mjs';
import { RefactorStart } from '../support/refactor-start.mjs';

const schema = JSON.parse(fs.readFileSync(new URL('../../cli/result.schema.json', import.meta.url), 'utf8'));
const isResult = new Ajv2020({ strict: true, strictRequired: false }).compile(schema);

/** Lasting throttling is waited for: that is what takes its time. */
const PATIENCE_MS = 240_000;
/** What a library says of itself has no place in a message. */
const RAW = /SdkError|dispatch failure|SdkBody|StringInner|Some\(|panicked|at line \d+ column/;
const TOPIC = { Resources: { Topic: { Type: 'AWS::SNS::Topic' } } };

describe('bad input, seen against the cloud', () => {
  /** @type {RefactorStart} */
  let start;
  /** @type {import('../support/journey.mjs').Journey} */
  let journey;
  /** @type {import('../support/account.mjs').Account} */
  let account;
  /** @type {string} */
  let gen1;
  /** @type {string} */
  let gen2;
  const nested = (/** @type {string} */ root, /** @type {string} */ category) => start.nested(root, category);

  before(async () => {
    start = await RefactorStart.of('notes');
    ({ journey, account, gen1, gen2 } = start);
  });
  beforeEach(() => start.restart());
  after(() => start?.journey.end());

  /** Every file of the project with its content, git's own apart. */
  function files() {
    return fs
      .readdirSync(journey.projectDir, { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
      .filter((file) => !file.includes(`${path.sep}.git${path.sep}`))
      .map((file) => [file, fs.readFileSync(file, 'base64')])
      .sort();
  }

  /**
   * Runs a command that has to fail before it changes anything.
   * @param {string[]} args
   * @param {NodeJS.ProcessEnv} [more] environment variables
   */
  async function refusal(args, more = {}) {
    const before = { stacks: await journey.stacks(), files: files() };
    await journey.cloud.resetRequests();
    const env = { ...journey.environment(), ...more };
    const { code, stdout } = await cli([...args, '--yes', '--json'], {
      cwd: journey.projectDir,
      env,
      patienceMs: PATIENCE_MS,
    });
    const result = jsonLines(stdout).at(-1);
    assert.equal(code, 1, stdout);
    assert.ok(isResult(result), JSON.stringify(isResult.errors));
    assert.equal(result.status, 'failed');
    const changes = (await journey.cloud.requests()).filter((/** @type {any} */ request) => request.mutating);
    assert.deepEqual(changes, []);
    assert.deepEqual(stackDifferences(before.stacks, await journey.stacks()), []);
    assert.deepEqual(files(), before.files);
    const { error } = result;
    assert.doesNotMatch(error.message, RAW);
    assert.ok(error.resolution.length > 30, error.resolution);
    return error;
  }

  const refactor = (/** @type {string} */ to, /** @type {string[]} */ ...more) =>
    refusal(['refactor', '--to', to, ...more]);

  for (const [status, advice] of [
    ['UPDATE_ROLLBACK_FAILED', /stable state/],
    ['UPDATE_IN_PROGRESS', /Wait until/],
  ]) {
    for (const [where, stack] of /** @type {[string, () => string][]} */ ([
      ['the Gen 2 root', () => gen2],
      ['a Gen 2 category stack', () => nested(gen2, 'storage')],
      ['the Gen 1 root', () => gen1],
      ['a Gen 1 category stack', () => nested(gen1, 'storage')],
      ['a Gen 1 stack that takes no part', () => nested(gen1, 'function')],
    ])) {
      test(`refactor: ${where} is in ${status}`, async () => {
        await journey.cloud.putIntoStatus(stack(), String(status), 'a role may not be assumed');
        for (const more of [[], ['--skip-validations']]) {
          const error = await refactor(gen2, ...more);
          assert.equal(error.code, 'STACK_NOT_STABLE', error.message);
          assert.ok(
            error.message.includes(`${stack()} is in status ${status}: a role may not be assumed`),
            error.message,
          );
          assert.match(error.resolution, /** @type {RegExp} */ (advice));
          assert.deepEqual(error.details.stacks, [{ stack: stack(), status }]);
        }
      });
    }

    test(`lock and its rollback: a stack is in ${status}`, async () => {
      for (const stack of [gen1, nested(gen1, 'storage')]) {
        await start.restart();
        await journey.cloud.putIntoStatus(stack, String(status), 'a role may not be assumed');
        for (const more of [[], ['--rollback']]) {
          const error = await refusal(['lock', ...more]);
          assert.equal(error.code, 'VALIDATION_FAILED');
          const [validation] = error.details.validations;
          assert.equal(validation.name, 'Environment Status');
          assert.equal(validation.report, `${stack}: ${status} (a role may not be assumed)`);
        }
      }
    });

    test(`generate reads what is deployed while a stack is in ${status}, and says so`, async () => {
      await journey.cloud.putIntoStatus(nested(gen1, 'auth'), String(status), 'why');
      const out = path.join(journey.folder, `out-${status}`);
      const { result } = await journey.step('generate', '--branch', 'x', '--out', out);
      const finding = result.assessment.findings.find(
        (/** @type {any} */ { id }) => id === 'deployed-stacks-not-stable',
      );
      assert.ok(finding?.message.includes(nested(gen1, 'auth')));
    });
  }

  test('--to names a stack of another app, by its name or its tag', async () => {
    await account.createStack('amplify-dother-main-branch-0123456789', TOPIC);
    await account.createStack('tagged', TOPIC, { 'amplify:app-id': 'dother' });
    for (const stack of ['amplify-dother-main-branch-0123456789', 'tagged']) {
      const error = await refactor(stack);
      assert.equal(error.code, 'GEN2_ROOT_OF_OTHER_APP', error.message);
      assert.deepEqual(error.details, { stack, expected: journey.seeded.appId, found: 'dother' });
    }
  });

  test('--to names a stack that is no Amplify root, a nested one, or the root of another Gen 1 environment', async () => {
    const parameters = Object.fromEntries(
      ['DeploymentBucketName', 'AuthRoleName', 'UnauthRoleName'].map((name) => [
        name,
        { Type: 'String', Default: 'x' },
      ]),
    );
    await account.createStack('network', TOPIC);
    await account.createStack('amplify-notes-dev-12345', { ...TOPIC, Parameters: parameters });
    for (const [stack, code] of [
      ['network', 'GEN2_ROOT_NOT_AMPLIFY'],
      [nested(gen2, 'storage'), 'GEN2_ROOT_IS_NESTED'],
      [nested(gen1, 'storage'), 'GEN2_ROOT_IS_NESTED'],
      ['amplify-notes-dev-12345', 'GEN2_ROOT_IS_GEN1'],
      ["quo'te `$x", 'GEN2_ROOT_NOT_FOUND'],
    ]) {
      const error = await refactor(stack);
      assert.equal(error.code, code, error.message);
      assert.ok(error.message.includes(stack), error.message);
      assert.match(error.resolution, /--to/);
    }
  });

  test("a stack that has a holding stack's name and is not ours is not touched", async () => {
    const holding = `${nested(gen2, 'storage')}-holding`;
    await account.createStack(holding, TOPIC);
    const error = await refactor(gen2);
    assert.equal(error.code, 'REFACTOR_HOLDING_STACK_FOREIGN', error.message);
    assert.ok(error.message.includes(holding));
    assert.deepEqual(error.details, { stack: holding });
  });

  test('a holding stack left in review, without any resource, is cleared away', async () => {
    const holding = `${nested(gen2, 'storage')}-holding`;
    await account.reviewStack(holding, TOPIC);
    assert.equal((await journey.stacks())[holding].status, 'REVIEW_IN_PROGRESS');
    const { result } = await journey.step('refactor', '--to', gen2);
    assert.equal(result.status, 'done');
    const after = (await journey.stacks())[holding];
    assert.match(after.status, /_COMPLETE$/);
    assert.equal(after.resources.Topic, undefined);
  });

  for (const [action, service] of [
    ['GetCallerIdentity', 'sts'],
    ['DescribeStacks', 'cloudformation'],
    ['GetTemplate', 'cloudformation'],
  ]) {
    test(`refactor may not ${service}:${action}`, async () => {
      await journey.cloud.faults([{ action, kind: 'refuse' }]);
      const error = await refactor(gen2);
      assert.equal(error.code, 'ACCESS_DENIED');
      assert.ok(error.resolution.includes(`Allow ${service}:${action}`), error.resolution);
      assert.deepEqual([error.details.service, error.details.action], [service, action]);
      if (service === 'cloudformation') assert.equal(error.details.resource, gen1);
    });
  }

  test('without the files of the deployed backend the validation that fails names the call that was refused', async () => {
    await journey.cloud.faults([{ action: 's3:GetObject', kind: 'refuse' }]);
    const error = await refactor(gen2);
    assert.equal(error.code, 'VALIDATION_FAILED');
    const [{ report, resolution }] = error.details.validations;
    assert.match(report, /s3:GetObject/);
    assert.match(resolution, /s3:GetObject/);
  });

  for (const [action, fault, code, advice] of /** @type {[string, any, string, RegExp][]} */ ([
    ['CreateChangeSet', 'refuse', 'ACCESS_DENIED', /Allow cloudformation:CreateChangeSet/],
    ['CreateStackRefactor', 'refuse', 'ACCESS_DENIED', /Allow cloudformation:CreateStackRefactor/],
    ['CreateStackRefactor', 'unknown-action', 'API_UNAVAILABLE', /does not have cloudformation:CreateStackRefactor/],
    ['CreateStackRefactor', 'expired', 'CREDENTIALS_EXPIRED', /Renew the credentials/],
  ])) {
    test(`in the middle of a refactor: ${action}, ${fault}; all is taken back and the way out is still told`, async () => {
      const before = await journey.stacks();
      await journey.cloud.faults([{ action, kind: fault }]);
      const { code: exitCode, result } = await journey.run('refactor', '--to', gen2, '--yes', '--json');
      assert.equal(exitCode, 1);
      assert.ok(isResult(result), JSON.stringify(isResult.errors));
      assert.equal(result.error.code, code, result.error.message);
      assert.equal(result.error.details.undone, true);
      assert.match(result.error.message, /\. What the step had done before has been taken back\.$/);
      assert.match(result.error.resolution, advice);
      assert.doesNotMatch(result.error.resolution, /--rollback/);
      assert.deepEqual(stackDifferences(before, await journey.stacks()), []);
    });
  }

  test('throttling that lasts ends with its code', async () => {
    await journey.cloud.faults([{ action: 'DescribeStacks', kind: 'throttle' }]);
    const error = await refactor(gen2);
    assert.equal(error.code, 'THROTTLED');
    assert.equal(error.details.resource, gen1);
  });

  test('an endpoint or a region that is none', async () => {
    const endpoint = await refactor(gen2, '--endpoint-url', 'localhost:4566');
    assert.equal(endpoint.code, 'ENDPOINT_INVALID');
    assert.deepEqual(endpoint.details, { option: '--endpoint-url', value: 'localhost:4566' });
    const variable = await refusal(['lock'], { AWS_ENDPOINT_URL_S3: 'nonsense' });
    assert.equal(variable.code, 'ENDPOINT_INVALID');
    assert.match(variable.message, /AWS_ENDPOINT_URL_S3/);
    const region = await refactor(gen2, '--region', 'no region');
    assert.equal(region.code, 'REGION_INVALID');
    const elsewhere = await refactor(gen2, '--region', 'eu-central-1');
    assert.equal(elsewhere.code, 'GEN1_ROOT_NOT_FOUND', elsewhere.message);
    assert.match(elsewhere.message, /eu-central-1/);
  });

  test('an endpoint that nobody listens at', async () => {
    const error = await refactor(gen2, '--endpoint-url', 'http://127.0.0.1:9');
    assert.equal(error.code, 'NO_ANSWER');
    assert.match(error.message, /refused/i);
  });

  test('a profile that does not exist is an error, whatever keys the environment has', async () => {
    const error = await refusal(['lock', '--profile', 'nobody'], { HOME: journey.folder });
    assert.equal(error.code, 'CREDENTIALS_MISSING');
    assert.match(error.message, /nobody/);
    assert.doesNotMatch(error.message, /\n/);
    assert.match(error.resolution, /nobody/);
  });

  test('in the terminal the code, the stack and the way out are told in two lines', async () => {
    await journey.cloud.putIntoStatus(gen1, 'UPDATE_IN_PROGRESS');
    const { code, stdout, stderr } = await journey.run('refactor', '--to', gen2, '--yes');
    assert.equal(code, 1);
    const told = stdout + stderr;
    assert.match(
      told,
      new RegExp(`✘ stack ${gen1} is in status UPDATE_IN_PROGRESS \\(STACK_NOT_STABLE\\)\\n  → Nothing was changed`),
    );
  });
});
