'use strict';

/** The command line: steps, flags, and what is right and wrong use of them. One table for both hosts and for the help. */

const { parseArgs } = require('node:util');
const { migrationError } = require('./error.js');

/**
 * @typedef {'assess' | 'lock' | 'generate' | 'refactor' | 'decommission'} StepName
 *
 * @typedef {object} Flag
 * @property {string} name without the dashes
 * @property {string} [value] what the value is, for the help; absent: the flag takes none
 * @property {StepName[]} [steps] the steps that have it; absent: all
 * @property {string} help
 *
 * @typedef {object} Flags
 * @property {string} [project]
 * @property {string} [env]
 * @property {string} [branch]
 * @property {boolean} [offline]
 * @property {string} [to]
 * @property {string} [mappings]
 * @property {boolean} [rollback]
 * @property {boolean} [noRollback]
 * @property {boolean} [takeOver]
 * @property {boolean} [skipValidations]
 * @property {boolean} [validationsOnly]
 * @property {string} [out]
 * @property {string} [planOut]
 * @property {boolean} [frontend]
 * @property {boolean} [printIamPolicy]
 * @property {boolean} [yes]
 * @property {boolean} [json]
 * @property {boolean} [debug]
 * @property {string} [region]
 * @property {string} [profile]
 * @property {string} [endpointUrl]
 *
 * @typedef {{ kind: 'help', step?: StepName } | { kind: 'version' } | { kind: 'step', step: StepName, flags: Flags }} Invocation
 */

/** @type {{ name: StepName, summary: string }[]} */
const STEPS = [
  { name: 'assess', summary: 'Tells what can be migrated. Changes nothing.' },
  { name: 'lock', summary: 'Keeps the Gen 1 environment from changing while it is migrated.' },
  { name: 'generate', summary: 'Writes the Gen 2 backend, in place of the Gen 1 backend in amplify/.' },
  { name: 'refactor', summary: 'Moves user pools, buckets, tables and streams into the Gen 2 stacks.' },
  { name: 'decommission', summary: 'Removes what is left of the Gen 1 environment.' },
];

/** @type {StepName[]} */
const PLANNED_STEPS = ['lock', 'generate', 'refactor', 'decommission'];

/** @type {Flag[]} */
const FLAGS = [
  { name: 'project', value: 'DIR', help: 'Folder that holds amplify/ (default: the current folder).' },
  { name: 'env', value: 'NAME', help: 'Gen 1 environment (default: the current one of the project).' },
  { name: 'branch', value: 'NAME', help: 'Gen 2 branch (default: the current git branch).' },
  {
    name: 'offline',
    steps: ['assess', 'generate'],
    help: 'Read the files of the project only: no credentials, no network.',
  },
  { name: 'print-iam-policy', steps: ['assess'], help: 'Print the IAM policy that the steps need, and nothing else.' },
  { name: 'to', value: 'GEN2_ROOT_STACK', steps: ['refactor'], help: 'Root stack of the Gen 2 branch.' },
  { name: 'mappings', value: 'FILE', steps: ['refactor'], help: 'Explicit mappings of resources.' },
  {
    name: 'plan-out',
    value: 'DIR',
    steps: ['refactor'],
    help: 'Write the planned operations as files into this folder, before anything else.',
  },
  {
    name: 'out',
    value: 'DIR',
    steps: ['generate'],
    help: 'Write the Gen 2 backend into this folder and leave the project as it is.',
  },
  { name: 'frontend', steps: ['generate'], help: "Also edit the places in the app's own source that know Gen 1." },
  { name: 'rollback', steps: ['lock', 'generate', 'refactor'], help: 'Undo the step.' },
  { name: 'no-rollback', steps: PLANNED_STEPS, help: 'Do not undo by itself what was done when the step fails.' },
  {
    name: 'take-over',
    steps: ['lock', 'refactor'],
    help: "Go on from somebody else's run that did not end, without waiting until its lease ends by itself.",
  },
  { name: 'skip-validations', steps: PLANNED_STEPS, help: 'Leave out the validations of the step.' },
  { name: 'validations-only', steps: PLANNED_STEPS, help: 'Run the validations of the step, and nothing else.' },
  { name: 'yes', help: 'Do not ask for confirmation.' },
  { name: 'json', help: 'Print one JSON object per line: events, and the result as the last one.' },
  { name: 'debug', help: 'Print what happens in detail, to the error output.' },
  { name: 'region', value: 'REGION', help: 'AWS region (default: the region of the environment).' },
  { name: 'profile', value: 'NAME', help: 'AWS profile (default: the default credentials of the AWS SDK).' },
  { name: 'endpoint-url', value: 'URL', help: 'Endpoint for all AWS services (default: AWS_ENDPOINT_URL).' },
];

const SHORT_FLAGS = new Map([
  ['y', 'yes'],
  ['h', 'help'],
  ['v', 'version'],
]);

/**
 * @param {string} message
 * @param {StepName} [step]
 */
function wrongUsage(message, step) {
  return migrationError({
    code: 'WRONG_USAGE',
    message,
    resolution: step
      ? `\`help ${step}\` lists the flags of the step.`
      : `The steps are ${STEPS.map(({ name }) => name).join(', ')}; \`help\` describes them.`,
    details: step ? { step } : {},
  });
}

