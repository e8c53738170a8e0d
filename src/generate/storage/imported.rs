use crate::{
    backend::{
        finding::Severity,
        model::{Bucket, Target},
    },
    generate::{
        context::Context,
        findings::Findings,
        reference::Referrer,
        roles,
        typescript::{Code, Statement},
    },
};

/// Imported buckets: neither generated nor moved, but named in the app's configuration, with the permissions of Gen 1.
pub(super) fn buckets(context: &Context<'_>, referrer: &mut Referrer<'_>, findings: &mut Findings) -> Vec<Statement> {
    let imported: Vec<&Bucket> = context
        .backend
        .buckets
        .iter()
        .filter(|bucket| bucket.imported)
        .collect();
    let has_own = context.backend.buckets.iter().any(|bucket| !bucket.imported);
    let mut statements = Vec::new();
    let mut listed = Vec::new();
    for bucket in imported {
        let Some(name) = &bucket.bucket_name else {
            findings.add(
                "storage-imported",
                Severity::Manual,
                format!("bucket {} is imported, and its name is not known", bucket.name),
                &bucket.location,
                "Add it to the app's configuration with backend.addOutput in amplify/storage/overrides.ts.",
            );
            continue;
        };
        let target = Target::Bucket(bucket.name.clone());
        let scope = Code::name("backend").path(&["auth", "stack"]);
        statements.extend(roles::policies(
            context,
            referrer,
            &scope,
            &bucket.name,
            |grant| roles::targets(grant).any(|named| *named == target),
            findings,
        ));
        listed.push((bucket, name));
    }
    let Some((_, default)) = listed.first() else {
        return statements;
    };
    let region = Code::text(&context.backend.app.region);
    let buckets = listed
        .iter()
        .map(|(bucket, name)| {
            Code::object([
                ("name", Code::text(&bucket.name)),
                ("bucket_name", Code::text(*name)),
                ("aws_region", region.clone()),
            ])
        })
        .collect();
    let mut output = Vec::new();
    if !has_own {
        output.push(("aws_region", region.clone()));
        output.push(("bucket_name", Code::text(*default)));
    }
    output.push(("buckets", Code::Array(buckets)));
    statements.push(Statement::Expression(
        Code::name("backend").method("addOutput", vec![Code::object([("storage", Code::object(output))])]),
    ));
    statements
}
