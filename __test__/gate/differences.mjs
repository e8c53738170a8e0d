/** Differences of two evaluated values, path by path. */

/**
 * @typedef {object} ValueDifference
 * @property {string} path such as `Policies.PasswordPolicy.MinimumLength`
 * @property {unknown} gen1 undefined when only Gen 2 has it
 * @property {unknown} gen2 undefined when only Gen 1 has it
 */

/** The order of keys in a key schema means something; the order of no other list of the moved types does. */
const ORDERED = new Set(['KeySchema']);

/**
 * Scalars are equal when their texts are (templates write `"true"` for true); lists are compared as sets and empty ones
 * count as absent.
 * @param {unknown} gen1
 * @param {unknown} gen2
 * @returns {ValueDifference[]}
 */
export function differences(gen1, gen2) {
  return compare('', normalised(gen1), normalised(gen2));
}

/** @returns {string} equal for values that mean the same */
export function canonical(value) {
  return JSON.stringify(normalised(value)) ?? '';
}

function compare(path, left, right) {
  const below = (key) => (path ? `${path}.${key}` : key);
  if (JSON.stringify(left) === JSON.stringify(right)) return [];
  if (isObject(left) && isObject(right)) {
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
    return keys.flatMap((key) => compare(below(key), left[key], right[key]));
  }
  // one side without the object: its leaves say more than the whole
  if (isObject(left) && right === undefined)
    return Object.keys(left).flatMap((key) => compare(below(key), left[key], undefined));
  if (isObject(right) && left === undefined)
    return Object.keys(right).flatMap((key) => compare(below(key), undefined, right[key]));
  return [{ path, gen1: left, gen2: right }];
}

function isObject(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function normalised(value, key = '') {
  if (Array.isArray(value)) {
    const list = value.map((one) => normalised(one)).filter((one) => one !== undefined);
    if (list.length === 0) return undefined;
    return ORDERED.has(key)
      ? list
      : [...new Map(list.map((one) => [JSON.stringify(one), one])).entries()]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([, one]) => one);
  }
  if (isObject(value)) {
    const entries = Object.keys(value)
      .sort()
      .map((name) => [name, normalised(value[name], name)])
      .filter(([, one]) => one !== undefined);
    return entries.length ? Object.fromEntries(entries) : undefined;
  }
  return value === null || value === undefined || value === '' ? undefined : String(value);
}
