//! The definition with which a stack takes over a resource: Gen 2's own where that says what is live, else the live values.
//! Secrets are never written: Gen 2's reference to its secret stays, whatever its value.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::Part;
use crate::{
    cloudformation::evaluate::same_value,
    deployment::{HostedUi, LiveIdentityProvider, LiveResourceServer, ProviderSetting, UserPoolDomain},
    refactor::record::ReleasedResource,
};

/// Entries of `ProviderDetails` that Cognito makes by itself out of the others.
const MADE_BY_SERVICE: [&str; 3] = [
    "ActiveEncryptionCertificate",
    "SLORedirectBindingURI",
    "SSORedirectBindingURI",
];

/// A resource as it is live.
#[derive(Clone, Copy, Debug)]
pub(super) enum Live<'l> {
    Domain(&'l UserPoolDomain),
    Provider(&'l str, &'l LiveIdentityProvider),
    ResourceServer(&'l str, &'l LiveResourceServer),
}

impl<'l> Live<'l> {
    /// The part of a user pool's hosted UI, when it has it.
    pub(super) fn of(hosted_ui: &'l HostedUi, part: &Part) -> Option<Self> {
        match part {
            Part::Domain => hosted_ui.domain.as_ref().map(Self::Domain),
            Part::CustomDomain => hosted_ui.custom_domain.as_ref().map(Self::Domain),
            Part::Provider(name) => hosted_ui
                .providers
                .get_key_value(name)
                .map(|(name, provider)| Self::Provider(name, provider)),
            Part::ResourceServer(identifier) => hosted_ui
                .resource_servers
                .get_key_value(identifier)
                .map(|(identifier, server)| Self::ResourceServer(identifier, server)),
        }
    }

    /// Its name within the user pool.
    pub(super) fn name(&self) -> &'l str {
        match self {
            Self::Domain(domain) => &domain.name,
            Self::Provider(name, _) | Self::ResourceServer(name, _) => name,
        }
    }
}

/// A setting in which Gen 2's definition and what is live differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Difference {
    /// The template gets the live value; the next deployment sets Gen 2's.
    Setting(String),
    /// A secret, or a value that Gen 2 takes from one: the template keeps Gen 2's reference.
    Secret(String),
}

/// The user pool as a reference to the one in the stack of this logical id. A run that ended early may have left it literal,
/// and that names the pool that is parked: Gen 2's own definition, as every run remembers it, names none.
pub(super) fn refer_to_pool(released: &mut ReleasedResource, user_pool: &str) {
    if !released.definition.get("Properties").is_some_and(Value::is_object) {
        released.definition["Properties"] = json!({});
    }
    let Some(Value::Object(properties)) = released.definition.get_mut("Properties") else {
        return;
    };
    if properties.get("UserPoolId").is_none_or(Value::is_string) {
        properties.insert("UserPoolId".into(), json!({ "Ref": user_pool }));
    }
}

/// The definition as an earlier run recorded it, where that run has prepared the stack since: it took the dependencies and
/// set the policies, and nothing else. One that was deployed since with other properties stays as it is.
pub(super) fn recall(owned: &mut ReleasedResource, recorded: &[ReleasedResource]) {
    let known = recorded
        .iter()
        .find(|known| known.is(owned) && known.resource == owned.resource);
    if let Some(known) = known
        && same_value(&known.definition["Properties"], &owned.definition["Properties"])
    {
        owned.definition.clone_from(&known.definition);
    }
}

/// Gen 2's definition with what is live where they differ, and the settings that do. `own` is Gen 2's own resource as it is
/// live; without it the literals of the definition are compared.
///
/// The definition is that of a resource that [`refer_to_pool`] has seen.
pub(super) fn adopted(released: &ReleasedResource, live: Live<'_>, own: Option<Live<'_>>) -> (Value, Vec<Difference>) {
    let mut definition = released.definition.clone();
    let mut differences = Vec::new();
    if let Some(Value::Object(properties)) = definition.get_mut("Properties") {
        match (live, own) {
            (Live::Domain(live), own) => {
                let own = match own {
                    Some(Live::Domain(own)) => Some(own),
                    _ => None,
                };
                domain(properties, live, own, &mut differences);
            }
            (Live::Provider(_, live), own) => {
                let own = match own {
                    Some(Live::Provider(_, own)) => own.clone(),
                    _ => written_provider(properties),
                };
                provider(properties, live, &own, &mut differences);
            }
            (Live::ResourceServer(_, live), own) => {
                let own = match own {
                    Some(Live::ResourceServer(_, own)) => own.clone(),
                    _ => written_resource_server(properties),
                };
                resource_server(properties, live, &own, &mut differences);
            }
        }
    }
    (definition, differences)
}

