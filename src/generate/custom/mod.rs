//! Stacks of the user's own, of the custom category and of a GraphQL API: the deployed template is included as it is, in a stack of its own, and gets the values
//! of Gen 2 for its parameters. That is right for every template, where rewriting the user's code would be a guess.

mod resolvers;
mod template;
mod values;

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    context::Context,
    error::GenerateError,
    findings::Findings,
    names::StackName,
    physical_name,
    reference::{Handle, Referrer},
    roles,
    setup::{SetupCall, SetupFile},
    template::render as render_template,
    tree::FileTree,
    typescript::{Code, Imports, Statement},
};
use crate::{
    backend::{
        finding::Severity,
        model::{CustomLanguage, CustomOrigin, CustomStack, ResourceId, Target},
    },
    project::join,
};
use template::Included;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    #[serde(flatten)]
    file: SetupFile,
    stack: Code,
    template_id: String,
    identifier: String,
    has_values: bool,
    /// Logical ids are unique in the template only: beside others they are made unique.
    keeps_logical_ids: bool,
    values: Code,
}

fn origin(custom: &CustomStack) -> [ResourceId; 1] {
    [custom.resource.clone()]
}

/// Where a stack's files lie and what its stack is called.
struct Place<'a> {
    name: &'a StackName,
    /// Below `amplify/`.
    folder: String,
    /// From there to `amplify/`.
    root: &'static str,
    stack_name: String,
}

/// Where the resources are: a stack of their own, or beside the resource that they were added to, which they need and which
/// needs them.
fn stack(custom: &CustomStack, place: &Place<'_>, referrer: &mut Referrer<'_>) -> Code {
    let beside = (custom.origin == CustomOrigin::Additions)
        .then(|| referrer.stack_of(&custom.resource))
        .flatten();
    beside.unwrap_or_else(|| Code::name("backend").method("createStack", vec![Code::text(&place.stack_name)]))
}

/// Writes a folder for each custom stack; the setup calls for `backend.ts`, each after those that it needs.
pub fn generate(
    context: &Context<'_>,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<Vec<SetupCall>, GenerateError> {
    let mut calls = Vec::new();
    for (custom, place) in places(context) {
        let included = template::included(custom);
        let file = format!("amplify/{}/template.json", place.folder);
        tree.insert_for(origin(custom), file, included.text.clone());
        keep_source(context, custom, &place, tree, findings)?;
        report(custom, &included, findings);
        calls.push(setup(context, custom, &place, &included, tree, findings)?);
    }
    Ok(in_order(calls, context))
}

fn places<'a>(context: &'a Context<'_>) -> Vec<(&'a CustomStack, Place<'a>)> {
    let of_category = context.backend.custom_stacks.iter().filter_map(|custom| {
        let name = context.names.custom_stacks.get(&custom.name)?;
        let place = Place {
            name,
            folder: format!("custom/{}", name.file),
            root: "../..",
            stack_name: format!("custom-{}", name.file),
        };
        Some((custom, place))
    });
    let of_api = context
        .backend
        .data
        .iter()
        .flat_map(|data| &data.stacks)
        .filter_map(|custom| {
            let name = context.names.api_stacks.get(&custom.name)?;
            let place = Place {
                name,
                folder: format!("data/stacks/{}", name.file),
                root: "../../..",
                stack_name: format!("custom-api-{}", name.file),
            };
            Some((custom, place))
        });
    of_category.chain(of_api).collect()
}

