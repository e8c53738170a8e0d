/**
 * The whole crash campaign: every mutating call of lock, refactor and their rollbacks, before and after the effect,
 * finished and undone. Writes `crashes-<date>.json` into `.work/` and exits with 1 when anything is not as it must be.
 *
 * `node campaign.mjs [--step lock|refactor] [--app NAME]... [--every N] [folder of a deployed app]...`
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CrashSite, describeCrash } from './crash.mjs';
import { beforeLock, beforeRefactor, beforeRefactorOfDeployed } from './scenarios.mjs';

const WORK = fileURLToPath(new URL('../.work/', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    step: { type: 'string' },
    app: { type: 'string', multiple: true },
    every: { type: 'string', default: '1' },
  },
});

const apps = values.app ?? (positionals.length > 0 ? [] : ['notes', 'shop']);
/** @type {(() => Promise<import('./scenarios.mjs').Scenario>)[]} */
const scenarios = [];
for (const app of apps) {
  if (values.step !== 'refactor') scenarios.push(() => beforeLock(app));
  if (values.step !== 'lock') scenarios.push(() => beforeRefactor(app));
}
for (const folder of positionals) scenarios.push(() => beforeRefactorOfDeployed(path.resolve(folder)));

const stride = Number(values.every);
const report = [];
let failed = 0;
for (const begin of scenarios) {
  const scenario = await begin();
  try {
    const site = await CrashSite.of(scenario);
    console.log(`${scenario.name}: ${site.start.calls} mutating calls forward, ${site.done.calls} back`);
    const results = [];
    for (const [position, crash] of site.all().entries()) {
      if (position % stride !== 0) continue;
      const result = await site.run(crash);
      results.push(result);
      if (result.problems.length > 0) failed += 1;
      console.log(describeCrash(result));
    }
    report.push({ scenario: scenario.name, forwardCalls: site.start.calls, backCalls: site.done.calls, results });
  } finally {
    await scenario.journey.end();
  }
}
fs.mkdirSync(WORK, { recursive: true });
const file = path.join(WORK, `crashes-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.json`);
fs.writeFileSync(file, JSON.stringify({ date: new Date().toISOString(), failed, report }, null, 2));
const total = report.reduce((sum, { results }) => sum + results.length, 0);
console.log(`${total} crashes, ${failed} of them not mended. Report: ${file}`);
process.exitCode = failed === 0 ? 0 : 1;
