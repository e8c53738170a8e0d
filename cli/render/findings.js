'use strict';

const { printable } = require('./printable.js');

const ORDER = /** @type {const} */ (['blocker', 'manual', 'warning', 'info']);
const TITLES = { blocker: 'Blockers', manual: 'To be done by you', warning: 'Warnings', info: 'Good to know' };

/**
 * Findings, the weightiest first.
 * @param {import('../../index.js').Finding[]} findings
 * @param {import('picocolors/types').Colors} style
 */
function renderFindings(findings, style) {
  const colors = { blocker: style.red, manual: style.yellow, warning: style.yellow, info: style.cyan };
  const lines = [];
  for (const severity of ORDER) {
    const some = findings.filter((finding) => finding.severity === severity);
    if (some.length === 0) continue;
    if (lines.length > 0) lines.push('');
    lines.push(colors[severity](style.bold(`${TITLES[severity]} (${some.length})`)));
    for (const { id, message, path, line, remedy } of some) {
      lines.push(`  • ${indented(message)} ${style.dim(`[${id}]`)}`);
      if (path) lines.push(style.dim(`    ${printable(path)}${line ? `:${line}` : ''}`));
      if (remedy) lines.push(`    → ${indented(remedy)}`);
    }
  }
  return lines.join('\n');
}

/** @param {string} text */
function indented(text) {
  return printable(text).replaceAll('\n', '\n      ');
}

module.exports = { renderFindings };
