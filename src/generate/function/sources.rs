use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use regex::Regex;
use serde_json::{Map, Value};

use super::packaging::{Packaging, Reason, packaging};
use crate::{
    backend::{
        finding::Severity,
        model::{Backend, Category, Function, Language, ModuleFormat, ResourceId, SourceLocation},
    },
    generate::{
        context::{Context, is_generated},
        error::GenerateError,
        findings::Findings,
        tree::FileTree,
    },
    project::{FileSource, join},
};

/// Modules that Node.js brings along.
const BUILT_IN: &[&str] = &[
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "sys",
    "test",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

/// Packages that the sources of each function load and its package.json does not declare.
#[derive(Clone, Debug, Default)]
pub struct Requirements {
    undeclared: BTreeMap<String, BTreeSet<String>>,
    from_layers: BTreeSet<String>,
    asks_ssm: BTreeSet<String>,
    packaging: Packaging,
}

impl Requirements {
    /// Of one function, packages of the AWS SDK apart.
    pub fn undeclared(&self, function: &str) -> Vec<&str> {
        self.undeclared
            .get(function)
            .into_iter()
            .flatten()
            .map(String::as_str)
            .filter(|package| !is_aws_sdk(package))
            .collect()
    }

    /// Why the function keeps its files and packages as they are; `None` when it is bundled.
    pub(super) fn keeps_packages(&self, function: &str) -> Option<&Reason> {
        self.packaging.kept.get(function)
    }

    /// The range of a package that suits all functions that are bundled.
    pub(super) fn shared_range(&self, package: &str) -> Option<&str> {
        self.packaging.shared.get(package).map(String::as_str)
    }

    /// The function takes its secrets from SSM, by the path that Gen 1 gives it: of every language that is so in Gen 1.
    pub(super) fn asks_ssm(&self, function: &Function) -> bool {
        function.language() != Language::Node || self.asks_ssm.contains(&function.name)
    }

    /// The function loads files of a layer by their path below `/opt`.
    pub fn loads_from_layers(&self, function: &str) -> bool {
        self.from_layers.contains(function)
    }

    /// Packages of the AWS SDK that functions took from the Lambda runtime, with the functions: bundling wants them installed.
    pub fn aws_sdk(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut packages: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        // What is deployed as it is finds the SDK where it found it in Gen 1.
        let bundled = self
            .undeclared
            .iter()
            .filter(|(function, _)| self.keeps_packages(function).is_none());
        for (function, undeclared) in bundled {
            for package in undeclared.iter().filter(|package| is_aws_sdk(package)) {
                packages.entry(package).or_default().push(function);
            }
        }
        packages
    }
}

fn is_aws_sdk(package: &str) -> bool {
    package == "aws-sdk" || package.starts_with("@aws-sdk/") || package.starts_with("@smithy/")
}

/// Looks through the sources of every function.
pub fn requirements(backend: &Backend, files: &dyn FileSource) -> Result<Requirements, GenerateError> {
    let mut requirements = Requirements {
        packaging: packaging(backend, files)?,
        ..Requirements::default()
    };
    let node = |function: &&Function| is_generated(function) && function.language() == Language::Node;
    for function in backend.functions.iter().filter(node) {
        let mut packages = BTreeSet::new();
        for file in function.source_files.iter().filter(|file| is_script(file)) {
            let text = read(function, file, files)?;
            let text = String::from_utf8_lossy(&text);
            if ["'/opt/", "\"/opt/", "`/opt/"].iter().any(|path| text.contains(path)) {
                requirements.from_layers.insert(function.name.clone());
            }
            if asks_for_parameters(&text) {
                requirements.asks_ssm.insert(function.name.clone());
            }
            packages.extend(packages_in(&text));
        }
        packages.retain(|package| !function.dependencies.contains_key(package));
        if !packages.is_empty() {
            requirements.undeclared.insert(function.name.clone(), packages);
        }
    }
    Ok(requirements)
}

/// Copies the sources as they are, apart from the module format in package.json.
pub(super) fn copy(
    context: &Context<'_>,
    function: &Function,
    folder: &str,
    tree: &mut FileTree,
) -> Result<(), GenerateError> {
    let origin = [ResourceId::new(Category::function(), &function.name)];
    let is_strict = is_strict(context, function)?;
    for file in &function.source_files {
        // Where nothing is checked, declarations say nothing, and global ones would hold for the whole backend.
        if file == "package.json" || (file.ends_with(".d.ts") && !is_strict) {
            continue;
        }
        let mut bytes = read(function, file, context.files)?;
        if is_typescript(file) && !is_strict {
            bytes.splice(..0, NOT_CHECKED.bytes());
        }
        tree.insert_for(origin.clone(), format!("{folder}/src/{file}"), bytes);
    }
    let declared = read(function, "package.json", context.files)?;
    tree.insert_for(
        origin,
        format!("{folder}/src/package.json"),
        package_json(function, &declared),
    );
    Ok(())
}

/// Gen 2 checks all types of the backend strictly.
const NOT_CHECKED: &str =
    "// @ts-nocheck The function's own settings of the compiler are less strict than those of the backend.\n";

pub(super) fn is_typescript(file: &str) -> bool {
    [".ts", ".mts", ".cts", ".tsx"]
        .iter()
        .any(|ending| file.ends_with(ending))
        && !file.ends_with(".d.ts")
}

/// The function's `tsconfig.json` asks for strict checks. It may have comments, so that it is looked at as text.
fn is_strict(context: &Context<'_>, function: &Function) -> Result<bool, GenerateError> {
    static STRICT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#""strict"\s*:\s*true"#).ok());
    let source = function.source_directory.as_deref().unwrap_or(&function.directory);
    for directory in [function.directory.as_str(), source] {
        let path = join(directory, "tsconfig.json");
        let bytes = context
            .files
            .read(&path)
            .map_err(|source| GenerateError::Unreadable { path, source })?;
        if let Some(bytes) = bytes {
            let text = String::from_utf8_lossy(&bytes);
            return Ok(STRICT.as_ref().is_some_and(|strict| strict.is_match(&text)));
        }
    }
    Ok(false)
}

/// Files that the sources read at run time: a bundle holds code only.
pub(super) fn check_data_files(
    context: &Context<'_>,
    function: &Function,
    findings: &mut Findings,
) -> Result<(), GenerateError> {
    let data_files = names_of_data_files(function);
    if data_files.is_empty() {
        return Ok(());
    }
    for file in function.source_files.iter().filter(|file| is_script(file)) {
        let text = read(function, file, context.files)?;
        if let Some(line) = line_that_reads_files(&String::from_utf8_lossy(&text)) {
            findings.add(
                "function-data-files",
                Severity::Manual,
                format!(
                    "function {} reads files of its own when it runs ({}); the bundle of Gen 2 holds its code only",
                    function.name,
                    data_files.join(", ")
                ),
                &SourceLocation {
                    path: join(function.source_directory.as_deref().unwrap_or_default(), file),
                    line: Some(line),
                },
                "Import the files where they are JSON, put their text into a module of the function, or keep them in a bucket.",
            );
            return Ok(());
        }
    }
    Ok(())
}

/// Files among the sources that hold no code.
pub(super) fn names_of_data_files(function: &Function) -> Vec<&str> {
    function
        .source_files
        .iter()
        .map(String::as_str)
        .filter(|file| !is_script(file) && !is_never_read(file))
        .collect()
}

/// Ranges that the project's own package.json has, by package.
pub(super) fn packages_of_project(files: &dyn FileSource) -> Result<BTreeMap<String, String>, GenerateError> {
    const SECTIONS: [&str; 4] = [
        "peerDependencies",
        "optionalDependencies",
        "devDependencies",
        "dependencies",
    ];
    let bytes = files.read("package.json").map_err(|source| GenerateError::Unreadable {
        path: "package.json".to_owned(),
        source,
    })?;
    // A file that is no JSON is refused where it is edited, with line and column.
    let package: Value = bytes
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    Ok(SECTIONS
        .iter()
        .filter_map(|section| package.get(section)?.as_object())
        .flatten()
        .map(|(name, range)| (name.clone(), range.as_str().unwrap_or_default().to_owned()))
        .collect())
}

/// What the CLI and package managers leave in the folder.
fn is_never_read(file: &str) -> bool {
    const NAMES: [&str; 8] = [
        "event.json",
        "package.json",
        "package-lock.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "tsconfig.json",
        "LICENSE",
        ".npmignore",
    ];
    let name = file.rsplit('/').next().unwrap_or(file);
    NAMES.contains(&name)
        || [".md", ".d.ts", ".map", ".DS_Store"]
            .iter()
            .any(|ending| name.ends_with(ending))
}

pub(super) fn line_that_reads_files(source: &str) -> Option<u32> {
    static READS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\b(?:readFile|readFileSync|createReadStream|readdir|readdirSync)\s*\(").ok());
    let found = READS.as_ref()?.find(source)?;
    u32::try_from(source[..found.start()].matches('\n').count() + 1).ok()
}

/// The function's package.json with its module format said outright, since `amplify/package.json` makes everything below it
/// an ES module. Dependencies go to the root package.json: two places would drift apart.
fn package_json(function: &Function, declared: &[u8]) -> String {
    const LEFT_OUT: [&str; 4] = [
        "dependencies",
        "devDependencies",
        "peerDependencies",
        "optionalDependencies",
    ];
    let mut package = serde_json::from_slice::<Map<String, Value>>(declared).unwrap_or_default();
    package.retain(|key, _| !LEFT_OUT.contains(&key.as_str()));
    let format = match function.module_format {
        ModuleFormat::EsModule => "module",
        ModuleFormat::CommonJs | ModuleFormat::NotNode => "commonjs",
    };
    package.insert("type".to_owned(), Value::from(format));
    format!("{:#}\n", Value::Object(package))
}

pub(super) fn read(function: &Function, file: &str, files: &dyn FileSource) -> Result<Vec<u8>, GenerateError> {
    let Some(directory) = &function.source_directory else {
        return Ok(Vec::new());
    };
    let path = join(directory, file);
    files
        .read(&path)
        .map(Option::unwrap_or_default)
        .map_err(|source| GenerateError::Unreadable { path, source })
}

pub(super) fn is_script(file: &str) -> bool {
    [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx"]
        .iter()
        .any(|ending| file.ends_with(ending))
        && !file.ends_with(".d.ts")
}

/// The commands of all versions of the AWS SDK that read parameters of SSM.
fn asks_for_parameters(source: &str) -> bool {
    static ASKS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[gG]etParameters?(?:Command|\s*\()").ok());
    ASKS.as_ref().is_some_and(|asks| asks.is_match(source))
}

/// Names of packages that a source loads by a constant name.
fn packages_in(source: &str) -> BTreeSet<String> {
    static LOADS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?m)(?:\brequire\s*\(\s*|\bimport\s*\(\s*|\bfrom\s+|^\s*import\s+)["']([^"'`\s\\]+)["']"#).ok()
    });
    // Types are gone when the code runs. `import type from 'x'` loads something that is called type.
    static TYPES: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?m)^\s*(?:import|export)\s+type\s+[\w$*{][^;'"]*?\bfrom\s+["'][^"'\n]*["']"#).ok()
    });
    let (Some(loads), Some(types)) = (LOADS.as_ref(), TYPES.as_ref()) else {
        return BTreeSet::new();
    };
    loads
        .captures_iter(&types.replace_all(source, ""))
        .filter_map(|capture| package_of(capture.get(1)?.as_str()))
        .collect()
}

/// The package that a module specifier belongs to; none for files and for modules of Node.js.
fn package_of(specifier: &str) -> Option<String> {
    if specifier.starts_with(['.', '/', '#']) || specifier.contains(':') {
        return None;
    }
    let mut parts = specifier.split('/');
    let first = parts.next().filter(|part| !part.is_empty())?;
    // Types are named in comments, and gone when the code runs.
    if BUILT_IN.contains(&first) || first == "@types" {
        return None;
    }
    if first.starts_with('@') {
        return Some(format!("{first}/{}", parts.next()?));
    }
    Some(first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_a_file_is_found_with_its_line() {
        assert_eq!(
            line_that_reads_files("const fs = require('fs');\nfs.readFileSync(path)"),
            Some(2)
        );
        assert_eq!(line_that_reads_files("const readFileSynchronously = 1;"), None);
    }

    #[test]
    fn packages_are_found_in_every_way_of_loading() {
        let source = r#"
            const { A } = require('@aws-sdk/client-s3');
            const b = require ( "lodash/fp" ), fs = require('fs'), own = require('./own');
            import express from 'express';
            import 'side-effect/register';
            export { x } from "re-exported";
            const later = await import('later');
            import { readFile } from 'node:fs/promises';
            const computed = require(`./${name}`);
            import type { Handler } from 'aws-lambda';
            export type * from "only-types";
            import type {
              A,
            } from 'more-types';
            import type from 'called-type';
        "#;
        let found: Vec<String> = packages_in(source).into_iter().collect();
        assert_eq!(
            found,
            [
                "@aws-sdk/client-s3",
                "called-type",
                "express",
                "later",
                "lodash",
                "re-exported",
                "side-effect"
            ]
        );
    }
}
