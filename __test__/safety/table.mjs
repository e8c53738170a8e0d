/**
 * The safety table: `node __test__/safety/table.mjs` writes `docs/safety.md` from the rows and from what
 * `npm run safety:prove` saw, and lists what is not tested.
 */
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { placesOf } from '../mutation/changed-copy.mjs';
import { cell, changeText } from '../mutation/markdown.mjs';
import { problemsOfTest } from '../mutation/named-test.mjs';
import { digest, readProofs, writeProofs } from '../mutation/proofs.mjs';
import { allRows, GROUPS, LAST_HAZARD, numberOf } from './row.mjs';

export const TABLE = fileURLToPath(new URL('../../docs/safety.md', import.meta.url));

/** @typedef {import('./row.mjs').PlacedRow} PlacedRow @typedef {import('../mutation/proofs.mjs').Proof} Proof */

/** What was seen to fail, by file of the rows. @param {PlacedRow[]} rows @returns {Map<string, Record<string, Proof>>} */
export function proofsOf(rows) {
  return new Map([...new Set(rows.map(({ source }) => source))].map((source) => [source, readProofs(fileOf(source))]));
}

/** @param {string} source file of rows @param {Record<string, Proof>} proofs */
export function keepProofs(source, proofs) {
  fs.mkdirSync(new URL('./proofs/', import.meta.url), { recursive: true });
  writeProofs(fileOf(source), proofs);
}

/** @param {string} source */
function fileOf(source) {
  return new URL(`./proofs/${source.replace(/\.mjs$/, '.json')}`, import.meta.url);
}

/** A proof holds as long as neither the test nor the change is another. @param {PlacedRow} row */
export function digestOf({ test, change }) {
  return digest([test, change]);
}

/** What is wrong with the rows themselves. @param {PlacedRow[]} rows @returns {string[]} */
export function problemsOf(rows) {
  const problems = [];
  const keys = rows.map(({ source, key }) => `${source}: ${key}`);
  for (const key of new Set(keys.filter((one, place) => keys.indexOf(one) !== place)))
    problems.push(`${key} is there twice`);
  for (const { id, source, here, test, change, untested, absent } of rows) {
    const place = `${source}: ${id}`;
    if (numberOf(id) < 1 || numberOf(id) > LAST_HAZARD) problems.push(`${place} is no hazard`);
    if (!here) problems.push(`${place} does not say what we do`);
    if ([test, untested, absent].filter(Boolean).length !== 1)
      problems.push(`${place} needs a test, or says why there is none, or what is not there`);
    if (Boolean(test) !== Boolean(change))
      problems.push(`${place} has a test without a change, or a change without one`);
    if (test) problems.push(...problemsOfTest(test).map((problem) => `${place}: ${problem}`));
    if (!change) continue;
    const places = placesOf(change);
    if (places !== 1) problems.push(`${place}: ${change.file} has ${places} places for ${JSON.stringify(change.from)}`);
    if (change.from === change.to) problems.push(`${place}: its change changes nothing`);
    if (!/^(src|cli|templates)\/|^index\.js$/.test(change.file))
      problems.push(`${place}: ${change.file} is not what users run`);
  }
  for (const [id, members] of hazardsOf(rows)) {
    if (members.length === 0) problems.push(`no row for ${id}`);
    else if (!members.some(({ title, elsewhere }) => title && elsewhere)) problems.push(`${id} is not told`);
    if (members.length > 1 && members.some(({ test }) => !test))
      problems.push(`${id} has several rows: the one without a test goes`);
  }
  return problems;
}

/** @param {PlacedRow[]} rows @returns {[string, PlacedRow[]][]} every hazard with its rows */
function hazardsOf(rows) {
  return Array.from({ length: LAST_HAZARD }, (_, index) => {
    const id = `H-${index + 1}`;
    return [id, rows.filter((row) => row.id === id)];
  });
}

/**
 * How far each hazard is shown; a hazard with several tests is as far as the one that is least far.
 * @param {PlacedRow[]} rows
 * @param {Map<string, Record<string, Proof>>} proofs
 */
