/**
 * The campaign on the stand-in cloud: every mutating call of lock, refactor and their rollbacks x every kind of fault, a
 * third party between any two calls, and random combinations; each finished or taken back, and compared with what nobody
 * disturbed. Exits with 1 when anything is not as it must be.
 *
 * `npm run campaign -- [--seed S] [--random N] [--app NAME]... [--step lock|refactor] [--group single|third-party]...
 *  [--every N] [--only CASE] [--jobs N] [--minutes N] [--write]`
 *
 * Without `--app`: all but the largest. Without `--random` and `--group`: all groups, and 1,000 random combinations. Results
 * are appended to a file in `.work/`; started again with the same seed and the same build of the tool, it goes on where it
 * was. `--write` writes the counts of that file to `docs/campaign.json` and quotes them in the docs.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeResult } from './course.mjs';
import { COUNTS_FILE, Record } from './record.mjs';
import { quoteEverywhere } from './quote.mjs';
import { APPS, LARGEST, STEPS } from './scenarios.mjs';

const WORKER = fileURLToPath(new URL('./worker.mjs', import.meta.url));

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    random: { type: 'string' },
    app: { type: 'string', multiple: true },
    step: { type: 'string', multiple: true },
    group: { type: 'string', multiple: true },
    every: { type: 'string', default: '1' },
    only: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    minutes: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});

const seed = Number(values.seed);
const record = new Record(seed);
const scenarios = (values.app ?? APPS.filter((app) => app !== LARGEST)).flatMap((app) =>
  STEPS.filter((step) => (values.step ?? STEPS).includes(step)).map((step) => ({ app, step })),
);
const isChoice = values.random !== undefined || values.group !== undefined;
const groups = isChoice ? (values.group ?? []) : ['single', 'third-party'];
const randomNumbers = Array.from({ length: Number(values.random ?? (isChoice ? 0 : 1000)) }, (_, index) => index + 1);
const jobs = Math.max(1, Number(values.jobs));
const deadline = values.minutes ? Date.now() + Number(values.minutes) * 60_000 : Infinity;

/** @type {import('./worker.mjs').Task[]} */
const tasks = scenarios.flatMap(({ app, step }, index) =>
  Array.from({ length: values.only ? 1 : jobs }, (_, part) => ({
    app,
    step,
    seed,
    groups,
    randomNumbers: randomNumbers.filter((number) => number % scenarios.length === index),
    only: values.only,
    every: Number(values.every),
    share: /** @type {[number, number]} */ ([part, values.only ? 1 : jobs]),
    done: values.only ? [] : record.done(`${app}/${step}`),
  })),
);

let failed = 0;
await Promise.all(Array.from({ length: jobs }, takeTasks));
const { total } = record.counts();
console.log(
  `${total.cases} cases, ${total.runs} runs, ${total.resumes} resumes, ${total.rollbacks} rollbacks, ` +
    `${total.violations} ledger violations, ${total.failed} cases failed (seed ${seed}, this build)`,
);
if (values.write) {
  fs.writeFileSync(COUNTS_FILE, `${JSON.stringify(record.counts(), null, 2)}\n`);
  quoteEverywhere();
}
process.exitCode = failed === 0 ? 0 : 1;

async function takeTasks() {
  for (let task = tasks.shift(); task && Date.now() < deadline; task = tasks.shift()) await carryOut(task);
}

/** @param {import('./worker.mjs').Task} task */
async function carryOut(task) {
  const scenario = `${task.app}/${task.step}`;
  const child = fork(WORKER);
  const timer = Number.isFinite(deadline) ? setTimeout(() => child.kill(), deadline - Date.now()) : undefined;
  child.on('message', (/** @type {import('./worker.mjs').Message} */ message) => {
    if ('failure' in message) {
      failed += 1;
      console.log(`FAIL ${scenario}: ${message.failure}`);
    } else if ('prepared' in message) {
      record.add({ scenario, prepared: message.prepared });
    } else {
      const { result } = message;
      record.add(result);
      console.log(describeResult(result));
      if (result.problems.length > 0) {
        failed += 1;
        console.log(
          `       repeat: npm run campaign -- --seed ${seed} --app ${task.app} --step ${task.step} --only ${result.id}`,
        );
      }
    }
  });
  child.send(task);
  const [code, signal] = await once(child, 'exit');
  clearTimeout(timer);
  if (code !== 0 && !(signal && Date.now() >= deadline)) {
    failed += 1;
    console.log(`FAIL ${scenario}: its process ended with ${code ?? signal}`);
  }
}
