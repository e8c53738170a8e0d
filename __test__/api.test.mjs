/** The exported functions, called from plain JavaScript. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import api from '../index.js';
import { Command } from './support/cli.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const INDEX = path.join(ROOT, 'index.js');
const { CancelToken, Migration } = api;

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'gen2-migration-api-'));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

const declarations = ts.createSourceFile(
  'index.d.ts',
  fs.readFileSync(path.join(ROOT, 'index.d.ts'), 'utf8'),
  ts.ScriptTarget.Latest,
  true,
);

/** @param {string} name @returns {string[]} properties of an interface of index.d.ts */
function propertiesOf(name) {
  const found = declarations.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  assert.ok(found, name);
  return found.members.map((member) => member.name.getText());
}

/** @param {Promise<unknown>} promise @param {string} code @param {RegExp} [message] */
async function rejectsWith(promise, code, message = /./) {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof Error);
    assert.equal(error.name, 'MigrationError');
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.ok(error.resolution.length > 0);
    assert.equal(typeof error.details, 'object');
    assert.ok(Array.isArray(error.suppressed));
    return true;
  });
}

test('every value that index.d.ts declares is exported, and nothing else', () => {
  const declared = declarations.statements
    .filter(
      (statement) =>
        ts.isClassDeclaration(statement) || ts.isFunctionDeclaration(statement) || ts.isVariableStatement(statement),
    )
    .map((statement) =>
      ts.isVariableStatement(statement)
        ? statement.declarationList.declarations[0].name.getText()
        : statement.name.text,
    );
  assert.deepEqual(Object.keys(api).sort(), declared.sort());
  for (const name of declared) assert.notEqual(api[name], undefined, name);
});

test('every method and property that index.d.ts declares exists', () => {
  for (const statement of declarations.statements.filter(ts.isClassDeclaration)) {
    const { prototype } = api[statement.name.text];
    for (const member of statement.members) {
      if (ts.isConstructorDeclaration(member)) continue;
      const isStatic = ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);
      assert.ok(
        Object.hasOwn(isStatic ? api[statement.name.text] : prototype, member.name.text),
        `${statement.name.text}.${member.name.text}`,
      );
    }
  }
});

test('everything that index.d.ts declares is documented', () => {
  const bare = [];
  const visit = (node, name) => {
    if (ts.getJSDocCommentsAndTags(node).length === 0) bare.push(name);
    for (const member of node.members ?? []) visit(member, `${name}.${member.name?.getText() ?? 'constructor'}`);
  };
  for (const statement of declarations.statements)
    visit(statement, statement.name?.text ?? statement.getText().slice(0, 40));
  // The discriminator of an error needs no words.
  assert.deepEqual(
    bare.filter((name) => name !== 'MigrationError.name'),
    [],
  );
});

test('named imports from an ES module', async () => {
  const script = `import { Migration, Plan, CancelToken } from ${JSON.stringify(INDEX)}; console.log(typeof Migration.open, typeof Plan, new CancelToken().cancelled)`;
  const { stdout, stderr } = await new Command(['--input-type=module', '-e', script]).outcome;
  assert.equal(stdout.trim(), 'function function false', stderr);
});

test('a folder without a project', async () => {
  await rejectsWith(Migration.open({ projectDir: scratch, offline: true }), 'PROJECT_NOT_FOUND', /no amplify\/ folder/);
  await assert.rejects(
    Migration.open({ projectDir: scratch, offline: true }),
    (error) => error.details.path === scratch,
  );
});

test('arguments that are none', async () => {
  await rejectsWith(Migration.open(), 'INVALID_ARGUMENT', /must be an object/);
  await rejectsWith(Migration.open(null), 'INVALID_ARGUMENT');
  await rejectsWith(Migration.open('dir'), 'INVALID_ARGUMENT');
  await rejectsWith(Migration.open({}), 'INVALID_ARGUMENT', /projectDir/);
  await rejectsWith(Migration.open({ projectDir: 3 }), 'INVALID_ARGUMENT', /projectDir/);
  await rejectsWith(Migration.open({ projectDir: scratch, offline: 'yes' }), 'INVALID_ARGUMENT', /offline/);
  await rejectsWith(Migration.open({ projectDir: scratch }, 'listener'), 'INVALID_ARGUMENT', /onEvent/);
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b', expiration: 'some day' };
  await rejectsWith(Migration.open({ projectDir: scratch, credentials }), 'INVALID_ARGUMENT', /not a date/);
});

test('a misspelt option is an error', async () => {
  await rejectsWith(
    Migration.open({ projectDir: scratch, offlin: true }),
    'INVALID_ARGUMENT',
    /no option `offlin`.*offline/,
  );
});

test('every option that index.d.ts declares is known', async () => {
  const isKnown = (error) => {
    assert.doesNotMatch(error.message, /no option/);
    return true;
  };
  for (const name of propertiesOf('OpenOptions')) {
    await assert.rejects(Migration.open({ projectDir: scratch, [name]: null }), isKnown);
  }
  const migration = await Migration.open({
    projectDir: path.join(ROOT, '__test__/apps/notes/gen1-project'),
    offline: true,
  });
  for (const name of propertiesOf('PlanOptions'))
    await assert.rejects(migration.plan('lock', { [name]: null }), isKnown);
  await rejectsWith(migration.plan('lock', { roolback: true }), 'INVALID_ARGUMENT', /no option `roolback`/);
  await rejectsWith(migration.plan('assess'), 'INVALID_ARGUMENT');
});

test('a cancel token', () => {
  const token = new CancelToken();
  assert.equal(token.cancelled, false);
  token.cancel();
  token.cancel();
  assert.equal(token.cancelled, true);
});

