//! Stack policies of the stacks that take part: CloudFormation refuses to refactor a stack that has one, whatever it allows.

use futures::future::join_all;
use indexmap::{IndexMap, IndexSet};

use crate::{
    cloud::Cloud,
    error::Result,
    plan::{Validation, ValidationStatus},
    refactor::{Obstacle, Obstacles, Presence, RefactorPlan},
};

/// What is known of the policies of stacks, by ARN.
#[derive(Clone, Debug, Default)]
pub(super) struct StackPolicies {
    read: IndexMap<String, Policy>,
}

#[derive(Clone, Debug)]
struct Policy {
    stack: String,
    state: PolicyState,
}

#[derive(Clone, Debug, PartialEq)]
enum PolicyState {
    None,
    Attached,
    /// It may not be read; with the reason.
    Unknown(String),
}

impl StackPolicies {
    /// Reads the policies of the plan's stacks that were not read yet, side by side.
    pub(super) async fn read(&mut self, cloud: &Cloud, plan: &RefactorPlan) -> Result<()> {
        let stacks: Vec<(String, String)> = participants(plan)
            .into_iter()
            .filter(|(id, _)| !self.read.contains_key(id))
            .collect();
        let answers = join_all(stacks.iter().map(|(id, _)| cloud.cloudformation.stack_policy(id))).await;
        for ((id, stack), answer) in stacks.into_iter().zip(answers) {
            let state = match answer {
                Ok(None) => PolicyState::None,
                Ok(Some(_)) => PolicyState::Attached,
                Err(error) if error.is_unavailable() => PolicyState::Unknown(error.to_string()),
                Err(error) => return Err(error.into()),
            };
            self.read.insert(id, Policy { stack, state });
        }
        Ok(())
    }

    /// Adds the stacks that have a policy. `true` when one of them is new.
    pub(super) fn add_to(&self, obstacles: &mut Obstacles) -> bool {
        let mut is_new = false;
        for Policy { stack, .. } in self
            .read
            .values()
            .filter(|policy| policy.state == PolicyState::Attached)
        {
            let obstacle = Obstacle::StackPolicy { stack: stack.clone() };
            is_new |= obstacles.insert_stack(stack, obstacle);
        }
        is_new
    }

    /// The validation of the stacks that take part in the plan.
    pub(super) fn validation(&self, plan: &RefactorPlan) -> Validation {
        let mut with_policy = Vec::new();
        let mut unknown = Vec::new();
        for (id, stack) in participants(plan) {
            match self.read.get(&id).map(|policy| &policy.state) {
                Some(PolicyState::None) => {}
                Some(PolicyState::Attached) => with_policy.push(format!("{stack} has a stack policy")),
                Some(PolicyState::Unknown(reason)) => {
                    unknown.push(format!("the policy of {stack} cannot be read: {reason}"));
                }
                None => unknown.push(format!("the policy of {stack} was not read")),
            }
        }
        let status = match (with_policy.is_empty(), unknown.is_empty()) {
            (false, _) => ValidationStatus::Failed,
            (true, false) => ValidationStatus::NotChecked,
            (true, true) => ValidationStatus::Passed,
        };
        let lines: Vec<String> = with_policy.into_iter().chain(unknown).collect();
        Validation {
            name: "Stack Policies".into(),
            description: "Verifies that no stack that takes part has a stack policy: CloudFormation refuses to refactor such stacks.".into(),
            status,
            report: (!lines.is_empty()).then(|| lines.join("\n")),
            resolution: (status == ValidationStatus::Failed).then(|| {
                "A stack policy cannot be removed from a stack, and CloudFormation refuses to move resources into or out of it. Contact AWS support, or recreate the Gen 2 deployment if the policy is on one of its stacks.".into()
            }),
        }
    }
}

/// ARN and name of the stacks that exist and take part. Holding stacks that the plan itself makes do not exist yet.
fn participants(plan: &RefactorPlan) -> IndexSet<(String, String)> {
    plan.operations
        .iter()
        .flat_map(|planned| &planned.before)
        .filter(|expectation| matches!(expectation.presence, Presence::Present { .. }))
        .map(|expectation| (expectation.stack.id.clone(), expectation.stack.name.clone()))
        .filter(|(id, _)| plan.record.stacks.values().any(|recorded| recorded.stack.id == *id))
        .collect()
}
