/** The cases of the campaign: which faults strike which runs, and what comes after them. */
import { FAULT_KINDS } from './faults.mjs';
import { Random } from './random.mjs';
import { THIRD_PARTIES } from './third-party.mjs';

/**
 * @typedef {import('./faults.mjs').PlannedFault} PlannedFault
 * @typedef {'forward'|'back'} Direction the step, or its rollback
 *
 * @typedef {object} Attempt a run of the tool that something happens to
 * @property {Direction} direction
 * @property {PlannedFault[]} faults
 * @property {{ kind: import('./third-party.mjs').ThirdPartyKind, index: number }} [thirdParty] does its work while the
 *   call of this index waits
 *
 * @typedef {object} Case
 * @property {string} id unique among the cases of a scenario and a seed
 * @property {'single'|'random'|'third-party'} group
 * @property {'start'|'done'} from the state that it begins in: before the step, or after it
 * @property {Attempt[]} attempts
 * @property {Direction} last the undisturbed run at the end
 *
 * @typedef {{ forwardCalls: number, backCalls: number }} Size mutating calls of the undisturbed runs of a scenario
 */

/** Most runs that something happens to in a random case, and most faults in one of them. */
const LONGEST_CASE = 3;
const MOST_FAULTS = 3;
/** Reads come about seven times as often as changes. */
const READS_PER_CHANGE = 7;

/**
 * Every mutating call x every kind of fault. Whether the last run goes on or takes back alternates, and the seed says with
 * which it begins.
 * @param {Size} size
 * @param {number} seed
 * @returns {Case[]}
 */
export function singleFaultCases(size, seed) {
  return everyCall(size).flatMap(({ direction, from, index }) =>
    FAULT_KINDS.map((kind, position) => {
      const goesOn = (index + position + seed) % 2 === 0;
      return {
        id: `${direction}/${index}/${kind}/${goesOn ? 'resume' : 'undo'}`,
        group: /** @type {const} */ ('single'),
        from,
        attempts: [{ direction, faults: [{ kind, index }] }],
        last: goesOn ? direction : opposite(direction),
      };
    }),
  );
}

/**
 * Somebody else between any two calls.
 * @param {Size} size
 * @param {number} seed
 * @param {readonly import('./third-party.mjs').ThirdPartyKind[]} [kinds]
 * @returns {Case[]}
 */
export function thirdPartyCases(size, seed, kinds = THIRD_PARTIES) {
  return everyCall(size).flatMap(({ direction, from, index }) =>
    kinds.map((kind, position) => {
      const goesOn = (index + position + seed) % 2 === 0;
      return {
        id: `${direction}/${index}/${kind}/${goesOn ? 'resume' : 'undo'}`,
        group: /** @type {const} */ ('third-party'),
        from,
        attempts: [{ direction, faults: [], thirdParty: { kind, index } }],
        last: goesOn ? direction : opposite(direction),
      };
    }),
  );
}

/**
 * The random case of this number: one to three runs in either direction, each with up to three faults of different kinds, on
 * calls that change and on calls that read, then an undisturbed one.
 * @param {Size} size
 * @param {string} scenario
 * @param {number} seed
 * @param {number} number
 * @returns {Case}
 */
export function randomCase(size, scenario, seed, number) {
  const random = new Random(`${scenario}/${seed}/${number}`);
  const from = random.pick(/** @type {const} */ (['start', 'done']));
  const length = random.upTo(LONGEST_CASE);
  const attempts = [];
  for (let position = 0; position < length; position += 1) {
    const usual = from === 'start' ? 'forward' : 'back';
    const direction = position === 0 || random.chance(0.6) ? usual : opposite(usual);
    attempts.push({
      direction,
      faults: randomFaults(random, direction === 'forward' ? size.forwardCalls : size.backCalls),
    });
  }
  return { id: `random/${number}`, group: 'random', from, attempts, last: random.pick(['forward', 'back']) };
}

/** @param {Random} random @param {number} calls @returns {PlannedFault[]} */
function randomFaults(random, calls) {
  const kinds = random.sample(FAULT_KINDS, random.upTo(MOST_FAULTS));
  return kinds.map((kind) => {
    const reads = random.chance(0.25);
    return {
      kind,
      index: random.upTo(reads ? calls * READS_PER_CHANGE : calls),
      // The number is drawn in any case, so that a new kind of fault does not change what comes after it.
      ...repeated(random.chance(0.2), random.upTo(4), kind),
      ...(reads ? { reads } : {}),
    };
  });
}

/** @param {boolean} isRepeated @param {number} times @param {PlannedFault['kind']} kind */
function repeated(isRepeated, times, kind) {
  return isRepeated && times > 1 && !kind.startsWith('killed') ? { times } : {};
}

/** @param {Size} size @returns {{ direction: Direction, from: Case['from'], index: number }[]} */
function everyCall({ forwardCalls, backCalls }) {
  const calls = [];
  for (let index = 1; index <= forwardCalls; index += 1) {
    calls.push({ direction: /** @type {const} */ ('forward'), from: /** @type {const} */ ('start'), index });
  }
  for (let index = 1; index <= backCalls; index += 1) {
    calls.push({ direction: /** @type {const} */ ('back'), from: /** @type {const} */ ('done'), index });
  }
  return calls;
}

/** @param {Direction} direction @returns {Direction} */
export function opposite(direction) {
  return direction === 'forward' ? 'back' : 'forward';
}
