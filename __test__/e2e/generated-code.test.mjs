/** What `generate` writes: it typechecks, synthesises, means what Gen 1 means, and is the same each time. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { allRows, subjectOf } from '../coverage/row.mjs';
import { gate } from '../gate/gate.mjs';
import { describeReport } from '../gate/report.mjs';
import { cli, jsonLines } from '../support/cli.mjs';

const APPS = fileURLToPath(new URL('../apps/', import.meta.url));
const CORPUS = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));

// The corpus takes minutes more: it runs with GATE_CORPUS=1, when it is there.
const corpus = process.env.GATE_CORPUS ? ['project-boards', 'mood-board', 'fitness-tracker'] : [];
const own = fs.readdirSync(APPS).filter((name) => fs.existsSync(path.join(APPS, name, 'deployed-stacks')));
const apps = [
  ...own.map((name) => ({ name, folder: path.join(APPS, name) })),
  ...corpus.map((name) => ({ name, folder: path.join(CORPUS, name) })),
];

/**
 * What the tool itself says it does not carry over, and nothing else, may be missing.
 * @param {any} result of `generate --json`
 */
function saidToBeMissing({ assessment }) {
  const findings = (/** @type {string} */ id) =>
    assessment.findings.filter((/** @type {any} */ finding) => finding.id === id);
  return {
    reported: assessment.resources
      .filter((/** @type {any} */ one) => one.generate.status === 'unsupported')
      .map((/** @type {any} */ one) => `${one.category}${one.resource}`),
    unloadable: findings('function-data-files').map(
      (/** @type {any} */ finding) => /function\/([^/]+)\/src/.exec(finding.path)?.[1] ?? '',
    ),
  };
}

const rows = await allRows();

/** What is deployed, where the project has it. @param {string} project */
function functionsOf(project) {
  return ['#current-cloud-backend', 'backend']
    .map((tree) => path.join(project, 'amplify', tree, 'function'))
    .find((folder) => fs.existsSync(folder));
}

for (const { name, folder } of apps) {
  describe(`generated code of ${name}`, { skip: fs.existsSync(folder) ? false : 'the corpus is not there' }, () => {
    /** @type {string} */
    let work;
    /** @type {string} */
    let out;
    /** @type {any} */
    let result;

    before(async () => {
      work = fs.mkdtempSync(path.join(os.tmpdir(), `generated-${name}-`));
      fs.cpSync(path.join(folder, 'gen1-project'), path.join(work, 'project'), { recursive: true });
      execFileSync('chmod', ['-R', 'u+w', path.join(work, 'project')]);
      out = path.join(work, 'out');
      result = await generate(out);
    });
    after(() => fs.rmSync(work, { recursive: true, force: true }));

    async function generate(/** @type {string} */ outDir) {
      const project = path.join(work, 'project');
      const outcome = await cli([
        'generate',
        '--offline',
        '--yes',
        '--json',
        '--project',
        project,
        '--branch',
        'main',
        '--out',
        outDir,
      ]);
      assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
      return jsonLines(outcome.stdout).at(-1);
    }

    test('two runs give the same bytes', async () => {
      const again = path.join(work, 'again');
      await generate(again);
      execFileSync('diff', ['-r', out, again]);
    });

    test('typecheck, synth, stack cycles, replacement, permissions', async () => {
      const report = await gate({
        projectDir: out,
        gen1StacksDir: path.join(folder, 'deployed-stacks'),
        gen1FunctionsDir: functionsOf(path.join(work, 'project')),
        branch: 'main',
        keepDir: path.join(work, 'assemblies'),
        ...saidToBeMissing(result),
      });
      assert.ok(report.ok, describeReport(report));
    });

    describe('rows of docs/coverage.md', () => {
      /** @type {import('../coverage/row.mjs').Subject} */
      let subject;
      before(() => {
        const assemblies = path.join(work, 'assemblies');
        subject = subjectOf({ deployedStacks: path.join(folder, 'deployed-stacks'), outDir: out, assemblies, result });
      });
      for (const row of rows.filter(({ app }) => app === name)) test(row.id, () => row.check?.(subject));
    });
  });
}
