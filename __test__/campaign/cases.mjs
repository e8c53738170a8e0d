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
 * @typedef {object} Calls mutating calls of an undisturbed run
 * @property {number} changes calls that change what is deployed; the same number in every run
 * @property {number} copies writes of the journal's copy: how many is a matter of time, as one write takes along whatever
 *   there is to record
 *
 * @typedef {Record<Direction, Calls>} Size of a scenario
 */

/** Most runs that something happens to in a random case, and most faults in one of them. */
const LONGEST_CASE = 3;
const MOST_FAULTS = 3;
/** Reads come about seven times as often as changes. */
const READS_PER_CHANGE = 7;

/**
 * Every mutating call x every kind of fault, the writes of the journal's copy counted on their own. Whether the last run goes on or takes back alternates, and the seed says with
 * which it begins.
 * @param {Size} size
 * @param {number} seed
 * @returns {Case[]}
 */
export function singleFaultCases(size, seed) {
  return [...everyCall(size, 'changes'), ...everyCall(size, 'copies')].flatMap(({ direction, from, index, on }) =>
    FAULT_KINDS.map((kind, position) => {
      const goesOn = (index + position + seed) % 2 === 0;
      const call = on === 'copies' ? `copy-${index}` : index;
      return {
        id: `${direction}/${call}/${kind}/${goesOn ? 'resume' : 'undo'}`,
        group: /** @type {const} */ ('single'),
        from,
        attempts: [{ direction, faults: [{ kind, index, on }] }],
        last: goesOn ? direction : opposite(direction),
      };
    }),
  );
}

/**
 * Somebody else before any call that changes what is deployed.
 * @param {Size} size
 * @param {number} seed
 * @param {readonly import('./third-party.mjs').ThirdPartyKind[]} [kinds]
 * @returns {Case[]}
 */
export function thirdPartyCases(size, seed, kinds = THIRD_PARTIES) {
  return everyCall(size, 'changes').flatMap(({ direction, from, index }) =>
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
      faults: randomFaults(random, size[direction]),
    });
  }
  return { id: `random/${number}`, group: 'random', from, attempts, last: random.pick(['forward', 'back']) };
}

/** @param {Random} random @param {Calls} calls @returns {PlannedFault[]} */
function randomFaults(random, { changes, copies }) {
  const kinds = random.sample(FAULT_KINDS, random.upTo(MOST_FAULTS));
  const everything = (changes + copies) * (1 + READS_PER_CHANGE);
  return kinds.map((kind) => {
    // A quarter of the faults strikes any call, a sixth the copy of the journal.
    const draw = random.next();
    const on = draw < 0.25 ? 'all' : draw < 0.42 ? 'copies' : 'changes';
    return {
      kind,
      on,
      index: random.upTo({ all: everything, copies, changes }[on]),
      // The number is drawn in any case, so that a new kind of fault does not change what comes after it.
      ...repeated(random.chance(0.2), random.upTo(4), kind),
    };
  });
}

/** @param {boolean} isRepeated @param {number} times @param {PlannedFault['kind']} kind */
function repeated(isRepeated, times, kind) {
  return isRepeated && times > 1 && !kind.startsWith('killed') ? { times } : {};
}

/** @param {Size} size @param {keyof Calls} on */
function everyCall(size, on) {
  const directions = /** @type {const} */ ([
    ['forward', 'start'],
    ['back', 'done'],
  ]);
  return directions.flatMap(([direction, from]) =>
    Array.from({ length: size[direction][on] }, (_, position) => ({ direction, from, index: position + 1, on })),
  );
}

/** @param {Direction} direction @returns {Direction} */
export function opposite(direction) {
  return direction === 'forward' ? 'back' : 'forward';
}
