/** Whole-process measurements: wall time from spawn to exit, and the process's own account of its peak memory. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const PEAK_MEMORY_HOOK = fileURLToPath(new URL('./peak-memory.cjs', import.meta.url));

/**
 * @typedef {object} Sample
 * @property {number} wallMs from spawn to exit
 * @property {number} peakMb peak resident set size
 *
 * @typedef {object} Summary
 * @property {string} name
 * @property {number} runs
 * @property {number} medianMs
 * @property {number} minMs
 * @property {number} maxMs
 * @property {number} peakMb largest of all runs
 */

/**
 * Runs `node ARGS` once.
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, exitCodes?: number[] }} [options] `exitCodes`: those that count as success
 * @returns {Promise<Sample>}
 */
export async function runOnce(args, { cwd, env = process.env, exitCodes = [0] } = {}) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-'));
  const rssFile = path.join(directory, 'rss');
  try {
    const started = process.hrtime.bigint();
    const { code, stderr } = await new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ['--require', PEAK_MEMORY_HOOK, ...args], {
        cwd,
        env: { ...env, BENCH_RSS_FILE: rssFile },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let errors = '';
      child.stderr.on('data', (chunk) => (errors += chunk));
      child.on('error', reject);
      child.on('close', (exitCode) => resolve({ code: exitCode, stderr: errors }));
    });
    const wallMs = Number(process.hrtime.bigint() - started) / 1e6;
    if (!exitCodes.includes(code))
      throw new Error(`node ${args.join(' ')} exited with ${code}: ${stderr.slice(-2000)}`);
    return { wallMs, peakMb: Number(fs.readFileSync(rssFile, 'utf8')) / 1024 };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Several runs after one warm-up that is not counted.
 * @param {string} name
 * @param {number} runs
 * @param {() => Promise<Sample>} once
 * @returns {Promise<Summary>}
 */
export async function summarize(name, runs, once) {
  await once();
  const samples = [];
  for (let run = 0; run < runs; run += 1) samples.push(await once());
  const walls = samples.map((sample) => sample.wallMs).sort((a, b) => a - b);
  return {
    name,
    runs,
    medianMs: median(walls),
    minMs: walls[0],
    maxMs: walls[walls.length - 1],
    peakMb: Math.max(...samples.map((sample) => sample.peakMb)),
  };
}

/** @param {number[]} sorted */
function median(sorted) {
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
