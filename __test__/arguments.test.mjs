import assert from 'node:assert/strict';
import { test } from 'node:test';
import cliArguments from '../cli/arguments.js';

const { FLAGS, STEPS, commandLine, parse } = cliArguments;

/** @param {string} line */
const words = (line) => line.split(' ').filter(Boolean);

test('nothing, help and --help ask for the help', () => {
  assert.deepEqual(parse([]), { kind: 'help' });
  assert.deepEqual(parse(['help']), { kind: 'help', step: undefined });
  assert.deepEqual(parse(['--help']), { kind: 'help', step: undefined });
  assert.deepEqual(parse(['-h']), { kind: 'help', step: undefined });
  for (const { name } of STEPS) {
    assert.deepEqual(parse(['help', name]), { kind: 'help', step: name });
    assert.deepEqual(parse([name, '--help']), { kind: 'help', step: name });
  }
});

test('--version', () => {
  assert.deepEqual(parse(['--version']), { kind: 'version' });
  assert.deepEqual(parse(['-v']), { kind: 'version' });
});

test('every flag reaches its step', () => {
  for (const { name, value, steps } of FLAGS) {
    for (const step of steps ?? STEPS.map((known) => known.name)) {
      const needed = step === 'refactor' && name !== 'to' && name !== 'rollback' ? ['--to', 'gen2'] : [];
      const invocation = parse([step, ...needed, `--${name}`, ...(value ? ['some-value'] : [])]);
      assert.equal(invocation.kind, 'step');
      const camelCase = name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
      assert.equal(invocation.flags[camelCase], value ? 'some-value' : true, `${step} --${name}`);
    }
  }
});

test('flags stand before and behind the step, with and without =', () => {
  const expected = { kind: 'step', step: 'generate', flags: { project: 'a b', offline: true, yes: true } };
  assert.deepEqual(parse(['--offline', 'generate', '--project', 'a b', '-y']), expected);
  assert.deepEqual(parse(['generate', '--offline', '--project=a b', '--yes', '--yes']), expected);
});

test('a value may begin with a dash only behind =', () => {
  assert.equal(parse(['assess', '--project=-odd']).flags.project, '-odd');
  assert.throws(() => parse(['assess', '--project', '-odd']), { code: 'WRONG_USAGE' });
});

for (const [line, message] of [
  ['--json', /step is missing/],
  ['frobnicate', /no step `frobnicate`/],
  ['help frobnicate', /no step `frobnicate`/],
  ['lock lock', /`lock` has no meaning/],
  ['lock --frobnicate', /no flag `--frobnicate`/],
  ['lock -x', /no flag `-x`/],
  ['lock --y', /no flag `--y`/],
  ['lock --rollback=1', /`--rollback` takes no value/],
  ['lock --env', /`--env` needs a value/],
  ['lock --env=', /`--env` needs a value/],
  ['refactor --to --rollback', /`--to` needs a value/],
  ['refactor', /`refactor` needs `--to`/],
  ['refactor --to a --to b', /given twice: `a` and `b`/],
  ['lock --rollback --no-rollback', /exclude each other/],
  ['refactor --to a --rollback --no-rollback', /exclude each other/],
  ['assess --rollback', /`--rollback` is no flag of `assess`/],
  ['decommission --rollback', /`--rollback` is no flag of `decommission`/],
  ['assess --to a', /`--to` is no flag of `assess`/],
  ['lock --offline', /`--offline` is no flag of `lock`/],
  ['refactor --to a --out b', /`--out` is no flag of `refactor`/],
  ['generate --plan-out a', /`--plan-out` is no flag of `generate`/],
]) {
  test(`wrong usage: ${line}`, () => {
    assert.throws(
      () => parse(words(line)),
      (error) => {
        assert.equal(error.code, 'WRONG_USAGE');
        assert.match(error.message, message);
        assert.ok(error.resolution);
        return true;
      },
    );
  });
}

test('a rollback of a refactor needs no --to', () => {
  assert.deepEqual(parse(words('refactor --rollback')), { kind: 'step', step: 'refactor', flags: { rollback: true } });
});

test('--skip-validations --validations-only is right use', () => {
  assert.equal(parse(words('refactor --to a --skip-validations --validations-only')).kind, 'step');
});

test('a command line that is printed is read back as the same invocation', () => {
  for (const flags of [
    {},
    { to: 'amplify-x', rollback: true },
    { to: 'gen2', project: "o'brien's app $HOME `x`", json: true },
  ]) {
    const line = commandLine('amplify-gen2-migration', 'refactor', { to: 'gen2', ...flags });
    const argv = shellWords(line).slice(1);
    assert.deepEqual(parse(argv), { kind: 'step', step: 'refactor', flags: { to: 'gen2', ...flags } });
  }
});

/** Words of a line that uses no more than single quotes and a backslash outside of them. */
function shellWords(line) {
  const found = [];
  for (const [word] of line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)) {
    found.push(word.replace(/'([^']*)'|\\(.)/g, (_, quoted, escaped) => quoted ?? escaped));
  }
  return found;
}
