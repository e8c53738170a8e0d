//! A made-up app, as deployed: user pool with a group, a bucket, two tables of the same shape, a stream.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::{
    backend::model::{Category, Resource, ResourceId},
    cloudformation::Template,
    deployment::{Output, Parameter, Stack, StackResource, StackTree},
    error::CodedError,
    refactor::{
        KnownAttributes, MigrationRecord, NoLiveAttributes, Obstacles, PlanError, PlanInput, PlannedOperation,
        Presence, RefactorPlan, ResourceMappings, plan_forward, plan_rollback,
    },
};

pub(super) const REGION: &str = "eu-west-1";
const ACCOUNT: &str = "123456789012";

/// Gen 1 stack of the table `orders`.
pub(super) const ORDERS: &str = "amplify-shop-dev-1a2b3-storageorders-AAA";

/// Gen 1 stack of the table `carts`.
pub(super) const CARTS: &str = "amplify-shop-dev-1a2b3-storagecarts-AAA";

/// Gen 1 stack of the bucket.
pub(super) const FILES: &str = "amplify-shop-dev-1a2b3-storagefiles-AAA";

/// Gen 2 stack of the bucket and of one of the tables.
pub(super) const STORAGE2: &str = "amplify-d1shop-main-branch-0123456789-storage0EC3F24A-BBB";

/// Everything that is deployed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct World {
    pub(super) gen1: StackTree,
    pub(super) gen2: StackTree,
    pub(super) holdings: IndexMap<String, Stack>,
    pub(super) resources: Vec<Resource>,
    pub(super) region: &'static str,
    pub(super) obstacles: Obstacles,
    /// What the services tell of the resources themselves; `None`: they are not asked.
    pub(super) known: Option<KnownAttributes>,
    /// Templates in the buckets from which stacks were deployed.
    pub(super) pushed: IndexMap<String, Template>,
}

impl World {
    fn input<'a>(&'a self, mappings: &'a ResourceMappings) -> PlanInput<'a> {
        PlanInput {
            gen1: &self.gen1,
            gen2: &self.gen2,
            holdings: &self.holdings,
            resources: &self.resources,
            account_id: ACCOUNT,
            region: self.region,
            mappings,
            obstacles: &self.obstacles,
            attributes: match &self.known {
                Some(known) => known,
                None => &NoLiveAttributes,
            },
            pushed: &self.pushed,
        }
    }

    pub(super) fn forward(&self) -> Result<RefactorPlan, PlanError> {
        self.forward_with(&ResourceMappings::default())
    }

    pub(super) fn forward_with(&self, mappings: &ResourceMappings) -> Result<RefactorPlan, PlanError> {
        plan_forward(&self.input(mappings), None)
    }

    /// With what earlier runs journaled.
    pub(super) fn forward_again(&self, record: &MigrationRecord) -> Result<RefactorPlan, PlanError> {
        plan_forward(&self.input(&ResourceMappings::default()), Some(record))
    }

    /// Plans as the step does: around whatever cannot take part.
    pub(super) fn forward_around(&self) -> Result<RefactorPlan, PlanError> {
        let mut world = self.clone();
        loop {
            match world.forward() {
                Err(error) if world.obstacles.learn(&error) => {}
                planned => return planned,
            }
        }
    }

    pub(super) fn rollback(&self, record: Option<&MigrationRecord>) -> Result<RefactorPlan, PlanError> {
        plan_rollback(&self.input(&ResourceMappings::default()), record)
    }

    /// The world after an operation was carried out.
    pub(super) fn apply(&mut self, operation: &PlannedOperation) {
        for expectation in &operation.afterwards {
            let name = &expectation.stack.name;
            match &expectation.presence {
                Presence::Absent => {
                    self.holdings.shift_remove(name);
                }
                Presence::Shell => {}
                Presence::Present { template, resources } => {
                    let stack = self.stack_mut(name);
                    stack.template_body = template.to_compact();
                    stack.status = "UPDATE_COMPLETE".into();
                    stack.resources = resources
                        .iter()
                        .map(|(logical_id, resource)| {
                            let owned = StackResource {
                                resource_type: resource.resource_type.clone(),
                                physical_id: Some(resource.physical_id.clone().unwrap_or("https://handle".into())),
                                status: "UPDATE_COMPLETE".into(),
                            };
                            (logical_id.clone(), owned)
                        })
                        .collect();
                }
            }
        }
    }