export function statesOf(rows, proofs) {
  /** @type {Record<'seen' | 'tested' | 'untested' | 'absent', string[]>} */
  const states = { seen: [], tested: [], untested: [], absent: [] };
  for (const [id, members] of hazardsOf(rows)) {
    if (members.some(({ absent }) => absent)) states.absent.push(id);
    else if (members.every(({ test }) => !test)) states.untested.push(id);
    else states[members.every((row) => proofOf(row, proofs)) ? 'seen' : 'tested'].push(id);
  }
  return states;
}

/** @param {PlacedRow} row @param {Map<string, Record<string, Proof>>} proofs */
function proofOf(row, proofs) {
  const proof = proofs.get(row.source)?.[row.key];
  return proof?.digest === digestOf(row) ? proof : undefined;
}

/** @param {PlacedRow[]} rows @param {Map<string, Record<string, Proof>>} proofs */
export function tableOf(rows, proofs) {
  const states = statesOf(rows, proofs);
  const told = (/** @type {string[]} */ ids) => (ids.length === 0 ? 'none' : ids.join(', '));
  const hazards = hazardsOf(rows);
  let first = 0;
  const sections = GROUPS.map(([last, name]) => {
    const section = sectionOf(name, hazards.slice(first, last), proofs);
    first = last;
    return section;
  });
  return `# Safety

How the move of production resources can go wrong, what the official tool does then, what this one does, and how that is
known. Made by \`npm run safety\` from the rows in \`__test__/safety/rows\`: do not edit it by hand.

- **Test** is part of \`npm test\`.
- **Fails when** is a change of the code under which that test was seen to fail (\`npm run safety:prove\`), and what it said.

| ${LAST_HAZARD} hazards | | |
| --- | --- | --- |
| tested, and every test was seen to fail under its change | ${states.seen.length} | |
| tested, and not every test was seen to fail yet | ${states.tested.length} | ${told(states.tested)} |
| not tested | ${states.untested.length} | ${told(states.untested)} |
| of what is not in this version | ${states.absent.length} | ${told(states.absent)} |

${sections.join('\n')}`;
}

/** @param {string} name @param {[string, PlacedRow[]][]} hazards @param {Map<string, Record<string, Proof>>} proofs */
function sectionOf(name, hazards, proofs) {
  const lines = hazards.map(([id, members]) => {
    const first = (/** @type {'title' | 'elsewhere'} */ part) => members.find((row) => row[part])?.[part] ?? '';
    const several = members.length > 1;
    const numbered = (/** @type {(row: PlacedRow) => string} */ text) =>
      members.map((row, place) => (several ? `(${place + 1}) ${text(row)}` : text(row))).join(' ');
    const here = [...new Set(members.map((row) => row.here))].join(' ');
    const cells = [`**${id}** ${first('title')}`, first('elsewhere'), here, numbered(testText)];
    return [...cells, numbered((row) => failsWhen(row, proofs))].map(cell).join(' | ');
  });
  return `## ${name}\n\n| Hazard | Elsewhere | Here | Test | Fails when |\n| --- | --- | --- | --- | --- |\n${lines.map((line) => `| ${line} |\n`).join('')}`;
}

/** @param {PlacedRow} row */
function testText({ test, untested, absent }) {
  if (test) return `\`${test.file}\`: ${test.name}`;
  return untested ? `not tested: ${untested}` : `not in this version: ${absent}`;
}

/** @param {PlacedRow} row @param {Map<string, Record<string, Proof>>} proofs */
function failsWhen(row, proofs) {
  if (!row.change) return '–';
  const proof = proofOf(row, proofs);
  return `${changeText(row.change)}${proof ? `. “${proof.failure}”` : ' (not yet seen to fail)'}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = await allRows();
  const proofs = proofsOf(rows);
  fs.writeFileSync(TABLE, tableOf(rows, proofs));
  const { seen, tested, untested, absent } = statesOf(rows, proofs);
  console.log(`${seen.length} seen to fail; ${tested.length} not yet seen to fail: ${tested.join(', ')}`);
  console.log(`${untested.length} not tested: ${untested.join(', ')}`);
  console.log(`${absent.length} not in this version: ${absent.join(', ')}`);
}
