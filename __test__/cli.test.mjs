/** The stand-alone command as a user runs it: a process of its own. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { after, test } from 'node:test';
import terminal from '../cli/host/terminal.js';
import { BIN, Command, cli, jsonLines, startWithDouble } from './support/cli.mjs';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'gen2-migration-cli-'));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

/** A module that ends the process as soon as the addon is loaded. */
const NO_ADDON = path.join(scratch, 'no-addon.cjs');
fs.writeFileSync(
  NO_ADDON,
  `const { dlopen } = process;
   process.dlopen = (...args) => { process.stderr.write('ADDON LOADED'); process.exit(99); return dlopen(...args); };`,
);

test('help, version and wrong usage cost no loading of the addon', async () => {
  for (const [args, code] of [
    [[], 0],
    [['help'], 0],
    [['help', 'refactor'], 0],
    [['lock', '--help'], 0],
    [['--version'], 0],
    [['frobnicate'], 2],
  ]) {
    const outcome = await new Command(['--require', NO_ADDON, BIN, ...args]).outcome;
    assert.equal(outcome.code, code, `${args}: ${outcome.stderr}`);
  }
  // The guard itself works.
  const outcome = await new Command(['--require', NO_ADDON, BIN, 'assess', '--offline', '--project', scratch]).outcome;
  assert.equal(outcome.code, 99);
});

test('the help names every step and every flag of the step', async () => {
  const { stdout } = await cli(['help']);
  for (const step of ['assess', 'lock', 'generate', 'refactor', 'decommission'])
    assert.match(stdout, new RegExp(`^  ${step} `, 'm'));
  const { stdout: refactor } = await cli(['refactor', '--help']);
  for (const flag of ['--to', '--mappings', '--plan-out', '--rollback', '--no-rollback', '--yes', '--json'])
    assert.ok(refactor.includes(flag));
  assert.ok(!refactor.includes('--offline'));
});

test('errors go to the error output, with their code and the way out', async () => {
  const { code, stdout, stderr } = await cli(['assess', '--offline', '--project', path.join(scratch, 'nowhere')]);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /PROJECT_NOT_FOUND/);
  assert.match(stderr, /→ .*--project/);
  assert.ok(stderr.includes('nowhere'));
});

test('--json prints nothing but JSON, on wrong usage too', async () => {
  for (const [args, code] of [
    [['assess', '--offline', '--project', scratch], 1],
    [['lock', '--frobnicate'], 2],
  ]) {
    const outcome = await cli([...args, '--json']);
    assert.equal(outcome.code, code);
    assert.equal(outcome.stderr, '');
    assert.equal(jsonLines(outcome.stdout).at(-1).exitCode, code);
  }
});

test('without a terminal a step that must ask fails, and does not hang', async () => {
  for (const stdin of ['ignore', 'pipe']) {
    const { code, stderr } = await cli(['lock', '--project', scratch], { stdio: [stdin, 'pipe', 'pipe'] });
    assert.equal(code, 1);
    assert.match(stderr, /CONFIRMATION_IMPOSSIBLE/);
  }
});

test('no colour without a terminal', async () => {
  const { stdout, stderr } = await startWithDouble({}, ['lock', '--yes', '--skip-validations']).outcome;
  assert.match(stdout, /Operations Summary/);
  assert.ok(!(stdout + stderr).includes('\u001b'));
});

test('a reader that goes away does not end the migration', async () => {
  const operations = Array.from({ length: 40 }, (_, index) => ({
    id: `${index}`,
    kind: 'k',
    group: 'Project',
    description: 'd',
    moves: [],
    files: [],
  }));
  const command = startWithDouble({ operations, operationMs: 10 }, ['lock', '--yes', '--debug']);
  command.child.stdout.once('data', () => command.child.stdout.destroy());
  const { code, stderr } = await command.outcome;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /"operation":"39","outcome":"done"/);
});

