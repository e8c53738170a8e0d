//! Live configuration before and after the moves.

use futures::future::try_join_all;
use indexmap::{IndexMap, IndexSet};
use serde_json::json;

use super::{
    error::ExecutionError,
    history::{CONFIGURATION, ConfigurationIntent, UncomparedConfiguration},
    run::Run,
};
use crate::{
    cloud::{CloudError, LiveConfiguration},
    error::Result,
    journal::RunId,
    refactor::{Presence, RefactorOperation, RefactorPlan, ResourceMove, ReturnedResource},
};

/// Configurations before the first operation, by physical id.
pub(super) struct Snapshot {
    before: IndexMap<String, LiveConfiguration>,
    /// What moves out of a stack, by the stack's name.
    moves: IndexMap<String, Vec<ResourceMove>>,
    user_pools: Vec<String>,
}

impl Snapshot {
    /// Reads all resources that move, side by side. What cannot be read is told: it will not be compared.
    pub(super) async fn take(run: &Run<'_>, plan: &RefactorPlan) -> Result<Self> {
        let mut of_stacks: IndexMap<String, Vec<ResourceMove>> = IndexMap::new();
        for planned in &plan.operations {
            match &planned.operation {
                RefactorOperation::CreateAndExecuteStackRefactor(operation) => {
                    let source = of_stacks.entry(operation.source.stack.name.clone()).or_default();
                    source.extend(operation.moves.iter().cloned());
                }
                RefactorOperation::UpdateStack(update) if !update.returned.is_empty() => {
                    let stack = of_stacks.entry(update.stack.name.clone()).or_default();
                    stack.extend(update.returned.iter().map(ReturnedResource::in_place));
                }
                _ => {}
            }
        }
        let moves: IndexMap<&str, &ResourceMove> = of_stacks
            .values()
            .flatten()
            .map(|one| (one.physical_id.as_str(), one))
            .collect();
        let user_pools: IndexSet<String> = plan
            .operations
            .iter()
            .flat_map(|planned| &planned.before)
            .filter_map(|expectation| match &expectation.presence {
                Presence::Present { resources, .. } => Some(resources.values()),
                Presence::Absent | Presence::Shell => None,
            })
            .flatten()
            .filter(|resource| resource.resource_type == "AWS::Cognito::UserPool")
            .filter_map(|resource| resource.physical_id.clone())
            .chain(pools_of_returned(plan))
            .collect();
        let user_pools: Vec<String> = user_pools.into_iter().collect();
        let read = moves.values().map(|one| read(run, one, &user_pools));
        let configurations: Vec<LiveConfiguration> = try_join_all(read).await?.into_iter().flatten().collect();
        for found in configurations.iter().filter(|found| !found.not_read.is_empty()) {
            run.events.warn(
                "CONFIGURATION_NOT_READ",
                format!(
                    "parts of the configuration of {} {} cannot be compared: {}",
                    found.resource_type,
                    found.physical_id,
                    found.not_read.join("; ")
                ),
            );
        }
        Ok(Self {
            before: configurations
                .into_iter()
                .map(|found| (found.physical_id.clone(), found))
                .collect(),
            moves: of_stacks,
            user_pools,
        })
    }

    /// Records what can be put back in the journal, for the run that follows when this one is cut short between a change and
    /// its comparison.
    pub(super) async fn record(&self, run: &Run<'_>, plan: &RefactorPlan) -> Result<()> {
        let owners = |physical_id: &str| {
            let expectations = plan
                .operations
                .iter()
                .flat_map(|planned| planned.before.iter().chain(&planned.afterwards));
            let owners: IndexSet<String> = expectations
                .filter(|expectation| match &expectation.presence {
                    Presence::Present { resources, .. } => resources
                        .values()
                        .any(|resource| resource.physical_id.as_deref() == Some(physical_id)),
                    Presence::Absent | Presence::Shell => false,
                })
                .map(|expectation| expectation.stack.name.clone())
                .collect();
            owners.into_iter().collect()
        };
        let recorded: Vec<ConfigurationIntent> = self
            .before
            .values()
            .filter_map(LiveConfiguration::record)
            .map(|configuration| ConfigurationIntent {
                stacks: owners(&configuration.physical_id),
                configuration,
            })
            .collect();
        if recorded.is_empty() {
            return Ok(());
        }
        run.intend(CONFIGURATION, json!({ "before": recorded })).await
    }

    /// Compares what a stack that was just updated is about to give away with before.
    pub(super) async fn compare_stack(&self, run: &Run<'_>, operation: &str, stack: &str) -> Result<()> {
        match self.moves.get(stack) {
            Some(moves) => self.compare(run, operation, moves).await,
            None => Ok(()),
        }
    }

