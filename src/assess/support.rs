//! What the steps of this version really do: the one table that says so. Whoever teaches a step something new widens it here.

use super::report::{Support, SupportStatus};
use crate::backend::{finding::Severity, model::FeatureKind};

/// Cells of a row, and what the user has to do about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// The generate step.
    pub(super) generate: Cell,
    /// The refactor step.
    pub(super) refactor: Cell,
    /// How much it weighs.
    pub(super) severity: Severity,
    /// What the user can do, where a step does not do it.
    pub(super) remedy: &'static str,
}

/// A cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// The step does it.
    Yes,
    /// The step does it; the text says what is left to check.
    YesBut(&'static str),
    /// The step leaves it out, for this reason.
    No(&'static str),
    /// The step has nothing to do for it.
    NotNeeded,
}

impl Cell {
    pub(super) fn support(self) -> Support {
        let (status, reason) = match self {
            Self::Yes => (SupportStatus::Supported, None),
            Self::YesBut(reason) => (SupportStatus::Supported, Some(reason)),
            Self::No(reason) => (SupportStatus::Unsupported, Some(reason)),
            Self::NotNeeded => (SupportStatus::NotNeeded, None),
        };
        Support {
            status,
            reason: reason.map(str::to_owned),
        }
    }

    /// Why the step leaves it out.
    pub(super) fn reason(self) -> Option<&'static str> {
        match self {
            Self::No(reason) => Some(reason),
            _ => None,
        }
    }

    pub(super) fn is_no(self) -> bool {
        matches!(self, Self::No(_))
    }
}

const AFTER_GENERATE: &str = "requires adding code after generate";

const fn row(generate: Cell, refactor: Cell, severity: Severity, remedy: &'static str) -> Row {
    Row {
        generate,
        refactor,
        severity,
        remedy,
    }
}

/// Nothing is left to do.
const fn done() -> Row {
    row(Cell::Yes, Cell::NotNeeded, Severity::Info, "")
}

/// Generated, with something to look at.
const fn done_but(what: &'static str, remedy: &'static str) -> Row {
    row(Cell::YesBut(what), Cell::NotNeeded, Severity::Info, remedy)
}

/// Left to the user after the generate step.
const fn by_hand(remedy: &'static str) -> Row {
    row(Cell::No(AFTER_GENERATE), Cell::NotNeeded, Severity::Manual, remedy)
}

/// A resource of a category and service, unless something about this very resource says otherwise.
pub(super) fn resource(category: &str, service: Option<&str>) -> Row {
    match (category, service) {
        ("auth", Some("Cognito" | "Cognito-UserPool-Groups"))
        | ("storage", Some("S3" | "DynamoDB"))
        | ("analytics", Some("Kinesis")) => row(Cell::Yes, Cell::Yes, Severity::Info, ""),
        ("api", Some("AppSync" | "API Gateway")) | ("function", Some("Lambda")) => done(),
        ("function", Some("LambdaLayer")) | ("geo", Some("Map" | "PlaceIndex")) => done(),
        ("geo", Some("GeofenceCollection")) => row(
            Cell::Yes,
            Cell::No("geofences have to be copied"),
            Severity::Manual,
            "Run `node amplify/geo/copy-geofences.mjs` once the Gen 2 branch is deployed.",
        ),
        ("analytics" | "notifications", Some("Pinpoint")) | ("notifications", _) => row(
            Cell::YesBut("the existing Pinpoint app is used"),
            Cell::No("the Pinpoint app stays in Gen 1"),
            Severity::Manual,
            "Keep the Gen 1 stack for as long as the app is needed; Amazon Pinpoint reaches its end of support in October 2026.",
        ),
        ("predictions", _) => done_but(
            "permissions and settings are generated",
            "Pass outputs.custom.Predictions to Amplify.configure in the frontend.",
        ),
        ("interactions", _) => row(
            Cell::YesBut("the existing bot is used"),
            Cell::No("the bot stays in Gen 1"),
            Severity::Manual,
            "Keep the Gen 1 stack for as long as the bot is needed, and pass outputs.custom.Interactions to Amplify.configure in the frontend.",
        ),
        ("custom", Some("customCDK" | "customCloudformation")) => done(),
        ("hosting", _) => row(
            Cell::NotNeeded,
            Cell::NotNeeded,
            Severity::Info,
            "Hosting stays as it is: connect the Gen 2 branch in the Amplify console, and keep the old distribution until then.",
        ),
        (_, None) => row(
            Cell::No("the entry has no service"),
            Cell::No("the entry has no service"),
            Severity::Manual,
            "Fetch the backend again with `amplify pull`, or remove the entry with `amplify remove` and push.",
        ),
        _ => row(
            Cell::No("the service is not known"),
            Cell::No("the service is not known"),
            Severity::Manual,
            "Write the resource into the generated amplify/backend.ts by hand.",
        ),
    }
}

