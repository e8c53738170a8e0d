/**
 * Typechecks and synthesises a Gen 2 project offline: no credentials, no network, no CDK CLI. It works on a copy and
 * never touches the project.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { findStackCycles } from './cycles.mjs';
import { loadAssembly } from './stack-tree.mjs';
import { WorkerPool } from './worker-pool.mjs';
import { GATE_DIR, NODE_MODULES, ensureGate, makeWorkDir } from './workspace.mjs';

/**
 * @typedef {object} SynthesizeOptions
 * @property {string} [branch='main'] name of the Amplify branch (or of the sandbox) the backend is synthesised for
 * @property {'branch'|'sandbox'} [type='branch']
 * @property {string} [appId='d0gateapp']
 * @property {boolean} [typecheck=true] run the TypeScript compiler too
 * @property {boolean} [synth=true]
 * @property {boolean} [postRefactor=false] first uncomment the one `// postRefactor();` line of `amplify/backend.ts`
 * @property {boolean} [strictDeps=false] packages of functions that are not installed are errors instead of being reported
 *
 * @typedef {object} TypeDiagnostic
 * @property {string} file relative to the project
 * @property {number} line
 * @property {number} column
 * @property {string} code such as `TS2322`
 * @property {string} message
 *
 * @typedef {object} ValidationFinding a violation of CloudFormation's rules that CDK reports at synth
 * @property {string} rule such as `F3004`, a dependency cycle between stacks
 * @property {string} description
 *
 * @typedef {object} Synthesis
 * @property {string} project
 * @property {string} outDir the cloud assembly
 * @property {string} branch
 * @property {boolean} postRefactor
 * @property {boolean} ok everything that was asked for was done and nothing is wrong
 * @property {{ok: boolean, errors: TypeDiagnostic[], output: string, seconds: number}} [typecheck]
 * @property {{ok: boolean, error?: string, seconds: number}} [synth]
 * @property {number} stacks
 * @property {number} resources
 * @property {Record<string, number>} resourceTypes
 * @property {ValidationFinding[]} validation
 * @property {import('./cycles.mjs').StackCycle[]} cycles
 * @property {string[]} missingDependencies packages of functions that are not installed here and were left external
 * @property {string[]} infrastructureInFunctions entries of functions whose bundle would contain the CDK
 */

const POST_REFACTOR_CALL = /^([ \t]*)\/\/[ \t]*(postRefactor\(\);?[ \t]*)$/gm;
/** Two cores are what continuous integration has. */
const synths = new WorkerPool(new URL('./synth-worker.mjs', import.meta.url), {
  size: 2,
  jobsEach: 8,
  execArgv: ['clock.mjs', path.join('node_modules', 'tsx', 'dist', 'loader.mjs'), 'fresh-libraries.mjs'].flatMap(
    (file) => ['--import', pathToFileURL(path.join(GATE_DIR, file)).href],
  ),
  environment: () => ({ ...hermeticEnvironment(), NODE_NO_WARNINGS: '1' }),
});
const compilers = new WorkerPool(new URL('./typecheck-worker.mjs', import.meta.url), {
  size: 1,
  jobsEach: 12,
  environment: hermeticEnvironment,
});
/** At the root of a project: what is made by tools and what the copy gets from the gate. */
const NOT_COPIED_FROM_ROOT = new Set(['.git', '.amplify', '.amplify-gen1-backup', 'cdk.out', 'dist', 'build']);

/**
 * @param {string} projectDir holds `amplify/backend.ts`
 * @param {string} outDir becomes the cloud assembly; what is there is removed
 * @param {SynthesizeOptions} [options]
 * @returns {Promise<Synthesis>}
 */
