use std::fmt;

/// A rule of the service, or of this tool, that an operation breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Two to five stacks, each once.
    Stacks,
    /// The stack must exist.
    MissingStack,
    /// The stack must be in a stable state.
    UnstableStack,
    /// Number of resources, outputs, parameters, mappings; size of template, name or description.
    Limit,
    /// The moved resource is not in the source stack.
    MissingSource,
    /// The destination is not in the submitted template, or is taken by a resource that stays.
    Destination,
    /// A moved resource is still in the submitted template of its source stack.
    SourceRemains,
    /// A source or a destination is mapped twice.
    AmbiguousMapping,
    /// The mapping names a stack that does not take part.
    ForeignStack,
    /// A refactor must not create resources.
    NewResource,
    /// A refactor must not delete resources.
    DeletedResource,
    /// A refactor must not change the configuration of a resource.
    ChangedResource,
    /// A refactor must not change parameters, conditions, mappings, transforms or rules.
    ChangedSection,
    /// Two exports of one name.
    DuplicateExport,
    /// A reference to something that is not in the template.
    UnresolvedReference,
    /// No resource would be left.
    EmptyStack,
    /// The type cannot be moved.
    ImmovableType,
    /// A moved resource uses a pseudo parameter that differs between the stacks.
    PseudoParameter,
    /// An update would create or delete resources.
    Inventory,
    /// Deleting the stack would delete resources.
    DeletionOfResources,
    /// A physical resource is owned by no stack, or by more than one.
    Ownership,
}

/// A broken rule, with the stack and the logical id it concerns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Which rule.
    pub rule: Rule,
    /// Plain stack name.
    pub stack: String,
    /// Logical id of the resource or output, when there is one.
    pub logical_id: Option<String>,
    /// What is wrong.
    pub message: String,
}

impl Violation {
    /// A broken rule; an empty logical id means the stack as a whole.
    pub fn of(rule: Rule, stack: &str, logical_id: &str, message: String) -> Self {
        Self {
            rule,
            stack: stack.into(),
            logical_id: (!logical_id.is_empty()).then(|| logical_id.into()),
            message,
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.logical_id {
            Some(logical_id) => write!(formatter, "{}, {logical_id}: {}", self.stack, self.message),
            None => write!(formatter, "{}: {}", self.stack, self.message),
        }
    }
}
