//! Plain data that JavaScript receives: operations, validations, findings, the assessment.

use napi_derive::napi;

use crate::{assess, backend::finding, plan};

/// A step of the migration that has a plan.
#[napi(string_enum = "kebab-case")]
pub enum Step {
    /// Keeps the Gen 1 environment from changing.
    Lock,
    /// Writes the Gen 2 backend.
    Generate,
    /// Moves the stateful resources.
    Refactor,
    /// Removes what is left of Gen 1.
    Decommission,
}

impl From<Step> for plan::Step {
    fn from(step: Step) -> Self {
        match step {
            Step::Lock => Self::Lock,
            Step::Generate => Self::Generate,
            Step::Refactor => Self::Refactor,
            Step::Decommission => Self::Decommission,
        }
    }
}

/// How much a finding weighs: `blocker` (the step must not go on), `manual` (a human has to decide or to do something),
/// `warning` (works, but deserves attention), `info`.
#[napi(string_enum = "kebab-case")]
pub enum Severity {
    /// The step must not go on.
    Blocker,
    /// A human has to decide or to do something.
    Manual,
    /// Works, but behaves differently or deserves attention.
    Warning,
    /// Good to know.
    Info,
}

impl From<finding::Severity> for Severity {
    fn from(severity: finding::Severity) -> Self {
        match severity {
            finding::Severity::Blocker => Self::Blocker,
            finding::Severity::Manual => Self::Manual,
            finding::Severity::Warning => Self::Warning,
            finding::Severity::Info => Self::Info,
        }
    }
}

/// One thing that was seen in the Gen 1 app.
#[napi(object, object_from_js = false)]
pub struct Finding {
    /// Stable id of the kind of finding, for example `storage-imported`.
    pub id: String,
    /// How much it weighs.
    pub severity: Severity,
    /// Name of the feature, as in the assessment's table of advanced features.
    pub feature: String,
    /// What was seen, naming resource and stack.
    pub message: String,
    /// File it was seen in, relative to the project, with forward slashes.
    pub path: String,
    /// Line in that file, from 1.
    pub line: Option<u32>,
    /// What the user can do about it.
    pub remedy: String,
}

impl From<finding::Finding> for Finding {
    fn from(finding: finding::Finding) -> Self {
        Self {
            id: finding.id,
            severity: finding.severity.into(),
            feature: finding.feature,
            message: finding.message,
            path: finding.path,
            line: finding.line,
            remedy: finding.remedy,
        }
    }
}

/// One planned operation.
#[napi(object, object_from_js = false)]
pub struct Operation {
    /// Stable id within the plan, for example `refactor-003`.
    pub id: String,
    /// Kind of operation, for example `move-resources`, `update-stack`, `write-file`, `set-stack-policy`.
    pub kind: String,
    /// What it belongs to: `Project`, or a resource as `category/name (service)`.
    pub group: String,
    /// What is done, in one sentence that names stacks, files and resources.
    pub description: String,
    /// Resources that change owner; empty for most kinds.
    pub moves: Vec<ResourceMove>,
    /// Names of the files that `writeOperations` writes for it.
    pub files: Vec<String>,
}

impl From<plan::OperationView> for Operation {
    fn from(operation: plan::OperationView) -> Self {
        Self {
            id: operation.id,
            kind: operation.kind,
            group: operation.group,
            description: operation.description,
            moves: operation.moves.into_iter().map(Into::into).collect(),
            files: operation.files,
        }
    }
}

/// What the next deployment of Gen 2 does to a setting of a resource that moves: `harmless` (changed in place, nobody notices),
/// `interrupt` (changed in place, users notice), `unprotected` (the resource or its data goes when its stack is deleted),
/// `unknown` (never to be taken for harmless), `refused` (the deployment fails), `replace` (a new, empty resource is made).
#[napi(string_enum = "kebab-case")]
pub enum ChangeEffect {
    /// Changed in place; nobody notices.
    Harmless,
    /// Changed in place; users of the resource notice.
    Interrupt,
    /// The resource or its data goes when its stack is deleted.
    Unprotected,
    /// Not known.
    Unknown,
    /// The deployment fails.
    Refused,
    /// A new, empty resource takes its place.
    Replace,
}

impl From<plan::ChangeEffect> for ChangeEffect {
    fn from(effect: plan::ChangeEffect) -> Self {
        match effect {
            plan::ChangeEffect::Harmless => Self::Harmless,
            plan::ChangeEffect::Interrupt => Self::Interrupt,
            plan::ChangeEffect::Unprotected => Self::Unprotected,
            plan::ChangeEffect::Unknown => Self::Unknown,
            plan::ChangeEffect::Refused => Self::Refused,
            plan::ChangeEffect::Replace => Self::Replace,
        }
    }
}

