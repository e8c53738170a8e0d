/**
 * A row of the coverage table: what Gen 1 has, what it becomes, the check on a sample app that shows it, and the change of
 * our code under which that check fails.
 *
 * @typedef {object} Found
 * @property {string} logicalId
 * @property {string} stack path of logical ids from the root
 * @property {any} properties evaluated
 * @property {any} resource as the template has it
 *
 * @typedef {object} Stacks the resources of a tree of stacks
 * @property {(type: string) => Found[]} all
 * @property {(type: string) => Found} only the one resource of the type; fails when there is none or there are several
 * @property {(type: string, predicate: (found: Found) => boolean) => Found} find the one that the predicate holds for
 *
 * @typedef {object} Subject what a check looks at
 * @property {Stacks} gen1 what is deployed of the Gen 1 app
 * @property {Stacks} gen2 the generated backend, synthesised as it is deployed first
 * @property {Stacks} after the same with `postRefactor()`
 * @property {Record<string, string>} files text of the generated files by path, such as `amplify/auth/resource.ts`
 * @property {any} result last line of `generate --json`
 * @property {any} report `migration-report.json`
 *
 * @typedef {object} Row
 * @property {string} id unique, kebab-case
 * @property {string} page `<table>: <row>` of the feature page, `Defect <number>` of the official tool, or `Issue: <what>`
 * @property {string} gen2 the construct of Gen 2, in a few words
 * @property {string} [app] sample app that the row is checked on
 * @property {(subject: Subject) => void} [check] throws when the row does not hold
 * @property {{file: string, name: string}} [test] instead of app and check, where there is nothing to synthesise: a test by
 *   its file and name (of a function in Rust, of a `test()` in JavaScript)
 * @property {{file: string, from: string, to: string}} change text that occurs once in a file of ours, and what makes the check fail in its place
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { applyCustomResources } from '../gate/effective.mjs';
import { environmentOf, evaluateTree } from '../gate/evaluate.mjs';
import { gen1Roots, loadAssembly, loadDeployed } from '../gate/stack-tree.mjs';

/** Every row, in the order of the files and of the rows in them. */
export async function allRows() {
  const folder = new URL('./rows/', import.meta.url);
  const files = fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.mjs'))
    .sort();
  const modules = await Promise.all(files.map((name) => import(new URL(name, folder).href)));
  return /** @type {Row[]} */ (modules.flatMap((module) => module.rows));
}

/**
 * @param {object} app
 * @param {string} app.deployedStacks folder of the Gen 1 stacks
 * @param {string} app.outDir what `generate --out` wrote
 * @param {string} app.assemblies folder with the assemblies `before` and `after`
 * @param {any} app.result of `generate --json`
 * @returns {Subject}
 */
export function subjectOf({ deployedStacks, outDir, assemblies, result }) {
  const roots = gen1Roots(deployedStacks);
  assert.equal(roots.length, 1, `${deployedStacks} has one Gen 1 root stack`);
  const deployed = loadDeployed(deployedStacks, roots[0]);
  const surroundings = environmentOf(deployed);
  const synthesised = (/** @type {string} */ name) =>
    stacks(evaluateTree(loadAssembly(path.join(assemblies, name)), surroundings));
  const files = textFiles(outDir);
  return {
    gen1: stacks(evaluateTree(deployed, surroundings)),
    gen2: synthesised('before'),
    after: synthesised('after'),
    files,
    result,
    report: JSON.parse(files['.amplify/gen2-migration/migration-report.json'] ?? 'null'),
  };
}

/** @param {import('../gate/evaluate.mjs').EvaluatedTree} evaluated @returns {Stacks} */
function stacks(evaluated) {
  const tree = applyCustomResources(evaluated);
  const templates = new Map(tree.tree.stacks.map((stack) => [stack.path, stack.template]));
  const all = (/** @type {string} */ type) =>
    [...tree.resources.values()]
      .filter((one) => one.type === type)
      .map(({ logicalId, stackPath, properties }) => ({
        logicalId,
        stack: stackPath,
        properties,
        resource: templates.get(stackPath).Resources[logicalId],
      }));
  const one = (/** @type {Found[]} */ found, /** @type {string} */ what) => {
    assert.equal(
      found.length,
      1,
      `one ${what}, there are: ${found.map(({ logicalId }) => logicalId).join(', ') || 'none'}`,
    );
    return found[0];
  };
  return {
    all,
    only: (type) => one(all(type), type),
    find: (type, predicate) => one(all(type).filter(predicate), `${type} with ${predicate}`),
  };
}

/** @param {string} directory @returns {Record<string, string>} */
function textFiles(directory) {
  const entries = fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
  return Object.fromEntries(
    entries.map((file) => [path.relative(directory, file).replaceAll(path.sep, '/'), fs.readFileSync(file, 'utf8')]),
  );
}
