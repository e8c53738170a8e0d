//! The steps on an opened environment: what each needs is read here and handed to its room.

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    MigrationError,
    branch::current_branch,
    checks::{assessment_check, assessment_validation, lock_check, offline_lock_check},
    open::Connection,
    options::{MigrationContext, PlanRequest},
};
use crate::{
    assess::{self, Assessment},
    backend::{
        self,
        finding::{Finding, Severity},
        model::{Backend, FeatureKind},
    },
    cloud::{Cloud, Depth, read_tree},
    deployment::{Deployment, StackTree, UserPoolContents},
    error::Result,
    frontend::{self, UsageKind},
    generate::{
        GenerateOptions, generate,
        project_files::{ProjectFile, ProjectFiles, ProjectFilesInput, plan_project_files},
        step::{GenerateStep, GenerateStepInput},
    },
    lock::{self, LockPlan, LockRequest},
    plan::{Event, EventSink, Step, StepPlan},
    project::{Environment, Project, ProjectError, check_marked},
    refactor::execute::{RefactorRequest, RefactorSubject, plan_refactor},
    report::{self, ReportInput},
};

/// Object in the deployment bucket with the files of the deployed backend.
const BACKEND_ARCHIVE: &str = "#current-cloud-backend.zip";

/// An environment of a project, found and connected.
pub(super) struct OpenedEnvironment {
    pub(super) context: MigrationContext,
    pub(super) environment: Environment,
    /// Absent offline.
    pub(super) connection: Option<Connection>,
    /// What the last plan read, for an assessment that follows it: nothing is read twice.
    pub(super) last_read: Mutex<Option<Arc<ReadBackend>>>,
}

/// A backend as it was read.
pub(super) struct ReadBackend {
    project: Project,
    model: Backend,
    usages: Vec<frontend::Usage>,
    /// What was seen while reading.
    findings: Vec<Finding>,
}

impl ReadBackend {
    fn assess(&self) -> Assessment {
        let mut assessment = assess::assess(&self.model);
        assessment.findings.extend(frontend::findings(&self.usages));
        assessment.findings.extend(self.findings.iter().cloned());
        assessment
    }

    /// The app's own files with the imports of the Gen 1 configuration replaced, as far as their form is a common one.
    fn source_edits(&self) -> Result<Vec<(String, String)>> {
        let mut edits = Vec::new();
        for usage in self
            .usages
            .iter()
            .filter(|usage| usage.kind == UsageKind::ConfigurationImport)
        {
            if edits.iter().any(|(path, _)| *path == usage.path) {
                continue;
            }
            let bytes = self
                .project
                .files()
                .read(&usage.path)
                .map_err(|source| ProjectError::Unreadable {
                    path: usage.path.clone(),
                    source,
                })?;
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            if let Some(edited) = text.and_then(|text| frontend::edited(&usage.path, &text)) {
                edits.push((usage.path.clone(), edited));
            }
        }
        Ok(edits)
    }
}

/// Something of an environment that could only be had from AWS, and why it was not.
struct Reading<T> {
    value: Option<T>,
    finding: Option<Finding>,
}

impl<T> Reading<T> {
    fn of(value: Option<T>) -> Self {
        Self { value, finding: None }
    }

    fn unavailable(finding: Finding) -> Self {
        Self {
            value: None,
            finding: Some(finding),
        }
    }
}

fn reading() -> Event {
    Event::Phase {
        name: "read-backend".to_owned(),
        message: "Reading the Gen 1 backend".to_owned(),
    }
}

/// The generator says the same, and knows more about it. It has a finding for every resource that it does not carry over.
fn is_told(finding: &Finding, generated: &[Finding]) -> bool {
    // What is good to know of a resource as a whole is part of what the generator says of it.
    let is_of_resource = finding.severity == Severity::Info && finding.line.is_none();
    let is_same = |other: &Finding| {
        let is_there = other.path == finding.path && (other.line == finding.line || other.line.is_none());
        let is_on = resource(&finding.path).is_some_and(|told| resource(&other.path) == Some(told));
        other.id == finding.id && (is_there || is_of_resource && is_on)
    };
    finding.id == assess::RESOURCE_UNSUPPORTED || generated.iter().any(is_same)
}

