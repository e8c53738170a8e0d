/** The JavaScript side of the stand-in cloud: start, stop, faults, snapshots, seeding. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startCloud } from '../support/cloud.mjs';

const SUPPORT = fileURLToPath(new URL('../support/cloud.mjs', import.meta.url));
const APPS = fileURLToPath(new URL('../apps/', import.meta.url));

/** @type {import('../support/cloud.mjs').Cloud} */
let cloud;
before(async () => {
  cloud = await startCloud();
});
after(() => cloud.stop());

/**
 * Calls CloudFormation as an SDK would, without one.
 * @param {string} action
 * @param {Record<string, string>} [parameters]
 * @param {AbortSignal} [signal]
 */
function callCloudFormation(action, parameters = {}, signal) {
  return fetch(cloud.endpoint, {
    method: 'POST',
    signal,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: 'AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/cloudformation/aws4_request',
    },
    body: new URLSearchParams({ Action: action, Version: '2010-05-15', ...parameters }),
  });
}

/** @param {string} name @param {AbortSignal} [signal] */
function createStack(name, signal) {
  const template = JSON.stringify({ Resources: { Queue: { Type: 'AWS::SQS::Queue' } } });
  return callCloudFormation('CreateStack', { StackName: name, TemplateBody: template }, signal);
}

/** @returns {Promise<string[]>} */
async function stackNames() {
  return (await cloud.stacks()).map((/** @type {{name: string}} */ stack) => stack.name);
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** @param {number} pid */
async function isGoneSoon(pid) {
  for (let attempt = 0; attempt < 200 && isAlive(pid); attempt += 1) await sleep(25);
  return !isAlive(pid);
}

test('snapshot and restore', async () => {
  const empty = await cloud.snapshot();
  assert.equal((await createStack('one')).status, 200);
  const one = await cloud.snapshot();
  assert.deepEqual(await stackNames(), ['one']);
  await cloud.restore(empty);
  assert.deepEqual(await stackNames(), []);
  await cloud.restore(one);
  assert.deepEqual(await stackNames(), ['one']);
  await cloud.restore(empty);
});

test('a call that hangs can be waited for, and its client may go away', async () => {
  const empty = await cloud.snapshot();
  const effects = /** @type {const} */ ([
    { kind: 'hang', expected: [] },
    { kind: 'hang-after', expected: ['late'] },
  ]);
  for (const { kind, expected } of effects) {
    await cloud.faults([{ mutating: true, nth: 1, kind }]);
    const client = new AbortController();
    const call = createStack('late', client.signal).catch((error) => error);
    assert.equal(await cloud.waitForFault(), true);
    client.abort();
    assert.equal((await call).name, 'AbortError');
    await cloud.faults([]);
    await cloud.snapshot(); // waits until nothing is under way
    assert.deepEqual(await stackNames(), expected, kind);
    await cloud.restore(empty);
  }
});

test('a fault that does not strike is not waited for forever', async () => {
  await cloud.faults([{ action: 'Nothing', kind: 'hang' }]);
  assert.equal(await cloud.waitForFault({ timeoutMs: 50 }), false);
  await cloud.faults([]);
});

test('settings, latencies and the request log', async () => {
  assert.equal((await cloud.configure({ latency_ms: 1 })).latency_ms, 1);
  await assert.rejects(cloud.configure({ nothing: 1 }), /unknown settings nothing/);
  await cloud.latencies([{ action: 'DescribeStacks', ms: 120 }]);
  await cloud.resetRequests();
  const started = Date.now();
  await callCloudFormation('DescribeStacks');
  assert.ok(Date.now() - started >= 100);
  await cloud.latencies([]);
  assert.deepEqual(
    (await cloud.requests()).map((/** @type {any} */ entry) => [entry.action, entry.mutating]),
    [['DescribeStacks', false]],
  );
});

test('an app is seeded with its project, and losses show', { skip: !fs.existsSync(APPS) }, async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cloud-test-'));
  const empty = await cloud.snapshot();
  try {
    const [app] = fs.readdirSync(APPS).filter((name) => fs.existsSync(path.join(APPS, name, 'deployed-stacks')));
    const seeded = await cloud.seedApp({ app: path.join(APPS, app), out: path.join(folder, 'project') });
    assert.equal(seeded.environments[0].gen1Root, seeded.gen1Root);
    assert.ok(fs.existsSync(path.join(folder, 'project', 'amplify', 'team-provider-info.json')));
    const { resources, violations } = await cloud.ledger();
    assert.deepEqual(violations, []);
    assert.ok(resources.some((/** @type {any} */ resource) => resource.production && resource.data.users > 0));
    assert.equal(cloud.environment({ region: seeded.region }).AWS_REGION, seeded.region);
    await assert.rejects(cloud.seedApp({ app: path.join(APPS, app) }), /is deployed already/);
  } finally {
    await cloud.restore(empty);
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

test('stop ends the process, and may be called again', async () => {
  const other = await startCloud();
  await other.stop();
  assert.equal(isAlive(other.pid), false);
  await other.stop();
});

test('the process ends with the one that started it, even when that one is killed', async () => {
  const script = `import { startCloud } from ${JSON.stringify(SUPPORT)};
    const cloud = await startCloud(); console.log(cloud.pid); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)));
  assert.equal(isAlive(pid), true);
  parent.kill('SIGKILL');
  assert.equal(await isGoneSoon(pid), true);
});

test('a started cloud does not keep a finished program alive', async () => {
  const script = `import { startCloud } from ${JSON.stringify(SUPPORT)}; const cloud = await startCloud(); console.log(cloud.pid);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)));
  const code = parent.exitCode ?? (await new Promise((resolve) => parent.once('exit', resolve)));
  assert.equal(code, 0);
  assert.equal(await isGoneSoon(pid), true);
});

test('--serve prints the endpoint and runs until it is interrupted', async () => {
  const server = spawn(process.execPath, [SUPPORT, '--serve'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const endpoint = String(await new Promise((resolve) => server.stdout.once('data', resolve))).trim();
  assert.match(endpoint, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.deepEqual(await (await fetch(`${endpoint}/_ready`)).json(), { ok: true });
  server.kill('SIGINT');
  assert.equal(await new Promise((resolve) => server.once('exit', resolve)), 0);
  await assert.rejects(fetch(`${endpoint}/_ready`));
});
