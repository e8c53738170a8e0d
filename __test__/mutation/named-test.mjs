/** A test by its file and its name: whether there is exactly one, whether `npm test` runs it, and how it ends. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { testFiles } from '../support/suites.mjs';
import { COPY, copyEnvironment, ROOT } from './changed-copy.mjs';

/**
 * @typedef {object} NamedTest
 * @property {string} file of the project: Rust below `src/`, JavaScript below `__test__/`
 * @property {string} name of a function in Rust; of a `test()` in JavaScript, as a run prints it
 *
 * @typedef {object} Ending
 * @property {'passed' | 'failed' | 'broken'} status `broken`: the test itself did not come to run
 * @property {string} said what failed, in a line
 */

/** Longer than any test of ours takes on a busy machine. */
const PATIENCE_MS = 20 * 60_000;

export function isRust(/** @type {NamedTest} */ { file }) {
  return file.endsWith('.rs');
}

/** What keeps a row from naming this test. @param {NamedTest} test @returns {string[]} */
export function problemsOfTest(test) {
  const absolute = path.join(ROOT, test.file);
  if (!fs.existsSync(absolute)) return [`there is no ${test.file}`];
  const text = fs.readFileSync(absolute, 'utf8');
  const found = isRust(test) ? rustTests(text, test.name) : javaScriptTests(text, test);
  const problems = [];
  if (found.length !== 1) problems.push(`${test.file} has ${found.length} tests called ${test.name}`);
  if (found.includes('skipped')) problems.push(`${test.file}: ${test.name} is switched off`);
  if (!(isRust(test) ? isCompiled(test.file) : isInScripts(test.file)))
    problems.push(`npm test does not run ${test.file}`);
  return problems;
}

/** @param {string} text @param {string} name @returns {('runs' | 'skipped')[]} */
function rustTests(text, name) {
  const declaration = new RegExp(`((?:^[ \\t]*#\\[.*\\]\\n)+)[ \\t]*(?:pub )?(?:async )?fn ${name}\\(`, 'gm');
  return [...text.matchAll(declaration)]
    .filter(([, attributes]) => /#\[(tokio::)?test\b/.test(attributes))
    .map(([, attributes]) => (/#\[ignore\b/.test(attributes) ? 'skipped' : 'runs'));
}

/** A module that no other declares is a file that no compiler sees. @param {string} file */
function isCompiled(file) {
  if (!file.startsWith('src/')) return false;
  let module = file.slice('src/'.length, -'.rs'.length).replace(/\/mod$/, '');
  while (module !== '' && module !== 'lib') {
    const parent = path.posix.dirname(module);
    const parents = parent === '.' ? ['src/lib.rs'] : [`src/${parent}.rs`, `src/${parent}/mod.rs`];
    const declared = new RegExp(`^\\s*(pub(\\(.*?\\))? )?mod ${path.posix.basename(module)};`, 'm');
    const texts = parents.map((one) => path.join(ROOT, one)).filter((one) => fs.existsSync(one));
    if (!texts.some((one) => declared.test(fs.readFileSync(one, 'utf8')))) return false;
    module = parent === '.' ? '' : parent;
  }
  return true;
}

/** @param {string} file */
function isInScripts(file) {
  return testFiles()
    .map((glob) => new RegExp(`^${glob.split('*').map(escaped).join('[^/]*')}$`))
    .some((pattern) => pattern.test(file));
}

/** @param {string} text @param {NamedTest} test @returns {('runs' | 'skipped')[]} */
function javaScriptTests(text, { file, name }) {
  /** @type {('runs' | 'skipped')[]} */
  const found = [];
  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isCallExpression(node)) {
      const callee = node.expression.getText(source);
      const isTest = /^(test|it|t\.test)(\.(skip|todo|only))?$/.test(callee);
      const names = isTest && node.arguments[0] ? patternsOf(node.arguments[0]) : [];
      for (const _ of names.filter((one) => one.test(name)))
        found.push(/\.(skip|todo)$/.test(callee) ? 'skipped' : 'runs');
    }
    ts.forEachChild(node, visit);
  };
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  visit(source);
  return found;
}

/** The names that an expression may give a test; none for what is not written there. @param {ts.Node} node @returns {RegExp[]} */
function patternsOf(node) {
  if (ts.isStringLiteralLike(node)) return [new RegExp(`^${escaped(node.text)}$`)];
  if (ts.isIdentifier(node)) return literalsOfLoop(node);
  if (ts.isConditionalExpression(node)) return [...patternsOf(node.whenTrue), ...patternsOf(node.whenFalse)];
  if (!ts.isTemplateExpression(node)) return [];
  const texts = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
  return texts.join('').trim() === '' ? [] : [new RegExp(`^${texts.map(escaped).join('.*')}$`)];
}

/** Of a test in a loop over a table, whose name is in the table. @param {ts.Identifier} variable @returns {RegExp[]} */
function literalsOfLoop(variable) {
  /** @type {ts.Node} */
  let loop = variable;
  while (loop && !ts.isForOfStatement(loop)) loop = loop.parent;
  /** @type {RegExp[]} */
  const literals = [];
  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isStringLiteralLike(node)) literals.push(new RegExp(`^${escaped(node.text)}$`));
    ts.forEachChild(node, visit);
  };
  if (loop) visit(/** @type {ts.ForOfStatement} */ (loop).expression);
  return literals;
}

