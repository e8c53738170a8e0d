/** Bad input: each has a code of its own, names the thing and the way out, and changes nothing. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import api from '../index.js';
import { cli, jsonLines } from './support/cli.mjs';
import { startCloud } from './support/cloud.mjs';
import { Projects } from './support/projects.mjs';

const projects = new Projects();
after(() => projects.remove());

/** Lasting throttling is waited for: that is what takes its time. */
const PATIENCE_MS = 180_000;

const TEAM_PROVIDER_INFO = 'amplify/team-provider-info.json';

/** @param {string} folder every file of a project, with its content */
function contents(folder) {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .map((file) => [file, fs.readFileSync(file, 'base64')])
    .sort();
}

/**
 * Runs a command that has to fail, and compares the project before and after.
 * @param {string[]} args
 * @param {{ project: string, env?: NodeJS.ProcessEnv }} options
 */
async function failure(args, { project, env = process.env }) {
  const before = contents(project);
  const { code, stdout } = await cli([...args, '--project', project, '--json'], { env, patienceMs: PATIENCE_MS });
  const result = jsonLines(stdout).at(-1);
  assert.equal(code, 1, stdout);
  assert.equal(result.status, 'failed');
  assert.deepEqual(contents(project), before);
  return result.error;
}

for (const [name, expected, project] of [
  ['no amplify/ folder', { code: 'PROJECT_NOT_FOUND', message: /no amplify\/ folder/ }, () => projects.folder()],
  [
    'a Gen 2 project',
    { code: 'PROJECT_IS_GEN2', message: /Gen 2/ },
    () => {
      const folder = projects.folder();
      fs.mkdirSync(path.join(folder, 'amplify'));
      fs.writeFileSync(
        path.join(folder, 'amplify/backend.ts'),
        "import { defineBackend } from '@aws-amplify/backend';\ndefineBackend({});\n",
      );
      return folder;
    },
  ],
  [
    'malformed JSON',
    {
      code: 'MALFORMED_JSON',
      message: /team-provider-info\.json:3:\d+/,
      details: { path: TEAM_PROVIDER_INFO, line: 3 },
    },
    () => projects.of('notes', (project) => project.write(TEAM_PROVIDER_INFO, '{\n  "main": {\n    oops\n  }\n}\n')),
  ],
  [
    'malformed GraphQL',
    { code: 'MALFORMED_GRAPHQL', message: /schema\.graphql:\d+:\d+/ },
    () =>
      projects.of('notes', (project) => {
        for (const tree of project.trees) {
          const [api] = fs.readdirSync(path.join(project.folder, tree, 'api'));
          project.write(`${tree}/api/${api}/schema.graphql`, 'type Note @model {\n  id: ID!\n  title String\n}\n');
        }
      }),
  ],
  [
    'several environments, and nothing says which',
    { code: 'ENVIRONMENT_AMBIGUOUS', message: /dev/, details: { environments: ['main', 'dev'] } },
    () =>
      projects.of('notes', (project) => {
        project.editJson(TEAM_PROVIDER_INFO, (info) => (info.dev = info.main));
        project.remove('amplify/.config/local-env-info.json');
      }),
  ],
]) {
  test(name, async () => {
    const { message, details = {}, code } = expected;
    for (const step of ['assess', 'generate']) {
      const error = await failure([step, '--offline', ...(step === 'generate' ? ['--yes'] : [])], {
        project: project(),
      });
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      assert.ok(error.resolution);
      for (const [key, value] of Object.entries(details)) assert.deepEqual(error.details[key], value);
    }
  });
}

const BROKEN = '{\n  "a": 1,\n  oops\n}\n';
const DEPLOYED = 'awscloudformation/build';

