/**
 * Writes THIRD-PARTY-LICENSES.txt: every crate that is linked into the addon, with its licence and the texts that come
 * with it. The binary is distributed without them otherwise.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TEXTS = /^(licen[cs]e|copying|notice|unlicense|copyright)/i;

/** Ids of the packages that the crate needs to run; its tests and build scripts are not distributed. */
function linked({ nodes, root }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const found = new Set();
  const open = [root];
  while (open.length > 0) {
    const id = open.pop();
    if (found.has(id)) continue;
    found.add(id);
    for (const { pkg, dep_kinds: kinds } of byId.get(id).deps)
      if (kinds.some(({ kind }) => kind === null)) open.push(pkg);
  }
  found.delete(root);
  return found;
}

function texts({ manifest_path: manifest, license_file: named }) {
  const folder = path.dirname(manifest);
  const files = new Set(fs.readdirSync(folder).filter((file) => TEXTS.test(file)));
  if (named) files.add(named);
  return [...files]
    .map((file) => path.join(folder, file))
    .filter((file) => fs.existsSync(file) && fs.statSync(file).isFile())
    .map((file) => fs.readFileSync(file, 'utf8').trim());
}

const metadata = JSON.parse(
  execFileSync('cargo', ['metadata', '--format-version', '1', '--locked'], {
    cwd: ROOT,
    maxBuffer: 256 * 1024 * 1024,
    encoding: 'utf8',
  }),
);
const ids = linked(metadata.resolve);
const crates = metadata.packages
  .filter(({ id }) => ids.has(id))
  .sort((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
/** Most crates carry the same texts: each text is printed once, with all who use it. */
const users = new Map();
for (const crate of crates) {
  for (const text of texts(crate)) users.set(text, [...(users.get(text) ?? []), `${crate.name} ${crate.version}`]);
}
const list = crates.map(({ name, version, license }) => `${name} ${version}: ${license ?? 'see the text below'}`);
const sections = [...users].map(
  ([text, names]) => `${'='.repeat(80)}\n${names.join(', ')}\n${'='.repeat(80)}\n\n${text}`,
);
fs.writeFileSync(
  path.join(ROOT, 'THIRD-PARTY-LICENSES.txt'),
  `The native addon of amplify-gen2-migration contains the following crates.\n\n${list.join('\n')}\n\n${sections.join('\n\n')}\n`,
);
console.log(`THIRD-PARTY-LICENSES.txt: ${crates.length} crates, ${users.size} texts`);
