/**
 * Makes on a fresh clone what the tests and the demo need, and only what is missing: Node packages, the addon, the Python
 * of the stand-in cloud, the packages that generated backends are built with.
 *
 * `node __test__/support/prepare.mjs [packages] [addon] [python] [gate]` (default: all). Uses nothing but Node itself
 * until the packages are there.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NODE_MODULES = path.join(ROOT, 'node_modules');
const STAMP = path.join(NODE_MODULES, '.installed-lock.sha256');

const PARTS = {
  packages: ensurePackages,
  addon: ensureAddon,
  python: async () => void (await (await import('./cloud.mjs')).ensurePython()),
  gate: async () => (await import('../gate/workspace.mjs')).ensureGate(),
};

/** @param {(keyof typeof PARTS)[]} parts */
export async function prepare(parts = /** @type {(keyof typeof PARTS)[]} */ (Object.keys(PARTS))) {
  for (const part of parts) {
    const since = Date.now();
    await PARTS[part]();
    const seconds = (Date.now() - since) / 1000;
    if (seconds >= 1) console.log(`prepared ${part} in ${seconds.toFixed(0)} s`);
  }
}

async function ensurePackages() {
  const wanted = createHash('sha256');
  for (const file of ['package.json', 'package-lock.json']) wanted.update(fs.readFileSync(path.join(ROOT, file)));
  const digest = wanted.digest('hex');
  if (fs.existsSync(STAMP) && fs.readFileSync(STAMP, 'utf8') === digest) return;
  await npm('ci', '--no-audit', '--no-fund');
  fs.writeFileSync(STAMP, digest);
}

/** Cargo knows best whether the sources have changed; when they have not, this takes a second. */
async function ensureAddon() {
  await npm('run', '--silent', 'build');
}

/** @param {string[]} args */
function npm(...args) {
  const command = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(undefined) : reject(new Error(`npm ${args.join(' ')} ended with ${code}`)),
    );
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const asked = process.argv.slice(2);
  const unknown = asked.find((part) => !(part in PARTS));
  if (unknown) throw new Error(`there is no part ${unknown}; the parts are ${Object.keys(PARTS).join(', ')}`);
  await prepare(asked.length > 0 ? /** @type {(keyof typeof PARTS)[]} */ (asked) : undefined);
}