for (const [app, file] of /** @type {['notes' | 'shop', string][]} */ ([
  ['notes', 'amplify-meta.json'],
  ['notes', 'backend-config.json'],
  ['notes', 'tags.json'],
  ['notes', `${DEPLOYED}/root-cloudformation-stack.json`],
  ['notes', 'auth/notes6fb419e0/cli-inputs.json'],
  ['notes', `${DEPLOYED}/auth/notes6fb419e0/build/notes6fb419e0-cloudformation-template.json`],
  ['notes', 'auth/notes6fb419e0/build/parameters.json'],
  ['notes', 'storage/attachments/cli-inputs.json'],
  ['notes', 'api/notes/cli-inputs.json'],
  ['notes', 'api/notes/transform.conf.json'],
  ['notes', 'api/notes/build/stacks/Note.json'],
  ['notes', 'function/notesdigest/parameters.json'],
  ['notes', 'function/notesdigest/function-parameters.json'],
  ['notes', 'function/notesdigest/custom-policies.json'],
  ['notes', 'function/notesdigest/amplify.state'],
  ['notes', 'function/notesdigest/src/package.json'],
  ['shop', 'auth/userPoolGroups/user-pool-group-precedence.json'],
  ['shop', 'analytics/shopevents/parameters.json'],
  ['shop', `${DEPLOYED}/storage/orders/build/orders-cloudformation-template.json`],
])) {
  test(`malformed, of the wrong shape, empty, or a folder: ${file}`, async () => {
    const with_ = (/** @type {(project: import('./support/projects.mjs').Project, path: string) => void} */ change) =>
      projects.of(app, (project) => {
        for (const tree of project.trees) change(project, `${tree}/${file}`);
      });
    const open = (/** @type {string} */ projectDir) => api.Migration.open({ projectDir, offline: true });
    const assess = async (/** @type {string} */ projectDir) => (await open(projectDir)).assess();
    /** @param {string} projectDir @param {string} code @param {RegExp} message */
    const fails = (projectDir, code, message) =>
      assert.rejects(assess(projectDir), (/** @type {any} */ error) => {
        assert.equal(error.code, code, error.message);
        assert.ok(error.details.path.endsWith(`/${file}`), JSON.stringify(error.details));
        assert.match(error.message, message);
        return true;
      });
    await fails(
      with_((project, path) => project.write(path, BROKEN)),
      'MALFORMED_JSON',
      /:3:3: key must be a string/,
    );
    await fails(
      with_((project, path) => project.write(path, '7')),
      file.endsWith('-template.json') || file.includes('stack') ? 'MALFORMED_TEMPLATE' : 'MALFORMED_JSON',
      /:1:1: (expected|\/ is not)/,
    );
    if (!file.startsWith(DEPLOYED) && !file.includes('/stacks/')) {
      await fails(
        with_((project, path) => project.write(path, ' \r\n')),
        'MALFORMED_JSON',
        /:1:1: the file is empty/,
      );
      const folder = with_((project, path) => {
        project.remove(path);
        fs.mkdirSync(`${project.folder}/${path}`);
      });
      await fails(folder, 'PROJECT_FILE_UNREADABLE', /cannot be read/);
    }
  });
}

test('an entry that is no object is told with its line', async () => {
  const resource = projects.of('notes', (project) =>
    editResources(project, (meta) => {
      meta.function.notesdigest = 7;
    }),
  );
  const error = await failure(['assess', '--offline'], { project: resource });
  assert.equal(error.code, 'MALFORMED_JSON');
  assert.match(error.message, /amplify-meta\.json:\d+:1: function\/notesdigest is a number, expected an object/);
  const environment = projects.of('notes', (project) => project.write(TEAM_PROVIDER_INFO, '{\n  "main": "x"\n}'));
  const second = await failure(['assess', '--offline'], { project: environment });
  assert.match(second.message, /team-provider-info\.json:2:1: main is a text/);
});

test('no environment at all', async () => {
  const error = await failure(['assess', '--offline'], {
    project: projects.of('notes', (project) => project.write(TEAM_PROVIDER_INFO, '{}')),
  });
  assert.equal(error.code, 'ENVIRONMENT_NOT_FOUND');
  assert.equal(error.message, `${TEAM_PROVIDER_INFO} names no environment`);
});

test('a schema in a folder, malformed in one of its files', async () => {
  const error = await failure(['assess', '--offline'], {
    project: projects.of('notes', (project) => {
      for (const tree of project.trees) {
        project.write(`${tree}/api/notes/schema/a.graphql`, project.read(`${tree}/api/notes/schema.graphql`));
        project.write(`${tree}/api/notes/schema/b.graphql`, 'type B @model {\n  id: ID!\n  £\n}\n');
        project.remove(`${tree}/api/notes/schema.graphql`);
      }
    }),
  });
  assert.equal(error.code, 'MALFORMED_GRAPHQL');
  assert.match(error.message, /api\/notes\/schema\/b\.graphql:3:3: /);
});

