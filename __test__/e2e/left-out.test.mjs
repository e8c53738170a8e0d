/** What cannot move is known before the first change and left out by name; the rest moves. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { changesOfProduction, ownersOfProduction } from '../demo/proof.mjs';
import { Account } from '../support/account.mjs';
import { cli } from '../support/cli.mjs';
import { startCloud } from '../support/cloud.mjs';
import { Journey, stackDifferences } from '../support/journey.mjs';

const ALLOW_ALL = { Statement: [{ Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' }] };

test('a region without stack refactors is told before anything is read', async () => {
  const cloud = await startCloud();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'region-'));
  try {
    const app = fileURLToPath(new URL('../apps/notes', import.meta.url));
    const { projectDir, region, accountId } = await cloud.seedApp({
      app,
      out: path.join(folder, 'project'),
      region: 'mx-central-1',
    });
    await cloud.faults([{ action: 'ListStackRefactors', kind: 'refuse' }]);
    const { code, stdout } = await cli(['refactor', '--to', 'anything', '--yes', '--json'], {
      cwd: projectDir,
      env: { ...process.env, ...cloud.environment({ region, accountId }) },
    });
    const { error } = JSON.parse(String(stdout.trim().split('\n').at(-1)));
    assert.equal(code, 1);
    assert.equal(error.code, 'STACK_REFACTOR_UNAVAILABLE', error.message);
    assert.match(error.message, /mx-central-1/);
  } finally {
    await cloud.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

/** The ledger tells groups of several pools apart. @param {string} id */
const nameOf = (id) => id.split('|').at(-1);

describe('resources that cannot move', () => {
  /** @type {Journey} */
  let journey;
  /** @type {string} */
  let deployed;
  /** @type {Account} */
  let account;
  before(async () => {
    journey = await Journey.begin({ app: 'shop' });
    await journey.prepareRefactor();
    deployed = await journey.cloud.snapshot();
    const { region, accountId } = journey.seeded;
    account = new Account(journey.cloud.endpoint, { region, accountId });
  });
  after(() => journey?.end());

  const refactor = (/** @type {string[]} */ ...flags) =>
    journey.run('refactor', '--to', String(journey.gen2Root), '--yes', '--json', ...flags);

  /** @param {string} root @param {string} category */
  async function nested(root, category) {
    const name = Object.keys(await journey.stacks()).find((stack) => stack.startsWith(`${root}-${category}`));
    assert.ok(name, `${root}-${category}`);
    return name;
  }

  /** Movable production resources by whether a stack of Gen 2 owns them. */
  async function owned() {
    const moving = (await ownersOfProduction(journey.cloud)).filter(({ movable }) => movable);
    const isMoved = (/** @type {{ owners: string[] }} */ { owners }) => owners[0].startsWith(`${journey.gen2Root}-`);
    return { moved: moving.filter(isMoved), stayed: moving.filter((one) => !isMoved(one)) };
  }

  /** @param {string} root of the tree whose auth stack has a policy */
  async function staysWithPolicy(root) {
    await journey.cloud.restore(deployed);
    const stack = await nested(root, 'auth');
    await account.setStackPolicy(stack, ALLOW_ALL);
    const { code, result } = await refactor();
    assert.equal(code, 0, JSON.stringify(result.error));
    const left = result.findings.filter((/** @type {any} */ { id }) => id === 'refactor-cannot-move');
    const { moved, stayed } = await owned();
    assert.ok(moved.length > 0);
    assert.ok(stayed.length > 0);
    for (const { type, id } of stayed) {
      const told = left.find(
        (/** @type {any} */ { message }) => message.startsWith(type) && message.includes(`(${nameOf(id)})`),
      );
      assert.ok(told, `${type} ${id}`);
      assert.match(told.message, /has a stack policy|which is not moved/);
      assert.ok(told.remedy.length > 20);
    }
    assert.ok(left.length >= stayed.length);
    assert.ok(left.some((/** @type {any} */ { message }) => message.includes(stack)));
    assert.deepEqual(await changesOfProduction(journey.cloud), []);
    // What stays is not touched: neither updated nor parked.
    assert.ok(!result.operations.some((/** @type {any} */ { description }) => description.includes(stack)));
  }

  test('a stack policy on the auth stack of Gen 1 keeps what it has, and the rest moves', () =>
    staysWithPolicy(journey.seeded.gen1Root));
  test('a stack policy on the auth stack of Gen 2 keeps what it has, and the rest moves', () =>
    staysWithPolicy(String(journey.gen2Root)));

  test('a mapping file is refused by line and entry before anything happens', async () => {
    await journey.cloud.restore(deployed);
    const stacks = await journey.stacks();
    const file = path.join(journey.folder, 'mappings.json');
    const entry = (/** @type {string} */ source, /** @type {string} */ target) => ({
      Source: { StackName: source, LogicalResourceId: 'DynamoDBTable' },
      Destination: { StackName: target, LogicalResourceId: 'Nobody' },
    });
    for (const [content, code, message] of /** @type {[string, string, RegExp][]} */ ([
      ['{', 'REFACTOR_MAPPINGS_FILE', /mappings\.json:1:\d+: /],
      ['[\n{"Source": 1}\n]', 'REFACTOR_MAPPINGS_FILE', /mappings\.json:2:\d+: entry 1: /],
      [
        JSON.stringify([entry('a', 'b'), entry('a', 'c')], null, 1),
        'REFACTOR_MAPPINGS_FILE',
        /mappings\.json:12:\d+: entries 1 \(line 2\) and 2 have the same source: DynamoDBTable of a/,
      ],
      [JSON.stringify([entry('nobody', 'b')]), 'REFACTOR_MAPPING', /mappings\.json:1: entry 1: .*no such stack/],
    ])) {
      fs.writeFileSync(file, content);
      const { code: exit, result } = await refactor('--mappings', file);
      assert.equal(exit, 1);
      assert.equal(result.error.code, code, content);
      assert.match(result.error.message, message);
    }
    assert.deepEqual(stackDifferences(stacks, await journey.stacks()), []);
  });
});
