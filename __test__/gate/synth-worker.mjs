/**
 * Synthesises one backend after the other (worker-pool.mjs). Each lies in a folder of its own, so that its modules are
 * loaded afresh; only the libraries stay.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { serve } from './worker-pool.mjs';

serve(async ({ work, env }) => {
  process.chdir(work);
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  process.exitCode = undefined;
  const synths = await newExitListeners(() => import(pathToFileURL(path.join(work, 'amplify', 'backend.ts')).href));
  for (const synth of synths) await synth.call(process, 0);
  const code = process.exitCode ?? 0;
  process.exitCode = undefined;
  return { code };
});

/** The CDK synthesises when the process is about to end; this one goes on, and calls what waits for that itself. */
async function newExitListeners(load) {
  const before = new Set(process.listeners('beforeExit'));
  const added = () => process.listeners('beforeExit').filter((listener) => !before.has(listener));
  try {
    await load();
    return added();
  } finally {
    for (const listener of added()) process.off('beforeExit', listener);
  }
}
