//! Analytics: Kinesis streams, one file each.

use serde::Serialize;

use super::{
    context::Context,
    error::GenerateError,
    findings::Findings,
    reference::Referrer,
    roles,
    setup::{SetupCall, SetupFile},
    template::render as render_template,
    tree::FileTree,
    typescript::{Code, Statement, camel_case},
};
use crate::backend::{
    construct_names::stream_stack,
    finding::Severity,
    model::{Category, KinesisStream, ResourceId, Target},
};

/// What `backend.ts` gets from analytics.
#[derive(Debug, Default)]
pub struct AnalyticsFiles {
    /// Setup calls in order.
    pub calls: Vec<SetupCall>,
    /// Statements of `postRefactor()`.
    pub post_refactor: Vec<Statement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    #[serde(flatten)]
    file: SetupFile,
}

/// Writes a file for each stream.
pub fn generate(
    context: &Context<'_>,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<AnalyticsFiles, GenerateError> {
    let mut files = AnalyticsFiles::default();
    for stream in &context.backend.streams {
        let Some(name) = context.names.streams.get(&stream.name) else {
            continue;
        };
        let mut referrer = Referrer::new(context, "..");
        let mut statements = vec![
            Statement::Const(
                "stack".to_owned(),
                Code::name("backend").method("createStack", vec![Code::text(stream_stack(&name.file))]),
            ),
            Statement::Const("stream".to_owned(), definition(stream, &mut referrer, findings)),
            Statement::Expression(Code::name("stream").method(
                "applyRemovalPolicy",
                vec![Code::import("aws-cdk-lib", "RemovalPolicy").member("RETAIN")],
            )),
        ];
        let target = Target::KinesisStream(stream.name.clone());
        // Inside its own file the stream is a constant and no parameter.
        let own = roles::policies(
            context,
            &mut referrer,
            &Code::name("stack"),
            &stream.name,
            |grant| roles::targets(grant).next() == Some(&target),
            findings,
        );
        statements.extend(
            own.into_iter()
                .map(|statement| rename(statement, &name.identifier, "stream")),
        );
        let handles = referrer
            .into_handles()
            .into_iter()
            .filter(|handle| *handle != super::reference::Handle::Stream(stream.name.clone()))
            .collect();
        let view = View {
            file: SetupFile::new(context, "..", &name.create, &handles, statements),
        };
        tree.insert_for(
            [ResourceId::new(Category::analytics(), &stream.name)],
            format!("amplify/analytics/{}.ts", name.file),
            render_template("analytics-stream", &view)?,
        );
        files.calls.push(SetupCall {
            module: format!("./analytics/{}", name.file),
            function: name.create.clone(),
            handles,
            result: Some(name.identifier.clone()),
        });
        if let Some(physical) = &stream.stream_name {
            files.post_refactor.push(Statement::Assign(
                Code::name(&name.identifier).member("name"),
                Code::text(physical),
            ));
        }
    }
    Ok(files)
}

fn definition(stream: &KinesisStream, referrer: &mut Referrer<'_>, findings: &mut Findings) -> Code {
    let mut properties = Vec::new();
    if let Some(count) = stream.shard_count {
        properties.push(("shardCount".to_owned(), Code::number(count)));
    }
    if let Some(hours) = stream.retention_hours {
        properties.push(("retentionPeriodHours".to_owned(), Code::number(hours)));
    }
    if let Some(mode) = &stream.stream_mode {
        let mode = Code::object([("streamMode", Code::text(mode))]);
        properties.push(("streamModeDetails".to_owned(), mode));
    }
    for (property, value) in &stream.other_properties {
        match referrer.property(property, value) {
            Ok(code) => properties.push((camel_case(property), code)),
            Err(unresolved) => findings.add(
                "stream-property-unresolved",
                Severity::Manual,
                format!(
                    "{property} of stream {} names {}, which has no counterpart in the generated backend",
                    stream.name, unresolved.what
                ),
                &stream.location,
                "Set the property in the stream's file in amplify/analytics.",
            ),
        }
    }
    Code::import("aws-cdk-lib/aws-kinesis", "CfnStream").construct(vec![
        Code::name("stack"),
        Code::text("KinesisStream"),
        Code::object(properties),
    ])
}

/// The statement with one identifier in place of another.
fn rename(statement: Statement, from: &str, to: &str) -> Statement {
    match statement {
        Statement::Expression(code) => Statement::Expression(code.renamed(from, to)),
        other => other,
    }
}
