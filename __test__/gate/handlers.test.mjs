import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { evaluateTree } from './evaluate.mjs';
import { checkHandlers } from './handlers.mjs';
import { loadAssembly } from './stack-tree.mjs';

const FOLDER = fs.mkdtempSync(path.join(os.tmpdir(), 'handlers-'));
after(() => fs.rmSync(FOLDER, { recursive: true, force: true }));

/** Checks one function whose bundle has the given files. */
async function check(files, properties = {}, missing = [], gen1 = undefined) {
  const assembly = fs.mkdtempSync(path.join(FOLDER, 'assembly-'));
  const hash = 'a'.repeat(64);
  const write = (name, content) =>
    fs.writeFileSync(path.join(assembly, name), typeof content === 'string' ? content : JSON.stringify(content));
  fs.mkdirSync(path.join(assembly, `asset.${hash}`));
  for (const [name, text] of Object.entries(files)) write(path.join(`asset.${hash}`, name), text);
  write('manifest.json', {
    artifacts: { app: { type: 'aws:cloudformation:stack', properties: { templateFile: 'app.template.json' } } },
  });
  write('app.assets.json', { files: { [hash]: { source: { path: `asset.${hash}` } } } });
  const lambda = {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'f',
      Handler: 'index.handler',
      Runtime: 'nodejs22.x',
      Code: { S3Bucket: 'b', S3Key: `${hash}.zip` },
      ...properties,
    },
  };
  const infrastructure = {
    ...lambda,
    Metadata: { 'aws:cdk:path': 'app/AmplifyBranchLinker/CustomResourceLambda/Resource' },
  };
  write('app.template.json', { Resources: { F: lambda, Linker: infrastructure } });
  const source = path.join(assembly, 'gen1.cjs');
  if (gen1) fs.writeFileSync(source, gen1);
  const gen1Source = () => (gen1 ? { file: source, exported: 'handler' } : undefined);
  const checks = await checkHandlers(evaluateTree(loadAssembly(assembly)), missing, gen1Source);
  assert.equal(checks.length, 1, 'functions of constructs are not loaded');
  return checks[0];
}

test('a handler that loads', async () => {
  assert.equal((await check({ 'index.mjs': 'export const handler = async () => 1;' })).status, 'loaded');
});

test('a handler that loads and would keep the process alive', async () => {
  assert.equal(
    (await check({ 'index.mjs': 'setInterval(() => {}, 1000); export const handler = async () => 1;' })).status,
    'loaded',
  );
});

test('the environment of the template is there', async () => {
  const source =
    "if (process.env.TABLE.length === 0 || process.env.AMPLIFY_SSM_ENV_CONFIG !== '{}') throw new Error('no'); export const handler = () => 1;";
  assert.equal(
    (await check({ 'index.mjs': source }, { Environment: { Variables: { TABLE: { Ref: 'F' } } } })).status,
    'loaded',
  );
});

for (const [title, files, reason] of [
  ['CommonJS in an ES module', { 'index.mjs': 'exports.handler = async () => 1;' }, /exports is not defined/],
  [
    'no such export',
    { 'index.mjs': 'export const main = () => 1;' },
    /export handler is undefined, exported are: main/,
  ],
  ['an export that is no function', { 'index.mjs': 'export const handler = 1;' }, /export handler is number/],
  [
    'a computed require',
    {
      'index.mjs':
        "import { createRequire } from 'node:module'; createRequire(import.meta.url)('./part' + 1); export const handler = () => 1;",
    },
    /part1/,
  ],
  ['a syntax error', { 'index.mjs': 'export const handler = (' }, /SyntaxError/],
  ['an end of the process', { 'index.mjs': 'process.exit(3);' }, /ended the process with 3/],
  ['no file', { 'other.mjs': '' }, /no file for handler index.handler/],
  ['a package that is not bundled', { 'index.mjs': "import 'nobody-has-this';" }, /nobody-has-this/],
]) {
  test(`fails: ${title}`, async () => {
    const result = await check(files);
    assert.equal(result.status, 'failed');
    assert.match(result.reason, reason);
  });
}

test('a package that is not installed here makes it unchecked, not green', async () => {
  const result = await check({ 'index.mjs': "import 'nobody-has-this';" }, {}, ['nobody-has-this']);
  assert.deepEqual([result.status, result.reason], ['not-checked', 'package nobody-has-this is not installed here']);
});

test('another language is not checked', async () => {
  assert.equal((await check({ 'index.py': '' }, { Runtime: 'python3.12' })).status, 'not-checked');
});

for (const [title, gen1, gen2, reason] of [
  [
    'the same answer',
    'exports.handler = async () => ({ at: 1 });',
    'async () => ({ at: 2 })',
    /answered \{ at: number \}/,
  ],
  [
    'an answer by callback',
    'exports.handler = (e, c, done) => done(null, "a");',
    '(e, c, done) => c.done(null, "b")',
    /string/,
  ],
  [
    'the same error',
    'exports.handler = async (e) => e.no.thing;',
    'async (event) => event.no.thing',
    /threw TypeError/,
  ],
  ['no answer', 'exports.handler = () => {};', '(e, c, done) => setTimeout(done, 60000)', /waited/],
]) {
  test(`called: ${title}`, async () => {
    const result = await check({ 'index.mjs': `export const handler = ${gen2};` }, {}, [], gen1);
    assert.equal(result.status, 'called', result.reason);
    assert.match(result.reason, reason);
  });
}

for (const [title, gen1, gen2, reason] of [
  [
    'another answer',
    'exports.handler = async () => ({ at: 1 });',
    'async () => ({})',
    /Gen 1 answered \{ at: number \}, Gen 2 answered/,
  ],
  ['an error of its own', 'exports.handler = async () => 1;', 'async () => exports.x', /Gen 2 threw ReferenceError/],
  [
    'another error',
    'exports.handler = async () => { throw new Error("a"); };',
    'async () => { throw new Error("b"); }',
    /Error: b/,
  ],
]) {
  test(`fails when called: ${title}`, async () => {
    const result = await check({ 'index.mjs': `export const handler = ${gen2};` }, {}, [], gen1);
    assert.equal(result.status, 'failed');
    assert.match(result.reason, reason);
  });
}

test('a Gen 1 source that cannot be loaded here says so', async () => {
  const result = await check({ 'index.mjs': 'export const handler = () => 1;' }, {}, [], "require('nobody-has-this')");
  assert.equal(result.status, 'loaded');
  assert.match(result.reason, /Gen 1 source cannot be loaded here.*nobody-has-this/);
});