    pub(super) fn stack_mut(&mut self, name: &str) -> &mut Stack {
        fn find<'t>(tree: &'t mut StackTree, name: &str) -> Option<&'t mut Stack> {
            if tree.stack.name == name {
                return Some(&mut tree.stack);
            }
            tree.nested.values_mut().find_map(|tree| find(tree, name))
        }
        if let Some(stack) = find(&mut self.gen1, name).or_else(|| find(&mut self.gen2, name)) {
            return stack;
        }
        self.holdings.entry(name.into()).or_insert_with(|| empty_stack(name))
    }

    pub(super) fn gen1_stack(&mut self, logical_id: &str) -> &mut Stack {
        &mut self.gen1.nested.get_mut(logical_id).unwrap().stack
    }

    pub(super) fn gen2_stack(&mut self, logical_id: &str) -> &mut Stack {
        &mut self.gen2.nested.get_mut(logical_id).unwrap().stack
    }

    /// Who owns what: physical id to stack and logical id, placeholders left out.
    pub(super) fn owners(&self) -> Vec<(String, String, String)> {
        let trees = self.gen1.walk().into_iter().chain(self.gen2.walk());
        let mut owners: Vec<_> = trees
            .chain(self.holdings.values())
            .flat_map(|stack| {
                stack
                    .resources
                    .iter()
                    .filter(|(_, resource)| !resource.resource_type.ends_with("WaitConditionHandle"))
                    .map(|(logical_id, resource)| {
                        (
                            resource.physical_id.clone().unwrap(),
                            stack.name.clone(),
                            logical_id.clone(),
                        )
                    })
            })
            .collect();
        owners.sort();
        owners
    }

    /// Templates of all stacks of both trees.
    pub(super) fn templates(&self) -> IndexMap<String, Template> {
        let trees = self.gen1.walk().into_iter().chain(self.gen2.walk());
        trees
            .chain(self.holdings.values())
            .map(|stack| {
                (
                    stack.name.clone(),
                    Template::parse(&stack.template_body, &stack.name).unwrap(),
                )
            })
            .collect()
    }
}

fn empty_stack(name: &str) -> Stack {
    Stack {
        name: name.into(),
        id: name.into(),
        status: "CREATE_COMPLETE".into(),
        status_reason: None,
        description: None,
        parent_id: None,
        template_body: String::new(),
        parameters: Vec::new(),
        outputs: Vec::new(),
        tags: IndexMap::new(),
        resources: IndexMap::new(),
        last_updated: None,
        role_arn: None,
    }
}

/// A stack with its parameters, and with outputs for those that say what they are worth.
pub(super) fn stack(name: &str, template: Value, parameters: &[(&str, &str)], outputs: &[(&str, &str)]) -> Stack {
    let parsed = Template::from_value(template.clone(), name).unwrap();
    let resources = parsed
        .resources()
        .map(|resource| {
            let owned = StackResource {
                resource_type: resource.resource_type().into(),
                physical_id: Some(format!("{name}.{}", resource.logical_id)),
                status: "CREATE_COMPLETE".into(),
            };
            (resource.logical_id.to_owned(), owned)
        })
        .collect();
    Stack {
        template_body: template.to_string(),
        parameters: parameters
            .iter()
            .map(|(key, value)| Parameter {
                parameter_key: (*key).into(),
                parameter_value: Some((*value).into()),
                resolved_value: None,
            })
            .collect(),
        outputs: outputs
            .iter()
            .map(|(key, value)| Output {
                output_key: (*key).into(),
                output_value: (*value).into(),
                export_name: None,
                description: None,
            })
            .collect(),
        resources,
        ..empty_stack(name)
    }
}

fn root(name: &str, nested: Vec<(&str, Stack)>) -> StackTree {
    let resources: Map<String, Value> = nested
        .iter()
        .map(|(logical_id, _)| {
            (
                (*logical_id).to_owned(),
                json!({"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "u"}}),
            )
        })
        .collect();
    let mut stack = stack(name, json!({ "Resources": resources }), &[], &[]);
    let mut trees = IndexMap::new();
    for (logical_id, nested) in nested {
        stack.resources[logical_id].physical_id = Some(nested.id.clone());
        trees.insert(
            logical_id.to_owned(),
            StackTree {
                stack: nested,
                nested: IndexMap::new(),
            },
        );
    }
    StackTree { stack, nested: trees }
}

fn table(name: Value, sort_key: &str) -> Value {
    json!({"Type": "AWS::DynamoDB::Table", "Properties": {
        "TableName": name,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": sort_key, "KeyType": "RANGE"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": sort_key, "AttributeType": "S"}]
    }})
}

