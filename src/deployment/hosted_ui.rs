//! Everything that is attached to a user pool so that people can sign in on Cognito's own pages and with other providers.

use std::{collections::BTreeMap, fmt};

use indexmap::IndexMap;
use sha2::{Digest, Sha256};
/// Domains, identity providers and resource servers of a user pool, as the service tells them. No secret is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostedUi {
    /// The domain below `amazoncognito.com`.
    pub domain: Option<UserPoolDomain>,
    /// The domain of the app's own.
    pub custom_domain: Option<UserPoolDomain>,
    /// Identity providers by name.
    pub providers: IndexMap<String, LiveIdentityProvider>,
    /// Resource servers by identifier.
    pub resource_servers: IndexMap<String, LiveResourceServer>,
}

/// A domain of a user pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserPoolDomain {
    /// Prefix, or for a custom domain the full name.
    pub name: String,
    /// 1 is the classic hosted UI, 2 managed login.
    pub managed_login_version: Option<i64>,
    /// Certificate of a custom domain.
    pub certificate_arn: Option<String>,
}

/// An identity provider as it is set up in a user pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveIdentityProvider {
    /// `ProviderDetails`
    pub details: BTreeMap<String, ProviderSetting>,
    /// `AttributeMapping`
    pub attribute_mapping: BTreeMap<String, String>,
    /// `IdpIdentifiers`
    pub identifiers: Vec<String>,
}

/// An entry of `ProviderDetails`.
#[derive(Clone, PartialEq, Eq)]
pub enum ProviderSetting {
    /// As it is.
    Plain(String),
    /// A secret: SHA-256 of it, which tells whether two are the same. Not even that is ever written anywhere.
    Secret([u8; 32]),
}

impl ProviderSetting {
    /// Reads an entry; of a secret only the digest is kept.
    pub fn of(name: &str, value: &str) -> Self {
        if is_secret(name) {
            Self::Secret(Sha256::digest(value.as_bytes()).into())
        } else {
            Self::Plain(value.to_owned())
        }
    }
}

impl fmt::Debug for ProviderSetting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(value) => value.fmt(formatter),
            Self::Secret(_) => formatter.write_str("(secret)"),
        }
    }
}

/// Settings of a provider that only the app and the provider may know.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("secret") || name.contains("private") || name.contains("password")
}

/// A resource server of a user pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveResourceServer {
    /// Name for people.
    pub name: String,
    /// Scopes by name, with their descriptions.
    pub scopes: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_compared_and_never_shown() {
        let secret = |value: &str| ProviderSetting::of("client_secret", value);
        assert_eq!(secret("a"), secret("a"));
        assert_ne!(secret("a"), secret("b"));
        assert_eq!(format!("{:?}", secret("open sesame")), "(secret)");
        assert_eq!(
            ProviderSetting::of("client_id", "a"),
            ProviderSetting::Plain("a".into())
        );
        assert!(is_secret("private_key") && !is_secret("key_id"));
    }
}