/// The generator has a finding of its own for everything that holds data in a stack that it includes.
fn is_made_anew(finding: &Finding, backend: &Backend) -> bool {
    let of_api = backend.data.iter().flat_map(|data| &data.stacks);
    finding.id == FeatureKind::StatefulExtras.name()
        && backend.custom_stacks.iter().chain(of_api).any(|custom| {
            let label = custom.label();
            custom
                .stateful
                .iter()
                .any(|(logical_id, kind)| finding.message.ends_with(&format!("({label} {logical_id} ({kind}))")))
        })
}

/// Category and name of the resource whose file it is, as in `function/greeting/function-parameters.json`: the CLI keeps its
/// files in several trees.
fn resource(path: &str) -> Option<(&str, &str)> {
    let in_tree = ["amplify/#current-cloud-backend/", "amplify/backend/"]
        .into_iter()
        .find_map(|tree| path.strip_prefix(tree))?;
    let mut segments = in_tree
        .strip_prefix("awscloudformation/build/")
        .unwrap_or(in_tree)
        .split('/');
    let (category, name) = (segments.next()?, segments.next()?);
    segments.next()?;
    Some((category, name))
}

/// What is read of stacks that are being changed, or that failed half-way, may be different tomorrow.
fn not_at_rest(deployment: &Deployment) -> Option<Finding> {
    let unstable = lock::unstable_stacks(&deployment.root);
    (!unstable.is_empty()).then(|| Finding {
        id: "deployed-stacks-not-stable".to_owned(),
        severity: Severity::Warning,
        feature: "environment".to_owned(),
        message: format!("The deployed stacks are not in a stable state: {}.", unstable.join("; ")),
        path: String::new(),
        line: None,
        remedy: "Wait until a running deployment has ended, or repair the failed one, then run the command again: what was read may not be what stays.".to_owned(),
    })
}

/// What is in the environment's user pool, if it has one.
async fn read_user_pool(cloud: &Cloud, root: &StackTree) -> Result<Reading<UserPoolContents>> {
    let of_auth = root
        .nested
        .iter()
        .filter(|(logical_id, _)| logical_id.starts_with("auth"));
    let pool = of_auth
        .flat_map(|(_, tree)| tree.stack.resources.values())
        .find(|resource| resource.resource_type == "AWS::Cognito::UserPool")
        .and_then(|resource| resource.physical_id.as_deref());
    let Some(pool) = pool else {
        return Ok(Reading::of(None));
    };
    match cloud.user_pools.user_pool_contents(pool).await {
        Ok(contents) => Ok(Reading::of(Some(contents))),
        Err(error) if error.is_unavailable() => Ok(Reading::unavailable(Finding {
            id: "user-pool-unreadable".to_owned(),
            severity: Severity::Warning,
            feature: "auth".to_owned(),
            message: format!(
                "What is in user pool {pool} cannot be listed ({error}); nobody looked for groups, app clients and identity providers that were made in the console."
            ),
            path: String::new(),
            line: None,
            remedy: "Attach the policy that `assess --print-iam-policy` prints, and run the command again.".to_owned(),
        })),
        Err(error) => Err(error.into()),
    }
}

/// When the step fails, what it did is taken back.
pub(super) fn is_undone_on_failure(step: Step) -> bool {
    match step {
        Step::Refactor => true,
        // Half a lock protects already, and the same command goes on. Generate replaces the backend in one stroke, or not
        // at all.
        Step::Assess | Step::Lock | Step::Generate | Step::Decommission => false,
    }
}

impl OpenedEnvironment {
    /// The plan of a step.
    pub(super) async fn plan(&self, request: &PlanRequest, events: &dyn EventSink) -> Result<Arc<dyn StepPlan>> {
        if let Some(connection) = &self.connection {
            check_marked(&self.environment.name, connection.marker.environment())?;
        }
        match request.step {
            Step::Lock => Ok(Arc::new(self.plan_lock(request, events).await?)),
            Step::Refactor => Ok(Arc::new(self.plan_refactor(request, events).await?)),
            Step::Generate => Ok(Arc::new(self.plan_generate(request, events).await?)),
            step @ (Step::Assess | Step::Decommission) => {
                self.connection(step)?;
                Err(MigrationError::StepNotAvailable { step }.into())
            }
        }
    }

