/**
 * A row of the safety table: a way in which the move of production resources can go wrong, what the official tool does
 * then, what we do, the test that shows it, and the change of our code under which that test fails.
 *
 * Rows lie in `rows/`, one file a subject, each with `export const rows = [...]`. Several rows may have the same id: they
 * become one line with several tests; title and elsewhere are those of the first that has them. What was seen to fail is
 * kept in `proofs/` under the name of the rows' file.
 *
 * - A hazard that no test shows yet has one row with `untested`, which says why; it goes when a row with a test comes.
 * - A hazard of something that this version does not have at all has one row with `absent`, which says so.
 *
 * After a change of rows: `npm run safety`, and `npm run safety:prove -- H-5` to see the tests of a hazard fail.
 *
 * @typedef {object} Row
 * @property {string} id `H-1` to `H-82`
 * @property {string} [title] the hazard in a few words
 * @property {string} [elsewhere] what happens with the official tool
 * @property {string} here what we do
 * @property {import('../mutation/named-test.mjs').NamedTest} [test]
 * @property {import('../mutation/changed-copy.mjs').Change} [change] under which the test fails
 * @property {string} [untested] why no test shows it
 * @property {string} [absent] what of this version it does not touch
 *
 * @typedef {Row & { source: string, key: string }} PlacedRow with the file it is in, and what its proof is called there
 */
import fs from 'node:fs';

/** Hazards are numbered; the numbers are stable, and so are the groups. */
export const LAST_HAZARD = 82;
/** @type {[number, string][]} last number and name of each group */
export const GROUPS = [
  [11, 'A run that ends in the middle'],
  [39, 'Templates and the service'],
  [54, 'Cognito, S3, DynamoDB, and the next deployment of Gen 2'],
  [68, 'How the step is run'],
  [LAST_HAZARD, 'What later versions of the official tool got wrong'],
];

/** Every row, in the order of the files and of the rows in them. @returns {Promise<PlacedRow[]>} */
export async function allRows() {
  const folder = new URL('./rows/', import.meta.url);
  const files = fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.mjs'))
    .sort();
  const modules = await Promise.all(
    files.map(async (name) => ({ name, rows: /** @type {Row[]} */ ((await import(new URL(name, folder).href)).rows) })),
  );
  return modules.flatMap(({ name, rows }) => rows.map((row) => ({ ...row, source: name, key: keyOf(row) })));
}

/** @param {Row} row */
function keyOf({ id, test }) {
  return test ? `${id} ${test.file} ${test.name}` : id;
}

/** @param {string} id @returns {number} 0 when it is none */
export function numberOf(id) {
  return Number(/^H-([1-9]\d?)$/.exec(id)?.[1] ?? 0);
}
