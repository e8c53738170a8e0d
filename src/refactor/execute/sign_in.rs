//! Domains and identity providers of a user pool before and after a stack lets them go or takes them over: they must not notice.

use indexmap::{IndexMap, IndexSet};

use super::{error::ExecutionError, run::Run};
use crate::{deployment::HostedUi, error::Result, refactor::UpdateStack};

/// The user pools of an update as they were before it.
pub(super) struct SignIn<'r> {
    run: &'r Run<'r>,
    operation: &'r str,
    before: IndexMap<String, HostedUi>,
}

impl<'r> SignIn<'r> {
    /// Reads what the update is about. What cannot be read is told: it will not be compared.
    pub(super) async fn before(run: &'r Run<'r>, operation: &'r str, update: &UpdateStack) -> Result<Self> {
        let pools: IndexSet<&str> = update
            .resources
            .iter()
            .map(|resource| resource.user_pool_id.as_str())
            .collect();
        let mut before = IndexMap::new();
        for pool in pools {
            match run.cloud.hosted_ui.hosted_ui(pool).await {
                Ok(found) => {
                    before.insert(pool.to_owned(), found);
                }
                Err(error) if error.is_unavailable() => run.events.warn(
                    "CONFIGURATION_NOT_READ",
                    format!("domain and identity providers of user pool {pool} cannot be compared: {error}"),
                ),
                Err(error) => return Err(run.failed(operation, error).into()),
            }
        }
        Ok(Self { run, operation, before })
    }

    /// Everything is as it was.
    ///
    /// # Errors
    /// `CONFIGURATION_CHANGED` with what is not.
    pub(super) async fn compare(&self) -> Result<()> {
        for (pool, before) in &self.before {
            let after = self.run.cloud.hosted_ui.hosted_ui(pool).await;
            let after = after.map_err(|error| self.run.failed(self.operation, error))?;
            let differences = differences(before, &after);
            if !differences.is_empty() {
                return Err(ExecutionError::ConfigurationChanged {
                    resource_type: "AWS::Cognito::UserPool".into(),
                    physical_id: pool.clone(),
                    differences,
                }
                .into());
            }
        }
        Ok(())
    }
}

/// What is not the same any more, by name; values may be secret.
fn differences(before: &HostedUi, after: &HostedUi) -> Vec<String> {
    let mut found = Vec::new();
    if before.domain != after.domain {
        found.push("its domain".to_owned());
    }
    if before.custom_domain != after.custom_domain {
        found.push("its custom domain".to_owned());
    }
    let changed = |kind: &str, names: Vec<&String>| {
        let names: Vec<String> = names.into_iter().map(|name| format!("{kind} {name}")).collect();
        names
    };
    found.extend(changed(
        "identity provider",
        unequal(&before.providers, &after.providers),
    ));
    found.extend(changed(
        "resource server",
        unequal(&before.resource_servers, &after.resource_servers),
    ));
    found
}

fn unequal<'m, T: PartialEq>(before: &'m IndexMap<String, T>, after: &'m IndexMap<String, T>) -> Vec<&'m String> {
    let names: IndexSet<&String> = before.keys().chain(after.keys()).collect();
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deployment::{LiveIdentityProvider, ProviderSetting, UserPoolDomain};

    #[test]
    fn what_is_gone_or_changed_is_named_without_its_value() {
        let with = |secret: &str| HostedUi {
            domain: Some(UserPoolDomain {
                name: "app".into(),
                ..UserPoolDomain::default()
            }),
            providers: [(
                "Google".to_owned(),
                LiveIdentityProvider {
                    details: [("client_secret".to_owned(), ProviderSetting::of("client_secret", secret))].into(),
                    ..LiveIdentityProvider::default()
                },
            )]
            .into_iter()
            .collect(),
            ..HostedUi::default()
        };
        assert_eq!(differences(&with("a"), &with("a")), Vec::<String>::new());
        assert_eq!(differences(&with("a"), &with("b")), ["identity provider Google"]);
        assert_eq!(
            differences(&with("a"), &HostedUi::default()),
            ["its domain", "identity provider Google"]
        );
    }
}
