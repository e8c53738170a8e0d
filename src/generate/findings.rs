use crate::backend::{
    finding::{Finding, Severity},
    model::{Grant, Principal, SourceLocation},
};

/// Collects what is not carried over as it was.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<Finding>,
    permissions: Vec<PermissionOutcome>,
}

/// What became of a permission.
#[derive(Clone, Debug, PartialEq)]
pub struct PermissionOutcome {
    /// The permission.
    pub permission: Permission,
    /// Why the generated backend does not give it; `None`: it gives it.
    pub not_given_because: Option<String>,
}

/// A permission of Gen 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Permission {
    /// A statement of a policy.
    Grant(Box<Grant>),
    /// The right to call paths of a REST API.
    RestApi {
        /// Resource name of the API.
        api: String,
        /// Who.
        principal: Principal,
    },
}

impl Findings {
    /// Adds one.
    pub fn add(
        &mut self,
        id: &str,
        severity: Severity,
        message: impl Into<String>,
        location: &SourceLocation,
        remedy: impl Into<String>,
    ) {
        let finding = Finding {
            id: id.to_owned(),
            severity,
            feature: id.to_owned(),
            message: message.into(),
            path: location.path.clone(),
            line: location.line,
            remedy: remedy.into(),
        };
        if !self.found.contains(&finding) {
            self.found.push(finding);
        }
    }

    /// Notes that the generated backend gives a permission.
    pub fn granted(&mut self, permission: Permission) {
        self.permissions.push(PermissionOutcome {
            permission,
            not_given_because: None,
        });
    }

    /// Notes that a permission cannot be given. Its finding is another call.
    pub fn not_granted(&mut self, permission: Permission, why: &str) {
        self.permissions.push(PermissionOutcome {
            permission,
            not_given_because: Some(why.to_owned()),
        });
    }

    /// All of them, in the order they were seen, and what became of the permissions.
    pub fn into_parts(self) -> (Vec<Finding>, Vec<PermissionOutcome>) {
        (self.found, self.permissions)
    }
}

impl From<&Grant> for Permission {
    fn from(grant: &Grant) -> Self {
        Self::Grant(Box::new(grant.clone()))
    }
}
