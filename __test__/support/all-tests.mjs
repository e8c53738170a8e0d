/**
 * `npm test`: prepares what is missing, runs every suite (also behind one that failed), and ends with the totals as
 * `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { prepare, ROOT } from './prepare.mjs';
import { addCounts, countTests } from './test-counts.mjs';

const SUITES = ['test:rust', 'test:js', 'test:cloud', 'test:gate', 'test:e2e'];

/** @param {string} script @returns {Promise<import('./test-counts.mjs').Counts>} */
function runSuite(script) {
  console.log(`\n━━ npm run ${script}`);
  return new Promise((resolve, reject) => {
    const command = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const child = spawn(command, ['run', '--silent', script], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
      shell: process.platform === 'win32',
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      process.stdout.write(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(countTests(output, code)));
  });
}

await prepare();
let total = { passed: 0, failed: 0 };
const rows = [];
for (const script of SUITES) {
  const since = Date.now();
  const counts = await runSuite(script);
  total = addCounts(total, counts);
  rows.push(
    `${script.padEnd(12)} ${counts.passed} passed, ${counts.failed} failed, ${((Date.now() - since) / 1000).toFixed(0)} s`,
  );
}
console.log(`\n${rows.join('\n')}\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
