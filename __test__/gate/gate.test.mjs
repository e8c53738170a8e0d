import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findWeakRetention } from './compare-resources.mjs';
import { evaluateTree } from './evaluate.mjs';
import { gate } from './gate.mjs';
import { checkHandlers } from './handlers.mjs';
import { describeReport } from './report.mjs';
import { loadAssembly } from './stack-tree.mjs';
import { synthesize } from './synthesize.mjs';

const folderOf = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const BOARDS = folderOf('fixtures/project-boards');
const BROKEN = folderOf('fixtures/broken');
const BOARDS_GEN1 = folderOf('../../../shared/corpus/project-boards/deployed-stacks');
const OUT = fs.mkdtempSync(path.join(os.tmpdir(), 'gate-'));
after(() => fs.rmSync(OUT, { recursive: true, force: true }));

function digest(folder) {
  const hash = createHash('sha256');
  for (const entry of fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .sort((a, b) => (path.join(a.parentPath, a.name) < path.join(b.parentPath, b.name) ? -1 : 1))) {
    const file = path.join(entry.parentPath, entry.name);
    hash.update(file);
    if (entry.isFile()) hash.update(fs.readFileSync(file));
  }
  return hash.digest('hex');
}

test('a good backend is green', async (context) => {
  const compared = fs.existsSync(BOARDS_GEN1);
  if (!compared) context.diagnostic('the corpus is not there: nothing is compared with Gen 1');
  const before = digest(BOARDS);
  const report = await gate({
    projectDir: BOARDS,
    branch: 'gen2-main',
    ...(compared ? { gen1StacksDir: BOARDS_GEN1 } : {}),
  });
  assert.equal(report.ok, true, describeReport(report));
  assert.equal(digest(BOARDS), before, 'the project was not touched');
  assert.equal(report.before.resourceTypes['Custom::ImportedAmplifyDynamoDBTable'], 2);
  assert.deepEqual(
    report.handlers.map((one) => one.status),
    ['loaded'],
  );
  if (compared) assert.equal(report.resources.compared.length, 6);
});

test('what a worker synthesised before leaves no trace', async () => {
  const templates = async (/** @type {string} */ name) => {
    const { outDir, synth } = await synthesize(BOARDS, path.join(OUT, name), { branch: 'gen2-main', typecheck: false });
    assert.equal(synth.ok, true, synth.error);
    const files = fs.readdirSync(outDir).filter((file) => file.endsWith('.template.json'));
    // the hash of a bundle is made from the place of its source, too
    return files
      .sort()
      .map((file) => fs.readFileSync(path.join(outDir, file), 'utf8').replace(/[0-9a-f]{64}/g, 'hash'));
  };
  const first = await templates('first');
  await synthesize(BROKEN, path.join(OUT, 'between'), { branch: 'main', typecheck: false });
  assert.deepEqual(await templates('second'), first);
});

test('a broken backend is red for each of its faults', async () => {
  const result = await synthesize(BROKEN, path.join(OUT, 'broken'), { branch: 'main' });
  assert.equal(result.ok, false);
  assert.deepEqual(
    result.typecheck.errors.map(({ file, code }) => [file, code]),
    [['amplify/backend.ts', 'TS2322']],
  );
  assert.equal(result.synth.ok, true, 'CDK itself finds nothing to stop at');
  assert.ok(
    result.validation.some((one) => one.rule === 'F3004'),
    'the report of CDK names the cycle',
  );
  assert.deepEqual(
    result.cycles.map((one) => one.logicalIds.length),
    [2],
    'and so do we',
  );
  assert.deepEqual(result.missingDependencies, ['a-package-that-nobody-has']);
  const tree = evaluateTree(loadAssembly(result.outDir));
  assert.ok(
    findWeakRetention(tree).some(
      (one) => one.type === 'AWS::Cognito::UserPool' && /DeletionPolicy is Delete/.test(one.problem),
    ),
  );
  const [handler] = await checkHandlers(tree, []);
  assert.equal(handler.status, 'failed');
  assert.match(handler.reason, /exports is not defined|a-package-that-nobody-has/);
});

test('without the line of postRefactor() nothing is synthesised', async () => {
  const result = await synthesize(BROKEN, path.join(OUT, 'no-line'), { postRefactor: true, typecheck: false });
  assert.equal(result.ok, false);
  assert.match(result.synth.error, /exactly one line `\/\/ postRefactor\(\);`, it has 0/);
});

test('a folder without a backend', async () => {
  const result = await synthesize(OUT, path.join(os.tmpdir(), `${path.basename(OUT)}-nothing`));
  assert.match(result.synth.error, /has no amplify\/backend\.ts/);
});

test('the assembly never lies inside the project', async () => {
  await assert.rejects(synthesize(BOARDS, path.join(BOARDS, 'cdk.out')), /must not lie inside the project/);
});

test('the command line refuses what it does not understand', async () => {
  const run = promisify(execFile)(process.execPath, [folderOf('gate.mjs'), '--branch', 'main']);
  await assert.rejects(run, (error) => error.code === 2 && /--project DIR is needed/.test(error.stderr));
});
