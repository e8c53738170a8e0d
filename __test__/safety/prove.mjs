/**
 * Sees every test of the safety table fail under its row's change: `npm run safety:prove [-- --again] [-- ID ...]`. Works on
 * a changed copy of the project below `target/`, one change at a time, and keeps what it saw in `proofs/` and in the table.
 * Takes a minute or two for each row, nothing for rows that were seen.
 */
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { buildAddon, buildRustTests, makeCopy } from '../mutation/changed-copy.mjs';
import { isRust, runInCopy } from '../mutation/named-test.mjs';
import { allRows } from './row.mjs';
import { digestOf, keepProofs, proofsOf, TABLE, tableOf } from './table.mjs';

/** @typedef {import('./row.mjs').PlacedRow} PlacedRow @typedef {import('../mutation/named-test.mjs').NamedTest} NamedTest */

const { values, positionals } = parseArgs({ allowPositionals: true, options: { again: { type: 'boolean' } } });
const rows = await allRows();
const proofs = proofsOf(rows);
for (const [source, seen] of proofs) {
  const keys = rows.filter((row) => row.source === source).map(({ key }) => key);
  for (const key of Object.keys(seen)) if (!keys.includes(key)) delete seen[key];
}
const wanted = rows.filter(
  (row) =>
    row.test &&
    (positionals.length === 0 || positionals.includes(row.id)) &&
    (values.again || proofs.get(row.source)?.[row.key]?.digest !== digestOf(row)),
);
const survivors = [];
const failing = await failingWithoutChange();
for (const row of wanted) {
  const { failure, trouble } = failing.has(testKey(row)) ? { trouble: 'fails without its change' } : await prove(row);
  const seen = /** @type {Record<string, import('../mutation/proofs.mjs').Proof>} */ (proofs.get(row.source));
  if (failure === undefined) {
    survivors.push(`${row.key}: ${trouble}`);
    delete seen[row.key];
  } else seen[row.key] = { digest: digestOf(row), failure };
  keepProofs(row.source, seen);
  console.log(failure === undefined ? `✘ ${row.key}: ${trouble}` : `✔ ${row.key}: ${failure}`);
}
fs.writeFileSync(TABLE, tableOf(rows, proofs));
console.log(`${wanted.length - survivors.length} of ${wanted.length} tests were seen to fail`);
for (const survivor of survivors) console.log(`✘ ${survivor}`);
process.exit(survivors.length === 0 ? 0 : 1);

/** A test that fails without its change, too, proves nothing. */
async function failingWithoutChange() {
  /** @type {Set<string>} */
  const failing = new Set();
  if (wanted.length === 0) return failing;
  makeCopy();
  const tests = new Map(wanted.map((row) => [testKey(row), row.test]));
  const kinds = new Set([...tests.values()].map((test) => isRust(/** @type {NamedTest} */ (test))));
  const trouble = [...kinds].map((rust) => (rust ? buildRustTests() : buildAddon())).find(Boolean);
  if (trouble) throw new Error(`the project does not build: ${trouble}`);
  for (const [key, test] of tests) {
    const { status, said } = await runInCopy(/** @type {NamedTest} */ (test));
    if (status !== 'passed') failing.add(key);
    if (status !== 'passed') console.log(`✘ without a change, ${key}: ${said}`);
  }
  return failing;
}

/** @param {PlacedRow} row */
function testKey({ test }) {
  return `${test?.file} ${test?.name}`;
}

/** @param {PlacedRow} row @returns {Promise<{ failure?: string, trouble?: string }>} */
async function prove({ test, change }) {
  if (!test || !change) return { trouble: 'there is nothing to prove' };
  makeCopy(change);
  const trouble = isRust(test) ? buildRustTests() : buildAddon();
  if (trouble) return { trouble: `does not build: ${trouble}` };
  const { status, said } = await runInCopy(test);
  if (status === 'broken') return { trouble: `did not run: ${said}` };
  return status === 'failed' ? { failure: said } : { trouble: 'passes under its change' };
}
