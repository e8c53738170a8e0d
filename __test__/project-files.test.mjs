/**
 * What generate does to the project around `amplify/`: the files that it edits, the states of a project that it meets, and what is left when it
 * is killed. Run as users run it.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { BIN, cli, Command, jsonLines } from './support/cli.mjs';
import { Project, Projects } from './support/projects.mjs';

const APPS = fileURLToPath(new URL('./apps/', import.meta.url));
/** The largest project takes seconds, on a busy machine more. */
const PATIENCE_MS = 180_000;
const projects = new Projects();
after(() => projects.remove());

/** Every file, git's own and ours apart. @param {string} folder @returns {Record<string, string>} */
function contents(folder) {
  return Object.fromEntries(
    fs
      .readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)).replaceAll('\\', '/'),
      )
      .filter((file) => !/^\.(git|amplify)\//.test(file))
      .sort()
      .map((file) => [file, fs.readFileSync(path.join(folder, file), 'base64')]),
  );
}

/** @param {string} folder @param {...string} args */
function git(folder, ...args) {
  return execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** @param {string} folder @param {string} [branch] */
function commit(folder, branch = 'gen2-main') {
  git(folder, 'init', '--quiet', '--initial-branch', branch);
  git(folder, 'add', '--all', '--force');
  git(folder, 'commit', '--quiet', '--message', 'Gen 1');
  return folder;
}

/** @param {string} project @param {...string} args */
async function run(project, ...args) {
  const command = ['generate', '--yes', '--json', '--project', project, ...args];
  const { code, stdout, stderr } = await cli(command, { patienceMs: PATIENCE_MS });
  return { code, stderr, result: jsonLines(stdout).at(-1) };
}

/**
 * Generates into a folder of its own.
 * @param {string} project
 * @param {...string} args
 */
async function generate(project, ...args) {
  const out = path.join(projects.folder(), 'out');
  const branch = args.includes('--branch') ? [] : ['--branch', 'main'];
  const { code, result } = await run(project, '--offline', ...branch, '--out', out, ...args);
  assert.equal(code, 0, JSON.stringify(result.error));
  const read = (/** @type {string} */ file) => fs.readFileSync(path.join(out, file), 'utf8');
  return {
    out,
    read,
    result,
    findings: (/** @type {string} */ id) =>
      result.assessment.findings.filter((/** @type {any} */ one) => one.id === id),
  };
}

describe('states of a project', () => {
  test('a second run on a generated project is refused, with and without --out, and changes nothing', async () => {
    const project = commit(projects.of('notes'));
    assert.equal((await run(project, '--offline')).code, 0);
    git(project, 'add', '--all', '--force');
    git(project, 'commit', '--quiet', '--message', 'Gen 2');
    const before = contents(project);
    for (const more of [[], ['--out', path.join(projects.folder(), 'out')]]) {
      const { code, result } = await run(project, '--offline', ...more);
      assert.equal(code, 1);
      assert.equal(result.error.code, 'PROJECT_IS_GEN2');
      assert.match(result.error.resolution, /\S/);
    }
    assert.deepEqual(contents(project), before);
  });

  test('generate, rollback, generate: the second generation is the first, byte by byte', async () => {
    const project = commit(projects.of('shop'));
    assert.equal((await run(project, '--offline')).code, 0);
    const first = contents(project);
    assert.equal((await run(project, '--rollback')).code, 0);
    assert.equal(git(project, 'status', '--porcelain'), '');
    assert.equal((await run(project, '--offline')).code, 0);
    assert.deepEqual(contents(project), first);
  });

  test('changes that are staged, untracked, renamed or deleted each fail the validation, which names them', async () => {
    for (const [what, change, named] of /** @type {[string, (folder: string) => void, RegExp][]} */ ([
      [
        'staged',
        (folder) => (new Project(folder).write('src/App.tsx', '// x\n'), git(folder, 'add', '--all')),
        /src\/App\.tsx/,
      ],
      ['untracked', (folder) => new Project(folder).write('new folder/it’s.ts', '\n'), /new folder\//],
      ['renamed', (folder) => git(folder, 'mv', 'src/App.tsx', 'src/My App.tsx'), /src\/App\.tsx -> src\/My App\.tsx/],
      ['deleted', (folder) => new Project(folder).remove('src/App.tsx'), /src\/App\.tsx/],
    ])) {
      const project = commit(projects.of('notes'));
      change(project);
      const before = contents(project);
      const { code, result } = await run(project, '--offline');
      assert.equal(code, 1, what);
      assert.equal(result.error.code, 'VALIDATION_FAILED', what);
      assert.match(result.error.details.validations[0].report, named, what);
      assert.deepEqual(contents(project), before, what);
    }
  });

  test('without git the work tree counts as not checked, and the run goes on', async () => {
    const project = projects.of('notes');
    const before = contents(project);
    const { code, stdout } = await cli(
      ['generate', '--offline', '--yes', '--json', '--project', project, '--branch', 'main'],
      { env: { ...process.env, GIT_CEILING_DIRECTORIES: path.dirname(project) } },
    );
    assert.equal(code, 0, stdout);
    const validated = jsonLines(stdout).filter(({ type }) => type === 'validated');
    const workTree = validated.find(({ validation, name }) => (validation?.name ?? name) === 'Working Directory');
    assert.equal(workTree?.status ?? workTree?.validation?.status, 'not-checked', JSON.stringify(validated));
    assert.equal((await run(project, '--rollback')).code, 0);
    assert.deepEqual(contents(project), before);
  });

  test('the branch comes from git, and its slashes get into no physical name', async () => {
    const project = commit(projects.of('atlas'), 'feature/x-y');
    const { code, result } = await run(project, '--offline');
    assert.equal(code, 0, JSON.stringify(result.error));
    const files = new Project(project);
    assert.match(files.read('amplify/branch.ts'), /migratedBranch = 'feature\/x-y'/);
    const suffixOf = nameSuffixIn(files.read('amplify/branch.ts'));
    assert.equal(suffixOf('main'), 'main');
    assert.equal(suffixOf('sandbox-alice'), 'sandbox-alice');
    const branches = ['feature/x-y', 'feature-x-y', 'feature_x_y', 'ünïcode', '🌲/🌳', 'a'.repeat(60), 'a'.repeat(61)];
    const suffixes = branches.map(suffixOf);
    assert.equal(new Set(suffixes).size, branches.length, suffixes.join(' '));
    for (const suffix of suffixes) assert.match(suffix, /^[A-Za-z0-9-]{1,24}$/);
    const generated = Object.keys(contents(path.join(project, 'amplify'))).filter((file) => file.endsWith('.ts'));
    const names = generated.flatMap(
      (file) => files.read(`amplify/${file}`).match(/^.*\b\w*[nN]ame'?[:,].*(Suffix|branchName).*$/gm) ?? [],
    );
    assert.ok(names.length > 3, 'there are physical names');
    for (const name of names) assert.doesNotMatch(name, /\$\{branchName\}/, name);
  });

  test('only the migrated branch takes over the names of Gen 1', async () => {
    for (const app of /** @type {const} */ (['shop', 'depot', 'gallery'])) {
      const { read } = await generate(projects.of(app), '--branch', 'feature/x-y');
      assert.match(
        read('amplify/backend.ts'),
        /function postRefactor\(\) \{\n  if \(!isMigratedBranch\) \{\n    return;\n/,
        app,
      );
      assert.match(
        read('amplify/branch.ts'),
        /`\$\{deploymentType\}-\$\{deploymentName\}`/,
        'sandboxes have a name of their own',
      );
    }
  });
});

describe('killed', () => {
  /** Where a replacement that is under way is recorded. */
  const STATE = '.amplify/gen2-migration/generate-state.json';

  /**
   * Kills a command. With `replacingMs` the clock starts when the replacement begins: the event loop is kept busy, because a timer is too coarse.
   * @param {string} project
   * @param {string[]} args
   * @param {{ afterMs: number } | { replacingMs: number }} instant
   */
  async function kill(project, args, instant) {
    const command = new Command([BIN, ...args]);
    if ('afterMs' in instant) {
      await new Promise((resolve) => setTimeout(resolve, instant.afterMs));
    } else {
      await new Promise((resolve) => command.child.once('spawn', () => resolve(undefined)));
      const state = path.join(project, STATE);
      wait(() => fs.existsSync(state), 20_000);
      const start = performance.now();
      wait(() => performance.now() - start >= instant.replacingMs, 1_000);
    }
    command.child.kill('SIGKILL');
    await command.outcome;
    return fs.existsSync(path.join(project, STATE));
  }

  /** @param {() => boolean} condition @param {number} patienceMs */
  function wait(condition, patienceMs) {
    const deadline = performance.now() + patienceMs;
    while (!condition() && performance.now() < deadline);
  }

  const instants = [
    ...[150, 300, 450, 600].map((afterMs) => ({ afterMs })),
    ...[0, 0.2, 0.5, 1, 2, 4, 8, 16].map((replacingMs) => ({ replacingMs })),
  ];

  test('at any instant of the replacement: the next run finds all of it, and the rollback every byte', async () => {
    let halfway = 0;
    for (const instant of instants) {
      const project = commit(projects.of('notes'));
      const before = contents(project);
      halfway += Number(
        await kill(project, ['generate', '--offline', '--yes', '--json', '--project', project], instant),
      );

      const again = await run(project, '--offline', '--skip-validations');
      if (again.code !== 0)
        assert.equal(again.result.error.code, 'PROJECT_IS_GEN2', JSON.stringify(again.result.error));
      assert.ok(fs.existsSync(path.join(project, 'amplify/backend.ts')), JSON.stringify(instant));
      assert.ok(!fs.existsSync(path.join(project, 'amplify/backend')), 'no mix of both generations');

      await kill(project, ['generate', '--rollback', '--yes', '--json', '--project', project], instant);
      const back = await run(project, '--rollback');
      if (back.code !== 0) assert.equal(back.result.error.code, 'BACKUP_NOT_FOUND', JSON.stringify(back.result.error));
      assert.deepEqual(contents(project), before, JSON.stringify(instant));
      assert.equal(git(project, 'status', '--porcelain'), '');
    }
    assert.ok(halfway > 0, 'at least one run was killed between its first rename and its last');
  });
});

describe('.gitignore', () => {
  const BLOCK =
    '#amplify-do-not-edit-begin\namplify/backend/.temp\nbuild/\ndist/\nnode_modules/\n#amplify-do-not-edit-end\n';

  for (const [what, before, after] of /** @type {[string, string | undefined, string][]} */ ([
    [
      'tracked build folders stay tracked',
      `!build/\n!dist/\n${BLOCK}`,
      '!build/\n!dist/\n\n# amplify\n.amplify\namplify_outputs*\namplifyconfiguration*\naws-exports*\nnode_modules\n',
    ],
    [
      'a longer name is not the name',
      `my-node_modules\n.amplify-local\n${BLOCK}`,
      'my-node_modules\n.amplify-local\n\n# amplify\n.amplify\namplify_outputs*\namplifyconfiguration*\naws-exports*\nnode_modules\n',
    ],
    [
      'blank lines and CRLF are kept',
      `a\r\n\r\n\r\nb\r\n${BLOCK.replaceAll('\n', '\r\n')}`,
      'a\r\n\r\n\r\nb\r\n\r\n# amplify\r\n.amplify\r\namplify_outputs*\r\namplifyconfiguration*\r\naws-exports*\r\nnode_modules\r\n',
    ],
    [
      'what is there is not written again',
      `.amplify\namplify_outputs*\namplifyconfiguration*\naws-exports*\nnode_modules\n`,
      `.amplify\namplify_outputs*\namplifyconfiguration*\naws-exports*\nnode_modules\n`,
    ],
    [
      'an absent file is made',
      undefined,
      '# amplify\n.amplify\namplify_outputs*\namplifyconfiguration*\naws-exports*\nnode_modules\n',
    ],
  ])) {
    test(what, async () => {
      const project = projects.of('notes', (files) => {
        if (before === undefined) files.remove('.gitignore');
        else files.write('.gitignore', before);
      });
      assert.equal((await generate(project)).read('.gitignore'), after);
    });
  }
});

describe('amplify.yml', () => {
  const file = (/** @type {string} */ command) =>
    `version: 1\n# mine\nbackend:\n  phases:\n    build:\n      commands:\n        - ${command}\nfrontend:\n  phases:\n    build:\n      commands: [npm run build]\n`;
  const INSTALL = 'npm ci';
  const DEPLOY = 'npx ampx pipeline-deploy --branch $AWS_BRANCH --app-id $AWS_APP_ID';

  for (const [command, expected, dropped] of /** @type {[string, RegExp, boolean][]} */ ([
    ['amplifyPush --simple', new RegExp(`        - ${literal(INSTALL)}\\n        - ${literal(DEPLOY)}\\n`), false],
    ['amplifyPush', new RegExp(literal(DEPLOY)), false],
    ['"amplifyPush -s"', new RegExp(literal(DEPLOY)), false],
    ['amplifyPush --environment prod --simple # push', new RegExp(literal(DEPLOY)), true],
    [
      'amplifyPush --simple --environment "prod2" # push',
      new RegExp(`- ${literal(INSTALL)} # push\\n        - ${literal(DEPLOY)}\\n`),
      true,
    ],
    [
      'if [ "$AWS_BRANCH" = main ]; then amplifyPush --simple; fi',
      new RegExp(`= main \\]; then .*${literal(DEPLOY)}; fi`),
      false,
    ],
  ])) {
    test(`${command} becomes the deployment of Gen 2, and the rest stays`, async () => {
      const project = projects.of('notes', (files) => {
        files.write('package-lock.json', '{}\n');
        files.write('amplify.yml', file(command));
      });
      const { read, findings } = await generate(project);
      const text = read('amplify.yml');
      assert.match(text, expected);
      assert.doesNotMatch(text, /amplifyPush/);
      assert.ok(text.startsWith('version: 1\n# mine\nbackend:\n'), text);
      assert.ok(text.endsWith('frontend:\n  phases:\n    build:\n      commands: [npm run build]\n'), text);
      assert.equal(findings('build-spec-flags').length > 0, dropped);
    });
  }

  test('a monorepo: only the application of this project changes, with its own indent', async () => {
    const repository = projects.folder();
    const project = path.join(repository, 'apps/web site');
    fs.cpSync(projects.of('notes'), project, { recursive: true });
    fs.rmSync(path.join(project, 'amplify.yml'));
    const text =
      'version: 1\napplications:\n- appRoot: apps/admin\n  backend:\n    phases:\n      build:\n        commands:\n        - amplifyPush --simple\n' +
      "- appRoot: 'apps/web site' # ours\n  backend:\n    phases:\n      build:\n        commands:\n        - amplifyPush --simple\n";
    fs.writeFileSync(path.join(repository, 'amplify.yml'), text);
    fs.writeFileSync(path.join(repository, 'package-lock.json'), '{}\n');
    commit(repository);
    const { code, result } = await run(project, '--offline');
    assert.equal(code, 0, JSON.stringify(result.error));
    const edited = fs.readFileSync(path.join(repository, 'amplify.yml'), 'utf8');
    const [others, ours] = edited.split("- appRoot: 'apps/web site' # ours");
    assert.equal(others, text.split("- appRoot: 'apps/web site' # ours")[0]);
    assert.match(ours, new RegExp(`\\n {8}- ${literal(INSTALL)}\\n {8}- ${literal(DEPLOY)}\\n`));
    assert.doesNotMatch(ours, /amplifyPush/);
    assert.ok(!fs.existsSync(path.join(project, 'amplify.yml')));
  });

  test('without a lock file there is nothing that a clean install could go by', async () => {
    const project = projects.of('notes', (files) => files.write('amplify.yml', file('amplifyPush --simple')));
    assert.match((await generate(project)).read('amplify.yml'), /- npm install\n/);
  });

  test('the lock file tells how packages are installed', async () => {
    const project = projects.of('notes', (files) => {
      files.remove('package-lock.json');
      files.write('yarn.lock', '# yarn lockfile v1\n');
      files.write('amplify.yml', file('amplifyPush --simple'));
    });
    assert.match((await generate(project)).read('amplify.yml'), /- yarn install --frozen-lockfile\n/);
  });

  for (const [lock, content, install] of [
    ['yarn.lock', '__metadata:\n  version: 8\n', 'yarn install --immutable'],
    ['pnpm-lock.yaml', "lockfileVersion: '9.0'\n", 'pnpm install --frozen-lockfile'],
    ['bun.lock', '{}\n', 'bun install --frozen-lockfile'],
  ]) {
    test(`${lock} (${content.trim()}): ${install}`, async () => {
      const project = projects.of('notes', (files) => {
        files.remove('package-lock.json');
        files.write(lock, content);
        files.write('amplify.yml', file('amplifyPush --simple'));
      });
      const text = (await generate(project)).read('amplify.yml');
      assert.ok(text.includes(`- ${install}\n`), text);
      assert.doesNotMatch(text, /npm ci/);
    });
  }
});

describe('package.json', () => {
  test("the project's own pins, fields and layout stay; what is too old is told with its line", async () => {
    const project = projects.of('notes', (files) => {
      files.write(
        'package.json',
        '{\n\t"name": "n",\n\t"devDependencies": {\n\t\t"aws-cdk-lib": "2.100.0",\n\t\t"@types/node": "20.1.0",\n\t\t"zzz": "1.0.0"\n\t},\n\t"private": true\n}\n',
      );
    });
    const { read, findings } = await generate(project);
    const text = read('package.json');
    const written = JSON.parse(text);
    assert.equal(written.devDependencies['aws-cdk-lib'], '2.100.0');
    assert.equal(written.devDependencies['@types/node'], '20.1.0');
    assert.match(text, /^\t"private": true,?$/m);
    assert.match(text, /^\t\t"@aws-amplify\/backend": /m);
    assert.deepEqual(
      findings('tool-version-too-old').map((/** @type {any} */ one) => [one.path, one.line]),
      [
        ['package.json', 5],
        ['package.json', 4],
      ],
    );
  });

  test('functions that want different versions are told, with both versions', async () => {
    const project = projects.of('shop', (files) => {
      const functions = fs.readdirSync(path.join(files.folder, files.trees[0], 'function'));
      for (const tree of files.trees)
        for (const [index, name] of functions.slice(0, 2).entries())
          files.write(
            `${tree}/function/${name}/src/package.json`,
            JSON.stringify({ name, dependencies: { uuid: index ? '^9.0.0' : '^11.0.0' } }),
          );
    });
    const { result } = await generate(project);
    const told = result.assessment.findings.filter((/** @type {any} */ one) => /^dependency-conflict/.test(one.id));
    assert.ok(
      told.some((/** @type {any} */ one) => /\^9\.0\.0/.test(one.message) && /\^11\.0\.0/.test(one.message)),
      JSON.stringify(told),
    );
  });
});

describe('which tree is read', () => {
  test('what was changed since the last push is told, file by file, and not generated', async () => {
    const project = projects.of('notes', (files) => {
      const source = 'amplify/backend/function/notesdigest/src/index.js';
      files.write(source, `${files.read(source)}\n// not pushed\n`);
      files.write('amplify/backend/function/notesdigest/src/new.js', '// not pushed either\n');
    });
    const { out, result } = await generate(project);
    const sources = fs.readdirSync(path.join(out, 'amplify/function/notesdigest/src'));
    assert.ok(!sources.includes('new.js'));
    assert.doesNotMatch(
      fs.readFileSync(path.join(out, 'amplify/function/notesdigest/src/index.js'), 'utf8'),
      /not pushed/,
    );
    const told = result.assessment.findings.filter((/** @type {any} */ one) =>
      /amplify\/backend\/.*notesdigest|notesdigest.*amplify\/backend/.test(`${one.path} ${one.message}`),
    );
    assert.ok(
      told.some((/** @type {any} */ one) => /index\.js|new\.js/.test(`${one.path} ${one.message}`)),
      JSON.stringify(
        result.assessment.findings.map((/** @type {any} */ one) => [one.id, one.path, one.message]),
        null,
        1,
      ),
    );
  });
});

describe('names', () => {
  test('functions whose names differ only in case, or are called like what is generated, each get an identifier of their own', async () => {
    const taken = [
      'backend',
      'auth',
      'data',
      'storage',
      'branchName',
      'isMigratedBranch',
      'postRefactor',
      'defineFunction',
      'class',
      'await',
      'constructor',
      'toString',
      '1st',
      'Notesdigest',
    ];
    const project = projects.of('notes', (files) => {
      for (const tree of files.trees) for (const name of taken) copyFunction(files, tree, 'notesdigest', name);
    });
    const { out, read } = await generate(project);
    const text = read('amplify/backend.ts');
    const definition = /defineBackend\(\{([\s\S]*?)\}\);/.exec(text)?.[1] ?? '';
    const keys = definition
      .split('\n')
      .map((line) => line.trim().replace(/[,:].*$/, ''))
      .filter(Boolean);
    assert.equal(new Set(keys).size, keys.length, definition);
    assert.equal(keys.length, 3 + 1 + taken.length, definition);
    const folders = fs.readdirSync(path.join(out, 'amplify/function')).map((name) => name.toLowerCase());
    assert.equal(new Set(folders).size, folders.length, 'also where case does not count');
  });

  test('no function takes a name that a generated file gives to something else', async () => {
    const names = new Set(/** @type {string[]} */ ([]));
    for (const app of fs.readdirSync(APPS).filter((name) => fs.existsSync(path.join(APPS, name, 'gen1-project')))) {
      const { out } = await generate(projects.of(app), '--skip-validations');
      for (const file of generatedFiles(out)) for (const name of bindings(file)) names.add(name);
    }
    // names made of a resource's own are as many as there are resources
    const taken = [...names].filter((name) => /^(?!(wire|create)[A-Z])[A-Za-z][A-Za-z0-9]*$/.test(name));
    assert.ok(taken.length > 100, taken.join());
    const project = projects.of('notes', (files) => {
      for (const tree of files.trees) {
        for (const name of taken) copyFunction(files, tree, 'notesdigest', name);
        const schema = `${tree}/api/notes/schema.graphql`;
        const fields = taken.map((name) => `  call${name}: String @function(name: "${name}-\${env}")`);
        files.write(schema, `${files.read(schema)}\ntype Query {\n${fields.join('\n')}\n}\n`);
      }
    });
    const { out } = await generate(project);
    for (const file of generatedFiles(out)) {
      const found = bindings(file);
      const twice = found.filter((name, position) => found.indexOf(name) !== position);
      assert.deepEqual(twice, [], path.relative(out, file));
    }
  });

  /** Generated modules, the users' own sources apart. @param {string} out */
  function generatedFiles(out) {
    return fs
      .readdirSync(path.join(out, 'amplify'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/(^|[/\\])src[/\\]/.test(file))
      .map((file) => path.join(out, 'amplify', file));
  }

  /** What a module imports and declares at its top. @param {string} file @returns {string[]} */
  function bindings(file) {
    const { statements } = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
    return statements.flatMap((statement) => {
      if (ts.isImportDeclaration(statement)) {
        const { name, namedBindings } = statement.importClause ?? {};
        const named = namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements : [];
        return [...(name ? [name.text] : []), ...named.map((element) => element.name.text)];
      }
      if (ts.isVariableStatement(statement))
        return statement.declarationList.declarations.flatMap((one) =>
          ts.isIdentifier(one.name) ? [one.name.text] : [],
        );
      if (ts.isFunctionDeclaration(statement) && statement.name) return [statement.name.text];
      return [];
    });
  }

  /** @param {Project} files @param {string} tree @param {string} from @param {string} to */
  function copyFunction(files, tree, from, to) {
    const folder = path.join(files.folder, tree, 'function');
    if (!fs.existsSync(path.join(folder, to)))
      fs.cpSync(path.join(folder, from), path.join(folder, to), { recursive: true });
    const rename = (/** @type {string} */ text) => text.replaceAll(from, to);
    for (const entry of fs.readdirSync(path.join(folder, to))) {
      const file = path.join(folder, to, entry);
      if (!fs.statSync(file).isFile()) continue;
      fs.writeFileSync(file, rename(fs.readFileSync(file, 'utf8')));
      if (rename(entry) !== entry) fs.renameSync(file, path.join(folder, to, rename(entry)));
    }
    for (const file of ['amplify-meta.json', 'backend-config.json'])
      files.editJson(`${tree}/${file}`, (all) => {
        all.function[to] = JSON.parse(rename(JSON.stringify(all.function[from] ?? {})));
      });
    const built = path.join(files.folder, tree, 'awscloudformation/build/function');
    if (fs.existsSync(built)) {
      fs.mkdirSync(path.join(built, to), { recursive: true });
      for (const entry of fs.readdirSync(path.join(built, from)))
        fs.writeFileSync(
          path.join(built, to, rename(entry)),
          rename(fs.readFileSync(path.join(built, from, entry), 'utf8')),
        );
    }
  }
});

describe('--frontend', () => {
  test('common forms are edited, everything else is told with file and line', async () => {
    const source = {
      'src/plain.ts': ["import config from './aws-exports';", "import config from '../amplify_outputs.json';"],
      'src/a/b/deep.jsx': [
        'import awsconfig from "../../amplifyconfiguration.json"',
        'import awsconfig from "../../../amplify_outputs.json"',
      ],
      'src/picked.cjs': ["const { default: config } = require('./aws-exports.js');", null],
      'src/key.cjs': ["const pool = require('./aws-exports').aws_user_pools_id;", null],
      'src/whole.cjs': [
        "const config = require('./amplifyconfiguration.json');",
        "const config = require('../amplify_outputs.json');",
      ],
      'src/lazy.mjs': [
        "const config = (await import('./amplifyconfiguration.json')).default;",
        "const config = (await import('../amplify_outputs.json')).default;",
      ],
      'src/default.cjs': ["const { default: config } = require('./aws-exports.js');", null],
      'src/key.cjs': ["const pool = require('./aws-exports').aws_user_pools_id;", null],
      'src/alias.ts': ["import config from '@/aws-exports';", null],
      'src/named.ts': ["import { aws_user_pools_id as pool } from './aws-exports';", null],
      'src/reexport.ts': ["export { default } from './aws-exports';", null],
      'src/typed.ts': [
        "import config from './amplifyconfiguration.json' with { type: 'json' };",
        "import config from '../amplify_outputs.json' with { type: 'json' };",
      ],
      'src/comment.ts': ["// import config from './aws-exports';", undefined],
      'src/page.vue': [
        "<script setup>\nimport config from './aws-exports';\n</script>",
        "<script setup>\nimport config from '../amplify_outputs.json';\n</script>",
      ],
    };
    const project = projects.of('notes', (files) => {
      for (const [file, [text]] of Object.entries(source)) files.write(file, `// ${'x'.repeat(10)}\n${text}\n`);
    });
    commit(project);
    const { code, result } = await run(project, '--offline', '--frontend');
    assert.equal(code, 0, JSON.stringify(result.error));
    for (const [file, [before, after]] of Object.entries(source)) {
      assert.equal(new Project(project).read(file), `// xxxxxxxxxx\n${after ?? before}\n`, file);
      const told = result.assessment.findings.filter((/** @type {any} */ one) => one.path === file);
      if (after === null)
        assert.ok(
          told.some((/** @type {any} */ one) => one.line === 2 && one.remedy),
          `${file}: ${JSON.stringify(told)}`,
        );
      if (after === undefined) assert.deepEqual(told, [], file);
    }
  });
});

/** @param {string} text */
function literal(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** What `nameSuffix` of a generated branch.ts is for a branch. @param {string} source @returns {(branch: string) => string} */
function nameSuffixIn(source) {
  const expression = /nameSuffix = ([^;]+);/.exec(source)?.[1];
  const compute = new Function('branchName', 'createHash', `return ${expression}`);
  return (branch) => compute(branch, createHash);
}
