/** Quotes the counts of the campaign in the docs, between two marks. */
import fs from 'node:fs';
import path from 'node:path';
import { COUNTS_FILE, ROOT } from './record.mjs';

const BEGIN = '<!-- campaign: written by `npm run campaign -- --write` -->';
const END = '<!-- /campaign -->';

/** Files with a quotation, and what is quoted there. @type {Record<string, (counts: import('./record.mjs').Counts) => string>} */
const QUOTATIONS = { 'README.md': inOneSentence };

/** Puts the counts into every file. */
export function quoteEverywhere() {
  for (const file of Object.keys(QUOTATIONS)) fs.writeFileSync(path.join(ROOT, file), expectedText(file));
}

/** Files whose quotation is not that of the counts. @returns {string[]} */
export function outdatedQuotations() {
  return Object.keys(QUOTATIONS).filter(
    (file) => fs.readFileSync(path.join(ROOT, file), 'utf8') !== expectedText(file),
  );
}

/** The file with the quotation that it should have. @param {string} file */
function expectedText(file) {
  const text = fs.readFileSync(path.join(ROOT, file), 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from)
    throw new Error(`${file} has no place for the counts of the campaign: ${BEGIN} ... ${END}`);
  const counts = JSON.parse(fs.readFileSync(COUNTS_FILE, 'utf8'));
  return `${text.slice(0, from)}${BEGIN}\n${QUOTATIONS[file](counts)}\n${text.slice(to)}`;
}

/** @param {import('./record.mjs').Counts} counts */
function inOneSentence({ scenarios, total, seed }) {
  const number = (/** @type {number} */ value) => value.toLocaleString('en-US');
  const apps = new Set(Object.keys(scenarios).map((name) => name.split('/')[0]));
  return [
    `The campaign (seed ${seed}) ran **${number(total.cases)} cases** on ${apps.size} sample apps: ${number(total.single)} with one fault at one call,`,
    `${number(total.thirdParty)} with a third party between two calls, ${number(total.random)} random combinations; ${number(total.runs)} runs of the tool, of them`,
    `${number(total.resumes)} resumes and ${number(total.rollbacks)} rollbacks. Ledger violations: **${number(total.violations)}**; cases that did not end as they must: **${number(total.failed)}**.`,
  ].join('\n');
}
