use serde_json::Value;

use super::{
    Rule, SimulatedResource, SimulatedStack, Simulation, Violation, configuration, configuration_changes,
    template_violations,
};
use crate::cloudformation::{compare::Difference, is_stable, template::Template};

/// What an update of a stack would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateEffect {
    /// Resources that are created, by logical id.
    pub created: Vec<String>,
    /// Resources that are deleted (or let go, with a Retain policy).
    pub deleted: Vec<String>,
    /// Properties that change after evaluation: logical id and difference.
    pub changed: Vec<(String, Difference)>,
    /// Deletion policies, metadata and the like that change: logical id and name of the attribute.
    pub attributes: Vec<(String, &'static str)>,
}

impl Simulation<'_> {
    /// Applies an update with all parameters as they were, and tells what it does.
    ///
    /// # Errors
    /// Every rule that the template breaks.
    pub fn update(&mut self, stack: &str, template: &Template) -> Result<UpdateEffect, Vec<Violation>> {
        let (existing, mut violations) = self.updatable(stack)?;
        let resources = &existing.resources;
        let after: Vec<(String, SimulatedResource)> = self.with_evaluator(existing, template, resources, |evaluator| {
            violations.extend(template_violations(stack, template, evaluator));
            template
                .resources()
                .filter(|resource| evaluator.exists(resource.logical_id) != Some(false))
                .map(|resource| {
                    let deployed = resources
                        .get(resource.logical_id)
                        .cloned()
                        .unwrap_or(SimulatedResource {
                            resource_type: resource.resource_type().into(),
                            physical_id: None,
                        });
                    (resource.logical_id.to_owned(), deployed)
                })
                .collect()
        });
        for declaration in template.parameters() {
            if existing.template.parameter(declaration.name).is_none() && declaration.default().is_none() {
                let message = format!("parameter {} has no previous value", declaration.name);
                violations.push(Violation::of(Rule::ChangedSection, stack, "", message));
            }
        }
        if !violations.is_empty() {
            return Err(violations);
        }
        let mut effect = UpdateEffect::default();
        for (logical_id, _) in &after {
            if resources.contains_key(logical_id) {
                self.changes(stack, template, logical_id, &mut effect);
            } else {
                effect.created.push(logical_id.clone());
            }
        }
        let stays = |logical_id: &String| after.iter().any(|(kept, _)| kept == logical_id);
        effect.deleted = resources
            .keys()
            .filter(|logical_id| !stays(logical_id))
            .cloned()
            .collect();
        if let Some(existing) = self.stacks.get_mut(stack) {
            existing.template = template.clone();
            existing.resources = after.into_iter().collect();
            existing.status = "UPDATE_COMPLETE".into();
        }
        Ok(effect)
    }

    /// A stack that an update or an import works on, with what keeps it from that.
    pub(super) fn updatable(&self, stack: &str) -> Result<(&SimulatedStack, Vec<Violation>), Vec<Violation>> {
        let violation = |rule: Rule, message: String| vec![Violation::of(rule, stack, "", message)];
        let Some(existing) = self.stacks.get(stack) else {
            return Err(violation(Rule::MissingStack, "the stack does not exist".into()));
        };
        if is_stable(&existing.status) {
            return Ok((existing, Vec::new()));
        }
        let message = format!("the stack is in {} state and can not be updated", existing.status);
        Ok((existing, violation(Rule::UnstableStack, message)))
    }

    fn changes(&self, stack: &str, template: &Template, logical_id: &str, effect: &mut UpdateEffect) {
        let Some(existing) = self.stacks.get(stack) else { return };
        let evaluate = |template: &Template| {
            self.with_evaluator(existing, template, &existing.resources, |evaluator| {
                configuration(evaluator, template, logical_id)
            })
        };
        let resource_type = |template: &Template| {
            let resource = template.resource(logical_id)?;
            Some(Value::from(resource.resource_type()))
        };
        let (old, new) = (resource_type(&existing.template), resource_type(template));
        if old != new {
            let difference = Difference {
                path: "/Type".into(),
                left: old,
                right: new,
            };
            effect.changed.push((logical_id.into(), difference));
        }
        let (properties, attributes) = configuration_changes(&evaluate(&existing.template), &evaluate(template));
        for difference in properties {
            effect.changed.push((logical_id.into(), difference));
        }
        for attribute in attributes {
            effect.attributes.push((logical_id.into(), attribute));
        }
    }
}
