/**
 * `npm test`: prepares what is missing, runs every suite (also beside one that failed), two or more at a time as they wait
 * for the stand-in cloud much of their time, and ends with the totals as `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { prepare, ROOT } from './prepare.mjs';
import { suites } from './suites.mjs';
import { addCounts, countTests } from './test-counts.mjs';

const LANES = Math.min(4, Math.max(2, availableParallelism()));

/**
 * Runs a suite, and shows what it printed when it has ended: outputs of suites side by side do not mix.
 * @param {import('./suites.mjs').Suite} suite
 * @returns {Promise<import('./test-counts.mjs').Counts>}
 */
function runSuite({ name, command, args, shell }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], shell });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => {
      console.log(`\n━━ ${name}\n${output}`);
      resolve(countTests(output, code));
    });
  });
}

await prepare();
let total = { passed: 0, failed: 0 };
/** @type {string[]} */
const rows = [];
const waiting = suites();

async function runLane() {
  for (let suite = waiting.shift(); suite; suite = waiting.shift()) {
    const since = Date.now();
    const counts = await runSuite(suite);
    total = addCounts(total, counts);
    const seconds = ((Date.now() - since) / 1000).toFixed(0);
    rows.push(`${suite.name.padEnd(18)} ${counts.passed} passed, ${counts.failed} failed, ${seconds} s`);
  }
}

await Promise.all(Array.from({ length: LANES }, runLane));
console.log(`\n${rows.join('\n')}\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