    async fn plan_lock(&self, request: &PlanRequest, events: &dyn EventSink) -> Result<LockPlan> {
        let connection = self.connection(Step::Lock)?;
        events.emit(reading());
        let (archive, root) = tokio::join!(self.read_archive(), self.read_root());
        let (archive, root) = (archive?, root?);
        let project = Project::open_environment(&self.context.project_dir, &self.environment.name, archive.value)?;
        let deployment = Deployment { root, user_pool: None };
        let model = backend::interpret(&project, Some(&deployment));
        let lock_request = LockRequest {
            cloud: connection.cloud.clone(),
            project_directory: self.context.project_dir.clone(),
            app_id: self.deployed_field(self.environment.app_id.as_ref(), "AmplifyAppId")?,
            environment: self.environment.name.clone(),
            account_id: Some(connection.account_id.clone()),
            root: deployment.root,
            resources: model.resources,
            deployment_bucket: self.environment.deployment_bucket.clone(),
            take_over: request.take_over,
        };
        if request.rollback {
            lock::plan_unlock(lock_request).await
        } else {
            lock::plan_lock(lock_request).await
        }
    }

    async fn plan_generate(&self, request: &PlanRequest, events: &dyn EventSink) -> Result<GenerateStep> {
        let read = Arc::new(self.read_backend(events).await?);
        let branch = match &request.branch {
            Some(branch) => branch.clone(),
            None => current_branch(&self.context.project_dir).await.unwrap_or_default(),
        };
        let options = GenerateOptions { branch: branch.clone() };
        let mut generated = generate(&read.model, read.project.files(), &options)?;
        let lock_status = match (&self.connection, &self.environment.stack_name) {
            (Some(connection), Some(root)) => lock_check(&connection.cloud, root),
            _ => offline_lock_check(),
        };
        let assessment = read.assess();
        let of_assessment = assessment
            .findings
            .iter()
            .filter(|finding| !is_told(finding, &generated.findings) && !is_made_anew(finding, &read.model));
        let of_assessment: Vec<Finding> = of_assessment.cloned().collect();
        generated.findings.extend(of_assessment);
        let ProjectFiles {
            mut files,
            package_manager,
            findings,
        } = plan_project_files(&ProjectFilesInput {
            project_dir: &self.context.project_dir,
            generated: &generated,
            console_build_spec: self
                .connection
                .as_ref()
                .and_then(|connection| connection.console_build_spec.as_deref()),
        })?;
        generated.findings.extend(findings);
        let source_edits = if request.frontend {
            read.source_edits()?
        } else {
            Vec::new()
        };
        let report = report::report(ReportInput {
            backend: &read.model,
            generated: &generated,
            assessment: &assessment,
            branch: &branch,
            files: read.project.files(),
        })?;
        let reports = [
            (report::REPORT_JSON.to_owned(), report::json(&report)?),
            (report::REPORT_PAGE.to_owned(), report::page(&report)?),
        ];
        for (path, text) in source_edits.into_iter().chain(reports) {
            files.push(ProjectFile::edited(&self.context.project_dir, &path, text)?);
        }
        let step = GenerateStep::new(GenerateStepInput {
            project_dir: self.context.project_dir.clone(),
            out_dir: request.out_dir.clone(),
            branch,
            assessment: assessment_validation(&generated.findings),
            tree: generated.tree,
            files,
            package_manager,
            findings: generated.findings,
            lock_status,
        })?;
        *self.last_read.lock().unwrap_or_else(PoisonError::into_inner) = Some(read);
        Ok(step)
    }

    async fn plan_refactor(&self, request: &PlanRequest, events: &dyn EventSink) -> Result<impl StepPlan + use<>> {
        let connection = self.connection(Step::Refactor)?;
        let gen1_root = self.deployed_field(self.environment.stack_name.as_ref(), "StackName")?;
        let deployment_bucket =
            self.deployed_field(self.environment.deployment_bucket.as_ref(), "DeploymentBucketName")?;
        let subject = self.refactor_subject(request.rollback, &connection.cloud, &gen1_root);
        let refactor = RefactorRequest {
            cloud: connection.cloud.clone(),
            project_dir: self.context.project_dir.clone(),
            environment: self.environment.name.clone(),
            app_id: self.environment.app_id.clone(),
            account_id: connection.account_id.clone(),
            gen1_root: gen1_root.clone(),
            deployment_bucket,
            gen2_root: request.to.clone(),
            mappings: request.mappings.clone(),
            is_rollback: request.rollback,
            take_over: request.take_over,
        };
        plan_refactor(refactor, subject, events).await
    }

