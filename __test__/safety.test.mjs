/** The safety table says what the rows say, every hazard has a row, and every test that a row names is one that runs. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { problemsOfTest } from './mutation/named-test.mjs';
import { allRows } from './safety/row.mjs';
import { problemsOf, proofsOf, statesOf, TABLE, tableOf } from './safety/table.mjs';

test('every hazard has its rows, every test is one of npm test, every change has one place', async () => {
  assert.deepEqual(problemsOf(await allRows()), []);
});

test('docs/safety.md is what `npm run safety` writes, and lists what is not tested', async () => {
  const rows = await allRows();
  const proofs = proofsOf(rows);
  const page = fs.readFileSync(TABLE, 'utf8');
  assert.equal(page, tableOf(rows, proofs));
  const states = statesOf(rows, proofs);
  assert.equal(Object.values(states).flat().length, 82);
  for (const id of states.untested) assert.match(page, new RegExp(`\\*\\*${id}\\*\\* .*not tested: `));
});

test('rows that cannot be checked are told', async () => {
  const [row] = (await allRows()).filter(({ test: named }) => named);
  const others = (await allRows()).filter(({ id }) => id !== row.id);
  const problems = (/** @type {any[]} */ ...own) => problemsOf([...others, ...own]);
  const whole = { ...row, title: 'a', elsewhere: 'b' };
  const change = /** @type {import('./mutation/changed-copy.mjs').Change} */ (row.change);
  assert.deepEqual(problems(whole), []);
  assert.deepEqual(problems(), [`no row for ${row.id}`]);
  assert.match(problems(whole, whole).join(), /is there twice/);
  assert.match(problems(whole, { ...whole, id: 'H-83' }).join(), /H-83 is no hazard/);
  assert.match(problems({ ...whole, change: undefined }).join(), /test without a change/);
  assert.match(problems({ ...whole, change: { ...change, from: 'no such text anywhere' } }).join(), /has 0 places/);
  assert.match(problems({ ...whole, change: { ...change, to: change.from } }).join(), /changes nothing/);
  assert.match(
    problems({ ...whole, change: { ...change, file: '__test__/run.test.mjs' } }).join(),
    /not what users run/,
  );
  const untested = { ...whole, test: undefined, change: undefined, untested: 'why', key: row.id };
  assert.deepEqual(problems(untested), []);
  assert.match(problems(whole, untested).join(), /the one without a test goes/);
});

test('a test that is not there, is switched off, or is not part of npm test is told', () => {
  const file = '__test__/safety.test.mjs';
  assert.deepEqual(problemsOfTest({ file, name: 'rows that cannot be checked are told' }), []);
  assert.match(problemsOfTest({ file, name: 'rows that cannot be' })[0], /has 0 tests/);
  assert.match(problemsOfTest({ file: '__test__/none.test.mjs', name: 'x' })[0], /there is no/);
  assert.deepEqual(problemsOfTest({ file: '__test__/e2e/migration.test.mjs', name: 'lock is taken back exactly' }), []);
  assert.match(problemsOfTest({ file: '__test__/safety/row.mjs', name: 'x' }).join(), /npm test does not run/);
  const rust = 'src/journal/tests.rs';
  assert.deepEqual(problemsOfTest({ file: rust, name: 'what_was_recorded_is_read_back_run_by_run' }), []);
  assert.match(problemsOfTest({ file: rust, name: 'header' })[0], /has 0 tests/);
});
