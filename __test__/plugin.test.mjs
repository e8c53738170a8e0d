/** The plugin, in several shapes of the Amplify CLI's context. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, beforeEach, test } from 'node:test';
import cliArguments from '../cli/arguments.js';
import plugin from '../cli/plugin.js';
import double from './support/engine-double.cjs';

const { engineDouble } = double;

/** What a CLI of our own making remembers; its modules are found from its folder only, like the real ones. */
const installed = fs.mkdtempSync(path.join(os.tmpdir(), 'gen2-migration-host-'));
after(() => fs.rmSync(installed, { recursive: true, force: true }));

function writeModule(name, source) {
  const folder = path.join(installed, 'node_modules', name);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'index.js'), source);
}
writeModule(
  '@aws-amplify/amplify-cli-core',
  `exports.AmplifyError = class AmplifyError extends Error {
     constructor(name, options, downstreamException) {
       super(options.message);
       Object.assign(this, { name: name + 'Error', ...options, downstreamException });
     }
   };`,
);
writeModule(
  '@aws-amplify/amplify-prompts',
  `const seen = (globalThis.amplifySeen ??= { lines: [], questions: [], answer: false });
   const line = (kind) => (text) => void seen.lines.push([kind, text]);
   exports.printer = { info: line('info'), warn: line('warn'), error: line('error') };
   exports.prompter = { async confirmContinue(question) { seen.questions.push(question); if (seen.answer === 'ctrl-c') throw ''; return seen.answer; } };
   exports.isHeadless = false;`,
);
const seen = (globalThis.amplifySeen ??= { lines: [], questions: [], answer: false });
const text = () => seen.lines.map(([, line]) => line).join('\n');

const isTTY = process.stdin.isTTY;
beforeEach(() => {
  Object.assign(seen, { lines: [], questions: [], answer: false });
  process.stdin.isTTY = true;
});
after(() => {
  process.stdin.isTTY = isTTY;
});

/** A context as the CLI makes it from a command line. */
function contextOf(line, more = {}) {
  const words = line.split(' ').filter(Boolean);
  const options = {};
  const rest = words.slice(1);
  while (rest.length > 0) {
    const key = rest.shift().replace(/^-+/, '');
    options[key] = rest.length > 0 && !rest[0].startsWith('-') ? rest.shift() : true;
  }
  return {
    input: {
      argv: ['node', 'amplify', 'gen2-migration', ...words],
      plugin: 'gen2-migration',
      command: words[0] ?? 'help',
      options: { yes: false, ...options },
    },
    pluginPlatform: { plugins: { core: [{ packageLocation: installed }] } },
    ...more,
  };
}

/** @param {object} context @param {object} [scenario] */
async function execute(context, scenario = {}) {
  const engine = engineDouble(scenario);
  process.exitCode = undefined;
  try {
    await plugin.executeAmplifyCommand(context, () => engine);
    return { calls: engine.calls, steps: engine.calls.map(([name]) => name), exitCode: process.exitCode };
  } finally {
    process.exitCode = undefined;
  }
}

test('the manifest: another name than the built-in command, its alias, and every step', () => {
  const manifest = JSON.parse(fs.readFileSync(new URL('../amplify-plugin.json', import.meta.url), 'utf8'));
  assert.notEqual(manifest.name, 'gen2-migration');
  assert.deepEqual(manifest.aliases, ['gen2-migration']);
  assert.equal(manifest.type, 'util');
  assert.deepEqual(manifest.commands, [...cliArguments.STEPS.map(({ name }) => name), 'help']);
});

test('a step is asked for, answered and done; that we answer is said once', async () => {
  seen.answer = true;
  const { steps, exitCode } = await execute(contextOf('lock'));
  assert.deepEqual(steps, ['open', 'plan', 'validate', 'execute']);
  assert.equal(exitCode, undefined);
  assert.deepEqual(seen.questions, ["Execute 'lock' on environment 'notes/main'?"]);
  assert.equal(text().match(/in place of/g)?.length, 1);
});

