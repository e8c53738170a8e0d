/** The coverage table says what the rows say, and every row can be checked. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { allRows } from './coverage/row.mjs';
import { problemsOf, readProofs, TABLE, tableOf } from './coverage/table.mjs';

const page = JSON.parse(fs.readFileSync(new URL('./coverage/page.json', import.meta.url), 'utf8'));

test('every row of the feature page has a row, every change has one place', async () => {
  assert.deepEqual(problemsOf(await allRows(), page), []);
});

test('docs/coverage.md is what `npm run coverage` writes', async () => {
  assert.equal(fs.readFileSync(TABLE, 'utf8'), tableOf(await allRows(), readProofs()));
});
