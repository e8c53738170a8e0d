/**
 * Runs a Python module with the stand-in cloud's own Python, in its folder: its tests (`pytest`) or its checks (`ruff`).
 *
 * `node __test__/support/python.mjs MODULE [argument]...`
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensurePython } from './cloud.mjs';

const child = spawn(await ensurePython(), ['-m', ...process.argv.slice(2)], {
  cwd: fileURLToPath(new URL('../cloud/', import.meta.url)),
  stdio: 'inherit',
});
child.on('error', (error) => {
  throw error;
});
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