/// A setting of a moved resource that the next deployment of Gen 2 changes.
#[napi(object, object_from_js = false)]
pub struct PredictedChange {
    /// What it belongs to: a resource as `category/name (service)`.
    pub group: String,
    /// CloudFormation type, for example `AWS::S3::Bucket`.
    pub resource_type: String,
    /// Physical id of the resource that moves.
    pub physical_id: String,
    /// Plain name of the Gen 2 stack that will own it.
    pub stack: String,
    /// Logical id there.
    pub logical_id: String,
    /// Property, with the names below it after dots, or the name of a policy such as `DeletionPolicy`.
    pub property: String,
    /// The value that it has; absent when it is not set. Secrets are not shown.
    pub before: Option<String>,
    /// The value that it gets.
    pub after: Option<String>,
    /// What that does.
    pub effect: ChangeEffect,
    /// It does not happen once `postRefactor()` is called in `amplify/backend.ts`.
    pub avoided_by_post_refactor: bool,
    /// What users notice, or why it is refused.
    pub note: Option<String>,
}

impl From<plan::PredictedChange> for PredictedChange {
    fn from(change: plan::PredictedChange) -> Self {
        Self {
            group: change.group,
            resource_type: change.resource_type,
            physical_id: change.physical_id,
            stack: change.stack,
            logical_id: change.logical_id,
            property: change.property,
            before: change.before,
            after: change.after,
            effect: change.effect.into(),
            avoided_by_post_refactor: change.avoided_by_post_refactor,
            note: change.note,
        }
    }
}

/// A resource that moves from one stack to another.
#[napi(object, object_from_js = false)]
pub struct ResourceMove {
    /// CloudFormation type, for example `AWS::S3::Bucket`.
    pub resource_type: String,
    /// Physical id, the same before and after.
    pub physical_id: String,
    /// Plain name of the stack it leaves.
    pub source_stack: String,
    /// Logical id there.
    pub source_logical_id: String,
    /// Plain name of the stack it enters.
    pub target_stack: String,
    /// Logical id there.
    pub target_logical_id: String,
}

impl From<plan::MoveView> for ResourceMove {
    fn from(moved: plan::MoveView) -> Self {
        Self {
            resource_type: moved.resource_type,
            physical_id: moved.physical_id,
            source_stack: moved.source_stack,
            source_logical_id: moved.source_logical_id,
            target_stack: moved.target_stack,
            target_logical_id: moved.target_logical_id,
        }
    }
}

/// Outcome of a validation. `not-checked` is neither good nor bad.
#[napi(string_enum = "kebab-case")]
pub enum ValidationStatus {
    /// Checked, and in order.
    Passed,
    /// Checked, and not in order.
    Failed,
    /// Not checked: neither good nor bad.
    NotChecked,
}

impl From<plan::ValidationStatus> for ValidationStatus {
    fn from(status: plan::ValidationStatus) -> Self {
        match status {
            plan::ValidationStatus::Passed => Self::Passed,
            plan::ValidationStatus::Failed => Self::Failed,
            plan::ValidationStatus::NotChecked => Self::NotChecked,
        }
    }
}

/// A validation and its outcome.
#[napi(object, object_from_js = false)]
pub struct Validation {
    /// Name as in the migration guide, for example `Lock Status`.
    pub name: String,
    /// What is checked.
    pub description: String,
    /// Its outcome.
    pub status: ValidationStatus,
    /// Why it failed or was not checked; everything that was found, one line each.
    pub report: Option<String>,
    /// The way out.
    pub resolution: Option<String>,
}

impl From<plan::Validation> for Validation {
    fn from(validation: plan::Validation) -> Self {
        Self {
            name: validation.name,
            description: validation.description,
            status: validation.status.into(),
            report: validation.report,
            resolution: validation.resolution,
        }
    }
}

/// All validations of a step.
#[napi(object, object_from_js = false)]
pub struct ValidationReport {
    /// No validation failed. One that was not checked does not count as failed.
    pub valid: bool,
    /// In the order of the migration guide.
    pub validations: Vec<Validation>,
}

impl From<plan::ValidationReport> for ValidationReport {
    fn from(report: plan::ValidationReport) -> Self {
        Self {
            valid: !report.failed(),
            validations: report.validations.into_iter().map(Into::into).collect(),
        }
    }
}

/// What became of an operation: `done`, `already-done` (by an earlier run), `unchanged` (there was nothing to change).
#[napi(string_enum = "kebab-case")]
pub enum OperationOutcome {
    /// Carried out.
    Done,
    /// An earlier run had done it.
    AlreadyDone,
    /// There was nothing to change.
    Unchanged,
}

