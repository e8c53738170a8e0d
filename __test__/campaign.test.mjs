/** The campaign itself: its cases are the same for the same seed, and the docs quote what it counted. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { randomCase, singleFaultCases, thirdPartyCases } from './campaign/cases.mjs';
import { FAULT_KINDS, kills, standInFault } from './campaign/faults.mjs';
import { outdatedQuotations } from './campaign/quote.mjs';
import { Random } from './campaign/random.mjs';
import { COUNTS_FILE } from './campaign/record.mjs';
import { THIRD_PARTIES } from './campaign/third-party.mjs';

const SIZE = { forward: { changes: 5, copies: 2 }, back: { changes: 7, copies: 4 } };

test('every mutating call meets every kind of fault, and half of the cases are undone', () => {
  const cases = singleFaultCases(SIZE, 1);
  assert.equal(cases.length, (12 + 6) * FAULT_KINDS.length);
  assert.equal(new Set(cases.map(({ id }) => id)).size, cases.length);
  const undone = cases.filter(({ attempts: [{ direction }], last }) => direction !== last);
  assert.ok(Math.abs(undone.length - cases.length / 2) <= 1);
  assert.notDeepEqual(singleFaultCases(SIZE, 2), cases, 'the seed says which half');
  assert.equal(thirdPartyCases(SIZE, 1).length, 12 * THIRD_PARTIES.length);
});

test('a random case is the same for the same scenario, seed and number, and another otherwise', () => {
  const one = randomCase(SIZE, 'notes/refactor', 1, 17);
  assert.deepEqual(randomCase(SIZE, 'notes/refactor', 1, 17), one);
  for (const other of [
    randomCase(SIZE, 'notes/refactor', 1, 18),
    randomCase(SIZE, 'notes/refactor', 2, 17),
    randomCase(SIZE, 'shop/refactor', 1, 17),
  ]) {
    assert.notDeepEqual(other.attempts, one.attempts);
  }
});

test('random cases reach everything: all kinds, several faults, reads, several runs, both directions', () => {
  const cases = Array.from({ length: 300 }, (_, number) => randomCase(SIZE, 'notes/refactor', 1, number));
  const attempts = cases.flatMap((one) => one.attempts);
  const faults = attempts.flatMap((attempt) => attempt.faults);
  assert.deepEqual(new Set(faults.map(({ kind }) => kind)), new Set(FAULT_KINDS));
  assert.ok(attempts.some((attempt) => attempt.faults.length === 3));
  assert.deepEqual(new Set(faults.map(({ on }) => on)), new Set(['changes', 'copies', 'all']));
  assert.ok(faults.some(({ times = 1 }) => times > 1));
  assert.ok(
    faults.every((fault) => !(kills(fault) && fault.times)),
    'a process dies once',
  );
  assert.deepEqual(new Set(cases.map((one) => one.attempts.length)), new Set([1, 2, 3]));
  assert.deepEqual(new Set(cases.map(({ from, last }) => `${from} ${last}`)).size, 4);
});

test('the stand-in is told where a fault begins and how often it strikes', () => {
  assert.deepEqual(standInFault({ kind: 'cut-after', index: 3, on: 'changes' }), {
    mutating: true,
    conditional: false,
    kind: 'drop-after',
    from: 3,
    times: 1,
  });
  assert.deepEqual(standInFault({ kind: 'throttled', index: 9, times: 4, on: 'all' }), {
    action: '.*',
    kind: 'throttle',
    from: 9,
    times: 4,
  });
});

test('a sample has different members', () => {
  const sample = new Random('s').sample([1, 2, 3, 4, 5], 4);
  assert.equal(new Set(sample).size, 4);
  assert.deepEqual(new Random('s').sample([1, 2, 3, 4, 5], 4), sample);
  assert.equal(new Random('s').sample([1, 2], 5).length, 2);
});

test('the docs quote the counts of the last campaign', () => {
  assert.deepEqual(outdatedQuotations(), []);
});

test('the last campaign lost nothing, and every case ended as it must', () => {
  const { total, scenarios } = JSON.parse(fs.readFileSync(COUNTS_FILE, 'utf8'));
  assert.equal(total.violations, 0);
  assert.equal(total.failed, 0);
  const sum = Object.values(scenarios).reduce((all, { cases }) => all + cases, 0);
  assert.equal(sum, total.cases);
  assert.equal(total.single + total.thirdParty + total.random, total.cases);
});
