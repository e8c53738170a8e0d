/**
 * The coverage table: `node __test__/coverage/table.mjs` writes `docs/coverage.md` from the rows and from what
 * `npm run coverage:prove` saw.
 */
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { placesOf } from '../mutation/changed-copy.mjs';
import { cell, changeText } from '../mutation/markdown.mjs';
import { problemsOfTest } from '../mutation/named-test.mjs';
import { digest, readProofs as read, writeProofs as write } from '../mutation/proofs.mjs';
import { allRows } from './row.mjs';

export const TABLE = fileURLToPath(new URL('../../docs/coverage.md', import.meta.url));
const PROOFS = fileURLToPath(new URL('./proofs.json', import.meta.url));
const ROOT = new URL('../../', import.meta.url);

/** @typedef {import('../mutation/proofs.mjs').Proof} Proof */

/** @returns {Record<string, Proof>} by id of the row */
export const readProofs = () => read(PROOFS);

/** @param {Record<string, Proof>} proofs */
export const writeProofs = (proofs) => write(PROOFS, proofs);

/** A proof holds as long as neither the check nor the change is another. @param {import('./row.mjs').Row} row */
export function digestOf({ app, check, test, change }) {
  return digest([app, check?.toString().replace(/\s+/g, ' '), test, change]);
}

/**
 * What is wrong with the rows themselves.
 * @param {import('./row.mjs').Row[]} rows
 * @param {string[]} page rows of the feature page
 */
export function problemsOf(rows, page) {
  const problems = [];
  const ids = rows.map(({ id }) => id);
  for (const id of ids.filter((one, position) => ids.indexOf(one) !== position)) problems.push(`${id} is there twice`);
  for (const name of page.filter((one) => !rows.some((row) => row.page === one))) problems.push(`no row for ${name}`);
  const tables = new Set(page.map((one) => one.split(':')[0]));
  for (const { id, page: name, app, check, test, change } of rows) {
    if (tables.has(name.split(':')[0]) && !page.includes(name)) problems.push(`${id}: the feature page has no ${name}`);
    if (Boolean(app && check) === Boolean(test)) problems.push(`${id} has neither an app with a check nor a test`);
    if (test) problems.push(...problemsOfTest(test).map((problem) => `${id}: ${problem}`));
    const places = placesOf(change);
    if (places !== 1) problems.push(`${id}: ${change.file} has ${places} places for ${JSON.stringify(change.from)}`);
    if (change.from === change.to) problems.push(`${id}: its change changes nothing`);
  }
  return problems;
}

/**
 * @param {import('./row.mjs').Row[]} rows
 * @param {Record<string, Proof>} proofs
 */
export function tableOf(rows, proofs) {
  const groups = new Map();
  for (const row of rows) {
    const [group] = row.page.split(/: | \d/);
    groups.set(group, [...(groups.get(group) ?? []), row]);
  }
  const sections = [...groups].map(([group, members]) => section(group, members, proofs));
  return `# Coverage

What of Gen 1 becomes what in Gen 2, and how it is known. Made by \`npm run coverage\` from the rows in
\`__test__/coverage/rows\`: do not edit it by hand.

- **Checked on** names the sample app whose deployed Gen 1 stacks and generated, synthesised Gen 2 backend the row's check
  compares in \`npm test\`, or the test that does it.
- **Fails when** is a change of the code under which that check was seen to fail (\`npm run coverage:prove\`), and what it said.

${sections.join('\n')}`;
}

function section(group, rows, proofs) {
  const title = { Defect: 'Defects of the official tool that must not be ours', Issue: 'Further' }[group] ?? group;
  const lines = rows.map((row) =>
    [
      row.page.startsWith('Defect') ? row.page : row.page.slice(group.length + 2),
      row.gen2,
      row.test ? `\`${row.test.file}\`: ${row.test.name}` : `\`${row.app}\`: ${row.id}`,
      failsWhen(row, proofs[row.id]),
    ]
      .map(cell)
      .join(' | '),
  );
  return `## ${title}\n\n| Gen 1 | Gen 2 | Checked on | Fails when |\n| --- | --- | --- | --- |\n${lines.map((line) => `| ${line} |\n`).join('')}`;
}

function failsWhen(row, proof) {
  const change = changeText(row.change);
  return proof?.digest === digestOf(row) ? `${change}. “${proof.failure}”` : `${change} (not yet seen to fail)`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  fs.mkdirSync(new URL('docs/', ROOT), { recursive: true });
  fs.writeFileSync(TABLE, tableOf(await allRows(), readProofs()));
}
