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
    assert.deepEqual(
      violations.filter((/** @type {any} */ violation) => violation.open),
      [],
    );
  } finally {
    await journey.end();
  }
});

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