test('byte order marks and CRLF everywhere change nothing of what is understood', async () => {
  const plain = await assessed('notes');
  const marked = await assessed('notes', ({ folder }) => {
    for (const file of contents(folder).map(([file]) => file)) {
      if (!/\.(json|graphql|yml)$/.test(file)) continue;
      fs.writeFileSync(file, `\ufeff${fs.readFileSync(file, 'utf8').replace(/\r?\n/g, '\r\n')}`);
    }
  });
  assert.deepEqual(marked.resources, plain.resources);
  assert.deepEqual(
    marked.findings.map(({ id }) => id),
    plain.findings.map(({ id }) => id),
  );
});

test('a project folder that is not there, or is a file', async () => {
  const folder = projects.folder();
  const file = path.join(folder, 'file');
  fs.writeFileSync(file, '');
  for (const project of [file, path.join(folder, 'absent')]) {
    const { code, stdout } = await cli(['assess', '--offline', '--json', '--project', project]);
    assert.equal(code, 1);
    const { error } = jsonLines(stdout).at(-1);
    assert.equal(error.code, 'PROJECT_NOT_FOUND');
    assert.equal(error.message, `there is no folder ${project}`);
  }
});

test('links that lead back to a folder above them are not followed for ever', { skip: !canLink() }, async () => {
  const assessment = await assessed('notes', (project) => {
    fs.symlinkSync('..', path.join(project.folder, 'src/up'));
    for (const tree of project.trees)
      fs.symlinkSync('.', path.join(project.folder, tree, 'function/notesdigest/src/here'));
  });
  assert.ok(assessment.resources.every(({ generate }) => generate.status === 'supported'));
});

test('a link to itself is named', { skip: !canLink() }, async () => {
  const error = await failure(['assess', '--offline'], {
    project: projects.of('notes', (project) => {
      for (const tree of project.trees) {
        const file = path.join(project.folder, tree, 'auth/notes6fb419e0/cli-inputs.json');
        fs.rmSync(file);
        fs.symlinkSync('cli-inputs.json', file);
      }
    }),
  });
  assert.equal(error.code, 'PROJECT_FILE_UNREADABLE');
  assert.match(error.message, /auth\/notes6fb419e0\/cli-inputs\.json/);
});

test('a file that may not be read is named', { skip: !canLink() }, async () => {
  const project = projects.of('notes', ({ folder, trees }) => {
    for (const tree of trees) fs.chmodSync(path.join(folder, tree, 'backend-config.json'), 0o000);
  });
  for (const folder of [projects.root, path.dirname(project), project]) fs.chmodSync(folder, 0o755);
  // Root may read everything: then the command runs as somebody else.
  const isRoot = process.getuid?.() === 0;
  const { code, stdout } = await cli(
    ['assess', '--offline', '--json', '--project', project],
    isRoot ? { uid: 65_534 } : {},
  );
  assert.equal(code, 1, stdout);
  const { error } = jsonLines(stdout).at(-1);
  assert.equal(error.code, 'PROJECT_FILE_UNREADABLE');
  assert.match(error.message, /backend-config\.json cannot be read: Permission denied/);
  assert.match(error.resolution, /Allow the user/);
});

test('--out inside amplify/, behind a link to it, or where nothing can be written', { skip: !canLink() }, async () => {
  const project = projects.of('notes');
  fs.symlinkSync(path.join(project, 'amplify'), path.join(project, 'link'));
  for (const out of ['amplify/out', 'link/deep/out']) {
    const error = await failure(
      ['generate', '--offline', '--yes', '--branch', 'main', '--out', path.join(project, out)],
      { project },
    );
    assert.equal(error.code, 'OUTPUT_INSIDE_AMPLIFY', error.message);
    assert.ok(error.message.includes(out));
  }
  const below = path.join(project, 'package.json', 'out');
  const error = await failure(['generate', '--offline', '--yes', '--branch', 'main', '--out', below], { project });
  assert.ok(['OUTPUT_NOT_A_FOLDER', 'WRITE_FAILED'].includes(error.code), error.code);
  assert.ok(error.message.includes(below));
});