impl From<plan::OperationOutcome> for OperationOutcome {
    fn from(outcome: plan::OperationOutcome) -> Self {
        match outcome {
            plan::OperationOutcome::Done => Self::Done,
            plan::OperationOutcome::AlreadyDone => Self::AlreadyDone,
            plan::OperationOutcome::Unchanged => Self::Unchanged,
        }
    }
}

/// How an execution ended: `done`, or `cancelled` between two mutations, in which case the same step goes on.
#[napi(string_enum = "kebab-case")]
pub enum ExecutionStatus {
    /// Everything was done.
    Done,
    /// Stopped between two mutations, on request; the same step goes on.
    Cancelled,
}

/// What an execution did.
#[napi(object, object_from_js = false)]
pub struct ExecutionReport {
    /// How it ended.
    pub status: ExecutionStatus,
    /// Ids of the operations that were carried out in this run, in order.
    pub executed: Vec<String>,
    /// Ids of the operations that needed nothing: done before, or nothing to change.
    pub skipped: Vec<String>,
    /// Files that were written, relative to the project or the output folder.
    pub files: Vec<String>,
    /// What the user should do next, line by line.
    pub next_steps: Vec<String>,
}

impl From<plan::ExecutionReport> for ExecutionReport {
    fn from(report: plan::ExecutionReport) -> Self {
        Self {
            status: match report.status {
                plan::ExecutionStatus::Done => ExecutionStatus::Done,
                plan::ExecutionStatus::Cancelled => ExecutionStatus::Cancelled,
            },
            executed: report.executed,
            skipped: report.skipped,
            files: report.files,
            next_steps: report.next_steps,
        }
    }
}

/// What can be migrated.
#[napi(object, object_from_js = false)]
pub struct Assessment {
    /// Name of the Amplify app, when it is known.
    pub app_name: Option<String>,
    /// Name of the Gen 1 environment.
    pub environment: String,
    /// Every resource of the app.
    pub resources: Vec<ResourceSupport>,
    /// Advanced features: overrides, custom policies, ...
    pub features: Vec<FeatureSupport>,
    /// What was seen and is not a cell of the tables.
    pub findings: Vec<Finding>,
}

impl From<assess::Assessment> for Assessment {
    fn from(assessment: assess::Assessment) -> Self {
        Self {
            app_name: assessment.app_name,
            environment: assessment.environment,
            resources: assessment.resources.into_iter().map(Into::into).collect(),
            features: assessment.features.into_iter().map(Into::into).collect(),
            findings: assessment.findings.into_iter().map(Into::into).collect(),
        }
    }
}

/// Support of one resource per step.
#[napi(object, object_from_js = false)]
pub struct ResourceSupport {
    /// Category, for example `storage`.
    pub category: String,
    /// Service, for example `S3`.
    pub service: String,
    /// Name of the resource.
    pub resource: String,
    /// Support by the generate step.
    pub generate: Support,
    /// Support by the refactor step.
    pub refactor: Support,
}

impl From<assess::ResourceSupport> for ResourceSupport {
    fn from(resource: assess::ResourceSupport) -> Self {
        Self {
            category: resource.category,
            service: resource.service,
            resource: resource.resource,
            generate: resource.generate.into(),
            refactor: resource.refactor.into(),
        }
    }
}

/// Support of one advanced feature per step.
#[napi(object, object_from_js = false)]
pub struct FeatureSupport {
    /// Name, for example `overrides`.
    pub name: String,
    /// File it was found in, with forward slashes.
    pub path: String,
    /// Support by the generate step.
    pub generate: Support,
    /// Support by the refactor step.
    pub refactor: Support,
}

impl From<assess::FeatureSupport> for FeatureSupport {
    fn from(feature: assess::FeatureSupport) -> Self {
        Self {
            name: feature.name,
            path: feature.path,
            generate: feature.generate.into(),
            refactor: feature.refactor.into(),
        }
    }
}

/// A cell of the assessment's tables.
#[napi(object, object_from_js = false)]
pub struct Support {
    /// Mark of the cell.
    pub status: SupportStatus,
    /// Why it is not supported, or what has to be done.
    pub reason: Option<String>,
}

impl From<assess::Support> for Support {
    fn from(support: assess::Support) -> Self {
        Self {
            status: match support.status {
                assess::SupportStatus::Supported => SupportStatus::Supported,
                assess::SupportStatus::Unsupported => SupportStatus::Unsupported,
                assess::SupportStatus::NotNeeded => SupportStatus::NotNeeded,
            },
            reason: support.reason,
        }
    }
}

/// Mark of a cell: `supported` (the step carries it over), `unsupported` (the step leaves it out), `not-needed`.
#[napi(string_enum = "kebab-case")]
pub enum SupportStatus {
    /// The step carries it over.
    Supported,
    /// The step leaves it out; a human has to do it.
    Unsupported,
    /// The step has nothing to do for it.
    NotNeeded,
}
