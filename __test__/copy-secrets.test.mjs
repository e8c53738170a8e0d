/** The script that copies secrets, with a stand-in for the AWS CLI: what it stores, what it leaves, and that it prints no value. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../cli/bin.js', import.meta.url));
const app = fileURLToPath(new URL('apps/gallery/gen1-project', import.meta.url));
const depot = fileURLToPath(new URL('apps/depot/gen1-project', import.meta.url));

/** Answers like the AWS CLI, from a file. */
const AWS = `#!${process.execPath}
const fs = require('node:fs');
const [service, command, ...rest] = process.argv.slice(2);
const option = (name) => rest[rest.indexOf(name) + 1];
const store = JSON.parse(fs.readFileSync(process.env.STORE, 'utf8'));
const fail = (code) => { console.error('An error occurred (' + code + ') when calling: ' + JSON.stringify(store)); process.exit(254); };
store.calls.push([service, command]);
if (command === 'get-parameter') {
  if (store.denied) fail('AccessDeniedException');
  const value = store.parameters[option('--name')];
  if (value === undefined) fail('ParameterNotFound');
  console.log(JSON.stringify({ Parameter: { Value: value } }));
} else if (command === 'put-parameter') {
  const file = option('--cli-input-json').replace('file://', '');
  const { Name, Value, Type } = JSON.parse(fs.readFileSync(file, 'utf8'));
  store.modes.push((fs.statSync(file).mode & 0o777).toString(8));
  store.parameters[Name] = Value;
  store.types[Name] = Type;
  fs.writeFileSync(process.env.STORE, JSON.stringify(store));
  console.log('{}');
} else if (command === 'describe-identity-provider') {
  console.log(JSON.stringify({ IdentityProvider: { ProviderDetails: store.providers[option('--provider-name')] ?? {} } }));
}
`;

describe('amplify/copy-secrets.mjs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'copy-secrets-'));
  const store = join(folder, 'store.json');
  const path = `/amplify/d1depot6c2k9tm/main-branch-${createHash('sha512').update('d1depot6c2k9tmmain').digest('hex').slice(0, 10)}/SUPPLIER_TOKEN`;
  const from = '/amplify/d1depot6c2k9tm/live/AMPLIFY_depotlowstock_SUPPLIER_TOKEN';

  before(() => {
    for (const [name, source] of [
      ['gallery', app],
      ['depot', depot],
    ]) {
      cpSync(source, join(folder, name), { recursive: true });
      const out = join(folder, `${name}-out`);
      const run = spawnSync(process.execPath, [
        bin,
        'generate',
        '--offline',
        '--yes',
        '--project',
        join(folder, name),
        '--branch',
        'main',
        '--out',
        out,
      ]);
      assert.equal(run.status, 0, String(run.stderr));
    }
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin', 'aws'), AWS);
    chmodSync(join(folder, 'bin', 'aws'), 0o755);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function run(name, content, ...args) {
    writeFileSync(
      store,
      JSON.stringify({ parameters: {}, providers: {}, types: {}, modes: [], calls: [], ...content }),
    );
    const script = join(folder, `${name}-out`, 'amplify', 'copy-secrets.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
      encoding: 'utf8',
      env: { PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}`, STORE: store },
    });
    const said = `${stdout}${stderr}`;
    for (const value of ['top-secret', 'other-value', 'google-secret', 'google-id'])
      assert.ok(!said.includes(value), said);
    return { status, said, store: JSON.parse(readFileSync(store, 'utf8')) };
  }

  test('copies the value of a function to where Amplify keeps secrets of the branch', () => {
    const { status, said, store: now } = run('depot', { parameters: { [from]: 'top-secret' } });
    assert.equal(status, 0, said);
    assert.equal(said, 'SUPPLIER_TOKEN: copied\n');
    assert.equal(now.parameters[path], 'top-secret');
    assert.equal(now.types[path], 'SecureString');
    assert.deepEqual(now.modes, ['600']);
  });

  test('leaves what is there, unless it is told to overwrite', () => {
    const parameters = { [from]: 'top-secret', [path]: 'top-secret' };
    assert.match(run('depot', { parameters }).said, /^SUPPLIER_TOKEN: there already$/m);
    const other = { [from]: 'top-secret', [path]: 'other-value' };
    const kept = run('depot', { parameters: other });
    assert.equal(kept.status, 1);
    assert.equal(kept.store.parameters[path], 'other-value');
    const replaced = run('depot', { parameters: other }, '--overwrite');
    assert.equal(replaced.status, 0);
    assert.equal(replaced.store.parameters[path], 'top-secret');
  });

  test('a dry run changes nothing, another branch is another path', () => {
    const dry = run('depot', { parameters: { [from]: 'top-secret' } }, '--dry-run');
    assert.equal(dry.status, 0);
    assert.equal(dry.said, 'SUPPLIER_TOKEN: would be copied\n');
    assert.deepEqual(Object.keys(dry.store.parameters), [from]);
    const other = run('depot', { parameters: { [from]: 'top-secret' } }, '--branch', 'feature/x');
    assert.ok(
      Object.keys(other.store.parameters).some((name) => name.startsWith('/amplify/d1depot6c2k9tm/featurex-branch-')),
    );
  });

  test('what is missing or refused is told, without what the service said', () => {
    const missing = run('depot', {});
    assert.equal(missing.status, 1);
    assert.equal(missing.said, 'SUPPLIER_TOKEN: missing in Gen 1\n');
    const denied = run('depot', { denied: true, parameters: { [from]: 'top-secret' } });
    assert.equal(denied.status, 1);
    assert.equal(denied.said, 'SUPPLIER_TOKEN: aws ssm get-parameter failed: AccessDeniedException\n');
  });

  test('copies what the user pool knows of sign-in providers', () => {
    const providers = { Google: { client_id: 'google-id', client_secret: 'google-secret' } };
    const { status, said, store: now } = run('gallery', { providers });
    assert.equal(status, 1, 'Facebook knows nothing');
    assert.match(said, /^GOOGLE_CLIENT_SECRET: copied$/m);
    assert.match(said, /^FACEBOOK_CLIENT_ID: missing in Gen 1$/m);
    assert.ok(Object.values(now.parameters).includes('google-secret'));
  });
});
