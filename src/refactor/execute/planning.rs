//! Reads what a refactor needs, checks that the stacks are the right ones, and plans.

use std::path::{Path, PathBuf};

use futures::future::try_join_all;
use indexmap::IndexMap;

use super::{
    at_rest::ensure_at_rest,
    error::TargetError,
    history::history,
    step::{RefactorStep, RefactorTarget},
    whereabouts::nothing_is_lost,
};
use crate::{
    backend::model::Resource,
    cloud::{Cloud, CloudError, Depth, read_nested, read_stack, read_tree, settled_stack},
    cloudformation::{Place, is_busy},
    deployment::{Stack, StackTree},
    error::Result,
    journal::{Journal, MigrationFolder},
    plan::{Event, EventSink, OperationEvents, ValidationCheck},
    refactor::{
        AttributeRequest, KnownAttributes, LiveAttributes, PlanError, PlanInput, ResourceMappings, holding_names,
        plan_forward, plan_rollback,
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
    let recorded = history(&Journal::read(
        &MigrationFolder::of(&request.project_dir),
        &request.environment,
    )?);
    let gen2_root = match (&request.gen2_root, &recorded.record) {
        (Some(named), _) => named.clone(),
        (None, Some(record)) if request.is_rollback => record.gen2_root.name.clone(),
        (None, _) => return Err(TargetError::NotNamed.into()),
    };
    if gen2_root == request.gen1_root {
        return Err(TargetError::IsGen1 { stack: gen2_root }.into());
    }
    events.emit(Event::Phase {
        name: "read-stacks".into(),
        message: format!("Reading the stacks of {} and {gen2_root}", request.gen1_root),
    });
    let (subject, stacks) = tokio::join!(
        subject,
        read_stacks(&request, &gen2_root, !recorded.leftovers.is_empty(), events)
    );
    let RefactorSubject { resources, checks } = subject?;
    let Stacks { gen1, gen2, holding } = stacks?;
    if let (false, Some(record)) = (request.is_rollback, &recorded.record) {
        let trees = gen1.walk().into_iter().chain(gen2.walk());
        nothing_is_lost(record, trees.chain(holding.values()))?;
    }
    let place = Place {
        account_id: request.account_id,
        region: request.cloud.region.clone(),
    };
    let mut known = KnownAttributes::default();
    let plan = loop {
        let input = PlanInput {
            gen1: &gen1,
            gen2: &gen2,
            holdings: &holding,
            resources: &resources,
            account_id: &place.account_id,
            region: &place.region,
            mappings: &mappings,
            attributes: &known,
        };
        let planned = if request.is_rollback {
            plan_rollback(&input, recorded.record.as_ref())
        } else {
            plan_forward(&input)
        };
        match planned {
            Ok(plan) => break plan,
            // Read what can be read, and plan again; what cannot stays the error that it is.
            Err(PlanError::AttributesNeeded(requests)) => {
                if !read_attributes(&request.cloud, &requests, &mut known).await? {
                    return Err(PlanError::AttributesNeeded(requests).into());
                }
            }
            Err(error) => return Err(error.into()),
        }
    };
    Ok(RefactorStep {
        plan,
        is_rollback: request.is_rollback,
        target: RefactorTarget {
            project_dir: request.project_dir,
            environment: request.environment,
            place,
            gen1_root: request.gen1_root,
            gen2_root: gen2.stack.name.clone(),
            deployment_bucket: request.deployment_bucket,
        },
        cloud: request.cloud,
        checks,
    })
}

/// Everything that is deployed and takes part.
struct Stacks {
    gen1: StackTree,
    gen2: StackTree,
    holding: IndexMap<String, Stack>,
}

/// Reads the stacks, at rest. When a run was interrupted, what it had begun may still be under way at the service: that is
/// waited for, without end, as the run itself would have done.
async fn read_stacks(
    request: &RefactorRequest,
    gen2_root: &str,
    was_interrupted: bool,
    events: &dyn EventSink,
) -> Result<Stacks> {
    loop {
        let stacks = read_stacks_now(request, gen2_root).await?;
        ensure_is_gen2_root(request, &stacks.gen1, &stacks.gen2)?;
        let trees = [&stacks.gen1, &stacks.gen2];
        let all = || {
            trees
                .into_iter()
                .flat_map(StackTree::walk)
                .chain(stacks.holding.values())
        };
        let busy: Vec<&Stack> = all().filter(|stack| is_busy(&stack.status)).collect();
        if !was_interrupted || busy.is_empty() {
            ensure_at_rest(trees)?;
            return Ok(stacks);
        }
        for stack in busy {
            let progress = OperationEvents::new(events, "read-stacks");
            settled_stack(request.cloud.cloudformation.as_ref(), &stack.id, progress).await?;
        }
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
