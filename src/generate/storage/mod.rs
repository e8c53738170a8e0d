//! Storage: S3 buckets with `defineStorage`, DynamoDB tables with the CDK.

mod access;
mod bucket;
mod bucket_policy;
mod imported;
mod tables;

use serde::Serialize;

use super::{
    context::Context,
    error::GenerateError,
    findings::Findings,
    reference::{Handle, Referrer},
    setup::{SetupCall, SetupFile},
    template::render as render_template,
    tree::FileTree,
    typescript::{Code, ImportLine, Imports, Statement},
    wiring::notifications,
};
use crate::backend::model::{Category, ResourceId};

/// What `backend.ts` gets from storage.
#[derive(Debug, Default)]
pub struct StorageFiles {
    /// The setup of tables, which others need.
    pub tables: Option<SetupCall>,
    /// The setup of everything else.
    pub overrides: Option<SetupCall>,
    /// Statements of `postRefactor()`.
    pub post_refactor: Vec<Statement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceView {
    imports: Vec<ImportLine>,
    buckets: Vec<BucketView>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BucketView {
    identifier: String,
    definition: Code,
}

/// Writes the files of the storage category.
pub fn generate(
    context: &Context<'_>,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<StorageFiles, GenerateError> {
    let mut files = StorageFiles::default();
    let mut referrer = Referrer::new(context, "..");
    let mut statements = Vec::new();
    let mut views = Vec::new();
    let mut imports = Imports::default();
    let own: Vec<_> = context
        .backend
        .buckets
        .iter()
        .filter(|bucket| !bucket.imported)
        .collect();
    for (index, bucket) in own.iter().enumerate() {
        let Some(identifier) = context.names.buckets.get(&bucket.name) else {
            continue;
        };
        let access = access::access(context, bucket);
        let (triggers, notifications) = notifications(context, &referrer, bucket, findings);
        let is_default = (own.len() > 1).then_some(index == 0);
        let definition = bucket::definition(context, bucket, is_default, &access, &triggers);
        imports.add_code(&definition);
        views.push(BucketView {
            identifier: identifier.clone(),
            definition,
        });
        statements.extend(bucket::overrides(&mut referrer, bucket, identifier, findings));
        statements.extend(bucket_policy::statements(
            context,
            &mut referrer,
            bucket,
            identifier,
            findings,
        ));
        statements.extend(notifications);
        statements.extend(access::policies(
            context,
            &mut referrer,
            bucket,
            identifier,
            &access,
            findings,
        ));
        files.post_refactor.extend(bucket::post_refactor(bucket, identifier));
    }
    if !views.is_empty() {
        imports.add("@aws-amplify/backend", "defineStorage");
        let view = ResourceView {
            imports: imports.lines(),
            buckets: views,
        };
        tree.insert_for(
            origins(context),
            "amplify/storage/resource.ts",
            render_template("storage-resource", &view)?,
        );
    }
    statements.extend(imported::buckets(context, &mut referrer, findings));
    if let Some(tables) = tables::generate(context, tree, findings)? {
        files.tables = Some(tables.call);
        files.post_refactor.extend(tables.post_refactor);
        statements.extend(tables::policies(context, &mut referrer, findings));
    }
    if !statements.is_empty() {
        let handles: std::collections::BTreeSet<Handle> = referrer.into_handles();
        let file = SetupFile::new(context, "..", "overrideStorage", &handles, statements);
        tree.insert_for(
            origins(context),
            "amplify/storage/overrides.ts",
            render_template("storage-overrides", &file)?,
        );
        files.overrides = Some(SetupCall {
            module: "./storage/overrides".to_owned(),
            function: "overrideStorage".to_owned(),
            handles,
            result: None,
        });
    }
    Ok(files)
}

/// Buckets share their files.
fn origins(context: &Context<'_>) -> Vec<ResourceId> {
    let buckets = &context.backend.buckets;
    buckets
        .iter()
        .map(|bucket| ResourceId::new(Category::storage(), &bucket.name))
        .collect()
}

/// The stack of the category: that of the first bucket, else one of its own.
pub(super) fn stack(context: &Context<'_>) -> Code {
    let first = context
        .backend
        .buckets
        .iter()
        .find(|bucket| !bucket.imported)
        .and_then(|bucket| context.names.buckets.get(&bucket.name));
    match first {
        Some(identifier) => Code::name("backend").member(identifier).member("stack"),
        None => Code::name("backend").method("createStack", vec![Code::text("storage")]),
    }
}
