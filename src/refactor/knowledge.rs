//! What is known of deployed resources: physical ids, attributes that outputs tell, attributes that follow from rules,
//! and attributes that were read from the service.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::input::{LiveAttributes, PlanInput};
use crate::{
    cloudformation::{
        Place, Template, TemplateError, derived_attribute,
        evaluate::{
            AttributeSource, Evaluator, NoAttributes, ParameterValue, ParameterValues, PseudoParameters, intrinsic,
            is_ssm_value,
        },
        simulate::{ResourceFacts, SimulatedResource, SimulatedStack},
    },
    deployment::Stack,
};

/// Facts about resources by type and physical id, whichever stack owns them at the moment.
pub(super) struct Knowledge<'a> {
    pub(super) place: Place,
    /// What outputs tell: type, physical id, attribute.
    told: IndexMap<(String, String, String), Value>,
    live: &'a dyn LiveAttributes,
}

impl<'a> Knowledge<'a> {
    pub(super) fn new(input: &PlanInput<'a>) -> Self {
        Self {
            place: Place {
                account_id: input.account_id.into(),
                region: input.region.into(),
            },
            told: IndexMap::new(),
            live: input.attributes,
        }
    }

    /// Learns from outputs that are nothing but an attribute of a resource.
    pub(super) fn learn(&mut self, stack: &Stack, template: &Template) {
        for output in template.outputs() {
            let value = output.value().and_then(Value::as_object).and_then(intrinsic::call);
            let Some(("Fn::GetAtt", argument)) = value else {
                continue;
            };
            let Some((logical_id, Value::String(attribute))) = intrinsic::attribute_of(argument) else {
                continue;
            };
            let runtime = runtime_output(stack, output.name);
            let resource = stack.resources.get(&logical_id);
            if let (Some(runtime), Some(resource)) = (runtime, resource)
                && let Some(physical_id) = &resource.physical_id
            {
                let key = (resource.resource_type.clone(), physical_id.clone(), attribute);
                self.told.insert(key, Value::String(runtime.into()));
            }
        }
    }

    fn derived(
        &self,
        resource_type: &str,
        physical_id: &str,
        attribute: &str,
        properties: Option<&Map<String, Value>>,
    ) -> Option<Value> {
        derived_attribute(&self.place, resource_type, physical_id, attribute, properties)
    }
}

impl ResourceFacts for Knowledge<'_> {
    fn attribute(
        &self,
        resource_type: &str,
        physical_id: &str,
        attribute: &str,
        properties: Option<&Map<String, Value>>,
    ) -> Option<Value> {
        let key = (resource_type.to_owned(), physical_id.to_owned(), attribute.to_owned());
        self.told
            .get(&key)
            .cloned()
            .or_else(|| self.derived(resource_type, physical_id, attribute, properties))
            .or_else(|| self.live.attribute(resource_type, physical_id, attribute))
    }
}

/// Value of an output as the service computed it.
pub(super) fn runtime_output<'s>(stack: &'s Stack, name: &str) -> Option<&'s str> {
    stack
        .outputs
        .iter()
        .find(|output| output.output_key == name)
        .map(|output| output.output_value.as_str())
}

/// A deployed stack as the simulation's first state.
pub(super) fn simulated(stack: &Stack, place: &Place) -> Result<SimulatedStack, TemplateError> {
    let template = parse(stack)?;
    let parameters = parameter_values(stack, &template);
    let pseudo = PseudoParameters {
        stack_name: Some(stack.name.clone()),
        stack_id: Some(stack.id.clone()).filter(|id| id.starts_with("arn:")),
        ..PseudoParameters::of_region(&place.region, Some(&place.account_id))
    };
    let evaluator = Evaluator::new(&template, &parameters, pseudo.clone(), &NoAttributes);
    let resources = stack
        .resources
        .iter()
        .filter(|(_, resource)| resource.status != "DELETE_COMPLETE" && resource.physical_id.is_some())
        // Some endpoints list every resource of the template; one whose condition is false is not deployed.
        .filter(|(logical_id, _)| evaluator.exists(logical_id) != Some(false))
        .map(|(logical_id, resource)| {
            let owned = SimulatedResource {
                resource_type: resource.resource_type.clone(),
                physical_id: resource.physical_id.clone(),
            };
            (logical_id.clone(), owned)
        })
        .collect();
    Ok(SimulatedStack {
        name: stack.name.clone(),
        status: stack.status.clone(),
        template,
        resources,
        parameters,
        pseudo,
    })
}

/// The template of a stack; a shell has none.
pub(super) fn parse(stack: &Stack) -> Result<Template, TemplateError> {
    if stack.template_body.trim().is_empty() {
        return Ok(Template::empty());
    }
    Template::parse(&stack.template_body, &stack.name)
}

/// Parameter values as expressions see them: for SSM parameters the value behind the name.
fn parameter_values(stack: &Stack, template: &Template) -> ParameterValues {
    stack
        .parameters
        .iter()
        .filter_map(|parameter| {
            let ssm = template
                .parameter(&parameter.parameter_key)
                .is_some_and(|declaration| is_ssm_value(declaration.parameter_type()));
            let value = if ssm {
                &parameter.resolved_value
            } else {
                &parameter.parameter_value
            };
            let value = ParameterValue::Text(value.clone()?);
            Some((parameter.parameter_key.clone(), value))
        })
        .collect()
}

/// Answers for a resource that moves: everything that is known.
pub(super) struct Everything<'s> {
    pub(super) stack: &'s SimulatedStack,
    pub(super) facts: &'s dyn ResourceFacts,
}

impl AttributeSource for Everything<'_> {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        let resource = self.stack.resources.get(logical_id)?;
        resource.physical_id.clone().map(Value::String)
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        let resource = self.stack.resources.get(logical_id)?;
        let properties = self
            .stack
            .template
            .resource(logical_id)
            .and_then(|resource| resource.properties());
        let physical_id = resource.physical_id.as_deref()?;
        self.facts
            .attribute(&resource.resource_type, physical_id, attribute, properties)
    }

    fn is_deployed(&self, logical_id: &str) -> Option<bool> {
        Some(self.stack.resources.contains_key(logical_id))
    }
}
