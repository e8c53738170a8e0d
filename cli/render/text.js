'use strict';

const { renderAssessment } = require('./assessment.js');
const { renderFailure } = require('./failure.js');
const { renderFindings } = require('./findings.js');
const { stoppingMessage } = require('./json.js');
const { renderNextDeployment } = require('./next-deployment.js');
const { renderImplications, renderOperations } = require('./operations.js');
const { printable } = require('./printable.js');
const { createProgress } = require('./progress.js');
const { question, target } = require('./question.js');
const { renderValidations } = require('./validations.js');

/**
 * A run as text for people.
 * @param {import('../host/host.js').Host} host
 * @returns {import('./reporter.js').Reporter}
 */
function textReporter(host) {
  const { style } = host;
  const progress = createProgress(host);
  const print = (/** @type {string} */ text) => {
    progress.pause();
    host.print(text);
  };
  /** The engine names commands as users of the Amplify CLI type them. */
  const forHost = (/** @type {string} */ text) => text.replaceAll('amplify gen2-migration', host.command);
  const printFindings = (/** @type {import('../../index.js').Finding[]} */ findings) => {
    if (findings.length > 0) print(`\n${renderFindings(findings, style)}`);
  };
  return {
    event: (event) => progress.event(event),
    opened() {},
    iamPolicy: (policy) => host.printData(JSON.stringify(policy, null, 2)),
    assessment(assessment) {
      print(renderAssessment(assessment, host));
      printFindings(assessment.findings);
    },
    operationsWritten(directory, files) {
      print(`${files.length} files of the planned operations were written to ${printable(directory)}.`);
    },
    validations(report, skipped) {
      progress.pause();
      if (skipped) host.printWarning('The validations of the step are skipped.');
      if (report.validations.length > 0) print(`\n${renderValidations(report, host)}`);
    },
    plan(migration, plan) {
      const verb = plan.rollback ? 'roll back' : 'execute';
      print(
        `\n${style.yellow(`You are about to ${verb} '${plan.step}' on environment '${printable(target(migration))}'.`)}`,
      );
      print(`\n${renderOperations(plan.operations, host)}`);
      const changes = plan.nextDeployment ?? [];
      if (changes.length > 0) print(`\n${renderNextDeployment(changes, host)}`);
      if (plan.implications.length > 0) print(`\n${renderImplications(plan.implications, style)}`);
      printFindings(plan.findings);
    },
    question(migration, plan) {
      progress.pause();
      return `\n${printable(question(migration, plan))}`;
    },
    executed(report, plan) {
      const verb = plan.rollback ? 'Rolled back' : 'Done';
      const files = report.files.length > 0 ? `, ${count(report.files.length, 'file')} written` : '';
      print(`\n${style.green(`✔ ${verb}: ${plan.step}`)} (${count(report.executed.length, 'operation')}${files})`);
      if (report.nextSteps.length > 0) {
        print(
          ['', style.bold('Next'), '', ...report.nextSteps.map((text) => `• ${printable(forHost(text))}`)].join('\n'),
        );
      }
    },
    stopping(executing) {
      progress.pause();
      host.printWarning(stoppingMessage(executing));
    },
    result({ status, exitCode, error }) {
      progress.pause();
      if (status === 'declined') host.print('Declined. Nothing was changed.');
      if (error) host.fail(error, forHost(renderFailure(error, style)));
      return exitCode;
    },
  };
}

/**
 * @param {number} number
 * @param {string} noun
 */
function count(number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

module.exports = { textReporter };
