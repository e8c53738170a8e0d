//! Carries out the operations of a lock or of its rollback: intent before effect, effects decided by the live state.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Instant,
};

use futures::{StreamExt, future::BoxFuture, stream};

use super::{
    LockError, LockRequest, MARKER_VARIABLE,
    operation::{Action, LockOperation, StackChange},
    policy::{denies_all_updates, same_policy, with_lock},
    protection::{USER_POOL, unexpected_changes},
    record::{Intent, LockContext, Outcome, unfinished_stacks},
};
use crate::{
    cloud::{LiveConfiguration, Pace, StackUpdateRequest, update_stack},
    cloudformation::{Template, same_template},
    error::{Error, Result},
    journal::{Journal, MigrationFolder, RunHeader, RunId, RunStatus},
    plan::{CancelToken, Event, EventSink, ExecutionReport, ExecutionStatus, OperationOutcome, Step},
};

/// Stacks that are updated at the same time.
const STACKS_AT_ONCE: usize = 4;

/// How often to look whether a table has taken its new protection.
const LOOKS_AT_TABLE: u32 = 40;

/// Name of the change sets of this step. One that a crash left behind is found by it and removed.
const CHANGE_SET: &str = "amplify-gen2-migration-lock";

pub(super) struct Execution<'a> {
    request: &'a LockRequest,
    journal: Journal,
    run: RunId,
    rollback: bool,
    events: &'a dyn EventSink,
    cancel: &'a CancelToken,
}

impl<'a> Execution<'a> {
    pub(super) fn begin(
        request: &'a LockRequest,
        rollback: bool,
        context: &LockContext,
        events: &'a dyn EventSink,
        cancel: &'a CancelToken,
    ) -> Result<Self> {
        let folder = MigrationFolder::open(&request.project_directory)?;
        let journal = Journal::open(&folder, &request.environment)?;
        let run = journal.begin(RunHeader {
            step: Step::Lock,
            rollback,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            account_id: request.account_id.clone(),
            region: request.cloud.region.clone(),
            gen1_root: request.root.stack.name.clone(),
            gen2_root: None,
            context: serde_json::to_value(context).unwrap_or_default(),
        })?;
        Ok(Self {
            request,
            journal,
            run,
            rollback,
            events,
            cancel,
        })
    }

    /// Operations on the app and the root stack one after another, those on other stacks side by side.
    pub(super) async fn run(&self, operations: &[LockOperation]) -> Result<ExecutionReport> {
        self.sweep().await?;
        let progress = Progress {
            total: u32::try_from(operations.len()).unwrap_or(u32::MAX),
            begun: AtomicU32::new(0),
            failed: AtomicBool::new(false),
        };
        let mut outcomes: Vec<(&LockOperation, Attempt)> = Vec::new();
        let mut rest = operations;
        while let Some(first) = rest.first() {
            let together = rest
                .iter()
                .take_while(|operation| operation.is_on_nested_stack())
                .count()
                .max(1);
            let batch = if first.is_on_nested_stack() {
                &rest[..together]
            } else {
                &rest[..1]
            };
            rest = &rest[batch.len()..];
            let mut running: Vec<BoxFuture<'_, (usize, Attempt)>> = Vec::new();
            for (index, operation) in batch.iter().enumerate() {
                running.push(Box::pin(self.one(index, operation, &progress)));
            }
            let mut done: Vec<(usize, Attempt)> =
                stream::iter(running).buffer_unordered(STACKS_AT_ONCE).collect().await;
            done.sort_by_key(|(index, _)| *index);
            outcomes.extend(done.into_iter().map(|(index, outcome)| (&batch[index], outcome)));
        }
        self.report(outcomes)
    }