/** Links and permissions as POSIX has them. */
function canLink() {
  return process.platform !== 'win32';
}

test('an environment that is not there', async () => {
  const error = await failure(['assess', '--offline', '--env', 'nope'], { project: projects.of('notes') });
  assert.equal(error.code, 'ENVIRONMENT_NOT_FOUND');
  assert.match(error.message, /nope/);
  assert.deepEqual(error.details.environments, ['main']);
});

test('a step that works on what is deployed cannot be done offline', async () => {
  const migration = await api.Migration.open({ projectDir: projects.of('notes'), offline: true });
  assert.equal(migration.envName, 'main');
  for (const step of ['lock', 'refactor', 'decommission']) {
    await assert.rejects(migration.plan(step), { code: 'OFFLINE_IMPOSSIBLE', details: { step } });
  }
});

/** Assesses a changed project offline. @returns the assessment */
async function assessed(app, change) {
  const migration = await api.Migration.open({ projectDir: projects.of(app, change), offline: true });
  return migration.assess();
}

/** Changes amplify-meta.json and backend-config.json of both trees. */
function editResources(project, change) {
  for (const tree of project.trees) {
    for (const file of ['amplify-meta.json', 'backend-config.json']) {
      if (fs.existsSync(path.join(project.folder, tree, file))) project.editJson(`${tree}/${file}`, change);
    }
  }
}

test('a resource without a service is told, and the others are still assessed', async () => {
  const assessment = await assessed('notes', (project) =>
    editResources(project, (meta) => {
      delete Object.values(meta.storage)[0].service;
    }),
  );
  assert.equal(assessment.resources.length, 4);
  const storage = assessment.resources.find(({ category }) => category === 'storage');
  assert.equal(storage.generate.status, 'unsupported');
});

test('a category that is not supported is told with its reason', async () => {
  const assessment = await assessed('notes', (project) =>
    editResources(project, (meta) => {
      meta.xr = { scene: { service: 'Sumerian', providerPlugin: 'awscloudformation' } };
    }),
  );
  const scene = assessment.resources.find(({ resource }) => resource === 'scene');
  assert.equal(scene.generate.status, 'unsupported');
  assert.ok(scene.generate.reason);
});

test('a function in a language that is not known is told, not generated', async () => {
  const project = projects.of('notes', ({ folder }) => {
    for (const file of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!/notesdigest.*template\.json$/.test(file)) continue;
      const template = path.join(folder, file);
      fs.writeFileSync(template, fs.readFileSync(template, 'utf8').replace(/"nodejs\d+\.x"/g, '"ruby3.3"'));
    }
  });
  const out = path.join(projects.folder(), 'out');
  const { code, stdout } = await cli([
    'generate',
    '--offline',
    '--yes',
    '--json',
    '--branch',
    'main',
    '--out',
    out,
    '--project',
    project,
  ]);
  assert.equal(code, 0, stdout);
  const { assessment } = jsonLines(stdout).at(-1);
  assert.ok(assessment.findings.some(({ message }) => /notesdigest/.test(message) && /ruby/.test(message)));
  assert.ok(!fs.existsSync(path.join(out, 'amplify/function/notesdigest')));
});

test('missing cli-inputs.json: what is needed comes from the deployed template', async () => {
  const assessment = await assessed('notes', (project) => {
    for (const file of fs.readdirSync(project.folder, { recursive: true, encoding: 'utf8' })) {
      if (path.basename(file) === 'cli-inputs.json') project.remove(file);
    }
  });
  assert.deepEqual(
    assessment.resources.map(({ generate }) => generate.status),
    ['supported', 'supported', 'supported', 'supported'],
  );
});

/** The same with a cloud behind it. */
let cloud;
let app;
before(async () => {
  cloud = await startCloud();
  app = await cloud.seedApp({
    app: new URL('./apps/notes', import.meta.url).pathname,
    out: path.join(projects.root, 'seeded'),
  });
});
after(() => cloud?.stop());

const environment = (more = {}) => ({
  ...process.env,
  ...cloud.environment({ region: app.region, accountId: app.accountId }),
  ...more,
});

