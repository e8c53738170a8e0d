//! Reads what a refactor needs, checks that the stacks are the right ones, and plans.

use std::path::{Path, PathBuf};

use futures::future::try_join_all;
use indexmap::IndexMap;

use super::{
    at_rest::ensure_at_rest,
    baseline::Baseline,
    error::TargetError,
    history::history,
    reattach::{is_at_work_for_us, wait_for_refactors},
    region::ensure_stack_refactor,
    stack_policies::StackPolicies,
    step::{RefactorStep, RefactorTarget, journal_place},
    whereabouts::nothing_is_lost,
};
use crate::{
    backend::{
        finding::{Finding, Severity},
        model::Resource,
    },
    cloud::{Cloud, CloudError, Depth, pushed_templates, read_nested, read_stack, read_tree, settled_stack},
    cloudformation::{Place, is_busy},
    deployment::{Stack, StackTree},
    error::Result,
    journal::JournalReading,
    plan::{Event, EventSink, OperationEvents, ValidationCheck},
    refactor::{
        AttributeRequest, Existence, ExistenceRequest, HostedUiReading, KnownAttributes, LiveAttributes, Obstacles,
        PlanError, PlanInput, ResourceMappings, holding_names, plan_forward, plan_rollback,
    },
};

/// What the caller asks for.
pub struct RefactorRequest {
    /// AWS.
    pub cloud: Cloud,
    /// The user's project.
    pub project_dir: PathBuf,
    /// Gen 1 environment.
    pub environment: String,
    /// Amplify app id, when the project knows it.
    pub app_id: Option<String>,
    /// Account of the credentials, which owns the environment.
    pub account_id: String,
    /// Gen 1 root stack.
    pub gen1_root: String,
    /// Deployment bucket.
    pub deployment_bucket: String,
    /// `--to`; a rollback finds it in the journal.
    pub gen2_root: Option<String>,
    /// `--mappings`
    pub mappings: Option<PathBuf>,
    /// Take it back.
    pub is_rollback: bool,
    /// `--take-over`: a lease of somebody else is no obstacle.
    pub take_over: bool,
}

/// What the project tells, which may have to be read from the deployment bucket.
pub struct RefactorSubject {
    /// Entries of amplify-meta.json, in its order.
    pub resources: Vec<Resource>,
    /// Validations of the step that other rooms provide: lock status, assessment.
    pub checks: Vec<ValidationCheck>,
}