fn with_path(mut resource: Value, path: &str) -> Value {
    resource["Metadata"] = json!({ "aws:cdk:path": format!("amplify-d1shop-main-branch-0123456789/{path}") });
    resource
}

fn gen1_table(resource: &str) -> Stack {
    let name = json!({"Fn::If": ["NoEnv", {"Ref": "tableName"}, {"Fn::Sub": "${tableName}-${env}"}]});
    let physical = format!("{resource}-dev");
    let mut made = stack(
        &format!("amplify-shop-dev-1a2b3-storage{resource}-AAA"),
        json!({
            "Parameters": {"env": {"Type": "String"}, "tableName": {"Type": "String"}},
            "Conditions": {"NoEnv": {"Fn::Equals": [{"Ref": "env"}, "NONE"]}},
            "Resources": {"DynamoDBTable": table(name, "at")},
            "Outputs": {
                "Name": {"Value": {"Ref": "DynamoDBTable"}},
                "Arn": {"Value": {"Fn::GetAtt": ["DynamoDBTable", "Arn"]}},
                "StreamArn": {"Condition": "NoEnv", "Value": {"Fn::GetAtt": "DynamoDBTable.StreamArn"}}
            }
        }),
        &[("env", "dev"), ("tableName", resource)],
        &[
            ("Name", &physical),
            (
                "Arn",
                &format!("arn:aws:dynamodb:eu-west-1:123456789012:table/{physical}"),
            ),
        ],
    );
    made.resources["DynamoDBTable"].physical_id = Some(physical);
    made
}