    /// Compares resources with before. A user pool that lost settings gets them back at once.
    pub(super) async fn compare(&self, run: &Run<'_>, operation: &str, moves: &[ResourceMove]) -> Result<()> {
        for one in moves {
            let Some(before) = self.before.get(&one.physical_id) else {
                continue;
            };
            let differences = self.differences(run, before, one).await?;
            if differences.is_empty() {
                continue;
            }
            run.events.warn(
                "CONFIGURATION_RESTORED",
                format!(
                    "settings of {} {} were changed; they are put back: {}",
                    one.resource_type,
                    one.physical_id,
                    differences.join("; ")
                ),
            );
            let put_back = run
                .cloud
                .live
                .put_back(before)
                .await
                .map_err(|error| run.failed(operation, error))?;
            let remaining = if put_back {
                self.differences(run, before, one).await?
            } else {
                differences
            };
            if !remaining.is_empty() {
                return Err(ExecutionError::ConfigurationChanged {
                    resource_type: one.resource_type.clone(),
                    physical_id: one.physical_id.clone(),
                    differences: remaining,
                }
                .into());
            }
        }
        Ok(())
    }

    async fn differences(&self, run: &Run<'_>, before: &LiveConfiguration, one: &ResourceMove) -> Result<Vec<String>> {
        Ok(match read(run, one, &self.user_pools).await? {
            Some(after) => before.differences(&after),
            // It could be read before: that it cannot any more is no sign that nothing has changed.
            None => vec!["it cannot be read any more".to_owned()],
        })
    }
}

/// User pools that no stack owns, of resources that are given back.
fn pools_of_returned(plan: &RefactorPlan) -> impl Iterator<Item = String> {
    let updates = plan.operations.iter().filter_map(|planned| match &planned.operation {
        RefactorOperation::UpdateStack(update) => Some(&update.returned),
        _ => None,
    });
    updates
        .flatten()
        .filter_map(|resource| resource.identifier.get("UserPoolId").cloned())
}

/// Compares what an earlier run did not come to compare, and puts it back where it was changed.
pub(super) async fn compare_later(run: &Run<'_>, uncompared: &[UncomparedConfiguration]) -> Result<()> {
    let mut compared = 0;
    let mut earlier: IndexSet<&RunId> = IndexSet::new();
    for UncomparedConfiguration { runs, before: recorded } in uncompared {
        let failed = |error| run.failed(CONFIGURATION, error);
        let Some(before) = run.cloud.live.recorded(recorded).await.map_err(failed)? else {
            // Nothing that could be compared was recorded.
            compared += 1;
            continue;
        };
        let differences = || async {
            let (kind, id) = (&before.resource_type, &before.physical_id);
            match run.cloud.live.configuration(kind, id, None).await {
                Ok(now) => Ok(now.map(|now| {
                    let found = before.readable_differences(&now);
                    (found, before.was_set_by_others(&now))
                })),
                Err(error) if error.is_unavailable() => {
                    run.events.warn(
                        "CONFIGURATION_NOT_READ",
                        format!("the configuration of {kind} {id} cannot be compared with that before the interrupted run: {error}"),
                    );
                    Ok(None)
                }
                Err(error) => Err(run.failed(CONFIGURATION, error)),
            }
        };
        let Some((found, is_of_others)) = differences().await? else {
            continue;
        };
        if is_of_others {
            run.events.warn(
                "CONFIGURATION_CHANGED_MEANWHILE",
                format!(
                    "{} {} has been configured by others since a run was cut short, and is left as it is: {}",
                    before.resource_type,
                    before.physical_id,
                    found.join("; ")
                ),
            );
        } else if !found.is_empty() {
            run.events.warn(
                "CONFIGURATION_RESTORED",
                format!(
                    "settings of {} {} were changed while a run was cut short; they are put back: {}",
                    before.resource_type,
                    before.physical_id,
                    found.join("; ")
                ),
            );
            run.journal.confirm(run.events).await?;
            run.cloud.live.put_back(&before).await.map_err(failed)?;
            let (remaining, _) = differences().await?.unwrap_or_default();
            if !remaining.is_empty() {
                return Err(ExecutionError::ConfigurationChanged {
                    resource_type: before.resource_type.clone(),
                    physical_id: before.physical_id.clone(),
                    differences: remaining,
                }
                .into());
            }
        }
        compared += 1;
        earlier.extend(runs);
    }
    // A run is done with when all that it recorded is: until then it is compared again.
    if compared == uncompared.len() {
        for run_id in earlier {
            run.journal.result(run_id, CONFIGURATION, json!({ "compared": true }))?;
        }
    }
    Ok(())
}

async fn read(run: &Run<'_>, one: &ResourceMove, user_pools: &[String]) -> Result<Option<LiveConfiguration>> {
    let attempt = |pool: Option<String>| async move {
        run.cloud
            .live
            .configuration(&one.resource_type, &one.physical_id, pool.as_deref())
            .await
    };
    let mut outcome = attempt(user_pools.first().cloned()).await;
    for pool in user_pools.iter().skip(1) {
        // The client belongs to another of the pools.
        if !matches!(&outcome, Err(CloudError::Refused { code, .. }) if code == "ResourceNotFoundException") {
            break;
        }
        outcome = attempt(Some(pool.clone())).await;
    }
    match outcome {
        Ok(found) => Ok(found),
        Err(error) if error.is_unavailable() => {
            run.events.warn(
                "CONFIGURATION_NOT_READ",
                format!(
                    "the configuration of {} {} cannot be compared: {error}",
                    one.resource_type, one.physical_id
                ),
            );
            Ok(None)
        }
        Err(error) => Err(run.failed("", error).into()),
    }
}
