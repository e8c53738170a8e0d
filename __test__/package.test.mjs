/** The package itself: what is published, what a fresh clone finds, and the counting of tests that decides about green. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { countTests } from './support/test-counts.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (file) => fs.readFileSync(path.join(ROOT, file), 'utf8');
const manifest = JSON.parse(read('package.json'));

test('the published package holds what it needs to run, and nothing of the sources', async () => {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    shell: process.platform === 'win32',
  });
  const files = JSON.parse(stdout)[0].files.map(({ path: file }) => file);
  for (const file of [
    'index.js',
    'index.d.ts',
    'binding.js',
    'amplify-plugin.json',
    'cli/bin.js',
    'cli/plugin.js',
    'cli/result.schema.json',
    'package.json',
    'LICENSE',
    'README.md',
  ]) {
    assert.ok(files.includes(file), file);
  }
  for (const file of files) assert.doesNotMatch(file, /^(src|templates|__test__|target|npm)\/|\.node$/);
});

test('every module that is loaded at run time is a dependency', () => {
  const modules = fs
    .readdirSync(path.join(ROOT, 'cli'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'));
  const needed = new Set();
  for (const file of [...modules.map((name) => path.join('cli', name)), 'index.js']) {
    for (const [, name] of read(file).matchAll(/require\('([^.'][^']*)'\)/g))
      if (!name.startsWith('node:')) needed.add(name);
  }
  assert.deepEqual([...needed].sort(), Object.keys(manifest.dependencies).sort());
});

test('the platforms of the package are those that are built', () => {
  const built = [...read('.github/workflows/publish.yml').matchAll(/target: ([\w-]+)$/gm)].map(([, target]) => target);
  assert.deepEqual(built.sort(), [...manifest.napi.targets].sort());
});

test('a lock file without download addresses', () => {
  assert.doesNotMatch(read('package-lock.json'), /"resolved"/);
});

test('the versions of the crate and of the package are the same', () => {
  assert.match(read('Cargo.toml'), new RegExp(`^version = "${manifest.version.replaceAll('.', '\\.')}"$`, 'm'));
});

test('npm scripts point at files that exist', () => {
  for (const [name, command] of Object.entries(manifest.scripts)) {
    for (const file of command.match(/\S+\.mjs/g) ?? []) {
      if (!file.includes('*')) assert.ok(fs.existsSync(path.join(ROOT, file)), `${name}: ${file}`);
    }
  }
});

test('counting what the test runners print', () => {
  const cargo = 'test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n';
  assert.deepEqual(countTests(cargo + cargo, 0), { passed: 24, failed: 0 });
  assert.deepEqual(
    countTests('test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; finished in 0.01s', 101),
    { passed: 3, failed: 2 },
  );
  assert.deepEqual(countTests('# tests 5\n# pass 4\n# fail 1\n# cancelled 0', 1), { passed: 4, failed: 1 });
  assert.deepEqual(countTests('ℹ pass 4\nℹ fail 0\nℹ cancelled 2', 1), { passed: 4, failed: 2 });
  assert.deepEqual(countTests('52 passed in 8.14s', 0), { passed: 52, failed: 0 });
  assert.deepEqual(countTests('=== 1 failed, 50 passed, 1 error in 9.00s ===', 1), { passed: 50, failed: 2 });
  assert.deepEqual(countTests('\u001b[32m3 passed\u001b[0m in 1.00s', 0), { passed: 3, failed: 0 });
  assert.deepEqual(countTests('error: could not compile', 101), { passed: 0, failed: 1 });
  assert.deepEqual(countTests('', 0), { passed: 0, failed: 1 });
  assert.deepEqual(countTests('# pass 3\n# fail 0', 1), { passed: 3, failed: 1 });
});