/**
 * Reads a command line.
 * @param {string[]} argv without the program
 * @returns {Invocation}
 * @throws WRONG_USAGE
 */
function parse(argv) {
  if (argv.length === 0) return { kind: 'help' };
  const { positionals, given } = tokens(argv);
  const [first, second] = positionals;
  if (given.has('help') || first === 'help')
    return { kind: 'help', step: helpTopic(first === 'help' ? second : first) };
  if (given.has('version')) return { kind: 'version' };
  if (first === undefined) throw wrongUsage('A step is missing.');
  const step = stepName(first);
  if (second !== undefined) throw wrongUsage(`\`${second}\` has no meaning after the step \`${step}\`.`, step);
  const flags = Object.fromEntries([...given].map(([name, value]) => [camelCase(name), value]));
  checkFlags(step, [...given.keys()], flags);
  return { kind: 'step', step, flags };
}

/** @param {string[]} argv */
function tokens(argv) {
  const known = new Map(FLAGS.map((flag) => [flag.name, flag]));
  for (const name of ['help', 'version']) known.set(name, { name, help: '' });
  /** @type {Record<string, { type: 'string' | 'boolean' }>} */
  const options = Object.fromEntries(
    [...known.values()].map(({ name, value }) => [name, { type: value ? 'string' : 'boolean' }]),
  );
  const parsed = parseArgs({ args: argv, options, strict: false, allowPositionals: true, tokens: true });

  /** @type {string[]} */
  const positionals = [];
  /** @type {Map<string, string | true>} */
  const given = new Map();
  for (const token of parsed.tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const name = token.rawName.startsWith('--') ? token.name : (SHORT_FLAGS.get(token.name) ?? token.name);
    const flag = known.get(name);
    if (!flag || (!token.rawName.startsWith('--') && !SHORT_FLAGS.has(token.name))) {
      throw wrongUsage(`There is no flag \`${token.rawName}\`.`, knownStep(positionals[0]));
    }
    given.set(name, flagValue(flag, token, given.get(name)));
  }
  return { positionals, given };
}

/**
 * @param {Flag} flag
 * @param {{ rawName: string, value?: string, inlineValue?: boolean }} token
 * @param {string | true | undefined} before the value that the flag was given before
 * @returns {string | true}
 */
function flagValue(flag, { value, inlineValue }, before) {
  if (!flag.value) {
    if (value !== undefined) throw wrongUsage(`\`--${flag.name}\` takes no value, but was given \`${value}\`.`);
    return true;
  }
  // What looks like a flag is one: `--to --rollback` has forgotten the stack.
  if (!value || (!inlineValue && value.startsWith('-')))
    throw wrongUsage(`\`--${flag.name}\` needs a value (${flag.value}).`);
  if (before !== undefined && before !== value) {
    throw wrongUsage(`\`--${flag.name}\` is given twice: \`${before}\` and \`${value}\`.`);
  }
  return value;
}

/**
 * @param {StepName} step
 * @param {string[]} names
 * @param {Flags} flags
 */
function checkFlags(step, names, flags) {
  for (const name of names) {
    const { steps } = /** @type {Flag} */ (FLAGS.find((flag) => flag.name === name));
    if (steps && !steps.includes(step)) {
      throw wrongUsage(
        `\`--${name}\` is no flag of \`${step}\`, but of ${steps.map((other) => `\`${other}\``).join(', ')}.`,
        step,
      );
    }
  }
  if (flags.rollback && flags.noRollback)
    throw wrongUsage('`--rollback` and `--no-rollback` exclude each other.', step);
  if (step === 'refactor' && !flags.rollback && !flags.to) {
    throw wrongUsage('`refactor` needs `--to` with the root stack of the Gen 2 branch.', step);
  }
}

/** @param {string} [name] */
function helpTopic(name) {
  return name === undefined || name === 'help' ? undefined : stepName(name);
}

/**
 * @param {string} name
 * @returns {StepName}
 */
function stepName(name) {
  const step = knownStep(name);
  if (!step) throw wrongUsage(`There is no step \`${name}\`.`);
  return step;
}

/**
 * @param {string} [name]
 * @returns {StepName | undefined}
 */
function knownStep(name) {
  return STEPS.find((step) => step.name === name)?.name;
}

/** @param {string} name */
function camelCase(name) {
  return name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
}

/**
 * The command line that does the same, or a related, thing again.
 * @param {string} command how the host is called
 * @param {StepName} step
 * @param {Flags} flags
 */
function commandLine(command, step, flags) {
  const given = FLAGS.flatMap(({ name, value }) => {
    const setting = /** @type {Record<string, string | boolean | undefined>} */ (flags)[camelCase(name)];
    if (!setting) return [];
    return value ? [`--${name}`, quoted(String(setting))] : [`--${name}`];
  });
  return [command, step, ...given].join(' ');
}

/** @param {string} text */
function quoted(text) {
  if (/^[\w@%+=:,./\\-]+$/.test(text)) return text;
  return process.platform === 'win32' ? `"${text.replaceAll('"', '""')}"` : `'${text.replaceAll("'", `'\\''`)}'`;
}

module.exports = { STEPS, FLAGS, parse, knownStep, commandLine };
