/**
 * The tool is killed at its mutating calls, and a second run finishes or undoes: every index of `notes`, a sample of `shop`.
 * The whole campaign, with both continuations of every crash, is `npm run campaign`.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CrashSite, describeCrash } from '../campaign/crash.mjs';
import { beforeLock, beforeRefactor } from '../campaign/scenarios.mjs';

/** Part of the crashes of `shop` that are tried; the seed is printed, and `CRASH_SEED` repeats a choice. */
const SAMPLE = 12;
const SEED = Number(process.env.CRASH_SEED ?? Date.now() % 100_000);

for (const [step, begin] of /** @type {const} */ ([
  ['lock', beforeLock],
  ['refactor', beforeRefactor],
])) {
  for (const app of ['notes', 'shop']) {
    describe(`${step} of ${app} is killed`, () => {
      /** @type {CrashSite} */
      let site;
      before(async () => {
        site = await CrashSite.of(await begin(app));
      });
      after(() => site?.journey.end());

      test(
        app === 'notes' ? 'at every mutating call' : `at a sample of the mutating calls (seed ${SEED})`,
        async (t) => {
          const crashes = app === 'notes' ? site.everyIndex() : sample(site.all());
          assert.ok(crashes.length >= SAMPLE);
          for (const crash of crashes) {
            const name = `${crash.rollback ? 'rollback' : 'forward'} #${crash.index} ${crash.moment}, ${crash.continuation}`;
            await t.test(name, async () => {
              const result = await site.run(crash);
              assert.deepEqual(result.problems, [], describeCrash(result));
            });
          }
        },
      );
    });
  }
}

/**
 * @template T
 * @param {T[]} all
 * @returns {T[]}
 */
function sample(all) {
  const rest = [...all];
  const chosen = [];
  let state = SEED;
  while (chosen.length < SAMPLE && rest.length > 0) {
    // A linear congruential generator: the same choice for the same seed, on every machine.
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    chosen.push(...rest.splice(state % rest.length, 1));
  }
  return chosen;
}
