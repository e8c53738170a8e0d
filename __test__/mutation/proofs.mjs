/** What was seen to fail, in a file that lies beside the rows. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';

/**
 * @typedef {object} Proof that a row's check fails under its change
 * @property {string} digest of the check and the change that were run
 * @property {string} failure first line of what the check said
 */

/** @param {string | URL} file @returns {Record<string, Proof>} by the key of the row */
export function readProofs(file) {
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
}

/** @param {string | URL} file @param {Record<string, Proof>} proofs */
export function writeProofs(file, proofs) {
  const sorted = Object.fromEntries(Object.entries(proofs).sort(([one], [other]) => (one < other ? -1 : 1)));
  fs.writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);
}

/** A proof holds as long as what it was made from stays the same. @param {unknown} meaning */
export function digest(meaning) {
  return createHash('sha256').update(JSON.stringify(meaning)).digest('hex').slice(0, 16);
}
