'use strict';

/** The plugin of the Amplify CLI: `amplify gen2-migration <step>`. */

const { FLAGS, knownStep } = require('./arguments.js');
const { amplifyHost } = require('./host/amplify.js');
const { main } = require('./main.js');

/**
 * @typedef {import('./host/amplify.js').AmplifyContext} AmplifyContext
 */

/** Command lines of the CLI begin with the names of Node.js, of the CLI and of the plugin. */
const WORDS_BEFORE_STEP = 3;

/**
 * Runs a step for the Amplify CLI.
 * @param {AmplifyContext} context
 * @param {() => any} [loadEngine]
 */
async function executeAmplifyCommand(context, loadEngine) {
  const host = amplifyHost(context);
  const argv = commandLine(context.input ?? {});
  const exitCode = await main(argv, host, loadEngine);
  if (host.failure) throw host.failure;
  if (exitCode !== 0) process.exitCode = exitCode;
}

/**
 * The command line as the user typed it. The CLI's own reading of it loses things: a flag without a value swallows the
 * word behind it, and `--flag=value` stays one name.
 * @param {NonNullable<AmplifyContext['input']>} input
 * @returns {string[]}
 */
function commandLine(input) {
  const { argv, plugin } = input;
  if (Array.isArray(argv) && plugin && argv[WORDS_BEFORE_STEP - 1] === plugin) return argv.slice(WORDS_BEFORE_STEP);
  return fromOptions(input);
}

/**
 * Without a command line (a program called the CLI): what the CLI made of it.
 * @param {NonNullable<AmplifyContext['input']>} input
 */
function fromOptions({ command, subCommands = [], options = {} }) {
  const step = subCommands.find((word) => knownStep(word));
  const words =
    command === 'help' ? ['help', ...(step ? [step] : [])] : [...(command ? [command] : []), ...subCommands];
  for (const [name, value] of Object.entries(options ?? {})) {
    if (value === false || value === undefined || value === null) continue;
    const takesValue = FLAGS.some((flag) => flag.name === name && flag.value);
    if (value === true) words.push(`--${name}`);
    else if (takesValue) words.push(`--${name}=${value}`);
    else words.push(`--${name}`, String(value));
  }
  return words;
}

/**
 * Events of the CLI (PreInit, PostPush, ...): none concerns us.
 * @param {AmplifyContext} _context
 * @param {object} _args
 */
async function handleAmplifyEvent(_context, _args) {}

module.exports = { executeAmplifyCommand, handleAmplifyEvent };
