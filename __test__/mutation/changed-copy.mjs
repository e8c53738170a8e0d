/**
 * A copy of the project below `target/` in which one place of the sources is changed: there a test can be seen to fail
 * without touching the project. The copy is kept, so that the next change builds no more than it must.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Change
 * @property {string} file of the project
 * @property {string} from text that occurs once in it
 * @property {string} to what stands in its place
 */

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const COPY = path.join(ROOT, 'target', 'changed-copy');
const TARGET = process.env.CARGO_TARGET_DIR ?? path.join(ROOT, 'target');
/** The addon of the copy; `binding.js` is told to load this one. */
const ADDON = path.join(COPY, 'addon.node');
const COPIED = [
  'Cargo.toml',
  'Cargo.lock',
  'build.rs',
  'package.json',
  'package-lock.json',
  'index.js',
  'index.d.ts',
  'binding.js',
  'amplify-plugin.json',
  'tsconfig.json',
  'README.md',
  'LICENSE',
  'cli',
  'docs',
  'npm',
  'src',
  'templates',
  '__test__',
];
/** Made by tools and never changed by a test's subject: linked instead of copied. */
const LINKED = ['node_modules', '__test__/gate/node_modules', '__test__/cloud/.venv', '__test__/.work'];

/** Environment of what runs in the copy. @returns {NodeJS.ProcessEnv} */
export function copyEnvironment() {
  return { ...process.env, CARGO_TARGET_DIR: TARGET, INSTA_UPDATE: 'no', NAPI_RS_NATIVE_LIBRARY_PATH: ADDON };
}

/** Where a change would be made. @param {Change} change @returns {number} how often its text occurs */
export function placesOf({ file, from }) {
  const absolute = path.join(ROOT, file);
  return fs.existsSync(absolute) ? fs.readFileSync(absolute, 'utf8').split(from).length - 1 : 0;
}

/**
 * Brings the copy to the state of the project, with one change or as it is.
 * @param {Change} [change]
 */
export function makeCopy(change) {
  fs.mkdirSync(COPY, { recursive: true });
  for (const name of COPIED) {
    fs.rmSync(path.join(COPY, name), { recursive: true, force: true });
    if (!fs.existsSync(path.join(ROOT, name))) continue;
    // unchanged files keep their time, so that cargo builds no more than it must
    fs.cpSync(path.join(ROOT, name), path.join(COPY, name), {
      recursive: true,
      preserveTimestamps: true,
      filter: isSource,
    });
  }
  for (const name of LINKED) {
    if (!fs.existsSync(path.join(ROOT, name)) || fs.existsSync(path.join(COPY, name))) continue;
    fs.symlinkSync(fs.realpathSync(path.join(ROOT, name)), path.join(COPY, name), 'junction');
  }
  if (change) {
    const file = path.join(COPY, change.file);
    const text = fs.readFileSync(file, 'utf8').replace(change.from, () => change.to);
    fs.writeFileSync(file, text);
  }
  // a file whose change was taken back has its old time again: cargo alone would not look at it
  fs.utimesSync(path.join(COPY, 'src', 'lib.rs'), new Date(), new Date());
}

/** Builds the addon of the copy. @returns {string | undefined} what went wrong */
export function buildAddon() {
  const { trouble, output } = cargo('build', '--lib', '-j2', '--message-format', 'json-render-diagnostics');
  if (trouble === undefined) fs.copyFileSync(libraryOf(output), ADDON);
  return trouble;
}

/** Builds the Rust tests of the copy. @returns {string | undefined} what went wrong */
export function buildRustTests() {
  return cargo('test', '--lib', '--no-run', '-j2').trouble;
}

/** @param {string[]} args @returns {{ trouble?: string, output: string }} */
function cargo(...args) {
  const made = spawnSync('cargo', args, { cwd: COPY, env: copyEnvironment(), encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (made.status === 0) return { output: made.stdout };
  const trouble = /error(\[E\d+\])?: .*/.exec(made.stderr)?.[0] ?? `cargo ended with ${made.status ?? made.error}`;
  return { trouble, output: made.stdout };
}

/** @param {string} messages of cargo, one JSON object a line */
function libraryOf(messages) {
  for (const line of messages.split('\n')) {
    const message = line.startsWith('{') ? JSON.parse(line) : {};
    if (message.reason !== 'compiler-artifact' || message.target.name !== 'amplify_gen2_migration') continue;
    const library = message.filenames.find((/** @type {string} */ name) => /\.(so|dylib|dll)$/.test(name));
    if (library) return library;
  }
  throw new Error('cargo names no library of the addon');
}

/** @param {string} source */
function isSource(source) {
  const relative = path.relative(ROOT, source).split(path.sep).join('/');
  return !LINKED.includes(relative) && relative !== '__test__/gate/work' && !relative.endsWith('__pycache__');
}
