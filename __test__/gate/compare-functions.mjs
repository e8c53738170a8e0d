/**
 * Compares how functions run: runtime, limits, environment, layers, network, and what people added to the templates of
 * functions, tables, buckets and streams. Permissions are compared elsewhere.
 */
import { withAllowance } from './allowance.mjs';
import { ALLOWED_FUNCTION_DIFFERENCES } from './allowed-function-differences.mjs';
import { differences } from './differences.mjs';
import { nameResources, resourceNames } from './resource-names.mjs';

/**
 * @typedef {object} FunctionDifference
 * @property {string} name of the function
 * @property {string} path of the property
 * @property {unknown} gen1
 * @property {unknown} gen2
 * @property {{id: string, reason: string}} [allowed]
 *
 * @typedef {object} FunctionComparison
 * @property {boolean} ok
 * @property {string[]} compared
 * @property {FunctionDifference[]} differences
 */

/** The bundle has another place and entry, the role is compared by what it may do, the name by the pairing. */
const COMPARED_ELSEWHERE = new Set(['Code', 'Handler', 'Role', 'FunctionName', 'Tags', 'Description']);

/**
 * @param {import('./pairing.mjs').Pairing} pairing
 * @param {import('./evaluate.mjs').EvaluatedTree} gen1
 * @param {import('./evaluate.mjs').EvaluatedTree} gen2
 * @param {{environment: string, branch: string}} names
 * @returns {FunctionComparison}
 */
export function compareFunctions(pairing, gen1, gen2, names) {
  const [names1, names2] = [resourceNames(gen1), resourceNames(gen2)];
  const pairs = pairing.pairs.filter((pair) => ['function', 'added'].includes(pair.kind));
  const restApiNames = new Map(
    pairing.pairs
      .filter((pair) => pair.kind === 'restApi')
      .map((pair) => [
        String(pair.gen1.properties.Name ?? pair.gen1.properties.Body?.info?.title),
        pair.gen2.properties.Name,
      ]),
  );
  const found = pairs.flatMap(({ name, gen1: one, gen2: other }) =>
    differences(
      pairing.translate(nameResources(relevant(one), [names1])),
      nameResources(relevant(other), [names2, names1]),
    ).map((difference) =>
      withAllowance({ name, ...difference }, ALLOWED_FUNCTION_DIFFERENCES, { names, restApiNames }),
    ),
  );
  return { ok: found.every((one) => one.allowed), compared: pairs.map((pair) => pair.name), differences: found };
}

function relevant({ properties }) {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !COMPARED_ELSEWHERE.has(name)));
}