/**
 * Runs a script with another addon in the place of ours.
 * @param {string} addon source of a CommonJS module
 * @param {string} script has `api`
 */
async function withAddon(addon, script) {
  const file = path.join(fs.mkdtempSync(path.join(scratch, 'addon-')), 'addon.cjs');
  fs.writeFileSync(file, addon);
  const program = `const api = require(${JSON.stringify(INDEX)}); (async () => { ${script} })()
    .then((value) => console.log(JSON.stringify(value)), (error) => console.log(JSON.stringify({ failure: { ...error, message: error.message } })));`;
  const { stdout, stderr } = await new Command(['-e', program], {
    env: { ...process.env, NAPI_RS_NATIVE_LIBRARY_PATH: file },
  }).outcome;
  assert.notEqual(stdout, '', stderr);
  return { ...JSON.parse(stdout), stderr };
}

const ADDON = `
  class CancelToken { cancelled = false; cancel() { this.cancelled = true; } }
  class Plan { async execute(onEvent, token) { onEvent?.({ type: 'phase' }); await new Promise((done) => setTimeout(done, 20)); return { cancelled: token?.cancelled }; } }
  class Migration { static async open(options) { return { options, fresh: await options.refreshCredentials?.() }; } }
  module.exports = { CancelToken, Plan, Migration };`;

test('an AbortSignal cancels: before, during, and not after', async () => {
  const execute = (lines) =>
    withAddon(ADDON, `const plan = new api.Plan(); const controller = new AbortController(); ${lines}`);
  assert.equal(
    (await execute('controller.abort(); return plan.execute(undefined, controller.signal);')).cancelled,
    true,
  );
  assert.equal(
    (await execute('setTimeout(() => controller.abort(), 5); return plan.execute(undefined, controller.signal);'))
      .cancelled,
    true,
  );
  assert.equal((await execute('return plan.execute(undefined, controller.signal);')).cancelled, false);
  assert.equal((await execute('return plan.execute();')).cancelled, undefined);
  assert.equal(
    (await execute('const token = new api.CancelToken(); token.cancel(); return plan.execute(undefined, token);'))
      .cancelled,
    true,
  );
  assert.equal((await execute('return plan.execute(undefined, 3);')).failure.code, 'INVALID_ARGUMENT');
});

test('a signal that somebody else listens to keeps its listeners', async () => {
  const { heard } = await withAddon(
    ADDON,
    `const controller = new AbortController(); let heard = 0; controller.signal.onabort = () => { heard += 1; };
     const running = new api.Plan().execute(undefined, controller.signal); controller.abort(); await running; return { heard };`,
  );
  assert.equal(heard, 1);
});

test('a listener that throws does not break the step; it is reported', async () => {
  const result = await withAddon(
    ADDON,
    `await new api.Plan().execute(() => { throw new Error('my listener') }); return { done: true };`,
  );
  assert.equal(result.done, true);
  assert.match(result.stderr, /my listener/);
});

test('dates of credentials become milliseconds, those of a refresh too', async () => {
  const result = await withAddon(
    ADDON,
    `const keys = { accessKeyId: 'a', secretAccessKey: 'b' };
     return api.Migration.open({ projectDir: 'p', credentials: { ...keys, expiration: new Date(5) },
       refreshCredentials: async () => ({ ...keys, expiration: '1970-01-01T00:00:01Z', more: 'ignored' }) });`,
  );
  assert.equal(result.options.credentials.expiration, 5);
  assert.deepEqual(result.fresh, { accessKeyId: 'a', secretAccessKey: 'b', expiration: 1000 });
});

test('an addon that cannot be loaded is a coded error', async () => {
  // In a checkout the loader finds the addon that was built there; this copy of the package has none.
  const hidden = fs.mkdtempSync(path.join(scratch, 'package-'));
  for (const file of ['index.js', 'binding.js', 'package.json'])
    fs.copyFileSync(path.join(ROOT, file), path.join(hidden, file));
  fs.mkdirSync(path.join(hidden, 'cli'));
  fs.copyFileSync(path.join(ROOT, 'cli/error.js'), path.join(hidden, 'cli/error.js'));
  const load = async (env) => {
    const program = `try { require(${JSON.stringify(path.join(hidden, 'index.js'))}).Migration } catch (error) { console.log(JSON.stringify({ code: error.code, message: error.message, resolution: error.resolution, details: error.details })) }`;
    return JSON.parse((await new Command(['-e', program], { env: { ...process.env, ...env } }).outcome).stdout);
  };
  const missing = await load({});
  assert.equal(missing.code, 'NATIVE_BINARY_MISSING');
  assert.match(missing.resolution, /npm run build/);
  assert.ok(missing.details.attempts.length > 1);

  const addon = path.join(hidden, 'too-new.cjs');
  fs.writeFileSync(
    addon,
    'throw new Error("/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.99\' not found (required by x.node)");',
  );
  const tooNew = await load({ NAPI_RS_NATIVE_LIBRARY_PATH: addon });
  assert.equal(tooNew.code, 'NATIVE_BINARY_TOO_NEW');
  assert.match(tooNew.message, /GLIBC_2\.99/);
});

test('an old Node.js is named, by the API and by the command', async () => {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.0' } });`;
  const program = `${pretend} try { require(${JSON.stringify(INDEX)}).Migration } catch (error) { console.log(error.code) }`;
  assert.equal((await new Command(['-e', program]).outcome).stdout.trim(), 'NODE_TOO_OLD');
  const preload = path.join(scratch, 'old-node.cjs');
  fs.writeFileSync(preload, pretend);
  const { code, stderr } = await new Command(['--require', preload, path.join(ROOT, 'cli/bin.js'), 'help']).outcome;
  assert.equal(code, 1);
  assert.match(stderr, /18\.20\.0.*NODE_TOO_OLD/);
});
