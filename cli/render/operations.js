'use strict';

const { printable } = require('./printable.js');
const { table } = require('./table.js');

/**
 * The operations of a plan, by what they belong to, each with the resources that it moves.
 * @param {import('../../index.js').Operation[]} operations
 * @param {import('../host/host.js').Host} host
 */
function renderOperations(operations, { style, width }) {
  const lines = [style.bold('Operations Summary')];
  if (operations.length === 0) lines.push('', 'Nothing to do.');
  for (const [group, members] of byGroup(operations)) {
    lines.push('', style.bold(printable(group === 'Project' ? group : `Resource: ${group}`)), '');
    members.forEach(({ description, moves }, index) => {
      lines.push(`${index + 1}. ${printable(description)}`);
      if (moves.length > 0) lines.push(indent(renderMoves(moves, width && width - 3)));
    });
  }
  return lines.join('\n');
}

/** @param {import('../../index.js').Operation[]} operations */
function byGroup(operations) {
  /** @type {Map<string, import('../../index.js').Operation[]>} */
  const groups = new Map();
  for (const operation of operations) groups.set(operation.group, [...(groups.get(operation.group) ?? []), operation]);
  return groups;
}

/**
 * @param {import('../../index.js').ResourceMove[]} moves
 * @param {number} [width]
 */
function renderMoves(moves, width) {
  return table(
    ['Type', 'Source Logical ID', 'Target Logical ID', 'Physical ID'],
    moves.map(({ resourceType, sourceLogicalId, targetLogicalId, physicalId }) => [
      resourceType,
      sourceLogicalId,
      targetLogicalId,
      physicalId,
    ]),
    width,
  );
}

/** @param {string} text */
function indent(text) {
  return text.replace(/^/gm, '   ');
}

/**
 * @param {string[]} implications
 * @param {import('picocolors/types').Colors} style
 */
function renderImplications(implications, style) {
  return [style.bold('Implications'), '', ...implications.map((text) => `• ${printable(text)}`)].join('\n');
}

module.exports = { renderOperations, renderImplications };
