use serde_json::Value;

/// Answers what a template alone cannot tell. Every method may answer `None`: then the value stays symbolic.
///
/// Answers may be symbolic themselves: any value in normal form, or an opaque text of the caller's own that it finds
/// again in the result (texts pass through `Fn::Join`, `Fn::Sub` and the others like any literal).
pub trait AttributeSource {
    /// `Ref` of a resource.
    fn reference(&self, _logical_id: &str) -> Option<Value> {
        None
    }

    /// `Fn::GetAtt` of a resource.
    fn attribute(&self, _logical_id: &str, _attribute: &str) -> Option<Value> {
        None
    }

    /// `Fn::ImportValue`, by the evaluated name of the export.
    fn import(&self, _export_name: &str) -> Option<Value> {
        None
    }

    /// A pseudo parameter such as `AWS::StackName` for which no value was given.
    fn pseudo_parameter(&self, _name: &str) -> Option<Value> {
        None
    }

    /// Zones of `Fn::GetAZs`; the region is empty for the stack's own.
    fn availability_zones(&self, _region: &str) -> Option<Vec<String>> {
        None
    }

    /// Whether a conditional resource is deployed, for conditions that cannot be evaluated (secret parameters).
    fn is_deployed(&self, _logical_id: &str) -> Option<bool> {
        None
    }
}

/// Knows nothing: everything about resources stays symbolic.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoAttributes;

impl AttributeSource for NoAttributes {}