/**
 * Runs the test in the changed copy, which is built, until it has failed or passed.
 * @param {NamedTest} test
 * @returns {Promise<Ending>}
 */
export function runInCopy(test) {
  return isRust(test) ? runRust(test) : runJavaScript(test);
}

/** @param {NamedTest} test @returns {Promise<Ending>} */
async function runRust({ file, name }) {
  const { output } = await watch('cargo', ['test', '--lib', '-j2', '--', '--color=never', name]);
  const module = file
    .slice('src/'.length, -'.rs'.length)
    .replace(/\/mod$/, '')
    .replaceAll('/', '::');
  const lines = [...output.matchAll(/^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED)/gm)].filter(
    ([, path]) => path.startsWith(`${module}::`) && path.endsWith(`::${name}`),
  );
  if (lines.length !== 1) return { status: 'broken', said: lastLine(output) };
  const [[, path, ending]] = lines;
  if (ending === 'ok') return { status: 'passed', said: '' };
  const own = output.split(`---- ${path} stdout ----`)[1] ?? '';
  return { status: 'failed', said: rustFailure(own) };
}

/** @param {string} said what a test printed */
function rustFailure(said) {
  const [, panic, first] = /panicked at ([^\n]*)\n([^\n]*)/.exec(said) ?? [];
  if (panic === undefined) return firstLine(said);
  return first === '' ? `panicked at ${panic}` : firstLine(first);
}

/** @param {NamedTest} test @returns {Promise<Ending>} */
async function runJavaScript({ file, name }) {
  // TAP escapes these two; the name of an ending stands alone or before a directive
  const printed = escaped(name.replace(/[\\#]/g, '\\$&'));
  const failed = new RegExp(`^ *not ok \\d+ - ${printed}\\n *---\\n([^]*?)\\n *\\.\\.\\.$`, 'm');
  const args = ['--test', '--test-reporter', 'tap', '--test-name-pattern', `/^${escaped(name)}$/`, file];
  const { output } = await watch(process.execPath, args, failed);
  const failure = failed.exec(output);
  if (failure) {
    const [, details] = failure;
    const kind = /failureType: '(\w+)'/.exec(details)?.[1];
    const said = tapError(details);
    const isOwn = kind === 'testCodeFailure' || kind === 'subtestsFailed';
    return { status: isOwn ? 'failed' : 'broken', said };
  }
  const passed = new RegExp(`^ *ok \\d+ - ${printed}$`, 'm').test(output);
  return passed ? { status: 'passed', said: '' } : { status: 'broken', said: lastLine(output) };
}

/** @param {string} details of a TAP line */
function tapError(details) {
  const [, block, line] = /error: (?:\|-\n([^]*?)\n *(?:code|name|stack|expected):|(.*))/.exec(details) ?? [];
  return firstLine(block ?? line?.replace(/^'(.*)'$/, '$1') ?? '');
}

/**
 * Runs a command in the copy to its end, or until its output matches.
 * @param {string} command
 * @param {string[]} args
 * @param {RegExp} [enough]
 * @returns {Promise<{ output: string }>}
 */
function watch(command, args, enough) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: COPY,
      env: copyEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      shell: process.platform === 'win32',
    });
    const stop = () => {
      if (process.platform === 'win32' || child.pid === undefined) return void child.kill();
      try {
        process.kill(-child.pid, 'SIGTERM');
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
      }
    };
    const timer = setTimeout(stop, PATIENCE_MS);
    let output = '';
    let stopped = false;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
        if (stopped || !enough?.test(output)) return;
        stopped = true;
        stop();
      });
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      resolve({ output });
    });
  });
}

/** @param {string} text */
export function firstLine(text) {
  const line = text.split('\n').find((one) => one.trim() !== '') ?? '';
  return line.trim().slice(0, 160);
}

/** @param {string} text */
function lastLine(text) {
  return firstLine(text.split('\n').reverse().join('\n'));
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
