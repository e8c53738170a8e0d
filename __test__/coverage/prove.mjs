/**
 * Sees every row's check fail under the row's change: `npm run coverage:prove [-- --again] [-- ID ...]`. Works on a copy of
 * the sources below `target/`, builds the addon there with one change at a time (a change may break other rows' checks, too), and
 * writes what it saw to `proofs.json` and the table. Takes about a minute for each row, nothing for rows that were seen.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { synthesize } from '../gate/synthesize.mjs';
import { allRows, subjectOf } from './row.mjs';
import { digestOf, readProofs, TABLE, tableOf, writeProofs } from './table.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COPY = path.join(ROOT, 'target', 'coverage');
/** The addon with the change in it; `binding.js` is told to load this one. */
const ADDON = path.join(COPY, 'addon.node');
const TARGET = process.env.CARGO_TARGET_DIR ?? path.join(ROOT, 'target');
/** What the copy needs beside `src` and `templates`, which are copied anew for every build. */
const SURROUNDINGS = ['Cargo.toml', 'Cargo.lock', 'build.rs', 'package.json', 'index.js', 'binding.js', 'cli'];

/** @typedef {import('./row.mjs').Row} Row */

const { values, positionals } = parseArgs({ allowPositionals: true, options: { again: { type: 'boolean' } } });
const rows = await allRows();
const proofs = readProofs();
for (const id of Object.keys(proofs)) if (!rows.some((row) => row.id === id)) delete proofs[id];
const wanted = rows.filter(
  (row) =>
    (positionals.length === 0 || positionals.includes(row.id)) &&
    (values.again || proofs[row.id]?.digest !== digestOf(row)),
);
const survivors = [];
await seePassing(wanted);
for (const row of wanted) await prove(row);
fs.mkdirSync(path.dirname(TABLE), { recursive: true });
fs.writeFileSync(TABLE, tableOf(rows, proofs));
console.log(`${wanted.length - survivors.length} of ${wanted.length} checks were seen to fail`);
for (const [id, why] of survivors) console.log(`✘ ${id}: ${why}`);
process.exit(survivors.length === 0 ? 0 : 1);

/**
 * A check that fails without its change, too, proves nothing.
 *
 * @param {Row[]} checked
 */
async function seePassing(checked) {
  const trouble = build();
  if (trouble) throw new Error(`the addon does not build: ${trouble}`);
  for (const app of new Set(checked.flatMap((row) => row.app ?? []))) {
    const { subject, failure } = await generate(app);
    if (!subject) throw new Error(`${app}: ${failure}`);
    for (const row of checked.filter((one) => one.app === app)) row.check?.(subject);
  }
}

/** @param {Row} row */
async function prove(row) {
  const trouble = build(row.change);
  if (trouble) return void survivors.push([row.id, `does not build: ${trouble}`]);
  if (!row.app) return judge(row, runTest(row));
  const { subject, failure } = await generate(row.app);
  judge(row, subject ? failureOf(() => row.check?.(subject)) : failure);
}

/** @param {Row} row @param {string | undefined} failure */
function judge(row, failure) {
  if (failure === undefined) {
    survivors.push([row.id, 'the check passes under its change']);
    delete proofs[row.id];
  } else proofs[row.id] = { digest: digestOf(row), failure: firstLine(failure) };
  writeProofs(proofs);
  console.log(`${failure === undefined ? '✘' : '✔'} ${row.id}: ${firstLine(failure ?? 'passes')}`);
}

function firstLine(/** @type {string} */ text) {
  const line = text.split('\n').find((one) => one.trim() !== '') ?? '';
  return line.trim().slice(0, 160);
}

function failureOf(/** @type {() => void} */ check) {
  try {
    check();
    return undefined;
  } catch (error) {
    return described(error);
  }
}

/** What an assertion without words of its own compared, in one line. @param {any} error */
function described(error) {
  const { generatedMessage, operator, actual, expected } = error;
  if (!generatedMessage || !['deepStrictEqual', 'strictEqual'].includes(operator))
    return String(error.message || error);
  const shown = (/** @type {unknown} */ value) => (JSON.stringify(value) ?? 'nothing').slice(0, 60);
  return `${shown(actual)} instead of ${shown(expected)}`;
}

