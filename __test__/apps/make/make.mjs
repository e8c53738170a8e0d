#!/usr/bin/env node
/**
 * Makes a sample app with the real Amplify CLI against the stand-in cloud: initialises a project, adds its categories, pushes it, and writes the
 * project and everything that was deployed below `__test__/apps/<app>`. How to get the CLI is in README.md beside this file; tests do not need it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import { captureProject, captureStacks, makeSmall, realisticIds, rename, renameInFiles } from './capture.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * @typedef {object} Step one command of the CLI, or files that the developer writes by hand
 * @property {string[]} [amplify] arguments of the CLI
 * @property {object | ((projectDir: string) => object)} [headless] payload for standard input of a headless command
 * @property {[string, unknown][]} [answers] question (regular expression) and answer, see cli/answer-prompts.cjs
 * @property {string} [overlay] folder beside the recipe that is copied over the project
 * @property {(projectDir: string, made: { cli: string, endpoint: string, region: string }) => void | Promise<void>} [edit] a change by hand, of files or of what the account has
 */

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cli: { type: 'string' },
    endpoint: { type: 'string' },
    work: { type: 'string' },
    from: { type: 'string' },
    out: { type: 'string', default: resolve(here, '..') },
  },
});
const [app] = positionals;
if (!app || !options.cli || !options.endpoint || !options.work) {
  process.stderr.write('usage: make.mjs APP --cli DIR --endpoint URL --work DIR [--out DIR] [--from STEP]\n');
  process.exit(2);
}

const recipe = (await import(pathToFileURL(join(here, app, 'recipe.mjs')).href)).default;
/** `configure`, `plugin scan` and `init`. */
const COMMANDS_BEFORE_THE_RECIPE = 3;

const project = join(resolve(options.work), recipe.projectName);
const home = join(resolve(options.work), 'home');
const cli = resolve(options.cli);

/** Says that Amplify Studio is not enabled for the app; the CLI asks that of a service outside AWS. */
const studio = createServer((request, response) => response.setHeader('content-type', 'application/json').end('{}'));
studio.listen(0, '127.0.0.1');
await once(studio, 'listening');

/** Those of `initialise` come first, also in a run that goes on at a later step. */
let commands = options.from === undefined ? 0 : COMMANDS_BEFORE_THE_RECIPE;

async function amplify(step) {
  commands += 1;
  const child = spawn(
    process.execPath,
    ['--require', join(here, 'cli', 'answer-prompts.cjs'), join(cli, 'node_modules', '@aws-amplify', 'cli-internal', 'bin', 'amplify'), ...step.amplify],
    {
      cwd: project,
      stdio: ['pipe', 'inherit', 'inherit'],
      env: {
        PATH: `${join(resolve(options.work), 'bin')}${delimiter}${process.env.PATH}`,
        HOME: home,
        AWS_ENDPOINT_URL: options.endpoint,
        AWS_EC2_METADATA_DISABLED: 'true',
        AMPLIFY_CLI_APPSTATE_BASE_URL: `http://127.0.0.1:${studio.address().port}`,
        NODE_NO_WARNINGS: '1',
        ID_SEED: `${recipe.appId}/${commands}`,
        ...(step.answers ? { ANSWERS: JSON.stringify(step.answers) } : {}),
      },
    },
  );
  const payload = typeof step.headless === 'function' ? step.headless(project) : step.headless;
  child.stdin.end(payload ? JSON.stringify(payload) : '');
  const [code, signal] = await once(child, 'exit');
  if (code !== 0) {
    throw new Error(`amplify ${step.amplify.join(' ')} ended with ${code ?? signal}`);
  }
}

/** A home directory of its own: credentials, no usage data, and the plugins that a scoped install does not find by itself. */
async function prepareHome() {
  mkdirSync(join(home, '.aws'), { recursive: true });
  writeFileSync(join(home, '.aws', 'credentials'), '[default]\naws_access_key_id = test\naws_secret_access_key = test\n');
  writeFileSync(join(home, '.aws', 'config'), `[default]\nregion = ${recipe.region}\n`);
  await amplify({ amplify: ['configure', '--usage-data-off'] });
  const plugins = join(home, '.amplify', 'plugins.json');
  const known = JSON.parse(readFileSync(plugins, 'utf8'));
  known.pluginDirectories = [...new Set([...known.pluginDirectories, join(cli, 'node_modules')])];
  writeFileSync(plugins, JSON.stringify(known, null, 2));
  await amplify({ amplify: ['plugin', 'scan'] });
}