/// Plans a refactor or its rollback from what is deployed now. Changes nothing.
///
/// # Errors
/// When a stack is missing, belongs to another app or generation, or the plan cannot be made. Errors of `subject`.
pub async fn plan_refactor(
    request: RefactorRequest,
    subject: impl Future<Output = Result<RefactorSubject>>,
    events: &dyn EventSink,
) -> Result<RefactorStep> {
    let mappings = match &request.mappings {
        Some(path) => read_mappings(path)?,
        None => ResourceMappings::default(),
    };
    let journal = journal_place(
        &request.cloud,
        &request.project_dir,
        &request.environment,
        &request.deployment_bucket,
    );
    // Only a rollback that names no target has to know the journal before it can read anything else.
    let (reading, gen2_root) = match &request.gen2_root {
        Some(named) => (None, named.clone()),
        None => {
            let reading = journal.read(request.take_over).await?;
            let recorded = history(&reading.runs);
            let root = recorded
                .record
                .map(|record| record.gen2_root.name)
                .or(recorded.gen2_root);
            let root = root.filter(|_| request.is_rollback).ok_or(TargetError::NotNamed)?;
            (Some(reading), root)
        }
    };
    if gen2_root == request.gen1_root {
        return Err(TargetError::IsGen1 { stack: gen2_root }.into());
    }
    if !request.is_rollback {
        ensure_stack_refactor(&request.cloud).await?;
    }
    events.emit(Event::Phase {
        name: "read-stacks".into(),
        message: format!("Reading the stacks of {} and {gen2_root}", request.gen1_root),
    });
    let reading = async {
        match reading {
            Some(reading) => Ok(reading),
            None => journal.read(request.take_over).await,
        }
    };
    let (reading, subject, stacks) = tokio::join!(reading, subject, read_stacks_now(&request, &gen2_root));
    let reading = reading?;
    let recorded = history(&reading.runs);
    let RefactorSubject { resources, checks } = subject?;
    let was_interrupted = reading.is_held || !recorded.leftovers.is_empty();
    let Stacks { gen1, gen2, holding } = stacks_at_rest(&request, &gen2_root, stacks?, was_interrupted, events).await?;
    if let (false, Some(record)) = (request.is_rollback, &recorded.record) {
        let trees = gen1.walk().into_iter().chain(gen2.walk());
        nothing_is_lost(record, trees.chain(holding.values()))?;
    }
    let place = Place {
        account_id: request.account_id,
        region: request.cloud.region.clone(),
    };
    // Without a journal the buckets from which the stacks were deployed may tell how they were.
    let pushed = if request.is_rollback && recorded.record.is_none() {
        let account = Some(place.account_id.as_str());
        let (mut gen1, gen2) = tokio::join!(
            pushed_templates(&request.cloud, &gen1, account),
            pushed_templates(&request.cloud, &gen2, account)
        );
        gen1.extend(gen2);
        gen1
    } else {
        IndexMap::new()
    };
    let mut known = KnownAttributes::default();
    let mut policies = StackPolicies::default();
    let mut obstacles = Obstacles::default();
    let mut plan = loop {
        let input = PlanInput {
            gen1: &gen1,
            gen2: &gen2,
            holdings: &holding,
            resources: &resources,
            account_id: &place.account_id,
            region: &place.region,
            mappings: &mappings,
            obstacles: &obstacles,
            attributes: &known,
            pushed: &pushed,
        };
        let planned = if request.is_rollback {
            plan_rollback(&input, recorded.record.as_ref())
        } else {
            plan_forward(&input, recorded.record.as_ref())
        };
        match planned {
            Ok(plan) if request.is_rollback => break plan,
            Ok(plan) => {
                policies.read(&request.cloud, &plan).await?;
                if !policies.add_to(&mut obstacles) {
                    break plan;
                }
            }
            // Read what can be read, and plan again; what cannot stays the error that it is.
            Err(PlanError::AttributesNeeded(requests)) => {
                let is_read = read_attributes(&request.cloud, &requests, &mut known).await?;
                let error = PlanError::AttributesNeeded(requests);
                if !is_read && (request.is_rollback || !obstacles.learn(&error)) {
                    return Err(error.into());
                }
            }
            Err(PlanError::HostedUiNeeded(pools)) => {
                for pool in pools {
                    read_hosted_ui(&request.cloud, &pool, &mut known).await?;
                }
            }
            Err(PlanError::ExistenceNeeded(requests)) => look_for(&request.cloud, &requests, &mut known).await?,
            // What cannot take part is left out, and the rest moves; a rollback brings back everything or nothing.
            Err(error) if !request.is_rollback && obstacles.learn(&error) => {}
            Err(error) => return Err(error.into()),
        }
    };
    plan.findings.extend(unread_copy(&reading, &request.deployment_bucket));
    let all = [&gen1, &gen2].into_iter().flat_map(StackTree::walk);
    let baseline = Baseline::of(all.chain(holding.values()));
    Ok(RefactorStep {
        plan,
        is_rollback: request.is_rollback,
        take_over: request.take_over,
        target: RefactorTarget {
            project_dir: request.project_dir,
            environment: request.environment,
            place,
            gen1_root: request.gen1_root,
            gen2_root: gen2.stack.name.clone(),
            deployment_bucket: request.deployment_bucket,
            baseline,
        },
        cloud: request.cloud,
        checks,
        policies,
    })
}

/// Everything that is deployed and takes part.
struct Stacks {
    gen1: StackTree,
    gen2: StackTree,
    holding: IndexMap<String, Stack>,
}

/// What was done on other machines is not known.
fn unread_copy(reading: &JournalReading, bucket: &str) -> Option<Finding> {
    let error = reading.copy_unread.as_ref()?;
    Some(Finding {
        id: "journal-copy-unreadable".to_owned(),
        severity: Severity::Warning,
        feature: "environment".to_owned(),
        message: format!(
            "The copy of the journal in the deployment bucket {bucket} cannot be read ({error}): what was done from other machines is told by the deployed stacks alone."
        ),
        path: String::new(),
        line: None,
        remedy: format!("Allow s3:GetObject on {bucket}/gen2-migration/* and s3:ListBucket on {bucket}."),
    })
}

