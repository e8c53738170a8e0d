/** The suites that `npm test` runs. */
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from './prepare.mjs';

/** @typedef {{ name: string, command: string, args: string[], shell: boolean }} Suite its name for people, and how it is run */

const IS_WINDOWS = process.platform === 'win32';
const SCRIPTS = ['test:rust', 'test:js', 'test:cloud', 'test:gate'];
const END_TO_END = '__test__/e2e';
const TEST_FILE = '.test.mjs';
/** What takes longest begins first. */
const LONGEST = ['test:rust', 'generated-code', 'campaign', 'scale', 'bad-input', 'hosted-ui', 'test:js', 'test:cloud'];

/** Files of tests that `npm test` runs with Node.js, as patterns with `*`. @returns {string[]} */
export function testFiles() {
  const { scripts } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const words = SCRIPTS.flatMap((script) => String(scripts[script]).split(' '));
  return [...words.filter((word) => word.endsWith('.mjs')), `${END_TO_END}/*${TEST_FILE}`];
}

/** Every script and every file of end-to-end tests, what takes longest first. @returns {Suite[]} */
export function suites() {
  const scripts = SCRIPTS.map((script) => ({
    name: script,
    command: IS_WINDOWS ? 'npm.cmd' : 'npm',
    args: ['run', '--silent', script],
    shell: IS_WINDOWS,
  }));
  const files = fs
    .readdirSync(path.join(ROOT, END_TO_END))
    .filter((file) => file.endsWith(TEST_FILE))
    .map((file) => ({
      name: path.basename(file, TEST_FILE),
      command: process.execPath,
      args: ['--test', `${END_TO_END}/${file}`],
      shell: false,
    }));
  const all = [...scripts, ...files];
  const rank = (/** @type {Suite} */ { name }) => (LONGEST.includes(name) ? LONGEST.indexOf(name) : all.length);
  return all.sort((left, right) => rank(left) - rank(right));
}