/** The CLI packs a Python function with pipenv. What is packed does not matter here: an empty environment does. */
function preparePipenv() {
  const bin = join(resolve(options.work), 'bin');
  const environment = join(resolve(options.work), 'pipenv');
  mkdirSync(bin, { recursive: true });
  for (let minor = 8; minor < 15; minor += 1) {
    mkdirSync(join(environment, 'lib', `python3.${minor}`, 'site-packages'), { recursive: true });
  }
  const script = `#!/bin/sh\ncase "$1" in\n  --version) echo "pipenv, version 2024.0.1" ;;\n  --venv) echo "${environment}" ;;\nesac\n`;
  writeFileSync(join(bin, 'pipenv'), script, { mode: 0o755 });
  writeFileSync(join(bin, 'virtualenv'), '#!/bin/sh\necho virtualenv 20.0.0\n', { mode: 0o755 });
}

/** Empties the stand-in cloud. The Amplify app exists before the CLI does: that is how it gets an id of our choice. */
async function registerApp() {
  await fetch(`${options.endpoint}/_reset`, { method: 'POST' });
  const response = await fetch(`${options.endpoint}/_amplify/seed`, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${recipe.region}/amplify/aws4_request` },
    body: JSON.stringify({ appId: recipe.appId, name: recipe.projectName }),
  });
  if (!response.ok) {
    throw new Error(`the stand-in cloud did not take the app: ${await response.text()}`);
  }
}

async function initialise() {
  await amplify({
    amplify: [
      'init',
      '--yes',
      '--amplify',
      JSON.stringify({ projectName: recipe.projectName, appId: recipe.appId, envName: recipe.env, defaultEditor: 'code' }),
      '--frontend',
      JSON.stringify({
        frontend: 'javascript',
        framework: 'react',
        config: { SourceDir: 'src', DistributionDir: 'dist', BuildCommand: 'npm run-script build', StartCommand: 'npm run-script start' },
      }),
      '--providers',
      JSON.stringify({ awscloudformation: { configLevel: 'project', useProfile: true, profileName: 'default' } }),
    ],
  });
}

if (options.from === undefined) {
  rmSync(project, { recursive: true, force: true });
  mkdirSync(project, { recursive: true });
  await prepareHome();
  preparePipenv();
  cpSync(join(here, app, 'project'), project, { recursive: true });
  await registerApp();
  await initialise();
}
for (const [index, step] of recipe.steps.entries()) {
  if (index < Number(options.from ?? 0)) {
    commands += step.amplify ? 1 : 0;
    continue;
  }
  process.stdout.write(`\n━━ step ${index} of ${recipe.steps.length}: ${step.amplify?.join(' ') ?? step.overlay ?? 'edit'}\n`);
  if (step.amplify) {
    await amplify(step);
  }
  if (step.overlay) {
    cpSync(join(here, app, step.overlay), project, { recursive: true });
  }
  await step.edit?.(project, { cli, endpoint: options.endpoint, region: recipe.region });
}

const target = join(resolve(options.out), app);
const stacks = await captureStacks({ cli, endpoint: options.endpoint, region: recipe.region, project });
rmSync(join(target, 'gen1-project'), { recursive: true, force: true });
rmSync(join(target, 'deployed-stacks'), { recursive: true, force: true });
captureProject({ project, target: join(target, 'gen1-project') });
const renamed = realisticIds(stacks);
renamed.set(cli, '/snapshot/amplify-cli/build'); // where the CLI that users install says it is
renameInFiles(join(target, 'gen1-project'), renamed);
mkdirSync(join(target, 'deployed-stacks'), { recursive: true });
for (const [name, content] of stacks) {
  writeFileSync(join(target, 'deployed-stacks', name), rename(content, renamed));
}
if (recipe.small) {
  makeSmall(target);
}
if (existsSync(join(here, app, 'seed.json'))) {
  cpSync(join(here, app, 'seed.json'), join(target, 'seed.json'));
}
process.stdout.write(`${app}: ${stacks.size} stack files\n`);
studio.close();
