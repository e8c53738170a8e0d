/**
 * Tokens stand inside evaluated strings for values that exist only after a deployment: `⟦<stack path>/<logical id>⟧` for
 * what `Ref` gives and `⟦<stack path>/<logical id>.<attribute>⟧` for an attribute.
 */

const TOKEN = /⟦([^⟦⟧]*)⟧/g;

/**
 * @param {string} place `<stack path>/<logical id>`
 * @param {string} [attribute] absent for `Ref`
 */
export function token(place, attribute) {
  return attribute ? `⟦${place}.${attribute}⟧` : `⟦${place}⟧`;
}

/** @param {unknown} value */
export function hasToken(value) {
  return typeof value === 'string'
    ? value.includes('⟦')
    : value !== null && typeof value === 'object' && JSON.stringify(value).includes('⟦');
}

/**
 * The place and attribute of a string that is one token and nothing else.
 * @param {unknown} value
 * @returns {{place: string, attribute?: string}|undefined}
 */
export function asToken(value) {
  if (typeof value !== 'string') return undefined;
  const inner = /^⟦([^⟦⟧]*)⟧$/.exec(value)?.[1];
  if (inner === undefined) return undefined;
  const slash = inner.lastIndexOf('/');
  const dot = inner.indexOf('.', slash + 1);
  return dot < 0 ? { place: inner } : { place: inner.slice(0, dot), attribute: inner.slice(dot + 1) };
}

/**
 * The value with every token replaced.
 * @template T
 * @param {T} value
 * @param {(token: string) => string} replacement gets the whole token
 * @returns {T}
 */
export function replaceTokens(value, replacement) {
  return mapStrings(value, (text) => (text.includes('⟦') ? text.replace(TOKEN, (whole) => replacement(whole)) : text));
}

/**
 * The value with every string in it, keys included, passed through a function.
 * @param {any} value
 * @param {(text: string) => string} change
 * @returns {any}
 */
export function mapStrings(value, change) {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapStrings(one, change));
  if (value && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [change(key), mapStrings(one, change)]));
  return value;
}

/** Splits at a separator that is not inside a token. */
export function splitOutsideTokens(text, separator) {
  const tokens = [];
  const masked = text.replace(TOKEN, (whole) => `\u0000${tokens.push(whole) - 1}\u0001`);
  return masked.split(separator).map((part) => part.replace(/\u0000(\d+)\u0001/g, (_, index) => tokens[Number(index)]));
}

/**
 * What the tokens of an evaluated string must stand for, so that it is the given literal.
 * @param {string} evaluated
 * @param {string} literal
 * @returns {Map<string, string>|undefined} undefined when no values of the tokens make them equal
 */
export function solveTokens(evaluated, literal) {
  const names = [];
  const pattern = evaluated
    .split(/(⟦[^⟦⟧]*⟧)/)
    .map((part) => {
      if (!part.startsWith('⟦')) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      const seen = names.indexOf(part);
      if (seen >= 0) return `\\${seen + 1}`;
      names.push(part);
      return '(.+?)';
    })
    .join('');
  const match = new RegExp(`^${pattern}$`, 's').exec(literal);
  return match ? new Map(names.map((name, index) => [name, match[index + 1]])) : undefined;
}
