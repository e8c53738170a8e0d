/**
 * A seeded sample of the campaign: different calls of `notes` and of `shop` with one kind of fault each, and random
 * combinations. The whole of it is `npm run campaign`; `CAMPAIGN_SEED` makes another choice.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { randomCase, singleFaultCases } from '../campaign/cases.mjs';
import { describeResult, runCase } from '../campaign/course.mjs';
import { Random, SAMPLE_SEED as SEED } from '../campaign/random.mjs';
import { before as beforeStep, STEPS } from '../campaign/scenarios.mjs';
import { Site } from '../campaign/site.mjs';

/** Cases with one fault; every call of every app is tried by `npm run campaign`. */
const SAMPLE = { notes: { lock: 8, refactor: 24 }, shop: { lock: 3, refactor: 8 } };
const RANDOM_CASES = 3;

for (const step of STEPS) {
  for (const app of /** @type {const} */ (['notes', 'shop'])) {
    describe(`${step} of ${app} (seed ${SEED})`, () => {
      /** @type {Site} */
      let site;
      before(async () => {
        site = await Site.of(await beforeStep(app, step));
      });
      after(() => site?.journey.end());

      const cases = () => {
        const random = new Random(`${step}/${app}/${SEED}`);
        const single = singleFaultCases(site.size, SEED);
        const chosen = random.sample(oneAtEveryCall(single, random), SAMPLE[app][step]);
        const combined = Array.from({ length: RANDOM_CASES }, (_, index) =>
          randomCase(site.size, site.scenario.name, SEED, index + 1),
        );
        return [...chosen, ...combined];
      };

      test('survives faults', async (t) => {
        const chosen = cases();
        assert.equal(chosen.length, SAMPLE[app][step] + RANDOM_CASES);
        for (const one of chosen) {
          await t.test(one.id, async () => {
            const result = await runCase(site, one);
            assert.deepEqual(result.problems, [], describeResult(result));
          });
        }
      });
    });
  }
}

/** @param {import('../campaign/cases.mjs').Case[]} cases @param {Random} random */
function oneAtEveryCall(cases, random) {
  const callOf = (/** @type {string} */ id) => id.split('/').slice(0, 2).join('/');
  const calls = [...new Set(cases.map(({ id }) => callOf(id)))];
  return calls.map((call) => random.pick(cases.filter(({ id }) => callOf(id) === call)));
}