/// An imported resource stays where it is.
pub(super) fn imported(service: Option<&str>) -> Row {
    match service {
        Some("Cognito" | "S3" | "DynamoDB") => row(Cell::Yes, Cell::NotNeeded, Severity::Info, ""),
        _ => row(
            Cell::No(AFTER_GENERATE),
            Cell::NotNeeded,
            Severity::Manual,
            "Refer to the imported resource in amplify/backend.ts with Table.fromTableAttributes.",
        ),
    }
}

/// A resource whose own files do not say what it is.
pub(super) fn unread() -> Row {
    row(
        Cell::No("its files are missing"),
        Cell::No("its files are missing"),
        Severity::Manual,
        "Fetch the deployed backend with `amplify pull`, and assess again.",
    )
}

/// A geo resource in another region than the app's.
pub(super) fn in_other_region() -> Row {
    by_hand("Keep the existing resource: give the roles its permissions and name it with backend.addOutput.")
}

/// A custom stack in which something holds data.
pub(super) fn custom_with_data() -> Row {
    row(
        Cell::YesBut("resources that hold data are made anew, and empty"),
        Cell::No("its data stays in Gen 1"),
        Severity::Manual,
        "Copy the data of these resources before you switch over, or refer to the existing ones.",
    )
}

/// A stack that the user added to the GraphQL API.
pub(super) fn api_stack(has_data: bool) -> Row {
    if has_data {
        done_but(
            "resources that hold data are made anew, and empty",
            "Copy the data of these resources before you switch over, or refer to the existing ones.",
        )
    } else {
        done()
    }
}

/// A stack that the user added to the GraphQL API and never pushed, which has a finding of its own.
pub(super) fn api_stack_not_deployed() -> Row {
    row(Cell::No("it is not deployed"), Cell::NotNeeded, Severity::Info, "")
}

/// A function in a language that Gen 2 does not bundle itself.
pub(super) fn other_language() -> Row {
    row(
        Cell::YesBut("it is built when the backend is deployed"),
        Cell::NotNeeded,
        Severity::Info,
        "The machine that deploys needs the tools of the language (pip, Go, Gradle or .NET), or Docker.",
    )
}

/// A Node.js function whose version Gen 2 does not offer.
pub(super) fn newer_node() -> Row {
    row(
        Cell::YesBut("it runs on a newer version of Node.js"),
        Cell::NotNeeded,
        Severity::Warning,
        "Test the function on the newer version of Node.js. Versions from 18 on do not bring version 2 of the AWS SDK.",
    )
}

/// A function whose runtime nobody here can build.
pub(super) fn other_runtime() -> Row {
    by_hand("Define the function with the CDK's aws-lambda constructs in amplify/backend.ts.")
}

/// Name of the feature of apps that know Gen 1.
pub(super) const FRONTEND_USAGE: &str = "frontend-usage";

/// A source file of the app that knows Gen 1.
pub(super) fn frontend_usage() -> Row {
    row(
        Cell::YesBut("common imports are edited with --frontend"),
        Cell::NotNeeded,
        Severity::Manual,
        "Change the places that the findings name.",
    )
}

