//! The protection of what a stack owns: in its template, and at the tables and user pools themselves.

use super::{Execution, without_effect};
use crate::{
    cloud::{
        ChangeSet, LiveConfiguration, Pace, StackUpdateError, StackUpdateRequest, TemplateHandOver, settled_stack,
        short_hash, update_stack,
    },
    cloudformation::{Template, same_template},
    error::Result,
    lock::{
        LockError,
        operation::StackChange,
        protection::{USER_POOL, unexpected_changes},
        record::{CHANGE_SET, Intent},
    },
    plan::OperationOutcome,
};

/// How often to look whether a table has taken its new protection.
const LOOKS_AT_TABLE: u32 = 40;

impl Execution<'_> {
    pub(super) async fn change_stack(&self, id: &str, change: &StackChange) -> Result<OperationOutcome> {
        let is_there = self.has_template_after(id, change).await?;
        let differing = self.differing_tables(change).await?;
        if is_there && differing.is_empty() {
            return Ok(OperationOutcome::AlreadyDone);
        }
        let settings = self.settings(change).await?;
        let bucket = self.request.deployment_bucket.as_deref();
        let template = TemplateHandOver::of(&change.name, change.after_text.clone(), bucket)?;
        self.intend(id, &self.intent_of(change, &template)).await?;
        if !is_there {
            self.update(id, change, &template).await?;
        }
        self.protect_tables(id, change).await?;
        self.keep_settings(change, &settings).await?;
        self.done(id)?;
        Ok(OperationOutcome::Done)
    }

    fn intent_of(&self, change: &StackChange, template: &TemplateHandOver) -> Intent {
        let uploaded = template.key().map(str::to_owned);
        if self.rollback {
            return Intent::Unprotect {
                stack: change.name.clone(),
                uploaded,
            };
        }
        Intent::Protect {
            stack: change.name.clone(),
            uploaded,
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
        let found = settled_stack(cloudformation.as_ref(), &change.id, self.events_of(id)).await?;
        if found.is_none() {
            return Err(StackUpdateError::StackGone {
                stack: change.name.clone(),
            }
            .into());
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

    async fn update(&self, id: &str, change: &StackChange, template: &TemplateHandOver) -> Result<()> {
        let token = format!("{}-{}", self.run.as_str(), short_hash(&change.name));
        let request = StackUpdateRequest {
            stack: &change.id,
            stack_name: &change.name,
            template,
            parameter_keys: &change.parameter_keys,
            imports: &[],
            change_set: CHANGE_SET,
            token: &token,
        };
        let protecting = !self.rollback;
        let approve = |change_set: &ChangeSet| -> Result<()> {
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
        update_stack(&self.request.cloud, &request, &approve, self.events_of(id)).await?;
        let live = self.request.cloud.cloudformation.template(&change.id).await?;
        if !same_template(&Template::parse(&live, &change.name)?, &change.after) {
            return Err(without_effect("the change of the template", &change.name));
        }
        Ok(())
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
    async fn protect_tables(&self, id: &str, change: &StackChange) -> Result<()> {
        let live = &self.request.cloud.live;
        for (table, wanted) in self.differing_tables(change).await? {
            live.set_table_deletion_protection(table, wanted).await?;
            let mut pace = Pace::new(self.events_of(id));
            let mut looks = 0;
            while live.table_deletion_protection(table).await? != wanted {
                looks += 1;
                if looks > LOOKS_AT_TABLE {
                    return Err(without_effect("the deletion protection", table));
                }
                pace.pause(table, "UPDATING").await;
            }
        }
        let unknown = change.tables.iter().filter(|(_, protection)| {
            protection.before.is_none() && (protection.after.is_some() || !change.changes.is_empty())
        });
        for (table, _) in unknown {
            self.events.warn(
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
                Err(error) if error.is_unavailable() => self.events.warn(
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
            self.events.warn(
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
