use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::typescript::Scope;
use crate::backend::{
    construct_names::{ConstructNames, unique_file},
    model::{Backend, CustomOrigin, GeoResource},
};

/// Names that generated files declare or import themselves; no resource may be called so.
const OURS: &[&str] = &[
    "App",
    "AppBackend",
    "AttributeType",
    "AuthorizationType",
    "Aws",
    "BillingMode",
    "Bucket",
    "CfnDomain",
    "CfnEventSourceMapping",
    "CfnFunctionConfiguration",
    "CfnGeofenceCollection",
    "CfnInclude",
    "CfnLayerVersionPermission",
    "CfnMap",
    "Fn",
    "RuntimeFamily",
    "Architecture",
    "Size",
    "Layers",
    "createLayers",
    "layers",
    "layerCode",
    "pythonCode",
    "goCode",
    "javaCode",
    "dotnetCode",
    "scope",
    "CfnPlaceIndex",
    "CfnResolver",
    "CfnRole",
    "CfnStream",
    "CfnTable",
    "CfnUserPoolClient",
    "CfnUserPoolDomain",
    "CognitoUserPoolsAuthorizer",
    "Cors",
    "Duration",
    "Effect",
    "EventType",
    "LambdaDestination",
    "LambdaFunction",
    "LambdaIntegration",
    "LayerVersion",
    "ManagedPolicy",
    "Policy",
    "PolicyStatement",
    "ProjectionType",
    "RemovalPolicy",
    "ResponseType",
    "RestApi",
    "Role",
    "Rule",
    "Schedule",
    "ServicePrincipal",
    "Stack",
    "StreamViewType",
    "Table",
    "TableEncryption",
    "Tables",
    "Tags",
    "tagBackend",
    "Code",
    "Runtime",
    "Function",
    "addOutput",
    "api",
    "auth",
    "backend",
    "branchName",
    "createGeo",
    "createStack",
    "createTables",
    "createVerificationPage",
    "customizeResolvers",
    "data",
    "defineAuth",
    "defineBackend",
    "defineData",
    "defineFunction",
    "defineStorage",
    "environmentName",
    "fileURLToPath",
    "geo",
    "Geo",
    "handler",
    "isMigratedBranch",
    "lambda",
    "nameSuffix",
    "nativeAppClient",
    "overrideAuth",
    "overrideData",
    "overrideStorage",
    "postRefactor",
    "readFileSync",
    "referToServices",
    "referenceAuth",
    "resolverTemplate",
    "schema",
    "schemaFiles",
    "secret",
    "source",
    "stack",
    "storage",
    "tables",
    "template",
    "cors",
    "addPath",
    "migratedBranch",
];

/// A function in generated code.
#[derive(Clone, Debug)]
pub struct FunctionName {
    /// Its export and its key in `defineBackend`.
    pub identifier: String,
    /// Id of its construct.
    pub construct: String,
    /// Its folder below `amplify/function/`.
    pub folder: String,
    /// Name of the setup function in its `wiring.ts`.
    pub wire: String,
}

/// A stream or REST API in generated code.
#[derive(Clone, Debug)]
pub struct StackName {
    /// The constant that holds it.
    pub identifier: String,
    /// Its file, without folder and ending.
    pub file: String,
    /// Name of the setup function in the file.
    pub create: String,
}

/// How every resource is called in generated code, by its Gen 1 resource name.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Functions.
    pub functions: IndexMap<String, FunctionName>,
    /// Buckets: key in `defineBackend`.
    pub buckets: IndexMap<String, String>,
    /// Tables of the storage category: property of the object of all tables.
    pub tables: IndexMap<String, String>,
    /// What the constructs of buckets, tables and streams are called.
    pub constructs: ConstructNames,
    /// Kinesis streams.
    pub streams: IndexMap<String, StackName>,
    /// REST APIs.
    pub rest_apis: IndexMap<String, StackName>,
    /// Layers: property of the object of all of them.
    pub layers: IndexMap<String, String>,
    /// Folders of layers below `amplify/layers/`.
    pub layer_folders: IndexMap<String, String>,
    /// Geo resources: property of the object of all of them.
    pub geo: IndexMap<String, String>,
    /// Stacks of the custom category.
    pub custom_stacks: IndexMap<String, StackName>,
    /// Stacks of the user's own below the GraphQL API.
    pub api_stacks: IndexMap<String, StackName>,
}