fn domain(
    properties: &mut Map<String, Value>,
    live: &UserPoolDomain,
    own: Option<&UserPoolDomain>,
    differences: &mut Vec<Difference>,
) {
    // The name is another one always: a domain belongs to one user pool in the world.
    properties.insert("Domain".into(), live.name.clone().into());
    let Some(own) = own else { return };
    if let Some(certificate) = live.certificate_arn.as_ref()
        && own.certificate_arn != live.certificate_arn
    {
        properties.insert("CustomDomainConfig".into(), json!({ "CertificateArn": certificate }));
        differences.push(Difference::Setting("CustomDomainConfig".into()));
    }
    if own.managed_login_version != live.managed_login_version {
        match live.managed_login_version {
            Some(version) => properties.insert("ManagedLoginVersion".into(), version.into()),
            None => properties.remove("ManagedLoginVersion"),
        };
        differences.push(Difference::Setting("ManagedLoginVersion".into()));
    }
}

fn provider(
    properties: &mut Map<String, Value>,
    live: &LiveIdentityProvider,
    own: &LiveIdentityProvider,
    differences: &mut Vec<Difference>,
) {
    let names: BTreeSet<&String> = live.details.keys().chain(own.details.keys()).collect();
    for name in names {
        let (is, would_be) = (live.details.get(name), own.details.get(name));
        if is == would_be || MADE_BY_SERVICE.contains(&name.as_str()) {
            continue;
        }
        let setting = format!("ProviderDetails.{name}");
        let details = properties
            .entry("ProviderDetails")
            .or_insert_with(|| Value::Object(Map::new()))
            .as_object_mut()
            // An intrinsic as a whole has no entries of its own.
            .filter(|details| !details.keys().any(|key| key == "Ref" || key.starts_with("Fn::")));
        let is_secret = [is, would_be]
            .iter()
            .any(|value| matches!(value, Some(ProviderSetting::Secret(_))));
        match details {
            Some(details) if !is_secret && !details.get(name).is_some_and(is_symbolic) => {
                match is {
                    Some(ProviderSetting::Plain(value)) => details.insert(name.clone(), value.clone().into()),
                    _ => details.shift_remove(name),
                };
                differences.push(Difference::Setting(setting));
            }
            _ => differences.push(Difference::Secret(setting)),
        }
    }
    if live.attribute_mapping != own.attribute_mapping {
        set(properties, "AttributeMapping", json!(live.attribute_mapping));
        differences.push(Difference::Setting("AttributeMapping".into()));
    }
    let sorted = |identifiers: &[String]| identifiers.iter().cloned().collect::<BTreeSet<String>>();
    if sorted(&live.identifiers) != sorted(&own.identifiers) {
        set(properties, "IdpIdentifiers", json!(live.identifiers));
        differences.push(Difference::Setting("IdpIdentifiers".into()));
    }
}

fn resource_server(
    properties: &mut Map<String, Value>,
    live: &LiveResourceServer,
    own: &LiveResourceServer,
    differences: &mut Vec<Difference>,
) {
    if live.name != own.name {
        set(properties, "Name", live.name.clone().into());
        differences.push(Difference::Setting("Name".into()));
    }
    if live.scopes != own.scopes {
        let scopes: Vec<Value> = live
            .scopes
            .iter()
            .map(|(name, description)| json!({ "ScopeName": name, "ScopeDescription": description }))
            .collect();
        set(properties, "Scopes", scopes.into());
        differences.push(Difference::Setting("Scopes".into()));
    }
}

/// An empty value is as good as none, and the service takes it less gladly.
fn set(properties: &mut Map<String, Value>, property: &str, value: Value) {
    let is_empty = value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty);
    if is_empty {
        properties.shift_remove(property);
    } else {
        properties.insert(property.into(), value);
    }
}

/// Something that CloudFormation fills in: an intrinsic function or a dynamic reference.
fn is_symbolic(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("{{resolve:"),
        Value::Object(_) | Value::Array(_) => true,
        _ => false,
    }
}

/// The literals of a definition.
fn written_provider(properties: &Map<String, Value>) -> LiveIdentityProvider {
    let literals = |property: &str| -> BTreeMap<String, String> {
        let entries = properties.get(property).and_then(Value::as_object);
        entries
            .into_iter()
            .flatten()
            .filter(|(_, value)| !is_symbolic(value))
            .filter_map(|(name, value)| Some((name.clone(), scalar(value)?)))
            .collect()
    };
    LiveIdentityProvider {
        details: literals("ProviderDetails")
            .into_iter()
            .map(|(name, value)| {
                let setting = ProviderSetting::of(&name, &value);
                (name, setting)
            })
            .collect(),
        attribute_mapping: literals("AttributeMapping"),
        identifiers: properties
            .get("IdpIdentifiers")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(scalar)
            .collect(),
    }
}

