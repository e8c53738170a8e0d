/** Generate, as a user runs it: replacing amplify/, writing elsewhere, and taking it back. No cloud is needed. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { cli, jsonLines } from './support/cli.mjs';
import { Project, Projects } from './support/projects.mjs';

const projects = new Projects();
after(() => projects.remove());

/** @param {string} folder @returns {Record<string, string>} every file, git's own and ours apart */
function contents(folder, apart = /^\.(git|amplify)[/\\]/) {
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' });
  return Object.fromEntries(
    files
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))
      .filter((file) => !apart.test(file))
      .map((file) => [file.replaceAll('\\', '/'), fs.readFileSync(path.join(folder, file), 'base64')])
      .sort(),
  );
}

/** A project in a git work tree with one commit, on the branch `gen2-main`. */
function committed(app, change) {
  const folder = projects.of(app, change);
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: folder,
      stdio: 'pipe',
    });
  git('init', '--quiet', '--initial-branch', 'gen2-main');
  git('add', '--all', '--force');
  git('commit', '--quiet', '--message', 'Gen 1');
  return folder;
}

async function generate(project, ...args) {
  const { code, stdout, stderr } = await cli([
    'generate',
    '--offline',
    '--yes',
    '--json',
    '--project',
    project,
    ...args,
  ]);
  return { code, stderr, result: jsonLines(stdout).at(-1) };
}

for (const app of ['notes', 'shop']) {
  test(`${app}: --out writes elsewhere, twice the same bytes, and leaves the project alone`, async () => {
    const project = projects.of(app);
    const before = contents(project);
    const outputs = [];
    for (const name of ['a', 'b']) {
      const out = path.join(projects.folder(), name);
      const { code, result } = await generate(project, '--branch', 'main', '--out', out);
      assert.equal(code, 0, JSON.stringify(result.error));
      assert.equal(result.status, 'done');
      const written = contents(out, /^\.git[/\\]/);
      assert.deepEqual(Object.keys(written).sort(), [...result.files].sort());
      outputs.push(written);
    }
    assert.deepEqual(outputs[0], outputs[1]);
    for (const file of ['amplify/backend.ts', 'package.json', 'amplify.yml', '.gitignore'])
      assert.ok(outputs[0][file], file);
    assert.deepEqual(contents(project), before);
  });

  test(`${app}: amplify/ is replaced, and --rollback brings back every byte`, async () => {
    const project = committed(app);
    const before = contents(project);
    const done = await generate(project);
    assert.equal(done.code, 0, JSON.stringify(done.result.error));
    assert.ok(fs.existsSync(path.join(project, 'amplify/backend.ts')));
    assert.ok(!fs.existsSync(path.join(project, 'amplify/backend')));
    assert.match(fs.readFileSync(path.join(project, 'amplify/backend.ts'), 'utf8'), /defineBackend/);

    const { code, stdout } = await cli(['generate', '--rollback', '--yes', '--json', '--project', project]);
    assert.equal(code, 0, stdout);
    assert.deepEqual(contents(project), before);
  });
}

test('the report accounts for every resource and permission, and stays text whatever is in it', async () => {
  const project = projects.of('odd');
  const override = path.join(project, 'amplify/#current-cloud-backend/auth/class/override.ts');
  fs.appendFileSync(override, '// </pre><script>alert(1)</script>');
  const out = path.join(projects.folder(), 'out');
  const { code, result } = await generate(project, '--branch', 'main', '--out', out);
  assert.equal(code, 0, JSON.stringify(result.error));
  const folder = path.join(out, '.amplify/gen2-migration');
  const report = JSON.parse(fs.readFileSync(path.join(folder, 'migration-report.json'), 'utf8'));
  const meta = JSON.parse(
    fs.readFileSync(path.join(project, 'amplify/#current-cloud-backend/amplify-meta.json'), 'utf8'),
  );
  const names = Object.entries(meta)
    .filter(([category]) => category !== 'providers')
    .flatMap(([category, resources]) => Object.keys(resources).map((name) => `${category}/${name}`));
  assert.deepEqual(report.resources.map(({ category, name }) => `${category}/${name}`).sort(), names.sort());
  for (const resource of report.resources) {
    const isInCode = resource.gen2.length > 0;
    assert.equal(isInCode, resource.generate.status === 'supported', resource.name);
    for (const file of resource.gen2) assert.equal(fs.readFileSync(path.join(out, file.path), 'utf8'), file.text);
  }
  assert.ok(report.permissions.length > 5);
  const told = (/** @type {string} */ severity) =>
    result.assessment.findings.filter(
      (finding) => finding.severity === severity && finding.id !== 'resource-unsupported',
    );
  for (const finding of [...told('blocker'), ...told('manual')])
    assert.ok(
      report.decisions.some(({ id, path }) => id === finding.id && path === finding.path),
      `${finding.id} ${finding.path}`,
    );
  const page = fs.readFileSync(path.join(folder, 'migration-report.html'), 'utf8');
  assert.match(page, /&lt;script&gt;alert\(1\)/);
  assert.doesNotMatch(page, /<script/);
  assert.doesNotMatch(page, /(src|href)=/, 'the page needs nothing but itself');
});