impl Names {
    /// Names for everything in the backend; the same backend always gives the same names.
    pub fn of(backend: &Backend) -> Self {
        let mut scope = Scope::with_taken(OURS.iter().copied());
        let mut names = Self::default();
        let mut folders = BTreeSet::new();
        let owned_buckets = backend.buckets.iter().filter(|bucket| !bucket.imported);
        names.constructs = ConstructNames::of(
            owned_buckets.map(|bucket| bucket.name.as_str()),
            backend.tables.iter().map(|table| table.name.as_str()),
            backend.streams.iter().map(|stream| stream.name.as_str()),
        );
        for function in &backend.functions {
            let identifier = scope.declare(&function.name, "Function");
            let wire = scope.declare(&format!("wire{}", capitalised(&identifier)), "Function");
            let folder = unique_file(&mut folders, &function.name);
            names.functions.insert(
                function.name.clone(),
                FunctionName {
                    construct: names.constructs.unique_id("function", &function.name),
                    identifier,
                    folder,
                    wire,
                },
            );
        }
        let mut first = true;
        for bucket in backend.buckets.iter().filter(|bucket| !bucket.imported) {
            let identifier = if first {
                "storage".to_owned()
            } else {
                scope.declare(&bucket.name, "Storage")
            };
            first = false;
            names.buckets.insert(bucket.name.clone(), identifier);
        }
        for bucket in backend.buckets.iter().filter(|bucket| bucket.imported) {
            let identifier = scope.declare(&bucket.name, "Bucket");
            names.buckets.insert(bucket.name.clone(), identifier);
        }
        let mut table_scope = Scope::with_taken(OURS.iter().copied());
        for table in &backend.tables {
            names
                .tables
                .insert(table.name.clone(), table_scope.declare(&table.name, "Table"));
        }
        for (stream, file) in &names.constructs.streams {
            let name = named_stack(&mut scope, file.clone(), stream, "Stream");
            names.streams.insert(stream.clone(), name);
        }
        let mut files = BTreeSet::new();
        for api in &backend.rest_apis {
            let name = stack_name(&mut scope, &mut files, &api.name, "Api");
            names.rest_apis.insert(api.name.clone(), name);
        }
        let mut layer_scope = Scope::with_taken(OURS.iter().copied());
        let mut folders = BTreeSet::new();
        // Gen 2 cannot make a layer of nothing.
        for layer in backend.layers.iter().filter(|layer| !layer.files.is_empty()) {
            names
                .layers
                .insert(layer.name.clone(), layer_scope.declare(&layer.name, "Layer"));
            names
                .layer_folders
                .insert(layer.name.clone(), unique_file(&mut folders, &layer.name));
        }
        let mut geo_scope = Scope::with_taken(OURS.iter().copied());
        let is_known = |geo: &&GeoResource| {
            geo.other_region.is_none() && (geo.name_expression.is_some() || geo.deployed_name.is_some())
        };
        for geo in backend.geo.iter().filter(is_known) {
            names.geo.insert(geo.name.clone(), geo_scope.declare(&geo.name, "Geo"));
        }
        let mut files = BTreeSet::new();
        for custom in &backend.custom_stacks {
            let owner = &custom.resource;
            let name = match custom.origin {
                CustomOrigin::Category | CustomOrigin::ApiFolder => {
                    stack_name(&mut scope, &mut files, &custom.name, "Stack")
                }
                CustomOrigin::Additions => {
                    let identifier = scope.declare(&format!("{}Resources", uncapitalised(&owner.name)), "Resources");
                    StackName {
                        create: scope.declare(&format!("create{}", capitalised(&identifier)), "Resources"),
                        file: unique_file(&mut files, &format!("{}-{}", owner.category.0, owner.name)),
                        identifier,
                    }
                }
            };
            names.custom_stacks.insert(custom.name.clone(), name);
        }
        let mut files = BTreeSet::new();
        for own in backend.data.iter().flat_map(|data| &data.stacks) {
            let name = stack_name(&mut scope, &mut files, &own.name, "Stack");
            names.api_stacks.insert(own.name.clone(), name);
        }
        names
    }
}

fn stack_name(scope: &mut Scope, files: &mut BTreeSet<String>, name: &str, kind: &str) -> StackName {
    named_stack(scope, unique_file(files, name), name, kind)
}

fn named_stack(scope: &mut Scope, file: String, name: &str, kind: &str) -> StackName {
    let identifier = scope.declare(&uncapitalised(name), kind);
    StackName {
        create: scope.declare(&format!("create{}", capitalised(&identifier)), kind),
        file,
        identifier,
    }
}

/// The text as the name of a constant begins: `Cache` as `cache`, `SNSTopics` as `snsTopics`.
fn uncapitalised(text: &str) -> String {
    let leading = text.chars().take_while(char::is_ascii_uppercase).count();
    let next_is_lower = text.chars().nth(leading).is_some_and(|next| next.is_ascii_lowercase());
    // The last of several capitals begins the next word.
    let lowered = if leading > 1 && next_is_lower {
        leading - 1
    } else {
        leading
    };
    let (first, rest) = text.split_at(lowered);
    first.to_ascii_lowercase() + rest
}

/// The text with its first letter in upper case.
pub fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + characters.as_str()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_begin_in_lower_case() {
        for (name, constant) in [
            ("Cache", "cache"),
            ("SNSTopics", "snsTopics"),
            ("S3Copies", "s3Copies"),
            ("QUEUE", "queue"),
            ("A", "a"),
            ("jobQueue", "jobQueue"),
            ("_Private", "_Private"),
            ("Übersicht", "Übersicht"),
            ("", ""),
        ] {
            assert_eq!(uncapitalised(name), constant);
        }
    }

    #[test]
    fn a_stack_and_a_function_that_differ_in_case_only_have_names_of_their_own() {
        let mut scope = Scope::with_taken(["cache"]);
        let name = stack_name(&mut scope, &mut BTreeSet::new(), "Cache", "Stack");
        assert_eq!(
            (name.identifier.as_str(), name.create.as_str()),
            ("cacheStack", "createCacheStack")
        );
        assert_eq!(name.file, "Cache");
    }
}