fn written_resource_server(properties: &Map<String, Value>) -> LiveResourceServer {
    let text = |value: Option<&Value>| value.and_then(scalar).unwrap_or_default();
    LiveResourceServer {
        name: text(properties.get("Name")),
        scopes: properties
            .get("Scopes")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|scope| (text(scope.get("ScopeName")), text(scope.get("ScopeDescription"))))
            .collect(),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refactor::operation::AttachedResource;

    fn released(properties: Value) -> ReleasedResource {
        ReleasedResource {
            stack: "auth".into(),
            resource: AttachedResource {
                logical_id: "Google".into(),
                resource_type: super::super::PROVIDER.into(),
                user_pool_id: "pool-2".into(),
                name: "Google".into(),
                physical_id: Some("Google".into()),
            },
            custom_domain: false,
            is_replaced: false,
            definition: json!({ "Type": super::super::PROVIDER, "Properties": properties }),
        }
    }

    fn live(details: &[(&str, &str)], mapping: &[(&str, &str)]) -> LiveIdentityProvider {
        LiveIdentityProvider {
            details: details
                .iter()
                .map(|(name, value)| ((*name).into(), ProviderSetting::of(name, value)))
                .collect(),
            attribute_mapping: mapping
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            identifiers: Vec::new(),
        }
    }

    fn definition() -> Value {
        json!({
            "UserPoolId": { "Ref": "Pool" },
            "ProviderName": "Google",
            "ProviderDetails": {
                "client_id": { "Fn::GetAtt": ["Secrets", "ID"] },
                "client_secret": { "Fn::GetAtt": ["Secrets", "SECRET"] },
                "authorize_scopes": "openid",
            },
            "AttributeMapping": { "email": "email" },
        })
    }

    #[test]
    fn what_is_equal_stays_as_gen2_says_it() {
        let details = [
            ("client_id", "id"),
            ("client_secret", "s"),
            ("authorize_scopes", "openid"),
        ];
        let same = live(&details, &[("email", "email")]);
        let (adopted, differences) = adopted(
            &released(definition()),
            Live::Provider("Google", &same),
            Some(Live::Provider("Google", &same)),
        );
        assert_eq!(adopted["Properties"], definition());
        assert_eq!(differences, []);
    }

    #[test]
    fn live_values_are_written_and_secrets_are_not() {
        let gen1 = live(
            &[
                ("client_id", "gen1-id"),
                ("client_secret", "gen1-very-secret"),
                ("authorize_scopes", "openid email"),
                ("ActiveEncryptionCertificate", "x"),
            ],
            &[("email", "email"), ("username", "sub")],
        );
        let gen2 = live(
            &[
                ("client_id", "gen2-id"),
                ("client_secret", "gen2-very-secret"),
                ("authorize_scopes", "openid"),
            ],
            &[("email", "email")],
        );
        let (adopted, differences) = adopted(
            &released(definition()),
            Live::Provider("Google", &gen1),
            Some(Live::Provider("Google", &gen2)),
        );
        let text = adopted.to_string();
        assert!(!text.contains("very-secret") && !text.contains("gen1-id"), "{text}");
        assert_eq!(
            adopted["Properties"]["ProviderDetails"]["authorize_scopes"],
            "openid email"
        );
        assert_eq!(
            adopted["Properties"]["ProviderDetails"]["client_secret"],
            definition()["ProviderDetails"]["client_secret"]
        );
        assert_eq!(adopted["Properties"]["AttributeMapping"]["username"], "sub");
        assert_eq!(
            differences,
            [
                Difference::Setting("ProviderDetails.authorize_scopes".into()),
                Difference::Secret("ProviderDetails.client_id".into()),
                Difference::Secret("ProviderDetails.client_secret".into()),
                Difference::Setting("AttributeMapping".into()),
            ]
        );
    }

    #[test]
    fn a_domain_gets_the_live_name_and_login_version() {
        let domain = |name: &str, version| UserPoolDomain {
            name: name.into(),
            managed_login_version: Some(version),
            certificate_arn: None,
        };
        let mut own = released(json!({ "Domain": "gen2", "UserPoolId": { "Ref": "Pool" } }));
        own.resource.resource_type = super::super::DOMAIN.into();
        let (adopted, differences) = adopted(
            &own,
            Live::Domain(&domain("gen1", 2)),
            Some(Live::Domain(&domain("gen2", 1))),
        );
        assert_eq!(
            adopted["Properties"],
            json!({ "Domain": "gen1", "UserPoolId": { "Ref": "Pool" }, "ManagedLoginVersion": 2 })
        );
        assert_eq!(differences, [Difference::Setting("ManagedLoginVersion".into())]);
    }
}
