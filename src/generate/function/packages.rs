//! The npm packages that the sources of functions load. Gen 2 bundles all functions from the packages of the project.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::{
    Requirements,
    definition::packages_of_layers,
    sources::{is_typescript, packages_of_project},
};
use crate::{
    backend::{
        finding::Severity,
        model::{Function, SourceLocation},
    },
    generate::{DependencyWish, context::Context, error::GenerateError, findings::Findings},
};

/// Versions of the AWS SDK that sources took from the Lambda runtime without declaring them.
const AWS_SDK: &str = "^3.0.0";
const AWS_SDK_V2: &str = "^2.1692.0";

/// Who wants which version of which package. What nobody declares and the project does not have is a finding.
pub(in crate::generate) fn wishes(
    context: &Context<'_>,
    requirements: &Requirements,
    findings: &mut Findings,
) -> Result<IndexMap<String, Vec<DependencyWish>>, GenerateError> {
    let mut wishes: IndexMap<String, Vec<DependencyWish>> = IndexMap::new();
    let bundled = || {
        context
            .functions()
            .filter(|function| requirements.keeps_packages(&function.name).is_none())
    };
    for function in bundled() {
        for (package, range) in &function.dependencies {
            wishes.entry(package.clone()).or_default().push(DependencyWish {
                range: requirements.shared_range(package).unwrap_or(range).to_owned(),
                location: manifest_of(function),
            });
        }
        // What a layer of this project provided is bundled: a bundle cannot look into a layer.
        let from_layers = packages_of_layers(context, function);
        for package in requirements.undeclared(&function.name) {
            if let Some(range) = from_layers.get(package) {
                wishes.entry(package.to_owned()).or_default().push(DependencyWish {
                    range: (*range).to_owned(),
                    location: function.location.clone(),
                });
            }
        }
    }
    let own: BTreeSet<String> = packages_of_project(context.files)?.into_keys().collect();
    add_aws_sdk(requirements, &own, &mut wishes, findings);
    report_undeclared(context, requirements, &own, &wishes, findings);
    Ok(wishes)
}

/// The types that TypeScript functions are checked with: Gen 2 checks the whole backend.
pub(in crate::generate) fn type_wishes(context: &Context<'_>) -> IndexMap<String, Vec<DependencyWish>> {
    let mut wishes: IndexMap<String, Vec<DependencyWish>> = IndexMap::new();
    let in_typescript = context.functions().filter(|function| {
        let mut files = function.source_files.iter();
        files.any(|file| is_typescript(file))
    });
    for function in in_typescript {
        for (package, range) in &function.dev_dependencies {
            // Those of Node.js are the backend's own.
            if package.starts_with("@types/") && package != "@types/node" {
                wishes.entry(package.clone()).or_default().push(DependencyWish {
                    range: range.clone(),
                    location: manifest_of(function),
                });
            }
        }
    }
    wishes
}

/// Names under which DefinitelyTyped publishes types that belong to no package with code: who imports one wants its types.
const TYPES_ONLY: [&str; 4] = ["aws-lambda", "estree", "geojson", "json-schema"];

fn manifest_of(function: &Function) -> SourceLocation {
    function.source_directory.as_ref().map_or_else(
        || function.location.clone(),
        |directory| SourceLocation {
            path: format!("{directory}/package.json"),
            line: None,
        },
    )
}

fn add_aws_sdk(
    requirements: &Requirements,
    own: &BTreeSet<String>,
    wishes: &mut IndexMap<String, Vec<DependencyWish>>,
    findings: &mut Findings,
) {
    for (package, functions) in requirements.aws_sdk() {
        if own.contains(package) || wishes.contains_key(package) {
            continue;
        }
        let location = SourceLocation {
            path: "package.json".to_owned(),
            line: None,
        };
        let range = if package == "aws-sdk" { AWS_SDK_V2 } else { AWS_SDK };
        findings.add(
            "function-aws-sdk",
            Severity::Info,
            format!(
                "{package} came with the Lambda runtime for {}; Gen 2 bundles it, so it is added to package.json",
                functions.join(", ")
            ),
            &location,
            "Nothing has to be done.",
        );
        wishes.insert(
            package.to_owned(),
            vec![DependencyWish {
                range: range.to_owned(),
                location,
            }],
        );
    }
}

fn report_undeclared(
    context: &Context<'_>,
    requirements: &Requirements,
    own: &BTreeSet<String>,
    wishes: &IndexMap<String, Vec<DependencyWish>>,
    findings: &mut Findings,
) {
    // A layer may hold what the function loads.
    let bundled = context
        .functions()
        .filter(|function| function.layers.is_empty() && requirements.keeps_packages(&function.name).is_none());
    for function in bundled {
        // A comment may import types: they are not bundled.
        let undeclared = requirements
            .undeclared(&function.name)
            .into_iter()
            .filter(|package| !package.starts_with("@types/"));
        let is_types_only = |package: &str| {
            let types = format!("@types/{package}");
            TYPES_ONLY.contains(&package) && (function.dev_dependencies.contains_key(&types) || own.contains(&types))
        };
        for package in undeclared
            .filter(|package| !own.contains(*package) && !wishes.contains_key(*package) && !is_types_only(package))
        {
            findings.add(
                "function-undeclared-package",
                Severity::Manual,
                format!(
                    "function {} loads {package}, which no package.json declares",
                    function.name
                ),
                &function.location,
                format!("Run `npm install {package}` in the project, so that Gen 2 can bundle the function."),
            );
        }
    }
}