/** @param {Row['change']} [change] @returns {string | undefined} what went wrong */
function build(change) {
  fs.mkdirSync(COPY, { recursive: true });
  for (const name of ['src', 'templates', ...SURROUNDINGS]) {
    // unchanged files keep their time, so that cargo builds no more than it must
    fs.rmSync(path.join(COPY, name), { recursive: true, force: true });
    fs.cpSync(path.join(ROOT, name), path.join(COPY, name), { recursive: true, preserveTimestamps: true });
  }
  const modules = path.join(COPY, 'node_modules');
  if (!fs.existsSync(modules)) fs.symlinkSync(path.join(ROOT, 'node_modules'), modules);
  if (change) {
    const file = path.join(COPY, change.file);
    const text = fs.readFileSync(file, 'utf8').replace(change.from, () => change.to);
    fs.writeFileSync(file, text);
  }
  // a file whose change was taken back has its old time again: cargo alone would not look at it
  fs.utimesSync(path.join(COPY, 'src', 'lib.rs'), new Date(), new Date());
  const made = spawnSync('cargo', ['build', '--lib', '--message-format', 'json-render-diagnostics'], {
    cwd: COPY,
    env: { ...process.env, CARGO_TARGET_DIR: TARGET },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (made.status !== 0) return /error(\[E\d+\])?: .*/.exec(made.stderr)?.[0] ?? `cargo ended with ${made.status}`;
  fs.copyFileSync(libraryOf(made.stdout), ADDON);
  return undefined;
}

/** @param {string} messages of cargo, one JSON object a line */
function libraryOf(messages) {
  for (const line of messages.split('\n')) {
    const message = line.startsWith('{') ? JSON.parse(line) : {};
    if (message.reason !== 'compiler-artifact' || message.target.name !== 'amplify_gen2_migration') continue;
    const library = message.filenames.find((/** @type {string} */ name) => /\.(so|dylib|dll)$/.test(name));
    if (library) return library;
  }
  throw new Error('cargo names no library of the addon');
}

/** @param {string} app */
async function generate(app) {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), `coverage-${app}-`));
  try {
    const folder = path.join(ROOT, '__test__', 'apps', app);
    const project = path.join(work, 'project');
    fs.cpSync(path.join(folder, 'gen1-project'), project, { recursive: true });
    const outDir = path.join(work, 'out');
    const args = [
      'generate',
      '--offline',
      '--yes',
      '--json',
      '--project',
      project,
      '--branch',
      'main',
      '--out',
      outDir,
    ];
    const said = spawnSync(process.execPath, [path.join(COPY, 'cli', 'bin.js'), ...args], {
      env: { ...process.env, NAPI_RS_NATIVE_LIBRARY_PATH: ADDON },
      encoding: 'utf8',
    });
    const result = JSON.parse(said.stdout.trim().split('\n').at(-1) ?? 'null');
    if (said.status !== 0) return { failure: `generate: ${result?.error?.message ?? said.stderr}` };
    const assemblies = path.join(work, 'assemblies');
    for (const [name, postRefactor] of /** @type {const} */ ([
      ['before', false],
      ['after', true],
    ])) {
      const { synth } = await synthesize(outDir, path.join(assemblies, name), { typecheck: false, postRefactor });
      if (!synth?.ok) return { failure: `synth: ${synth?.error}` };
    }
    const deployedStacks = path.join(folder, 'deployed-stacks');
    return { subject: subjectOf({ deployedStacks, outDir, assemblies, result }) };
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/** @param {Row} row @returns {string | undefined} why the row's test fails */
function runTest({ test }) {
  const { file, name } = /** @type {{file: string, name: string}} */ (test);
  const rust = file.endsWith('.rs');
  // tests of the JavaScript side run in the copy, with the addon of the copy
  if (!rust)
    fs.cpSync(path.join(ROOT, '__test__'), path.join(COPY, '__test__'), { recursive: true, filter: notPackages });
  const pattern = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const [command, args] = rust
    ? ['cargo', ['test', '--lib', '--quiet', '--', name]]
    : [process.execPath, ['--test', '--test-reporter', 'tap', '--test-name-pattern', pattern, file]];
  try {
    const output = execFileSync(command, args, {
      cwd: COPY,
      env: { ...process.env, CARGO_TARGET_DIR: TARGET, INSTA_UPDATE: 'no', NAPI_RS_NATIVE_LIBRARY_PATH: ADDON },
      encoding: 'utf8',
      stdio: 'pipe',
    });
    const ran = rust ? !/running 0 tests/.test(output) : !/^# pass 0$/m.test(output);
    if (!ran) throw new Error(`no test ${name} in ${file}`);
    return undefined;
  } catch (error) {
    const { stdout = '', stderr = '', message } = /** @type {any} */ (error);
    if (stdout === '' && stderr === '') throw error;
    return /panicked at [^\n]*\n[^\n]*|error: '?[^\n]*|not ok [^\n]*/.exec(stdout + stderr)?.[0] ?? message;
  }
}

function notPackages(/** @type {string} */ source) {
  return path.basename(source) !== 'node_modules' && path.basename(source) !== 'work';
}
