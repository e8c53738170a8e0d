//! The page of the CLI's trigger template that sends links.

use std::collections::BTreeSet;

use serde::Serialize;

use super::origins;
use crate::{
    backend::{
        finding::Severity,
        model::{Auth, VerificationPage},
    },
    generate::{
        context::Context,
        error::GenerateError,
        findings::Findings,
        setup::SetupCall,
        template::render as render_template,
        tree::FileTree,
        typescript::{Code, Part},
    },
    project::join,
};

/// Names of buckets are no longer.
const LONGEST_BUCKET_NAME: usize = 63;
const FOLDER: &str = "amplify/auth/verification-page";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    bucket: Code,
    longest_suffix: Code,
    trigger: Code,
}

/// Writes `auth/verification-page.ts` and the page beside it.
pub(super) fn generate(
    context: &Context<'_>,
    auth: &Auth,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<Option<SetupCall>, GenerateError> {
    let Some(page) = &auth.verification_page else {
        return Ok(None);
    };
    findings.add(
        "auth-verification-page",
        Severity::Info,
        format!(
            "the page that the verification link of {} opens stays in bucket {} ({}), which outlives the Gen 1 stack",
            auth.name,
            page.bucket_name,
            VerificationPage::BUCKET
        ),
        &auth.location,
        "Nothing has to be done. Other branches get a bucket of their own with the page of amplify/auth/verification-page.",
    );
    let trigger = auth
        .triggers
        .iter()
        .find(|trigger| trigger.event == "CustomMessage" && context.is_generated(&trigger.function))
        .and_then(|trigger| context.names.functions.get(&trigger.function));
    let longest_suffix = LONGEST_BUCKET_NAME.saturating_sub(page.bucket_prefix.len() + 1);
    let (Some(directory), Some(trigger), 1..) = (&page.directory, trigger, longest_suffix) else {
        return Ok(None);
    };
    copy(context, page, directory, tree)?;
    let bucket = Code::joined([
        Part::Text(format!("{}-", page.bucket_prefix)),
        Part::Code(Code::name("environment")),
    ]);
    let view = View {
        bucket,
        longest_suffix: Code::number(longest_suffix),
        trigger: Code::name("backend").member(&trigger.identifier),
    };
    tree.insert_for(
        origins(context),
        "amplify/auth/verification-page.ts",
        render_template("auth-verification-page", &view)?,
    );
    Ok(Some(SetupCall {
        module: "./auth/verification-page".to_owned(),
        function: "createVerificationPage".to_owned(),
        handles: BTreeSet::new(),
        result: None,
    }))
}

fn copy(
    context: &Context<'_>,
    page: &VerificationPage,
    directory: &str,
    tree: &mut FileTree,
) -> Result<(), GenerateError> {
    for file in &page.files {
        let path = join(directory, file);
        let bytes = context.files.read(&path).map_err(|source| GenerateError::Unreadable {
            path: path.clone(),
            source,
        })?;
        if let Some(bytes) = bytes {
            tree.insert_for(origins(context), format!("{FOLDER}/{file}"), bytes);
        }
    }
    Ok(())
}
