'use strict';

const { target } = require('./question.js');
const { printable } = require('./printable.js');

/**
 * A reporter that also writes a log: `[<time>] [<step>] [<app>/<environment>] <bullet> <text>`.
 * @param {import('./reporter.js').Reporter} reporter
 * @param {import('../host/host.js').Host} host
 * @param {string | null} step
 * @returns {import('./reporter.js').Reporter}
 */
function withDebugLog(reporter, host, step) {
  let where = '-';
  const log = (/** @type {string} */ bullet, /** @type {string} */ text) =>
    host.log(`[${new Date().toISOString()}] [${step ?? '-'}] [${where}] ${bullet} ${printable(text)}`);
  return {
    ...reporter,
    event(event) {
      log(event.type === 'phase' ? '→' : '·', JSON.stringify(event));
      reporter.event(event);
    },
    opened(migration) {
      where = target(migration);
      const { projectDir, appId, region, rootStack } = migration;
      log('•', `opened ${JSON.stringify({ projectDir, appId, region, rootStack })}`);
      reporter.opened(migration);
    },
    result(result) {
      if (result.error) log('•', describe(result.error));
      log('•', `${result.status}, exit code ${result.exitCode}`);
      return reporter.result(result);
    },
  };
}

/**
 * @param {Error & { details?: object, suppressed?: Error[] }} error
 * @returns {string} with details, stack and everything that lies behind it
 */
function describe(error) {
  const parts = [`${error.stack ?? error.message} ${JSON.stringify(error.details ?? {})}`];
  if (error.cause instanceof Error) parts.push(`caused by ${describe(error.cause)}`);
  for (const later of error.suppressed ?? []) parts.push(`suppressed ${describe(later)}`);
  return parts.join('\n');
}

module.exports = { withDebugLog };
