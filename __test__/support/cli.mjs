/** Runs commands as a user does: a child process, its output and its exit code. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../cli/bin.js', import.meta.url));
const WITH_DOUBLE = fileURLToPath(new URL('./cli-with-double.cjs', import.meta.url));
const PATIENCE_MS = 60_000;

/**
 * @typedef {{ code: number | null, signal: string | null, stdout: string, stderr: string }} Outcome
 */

/** A running command. */
export class Command {
  stdout = '';
  stderr = '';

  /**
   * @param {string[]} args of node
   * @param {import('node:child_process').SpawnOptions & { patienceMs?: number }} [options] it is killed after that time
   */
  constructor(args, { patienceMs = PATIENCE_MS, ...options } = {}) {
    this.child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.child.stdout?.on('data', (chunk) => (this.stdout += chunk));
    this.child.stderr?.on('data', (chunk) => (this.stderr += chunk));
    const timer = setTimeout(() => this.child.kill('SIGKILL'), patienceMs);
    /** @type {Promise<Outcome>} */
    this.outcome = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => {
        clearTimeout(timer);
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  /** Resolves when the output has the text. @param {RegExp} pattern */
  async saw(pattern) {
    const deadline = Date.now() + PATIENCE_MS;
    while (!pattern.test(this.stdout + this.stderr)) {
      if (this.child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`${pattern} never appeared in:\n${this.stdout}\n${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/**
 * @param {string[]} args of amplify-gen2-migration
 * @param {import('node:child_process').SpawnOptions & { patienceMs?: number }} [options]
 * @returns {Promise<Outcome>}
 */
export function cli(args, options) {
  return new Command([BIN, ...args], options).outcome;
}

/**
 * The command line with the engine double.
 * @param {import('./engine-double.cjs').Scenario} scenario
 * @param {string[]} args
 */
export function startWithDouble(scenario, args) {
  return new Command([WITH_DOUBLE, JSON.stringify(scenario), ...args]);
}

/** @param {string} stdout of `--json` @returns {any[]} */
export function jsonLines(stdout) {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