/// The stacks, at rest. When a run was interrupted, what it had begun may still be under way at the service: that is
/// waited for, without end, as the run itself would have done.
async fn stacks_at_rest(
    request: &RefactorRequest,
    gen2_root: &str,
    mut stacks: Stacks,
    mut was_interrupted: bool,
    events: &dyn EventSink,
) -> Result<Stacks> {
    ensure_is_gen2_root(request, &stacks.gen1, &stacks.gen2)?;
    if was_interrupted && wait_for_refactors(&request.cloud, [&request.gen1_root, gen2_root], events).await? {
        stacks = read_stacks_now(request, gen2_root).await?;
    }
    loop {
        let trees = [&stacks.gen1, &stacks.gen2];
        let busy: Vec<&Stack> = trees
            .into_iter()
            .flat_map(StackTree::walk)
            .chain(stacks.holding.values())
            .filter(|stack| is_busy(&stack.status))
            .collect();
        was_interrupted = was_interrupted || (!busy.is_empty() && is_at_work_for_us(&request.cloud, &busy).await);
        if !was_interrupted || busy.is_empty() {
            ensure_at_rest(trees)?;
            return Ok(stacks);
        }
        for stack in busy {
            let progress = OperationEvents::new(events, "read-stacks");
            settled_stack(request.cloud.cloudformation.as_ref(), &stack.id, progress).await?;
        }
        stacks = read_stacks_now(request, gen2_root).await?;
    }
}

async fn read_stacks_now(request: &RefactorRequest, gen2_root: &str) -> Result<Stacks> {
    let api = request.cloud.cloudformation.as_ref();
    let gen2_with_holding = async {
        let Some(root) = read_stack(api, gen2_root).await? else {
            return Ok(None);
        };
        // The root tells the names of its category stacks, and so those of all holding stacks.
        let names = holding_names(&root);
        let (tree, holding) = tokio::try_join!(
            read_nested(api, root, Depth::Categories),
            try_join_all(names.iter().map(|name| read_holding(request, name)))
        )?;
        let holding = holding.into_iter().flatten().map(|stack| (stack.name.clone(), stack));
        Ok::<_, CloudError>(Some((tree, holding.collect::<IndexMap<String, Stack>>())))
    };
    let (gen1, gen2) = tokio::join!(read_tree(api, &request.gen1_root, Depth::Categories), gen2_with_holding);
    let gen1 = gen1?.ok_or_else(|| TargetError::Gen1RootMissing {
        stack: request.gen1_root.clone(),
        region: request.cloud.region.clone(),
    })?;
    let (gen2, holding) = gen2?.ok_or_else(|| TargetError::Gen2RootMissing {
        stack: gen2_root.to_owned(),
        region: request.cloud.region.clone(),
    })?;
    Ok(Stacks { gen1, gen2, holding })
}

fn read_mappings(path: &Path) -> Result<ResourceMappings> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|source| TargetError::MappingsUnreadable {
        path: shown.clone(),
        source,
    })?;
    Ok(ResourceMappings::parse(&text, &shown)?)
}

