'use strict';

const { printable } = require('./printable.js');
const { table } = require('./table.js');

const MARKS = { passed: '✔ Passed', failed: '✘ Failed', 'not-checked': '? Not checked' };

/**
 * What failed or was not checked, in full, and the summary of all.
 * @param {import('../../index.js').ValidationReport} report
 * @param {import('../host/host.js').Host} host
 */
function renderValidations({ validations }, { style, width }) {
  const colors = { passed: style.green, failed: style.red, 'not-checked': style.yellow };
  const lines = [];
  for (const { name, status, report, resolution } of validations) {
    if (status === 'passed' || !(report || resolution)) continue;
    lines.push(colors[status](style.bold(`${status === 'failed' ? 'Failed' : 'Not checked'}: ${name}`)));
    if (report)
      lines.push(
        ...printable(report)
          .split('\n')
          .map((line) => `  ${line}`),
      );
    if (resolution) lines.push(`  → ${printable(resolution)}`);
    lines.push('');
  }
  const paint = (/** @type {string} */ text, /** @type {number} */ column) => {
    const status = /** @type {keyof typeof MARKS | undefined} */ (
      Object.keys(MARKS).find((key) => MARKS[/** @type {keyof typeof MARKS} */ (key)] === text)
    );
    return column === 1 && status ? colors[status](text) : text;
  };
  lines.push(style.bold('Validations Summary'), '');
  lines.push(
    table(
      ['Validation', 'Status'],
      validations.map(({ name, status }) => [name, MARKS[status]]),
      width,
      paint,
    ),
  );
  return lines.join('\n');
}

module.exports = { renderValidations };
