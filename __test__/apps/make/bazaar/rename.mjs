/**
 * Gives everything in the sample app `bazaar` that has a stand-in for a name (`zq...`) the name that the CLI's own code cannot cope with, in
 * the project and in the deployed stacks alike.
 *
 *     node __test__/apps/make/bazaar/rename.mjs
 */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bazaar = fileURLToPath(new URL('../../bazaar', import.meta.url));

/** Resources: their names are parts of logical ids and variables, too. */
const RESOURCES = {
  zqclass: 'class',
  zqitems: 'items',
  zqawait: 'await',
  zqconstructor: 'constructor',
  zqtostring: 'toString',
  zq1st: '1st',
  zqbackend: 'backend',
  zqauth: 'auth',
  zqdata: 'data',
  zqstorage: 'storage',
  zqtables: 'tables',
  zqrest: 'class',
  zqdefault: 'default',
};

/** Texts: attributes and indexes of tables, parts of paths, a line separator in a description. */
const TEXTS = {
  prodx: 'prod2',
  zqhash: 'owner#kind',
  zqdot: 'price.amount',
  'zq-dash': 'a-b',
  zqindex: 'by.owner-kind_1',
  '/zqunder': '/a_b',
  '/zqversion': '/v1.0',
  '/zqbatch': '/items:batch',
  '/zqproto': '/__proto__',
  zqlinesep: '\u2028',
};

/** Groups: hostile as a name of their own, letters and digits where the name is a part of a logical id. */
const GROUPS = {
  zqga: ["It's", 'Its'],
  zqgb: ['`tick`${x}', 'tickx'],
  zqgc: ['a"b\\c', 'abc'],
  zqgd: ['日本x🎉', 'x'],
  zqge: ['*/x</script>', 'xscript'],
  zqgf: ['A{{b}}', 'Ab'],
};

const renames = [
  // JSON and GraphQL write strings alike
  ...Object.entries(GROUPS).flatMap(([from, [name, id]]) => [
    [JSON.stringify(from), JSON.stringify(name)],
    [from, id],
  ]),
  ...Object.entries(TEXTS),
  ...Object.entries(RESOURCES).flatMap(([from, to]) => [
    [from, to],
    [from.toUpperCase(), to.toUpperCase()],
    [from[0].toUpperCase() + from.slice(1), to[0].toUpperCase() + to.slice(1)],
  ]),
];

const renamed = (text) => renames.reduce((result, [from, to]) => result.replaceAll(from, () => to), text);

/** @param {string} folder Files first: a folder's new name would hide them. */
function renameAll(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) renameAll(path);
    else writeFileSync(path, renamed(readFileSync(path, 'utf8')));
    const target = join(dirname(path), renamed(entry.name));
    if (target !== path) renameSync(path, target);
  }
}

for (const folder of ['gen1-project', 'deployed-stacks']) renameAll(join(bazaar, folder));
