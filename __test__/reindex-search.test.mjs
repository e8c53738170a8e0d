/** The script that generate writes for models with `@searchable`, run with a stand-in for the AWS CLI. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { cli, Command } from './support/cli.mjs';
import { Projects } from './support/projects.mjs';

const projects = new Projects();
after(() => projects.remove());

const STREAM = 'arn:aws:dynamodb:us-east-1:123456789012:table/Topic/stream/1';
const ITEMS = Array.from({ length: 23 }, (_, index) => ({ id: { S: `t${index}` }, title: { S: '`${x}` 日本語' } }));

/** Answers as the AWS CLI does and notes the events; functions are told apart by their tags. */
const AWS = `#!/usr/bin/env node
const fs = require('node:fs');
const args = process.argv.slice(2);
const option = (name) => args[args.indexOf(name) + 1];
const settings = JSON.parse(fs.readFileSync(process.env.SETTINGS, 'utf8'));
const answers = {
  'describe-table': () => ({ Table: { KeySchema: [{ AttributeName: 'id' }], LatestStreamArn: settings.stream } }),
  'list-event-source-mappings': () => ({ EventSourceMappings: ['gen1', 'gen2'].map((name) => ({ FunctionArn: name })) }),
  'list-tags': () => ({ Tags: option('--resource') === 'gen2' ? settings.tags : {} }),
  scan: () => {
    const start = args.includes('--starting-token') ? Number(option('--starting-token')) : 0;
    const end = start + 15;
    return { Items: settings.items.slice(start, end), ...(end < settings.items.length ? { NextToken: String(end) } : {}) };
  },
  invoke: () => {
    const event = fs.readFileSync(option('--payload').replace('fileb://', ''), 'utf8');
    fs.appendFileSync(settings.events, JSON.stringify({ lambda: option('--function-name'), event: JSON.parse(event) }) + '\\n');
    fs.writeFileSync(args.find((one) => one.endsWith('answer.json')), 'null');
    return { StatusCode: 200, LogResult: Buffer.from(settings.log).toString('base64') };
  },
};
process.stdout.write(JSON.stringify(answers[args[1]]()));
`;

/** @type {string} */
let script;

before(async () => {
  const out = path.join(projects.folder(), 'out');
  const args = ['generate', '--offline', '--yes', '--project', projects.of('forum'), '--branch', 'main', '--out', out];
  const { code, stderr } = await cli(args);
  assert.equal(code, 0, stderr);
  script = path.join(out, 'amplify', 'data', 'reindex-search.mjs');
});

async function run(settings = {}) {
  const folder = projects.folder();
  fs.writeFileSync(path.join(folder, 'aws'), AWS, { mode: 0o755 });
  const events = path.join(folder, 'events');
  fs.writeFileSync(events, '');
  const tags = { 'amplify:branch-name': 'main', 'amplify:friendly-name': 'amplifyData' };
  const file = path.join(folder, 'settings.json');
  fs.writeFileSync(
    file,
    JSON.stringify({ stream: STREAM, items: ITEMS, log: 'INFO posted', tags, events, ...settings }),
  );
  const env = { ...process.env, PATH: `${folder}${path.delimiter}${process.env.PATH}`, SETTINGS: file };
  const outcome = await new Command([script], { env }).outcome;
  const sent = fs
    .readFileSync(events, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { ...outcome, sent };
}

const skip = process.platform === 'win32' ? 'the stand-in is a script' : false;

test('every item of every page is sent once, to the function of the branch', { skip }, async () => {
  const { code, stderr, sent } = await run();
  assert.equal(code, 0, stderr);
  assert.deepEqual([...new Set(sent.map(({ lambda }) => lambda))], ['gen2']);
  const records = sent.flatMap(({ event }) => event.Records);
  assert.deepEqual(
    records.map(({ dynamodb }) => dynamodb.NewImage),
    ITEMS,
  );
  assert.deepEqual(records[0].dynamodb.Keys, { id: ITEMS[0].id });
  assert.equal(records[0].eventSourceARN, STREAM);
  assert.ok(sent.every(({ event }) => event.Records.length <= 10));
});

test('a function that fails stops the script', { skip }, async () => {
  const { code, stderr } = await run({ log: 'Traceback (most recent call last): forbidden' });
  assert.notEqual(code, 0);
  assert.match(stderr, /gen2 failed[\s\S]*forbidden/);
});

test('without a deployed branch nothing is sent', { skip }, async () => {
  const { code, stderr, sent } = await run({ tags: {} });
  assert.notEqual(code, 0);
  assert.match(stderr, /is the branch deployed/);
  assert.deepEqual(sent, []);
});
