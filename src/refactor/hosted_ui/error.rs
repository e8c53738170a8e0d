use serde_json::{Map, Value, json};

use crate::error::CodedError;

/// Why a hosted UI cannot move. Decided before anything is changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostedUiError {
    /// It is not known which user pool a resource belongs to, or what it is called there.
    #[error("the user pool or the name of {} in {stack} cannot be told from the template", .resources.join(", "))]
    Unknown {
        /// Plain name of the Gen 2 stack.
        stack: String,
        /// Logical ids.
        resources: Vec<String>,
    },
    /// Gen 2 has a domain, the Gen 1 user pool has none.
    #[error(
        "{stack} has the domain {domain} ({logical_id}), and the Gen 1 user pool {user_pool_id} has none of its kind: the next Gen 2 deployment would ask for {domain} once more, which stays with the parked user pool, and fail"
    )]
    NoDomain {
        /// Plain name of the Gen 2 stack.
        stack: String,
        /// Logical id of the domain.
        logical_id: String,
        /// Domain of Gen 2.
        domain: String,
        /// Gen 1 user pool.
        user_pool_id: String,
    },
    /// Another stack owns what the Gen 2 stack would have to take over.
    #[error(
        "{resource_type} {name} of the Gen 1 user pool {user_pool_id} is owned by stack {owner} ({owner_logical_id}), so {stack} cannot take it over"
    )]
    Owned {
        /// CloudFormation type.
        resource_type: String,
        /// Name within the user pool.
        name: String,
        /// Gen 1 user pool.
        user_pool_id: String,
        /// Plain name of the owning stack.
        owner: String,
        /// Logical id there.
        owner_logical_id: String,
        /// Plain name of the Gen 2 stack.
        stack: String,
        /// Logical id of its counterpart there.
        logical_id: String,
    },
}

impl CodedError for HostedUiError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "REFACTOR_HOSTED_UI",
            Self::NoDomain { .. } => "REFACTOR_HOSTED_UI_DOMAIN",
            Self::Owned { .. } => "REFACTOR_HOSTED_UI_OWNED",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::Unknown { .. } => {
                "Nothing was changed. Write the user pool as a reference and the name as a literal in the Gen 2 backend, deploy it, and plan again.".into()
            }
            Self::NoDomain { .. } => {
                "Nothing was changed. Take the hosted UI out of the Gen 2 backend and deploy it (it can be added after the refactor), or give the Gen 1 user pool a domain with amplify update auth, and plan again.".into()
            }
            Self::Owned { owner, owner_logical_id, stack, logical_id, .. } => format!(
                "Nothing was changed. Let it move with the user pool by a file for --mappings: {}.",
                json!([{
                    "Source": { "StackName": owner, "LogicalResourceId": owner_logical_id },
                    "Destination": { "StackName": stack, "LogicalResourceId": logical_id },
                }])
            ),
        }
    }

    fn details(&self) -> Map<String, Value> {
        let details = match self {
            Self::Unknown { stack, resources } => json!({ "stack": stack, "resources": resources }),
            Self::NoDomain {
                stack,
                logical_id,
                domain,
                user_pool_id,
            } => json!({ "stack": stack, "logicalId": logical_id, "domain": domain, "userPoolId": user_pool_id }),
            Self::Owned {
                resource_type,
                name,
                user_pool_id,
                owner,
                owner_logical_id,
                stack,
                logical_id,
            } => json!({
                "resourceType": resource_type, "name": name, "userPoolId": user_pool_id,
                "stacks": [owner, stack], "ownerLogicalId": owner_logical_id, "logicalId": logical_id,
            }),
        };
        match details {
            Value::Object(details) => details,
            _ => Map::new(),
        }
    }
}
