'use strict';

const { parse } = require('./arguments.js');
const { asMigrationError } = require('./error.js');

/**
 * Runs a command line on a host, from reading it to printing its result.
 * @param {string[]} argv without the program
 * @param {import('./host/host.js').Host} host
 * @param {() => Engine} [loadEngine] called when a step needs it
 * @returns {Promise<number>} exit code
 *
 * @typedef {Pick<typeof import('../index.js'), 'Migration' | 'requiredIamPolicy'>} Engine
 */
async function main(argv, host, loadEngine = () => require('../index.js')) {
  let invocation;
  try {
    invocation = parse(argv);
  } catch (failure) {
    return refuse(asMigrationError(failure), argv, host);
  }
  switch (invocation.kind) {
    case 'help':
      host.print(require('./help.js').help(host.command, invocation.step));
      return 0;
    case 'version':
      host.print(require('../package.json').version);
      return 0;
    case 'step':
      if (!invocation.flags.json) host.announce();
      return require('./run.js').run(invocation, host, loadEngine);
  }
}

/**
 * @param {import('./error.js').MigrationError} error
 * @param {string[]} argv
 * @param {import('./host/host.js').Host} host
 */
function refuse(error, argv, host) {
  const { createReporter } = require('./render/reporter.js');
  const { knownStep } = require('./arguments.js');
  const step = knownStep(argv.find((word) => !word.startsWith('-'))) ?? null;
  const reporter = createReporter({ json: argv.includes('--json') }, host);
  return reporter.result({ step, status: 'failed', exitCode: 2, error });
}

module.exports = { main };