    /// Removes what runs that ended amid an operation left: a change set that was not executed, a template in the bucket.
    async fn sweep(&self) -> Result<()> {
        for stack in unfinished_stacks(&self.journal.runs(), &self.request.root.stack.name, &self.run) {
            let cloudformation = &self.request.cloud.cloudformation;
            if cloudformation.describe_stack(&stack).await?.is_none() {
                continue;
            }
            if cloudformation.change_set(&stack, CHANGE_SET).await?.is_some() {
                cloudformation.delete_change_set(&stack, CHANGE_SET).await?;
            }
            if let Some(bucket) = &self.request.deployment_bucket {
                self.request.cloud.objects.delete(bucket, &template_key(&stack)).await?;
            }
        }
        Ok(())
    }

    fn report(&self, outcomes: Vec<(&LockOperation, Attempt)>) -> Result<ExecutionReport> {
        let mut report = ExecutionReport {
            status: ExecutionStatus::Done,
            executed: Vec::new(),
            skipped: Vec::new(),
            files: Vec::new(),
            next_steps: Vec::new(),
        };
        let mut failure: Option<Error> = None;
        for (operation, outcome) in outcomes {
            match outcome {
                Ok(Some(OperationOutcome::Done)) => report.executed.push(operation.id.clone()),
                Ok(Some(_)) => report.skipped.push(operation.id.clone()),
                Ok(None) => report.status = ExecutionStatus::Cancelled,
                Err(error) => {
                    failure = Some(match failure {
                        Some(first) => first.with_suppressed(error),
                        None => error,
                    });
                }
            }
        }
        let status = match (&failure, report.status) {
            (Some(_), _) => RunStatus::Failed,
            (None, ExecutionStatus::Cancelled) => RunStatus::Cancelled,
            (None, ExecutionStatus::Done) => RunStatus::Done,
        };
        let finished = self.journal.finish(&self.run, status);
        match failure {
            Some(error) => Err(match finished {
                Ok(()) => error,
                Err(later) => error.with_suppressed(later),
            }),
            None => finished.map(|()| report),
        }
    }

    async fn one(&self, index: usize, operation: &LockOperation, progress: &Progress) -> (usize, Attempt) {
        (index, self.attempt(operation, progress).await)
    }

