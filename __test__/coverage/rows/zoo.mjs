/** The project around `amplify/`: names, files that generate edits, states of a project that it meets, the site's own source. */
import assert from 'node:assert/strict';

const TESTS = '__test__/project-files.test.mjs';

/** @type {import('../row.mjs').Row[]} */
export const rows = [
  {
    id: 'names-identifiers',
    page: 'Defect 1',
    gen2: 'an identifier of its own for each resource, whatever it is called',
    test: { file: TESTS, name: 'no function takes a name that a generated file gives to something else' },
    change: { file: 'src/generate/names.rs', from: '    "isMigratedBranch",\n', to: '' },
  },
  {
    id: 'names-property-keys',
    page: 'Defect 5',
    gen2: 'property keys are quoted where they are no identifiers',
    app: 'odd',
    check({ gen1, gen2, files }) {
      const named = (/** @type {import('../row.mjs').Stacks} */ stacks) =>
        stacks.all('AWS::Cognito::UserPoolGroup').map(({ properties }) => properties.GroupName);
      assert.ok(named(gen1).includes("Bob's-Team"), JSON.stringify(named(gen1)));
      assert.ok(named(gen2).includes("Bob's-Team"), JSON.stringify(named(gen2)));
      assert.match(files['amplify/auth/overrides.ts'], /groups\['Bob\\'s-Team'\]/);
      assert.match(files['amplify/auth/overrides.ts'], /groups\.default\b/);
    },
    change: {
      file: 'src/generate/typescript/identifier.rs',
      from: "        && characters.all(|rest| rest.is_ascii_alphanumeric() || rest == '_' || rest == '$')",
      to: '        && characters.count() > 0',
    },
  },
  {
    id: 'branch-in-physical-names',
    page: 'Defect 26',
    gen2: 'nameSuffix: the branch in letters, digits and dashes, cut to 24; a digest tells the changed ones apart',
    test: { file: TESTS, name: 'the branch comes from git, and its slashes get into no physical name' },
    change: {
      file: 'templates/branch.hbs',
      from: "branchName.replace(/[^A-Za-z0-9-]/g, '-')",
      to: 'branchName',
    },
  },
  {
    id: 'names-of-production',
    page: 'Issue: Tooling: a git branch or a sandbox instead of an environment',
    gen2: 'postRefactor() returns unless it is the migrated branch; sandboxes have names of their own',
    test: { file: TESTS, name: 'only the migrated branch takes over the names of Gen 1' },
    change: { file: 'templates/backend.hbs', from: 'if (!isMigratedBranch) {', to: 'if (isMigratedBranch) {' },
  },
  {
    id: 'gitignore',
    page: 'Defect 28',
    gen2: '.gitignore: Gen 1’s block goes, whole lines are compared, no build folder is added',
    test: { file: TESTS, name: 'a longer name is not the name' },
    change: {
      file: 'src/generate/project_files/gitignore.rs',
      from: '!text.lines().any(|line| line.trim_end() == *wanted)',
      to: '!text.contains(*wanted)',
    },
  },
  {
    id: 'build-spec-monorepo',
    page: 'Defect 29',
    gen2: 'amplify.yml is edited in place: only the application of this project, comments and indent stay',
    test: { file: TESTS, name: 'a monorepo: only the application of this project changes, with its own indent' },
    change: {
      file: 'src/generate/project_files/build_spec.rs',
      from: '.filter(|(_, application)| normal_path(&application.root) == normal_path(root))',
      to: '.filter(|(_, application)| normal_path(&application.root) != normal_path(root))',
    },
  },
  {
    id: 'build-spec-package-manager',
    page: 'Issue: Tooling: amplify push in the build',
    gen2: "ampx pipeline-deploy after the package manager's own clean install",
    test: { file: TESTS, name: 'the lock file tells how packages are installed' },
    change: {
      file: 'src/generate/project_files/package_manager.rs',
      from: 'Some(if is_modern { Self::Yarn } else { Self::YarnClassic })',
      to: 'Some(if is_modern { Self::YarnClassic } else { Self::Npm })',
    },
  },
  {
    id: 'package-pins',
    page: 'Defect 30',
    gen2: "package.json: the project's own pins stay; those that Gen 2 cannot work with are told with their line",
    test: {
      file: TESTS,
      name: "the project's own pins, fields and layout stay; what is too old is told with its line",
    },
    change: {
      file: 'src/generate/project_files/package_json.rs',
      from: 'if file.pin(package).is_none() {',
      to: 'if file.pin(package).is_some() {',
    },
  },
  {
    id: 'tree-that-is-read',
    page: 'Defect 31',
    gen2: 'sources and configuration come from the deployed tree; what differs locally is told file by file',
    test: { file: TESTS, name: 'what was changed since the last push is told, file by file, and not generated' },
    change: {
      file: 'src/project/tree.rs',
      from: 'let resource = file.split(\'/\').take(2).collect::<Vec<_>>().join("/");',
      to: 'let resource = file.split(\'/\').take(2).collect::<Vec<_>>().join("/");\n            if resource.starts_with("function/") { continue; }',
    },
  },
  {
    id: 'frontend-imports',
    page: 'Issue: Tooling: amplifyconfiguration.json and aws-exports.js',
    gen2: '--frontend edits the common forms of import to amplify_outputs.json; the rest is told with file and line',
    test: { file: TESTS, name: 'common forms are edited, everything else is told with file and line' },
    change: {
      file: 'src/frontend/edit.rs',
      from: "return before.ends_with('(') && is_whole(before, after);",
      to: 'return false;',
    },
  },
  {
    id: 'runs-twice',
    page: 'Issue: a second run on a generated project',
    gen2: 'refused with PROJECT_IS_GEN2',
    test: {
      file: TESTS,
      name: 'a second run on a generated project is refused, with and without --out, and changes nothing',
    },
    change: {
      file: 'src/project/mod.rs',
      from: 'match ["backend.ts", "backend.js", "backend.mts"]',
      to: 'match ["backend.js", "backend.mts"]',
    },
  },
  {
    id: 'uncommitted-changes',
    page: 'Issue: uncommitted changes',
    gen2: 'the validation Working Directory fails and names the files',
    test: {
      file: TESTS,
      name: 'changes that are staged, untracked, renamed or deleted each fail the validation, which names them',
    },
    change: {
      file: 'src/generate/step/working_directory.rs',
      from: '"--untracked-files=normal"',
      to: '"--untracked-files=no"',
    },
  },
  {
    id: 'interrupted',
    page: 'Issue: interrupted at any instant',
    gen2: 'the next run undoes or finishes it; nothing is lost',
    test: {
      file: TESTS,
      name: 'at any instant of the replacement: the next run finds all of it, and the rollback every byte',
    },
    change: {
      file: 'src/generate/write/replacement.rs',
      from: 'if State::read(folder.path())?.is_none() {',
      to: 'if State::read(folder.path())?.is_some() {',
    },
  },
  {
    id: 'console-made',
    page: 'Issue: groups, app clients and identity providers made in the console',
    gen2: 'findings with their names; what the stacks made, and the groups that Cognito makes for its providers, is not told',
    test: {
      file: '__test__/e2e/console-made.test.mjs',
      name: 'groups, app clients and identity providers that no stack made are told',
    },
    change: {
      file: 'src/backend/interpret/console_made.rs',
      from: 'one.resource_type == resource_type && one.physical_id.as_deref() == Some(physical_id)',
      to: 'one.resource_type == resource_type && physical_id.is_empty()',
    },
  },
  {
    id: 'trigger-by-arn',
    page: 'Issue: triggers that override.ts names by a spelled-out ARN',
    gen2: "the backend's own function as trigger or sender; a foreign one is told with its ARN",
    test: {
      file: 'src/backend/interpret/tests/auth.rs',
      name: 'triggers_are_read_from_the_pool_or_the_custom_resource_and_never_by_name',
    },
    change: {
      file: 'src/backend/interpret/auth.rs',
      from: 'spelled_out => interpretation.function_by_arn(&spelled_out),',
      to: '_ => None,',
    },
  },
];
