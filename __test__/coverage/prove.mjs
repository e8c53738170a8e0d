/**
 * Sees every row's check fail under the row's change: `npm run coverage:prove [-- --again] [-- ID ...]`. Works on a copy of
 * the sources below `target/`, builds the addon there with one change at a time (a change may break other rows' checks, too), and
 * writes what it saw to `proofs.json` and the table. Takes about a minute for each row, nothing for rows that were seen.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { synthesize } from '../gate/synthesize.mjs';
import { buildAddon, buildRustTests, COPY, copyEnvironment, makeCopy, ROOT } from '../mutation/changed-copy.mjs';
import { firstLine, isRust, runInCopy } from '../mutation/named-test.mjs';
import { allRows, subjectOf } from './row.mjs';
import { digestOf, readProofs, TABLE, tableOf, writeProofs } from './table.mjs';

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
  makeCopy();
  const trouble = buildAddon();
  if (trouble) throw new Error(`the addon does not build: ${trouble}`);
  for (const app of new Set(checked.flatMap((row) => row.app ?? []))) {
    const { subject, failure } = await generate(app);
    if (!subject) throw new Error(`${app}: ${failure}`);
    for (const row of checked.filter((one) => one.app === app)) row.check?.(subject);
  }
}

/** @param {Row} row */
async function prove(row) {
  makeCopy(row.change);
  const trouble = row.test && isRust(row.test) ? buildRustTests() : buildAddon();
  if (trouble) return void survivors.push([row.id, `does not build: ${trouble}`]);
  if (row.test) {
    const { status, said } = await runInCopy(row.test);
    if (status === 'broken') return void survivors.push([row.id, `its test did not run: ${said}`]);
    return judge(row, status === 'failed' ? said : undefined);
  }
  const { subject, failure } = await generate(String(row.app));
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
      env: copyEnvironment(),
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
