use crate::{
    backend::{
        finding::Severity,
        model::{Bucket, Trigger},
    },
    generate::{
        context::Context,
        findings::Findings,
        reference::Referrer,
        typescript::{Code, Statement},
    },
};

const S3: &str = "aws-cdk-lib/aws-s3";

/// S3 events by the name of their constant in the CDK.
const EVENTS: &[(&str, &str)] = &[
    ("s3:ObjectCreated:*", "OBJECT_CREATED"),
    ("s3:ObjectCreated:Put", "OBJECT_CREATED_PUT"),
    ("s3:ObjectCreated:Post", "OBJECT_CREATED_POST"),
    ("s3:ObjectCreated:Copy", "OBJECT_CREATED_COPY"),
    (
        "s3:ObjectCreated:CompleteMultipartUpload",
        "OBJECT_CREATED_COMPLETE_MULTIPART_UPLOAD",
    ),
    ("s3:ObjectRemoved:*", "OBJECT_REMOVED"),
    ("s3:ObjectRemoved:Delete", "OBJECT_REMOVED_DELETE"),
    (
        "s3:ObjectRemoved:DeleteMarkerCreated",
        "OBJECT_REMOVED_DELETE_MARKER_CREATED",
    ),
    ("s3:ObjectRestore:Post", "OBJECT_RESTORE_POST"),
    ("s3:ObjectRestore:Completed", "OBJECT_RESTORE_COMPLETED"),
    ("s3:ObjectRestore:Delete", "OBJECT_RESTORE_DELETE"),
    ("s3:ReducedRedundancyLostObject", "REDUCED_REDUNDANCY_LOST_OBJECT"),
    (
        "s3:Replication:OperationFailedReplication",
        "REPLICATION_OPERATION_FAILED_REPLICATION",
    ),
    (
        "s3:Replication:OperationMissedThreshold",
        "REPLICATION_OPERATION_MISSED_THRESHOLD",
    ),
    (
        "s3:Replication:OperationReplicatedAfterThreshold",
        "REPLICATION_OPERATION_REPLICATED_AFTER_THRESHOLD",
    ),
    (
        "s3:Replication:OperationNotTracked",
        "REPLICATION_OPERATION_NOT_TRACKED",
    ),
    ("s3:LifecycleExpiration:*", "LIFECYCLE_EXPIRATION"),
    ("s3:LifecycleExpiration:Delete", "LIFECYCLE_EXPIRATION_DELETE"),
    (
        "s3:LifecycleExpiration:DeleteMarkerCreated",
        "LIFECYCLE_EXPIRATION_DELETE_MARKER_CREATED",
    ),
    ("s3:LifecycleTransition", "LIFECYCLE_TRANSITION"),
    ("s3:IntelligentTiering", "INTELLIGENT_TIERING"),
    ("s3:ObjectTagging:*", "OBJECT_TAGGING"),
    ("s3:ObjectTagging:Put", "OBJECT_TAGGING_PUT"),
    ("s3:ObjectTagging:Delete", "OBJECT_TAGGING_DELETE"),
    ("s3:ObjectAcl:Put", "OBJECT_ACL_PUT"),
];

/// What `triggers` of `defineStorage` can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// `onUpload`
    Upload,
    /// `onDelete`
    Delete,
}

impl EventKind {
    /// The key in `triggers`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Upload => "onUpload",
            Self::Delete => "onDelete",
        }
    }

    fn of(event: &str) -> Option<Self> {
        match event {
            "s3:ObjectCreated:*" => Some(Self::Upload),
            "s3:ObjectRemoved:*" => Some(Self::Delete),
            _ => None,
        }
    }
}

/// Notifications of a bucket: what `triggers` of `defineStorage` says, and statements for the rest (filters, single kinds of
/// events, a second function for the same event).
pub fn notifications(
    context: &Context<'_>,
    referrer: &Referrer<'_>,
    bucket: &Bucket,
    findings: &mut Findings,
) -> (Vec<(EventKind, String)>, Vec<Statement>) {
    let mut by_definition: Vec<(EventKind, String)> = Vec::new();
    let mut statements = Vec::new();
    for trigger in &context.backend.triggers {
        let Trigger::Bucket {
            bucket: name,
            function,
            events,
            prefix,
            suffix,
        } = trigger
        else {
            continue;
        };
        if *name != bucket.name {
            continue;
        }
        if !context.is_generated(function) {
            findings.add(
                "bucket-trigger-not-generated",
                Severity::Manual,
                format!("bucket {name} starts function {function}, which is not generated"),
                &bucket.location,
                "Define the function by hand and add it to the triggers of the bucket.",
            );
            continue;
        }
        for event in events {
            let kind = EventKind::of(event).filter(|_| prefix.is_none() && suffix.is_none());
            match (kind, context.names.functions.get(function)) {
                (Some(kind), Some(function)) if by_definition.iter().all(|(taken, _)| *taken != kind) => {
                    by_definition.push((kind, function.identifier.clone()));
                    continue;
                }
                _ => {}
            }
            let Some((_, constant)) = EVENTS.iter().find(|(known, _)| known == event) else {
                findings.add(
                    "bucket-event-unknown",
                    Severity::Manual,
                    format!("bucket {name} starts function {function} on {event}, for which the CDK has no constant"),
                    &bucket.location,
                    "Add the notification by hand in amplify/storage/overrides.ts.",
                );
                continue;
            };
            let Some(target) = referrer.bucket(name) else { continue };
            let mut arguments = vec![
                Code::import(S3, "EventType").member(*constant),
                Code::import("aws-cdk-lib/aws-s3-notifications", "LambdaDestination")
                    .construct(vec![referrer.lambda(function)]),
            ];
            let filter: Vec<(&str, Code)> = [("prefix", prefix), ("suffix", suffix)]
                .into_iter()
                .filter_map(|(key, value)| Some((key, Code::text(value.as_deref()?))))
                .collect();
            if !filter.is_empty() {
                arguments.push(Code::object(filter));
            }
            statements.push(Statement::Expression(target.method("addEventNotification", arguments)));
        }
    }
    (by_definition, statements)
}