export async function synthesize(projectDir, outDir, options = {}) {
  const {
    branch = 'main',
    type = 'branch',
    appId = 'd0gateapp',
    typecheck = true,
    synth = true,
    postRefactor = false,
    strictDeps = false,
  } = options;
  const project = path.resolve(projectDir);
  const assembly = path.resolve(outDir);
  if (!path.relative(project, assembly).startsWith('..'))
    throw new Error(`the assembly ${assembly} must not lie inside the project ${project}`);
  await ensureGate();
  fs.rmSync(assembly, { recursive: true, force: true });
  fs.mkdirSync(assembly, { recursive: true });

  /** @type {Synthesis} */
  const result = {
    project,
    outDir: assembly,
    branch,
    postRefactor,
    ok: false,
    stacks: 0,
    resources: 0,
    resourceTypes: {},
    validation: [],
    cycles: [],
    missingDependencies: [],
    infrastructureInFunctions: [],
  };
  if (!fs.existsSync(path.join(project, 'amplify', 'backend.ts'))) {
    return { ...result, synth: { ok: false, error: `${project} has no amplify/backend.ts`, seconds: 0 } };
  }

  const work = makeWorkDir(path.basename(project) || 'project');
  try {
    copyProject(project, work);
    if (postRefactor) {
      const problem = uncommentPostRefactor(path.join(work, 'amplify', 'backend.ts'));
      if (problem) return { ...result, synth: { ok: false, error: problem, seconds: 0 } };
    }
    const bundleLog = path.join(work, '.bundles.jsonl');
    const [checked, made] = await Promise.all([
      typecheck ? compile(work) : undefined,
      synth ? runBackend(work, assembly, { branch, type, appId, strictDeps, bundleLog }) : undefined,
    ]);
    // the typings of `$amplify/env/*` exist only after a synth
    result.typecheck =
      checked && !checked.ok && succeeded(made) && checked.output.includes('$amplify/') ? await compile(work) : checked;
    if (made) readAssembly(result, made, work);
    readBundleLog(result, bundleLog);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
  result.ok =
    result.typecheck?.ok !== false &&
    result.synth?.ok !== false &&
    result.validation.length === 0 &&
    result.cycles.length === 0 &&
    result.infrastructureInFunctions.length === 0;
  return result;
}

function copyProject(project, work) {
  fs.cpSync(project, work, {
    recursive: true,
    filter: (source) => {
      if (path.basename(source) === 'node_modules') return false;
      const relative = path.relative(project, source);
      return !NOT_COPIED_FROM_ROOT.has(relative);
    },
  });
}

/** @returns {string|undefined} what is wrong with the file */
function uncommentPostRefactor(file) {
  const text = fs.readFileSync(file, 'utf8');
  const calls = [...text.matchAll(POST_REFACTOR_CALL)];
  if (calls.length !== 1)
    return `amplify/backend.ts must have exactly one line \`// postRefactor();\`, it has ${calls.length}`;
  fs.writeFileSync(file, text.replace(POST_REFACTOR_CALL, '$1$2'));
  return undefined;
}

/** No credentials, region or setting of this machine reaches the synth. */
function hermeticEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(AWS_|CDK_|AMPLIFY_|NODE_OPTIONS$|NODE_TEST_CONTEXT$)/.test(name),
    ),
  );
}

async function compile(work) {
  const run = await compilers.run({ work });
  const output = withoutWorkDir(run.answer?.output ?? `${run.error}\n${run.stderr}`, work);
  const errors = [];
  for (const match of output.matchAll(/^(.+?)\((\d+),(\d+)\): error (TS\d+): (.*)$/gm)) {
    errors.push({
      file: match[1],
      line: Number(match[2]),
      column: Number(match[3]),
      code: match[4],
      message: match[5],
    });
  }
  return { ok: run.answer?.ok === true, errors, output, seconds: run.seconds };
}