test('no credentials', async () => {
  const env = environment({ HOME: projects.folder(), AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
  const error = await failure(['lock', '--yes'], { project: app.projectDir, env });
  assert.equal(error.code, 'CREDENTIALS_MISSING');
});

test('credentials of another account', async () => {
  const error = await failure(['lock', '--yes'], {
    project: app.projectDir,
    env: environment({ AWS_ACCESS_KEY_ID: '999999999999' }),
  });
  assert.equal(error.code, 'ACCOUNT_MISMATCH');
  assert.deepEqual(error.details, {
    environment: 'main',
    stack: app.gen1Root,
    expected: app.accountId,
    found: '999999999999',
  });
});

test('expired credentials, and a refresh that gives new ones', async () => {
  const keys = { accessKeyId: app.accountId, secretAccessKey: 's' };
  const open = (more) => api.Migration.open({ projectDir: app.projectDir, endpointUrl: cloud.endpoint, ...more });
  await assert.rejects(open({ credentials: { ...keys, expiration: new Date(Date.now() - 60_000) } }), {
    code: 'CREDENTIALS_EXPIRED',
  });

  let asked = 0;
  const refreshCredentials = async () => {
    asked += 1;
    return { ...keys, expiration: new Date(Date.now() + 3_600_000) };
  };
  const migration = await open({
    credentials: { ...keys, expiration: new Date(Date.now() - 60_000) },
    refreshCredentials,
  });
  assert.equal(migration.appName, 'notes');
  assert.equal(asked, 1);

  const failing = async () => {
    throw new Error('the session has ended');
  };
  await assert.rejects(open({ credentials: { ...keys, expiration: 1 }, refreshCredentials: failing }), (error) => {
    assert.equal(error.code, 'CREDENTIALS_MISSING');
    assert.match(error.message, /the session has ended/);
    return true;
  });
});

test('no answer from AWS', async () => {
  const error = await failure(['lock', '--yes', '--endpoint-url', 'http://127.0.0.1:9'], {
    project: app.projectDir,
    env: environment(),
  });
  assert.equal(error.code, 'NO_ANSWER');
  assert.match(error.resolution, /endpoint/);
});

test('throttling that lasts', async () => {
  await cloud.faults([{ action: 'GetCallerIdentity', kind: 'throttle', every: 1 }]);
  try {
    const error = await failure(['lock', '--yes'], { project: app.projectDir, env: environment() });
    assert.equal(error.code, 'THROTTLED');
  } finally {
    await cloud.faults([]);
  }
});

test('--to that names nothing, or the Gen 1 root itself', async () => {
  const refactor = (to) => failure(['refactor', '--yes', '--to', to], { project: app.projectDir, env: environment() });
  const nothing = await refactor('amplify-nothing-here');
  assert.equal(nothing.code, 'GEN2_ROOT_NOT_FOUND', nothing.message);
  assert.match(nothing.message, /amplify-nothing-here/);
  const itself = await refactor(app.gen1Root);
  assert.equal(itself.code, 'GEN2_ROOT_IS_GEN1', itself.message);
  assert.match(itself.message, new RegExp(app.gen1Root));
});

test('another environment than the one whose migration has begun', async () => {
  const kept = await cloud.snapshot();
  try {
    await cloud.control('POST', '/_reset');
    const seeded = path.join(projects.root, 'marked');
    await cloud.seedApp({
      app: new URL('./apps/notes', import.meta.url).pathname,
      out: seeded,
      envs: ['main', 'main=dev'],
    });
    const { status } = await amplify('POST', `/apps/${app.appId}`, {
      environmentVariables: { GEN2_MIGRATION_ENVIRONMENT_NAME: 'dev' },
    });
    assert.equal(status, 200);
    const error = await failure(['lock', '--yes', '--env', 'main'], { project: seeded, env: environment() });
    assert.equal(error.code, 'ENVIRONMENT_NOT_MARKED');
    assert.deepEqual(error.details, { environment: 'main', marked: 'dev' });
  } finally {
    await cloud.restore(kept);
  }
});

/** A call to the Amplify service of the stand-in, which does not look at signatures. */
function amplify(method, route, body) {
  const authorization = `AWS4-HMAC-SHA256 Credential=${app.accountId}/20260101/${app.region}/amplify/aws4_request`;
  return fetch(cloud.endpoint + route, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
