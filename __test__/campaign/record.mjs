/**
 * What the campaign has seen: every result as a line of a file that survives an interruption, and the counts that the docs
 * quote.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const WORK = fileURLToPath(new URL('../.work/campaign/', import.meta.url));
/** The counts, without date: the same campaign makes the same file. */
export const COUNTS_FILE = path.join(ROOT, 'docs/campaign.json');

/**
 * @typedef {import('./course.mjs').CaseResult} CaseResult
 * @typedef {{ scenario: string, prepared: import('./worker.mjs').Prepared }} PreparedLine
 *
 * @typedef {object} Sums
 * @property {number} cases
 * @property {number} single cases with one fault
 * @property {number} thirdParty
 * @property {number} random
 * @property {number} runs of the tool
 * @property {number} resumes
 * @property {number} rollbacks
 * @property {number} stopped runs that ended with a coded error
 * @property {number} violations of the ledger
 * @property {number} failed cases that were not as they must be
 *
 * @typedef {Sums & import('./cases.mjs').Size & { possibleSingle: number, possibleThirdParty: number }} ScenarioSums
 *
 * @typedef {object} Counts
 * @property {string} version
 * @property {number} seed
 * @property {Record<string, ScenarioSums>} scenarios
 * @property {Record<string, number>} faults how often each kind struck
 * @property {Record<string, { ended: number, stopped: number }>} thirdParties by kind: the last run ended, or stopped with a coded error
 * @property {Sums} total
 */

/** The results of one seed and one build of the tool. */
export class Record {
  #file;

  /** @param {number} seed */
  constructor(seed) {
    this.seed = seed;
    fs.mkdirSync(WORK, { recursive: true });
    this.#file = path.join(WORK, `${seed}-${buildOf(ROOT)}.ndjson`);
    /** @type {Map<string, CaseResult>} by scenario and id */
    this.results = new Map();
    /** @type {Map<string, import('./worker.mjs').Prepared>} */
    this.prepared = new Map();
    if (!fs.existsSync(this.#file)) return;
    for (const line of fs.readFileSync(this.#file, 'utf8').split('\n')) {
      if (line.endsWith('}')) this.#take(JSON.parse(line));
    }
  }

  /** @param {string} scenario @returns {string[]} ids of the cases that were as they must be */
  done(scenario) {
    return [...this.results.values()]
      .filter((one) => one.scenario === scenario && one.problems.length === 0)
      .map(({ id }) => id);
  }

  /** @param {CaseResult | PreparedLine} entry */
  add(entry) {
    this.#take(entry);
    fs.appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
  }

  /** @param {CaseResult | PreparedLine} entry */
  #take(entry) {
    if ('prepared' in entry) this.prepared.set(entry.scenario, entry.prepared);
    else this.results.set(`${entry.scenario} ${entry.id}`, entry);
  }

  /** @returns {Counts} */
  counts() {
    const { version } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
    const results = [...this.results.values()];
    /** @type {Counts} */
    const counts = { version, seed: this.seed, scenarios: {}, faults: {}, thirdParties: {}, total: sum(results) };
    for (const scenario of [...new Set(results.map((result) => result.scenario))].sort()) {
      const { size, possible } = this.prepared.get(scenario) ?? {
        size: { forward: { changes: 0, copies: 0 }, back: { changes: 0, copies: 0 } },
        possible: { single: 0, thirdParty: 0 },
      };
      counts.scenarios[scenario] = {
        ...size,
        possibleSingle: possible.single,
        possibleThirdParty: possible.thirdParty,
        ...sum(results.filter((result) => result.scenario === scenario)),
      };
    }
    for (const { group, id, struck, refusal } of results) {
      if (group === 'third-party') {
        const kind = id.split('/')[2];
        const ends = (counts.thirdParties[kind] ??= { ended: 0, stopped: 0 });
        ends[refusal ? 'stopped' : 'ended'] += 1;
      } else {
        for (const kind of struck.map((one) => one.split(' ')[0])) counts.faults[kind] = (counts.faults[kind] ?? 0) + 1;
      }
    }
    counts.faults = sorted(counts.faults);
    counts.thirdParties = sorted(counts.thirdParties);
    return counts;
  }
}

/** @param {CaseResult[]} results @returns {Sums} */
function sum(results) {
  const of = (/** @type {CaseResult['group']} */ group) => results.filter((result) => result.group === group).length;
  const total = (/** @type {'runs'|'resumes'|'rollbacks'|'stopped'|'violations'} */ key) =>
    results.reduce((whole, result) => whole + result[key], 0);
  return {
    cases: results.length,
    single: of('single'),
    thirdParty: of('third-party'),
    random: of('random'),
    runs: total('runs'),
    resumes: total('resumes'),
    rollbacks: total('rollbacks'),
    stopped: total('stopped'),
    violations: total('violations'),
    failed: results.filter(({ problems }) => problems.length > 0).length,
  };
}

/** @template T @param {Record<string, T>} map @returns {Record<string, T>} */
function sorted(map) {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What was tested: the addon and the command line. @param {string} root */
function buildOf(root) {
  const hash = createHash('sha256');
  const files = fs.readdirSync(root).filter((name) => name.endsWith('.node'));
  for (const name of files.sort()) hash.update(name).update(fs.readFileSync(path.join(root, name)));
  for (const name of fs.readdirSync(path.join(root, 'cli'), { recursive: true }).map(String).sort()) {
    if (name.endsWith('.js')) hash.update(name).update(fs.readFileSync(path.join(root, 'cli', name)));
  }
  return hash.digest('hex').slice(0, 12);
}