/// Reads attributes that follow from nothing that is known. `true` when at least one is new.
async fn read_attributes(cloud: &Cloud, requests: &[AttributeRequest], known: &mut KnownAttributes) -> Result<bool> {
    let mut is_new = false;
    for request in requests {
        if (request.resource_type.as_str(), request.attribute.as_str()) != ("AWS::DynamoDB::Table", "StreamArn") {
            continue;
        }
        if known
            .attribute(&request.resource_type, &request.physical_id, &request.attribute)
            .is_some()
        {
            continue;
        }
        match cloud.live.table_stream_arn(&request.physical_id).await {
            Ok(Some(arn)) => {
                known.insert(request, arn.into());
                is_new = true;
            }
            Ok(None) => {}
            Err(error) if error.is_unavailable() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(is_new)
}

/// Looks for resources that no stack of the two apps owns, side by side.
async fn look_for(cloud: &Cloud, requests: &[ExistenceRequest], known: &mut KnownAttributes) -> Result<()> {
    let look = requests.iter().map(|request| async move {
        let (existence, owner) = tokio::join!(existence(cloud, request), owner(cloud, request));
        match (existence?, owner) {
            (Existence::Gone, _) => Ok(Existence::Gone),
            (_, Ok(Some(stack))) => Ok(Existence::Owned(stack)),
            (existence, Ok(None)) => Ok(existence),
            (_, Err(error)) if error.is_unavailable() => Ok(Existence::Unknown(error.to_string())),
            (_, Err(error)) => Err(error),
        }
    });
    let found = try_join_all(look).await?;
    for (request, found) in requests.iter().zip(found) {
        known.insert_existence(request, found);
    }
    Ok(())
}

async fn existence(cloud: &Cloud, request: &ExistenceRequest) -> Result<Existence, CloudError> {
    let pool = request.user_pool_id.as_deref();
    let read = cloud
        .live
        .configuration(&request.resource_type, &request.physical_id, pool);
    match read.await {
        Ok(Some(_)) => Ok(Existence::Exists),
        Ok(None) => Ok(Existence::Unknown(format!("{} is not read", request.resource_type))),
        Err(error) if error.is_missing() => Ok(Existence::Gone),
        Err(error) if error.is_unavailable() => Ok(Existence::Unknown(error.to_string())),
        Err(error) => Err(error),
    }
}

/// The stack outside both apps that has taken it. A group's physical id is its name, which every pool may have: it is not
/// asked for.
async fn owner(cloud: &Cloud, request: &ExistenceRequest) -> Result<Option<String>, CloudError> {
    if request.resource_type == "AWS::Cognito::UserPoolGroup" {
        return Ok(None);
    }
    let cloudformation = cloud.cloudformation.as_ref();
    cloudformation.owner(&request.resource_type, &request.physical_id).await
}

/// Reads what is attached to a user pool for signing in. What may not be read is known to be unknown.
async fn read_hosted_ui(cloud: &Cloud, user_pool_id: &str, known: &mut KnownAttributes) -> Result<()> {
    let reading = match cloud.hosted_ui.hosted_ui(user_pool_id).await {
        Ok(found) => HostedUiReading::Read(Box::new(found)),
        Err(error) if error.is_unavailable() => HostedUiReading::Unreadable(error.to_string()),
        Err(error) => return Err(error.into()),
    };
    known.insert_hosted_ui(user_pool_id, reading);
    Ok(())
}

/// A holding stack usually does not exist before a refactor: asked for alone first, so that nothing else is read in vain.
/// Before a rollback it usually does.
async fn read_holding(request: &RefactorRequest, name: &str) -> Result<Option<Stack>, CloudError> {
    let api = request.cloud.cloudformation.as_ref();
    if !request.is_rollback && api.describe_stack(name).await?.is_none() {
        return Ok(None);
    }
    read_stack(api, name).await
}

/// The named stack is a root of Gen 2, of the same app.
fn ensure_is_gen2_root(request: &RefactorRequest, gen1: &StackTree, gen2: &StackTree) -> Result<()> {
    let stack = &gen2.stack;
    if stack.id == gen1.stack.id || stack.name == gen1.stack.name {
        return Err(TargetError::IsGen1 {
            stack: stack.name.clone(),
        }
        .into());
    }
    if let Some(parent) = &stack.parent_id {
        return Err(TargetError::IsNested {
            stack: stack.name.clone(),
            parent: parent.clone(),
        }
        .into());
    }
    if is_gen1_root(stack) {
        return Err(TargetError::IsOtherGen1 {
            stack: stack.name.clone(),
        }
        .into());
    }
    let owner = stack
        .tags
        .get("amplify:app-id")
        .cloned()
        .or_else(|| app_id_in_name(&stack.name));
    if let (Some(expected), Some(owner)) = (&request.app_id, owner)
        && !owner.eq_ignore_ascii_case(expected)
    {
        return Err(TargetError::OtherApp {
            stack: stack.name.clone(),
            expected: expected.clone(),
            found: owner,
        }
        .into());
    }
    if gen2.nested.is_empty() {
        return Err(TargetError::NotAmplify {
            stack: stack.name.clone(),
        }
        .into());
    }
    Ok(())
}

/// The Gen 1 CLI gives every root stack these parameters; a Gen 2 root has none of them.
fn is_gen1_root(stack: &Stack) -> bool {
    ["DeploymentBucketName", "AuthRoleName", "UnauthRoleName"]
        .iter()
        .all(|name| {
            stack
                .parameters
                .iter()
                .any(|parameter| parameter.parameter_key == *name)
        })
}

/// The app id in the name of a branch's root stack, `amplify-<app id>-<branch>-branch-<hash>`.
fn app_id_in_name(name: &str) -> Option<String> {
    let (rest, hash) = name.strip_prefix("amplify-")?.rsplit_once('-')?;
    let is_hash = hash.len() == 10 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (rest, kind) = rest.rsplit_once('-')?;
    let (app_id, _) = rest.split_once('-')?;
    (is_hash && kind == "branch").then(|| app_id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::app_id_in_name;

    #[test]
    fn the_app_id_is_read_from_names_of_branch_roots_only() {
        assert_eq!(
            app_id_in_name("amplify-d1abc-gen2main-branch-0123456789").as_deref(),
            Some("d1abc")
        );
        assert_eq!(app_id_in_name("amplify-d1abc-main-12345"), None);
        assert_eq!(app_id_in_name("amplify-app-me-sandbox-0123456789"), None);
        assert_eq!(app_id_in_name("other"), None);
    }
}
