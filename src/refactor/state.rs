use indexmap::IndexMap;

use super::{RefactorError, StackRef, attributes::KnownAttributes, pairing::ExplicitMapping};
use crate::{
    backend::model::Resource,
    cloudformation::{
        Place, Template,
        evaluate::{ParameterValue, ParameterValues, PseudoParameters},
    },
    deployment::{Output, Parameter, Stack, StackResource, StackTree},
};

/// What planning needs, all of it read before.
#[derive(Clone, Copy, Debug)]
pub struct RefactorInput<'input> {
    /// Account and region.
    pub place: &'input Place,
    /// Gen 1 root stack and everything below it.
    pub gen1: &'input StackTree,
    /// Gen 2 root stack and everything below it.
    pub gen2: &'input StackTree,
    /// Holding stacks that exist, by name. Shells in `REVIEW_IN_PROGRESS` are among them.
    pub holding: &'input IndexMap<String, Stack>,
    /// Entries of amplify-meta.json, in its order.
    pub resources: &'input [Resource],
    /// Pairs named by the user.
    pub mappings: &'input [ExplicitMapping],
    /// Attributes that were read from the services.
    pub attributes: &'input KnownAttributes,
}

/// A stack in memory, as it is or as it will be after some operations.
#[derive(Clone, Debug, PartialEq)]
pub struct StackState {
    /// Name and id.
    pub stack: StackRef,
    /// Status.
    pub status: String,
    /// Template.
    pub template: Template,
    /// Parameters.
    pub parameters: Vec<Parameter>,
    /// Outputs.
    pub outputs: Vec<Output>,
    /// Resources by logical id.
    pub resources: IndexMap<String, StackResource>,
}

impl StackState {
    /// The state of a stack that was read.
    ///
    /// # Errors
    /// When its template cannot be parsed or uses macros.
    pub fn of(stack: &Stack) -> Result<Self, RefactorError> {
        let template = Template::parse(&stack.template_body, &format!("stack {}", stack.name))?;
        if let Some(name) = template.transforms().first() {
            return Err(RefactorError::Transform {
                stack: stack.name.clone(),
                name: (*name).to_owned(),
            });
        }
        Ok(Self {
            stack: StackRef {
                name: stack.name.clone(),
                id: stack.id.clone(),
            },
            status: stack.status.clone(),
            template,
            parameters: stack.parameters.clone(),
            outputs: stack.outputs.clone(),
            resources: stack.resources.clone(),
        })
    }

    /// Physical id of a resource that exists.
    pub fn physical_id(&self, logical_id: &str) -> Option<&str> {
        self.resources.get(logical_id)?.physical_id.as_deref()
    }

    /// The resource exists (it has a physical id) and the template declares it.
    pub fn owns(&self, logical_id: &str) -> bool {
        self.physical_id(logical_id).is_some() && self.template.resource(logical_id).is_some()
    }

    /// Parameter values as the evaluator takes them. What the service masks is left out.
    pub(super) fn parameter_values(&self) -> ParameterValues {
        self.parameters
            .iter()
            .filter_map(|parameter| {
                let value = parameter
                    .resolved_value
                    .as_ref()
                    .or(parameter.parameter_value.as_ref())?;
                Some((parameter.parameter_key.clone(), ParameterValue::Text(value.clone())))
            })
            .collect()
    }

    /// Names of the parameters.
    pub(super) fn parameter_keys(&self) -> Vec<String> {
        self.parameters
            .iter()
            .map(|parameter| parameter.parameter_key.clone())
            .collect()
    }

    /// Pseudo parameters of this stack.
    pub(super) fn pseudo_parameters(&self, place: &Place) -> PseudoParameters {
        PseudoParameters {
            stack_name: Some(self.stack.name.clone()),
            stack_id: Some(self.stack.id.clone()),
            ..PseudoParameters::of_region(&place.region, Some(&place.account_id))
        }
    }
}

/// Statuses in which a stack may take part in a stack refactor.
const STABLE: [&str; 5] = [
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
];

/// The stack may take part in a stack refactor.
///
/// # Errors
/// `STACK_NOT_STABLE`
pub(super) fn ensure_stable(stack: &Stack) -> Result<(), RefactorError> {
    if STABLE.contains(&stack.status.as_str()) {
        return Ok(());
    }
    Err(RefactorError::StackNotStable {
        stack: stack.name.clone(),
        status: stack.status.clone(),
        reason: stack.status_reason.clone(),
    })
}
