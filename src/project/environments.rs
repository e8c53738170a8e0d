//! The environments of a project (`team-provider-info.json`, `.config/local-env-info.json`) and which of them is meant.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{Reader, error::ProjectError, tree::Tree};
use crate::cloudformation::Template;

/// File with one entry per environment.
pub const TEAM_PROVIDER_INFO: &str = "amplify/team-provider-info.json";
const LOCAL_ENV_INFO: &str = "amplify/.config/local-env-info.json";

/// Everything the project knows about its environments.
#[derive(Clone, Debug, Default)]
pub struct Environments {
    /// Environments by name, in the order of the file.
    pub known: IndexMap<String, Environment>,
    /// The environment that is checked out here.
    pub local: Option<String>,
    /// `team-provider-info.json` is missing: the only environment known is the one whose files are here.
    pub derived: bool,
}

/// An environment of Gen 1. What is absent was never deployed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Environment {
    /// Name.
    pub name: String,
    /// Region.
    pub region: Option<String>,
    /// Name of the root stack.
    pub stack_name: Option<String>,
    /// ARN of the root stack.
    pub stack_id: Option<String>,
    /// Deployment bucket.
    pub deployment_bucket: Option<String>,
    /// Amplify app id.
    pub app_id: Option<String>,
    /// Name of the role of signed-in users.
    pub authenticated_role_name: Option<String>,
    /// Name of the role of guests.
    pub unauthenticated_role_name: Option<String>,
    /// Values of this environment, by category and resource. They may hold secrets: never print them.
    pub categories: Map<String, Value>,
}

impl Environment {
    fn from_entry(name: &str, entry: &Value) -> Self {
        let provider = &entry["awscloudformation"];
        let mut environment = Self::from_provider(name, provider);
        environment.categories = entry["categories"].as_object().cloned().unwrap_or_default();
        environment
    }

    /// From `providers.awscloudformation` of amplify-meta.json, which has the same fields.
    pub(super) fn from_provider(name: &str, provider: &Value) -> Self {
        let field = |key: &str| {
            provider[key]
                .as_str()
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let stack_id = field("StackId");
        let region = field("Region").or_else(|| Some(stack_id.as_ref()?.split(':').nth(3)?.to_owned()));
        let role = |name: &str, arn: &str| field(name).or_else(|| Some(field(arn)?.rsplit('/').next()?.to_owned()));
        Self {
            name: name.to_owned(),
            region,
            stack_name: field("StackName"),
            deployment_bucket: field("DeploymentBucketName"),
            app_id: field("AmplifyAppId"),
            authenticated_role_name: role("AuthRoleName", "AuthRoleArn"),
            unauthenticated_role_name: role("UnauthRoleName", "UnauthRoleArn"),
            stack_id,
            categories: Map::new(),
        }
    }

    /// Takes over what is known elsewhere and absent here.
    pub(super) fn or(mut self, other: Self) -> Self {
        self.region = self.region.or(other.region);
        self.stack_name = self.stack_name.or(other.stack_name);
        self.stack_id = self.stack_id.or(other.stack_id);
        self.deployment_bucket = self.deployment_bucket.or(other.deployment_bucket);
        self.app_id = self.app_id.or(other.app_id);
        self.authenticated_role_name = self.authenticated_role_name.or(other.authenticated_role_name);
        self.unauthenticated_role_name = self.unauthenticated_role_name.or(other.unauthenticated_role_name);
        self
    }

    /// Account id, from the ARN of the root stack.
    pub fn account_id(&self) -> Option<String> {
        let account = self.stack_id.as_ref()?.split(':').nth(4)?;
        (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then(|| account.to_owned())
    }

    /// Values of this environment for the parameters of a resource.
    pub fn parameters_of(&self, category: &str, resource: &str) -> Option<&Map<String, Value>> {
        self.categories.get(category)?.get(resource)?.as_object()
    }
}

impl Environments {
    /// Names, in the order of the file.
    pub fn names(&self) -> Vec<String> {
        self.known.keys().cloned().collect()
    }

    /// Amplify app id: the same in every environment of an app.
    pub fn app_id(&self) -> Option<&str> {
        self.known
            .values()
            .find_map(|environment| environment.app_id.as_deref())
    }

    pub(super) fn read(reader: &mut Reader<'_>, tree: Option<&Tree>) -> Result<Self, ProjectError> {
        let local = reader
            .object(LOCAL_ENV_INFO)?
            .and_then(|info| info["envName"].as_str().map(str::to_owned));
        if let Some(info) = reader.object(TEAM_PROVIDER_INFO)? {
            reader.expect_objects(TEAM_PROVIDER_INFO, &[], info.as_object().into_iter().flatten())?;
            let known: IndexMap<String, Environment> = info
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, entry)| (name.clone(), Environment::from_entry(name, entry)))
                .collect();
            return Ok(Self {
                known,
                local,
                derived: false,
            });
        }
        // Some teams keep team-provider-info.json out of the repository: the files of the backend tell one environment.
        let mut known = IndexMap::new();
        if let Some(tree) = tree {
            let provider = tree.meta["providers"]["awscloudformation"].clone();
            let name = local
                .clone()
                .or_else(|| environment_of_root_template(&tree.root_template.as_ref()?.template))
                .or_else(|| environment_of_stack_name(provider["StackName"].as_str()?));
            if let (Some(name), true) = (name, provider.is_object()) {
                let environment = Environment::from_provider(&name, &provider);
                known.insert(name, environment);
            }
        }
        Ok(Self {
            known,
            local,
            derived: true,
        })
    }
}