test('no is the end', async () => {
  const { steps, exitCode } = await execute(contextOf('lock'));
  assert.ok(!steps.includes('execute'));
  assert.equal(exitCode, undefined);
});

test('Ctrl-C at the question is no consent, and the step fails', async () => {
  seen.answer = 'ctrl-c';
  await assert.rejects(execute(contextOf('lock')), { code: 'INTERRUPTED' });
});

test('the command line is read as the user typed it', async () => {
  const { calls } = await execute(contextOf('refactor --to=gen2 --rollback --yes --project=p'));
  assert.equal(calls[0][1].projectDir, path.resolve('p'));
  assert.equal(calls[1][2].to, 'gen2');
  assert.equal(calls[1][2].rollback, true);
});

test('a flag that would swallow the next word is wrong use, not a forward run', async () => {
  const { steps, exitCode } = await execute(contextOf('refactor --to gen2 --rollback nonsense --yes'));
  assert.deepEqual(steps, []);
  assert.equal(exitCode, 2);
  assert.match(text(), /WRONG_USAGE/);
});

test('without a command line, what the CLI made of it is used', async () => {
  const context = contextOf('refactor --to gen2 --rollback --yes');
  delete context.input.argv;
  const { calls } = await execute(context);
  assert.equal(calls[1][2].to, 'gen2');
  assert.equal(calls[1][2].rollback, true);
  const swallowed = contextOf('refactor --to gen2 --rollback nonsense --yes');
  delete swallowed.input.argv;
  assert.equal((await execute(swallowed)).exitCode, 2);
  const dashed = contextOf('assess');
  dashed.input = { command: 'assess', options: { project: '-odd', yes: false } };
  assert.equal((await execute(dashed)).calls[0][1].projectDir, path.resolve('-odd'));
  assert.deepEqual((await execute({ ...context, input: { command: 'assess' } })).steps, ['open', 'assess']);
});

test('help: without a step, with --help, and as the CLI rewrites it', async () => {
  for (const context of [
    contextOf(''),
    contextOf('--help'),
    contextOf('refactor --help'),
    {
      ...contextOf(''),
      input: { command: 'help', subCommands: ['gen2-migration', 'refactor'], options: { help: true } },
    },
    { ...contextOf(''), input: { command: 'help' } },
  ]) {
    seen.lines = [];
    const { steps } = await execute(context);
    assert.deepEqual(steps, []);
    assert.match(text(), /^(?!.*in place of)[^]*Usage: amplify gen2-migration/);
  }
});

test('a failure is an error of the host, with the way out', async () => {
  const failsWith = {
    code: 'UPDATE_FAILED',
    message: 'Stack a failed.',
    resolution: 'Look at its events.',
    details: {},
    suppressed: [{ code: 'UNDO_FAILED', message: 'b', resolution: 'c', details: {} }],
  };
  await assert.rejects(execute(contextOf('lock --yes'), { failsWith }), (error) => {
    assert.equal(error.constructor.name, 'AmplifyError');
    assert.match(error.message, /Stack a failed\. \(UPDATE_FAILED\)/);
    assert.equal(error.resolution, 'Look at its events.');
    assert.match(error.details, /UNDO_FAILED/);
    assert.equal(error.downstreamException.code, 'UPDATE_FAILED');
    return true;
  });
});

test('--json: only JSON, and no error that the host would print behind it', async () => {
  const written = [];
  const { write } = process.stdout;
  process.stdout.write = (chunk) => (written.push(String(chunk)), true);
  try {
    const failsWith = { code: 'UPDATE_FAILED', message: 'm', resolution: 'r', details: {} };
    const { exitCode } = await execute(contextOf('lock --yes --json'), { failsWith });
    assert.equal(exitCode, 1);
  } finally {
    process.stdout.write = write;
  }
  // The test runner writes its own protocol to the same stream.
  const lines = written
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('{'));
  assert.equal(JSON.parse(lines.at(-1)).error.code, 'UPDATE_FAILED');
  assert.deepEqual(seen.lines, []);
});

