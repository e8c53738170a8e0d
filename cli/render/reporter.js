'use strict';

/**
 * What a run tells, as text for people or as JSON lines for programs.
 *
 * @typedef {import('../../index.js').MigrationEvent} MigrationEvent
 * @typedef {import('../../index.js').Migration} Migration
 * @typedef {import('../../index.js').Plan} Plan
 * @typedef {import('../run.js').Result} Result
 *
 * @typedef {object} Reporter
 * @property {(event: MigrationEvent) => void} event
 * @property {(migration: Migration) => void} opened
 * @property {(policy: object) => void} iamPolicy
 * @property {(assessment: import('../../index.js').Assessment) => void} assessment
 * @property {(directory: string, files: string[]) => void} operationsWritten
 * @property {(report: import('../../index.js').ValidationReport, skipped: boolean) => void} validations
 * @property {(migration: Migration, plan: Plan) => void} plan
 * @property {(migration: Migration, plan: Plan) => string} question
 * @property {(report: import('../../index.js').ExecutionReport, plan: Plan) => void} executed
 * @property {(executing: boolean) => void} stopping
 * @property {(result: Result) => number} result returns the exit code
 */

/**
 * @param {{ json?: boolean, debug?: boolean }} flags
 * @param {import('../host/host.js').Host} host
 * @param {string | null} [step]
 * @returns {Reporter}
 */
function createReporter({ json = false, debug = false }, host, step = null) {
  const reporter = json ? require('./json.js').jsonReporter(host) : require('./text.js').textReporter(host);
  return debug ? require('./debug.js').withDebugLog(reporter, host, step) : reporter;
}

module.exports = { createReporter };
