/**
 * A seeded sample of the campaign: every mutating call of `notes` with one kind of fault each, a sample of `shop`, and random
 * combinations. The whole of it is `npm run campaign`; `CAMPAIGN_SEED` repeats a choice.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { randomCase, singleFaultCases } from '../campaign/cases.mjs';
import { describeResult, runCase } from '../campaign/course.mjs';
import { Random } from '../campaign/random.mjs';
import { before as beforeStep, beforeRefactor, STEPS } from '../campaign/scenarios.mjs';
import { Site } from '../campaign/site.mjs';

const SEED = Number(process.env.CAMPAIGN_SEED ?? Date.now() % 100_000);
/** Cases with one fault of an app that is not tried at every call. */
const SAMPLE = 12;
const RANDOM_CASES = 3;

for (const step of STEPS) {
  for (const app of ['notes', 'shop']) {
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
        const chosen = app === 'notes' ? oneAtEveryCall(single, random) : random.sample(single, SAMPLE);
        const combined = Array.from({ length: RANDOM_CASES }, (_, index) =>
          randomCase(site.size, site.scenario.name, SEED, index + 1),
        );
        return [...chosen, ...combined];
      };

      test('survives faults', async (t) => {
        const chosen = cases();
        assert.ok(chosen.length >= SAMPLE + RANDOM_CASES);
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

test('a second run waits for what the first had begun at the service', async () => {
  const { journey, forward } = await beforeRefactor('notes');
  try {
    const { cloud } = journey;
    await cloud.faults([{ action: 'ExecuteChangeSet', kind: 'hang-after' }]);
    const first = journey.start([...forward, '--yes', '--json']);
    assert.ok(await cloud.waitForFault({ timeoutMs: 30_000 }));
    first.child.kill('SIGKILL');
    await first.outcome;
    await cloud.faults([]);
    const [stack] = Object.keys(await journey.stacks()).filter((name) => name.startsWith(`${journey.gen2Root}-auth`));
    await cloud.putIntoStatus(stack, 'UPDATE_IN_PROGRESS');
    const second = journey.start([...forward, '--yes', '--json']);
    await second.saw(/"waiting".*UPDATE_IN_PROGRESS/);
    await cloud.putIntoStatus(stack, 'UPDATE_COMPLETE');
    const { code, stdout } = await second.outcome;
    assert.equal(code, 0, stdout.slice(-2000));
    const { violations } = await cloud.ledger();
    assert.deepEqual(violations, []);
  } finally {
    await journey.end();
  }
});

/** @param {import('../campaign/cases.mjs').Case[]} cases @param {Random} random */
function oneAtEveryCall(cases, random) {
  const callOf = (/** @type {string} */ id) => id.split('/').slice(0, 2).join('/');
  const calls = [...new Set(cases.map(({ id }) => callOf(id)))];
  return calls.map((call) => random.pick(cases.filter(({ id }) => callOf(id) === call)));
}