test('an old CLI without modules of its own: its print and prompt are used', async () => {
  const lines = [];
  const print = Object.fromEntries(['info', 'warning', 'error'].map((kind) => [kind, (line) => lines.push(line)]));
  const old = { print, prompt: { confirm: async () => true }, pluginPlatform: undefined };
  const { steps } = await execute(contextOf('lock', old));
  assert.ok(steps.includes('execute'));
  assert.match(lines.join('\n'), /Operations Summary/);
  const failsWith = { code: 'UPDATE_FAILED', message: 'm', resolution: 'the way out', details: {} };
  const { exitCode } = await execute(contextOf('lock --yes', old), { failsWith });
  assert.equal(exitCode, 1);
  assert.match(lines.join('\n'), /UPDATE_FAILED[^]*the way out/);
  const older = { ...old, prompt: undefined, amplify: { confirmPrompt: async () => true } };
  assert.ok((await execute(contextOf('lock', older))).steps.includes('execute'));
  await execute(contextOf('lock', { print, pluginPlatform: undefined }));
  assert.match(lines.join('\n'), /CONFIRMATION_IMPOSSIBLE/);
});

/** @param {(...args: any[]) => any} load */
const withConfiguration = (load) => ({
  amplify: { invokePluginMethod: async (_context, _provider, _service, method, args) => load(method, args) },
});

test('credentials come from the CLI, with a refresh', async () => {
  let number = 0;
  const load = (method) => ({
    credentials: {
      accessKeyId: `${method}-${++number}`,
      secretAccessKey: 's',
      sessionToken: 't',
      expiration: new Date(5),
    },
    region: 'x',
  });
  const { calls } = await execute(contextOf('lock --yes', withConfiguration(load)));
  const [, { credentials, refreshCredentials, region }] = calls[0];
  assert.deepEqual(credentials, {
    accessKeyId: 'loadConfiguration-1',
    secretAccessKey: 's',
    sessionToken: 't',
    expiration: new Date(5),
  });
  assert.equal((await refreshCredentials()).accessKeyId, 'loadConfiguration-2');
  assert.equal(region, undefined);
});

test('credentials of another environment, of no project, and of the default chain', async () => {
  const asked = [];
  const load = (method, args) => void asked.push([method, args[1]]);
  const opened = async (line) => (await execute(contextOf(line, withConfiguration(load)))).calls[0][1];
  assert.equal((await opened('lock --yes --env dev')).credentials, undefined);
  assert.deepEqual(asked, [['loadConfigurationForEnv', 'dev']]);
  for (const line of ['lock --yes --project p', 'lock --yes --profile admin', 'generate --yes --offline'])
    await opened(line);
  assert.equal(asked.length, 1);
});

test('credentials that the CLI cannot give are no credentials', async () => {
  const keyless = withConfiguration(() => ({ credentials: {}, region: 'x', role_arn: 'arn' }));
  await assert.rejects(execute(contextOf('lock --yes', keyless)), { code: 'HOST_CREDENTIALS_MISSING' });
  const failing = withConfiguration(() => {
    throw Object.assign(new Error('no profile'), { details: 'no section work', resolution: 'amplify configure' });
  });
  await assert.rejects(execute(contextOf('lock --yes', failing)), (error) => {
    assert.equal(error.code, 'HOST_CREDENTIALS_FAILED');
    assert.match(error.message, /no profile: no section work/);
    assert.equal(error.resolution, 'amplify configure');
    return true;
  });
});

test("the CLI's own handler of SIGINT is put aside while a step runs, and put back", async () => {
  let aborted = 0;
  const handler = () => void (aborted += 1);
  process.on('SIGINT', handler);
  try {
    const running = execute(contextOf('lock --yes'), { operationMs: 50 });
    setTimeout(() => process.emit('SIGINT', 'SIGINT'), 20);
    await assert.rejects(running, { code: 'CANCELLED' });
    assert.equal(aborted, 0);
    process.emit('SIGINT', 'SIGINT');
    assert.equal(aborted, 1);
  } finally {
    process.removeListener('SIGINT', handler);
  }
});

test('events are taken and change nothing', async () => {
  assert.equal(await plugin.handleAmplifyEvent({}, { event: 'PostPush' }), undefined);
});
