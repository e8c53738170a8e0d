/**
 * `npm test`: prepares what is missing, runs every suite (also beside one that failed), two or more at a time as they wait
 * for the stand-in cloud much of their time, and ends with the totals as `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { prepare, ROOT } from './prepare.mjs';
import { addCounts, countTests } from './test-counts.mjs';

/** @typedef {{ name: string, command: string, args: string[] }} Suite its name for people, and how it is run */

const IS_WINDOWS = process.platform === 'win32';
const LANES = Math.min(4, Math.max(2, availableParallelism()));
const SCRIPTS = ['test:rust', 'test:js', 'test:cloud', 'test:gate'];
const END_TO_END = '__test__/e2e';
/** What takes longest begins first. */
const LONGEST = ['test:rust', 'generated-code', 'campaign', 'scale', 'bad-input', 'hosted-ui', 'test:js', 'test:cloud'];

/** @returns {Suite[]} */
function suites() {
  const scripts = SCRIPTS.map((script) => ({
    name: script,
    command: IS_WINDOWS ? 'npm.cmd' : 'npm',
    args: ['run', '--silent', script],
  }));
  const files = fs
    .readdirSync(path.join(ROOT, END_TO_END))
    .filter((file) => file.endsWith('.test.mjs'))
    .map((file) => ({
      name: path.basename(file, '.test.mjs'),
      command: process.execPath,
      args: ['--test', `${END_TO_END}/${file}`],
    }));
  const all = [...scripts, ...files];
  const rank = (/** @type {Suite} */ { name }) => (LONGEST.includes(name) ? LONGEST.indexOf(name) : all.length);
  return all.sort((left, right) => rank(left) - rank(right));
}

/**
 * Runs a suite, and shows what it printed when it has ended: outputs of suites side by side do not mix.
 * @param {Suite} suite
 * @returns {Promise<import('./test-counts.mjs').Counts>}
 */
function runSuite({ name, command, args }) {
  return new Promise((resolve, reject) => {
    const isScript = command !== process.execPath;
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], shell: IS_WINDOWS && isScript });
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
