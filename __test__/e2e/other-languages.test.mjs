/**
 * Functions in Go, Java, .NET and Python: what is generated typechecks and synthesises, and builds the code with the tools of
 * the machine. The tools here are stand-ins that leave the arguments they were called with.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assetSources, loadAssembly } from '../gate/stack-tree.mjs';
import { synthesize } from '../gate/synthesize.mjs';
import { cli } from '../support/cli.mjs';

const ATLAS = fileURLToPath(new URL('../apps/atlas/gen1-project', import.meta.url));
const TREES = ['amplify/#current-cloud-backend', 'amplify/backend'];

/** Made from atlas' Python function: the template is the same in every language. */
const FUNCTIONS = {
  counter: { runtime: 'provided.al2023', handler: 'bootstrap', files: { 'src/main.go': 'package main\n' } },
  invoice: {
    runtime: 'java17',
    handler: 'example.LambdaRequestHandler::handleRequest',
    files: { 'build.gradle': '// build\n', 'src/main/java/example/LambdaRequestHandler.java': '// handler\n' },
  },
  badge: {
    runtime: 'dotnet8',
    handler: 'badge::badge.Handler::LambdaHandler',
    files: { 'src/badge.csproj': '<Project />\n' },
  },
  mailer: {
    runtime: 'python3.12',
    handler: 'index.handler',
    files: { 'src/index.py': 'import requests\n', Pipfile: '[packages]\nrequests = "==2.32.3"\n' },
  },
};

/** Each writes its arguments into what it would build. */
const TOOLS = {
  go: 'out=""; for a in "$@"; do [ "$last" = -o ] && out="$a"; last="$a"; done; echo "$@ $GOOS $GOARCH" > "$out"',
  gradle: 'mkdir -p build/distributions && echo "$@" > build/distributions/latest_build.zip',
  dotnet: 'out=""; for a in "$@"; do [ "$last" = --output ] && out="$a"; last="$a"; done; echo "$@" > "$out/arguments"',
  python3:
    'out=""; for a in "$@"; do [ "$last" = --target ] && out="$a"; last="$a"; done; echo "$@" > "$out/arguments"',
};

describe('functions in other languages', { skip: process.platform === 'win32' }, () => {
  /** @type {string} */
  let work;
  /** @type {Awaited<ReturnType<typeof synthesize>>} */
  let result;
  const PATH = process.env.PATH;

  before(async () => {
    work = fs.mkdtempSync(path.join(os.tmpdir(), 'other-languages-'));
    const project = path.join(work, 'project');
    fs.cpSync(ATLAS, project, { recursive: true });
    for (const [name, definition] of Object.entries(FUNCTIONS)) addFunction(project, name, definition);
    const out = path.join(work, 'out');
    const outcome = await cli([
      ...['generate', '--offline', '--yes', '--project', project],
      ...['--branch', 'main', '--out', out],
    ]);
    assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
    const tools = path.join(work, 'tools');
    fs.mkdirSync(tools);
    for (const [name, script] of Object.entries(TOOLS))
      fs.writeFileSync(path.join(tools, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    process.env.PATH = `${tools}${path.delimiter}${PATH}`;
    result = await synthesize(out, path.join(work, 'assembly'), { branch: 'main' });
  });
  after(() => {
    process.env.PATH = PATH;
    fs.rmSync(work, { recursive: true, force: true });
  });

  test('the backend typechecks and synthesises', () => {
    assert.ok(result.ok, JSON.stringify(result, null, 1).slice(0, 6000));
  });

  test('each function has its runtime, its handler and the code that the tool built', () => {
    const lambdas = lambdasOf(result.outDir);
    const built = (name, file) => fs.readFileSync(path.join(lambdas[name].code, file), 'utf8');
    for (const [name, { runtime, handler }] of Object.entries(FUNCTIONS)) {
      assert.equal(lambdas[name].Runtime, runtime);
      assert.equal(lambdas[name].Handler, handler);
    }
    assert.match(built('counter', 'bootstrap'), /^build -mod=mod -o \S+ \. linux amd64\n$/);
    assert.match(fs.readFileSync(lambdas.invoice.code, 'utf8'), /^--no-daemon build\n$/);
    assert.match(
      built('badge', 'arguments'),
      /--runtime linux-x64 --self-contained false -p:TargetFramework=net8\.0\n$/,
    );
    assert.match(built('mailer', 'arguments'), /--platform manylinux2014_x86_64 .*--python-version 3\.12\n$/);
    assert.equal(built('mailer', 'index.py'), 'import requests\n');
  });
});

/** @param {string} project @param {string} name @param {{runtime: string, handler: string, files: Record<string, string>}} definition */
function addFunction(project, name, { runtime, handler, files }) {
  const template = JSON.parse(
    fs
      .readFileSync(path.join(project, TREES[0], 'function/report/report-cloudformation-template.json'), 'utf8')
      .replaceAll('report', name),
  );
  Object.assign(template.Resources.LambdaFunction.Properties, { Runtime: runtime, Handler: handler });
  for (const tree of TREES) {
    const folder = path.join(project, tree, 'function', name);
    const edit = (/** @type {string} */ file, /** @type {(json: any) => void} */ change) => {
      const json = JSON.parse(fs.readFileSync(file, 'utf8'));
      change(json);
      fs.writeFileSync(file, JSON.stringify(json));
    };
    for (const [file, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), text);
    }
    fs.writeFileSync(path.join(folder, `${name}-cloudformation-template.json`), JSON.stringify(template));
    edit(path.join(project, tree, 'amplify-meta.json'), (meta) => {
      meta.function[name] = { ...meta.function.report, providerMetadata: { logicalId: `function${name}` } };
    });
    edit(path.join(project, tree, 'awscloudformation/build/root-cloudformation-stack.json'), (root) => {
      root.Resources[`function${name}`] = root.Resources.functionreport;
    });
  }
}

/** Properties of the functions of an assembly with the place of their code, by the name of their construct. */
function lambdasOf(/** @type {string} */ assembly) {
  const sources = assetSources(assembly);
  /** @type {Record<string, any>} */
  const found = {};
  const visit = (/** @type {import('../gate/stack-tree.mjs').Stack} */ stack) => {
    for (const { Type, Properties, Metadata } of Object.values(stack.template.Resources ?? {})) {
      if (Type !== 'AWS::Lambda::Function') continue;
      const hash = /[0-9a-f]{64}/.exec(JSON.stringify(Properties.Code))?.[0];
      const place = Metadata?.['aws:asset:path'] ?? sources.get(hash);
      const name = Object.keys(FUNCTIONS).find((one) => Metadata?.['aws:cdk:path']?.includes(`/${one}/`));
      if (name && place) found[name] = { ...Properties, code: path.join(assembly, place) };
    }
    for (const child of stack.children.values()) visit(child);
  };
  visit(loadAssembly(assembly).root);
  return found;
}
