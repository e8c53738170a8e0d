/**
 * Apps that are unlike all others go to Gen 2 and back: names that are hostile everywhere, and a user pool that the app
 * does not own. `npm run round-trip` takes every app there and back.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { roundTrip } from '../campaign/round-trip.mjs';
import { APPS } from '../campaign/scenarios.mjs';

const FOLDER = new URL('../apps/', import.meta.url);

test('the campaign knows every app', () => {
  const apps = fs.readdirSync(FOLDER).filter((name) => fs.existsSync(new URL(`${name}/deployed-stacks/`, FOLDER)));
  assert.deepEqual([...APPS].sort(), apps.sort());
});

for (const app of ['bazaar', 'guests']) {
  test(`${app} goes to Gen 2 and back`, async () => {
    const { problems, production, refactor } = await roundTrip(app);
    assert.deepEqual(problems, []);
    assert.ok(production > 0 && refactor.operations > 0);
  });
}
