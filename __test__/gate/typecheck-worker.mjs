/**
 * Typechecks one project after the other (worker-pool.mjs), as `tsc --noEmit -p amplify` does. What it read from
 * `node_modules` stays parsed and bound for the next project with the same compiler options.
 */
import path from 'node:path';
import ts from 'typescript';
import { serve } from './worker-pool.mjs';
import { NODE_MODULES } from './workspace.mjs';

/** Parsed typings of packages, which do not change, by compiler options, kind of module and path. */
const packageFiles = new Map();

serve(async ({ work }) => {
  process.chdir(work);
  /** @type {ts.Diagnostic[]} */
  const unreadable = [];
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (diagnostic) => unreadable.push(diagnostic) };
  const config = ts.getParsedCommandLineOfConfigFile(
    path.join(work, 'amplify', 'tsconfig.json'),
    { noEmit: true },
    host,
  );
  const problems = [...unreadable, ...(config?.errors ?? [])];
  if (!config || problems.length > 0) return said(problems);
  const program = ts.createProgram({
    rootNames: config.fileNames,
    options: config.options,
    projectReferences: config.projectReferences,
    host: rememberingHost(config.options),
  });
  return said(ts.getPreEmitDiagnostics(program));
});

/** A compiler host that parses files of packages once. */
function rememberingHost(options) {
  const host = ts.createCompilerHost(options);
  const parse = host.getSourceFile.bind(host);
  // where the project lies decides about neither the parsing nor the binding of a package's file
  const { configFilePath, pathsBasePath, paths, ...meaning } = options;
  const bucket = JSON.stringify(meaning);
  host.getSourceFile = (fileName, languageVersionOrOptions, ...rest) => {
    if (!fileName.startsWith(NODE_MODULES.replaceAll(path.sep, '/')))
      return parse(fileName, languageVersionOrOptions, ...rest);
    const { setExternalModuleIndicator, ...kind } = Object(languageVersionOrOptions);
    const key = `${bucket}\0${JSON.stringify(kind)}\0${fileName}`;
    if (!packageFiles.has(key)) packageFiles.set(key, parse(fileName, languageVersionOrOptions, ...rest));
    return packageFiles.get(key);
  };
  return host;
}

function said(diagnostics) {
  const output = ts.formatDiagnostics(ts.sortAndDeduplicateDiagnostics(diagnostics), {
    getCurrentDirectory: () => process.cwd(),
    getCanonicalFileName: (name) => name,
    getNewLine: () => '\n',
  });
  const ok = !diagnostics.some((one) => one.category === ts.DiagnosticCategory.Error);
  return { ok, output };
}
