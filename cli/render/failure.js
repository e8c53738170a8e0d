'use strict';

const { printable } = require('./printable.js');

/**
 * Why a step failed, and the way out.
 * @param {import('../error.js').MigrationError} error
 * @param {import('picocolors/types').Colors} style
 */
function renderFailure(error, style) {
  const lines = [style.red(`✘ ${printable(error.message)} (${error.code})`), ...resolutionLines(error)];
  for (const later of error.suppressed) {
    lines.push(style.red(`  While handling it: ${printable(later.message)} (${later.code})`));
    lines.push(...resolutionLines(later).map((line) => `  ${line}`));
  }
  return lines.join('\n');
}

/** @param {import('../error.js').MigrationError} error */
function resolutionLines({ resolution, link }) {
  const lines = printable(resolution)
    .split('\n')
    .map((line) => `  → ${line}`);
  return link ? [...lines, `  ${printable(link)}`] : lines;
}

module.exports = { renderFailure };
