'use strict';

const { question } = require('./question.js');

/**
 * One JSON object per line: every event, and the result as the last one (see `cli/result.schema.json`).
 * @param {import('../host/host.js').Host} host
 * @returns {import('./reporter.js').Reporter}
 */
function jsonReporter(host) {
  const print = (/** @type {object} */ line) => host.printData(JSON.stringify(line));
  return {
    event: print,
    opened() {},
    iamPolicy: (policy) => print({ type: 'iam-policy', policy }),
    assessment() {},
    operationsWritten() {},
    validations(report, skipped) {
      // Validations that ran have been reported as events, one by one; those that cannot be skipped have not.
      if (skipped) for (const validation of report.validations) print({ type: 'validated', validation });
    },
    plan() {},
    question: (migration, plan) => question(migration, plan),
    executed() {},
    stopping(executing) {
      print({ type: 'warning', code: 'STOPPING', message: stoppingMessage(executing) });
    },
    result(result) {
      print(resultLine(result));
      return result.exitCode;
    },
  };
}

/** @param {boolean} executing */
function stoppingMessage(executing) {
  return executing
    ? 'Stopping after the running operation. Interrupt again to leave at once.'
    : 'Stopping as soon as the running calls have ended; nothing has been changed. Interrupt again to leave at once.';
}

/** @param {import('../run.js').Result} result */
function resultLine({ step, status, exitCode, error, assessment, operations, findings, nextDeployment, files }) {
  return {
    type: 'result',
    step,
    status,
    exitCode,
    ...(error ? { error: plainError(error) } : {}),
    ...(assessment ? { assessment: plainAssessment(assessment) } : {}),
    ...(operations ? { operations } : {}),
    ...(findings ? { findings } : {}),
    ...(nextDeployment ? { nextDeployment } : {}),
    ...(files ? { files } : {}),
  };
}

/**
 * @param {import('../error.js').MigrationError} error
 * @returns {object}
 */
function plainError({ code, message, resolution, details, link, suppressed }) {
  return {
    code,
    message,
    resolution,
    details,
    ...(link ? { link } : {}),
    ...(suppressed.length > 0 ? { suppressed: suppressed.map(plainError) } : {}),
  };
}

/** @param {import('../../index.js').Assessment} assessment */
function plainAssessment({ resources, features, findings }) {
  return { resources, features, findings };
}

module.exports = { jsonReporter, stoppingMessage };
