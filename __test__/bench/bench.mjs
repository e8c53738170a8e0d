/**
 * `npm run bench [-- --runs N]`: whole processes with a release build. Start of the addon, `assess --offline` and `generate --offline` of
 * each app, an online plan with 50 ms of latency per call compared with its longest chain of dependent calls, and a whole
 * refactor compared with what the service's own operations take.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { prepare, ROOT } from '../support/prepare.mjs';
import { runOnce, summarize } from './measure.mjs';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '7' } } });
const RUNS = Number(values.runs);
const LATENCY_MS = 50;
/**
 * Calls of a refactor's plan that wait for each other: whose account and app it is; both root stacks; their category stacks
 * with the holding stacks. Everything else runs beside them.
 */
const LONGEST_CHAIN = 3;

/** How long an operation of the stand-in takes, and the stacks after a stack refactor. */
const OPERATION_MS = 2_000;
const SETTLE_MS = 500;
/** Calls that begin an operation of the service. */
const OPERATIONS = [
  'CreateChangeSet',
  'ExecuteChangeSet',
  'CreateStackRefactor',
  'ExecuteStackRefactor',
  'DeleteStack',
];

/** What generating the largest app may take. */
const LARGEST = 'metro';
const LIMIT = { medianMs: 1_000, peakMb: 150 };

const APPS = fileURLToPath(new URL('../apps/', import.meta.url));
const CORPUS = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));

// The addon of the tests is not measured.
await prepare(['packages', 'python', 'gate']);
execFileSync('npm', ['run', '--silent', 'build:release'], {
  cwd: ROOT,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-'));
/** @type {import('./measure.mjs').Summary[]} */
const rows = [];
try {
  rows.push(await summarize('node alone', RUNS, () => runOnce(['-e', '0'])));
  rows.push(
    await summarize('load the addon', RUNS, () =>
      runOnce(['-e', `require(${JSON.stringify(path.join(ROOT, 'binding.js'))})`]),
    ),
  );
  for (const { name, folder } of apps()) await benchOffline(name, folder);
  print(rows);
  checkLimit();
  await benchOnline();
  await benchRefactor();
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}

function apps() {
  const own = ['notes', 'shop', LARGEST].map((name) => ({ name, folder: path.join(APPS, name) }));
  const corpus = ['project-boards', 'mood-board', 'fitness-tracker'].map((name) => ({
    name,
    folder: path.join(CORPUS, name),
  }));
  return [...own, ...corpus.filter(({ folder }) => fs.existsSync(folder))];
}

/** @param {string} name @param {string} folder */
async function benchOffline(name, folder) {
  const bin = path.join(ROOT, 'cli', 'bin.js');
  const project = path.join(work, name);
  fs.cpSync(path.join(folder, 'gen1-project'), project, { recursive: true });
  let run = 0;
  // assess exits with 1 when something is not supported: that is a result, not a failure of the measurement.
  rows.push(
    await summarize(`assess --offline ${name}`, RUNS, () =>
      runOnce([bin, 'assess', '--offline', '--project', project], { exitCodes: [0, 1] }),
    ),
  );
  rows.push(
    await summarize(`generate --offline ${name}`, RUNS, () =>
      runOnce([
        bin,
        'generate',
        '--offline',
        '--yes',
        '--project',
        project,
        '--branch',
        'main',
        '--out',
        path.join(work, `${name}-${(run += 1)}`),
      ]),
    ),
  );
}

function checkLimit() {
  const { medianMs, peakMb } = rows.find(({ name }) => name === `generate --offline ${LARGEST}`);
  if (medianMs <= LIMIT.medianMs && peakMb <= LIMIT.peakMb) return;
  console.error(`\n✘ generate --offline ${LARGEST} may take ${LIMIT.medianMs} ms and ${LIMIT.peakMb} MB`);
  process.exitCode = 1;
}

async function benchOnline() {
  const { Journey } = await import('../support/journey.mjs');
  const journey = await Journey.begin({ app: 'notes' });
  try {
    await journey.prepareRefactor();
    const plan = () =>
      journey.step('refactor', '--to', String(journey.gen2Root), '--skip-validations', '--validations-only');
    const withoutLatency = await time(plan);
    await journey.cloud.latencies([{ action: '.*', ms: LATENCY_MS }]);
    await journey.cloud.resetRequests();
    const withLatency = await time(plan);
    const calls = (await journey.cloud.requests()).length;
    const waited = withLatency - withoutLatency;
    console.log(
      `\nonline plan of a refactor (notes, ${LATENCY_MS} ms a call): ${calls} calls, ${withLatency.toFixed(0)} ms; ` +
        `${waited.toFixed(0)} ms of it latency = ${(waited / (LONGEST_CHAIN * LATENCY_MS)).toFixed(2)} times its longest chain of ${LONGEST_CHAIN} dependent calls`,
    );
  } finally {
    await journey.end();
  }
}

/** How much of a refactor is waiting for the service, and how much of that goes side by side. */
async function benchRefactor() {
  const { Journey } = await import('../support/journey.mjs');
  const journey = await Journey.begin({ app: 'shop' });
  try {
    await journey.prepareRefactor();
    const deployed = await journey.cloud.snapshot();
    const refactor = () => journey.step('refactor', '--to', String(journey.gen2Root));
    const own = await time(refactor);
    await journey.cloud.restore(deployed);
    await journey.cloud.configure({ latency_ms: OPERATION_MS, settle_ms: SETTLE_MS });
    await journey.cloud.resetRequests();
    const whole = await time(refactor);
    const requests = await journey.cloud.requests();
    const count = (/** @type {string} */ action) => requests.filter((request) => request.action === action).length;
    const sum =
      OPERATIONS.reduce((total, action) => total + count(action) * OPERATION_MS, 0) +
      count('ExecuteStackRefactor') * SETTLE_MS;
    console.log(
      `\nrefactor (shop, ${OPERATION_MS} ms an operation): ${requests.length} calls, ${whole.toFixed(0)} ms, of which ${own.toFixed(0)} ms are our own; ` +
        `the operations of the service take ${sum} ms one after another: ${((100 * whole) / sum).toFixed(0)} % of that`,
    );
    for (const action of [...new Set(requests.map((request) => request.action))].sort()) {
      console.log(`  ${String(count(action)).padStart(4)} ${action}`);
    }
  } finally {
    await journey.end();
  }
}

/** @param {() => Promise<unknown>} work */
async function time(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** @param {import('./measure.mjs').Summary[]} summaries */
function print(summaries) {
  console.log(
    `\n${'whole process'.padEnd(36)}${'median'.padStart(10)}${'min'.padStart(10)}${'max'.padStart(10)}${'peak'.padStart(10)}`,
  );
  for (const { name, medianMs, minMs, maxMs, peakMb } of summaries) {
    const times = [medianMs, minMs, maxMs].map((value) => `${value.toFixed(0)} ms`.padStart(10)).join('');
    console.log(`${name.padEnd(36)}${times}${`${peakMb.toFixed(0)} MB`.padStart(10)}`);
  }
}