/// Every nested stack of the deployed root template gets the environment as parameter `env`.
pub(super) fn environment_of_root_template(template: &Template) -> Option<String> {
    template
        .resources()
        .filter(|resource| resource.resource_type() == "AWS::CloudFormation::Stack")
        .find_map(|resource| Some(resource.property("Parameters")?["env"].as_str()?.to_owned()))
}

/// The CLI names root stacks `amplify-<app>-<environment>-<number>`; neither app nor environment holds a dash.
fn environment_of_stack_name(stack_name: &str) -> Option<String> {
    match stack_name.split('-').collect::<Vec<_>>()[..] {
        ["amplify", _, environment, _] => Some(environment.to_owned()),
        _ => None,
    }
}

/// Which environment is meant: the one asked for, else the one checked out, else the one that the app is marked with
/// (known online only), else the only one there is.
///
/// # Errors
/// `ENVIRONMENT_NOT_FOUND` when that environment is not there, `ENVIRONMENT_AMBIGUOUS` when nothing says which.
pub fn resolve_environment<'e>(
    environments: &'e Environments,
    requested: Option<&str>,
    marked: Option<&str>,
) -> Result<&'e Environment, ProjectError> {
    let named = [
        (requested, "asked for with --env"),
        (environments.local.as_deref(), "amplify/.config/local-env-info.json"),
        (
            marked,
            "the environment variable GEN2_MIGRATION_ENVIRONMENT_NAME of the app",
        ),
    ];
    let choice = named.into_iter().find_map(|(name, origin)| Some((name?, origin)));
    match choice {
        Some((name, origin)) => environments
            .known
            .get(name)
            .ok_or_else(|| ProjectError::EnvironmentNotFound {
                requested: name.to_owned(),
                origin,
                available: environments.names(),
            }),
        None => match environments.known.len() {
            0 => Err(ProjectError::NoEnvironment {
                reason: if environments.derived {
                    "is missing, and the files of the backend do not tell their environment"
                } else {
                    "names no environment"
                },
            }),
            1 => Ok(&environments.known[0]),
            _ => Err(ProjectError::EnvironmentAmbiguous {
                available: environments.names(),
            }),
        },
    }
}

/// Refuses to go on with another environment than the one whose migration has begun.
///
/// # Errors
/// `ENVIRONMENT_NOT_MARKED`.
pub fn check_marked(environment: &str, marked: Option<&str>) -> Result<(), ProjectError> {
    match marked {
        Some(marked) if marked != environment => Err(ProjectError::EnvironmentNotMarked {
            environment: environment.to_owned(),
            marked: marked.to_owned(),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::CodedError;

    fn environments(names: &[&str], local: Option<&str>) -> Environments {
        Environments {
            known: names
                .iter()
                .map(|name| {
                    (
                        (*name).to_owned(),
                        Environment {
                            name: (*name).to_owned(),
                            ..Environment::default()
                        },
                    )
                })
                .collect(),
            local: local.map(str::to_owned),
            derived: false,
        }
    }

    #[test]
    fn the_environment_asked_for_wins_then_the_local_one_then_the_marked_one() {
        let two = environments(&["dev", "prod"], Some("dev"));
        let name = |result: Result<&Environment, ProjectError>| result.unwrap().name.clone();
        assert_eq!(name(resolve_environment(&two, Some("prod"), Some("dev"))), "prod");
        assert_eq!(name(resolve_environment(&two, None, Some("prod"))), "dev");
        let unset = environments(&["dev", "prod"], None);
        assert_eq!(name(resolve_environment(&unset, None, Some("prod"))), "prod");
        assert_eq!(
            name(resolve_environment(&environments(&["only"], None), None, None)),
            "only"
        );
    }

    #[test]
    fn errors_list_the_environments_there_are() {
        let two = environments(&["dev", "prod"], None);
        let ambiguous = resolve_environment(&two, None, None).unwrap_err();
        assert_eq!(ambiguous.code(), "ENVIRONMENT_AMBIGUOUS");
        assert!(ambiguous.resolution().contains("dev, prod"));
        let missing = resolve_environment(&two, Some("stage"), None).unwrap_err();
        assert_eq!(missing.code(), "ENVIRONMENT_NOT_FOUND");
        assert!(missing.to_string().contains("\"stage\"") && missing.to_string().contains("dev, prod"));
        let nowhere = resolve_environment(&environments(&["dev"], Some("gone")), None, None).unwrap_err();
        assert_eq!(nowhere.code(), "ENVIRONMENT_NOT_FOUND");
        assert!(check_marked("dev", Some("prod")).is_err() && check_marked("dev", Some("dev")).is_ok());
    }

    #[test]
    fn region_account_and_roles_come_from_arns_when_they_are_not_told() {
        let environment = Environment::from_provider(
            "main",
            &json!({
                "StackId": "arn:aws-cn:cloudformation:cn-north-1:210987654321:stack/amplify-a-main-1/x",
                "AuthRoleArn": "arn:aws-cn:iam::210987654321:role/the-auth-role",
            }),
        );
        assert_eq!(environment.region.as_deref(), Some("cn-north-1"));
        assert_eq!(environment.account_id().as_deref(), Some("210987654321"));
        assert_eq!(environment.authenticated_role_name.as_deref(), Some("the-auth-role"));
    }

    #[test]
    fn the_environment_is_told_by_the_stack_name_of_the_cli_only() {
        assert_eq!(
            environment_of_stack_name("amplify-app-main-12ab").as_deref(),
            Some("main")
        );
        assert_eq!(environment_of_stack_name("my-own-stack-name"), None);
        assert_eq!(environment_of_stack_name("amplify-app-20200101-main-extra"), None);
    }
}