fn setup(
    context: &Context<'_>,
    custom: &CustomStack,
    place: &Place<'_>,
    included: &Included,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<SetupCall, GenerateError> {
    let name = place.name;
    let mut referrer = Referrer::new(context, place.root);
    let values = values::parameters(custom, included, &mut referrer, findings);
    let template = Code::name(&name.identifier);
    let mut statements = values::defaults(custom, included, &template, &mut referrer, findings);
    statements.extend(fresh_names(context, custom, &template, &mut referrer, findings));
    statements.extend(resolvers::texts(custom, &template, &name.identifier));
    let stack = stack(custom, place, &mut referrer);
    if custom.origin != CustomOrigin::ApiFolder {
        let own = custom.target();
        statements.extend(roles::policies(
            context,
            &mut referrer,
            &Code::name("stack"),
            &custom.name,
            |grant| roles::targets(grant).next() == Some(&own),
            findings,
        ));
    }
    let handles: BTreeSet<Handle> = referrer
        .into_handles()
        .into_iter()
        .filter(|handle| *handle != Handle::CustomStack(custom.name.clone()))
        .collect();
    let mut imports = Imports::default();
    imports.add("node:url", "fileURLToPath");
    imports.add("aws-cdk-lib/cloudformation-include", "CfnInclude");
    imports.add_code(&values);
    imports.add_code(&stack);
    let view = View {
        file: SetupFile::with_imports(context, place.root, &name.create, &handles, statements, imports),
        template_id: match custom.origin {
            CustomOrigin::Additions => name.identifier.clone(),
            CustomOrigin::Category | CustomOrigin::ApiFolder => "Template".to_owned(),
        },
        keeps_logical_ids: custom.origin != CustomOrigin::Additions,
        stack,
        identifier: name.identifier.clone(),
        has_values: !matches!(&values, Code::Object(entries) if entries.is_empty()),
        values,
    };
    tree.insert_for(
        origin(custom),
        format!("amplify/{}/resource.ts", place.folder),
        render_template("custom-stack", &view)?,
    );
    Ok(SetupCall {
        module: format!("./{}/resource", place.folder),
        function: name.create.clone(),
        handles,
        result: Some(name.identifier.clone()),
    })
}

/// Names that the Gen 1 stack holds for as long as it lives: Gen 2's resources get names of the branch.
fn fresh_names(
    context: &Context<'_>,
    custom: &CustomStack,
    template: &Code,
    referrer: &mut Referrer<'_>,
    findings: &mut Findings,
) -> Vec<Statement> {
    let mut statements = Vec::new();
    for physical in &custom.physical_names {
        let what = format!(
            "{} of {} ({}) in {}",
            physical.property,
            physical.logical_id,
            physical.resource_type,
            custom.label()
        );
        if physical.fixed {
            findings.add(
                "custom-name-taken",
                Severity::Manual,
                format!("{what} is a name of the outside world, which the Gen 1 stack holds for as long as it lives"),
                &custom.location,
                format!(
                    "Take {} out of the template until Gen 1 is decommissioned, or give the branch a name of its own.",
                    physical.logical_id
                ),
            );
            continue;
        }
        // What is called after a function has a name of its own already.
        if physical
            .name
            .references()
            .iter()
            .any(|reference| matches!(reference.target, Target::Function(_)))
        {
            continue;
        }
        match physical_name::of_branch(context, referrer, &physical.name) {
            Ok(name) => {
                statements.push(Statement::Expression(
                    template
                        .clone()
                        .method("getResource", vec![Code::text(&physical.logical_id)])
                        .method("addPropertyOverride", vec![Code::text(&physical.property), name]),
                ));
                findings.add(
                    "custom-name-of-branch",
                    Severity::Warning,
                    format!("{what} gets the name of the branch: Gen 1's resource keeps its own name for as long as it lives"),
                    &custom.location,
                    "Tell whoever knows the resource by its name, or set the old name in the generated resource.ts once Gen 1 is decommissioned.",
                );
            }
            Err(unresolved) => findings.add(
                "custom-name-taken",
                Severity::Manual,
                format!(
                    "{what} is made of {}, which has no counterpart in the generated backend",
                    unresolved.what
                ),
                &custom.location,
                "Give the resource a name in the generated template.json that Gen 1 does not have.",
            ),
        }
        if !physical.mentions.is_empty() {
            findings.add(
                "custom-name-mentioned",
                Severity::Manual,
                format!(
                    "the name in {what} is spelled out elsewhere, too: {}",
                    physical.mentions.join(", ")
                ),
                &custom.location,
                "Let these places refer to the resource (Ref, Fn::GetAtt) instead of spelling its name.",
            );
        }
    }
    statements
}

/// The user's CDK code is kept beside the template as text: it is written for the CDK of Gen 1's CLI.
fn keep_source(
    context: &Context<'_>,
    custom: &CustomStack,
    place: &Place<'_>,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<(), GenerateError> {
    if custom.language != CustomLanguage::Cdk {
        return Ok(());
    }
    for file in custom.source_files.iter().filter(|file| is_code(file)) {
        let path = join(&custom.directory, file);
        let bytes = context
            .files
            .read(&path)
            .map_err(|source| GenerateError::Unreadable { path, source })?
            .unwrap_or_default();
        tree.insert_for(
            origin(custom),
            format!("amplify/{}/gen1-source/{file}.txt", place.folder),
            bytes,
        );
    }
    findings.add(
        "custom-cdk-compiled",
        Severity::Info,
        format!(
            "{} is CDK code for Gen 1's CLI: the template that it deployed is included, and the code is kept beside it as text",
            custom.label()
        ),
        &custom.location,
        "Nothing has to be done. To go on with CDK code, write its resources into the generated resource.ts with the same logical ids.",
    );
    Ok(())
}

fn is_code(file: &str) -> bool {
    [".ts", ".js", ".mjs", ".cjs"]
        .iter()
        .any(|ending| file.ends_with(ending))
        && !file.ends_with(".d.ts")
}

fn report(custom: &CustomStack, included: &Included, findings: &mut Findings) {
    for (logical_id, resource_type) in &custom.stateful {
        findings.add(
            "custom-stateful-resource",
            Severity::Manual,
            format!(
                "{logical_id} ({resource_type}) of {} holds data: Gen 2 makes a new, empty one that is kept when its stack is deleted, and the data stays in the Gen 1 stack",
                custom.label()
            ),
            &custom.location,
            "Copy the data before you switch over, or refer to the existing resource instead of making a new one; the refactor step does not move it.",
        );
    }
    for (logical_id, resource_type) in &custom.known_outside {
        findings.add(
            "custom-address-anew",
            Severity::Manual,
            format!(
                "{logical_id} ({resource_type}) of {} is made anew, with another id, address or key than in Gen 1",
                custom.label()
            ),
            &custom.location,
            "Give the new one to whoever uses the old one before you decommission Gen 1: until then the old one works.",
        );
    }
    for export in &included.exports {
        findings.add(
            "custom-export-dropped",
            Severity::Warning,
            format!(
                "output {export} of {} was exported; the name of an export belongs to the Gen 1 stack for as long as it lives",
                custom.label()
            ),
            &custom.location,
            "Stacks outside of Amplify that import the value go on with Gen 1's; give them the value of Gen 2 before you decommission.",
        );
    }
    for nested in &included.nested_stacks {
        findings.add(
            "custom-nested-stack",
            Severity::Manual,
            format!(
                "{nested} of {} is a stack whose template lies in a bucket of Gen 1",
                custom.label()
            ),
            &custom.location,
            "Copy the template to a place that stays, and correct TemplateURL in the generated template.json.",
        );
    }
    let used = |name: &&String| !included.unused.contains(*name);
    for secret in custom.parameters_without_value.iter().filter(used) {
        findings.add(
            "custom-parameter-without-value",
            Severity::Manual,
            format!("parameter {secret} of {} has no value that could be generated", custom.label()),
            &custom.location,
            "Give it a value under `parameters` in the generated resource.ts; take a secret from SSM or Secrets Manager.",
        );
    }
}

/// Calls after those whose result they get.
fn in_order(calls: Vec<SetupCall>, context: &Context<'_>) -> Vec<SetupCall> {
    let mut waiting = calls;
    let mut ordered: Vec<SetupCall> = Vec::new();
    while !waiting.is_empty() {
        let is_ready = |call: &SetupCall, waiting: &[SetupCall]| {
            !call.handles.iter().any(|handle| {
                let name = super::setup::handle_name(context, handle);
                matches!(handle, Handle::CustomStack(_))
                    && waiting
                        .iter()
                        .any(|other| other.result.as_deref() == Some(name.as_str()))
            })
        };
        // Stacks that need each other cannot have been deployed.
        let next = waiting.iter().position(|call| is_ready(call, &waiting)).unwrap_or(0);
        ordered.push(waiting.remove(next));
    }
    ordered
}
