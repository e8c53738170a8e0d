//! Domains, identity providers and resource servers of a user pool.
//!
//! Gen 1 makes most of them by functions, so that no stack owns them; Gen 2's are resources of its auth stack. They cannot be
//! parked with Gen 2's user pool: the secrets of the providers would have to be written into the template of the holding
//! stack. So Gen 2's stack lets its own go (they live on with the parked user pool) and takes over those of the user pool that
//! it gets; a rollback does the same the other way round.

mod adoption;
mod definition;
mod error;
mod findings;
mod forward;
mod restoration;

use serde_json::{Map, Value};

pub use error::HostedUiError;

pub(super) use adoption::Adoption;
pub(super) use forward::{HostedUi, plan};
pub(super) use restoration::{Restoration, plan_back};

use super::{
    candidate::{Candidate, candidates},
    landscape::Landscape,
    operation::AttachedResource,
    record::ReleasedResource,
};

/// CloudFormation type of a domain.
const DOMAIN: &str = "AWS::Cognito::UserPoolDomain";
/// CloudFormation type of an identity provider.
const PROVIDER: &str = "AWS::Cognito::UserPoolIdentityProvider";
/// CloudFormation type of a resource server.
const RESOURCE_SERVER: &str = "AWS::Cognito::UserPoolResourceServer";

/// The types, all of them named within their user pool.
pub(super) const TYPES: &[&str] = &[DOMAIN, PROVIDER, RESOURCE_SERVER];

/// Property that names a resource within its user pool.
pub(super) fn name_property(resource_type: &str) -> &'static str {
    match resource_type {
        DOMAIN => "Domain",
        PROVIDER => "ProviderName",
        _ => "Identifier",
    }
}

/// What a resource is to its user pool: the same in Gen 1 and Gen 2.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// The domain below `amazoncognito.com`, whatever its prefix.
    Domain,
    /// The domain of the app's own.
    CustomDomain,
    /// A provider by its name.
    Provider(String),
    /// A resource server by its identifier.
    ResourceServer(String),
}

impl Part {
    /// What a released resource is.
    fn of(released: &ReleasedResource) -> Self {
        Self::new(
            &released.resource.resource_type,
            &released.resource.name,
            released.custom_domain,
        )
    }

    fn new(resource_type: &str, name: &str, is_custom_domain: bool) -> Self {
        match resource_type {
            DOMAIN if is_custom_domain => Self::CustomDomain,
            DOMAIN => Self::Domain,
            PROVIDER => Self::Provider(name.into()),
            _ => Self::ResourceServer(name.into()),
        }
    }

    /// Name for pairing.
    fn key(&self) -> String {
        match self {
            Self::Domain => "domain".into(),
            Self::CustomDomain => "custom domain".into(),
            Self::Provider(name) => format!("provider {name}"),
            Self::ResourceServer(identifier) => format!("resource server {identifier}"),
        }
    }
}

/// Name for pairing of a resource of these types, when its properties tell.
pub(super) fn pairing_key(candidate: &Candidate) -> Option<String> {
    let name = candidate.text(name_property(&candidate.id.resource_type))?;
    Some(Part::new(&candidate.id.resource_type, name, is_custom(&candidate.properties)).key())
}

fn is_custom(properties: &Map<String, Value>) -> bool {
    properties.get("CustomDomainConfig").is_some_and(Value::is_object)
}

/// Resources of these types in a stack. `Err` names those whose user pool or name is not known.
fn attached(landscape: &Landscape<'_>, stack: &str) -> Result<Vec<ReleasedResource>, Vec<String>> {
    let Some(state) = landscape.state(stack) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    let mut unknown = Vec::new();
    for candidate in candidates(state, &landscape.knowledge, TYPES, "") {
        let Candidate { id, properties, .. } = &candidate;
        let name = candidate.text(name_property(&id.resource_type));
        let (Some(pool), Some(name)) = (candidate.text("UserPoolId"), name) else {
            unknown.push(id.logical_id.clone());
            continue;
        };
        let definition = state.template.resource(&id.logical_id);
        found.push(ReleasedResource {
            stack: stack.into(),
            resource: AttachedResource {
                logical_id: id.logical_id.clone(),
                resource_type: id.resource_type.clone(),
                user_pool_id: pool.into(),
                name: name.into(),
                physical_id: Some(id.physical_id.clone()),
            },
            custom_domain: is_custom(properties),
            is_replaced: false,
            definition: definition
                .map(|resource| Value::Object(resource.definition.clone()))
                .unwrap_or_default(),
        });
    }
    if unknown.is_empty() { Ok(found) } else { Err(unknown) }
}

/// A candidate for pairing out of a resource that an earlier run released.
pub(super) fn candidate(released: &ReleasedResource, nested_id: &str) -> Candidate {
    let ReleasedResource {
        stack,
        resource,
        custom_domain,
        definition,
        ..
    } = released;
    let properties = definition.get("Properties").and_then(Value::as_object);
    let mut properties = properties.cloned().unwrap_or_default();
    properties.insert("UserPoolId".into(), resource.user_pool_id.clone().into());
    properties.insert(
        name_property(&resource.resource_type).into(),
        resource.name.clone().into(),
    );
    if *custom_domain && !is_custom(&properties) {
        properties.insert("CustomDomainConfig".into(), Value::Object(Map::new()));
    }
    Candidate {
        id: super::error::PairCandidate {
            resource_type: resource.resource_type.clone(),
            stack: stack.clone(),
            logical_id: resource.logical_id.clone(),
            physical_id: resource.physical_id.clone().unwrap_or_default(),
        },
        properties,
        is_partial: true,
        deletion_policy: None,
        update_replace_policy: None,
        path: Vec::new(),
        nested_id: nested_id.into(),
        parked: true,
    }
}