test('the result tells what is supported and everything that was found', async () => {
  const { result } = await generate(
    projects.of('notes'),
    '--branch',
    'main',
    '--out',
    path.join(projects.folder(), 'out'),
  );
  assert.deepEqual(result.assessment.resources.map(({ category }) => category).sort(), [
    'api',
    'auth',
    'function',
    'storage',
  ]);
  assert.ok(result.assessment.findings.some(({ id }) => id === 'frontend-usage'));
});

test('an output folder that is not empty', async () => {
  const out = projects.folder();
  fs.writeFileSync(path.join(out, 'mine.txt'), 'mine');
  const { code, result } = await generate(projects.of('notes'), '--branch', 'main', '--out', out);
  assert.equal(code, 1);
  assert.equal(result.error.code, 'OUTPUT_NOT_EMPTY');
  assert.deepEqual(Object.keys(contents(out)), ['mine.txt']);
});

test('a dirty work tree fails its validation, unless validations are skipped', async () => {
  const project = committed('notes');
  new Project(project).write('src/new.ts', 'export {};\n');
  const before = contents(project);
  const { code, result } = await generate(project);
  assert.equal(code, 1);
  assert.equal(result.error.code, 'VALIDATION_FAILED');
  const [failed] = result.error.details.validations;
  assert.equal(failed.name, 'Working Directory');
  assert.match(failed.report, /src\/new\.ts|src\//);
  assert.deepEqual(contents(project), before);
  assert.equal((await generate(project, '--skip-validations')).code, 0);
});

test('no branch to name', async () => {
  const { code, result } = await generate(projects.of('notes'), '--out', path.join(projects.folder(), 'out'));
  assert.equal(code, 1);
  assert.equal(result.error.code, 'BRANCH_MISSING');
  assert.match(result.error.resolution, /--branch/);
});

test('--frontend edits the import of the Gen 1 configuration, and nothing else of the source', async () => {
  const project = committed('notes');
  const before = new Project(project).read('src/main.tsx');
  const { code, result } = await generate(project, '--frontend');
  assert.equal(code, 0, JSON.stringify(result.error));
  const after = new Project(project).read('src/main.tsx');
  assert.match(before, /amplifyconfiguration/);
  assert.match(after, /amplify_outputs\.json/);
  const changed = after.split('\n').filter((line, index) => line !== before.split('\n')[index]);
  assert.equal(changed.length, 1);
});

test('nothing to bring back', async () => {
  const { code, stdout } = await cli(['generate', '--rollback', '--yes', '--json', '--project', projects.of('notes')]);
  assert.equal(code, 1);
  assert.equal(jsonLines(stdout).at(-1).error.code, 'BACKUP_NOT_FOUND');
});

test('after generate the other steps say where the Gen 1 backend is', async () => {
  const project = committed('notes');
  assert.equal((await generate(project)).code, 0);
  const { code, stdout } = await cli(['assess', '--offline', '--json', '--project', project]);
  assert.equal(code, 1);
  assert.equal(jsonLines(stdout).at(-1).error.code, 'PROJECT_IS_GEN2');
});