function runBackend(work, assembly, { branch, type, appId, strictDeps, bundleLog }) {
  const context = {
    'amplify-backend-namespace': appId,
    'amplify-backend-name': branch,
    'amplify-backend-type': type,
    // as the CDK CLI does: without them no resource says which construct it comes from
    'aws:cdk:enable-path-metadata': true,
    'aws:cdk:enable-asset-metadata': true,
  };
  const env = {
    ...hermeticEnvironment(),
    PATH: `${path.join(GATE_DIR, 'shim')}${path.delimiter}${process.env.PATH}`,
    GATE_NODE: process.execPath,
    GATE_BUNDLE: path.join(GATE_DIR, 'bundle.mjs'),
    GATE_INSTALL: path.join(GATE_DIR, 'install.mjs'),
    GATE_PACKAGES: NODE_MODULES,
    GATE_ESBUILD: path.join(NODE_MODULES, '@esbuild', `${os.platform()}-${os.arch()}`, 'bin', 'esbuild'),
    GATE_BUNDLE_LOG: bundleLog,
    ...(strictDeps ? { GATE_STRICT_DEPENDENCIES: '1' } : {}),
    // Amplify Hosting sets AWS_BRANCH, and generated code reads it; a sandbox has none
    ...(type === 'branch' ? { AWS_BRANCH: branch } : {}),
    CI: '1',
    CDK_OUTDIR: assembly,
    CDK_CONTEXT_JSON: JSON.stringify(context),
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    AMPLIFY_DISABLE_TELEMETRY: '1',
    JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
  };
  return synths.run({ work, env });
}

/** @param {import('./worker-pool.mjs').Done} [made] */
function succeeded(made) {
  return made?.answer?.code === 0;
}

function readAssembly(result, made, work) {
  const stderr = withoutWorkDir([made.stderr, made.error].filter(Boolean).join('\n'), work);
  fs.writeFileSync(
    path.join(result.outDir, 'synth.log'),
    `${withoutWorkDir(made.stdout, work)}\n--- stderr\n${stderr}`,
  );
  if (!succeeded(made)) {
    result.synth = { ok: false, error: relevantLines(stderr), seconds: made.seconds };
    return;
  }
  const reportFile = path.join(result.outDir, 'validation-report.json');
  const absent = [path.join(result.outDir, 'manifest.json'), reportFile].find((file) => !fs.existsSync(file));
  if (absent) {
    result.synth = {
      ok: false,
      error: `the synth ended well but left no ${path.basename(absent)}`,
      seconds: made.seconds,
    };
    return;
  }
  result.synth = { ok: true, seconds: made.seconds };
  result.validation = JSON.parse(fs.readFileSync(reportFile, 'utf8')).pluginReports.flatMap((report) =>
    report.violations.map((violation) => ({ rule: violation.ruleName, description: violation.description })),
  );
  const tree = loadAssembly(result.outDir);
  for (const stack of tree.stacks) {
    result.stacks++;
    for (const { Type } of Object.values(stack.template.Resources ?? {})) {
      result.resources++;
      result.resourceTypes[Type] = (result.resourceTypes[Type] ?? 0) + 1;
    }
  }
  result.cycles = findStackCycles(tree);
}

function readBundleLog(result, file) {
  if (!fs.existsSync(file)) return;
  const bundles = fs
    .readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  result.missingDependencies = [...new Set(bundles.flatMap((bundle) => bundle.missing))].sort();
  result.infrastructureInFunctions = bundles
    .filter((bundle) => bundle.infrastructure)
    .map((bundle) => bundle.entry)
    .sort();
}

function relevantLines(stderr) {
  const telling = /Error\b.*:|✘ \[ERROR\]|«|cause:|Caused By|Cannot find|ENOENT/;
  const noise = /^\s*(at |serializedError:|throw )/;
  const lines = [
    ...new Set(
      stderr
        .split('\n')
        .filter((line) => telling.test(line) && !noise.test(line))
        .map((line) => line.trim()),
    ),
  ];
  return (
    lines.length
      ? lines
          .slice(0, 12)
          .map((line) => line.slice(0, 600))
          .join('\n')
      : stderr.slice(-1500)
  ).trim();
}

function withoutWorkDir(text, work) {
  return text
    .replace(/\x1b\[[0-9;]*m/g, '')
    .replaceAll(`${pathToFileURL(work).href}/`, '')
    .replaceAll(`${work}${path.sep}`, '');
}
