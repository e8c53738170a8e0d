use std::fmt;

/// Something that stayed symbolic, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unresolved {
    /// JSON pointer from where evaluation began, for example `/Resources/Bucket/Properties/BucketName`.
    pub path: String,
    /// Why.
    pub reason: UnresolvedReason,
}

/// Why something stayed symbolic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnresolvedReason {
    /// `Ref` to a resource whose physical id is not known.
    Reference {
        /// Logical id.
        logical_id: String,
    },
    /// An attribute that nobody could tell.
    Attribute {
        /// Logical id.
        logical_id: String,
        /// Attribute.
        attribute: String,
    },
    /// A parameter without value.
    Parameter {
        /// Name.
        name: String,
    },
    /// A `NoEcho` parameter: its value is a secret that is neither readable nor to be written anywhere.
    SecretParameter {
        /// Name.
        name: String,
    },
    /// A pseudo parameter without value.
    PseudoParameter {
        /// Full name.
        name: String,
    },
    /// The name means nothing in this template.
    UnknownName {
        /// Name.
        name: String,
    },
    /// A condition whose truth is not known.
    Condition {
        /// Name.
        name: String,
    },
    /// A mapping, or a key of it, that is not there or not known.
    Mapping {
        /// Name and keys as far as known.
        name: String,
    },
    /// An export that nobody could tell.
    Import {
        /// Name of the export, when it is known.
        name: String,
    },
    /// A macro: only the service can run it.
    Transform {
        /// Name.
        name: String,
    },
    /// The arguments of a function are not known well enough, or not what it takes.
    Function {
        /// For example `Fn::Select`.
        name: String,
        /// What is missing or wrong.
        message: String,
    },
}

impl fmt::Display for Unresolved {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path, self.reason)
    }
}

impl fmt::Display for UnresolvedReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reference { logical_id } => write!(formatter, "the physical id of {logical_id} is not known"),
            Self::Attribute { logical_id, attribute } => {
                write!(formatter, "attribute {attribute} of {logical_id} is not known")
            }
            Self::Parameter { name } => write!(formatter, "parameter {name} has no value"),
            Self::SecretParameter { name } => write!(formatter, "parameter {name} is NoEcho, its value is a secret"),
            Self::PseudoParameter { name } => write!(formatter, "{name} is not known"),
            Self::UnknownName { name } => write!(formatter, "{name} is neither a parameter nor a resource"),
            Self::Condition { name } => write!(formatter, "condition {name} cannot be decided"),
            Self::Mapping { name } => write!(formatter, "mapping {name} is not there"),
            Self::Import { name } => write!(formatter, "export {name} is not known"),
            Self::Transform { name } => write!(formatter, "macro {name} runs only in the service"),
            Self::Function { name, message } => write!(formatter, "{name}: {message}"),
        }
    }
}
