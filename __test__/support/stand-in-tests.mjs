/** Runs the stand-in cloud's own tests, with its own Python. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensurePython } from './cloud.mjs';

const child = spawn(await ensurePython(), ['-m', 'pytest', ...process.argv.slice(2)], {
  cwd: fileURLToPath(new URL('../cloud/', import.meta.url)),
  stdio: 'inherit',
});
child.on('error', (error) => {
  throw error;
});
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
