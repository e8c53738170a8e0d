/**
 * Stands in for `npm install` in the folder of a function during a synth: links the packages of its package.json that are
 * installed beside the gate; the others are recorded, as those of bundles are.
 *
 * Environment: `GATE_PACKAGES` where packages are, `GATE_BUNDLE_LOG` receives one JSON line, `GATE_STRICT_DEPENDENCIES`
 * makes missing packages errors.
 */
import fs from 'node:fs';
import path from 'node:path';

const [command] = process.argv.slice(2);
if (command !== 'install') {
  console.error(`the gate answers only \`npm install\`, not \`npm ${process.argv.slice(2).join(' ')}\``);
  process.exit(127);
}
const directory = process.cwd();
const { dependencies = {} } = JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8'));
const missing = [];
for (const name of Object.keys(dependencies)) {
  const installed = path.join(process.env.GATE_PACKAGES, name);
  if (!fs.existsSync(installed)) {
    missing.push(name);
    continue;
  }
  const target = path.join(directory, 'node_modules', name);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.cpSync(fs.realpathSync(installed), target, { recursive: true });
}
const record = { entry: path.basename(directory), missing, infrastructure: false };
fs.appendFileSync(process.env.GATE_BUNDLE_LOG, `${JSON.stringify(record)}\n`);
if (missing.length > 0 && process.env.GATE_STRICT_DEPENDENCIES) {
  console.error(`not installed: ${missing.join(', ')}`);
  process.exit(1);
}
