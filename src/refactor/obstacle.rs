//! What cannot take part in a refactor. It is known before the first change; it is left out by name, with everything that
//! needs it, and all the rest moves.

use indexmap::IndexMap;

use super::{
    error::{PairCandidate, PlanError},
    matching::Matches,
    prediction::{Successor, mentions},
};
use crate::backend::finding::{Finding, Severity};

/// Why something cannot take part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The stack has a stack policy, whatever it allows.
    StackPolicy {
        /// Plain stack name.
        stack: String,
    },
    /// The stack's template is made by a macro.
    Macro {
        /// Plain stack name.
        stack: String,
        /// Name of the macro.
        name: String,
    },
    /// The resource uses a secret parameter.
    SecretParameter {
        /// Name of the parameter.
        name: String,
    },
    /// The resource has an expression that cannot be made literal.
    Expression {
        /// JSON pointer in the template.
        path: String,
        /// Why.
        reason: String,
    },
    /// The resource needs an attribute that nobody could tell.
    Attribute {
        /// Logical id of the resource whose attribute it is.
        logical_id: String,
        /// Name of the attribute.
        attribute: String,
    },
    /// The resource needs another one that cannot take part.
    Needs {
        /// The other one, for people.
        resource: String,
    },
}

/// Everything that cannot take part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Obstacles {
    stacks: IndexMap<String, Obstacle>,
    /// By plain stack name and logical id.
    resources: IndexMap<(String, String), Obstacle>,
}

impl Obstacles {
    /// Keeps that a whole stack cannot take part. `false` when that was known.
    pub fn insert_stack(&mut self, stack: &str, obstacle: Obstacle) -> bool {
        self.stacks.insert(stack.into(), obstacle).is_none()
    }

    /// Learns from the error of a plan that something cannot take part. `true` when a plan without it is worth trying.
    pub fn learn(&mut self, error: &PlanError) -> bool {
        match error {
            PlanError::Transform { stack, name } => self.insert_stack(
                stack,
                Obstacle::Macro {
                    stack: stack.clone(),
                    name: name.clone(),
                },
            ),
            PlanError::SecretParameter {
                stack,
                logical_id,
                parameter,
            } => self.insert_resource(
                stack,
                logical_id,
                Obstacle::SecretParameter {
                    name: parameter.clone(),
                },
            ),
            PlanError::Unresolvable { stack, path, reason } => {
                let Some(logical_id) = resource_of(path) else {
                    return false;
                };
                let obstacle = Obstacle::Expression {
                    path: path.clone(),
                    reason: reason.clone(),
                };
                self.insert_resource(stack, &logical_id, obstacle)
            }
            PlanError::AttributesNeeded(requests) => {
                let mut is_new = false;
                for request in requests {
                    let obstacle = Obstacle::Attribute {
                        logical_id: request.logical_id.clone(),
                        attribute: request.attribute.clone(),
                    };
                    is_new |= self.insert_resource(&request.stack, &request.needed_by, obstacle);
                }
                is_new
            }
            _ => false,
        }
    }

    fn insert_resource(&mut self, stack: &str, logical_id: &str, obstacle: Obstacle) -> bool {
        self.resources
            .insert((stack.into(), logical_id.into()), obstacle)
            .is_none()
    }

    fn of(&self, resource: &PairCandidate) -> Option<&Obstacle> {
        let address = (resource.stack.clone(), resource.logical_id.clone());
        self.stacks
            .get(&resource.stack)
            .or_else(|| self.resources.get(&address))
    }

    /// Takes out of the pairs what cannot take part, and what needs it; each with a finding.
    pub(super) fn leave_out(&self, matches: &mut Matches) {
        let successors = &matches.successors;
        let mut reasons: Vec<Option<Obstacle>> = successors
            .iter()
            .map(|successor| {
                let found = self.of(&successor.source.id).or_else(|| self.of(&successor.target.id));
                found.cloned()
            })
            .collect();
        if reasons.iter().all(Option::is_none) {
            return;
        }
        while let Some((position, needed)) = next_in_need(successors, &reasons) {
            reasons[position] = Some(Obstacle::Needs {
                resource: successors[needed].source.id.to_string(),
            });
        }
        let findings = successors
            .iter()
            .zip(&reasons)
            .filter_map(|(successor, reason)| Some(finding(successor, reason.as_ref()?)));
        matches.findings.extend(findings);
        let stays = |position: usize| reasons.get(position).is_none_or(Option::is_none);
        let mut positions = 0..;
        matches.pairs.retain(|_| positions.next().is_some_and(&stays));
        let mut positions = 0..;
        matches.successors.retain(|_| positions.next().is_some_and(&stays));
    }
}

/// A resource that moves although it needs one that does not, and that one.
fn next_in_need(successors: &[Successor], reasons: &[Option<Obstacle>]) -> Option<(usize, usize)> {
    successors.iter().enumerate().find_map(|(position, successor)| {
        if reasons[position].is_some() {
            return None;
        }
        let needed = successors
            .iter()
            .enumerate()
            .position(|(other, needed)| reasons[other].is_some() && needs(successor, needed))?;
        Some((position, needed))
    })
}

/// The name of a group says nothing: anything may bear it.
fn needs(successor: &Successor, needed: &Successor) -> bool {
    needed.source.id.resource_type != "AWS::Cognito::UserPoolGroup"
        && mentions(&successor.source.properties, &needed.source.id.physical_id)
}

/// Logical id in a JSON pointer such as `/Resources/Bucket/Properties`.
fn resource_of(path: &str) -> Option<String> {
    let segment = path.strip_prefix("/Resources/")?.split('/').next()?;
    Some(segment.replace("~1", "/").replace("~0", "~"))
}

fn finding(successor: &Successor, obstacle: &Obstacle) -> Finding {
    let (reason, remedy) = match obstacle {
        Obstacle::StackPolicy { stack } => (
            format!("{stack} has a stack policy, and CloudFormation refactors no stack that has one"),
            "A stack policy cannot be removed from a stack. If it is a stack of Gen 2, deploy the branch anew; if it is one of Gen 1, the resource stays there, and Gen 2 has to refer to it.".to_owned(),
        ),
        Obstacle::Macro { stack, name } => (
            format!("the template of {stack} uses the macro {name}, and CloudFormation does not refactor such stacks"),
            format!("Deploy {stack} once with its processed template, then run the same command again: it moves what is left."),
        ),
        Obstacle::SecretParameter { name } => (
            format!("it uses the NoEcho parameter {name}, whose value must not be written into a template"),
            "Replace the parameter by a dynamic reference ({{resolve:secretsmanager:...}}) in the stack, then run the same command again: it moves what is left.".to_owned(),
        ),
        Obstacle::Expression { path, reason } => (
            format!("{path} cannot be made literal: {reason}"),
            "Replace the expression by its value in the stack, then run the same command again: it moves what is left.".to_owned(),
        ),
        Obstacle::Attribute { logical_id, attribute } => (
            format!("{attribute} of {logical_id} is needed and cannot be read"),
            format!("Allow the credentials to describe {logical_id}, or make the attribute an output of its stack, then run the same command again: it moves what is left."),
        ),
        Obstacle::Needs { resource } => (
            format!("it needs {resource}, which is not moved"),
            "It moves together with the other one.".to_owned(),
        ),
    };
    Finding {
        id: "refactor-cannot-move".into(),
        severity: Severity::Manual,
        feature: successor.group.clone(),
        message: format!("{} is not moved: {reason}.", successor.source.id),
        path: String::new(),
        line: None,
        remedy,
    }
}
