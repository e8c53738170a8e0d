/** Random choices that are the same for the same seed on every machine. */

/** Seed of the samples in `npm test`: the same cases in every run, unless `CAMPAIGN_SEED` asks for others. */
export const SAMPLE_SEED = Number(process.env.CAMPAIGN_SEED ?? 1);

/** A stream of random numbers. */
export class Random {
  #state;

  /** @param {string|number} seed any text: the streams of different texts have nothing to do with each other */
  constructor(seed) {
    // FNV-1a spreads the text over 32 bits.
    let hash = 0x811c9dc5;
    for (const character of String(seed))
      hash = Math.imul(hash ^ /** @type {number} */ (character.codePointAt(0)), 0x01000193);
    this.#state = hash >>> 0;
  }

  /** A number from 0 up to 1 (mulberry32). */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let value = this.#state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from 1 to `last`. @param {number} last */
  upTo(last) {
    return 1 + Math.floor(this.next() * last);
  }

  /** @param {number} probability */
  chance(probability) {
    return this.next() < probability;
  }

  /**
   * @template T
   * @param {readonly T[]} list not empty
   * @returns {T}
   */
  pick(list) {
    return list[this.upTo(list.length) - 1];
  }

  /**
   * So many different members, in random order; all of them when there are fewer.
   * @template T
   * @param {readonly T[]} list
   * @param {number} count
   * @returns {T[]}
   */
  sample(list, count) {
    const rest = [...list];
    const chosen = [];
    while (chosen.length < count && rest.length > 0) chosen.push(...rest.splice(this.upTo(rest.length) - 1, 1));
    return chosen;
  }
}