fn gen1_auth() -> Stack {
    stack(
        "amplify-shop-dev-1a2b3-authshop-AAA",
        json!({
            "Parameters": {
                "env": {"Type": "String"}, "userPoolName": {"Type": "String"}, "attributes": {"Type": "CommaDelimitedList"},
                "hostedUIProviderCreds": {"Type": "String", "NoEcho": true}, "authRoleArn": {"Type": "String"}
            },
            "Conditions": {"HasUI": {"Fn::Not": [{"Fn::Equals": [{"Ref": "hostedUIProviderCreds"}, "[]"]}]}},
            "Resources": {
                "SNSRole": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": {"Fn::Join": ["", ["sns", {"Fn::Select": [3, {"Fn::Split": ["-", {"Ref": "AWS::StackName"}]}]}]]}}},
                "UserPool": {"Type": "AWS::Cognito::UserPool", "DependsOn": "SNSRole", "Properties": {
                    "UserPoolName": {"Fn::Sub": "${userPoolName}-${env}"}, "UsernameAttributes": {"Ref": "attributes"},
                    "SmsConfiguration": {"SnsCallerArn": {"Fn::GetAtt": ["SNSRole", "Arn"]}}
                }},
                "UserPoolClientWeb": {"Type": "AWS::Cognito::UserPoolClient", "DependsOn": ["UserPool"], "Properties": {"ClientName": "web", "UserPoolId": {"Ref": "UserPool"}}},
                "UserPoolClient": {"Type": "AWS::Cognito::UserPoolClient", "DependsOn": ["UserPool"], "Properties": {"ClientName": "native", "UserPoolId": {"Ref": "UserPool"}}},
                "IdentityPool": {"Type": "AWS::Cognito::IdentityPool", "Properties": {"IdentityPoolName": {"Fn::Sub": "shop_${env}"}, "CognitoIdentityProviders": [
                    {"ClientId": {"Ref": "UserPoolClient"}, "ProviderName": {"Fn::Sub": ["cognito-idp.${region}.amazonaws.com/${pool}", {"region": {"Ref": "AWS::Region"}, "pool": {"Ref": "UserPool"}}]}},
                    {"ClientId": {"Ref": "UserPoolClientWeb"}, "ProviderName": {"Fn::GetAtt": "UserPool.ProviderName"}}
                ]}},
                "IdentityPoolRoleMap": {"Type": "AWS::Cognito::IdentityPoolRoleAttachment", "DependsOn": "IdentityPool", "Properties": {"IdentityPoolId": {"Ref": "IdentityPool"}, "Roles": {"authenticated": {"Ref": "authRoleArn"}}}},
                "HostedUI": {"Type": "Custom::LambdaCallout", "Condition": "HasUI", "DependsOn": ["UserPool", "SNSRole"], "Properties": {"creds": {"Ref": "hostedUIProviderCreds"}, "pool": {"Fn::Sub": "${UserPool}"}}}
            },
            "Outputs": {
                "UserPoolId": {"Value": {"Ref": "UserPool"}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-pool"}}},
                "Role": {"Value": {"Fn::GetAtt": ["SNSRole", "Arn"]}}
            }
        }),
        &[
            ("env", "dev"),
            ("userPoolName", "shop"),
            ("attributes", "email, phone_number"),
            ("hostedUIProviderCreds", "****"),
            ("authRoleArn", "arn:aws:iam::123456789012:role/auth"),
        ],
        &[
            ("UserPoolId", "amplify-shop-dev-1a2b3-authshop-AAA.UserPool"),
            (
                "Role",
                "arn:aws:iam::123456789012:role/amplify-shop-dev-1a2b3-authshop-AAA.SNSRole",
            ),
        ],
    )
}

fn gen1_groups() -> Stack {
    stack(
        "amplify-shop-dev-1a2b3-authuserPoolGroups-AAA",
        json!({
            "Parameters": {"pool": {"Type": "String"}},
            "Resources": {
                "AdminGroup": {"Type": "AWS::Cognito::UserPoolGroup", "Properties": {"GroupName": "Admin", "UserPoolId": {"Ref": "pool"}, "RoleArn": {"Fn::GetAtt": ["AdminGroupRole", "Arn"]}}},
                "AdminSuperGroup": {"Type": "AWS::Cognito::UserPoolGroup", "Properties": {"GroupName": {"Fn::Join": ["", ["Admin", "Super"]]}, "UserPoolId": {"Ref": "pool"}, "RoleArn": {"Fn::GetAtt": ["AdminGroupRole", "Arn"]}}},
                "AdminGroupRole": {"Type": "AWS::IAM::Role", "Properties": {}}
            },
            "Outputs": {"AdminGroupRole": {"Value": {"Fn::GetAtt": ["AdminGroupRole", "Arn"]}}}
        }),
        &[("pool", "amplify-shop-dev-1a2b3-authshop-AAA.UserPool")],
        &[(
            "AdminGroupRole",
            "arn:aws:iam::123456789012:role/amplify-shop-dev-1a2b3-authuserPoolGroups-AAA.AdminGroupRole",
        )],
    )
}

fn gen1_bucket() -> Stack {
    let mut made = stack(
        "amplify-shop-dev-1a2b3-storagefiles-AAA",
        json!({
            "Parameters": {"env": {"Type": "String"}, "bucketName": {"Type": "String"}, "public": {"Type": "String"}},
            "Conditions": {"Public": {"Fn::Not": [{"Fn::Equals": [{"Ref": "public"}, "DISALLOW"]}]}, "Hidden": {"Fn::Not": [{"Condition": "Public"}]}},
            "Resources": {
                "S3Bucket": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": {"Fn::Join": ["", [{"Ref": "bucketName"}, {"Fn::Select": [3, {"Fn::Split": ["-", {"Ref": "AWS::StackName"}]}]}, "-", {"Ref": "env"}]]}}},
                "Policy": {"Type": "AWS::IAM::Policy", "DependsOn": ["S3Bucket"], "Condition": "Public", "Properties": {"PolicyDocument": {"Resource": [{"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "S3Bucket"}, "/public/*"]]}, {"Fn::Sub": "${S3Bucket.Arn}/x"}]}}},
                "Secret": {"Type": "AWS::IAM::Policy", "DependsOn": "S3Bucket", "Condition": "Hidden", "Properties": {"PolicyDocument": {"Resource": {"Ref": "S3Bucket"}}}}
            },
            "Outputs": {"BucketName": {"Value": {"Ref": "S3Bucket"}}, "Region": {"Value": {"Ref": "AWS::Region"}}}
        }),
        &[("env", "dev"), ("bucketName", "shopfiles"), ("public", "a,b")],
        &[("BucketName", "shopfiles1a2b3-dev"), ("Region", REGION)],
    );
    made.resources["S3Bucket"].physical_id = Some("shopfiles1a2b3-dev".into());
    made.resources.shift_remove("Secret");
    made
}

fn gen1_stream() -> Stack {
    let mut made = stack(
        "amplify-shop-dev-1a2b3-analyticsclicks-AAA",
        json!({
            "Parameters": {"env": {"Type": "String"}},
            "Resources": {"KinesisStream": {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": {"Fn::Sub": "clicks-${env}"}, "ShardCount": 1}}},
            "Outputs": {"kinesisStreamArn": {"Value": {"Fn::GetAtt": ["KinesisStream", "Arn"]}}}
        }),
        &[("env", "dev")],
        &[(
            "kinesisStreamArn",
            "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks-dev",
        )],
    );
    made.resources["KinesisStream"].physical_id = Some("clicks-dev".into());
    made
}

fn gen2_auth() -> Stack {
    let pool = json!({"Ref": "amplifyAuthUserPool4BA7F805"});
    let client = |name: &str| json!({"Type": "AWS::Cognito::UserPoolClient", "Properties": {"ClientName": name, "UserPoolId": pool}});
    let group = |name: &str| json!({"Type": "AWS::Cognito::UserPoolGroup", "Properties": {"GroupName": name, "UserPoolId": pool, "RoleArn": {"Fn::GetAtt": ["Role0EC3F24A", "Arn"]}}});
    stack(
        "amplify-d1shop-main-branch-0123456789-auth179371D7-BBB",
        json!({
            "Resources": {
                // The other way round than in Gen 1.
                "amplifyAuthAdminSuperGroup11111111": group("AdminSuper"),
                "amplifyAuthAdminGroupCC42FF04": group("Admin"),
                "amplifyAuthUserPoolNativeAppClient79534448": with_path(client("n2"), "auth/amplifyAuth/UserPool/NativeAppClient/Resource"),
                "amplifyAuthUserPoolAppClient2626C6F8": with_path(client("w2"), "auth/amplifyAuth/UserPoolAppClient/Resource"),
                "amplifyAuthUserPool4BA7F805": with_path(json!({"Type": "AWS::Cognito::UserPool", "DeletionPolicy": "Delete", "Properties": {"UserPoolName": "g2", "LambdaConfig": {"PreSignUp": {"Ref": "trigger"}}}}), "auth/amplifyAuth/UserPool/Resource"),
                "amplifyAuthIdentityPool3FDE84CC": with_path(json!({"Type": "AWS::Cognito::IdentityPool", "Properties": {"CognitoIdentityProviders": [{"ProviderName": {"Fn::GetAtt": ["amplifyAuthUserPool4BA7F805", "ProviderName"]}, "ClientId": {"Ref": "amplifyAuthUserPoolAppClient2626C6F8"}}]}}), "auth/amplifyAuth/IdentityPool"),
                "amplifyAuthIdentityPoolRoleAttachment045F17C8": with_path(json!({"Type": "AWS::Cognito::IdentityPoolRoleAttachment", "DependsOn": ["amplifyAuthIdentityPool3FDE84CC", "amplifyAuthUserPoolAppClient2626C6F8"], "Properties": {"IdentityPoolId": {"Ref": "amplifyAuthIdentityPool3FDE84CC"}, "Roles": {"authenticated": {"Fn::GetAtt": ["Role0EC3F24A", "Arn"]}}}}), "auth/amplifyAuth/IdentityPoolRoleAttachment"),
                "Role0EC3F24A": {"Type": "AWS::IAM::Role", "Properties": {"Policy": {"Condition": {"StringEquals": {"aud": {"Ref": "amplifyAuthIdentityPool3FDE84CC"}}}}}}
            },
            "Parameters": {"trigger": {"Type": "String"}},
            "Outputs": {"pool": {"Value": pool}, "role": {"Value": {"Ref": "Role0EC3F24A"}}}
        }),
        &[("trigger", "arn:aws:lambda:eu-west-1:123456789012:function:presignup")],
        &[
            (
                "pool",
                "amplify-d1shop-main-branch-0123456789-auth179371D7-BBB.amplifyAuthUserPool4BA7F805",
            ),
            (
                "role",
                "amplify-d1shop-main-branch-0123456789-auth179371D7-BBB.Role0EC3F24A",
            ),
        ],
    )
}

/// Bucket and one table in the category's own stack; nothing else, so that parking would empty it.
fn gen2_storage() -> Stack {
    let files = json!({"Type": "AWS::S3::Bucket", "DeletionPolicy": "Delete", "Properties": {"Tags": [{"Key": "amplify:friendly-name", "Value": "files"}, {"Key": "amplify:branch-name", "Value": "main"}]}});
    let metadata =
        json!({"Type": "AWS::CDK::Metadata", "Condition": "CDKMetadataAvailable", "Properties": {"Analytics": "x"}});
    let mut made = stack(
        "amplify-d1shop-main-branch-0123456789-storage0EC3F24A-BBB",
        json!({
            "Conditions": {"CDKMetadataAvailable": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}},
            "Resources": {
                "filesBucket71D6AA65": with_path(files, "storage/files/Bucket/Resource"),
                "carts1E902D9C": with_path(table(json!("carts-main"), "at"), "storage/carts/Resource"),
                "CDKMetadata": metadata
            },
            "Outputs": {"bucket": {"Value": {"Ref": "filesBucket71D6AA65"}}}
        }),
        &[],
        &[(
            "bucket",
            "amplify-d1shop-main-branch-0123456789-storage0EC3F24A-BBB.filesBucket71D6AA65",
        )],
    );
    made.resources.shift_remove("CDKMetadata");
    made
}

fn gen2_table_stack() -> Stack {
    stack(
        "amplify-d1shop-main-branch-0123456789-storageordersA346F297-BBB",
        json!({"Resources": {"orders7D0A1B2C": with_path(table(json!({"Fn::Sub": "${AWS::StackName}-orders"}), "at"), "storageorders/orders/Resource")}}),
        &[],
        &[],
    )
}

fn gen2_stream() -> Stack {
    stack(
        "amplify-d1shop-main-branch-0123456789-analytics5794DE4A-BBB",
        json!({"Resources": {
            "clicksD5E97047": with_path(json!({"Type": "AWS::Kinesis::Stream", "Properties": {"Name": "clicks-main", "ShardCount": 1}}), "analytics/clicks/KinesisStream"),
            "Other": {"Type": "AWS::IAM::Policy", "Properties": {"R": {"Fn::GetAtt": ["clicksD5E97047", "Arn"]}}}
        }}),
        &[],
        &[],
    )
}

fn resource(category: &str, name: &str, service: &str) -> Resource {
    Resource {
        id: ResourceId::new(Category(category.into()), name),
        service: Some(service.into()),
        imported: false,
        depends_on: Vec::new(),
    }
}

/// The app before the migration.
pub(super) fn shop() -> World {
    World {
        gen1: root(
            "amplify-shop-dev-1a2b3",
            vec![
                ("authshop", gen1_auth()),
                ("authuserPoolGroups", gen1_groups()),
                ("storageorders", gen1_table("orders")),
                ("storagecarts", gen1_table("carts")),
                ("storagefiles", gen1_bucket()),
                ("analyticsclicks", gen1_stream()),
            ],
        ),
        gen2: root(
            "amplify-d1shop-main-branch-0123456789",
            vec![
                ("auth179371D7", gen2_auth()),
                ("storage0EC3F24A", gen2_storage()),
                ("storageordersA346F297", gen2_table_stack()),
                ("analytics5794DE4A", gen2_stream()),
            ],
        ),
        holdings: IndexMap::new(),
        resources: vec![
            resource("auth", "shop", "Cognito"),
            resource("auth", "userPoolGroups", "Cognito-UserPool-Groups"),
            resource("storage", "orders", "DynamoDB"),
            resource("storage", "carts", "DynamoDB"),
            resource("storage", "files", "S3"),
            resource("analytics", "clicks", "Kinesis"),
            resource("function", "worker", "Lambda"),
            resource("geo", "map", "Map"),
        ],
        region: REGION,
        obstacles: Obstacles::default(),
        known: None,
        pushed: IndexMap::new(),
    }
}

pub(super) fn proven(plan: RefactorPlan) -> RefactorPlan {
    assert_eq!(plan.violations, [], "the plan must be proven");
    plan
}

/// The world after all operations of the plan.
pub(super) fn done(world: &World, plan: &RefactorPlan) -> World {
    let mut world = world.clone();
    for operation in &plan.operations {
        world.apply(operation);
    }
    world
}

/// Code of the error that planning ends with.
pub(super) fn code(world: &World) -> &'static str {
    world.forward().unwrap_err().code()
}

/// Changes the template of a stack.
pub(super) fn edit(stack: &mut Stack, change: impl FnOnce(&mut Value)) {
    let mut template: Value = serde_json::from_str(&stack.template_body).unwrap();
    change(&mut template);
    stack.template_body = template.to_string();
}