/// An advanced feature, of a category when it belongs to a resource.
pub(super) fn feature(kind: FeatureKind, category: Option<&str>) -> Row {
    use FeatureKind as K;
    match kind {
        // What an override does to these is in the deployed template, whose properties are carried over one by one.
        K::Overrides if matches!(category, Some("auth" | "storage" | "api")) => done(),
        K::Overrides => by_hand("Apply what override.ts does to the generated CDK code."),
        K::ProjectOverride => done(),
        K::CustomPolicies | K::FunctionAccessFunction => done(),
        K::CustomGroupPolicies => done(),
        K::CustomRoles => row(
            Cell::NotNeeded,
            Cell::NotNeeded,
            Severity::Info,
            "These roles have full access to the Gen 1 API only. In Gen 2 a role needs no such list: every role that is permitted appsync:GraphQL on the new API has that access. Permit it for those that do not belong to a function of the app.",
        ),
        K::FunctionSecrets => done_but(
            "a script copies their values",
            "Run `node amplify/copy-secrets.mjs` before the first deployment of the branch.",
        ),
        K::LambdaLayers | K::FunctionAccessGeo => done(),
        K::FunctionRuntime => done_but(
            "it is built when the backend is deployed",
            "The machine that deploys needs the tools of the language (pip, Go, Gradle or .NET), or Docker.",
        ),
        K::FunctionAccessPredictions | K::FunctionAccessInteractions | K::FunctionAccessPinpoint => done(),
        K::FunctionAccessRest => by_hand("Give the function permission on the new REST API in amplify/backend.ts."),
        K::FunctionCommonJs | K::DynamicRequire => done(),
        K::FunctionSettings => done_but(
            "settings are set on the generated function",
            "Check that what the settings name (subnets, queues, file systems) is meant for Gen 2 as well.",
        ),
        K::FunctionExtraResources => done_but(
            "they are included as they are",
            "Look at the findings about names that change, and about resources that hold data.",
        ),
        K::FunctionTriggerStorageTable | K::FunctionTriggerModel | K::FunctionTriggerKinesis => done(),
        K::FunctionTriggerRawArn => done_but(
            "the function reads the same source as in Gen 1",
            "Until Gen 1 is decommissioned both functions read it: each message of a queue reaches one of them.",
        ),
        K::FunctionScheduleUnsupported => done(),
        K::FunctionBuildScript => done_but(
            "Gen 2 bundles TypeScript sources itself",
            "Take the script out of package.json: its folder is gone. If it makes anything else than JavaScript of TypeScript sources, run that before the deployment.",
        ),
        K::AuthSocialAmazon | K::AuthSocialApple | K::AuthSocialGoogle | K::AuthSocialFacebook => row(
            Cell::YesBut("the secrets of the provider have to be set"),
            Cell::YesBut("the branch needs the provider's credentials of Gen 1"),
            Severity::Manual,
            "Set the secrets of the provider for the branch, in the Amplify console or with `npx ampx sandbox secret set`.",
        ),
        K::AuthOauth => row(Cell::Yes, Cell::Yes, Severity::Info, ""),
        K::AuthOidc => row(
            Cell::YesBut("the secrets of the provider have to be set"),
            Cell::YesBut("the branch needs the provider's credentials of Gen 1"),
            Severity::Manual,
            "Set the secrets of the provider for the branch, in the Amplify console or with `npx ampx sandbox secret set`.",
        ),
        K::AuthSaml => row(
            Cell::Yes,
            Cell::Yes,
            Severity::Manual,
            "Tell the provider the address of the Gen 2 user pool if users of other branches have to sign in with it.",
        ),
        K::AuthThirdPartyIdentityPool => done(),
        K::AuthAdminQueries | K::AuthAttributesReadWrite => done(),
        K::AuthTriggerTemplate => done(),
        K::AuthVerificationLink => done_but(
            "the page stays in its bucket",
            "Keep the bucket of the verification page when you clean up: links in e-mails lead to it.",
        ),
        K::AuthUserPoolOnly => done_but(
            "Gen 2 adds an identity pool",
            "The generated backend has an identity pool that nobody uses.",
        ),
        K::AuthIdentityPoolOnly => done_but(
            "Gen 2 adds a user pool",
            "The generated backend has a user pool that nobody can sign up to, and the identity pool does not know.",
        ),
        K::AuthImported => row(Cell::Yes, Cell::NotNeeded, Severity::Info, ""),
        K::StorageImported => done(),
        K::DataStore => row(
            Cell::No("must be disabled before the migration"),
            Cell::No("must be disabled before the migration"),
            Severity::Blocker,
            "Take the frontend off DataStore (its calls become those of generateClient), run `amplify update api` and choose \"Disable conflict resolution\", run `amplify push`, and assess again. Records with _deleted stay in the tables: remove them.",
        ),
        K::Searchable => row(
            Cell::YesBut("the new search domain has to be filled"),
            Cell::No("the search domain stays in Gen 1"),
            Severity::Info,
            "Run `node amplify/data/reindex-search.mjs` once the branch is deployed.",
        ),
        K::Predictions => done_but(
            "the fields are rebuilt with the deployed mapping templates",
            "Call a field with a picture and a text once after the first deployment.",
        ),
        K::ManyToMany => done_but(
            "the join model is written out",
            "The schema names the join model, which Gen 1 made by itself, with its deployed table.",
        ),
        K::TransformerV1 => row(
            Cell::No("migrate to transformer version 2 first"),
            Cell::No("migrate to transformer version 2 first"),
            Severity::Blocker,
            "Run `amplify migrate api` to move the schema to transformer version 2, and push.",
        ),
        K::NoAuthModels => done_but(
            "rules with Gen 1's meaning are added",
            "Look at the rules that are added: in Gen 1 a model without @auth is open to the default authorization mode.",
        ),
        K::AuthProviderIam => row(
            Cell::Yes,
            Cell::YesBut("Gen 1 frontends lose access with IAM"),
            Severity::Warning,
            "Add amplify/backend/api/<name>/custom-roles.json with {\"adminRoleNames\": [\"amplify-<app id>\"]} and push before the refactor.",
        ),
        K::AuthModeOidc | K::AuthModeLambda => done(),
        K::CustomResolvers | K::ResolverOverrides => done(),
        K::CustomStacks => api_stack(false),
        K::SchemaDirectory | K::SchemaEscapes => done(),
        K::SchemaVariables => row(
            Cell::No(AFTER_GENERATE),
            Cell::NotNeeded,
            Severity::Manual,
            "Write the value of the variable into the generated schema: nobody replaces it, in Gen 1 neither.",
        ),
        K::SqlDataSource => by_hand("Generate the SQL schema anew with `npx ampx generate schema-from-database`."),
        K::RestGuest | K::RestProtected => done(),
        K::RestAuthorizer => {
            by_hand("Add the authorizer to the API's file in amplify/api; until then its paths are closed.")
        }
        K::StorageGroups | K::StorageUploadsPrefix | K::StorageMultiTrigger => done(),
        K::StorageAdminTrigger => by_hand("Add the notification to the bucket in amplify/backend.ts."),
        K::TableLocalIndexes
        | K::TableTimeToLive
        | K::TablePointInTimeRecovery
        | K::TableEncryption
        | K::TableProjection
        | K::TableOnDemand => row(Cell::Yes, Cell::Yes, Severity::Info, ""),
        K::TableAutoscaling => done_but(
            "the scaling of the template is included",
            "Look at the capacity in the console after the refactor: scaling may have changed it since the last push.",
        ),
        K::EnvironmentParameters => row(
            Cell::NotNeeded,
            Cell::NotNeeded,
            Severity::Info,
            "The values of the migrated environment are generated; for other branches make them depend on the branch.",
        ),
        K::Hooks => by_hand("Gen 2 has no command hooks: run the script as a step of amplify.yml or of your pipeline."),
        K::StatefulExtras => row(
            Cell::NotNeeded,
            Cell::No("it is not moved and stays in the Gen 1 stack"),
            Severity::Manual,
            "Keep the Gen 1 stack, or set Retain on the resource and import it into a stack of your own, before you decommission.",
        ),
        K::DependencyConflicts => done_but(
            "functions that need another version keep their own packages",
            "Make the functions agree on one version of the package, and they can all be bundled.",
        ),
        K::ToolVersions => row(
            Cell::NotNeeded,
            Cell::NotNeeded,
            Severity::Warning,
            "Upgrade it before the migration, as the migration guide asks.",
        ),
    }
}
