/**
 * Stands in for `npx --no-install esbuild ...` during a synth. Packages that are not installed stay external and are
 * recorded; a relative import that leads nowhere stays an error, because then the generated code is wrong. The CDK is
 * never bundled (a computed `require` beside `resource.ts` would pull all of it into the function) but recorded too.
 *
 * Environment: `GATE_ESBUILD` the real binary, `GATE_BUNDLE_LOG` receives one JSON line per bundle,
 * `GATE_STRICT_DEPENDENCIES` makes missing packages errors.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const INFRASTRUCTURE = ['aws-cdk-lib', '@aws-amplify/backend', 'constructs'];
const MISSING = /Could not resolve "([^"]+)"/g;
const ATTEMPTS = 12;

const [noInstall, tool, ...args] = process.argv.slice(2);
if (noInstall !== '--no-install' || tool !== 'esbuild') {
  console.error(`the gate answers only \`npx --no-install esbuild\`, not \`npx ${process.argv.slice(2).join(' ')}\``);
  process.exit(127);
}

const esbuild = process.env.GATE_ESBUILD;
if (args.includes('--version')) run([], { stdio: 'inherit' });

const outfile = args.find((arg) => arg.startsWith('--outfile='))?.slice('--outfile='.length);
const metafile = `${outfile}.meta.json`;
const missing = new Set();
let bundle;
for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
  const external = [...INFRASTRUCTURE, ...missing].map((name) => `--external:${name}`);
  bundle = spawnSync(esbuild, [...args, ...external, `--metafile=${metafile}`, '--log-limit=0', '--color=false'], {
    encoding: 'utf8',
  });
  if (bundle.status === 0 || process.env.GATE_STRICT_DEPENDENCIES) break;
  const found = [...bundle.stderr.matchAll(MISSING)]
    .map((match) => match[1])
    .filter((name) => !/^[./]/.test(name) && !missing.has(name));
  if (found.length === 0) break;
  for (const name of found) missing.add(name);
}
if (bundle.status !== 0) {
  console.error(bundle.stderr);
  process.exit(bundle.status ?? 1);
}

const { outputs } = JSON.parse(fs.readFileSync(metafile, 'utf8'));
fs.rmSync(metafile);
const entry = args.find((arg) => !arg.startsWith('-'));
const imports = Object.values(outputs)
  .flatMap((output) => output.imports)
  .filter((one) => one.external)
  .map((one) => one.path);
const infrastructure = imports.some((name) => INFRASTRUCTURE.some((own) => name === own || name.startsWith(`${own}/`)));
const record = { entry: path.relative(process.cwd(), entry), missing: [...missing], infrastructure };
fs.appendFileSync(process.env.GATE_BUNDLE_LOG, `${JSON.stringify(record)}\n`);

function run(extra, options) {
  process.exit(spawnSync(esbuild, [...args, ...extra], options).status ?? 1);
}