test(
  'SIGINT and SIGTERM: the first stops after the running operation',
  { skip: process.platform === 'win32' },
  async () => {
    for (const signal of ['SIGINT', 'SIGTERM']) {
      const command = startWithDouble({ operationMs: 300 }, ['lock', '--yes', '--json']);
      await command.saw(/operation-started/);
      command.child.kill(signal);
      const { code, stdout } = await command.outcome;
      assert.equal(code, 1);
      const lines = jsonLines(stdout);
      assert.deepEqual(
        lines.filter(({ type }) => type === 'operation-finished').map(({ operation }) => operation),
        ['op-1'],
      );
      assert.equal(lines.at(-1).error.code, 'CANCELLED');
    }
  },
);

test(
  'the second signal leaves at once, with the line that resumes',
  { skip: process.platform === 'win32' },
  async () => {
    const command = startWithDouble({ operationMs: 30_000 }, ['refactor', '--to', 'gen2', '--yes']);
    await command.saw(/UPDATE_IN_PROGRESS/);
    command.child.kill('SIGINT');
    await command.saw(/Interrupt again/);
    const since = Date.now();
    command.child.kill('SIGTERM');
    const { code, stderr } = await command.outcome;
    assert.equal(code, 1);
    assert.ok(Date.now() - since < 5_000);
    assert.match(stderr, /Go on with: amplify-gen2-migration refactor --to gen2 --yes/);
    assert.match(stderr, /Or undo with: amplify-gen2-migration refactor --to gen2 --rollback --yes/);
  },
);

/** A terminal whose keyboard is in our hands. */
function terminalStreams() {
  const stream = () => Object.assign(new PassThrough(), { isTTY: true, columns: 80, hasColors: () => false, text: '' });
  const [input, output, errors] = [stream(), stream(), stream()];
  for (const shown of [output, errors]) shown.on('data', (chunk) => (shown.text += chunk));
  return { input, output, errors };
}

test('the question: only yes is yes; an empty answer and the end of the input are no', async () => {
  for (const [typed, expected] of [
    ['y\n', true],
    ['YES\n', true],
    ['\n', false],
    ['n\n', false],
    ['yesterday\n', false],
    [null, false],
  ]) {
    const streams = terminalStreams();
    const host = terminal.terminalHost(streams);
    assert.equal(host.interactive, true);
    const answer = host.confirm('Go on?', new AbortController().signal);
    if (typed === null) streams.input.end();
    else streams.input.write(typed);
    assert.equal(await answer, expected, String(typed));
    assert.match(streams.errors.text, /Go on\? \(y\/N\)/);
    assert.equal(streams.output.text, '');
  }
});

test('the question ends when the run is interrupted', async () => {
  const controller = new AbortController();
  const answer = terminal.terminalHost(terminalStreams()).confirm('Go on?', controller.signal);
  controller.abort(new Error('interrupted'));
  await assert.rejects(answer, { message: 'interrupted' });
});

test('NO_COLOR', async () => {
  const probe = `
    const tty = require('node:tty');
    const { terminalHost } = require(${JSON.stringify(path.resolve(BIN, '../host/terminal.js'))});
    const stream = () => Object.assign(new (require('node:stream').PassThrough)(), { isTTY: true, columns: 80,
      hasColors: (...args) => tty.WriteStream.prototype.hasColors.apply({ getColorDepth: tty.WriteStream.prototype.getColorDepth }, args) });
    process.stdout.write(JSON.stringify(terminalHost({ input: stream(), output: stream(), errors: stream() }).style.red('x')));`;
  const colour = async (env) =>
    JSON.parse(
      (
        await new Command(['-e', probe], {
          // Only what the decision depends on: `CI`, `NO_COLOR` and others of the machine that runs the tests decide too.
          env: { TERM: 'xterm-256color', ...env },
        }).outcome
      ).stdout,
    );
  assert.equal(await colour({ NO_COLOR: '1' }), 'x');
  assert.notEqual(await colour({}), 'x');
});