    async fn refactor_subject(&self, is_rollback: bool, cloud: &Cloud, gen1_root: &str) -> Result<RefactorSubject> {
        // After a change of branch the ignored copy of what is deployed may be gone: then it comes from the deployment bucket.
        let pulled = self
            .context
            .project_dir
            .join("amplify/#current-cloud-backend/amplify-meta.json");
        let archive = if pulled.is_file() {
            Reading::of(None)
        } else {
            self.read_archive().await?
        };
        let project = Project::open_environment(&self.context.project_dir, &self.environment.name, archive.value)?;
        let model = backend::interpret(&project, None);
        let checks = if is_rollback {
            Vec::new()
        } else {
            vec![lock_check(cloud, gen1_root), assessment_check(&model, archive.finding)]
        };
        Ok(RefactorSubject {
            resources: model.resources,
            checks,
        })
    }

    /// What can be migrated.
    pub(super) async fn assess(&self, events: &dyn EventSink) -> Result<Assessment> {
        let last_read = self.last_read.lock().unwrap_or_else(PoisonError::into_inner).take();
        match last_read {
            Some(read) => Ok(read.assess()),
            None => Ok(self.read_backend(events).await?.assess()),
        }
    }

    /// The model of the backend: as it is deployed when online, from the files of the project otherwise.
    async fn read_backend(&self, events: &dyn EventSink) -> Result<ReadBackend> {
        events.emit(reading());
        let (archive, deployment) = tokio::join!(self.read_archive(), self.read_deployment());
        let (archive, deployment) = (archive?, deployment?);
        let project = Project::open_environment(&self.context.project_dir, &self.environment.name, archive.value)?;
        let model = backend::interpret(&project, deployment.value.as_ref());
        let usages = frontend::find(project.files(), &frontend::BackendNames::of(&model)).map_err(|source| {
            ProjectError::Unreadable {
                path: project.directory.clone(),
                source,
            }
        })?;
        let unstable = deployment.value.as_ref().and_then(not_at_rest);
        Ok(ReadBackend {
            project,
            model,
            usages,
            findings: archive
                .finding
                .into_iter()
                .chain(deployment.finding)
                .chain(unstable)
                .collect(),
        })
    }

    async fn read_archive(&self) -> Result<Reading<Vec<u8>>> {
        let (Some(connection), Some(bucket)) = (&self.connection, &self.environment.deployment_bucket) else {
            return Ok(Reading::of(None));
        };
        match connection.cloud.objects.get(bucket, BACKEND_ARCHIVE).await {
            Ok(archive) => Ok(Reading::of(archive)),
            Err(error) if error.is_unavailable() => Ok(Reading::unavailable(Finding {
                id: "deployed-files-unreadable".to_owned(),
                severity: Severity::Warning,
                feature: "environment".to_owned(),
                message: format!(
                    "The files of the deployed backend ({bucket}/{BACKEND_ARCHIVE}) cannot be read ({error}); the local copy is used, which may be older."
                ),
                path: String::new(),
                line: None,
                remedy: "Allow s3:GetObject on the deployment bucket, or run `amplify pull` first.".to_owned(),
            })),
            Err(error) => Err(error.into()),
        }
    }

    /// The root stack with everything below it. A step that changes stacks cannot do without.
    async fn read_root(&self) -> Result<StackTree> {
        let connection = self.connection(Step::Lock)?;
        let stack = self.deployed_field(self.environment.stack_name.as_ref(), "StackName")?;
        let tree = read_tree(connection.cloud.cloudformation.as_ref(), &stack, Depth::All).await?;
        tree.ok_or_else(|| {
            MigrationError::RootStackNotFound {
                environment: self.environment.name.clone(),
                stack,
                region: connection.cloud.region.clone(),
            }
            .into()
        })
    }