    async fn attempt(&self, operation: &LockOperation, progress: &Progress) -> Attempt {
        if self.cancel.is_cancelled() || progress.failed.load(Ordering::SeqCst) {
            return Ok(None);
        }
        let began = Instant::now();
        let view = operation.view(&self.request.app_id, &self.request.root.stack.name);
        self.events.emit(Event::OperationStarted {
            operation: operation.id.clone(),
            index: progress.begun.fetch_add(1, Ordering::SeqCst) + 1,
            total: progress.total,
            message: view.description,
        });
        let id = operation.id.as_str();
        let outcome = match &operation.action {
            Action::MarkApp => self.mark_app(id).await,
            Action::UnmarkApp => self.unmark_app(id).await,
            Action::DenyUpdates => self.deny_updates(id).await,
            Action::RestorePolicy { policy } => self.restore_policy(id, policy).await,
            Action::Protect(change) | Action::Unprotect(change) => self.change_stack(id, change).await,
        };
        let outcome = outcome.inspect_err(|_| progress.failed.store(true, Ordering::SeqCst))?;
        self.events.emit(Event::OperationFinished {
            operation: operation.id.clone(),
            outcome,
            elapsed_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
        Ok(Some(outcome))
    }

    fn intend(&self, operation: &str, intent: &Intent) -> Result<()> {
        let intent = serde_json::to_value(intent).unwrap_or_default();
        self.journal.intent(&self.run, operation, intent)
    }

    fn done(&self, operation: &str) -> Result<()> {
        let outcome = serde_json::to_value(Outcome::Done).unwrap_or_default();
        self.journal.result(&self.run, operation, outcome)
    }

    fn warn(&self, code: &str, message: String) {
        self.events.emit(Event::Warning {
            code: code.to_owned(),
            message,
        });
    }

    async fn mark_app(&self, id: &str) -> Result<OperationOutcome> {
        let (app, environment) = (&self.request.app_id, &self.request.environment);
        let mut variables = self.variables().await?;
        match variables.get(MARKER_VARIABLE) {
            Some(marked) if marked == environment => return Ok(OperationOutcome::AlreadyDone),
            Some(marked) if !marked.is_empty() => {
                return Err(LockError::OtherEnvironmentMarked {
                    app: app.clone(),
                    marked: marked.clone(),
                    environment: environment.clone(),
                }
                .into());
            }
            _ => {}
        }
        let intent = Intent::MarkApp {
            app: app.clone(),
            environment: environment.clone(),
        };
        self.intend(id, &intent)?;
        variables.insert(MARKER_VARIABLE.to_owned(), environment.clone());
        self.request
            .cloud
            .amplify
            .set_environment_variables(app, &variables)
            .await?;
        if self.variables().await?.get(MARKER_VARIABLE) != Some(environment) {
            return Err(without_effect("the mark", app));
        }
        self.done(id)?;
        Ok(OperationOutcome::Done)
    }

    async fn unmark_app(&self, id: &str) -> Result<OperationOutcome> {
        let app = &self.request.app_id;
        let mut variables = self.variables().await?;
        // Another environment's mark is not ours to remove.
        if variables.get(MARKER_VARIABLE) != Some(&self.request.environment) {
            return Ok(OperationOutcome::AlreadyDone);
        }
        self.intend(id, &Intent::UnmarkApp { app: app.clone() })?;
        variables.shift_remove(MARKER_VARIABLE);
        let amplify = &self.request.cloud.amplify;
        amplify.set_environment_variables(app, &variables).await?;
        let mut left = self.variables().await?;
        if left.contains_key(MARKER_VARIABLE) && variables.is_empty() {
            // The service may take an empty map for "no change"; an entry without a name stands for "none".
            variables.insert(String::new(), String::new());
            amplify.set_environment_variables(app, &variables).await?;
            left = self.variables().await?;
        }
        if left.contains_key(MARKER_VARIABLE) {
            return Err(without_effect("the removal of the mark", app));
        }
        self.done(id)?;
        Ok(OperationOutcome::Done)
    }

    /// Read right before they are written: the service replaces all of them.
    async fn variables(&self) -> Result<indexmap::IndexMap<String, String>> {
        let app = self.request.cloud.amplify.app(&self.request.app_id).await?;
        let app = app.ok_or_else(|| LockError::AppNotFound {
            app: self.request.app_id.clone(),
        })?;
        Ok(app.environment_variables)
    }

    async fn deny_updates(&self, id: &str) -> Result<OperationOutcome> {
        let root = &self.request.root.stack;
        let previous = self.request.cloud.cloudformation.stack_policy(&root.id).await?;
        if let Some(previous) = &previous
            && denies_all_updates(&root.name, previous)?
        {
            return Ok(OperationOutcome::AlreadyDone);
        }
        let policy = with_lock(&root.name, previous.as_deref())?;
        let intent = Intent::DenyUpdates {
            stack: root.name.clone(),
            previous,
            policy: policy.clone(),
        };
        self.set_policy(id, &intent, &policy).await
    }

    async fn restore_policy(&self, id: &str, policy: &str) -> Result<OperationOutcome> {
        let root = &self.request.root.stack;
        let live = self.request.cloud.cloudformation.stack_policy(&root.id).await?;
        if live.is_some_and(|live| same_policy(&live, policy)) {
            return Ok(OperationOutcome::AlreadyDone);
        }
        let intent = Intent::RestorePolicy {
            stack: root.name.clone(),
            policy: policy.to_owned(),
        };
        self.set_policy(id, &intent, policy).await
    }

    async fn set_policy(&self, id: &str, intent: &Intent, policy: &str) -> Result<OperationOutcome> {
        let root = &self.request.root.stack;
        let cloudformation = &self.request.cloud.cloudformation;
        self.intend(id, intent)?;
        cloudformation.set_stack_policy(&root.id, policy).await?;
        let live = cloudformation.stack_policy(&root.id).await?;
        if !live.is_some_and(|live| same_policy(&live, policy)) {
            return Err(without_effect("the stack policy", &root.name));
        }
        self.done(id)?;
        Ok(OperationOutcome::Done)
    }

    async fn change_stack(&self, id: &str, change: &StackChange) -> Result<OperationOutcome> {
        let is_there = self.has_template_after(id, change).await?;
        let differing = self.differing_tables(change).await?;
        if is_there && differing.is_empty() {
            return Ok(OperationOutcome::AlreadyDone);
        }
        let settings = self.settings(change).await?;
        self.intend(id, &self.intent_of(change))?;
        if !is_there {
            self.update(id, change).await?;
        }
        self.protect_tables(change).await?;
        self.keep_settings(change, &settings).await?;
        self.done(id)?;
        Ok(OperationOutcome::Done)
    }

    fn intent_of(&self, change: &StackChange) -> Intent {
        if self.rollback {
            return Intent::Unprotect {
                stack: change.name.clone(),
            };
        }
        Intent::Protect {
            stack: change.name.clone(),
            template: change.before_text.clone(),
            changes: change.changes.clone(),
            tables: change
                .tables
                .iter()
                .map(|(table, protection)| (table.clone(), protection.before))
                .collect(),
        }
    }

    /// Whether the stack has its new template already. An update that is under way is waited for.
    async fn has_template_after(&self, id: &str, change: &StackChange) -> Result<bool> {
        let cloudformation = &self.request.cloud.cloudformation;
        let mut pace = Pace::new();
        while let Some(stack) = cloudformation.describe_stack(&change.id).await? {
            if !stack.status.ends_with("_IN_PROGRESS") {
                break;
            }
            self.waiting(id, &change.name, &stack.status, pace.elapsed_ms());
            pace.pause().await;
        }
        let live = Template::parse(&cloudformation.template(&change.id).await?, &change.name)?;
        if same_template(&live, &change.after) {
            return Ok(true);
        }
        if same_template(&live, &change.before) {
            return Ok(false);
        }
        Err(LockError::StackChanged {
            stack: change.name.clone(),
        }
        .into())
    }

    async fn update(&self, id: &str, change: &StackChange) -> Result<()> {
        let token = format!("{}-{}", self.run.as_str(), token_part(&change.name));
        let key = template_key(&change.name);
        let bucket = self.request.deployment_bucket.as_deref();
        let request = StackUpdateRequest {
            stack: &change.id,
            stack_name: &change.name,
            template: &change.after_text,
            parameter_keys: &change.parameter_keys,
            change_set: CHANGE_SET,
            token: &token,
            upload: bucket.map(|bucket| (bucket, key.as_str())),
        };
        let protecting = !self.rollback;
        let inspect = |change_set: &crate::cloud::ChangeSet| -> Result<()> {
            let changes = unexpected_changes(change_set, &change.changes, protecting);
            if changes.is_empty() {
                return Ok(());
            }
            Err(LockError::UnexpectedChanges {
                stack: change.name.clone(),
                changes,
            }
            .into())
        };
        let waiting = |target: &str, status: &str, elapsed_ms: u64| self.waiting(id, target, status, elapsed_ms);
        update_stack(&self.request.cloud, &request, &inspect, &waiting).await?;
        let live = self.request.cloud.cloudformation.template(&change.id).await?;
        if !same_template(&Template::parse(&live, &change.name)?, &change.after) {
            return Err(without_effect("the change of the template", &change.name));
        }
        Ok(())
    }

    fn waiting(&self, id: &str, target: &str, status: &str, elapsed_ms: u64) {
        self.events.emit(Event::Waiting {
            operation: id.to_owned(),
            target: target.to_owned(),
            status: status.to_owned(),
            elapsed_ms,
        });
    }

    /// Tables whose live protection is known and not what it must be, with what it must be.
    async fn differing_tables<'c>(&self, change: &'c StackChange) -> Result<Vec<(&'c str, bool)>> {
        let mut differing = Vec::new();
        for (table, protection) in &change.tables {
            let Some(wanted) = protection.after else {
                continue;
            };
            match self.request.cloud.live.table_deletion_protection(table).await {
                Ok(live) if live == wanted => {}
                Ok(_) => differing.push((table.as_str(), wanted)),
                Err(error) if error.is_unavailable() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(differing)
    }

    /// Sees to it that the tables themselves are as they must be: the template may have said so before without effect.
    async fn protect_tables(&self, change: &StackChange) -> Result<()> {
        let live = &self.request.cloud.live;
        for (table, wanted) in self.differing_tables(change).await? {
            live.set_table_deletion_protection(table, wanted).await?;
            let mut pace = Pace::new();
            let mut looks = 0;
            while live.table_deletion_protection(table).await? != wanted {
                looks += 1;
                if looks > LOOKS_AT_TABLE {
                    return Err(without_effect("the deletion protection", table));
                }
                pace.pause().await;
            }
        }
        let unknown = change.tables.iter().filter(|(_, protection)| {
            protection.before.is_none() && (protection.after.is_some() || !change.changes.is_empty())
        });
        for (table, _) in unknown {
            self.warn(
                "TABLE_PROTECTION_UNKNOWN",
                format!("The deletion protection of table {table} could not be read, so it is not verified."),
            );
        }
        Ok(())
    }

    /// Settings of the stack's user pools; what may not be read is left out, and said so.
    async fn settings(&self, change: &StackChange) -> Result<Vec<LiveConfiguration>> {
        let mut found = Vec::new();
        for pool in &change.user_pools {
            match self.request.cloud.live.configuration(USER_POOL, pool, None).await {
                Ok(settings) => found.extend(settings),
                Err(error) if error.is_unavailable() => self.warn(
                    "SETTINGS_UNKNOWN",
                    format!("The settings of user pool {pool} could not be read, so they are not compared: {error}"),
                ),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(found)
    }

    /// An update of a user pool resets whatever its template does not name, above all the triggers that Amplify sets on
    /// its own. Changing a policy is no update of the pool; should one happen all the same, the settings are put back.
    async fn keep_settings(&self, change: &StackChange, before: &[LiveConfiguration]) -> Result<()> {
        let live = &self.request.cloud.live;
        for settings in before {
            let pool = &settings.physical_id;
            let Some(after) = live.configuration(USER_POOL, pool, None).await? else {
                continue;
            };
            let differences = settings.differences(&after);
            if differences.is_empty() {
                continue;
            }
            let put_back = live.put_back(settings).await?;
            let left = match live.configuration(USER_POOL, pool, None).await? {
                Some(after) if put_back => settings.differences(&after),
                _ => differences.clone(),
            };
            if !left.is_empty() {
                return Err(LockError::SettingsChanged {
                    stack: change.name.clone(),
                    resource: format!("{USER_POOL} {pool}"),
                    differences: left,
                }
                .into());
            }
            self.warn(
                "SETTINGS_PUT_BACK",
                format!(
                    "Updating stack {} changed settings of user pool {pool}; they were put back: {}",
                    change.name,
                    differences.join("; ")
                ),
            );
        }
        Ok(())
    }
}

/// What became of an operation; `None`: it was not begun, because another failed or somebody asked to stop.
type Attempt = Result<Option<OperationOutcome>>;

/// How far the run has come.
struct Progress {
    total: u32,
    begun: AtomicU32,
    failed: AtomicBool,
}

impl LockOperation {
    fn is_on_nested_stack(&self) -> bool {
        matches!(self.action, Action::Protect(_) | Action::Unprotect(_))
    }
}

fn without_effect(what: &'static str, target: &str) -> Error {
    LockError::WithoutEffect {
        what,
        target: target.to_owned(),
    }
    .into()
}

/// Key under which a large template lies in the deployment bucket while its change set is made.
fn template_key(stack: &str) -> String {
    format!("gen2-migration/lock/{stack}.template.json")
}

/// Client tokens have at most 128 characters, and stack names alone may have as many.
fn token_part(stack: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(stack.as_bytes())
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
