/**
 * The packages that generated backends are built with: `node_modules` beside this file, as the lock says.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The folder of the gate; `node_modules` is below it and so is every copy that is synthesised. */
export const GATE_DIR = fileURLToPath(new URL('./', import.meta.url));
export const NODE_MODULES = path.join(GATE_DIR, 'node_modules');
const WORK_DIR = path.join(GATE_DIR, 'work');
const STAMP = path.join(NODE_MODULES, '.installed-lock.sha256');
const INSTALL_LOCK = path.join(GATE_DIR, 'work', '.install.lock');
const INSTALL_PATIENCE_MS = 15 * 60_000;

/** Installs the packages when they are missing or are not those of `package-lock.json`. */
export async function ensureGate() {
  const wanted = lockDigest();
  if (installedDigest() === wanted) return;
  fs.mkdirSync(WORK_DIR, { recursive: true });
  const release = await takeInstallLock();
  try {
    if (installedDigest() === wanted) return;
    await npmCi();
    fs.writeFileSync(STAMP, wanted);
  } finally {
    release();
  }
}

/**
 * A fresh folder below `node_modules`' parent: Node resolves real paths, so a link to the project would not find them.
 * @param {string} label shown in the folder's name
 */
export function makeWorkDir(label) {
  fs.mkdirSync(WORK_DIR, { recursive: true });
  return fs.mkdtempSync(path.join(WORK_DIR, `${label.replace(/[^A-Za-z0-9-]/g, '-')}-`));
}

function lockDigest() {
  const hash = createHash('sha256');
  for (const name of ['package.json', 'package-lock.json']) hash.update(fs.readFileSync(path.join(GATE_DIR, name)));
  return hash.digest('hex');
}

function installedDigest() {
  return fs.existsSync(STAMP) ? fs.readFileSync(STAMP, 'utf8').trim() : undefined;
}

/** Two test files may want the packages at the same time: the second waits for the first. */
async function takeInstallLock() {
  const deadline = Date.now() + INSTALL_PATIENCE_MS;
  for (;;) {
    try {
      fs.writeFileSync(INSTALL_LOCK, String(process.pid), { flag: 'wx' });
      return () => fs.rmSync(INSTALL_LOCK, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(readIfThere(INSTALL_LOCK));
    if (holder && !isAlive(holder)) fs.rmSync(INSTALL_LOCK, { force: true });
    else if (Date.now() > deadline)
      throw new Error(`process ${holder} has been installing the gate's packages for too long; remove ${INSTALL_LOCK}`);
    else await sleep(500);
  }
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function npmCi() {
  return new Promise((resolve, reject) => {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const child = spawn(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: GATE_DIR,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`npm ci in ${GATE_DIR} ended with ${code}:\n${said.slice(-2000)}`)),
    );
  });
}