    async fn read_deployment(&self) -> Result<Reading<Deployment>> {
        let (Some(connection), Some(root)) = (&self.connection, &self.environment.stack_name) else {
            return Ok(Reading::of(None));
        };
        match read_tree(connection.cloud.cloudformation.as_ref(), root, Depth::All).await {
            Ok(Some(root)) => {
                let contents = read_user_pool(&connection.cloud, &root).await?;
                Ok(Reading {
                    value: Some(Deployment {
                        root,
                        user_pool: contents.value,
                    }),
                    finding: contents.finding,
                })
            }
            Ok(None) => Ok(Reading::unavailable(Finding {
                id: "deployed-stacks-missing".to_owned(),
                severity: Severity::Warning,
                feature: "environment".to_owned(),
                message: format!(
                    "There is no stack {root} in {}; what is deployed is taken from the files of the project.",
                    connection.cloud.region
                ),
                path: String::new(),
                line: None,
                remedy: "Check that region and credentials are those of the environment (--region, --profile)."
                    .to_owned(),
            })),
            Err(error) if error.is_unavailable() => Ok(Reading::unavailable(Finding {
                id: "deployed-stacks-unreadable".to_owned(),
                severity: Severity::Warning,
                feature: "environment".to_owned(),
                message: format!(
                    "The deployed stacks below {root} cannot be read ({error}); what is deployed is taken from the files of the project."
                ),
                path: String::new(),
                line: None,
                remedy: "Attach the policy that `assess --print-iam-policy` prints.".to_owned(),
            })),
            Err(error) => Err(error.into()),
        }
    }

    fn connection(&self, step: Step) -> Result<&Connection> {
        self.connection
            .as_ref()
            .ok_or_else(|| MigrationError::OfflineImpossible { step }.into())
    }

    /// What only a deployed environment has.
    fn deployed_field(&self, value: Option<&String>, field: &'static str) -> Result<String> {
        value.cloned().ok_or_else(|| {
            ProjectError::EnvironmentIncomplete {
                environment: self.environment.name.clone(),
                field,
            }
            .into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(id: &str, severity: Severity, path: &str) -> Finding {
        Finding {
            id: id.to_owned(),
            severity,
            feature: id.to_owned(),
            message: String::new(),
            path: path.to_owned(),
            line: None,
            remedy: String::new(),
        }
    }

    #[test]
    fn what_the_generator_says_of_a_resource_is_not_said_again() {
        let generated = [finding(
            "function-secrets",
            Severity::Manual,
            "amplify/#current-cloud-backend/awscloudformation/build/function/invite/invite-cloudformation-template.json",
        )];
        let of = |severity, path| is_told(&finding("function-secrets", severity, path), &generated);
        let parameters = "amplify/#current-cloud-backend/function/invite/function-parameters.json";
        assert!(of(Severity::Info, parameters));
        assert!(!of(Severity::Manual, parameters));
        assert!(!of(
            Severity::Info,
            "amplify/#current-cloud-backend/function/other/function-parameters.json"
        ));
        let of_no_resource = [finding("tool-versions", Severity::Info, "amplify/cli.json")];
        assert!(!is_told(
            &finding("tool-versions", Severity::Info, "package.json"),
            &of_no_resource
        ));
    }

    #[test]
    fn what_the_generator_makes_anew_is_told_by_the_generator_alone() {
        let template = serde_json::json!({"Resources": {"Jobs": {"Type": "AWS::SQS::Queue"}}});
        let project = crate::project::fixture::ProjectFiles::default()
            .resource(
                "custom",
                "queue",
                "customCloudformation",
                template,
                serde_json::json!({}),
            )
            .open();
        let backend = backend::interpret(&project, None);
        let told = assess::assess(&backend).findings;
        let extras = FeatureKind::StatefulExtras.name();
        let extra = told.iter().find(|finding| finding.id == extras).unwrap();
        assert!(is_made_anew(extra, &backend), "{extra:?}");
        let other = Finding {
            message: extra.message.replace("Jobs", "Others"),
            ..extra.clone()
        };
        assert!(!is_made_anew(&other, &backend));
    }
}
