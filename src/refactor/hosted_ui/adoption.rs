//! A resource that a stack takes over.

use serde_json::Value;

use crate::refactor::{literal::retain, operation::AttachedResource, record::ReleasedResource};

/// A resource that exists, and the definition that it gets in the template.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::refactor) struct Adoption {
    /// The resource.
    pub(in crate::refactor) resource: AttachedResource,
    /// Its definition, with the policies that an import asks for.
    pub(in crate::refactor) definition: Value,
}

impl Adoption {
    /// Takes the place of a released resource with one of another user pool.
    pub(super) fn in_place_of(released: &ReleasedResource, user_pool_id: &str, name: &str, definition: Value) -> Self {
        let resource = AttachedResource {
            user_pool_id: user_pool_id.into(),
            name: name.into(),
            physical_id: physical_id(&released.resource, user_pool_id, name),
            ..released.resource.clone()
        };
        Self {
            resource,
            definition: retained(definition),
        }
    }

    /// Takes a released resource over again.
    pub(super) fn of(released: &ReleasedResource) -> Self {
        Self {
            resource: released.resource.clone(),
            definition: retained(released.definition.clone()),
        }
    }
}

fn retained(mut definition: Value) -> Value {
    if let Value::Object(definition) = &mut definition {
        retain(definition);
    }
    definition
}

/// The service gives all resources of a type physical ids of one form: the name alone, or with the user pool before it.
fn physical_id(sample: &AttachedResource, user_pool_id: &str, name: &str) -> Option<String> {
    let known = sample.physical_id.as_deref()?;
    if known == sample.name {
        return Some(name.into());
    }
    let with_pool = |pool: &str, name: &str| format!("{pool}|{name}");
    (known == with_pool(&sample.user_pool_id, &sample.name)).then(|| with_pool(user_pool_id, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn physical_ids_follow_the_form_that_the_service_uses() {
        let sample = |physical_id: &str| AttachedResource {
            logical_id: "L".into(),
            resource_type: "AWS::Cognito::UserPoolIdentityProvider".into(),
            user_pool_id: "pool-2".into(),
            name: "Google".into(),
            physical_id: Some(physical_id.into()),
        };
        for (known, expected) in [
            ("Google", Some("Google")),
            ("pool-2|Google", Some("pool-1|Google")),
            ("something else", None),
        ] {
            assert_eq!(
                physical_id(&sample(known), "pool-1", "Google").as_deref(),
                expected,
                "{known}"
            );
        }
    }
}
