use super::{
    Rule, SimulatedResource, Simulation, Violation, configuration, configuration_changes, template_violations,
};
use crate::cloudformation::template::Template;

/// Sections of a template that an import leaves alone, like every resource that is not imported.
const FIXED_SECTIONS: [&str; 6] = ["Outputs", "Parameters", "Conditions", "Mappings", "Rules", "Transform"];

/// A resource that a stack takes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatedImport {
    /// Logical id that it gets.
    pub logical_id: String,
    /// The resource.
    pub resource: SimulatedResource,
}

impl Simulation<'_> {
    /// Lets a stack take over resources that exist and that no stack owns.
    ///
    /// # Errors
    /// Every rule that is broken: an import may do nothing else, and each of its resources needs a deletion policy.
    pub fn import(
        &mut self,
        stack: &str,
        template: &Template,
        imports: &[SimulatedImport],
    ) -> Result<(), Vec<Violation>> {
        let (existing, mut violations) = self.updatable(stack)?;
        let document = |template: &Template, section: &str| template.document().get(section).cloned();
        for section in FIXED_SECTIONS {
            if document(&existing.template, section) != document(template, section) {
                let message = format!("an import must not change {section}");
                violations.push(Violation::of(Rule::ChangedSection, stack, "", message));
            }
        }
        let resources = &existing.resources;
        let after = self.with_evaluator(existing, template, resources, |evaluator| {
            violations.extend(template_violations(stack, template, evaluator));
            template
                .resources()
                .filter(|resource| evaluator.exists(resource.logical_id) != Some(false))
                .map(|resource| resource.logical_id.to_owned())
                .collect::<Vec<_>>()
        });
        let is_imported = |logical_id: &str| imports.iter().any(|import| import.logical_id == logical_id);
        let mut violate = |rule: Rule, logical_id: &str, message: &str| {
            violations.push(Violation::of(rule, stack, logical_id, message.into()));
        };
        for logical_id in after
            .iter()
            .filter(|id| !resources.contains_key(*id) && !is_imported(id))
        {
            violate(Rule::NewResource, logical_id, "an import must not create resources");
        }
        for logical_id in resources.keys().filter(|id| !after.contains(id)) {
            violate(Rule::DeletedResource, logical_id, "an import must not remove resources");
        }
        for import in imports {
            let logical_id = &import.logical_id;
            if resources.contains_key(logical_id) {
                violate(
                    Rule::Destination,
                    logical_id,
                    "the stack owns a resource of this logical id",
                );
            }
            match template.resource(logical_id) {
                None => violate(
                    Rule::Destination,
                    logical_id,
                    "the imported resource is not in the template",
                ),
                Some(definition) if definition.resource_type() != import.resource.resource_type => {
                    violate(Rule::Destination, logical_id, "it has another type in the template");
                }
                Some(definition) if definition.deletion_policy() != Some("Retain") => {
                    violate(Rule::Inventory, logical_id, "an imported resource must be retained");
                }
                Some(_) => {}
            }
        }
        for logical_id in after.iter().filter(|id| resources.contains_key(*id)) {
            let evaluate = |template: &Template| {
                self.with_evaluator(existing, template, resources, |evaluator| {
                    configuration(evaluator, template, logical_id)
                })
            };
            let (properties, attributes) = configuration_changes(&evaluate(&existing.template), &evaluate(template));
            if !properties.is_empty() || !attributes.is_empty() {
                violate(Rule::ChangedResource, logical_id, "an import must not change resources");
            }
        }
        if !violations.is_empty() {
            return Err(violations);
        }
        if let Some(existing) = self.stacks.get_mut(stack) {
            existing.template = template.clone();
            existing.status = "IMPORT_COMPLETE".into();
            for import in imports {
                existing
                    .resources
                    .insert(import.logical_id.clone(), import.resource.clone());
            }
        }
        Ok(())
    }
}
