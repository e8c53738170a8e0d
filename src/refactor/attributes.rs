//! What `Ref` and `Fn::GetAtt` of a deployed resource are, without asking its service where possible.

use indexmap::IndexMap;
use serde_json::Value;

use super::state::StackState;
use crate::cloudformation::{Place, derived_attribute, evaluate::AttributeSource};

/// An attribute of a resource in a stack.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AttributeKey {
    /// Stack name.
    pub stack: String,
    /// Logical id.
    pub logical_id: String,
    /// Attribute, for example `StreamArn`.
    pub attribute: String,
}

/// Attributes that were read from the services.
pub type KnownAttributes = IndexMap<AttributeKey, Value>;

/// Answers for one stack: physical ids, values of outputs, ARNs that follow from ids, and what was read.
pub(super) struct DeployedAttributes<'a> {
    pub(super) state: &'a StackState,
    pub(super) place: &'a Place,
    pub(super) known: &'a KnownAttributes,
}

impl AttributeSource for DeployedAttributes<'_> {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        self.state.physical_id(logical_id).map(Value::from)
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        self.output_value(logical_id, attribute)
            .or_else(|| self.derived(logical_id, attribute))
            .or_else(|| self.read(logical_id, attribute))
    }

    fn is_deployed(&self, logical_id: &str) -> Option<bool> {
        Some(self.state.physical_id(logical_id).is_some())
    }
}

impl DeployedAttributes<'_> {
    /// An output whose value is exactly this attribute tells it.
    fn output_value(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        let wanted_list = serde_json::json!({ "Fn::GetAtt": [logical_id, attribute] });
        let wanted_text = serde_json::json!({ "Fn::GetAtt": format!("{logical_id}.{attribute}") });
        let output = self.state.template.outputs().find(|output| {
            output
                .value()
                .is_some_and(|value| *value == wanted_list || *value == wanted_text)
        })?;
        let deployed = self
            .state
            .outputs
            .iter()
            .find(|deployed| deployed.output_key == output.name)?;
        Some(Value::String(deployed.output_value.clone()))
    }

    fn read(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        let key = AttributeKey {
            stack: self.state.stack.name.clone(),
            logical_id: logical_id.to_owned(),
            attribute: attribute.to_owned(),
        };
        self.known.get(&key).cloned()
    }

    /// Attributes that follow from physical id, region and account.
    fn derived(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        let physical_id = self.state.physical_id(logical_id)?;
        let resource = self.state.template.resource(logical_id)?;
        derived_attribute(
            self.place,
            resource.resource_type(),
            physical_id,
            attribute,
            resource.properties(),
        )
    }
}
