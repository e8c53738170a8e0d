'use strict';

const Table = require('cli-table3');
const { printable } = require('./printable.js');

const NARROWEST = 12;
const PADDING = 2;

/**
 * @param {string[]} head
 * @param {string[][]} rows plain text
 * @param {number} [width] columns of the terminal; undefined: as wide as it gets
 * @param {(text: string, column: number) => string} [paint] colours a cell
 */
function table(head, rows, width, paint = (text) => text) {
  const colWidths = width ? fit([head, ...rows], width) : undefined;
  const view = new Table({
    head,
    style: { head: [], border: [], compact: true },
    wordWrap: true,
    ...(colWidths ? { colWidths } : {}),
  });
  for (const row of rows) view.push(row.map((cell, column) => paint(printable(cell), column)));
  return view.toString();
}

/**
 * Widths that make the table fit, taken from the widest columns; undefined when it fits by itself.
 * @param {string[][]} rows
 * @param {number} width
 */
function fit(rows, width) {
  const widths = rows[0].map((_, column) => PADDING + Math.max(...rows.map((row) => longestLine(row[column]))));
  const borders = widths.length + 1;
  const total = () => widths.reduce((sum, column) => sum + column, borders);
  if (total() <= width) return undefined;
  while (total() > width) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest] <= NARROWEST) break;
    widths[widest] -= Math.min(
      total() - width,
      widths[widest] - NARROWEST,
      Math.max(1, widths[widest] - secondWidest(widths)),
    );
  }
  return widths;
}

/** @param {number[]} widths */
function secondWidest(widths) {
  const [widest, second = 0] = [...widths].sort((left, right) => right - left);
  return widest === second ? widest - 1 : second;
}

/** @param {string} text */
function longestLine(text) {
  return Math.max(...text.split('\n').map((line) => line.length));
}

module.exports = { table };
