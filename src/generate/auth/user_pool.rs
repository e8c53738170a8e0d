use serde_json::{Map, Value, json};

use super::{
    definition::{Definition, is_sender},
    overrides::Body,
};
use crate::{
    backend::{
        finding::Severity,
        model::{Auth, AuthTrigger, Expression},
    },
    generate::{
        context::Context,
        findings::Findings,
        function::physical_name,
        typescript::{Code, Entry, Part, Statement},
    },
};

/// The trigger of token generation whose event has a version.
pub(super) const TOKEN_TRIGGER: &str = "PreTokenGenerationConfig";
/// Set after the refactor, by `triggers`, by Amplify itself, or below.
const NOT_SET: [&str; 4] = ["UserPoolName", "LambdaConfig", TAGS, "SmsConfiguration"];
const TAGS: &str = "UserPoolTags";

/// Everything in which the user pool would differ from Gen 1.
pub(super) fn user_pool(
    body: &mut Body<'_, '_>,
    context: &Context<'_>,
    auth: &Auth,
    definition: &Definition,
    findings: &mut Findings,
) {
    let target = Code::name("cfnUserPool");
    let Some(pool) = &auth.user_pool else {
        let nobody_signs_up = Code::object([("allowAdminCreateUserOnly", Code::Boolean(true))]);
        body.statements.push(Statement::Assign(
            target.clone().member("adminCreateUserConfig"),
            nobody_signs_up,
        ));
        body.retain(target);
        return;
    };
    body.override_properties(
        &target,
        &pool.properties,
        &definition.user_pool,
        &NOT_SET,
        findings,
        auth,
    );
    tags(body, &pool.properties, auth, findings);
    sms_configuration(body, auth, definition, findings);
    versioned_triggers(body, context, auth);
    senders(body, context, auth, findings);
    triggers_by_name(body, context, auth);
    body.retain(target);
}

/// Tags of the pool. Amplify adds its own to them, so that they are no property that could be set.
fn tags(body: &mut Body<'_, '_>, properties: &Map<String, Value>, auth: &Auth, findings: &mut Findings) {
    let Some(tags) = properties.get(TAGS) else { return };
    let Some(Code::Object(entries)) = body.property(TAGS, tags, findings, auth) else {
        return;
    };
    for entry in entries {
        if let Entry::Property(key, value) = entry {
            let of_pool = Code::import("aws-cdk-lib", "Tags").method("of", vec![Code::name("cfnUserPool")]);
            let add = of_pool.method("add", vec![Code::text(key), value]);
            body.statements.push(Statement::Expression(add));
        }
    }
}

/// Triggers whose event has a version, which `defineAuth` knows nothing of.
fn versioned_triggers(body: &mut Body<'_, '_>, context: &Context<'_>, auth: &Auth) {
    let cognito = |name: &str| Code::import("aws-cdk-lib/aws-cognito", name);
    for trigger in auth.triggers.iter().filter(|trigger| trigger.event == TOKEN_TRIGGER) {
        let name = &trigger.function;
        if !context.is_generated(name) || context.groups.is_called_by_name(name) {
            continue;
        }
        let version = trigger.version.as_deref().unwrap_or("V1_0");
        let user_pool = Code::name("userPool").cast(cognito("UserPool"));
        body.statements.push(Statement::Expression(user_pool.method(
            "addTrigger",
            vec![
                cognito("UserPoolOperation").member("PRE_TOKEN_GENERATION_CONFIG"),
                body.referrer.lambda(name),
                cognito("LambdaVersion").member(version),
            ],
        )));
    }
}

/// Triggers that need the pool themselves: the pool gets their ARN spelled out, and waits for nothing.
fn triggers_by_name(body: &mut Body<'_, '_>, context: &Context<'_>, auth: &Auth) {
    for trigger in &auth.triggers {
        let function = context.functions().find(|function| function.name == trigger.function);
        let Some(function) = function.filter(|function| context.groups.is_called_by_name(&function.name)) else {
            continue;
        };
        let aws = |constant: &str| Part::Code(Code::import("aws-cdk-lib", "Aws").member(constant));
        let arn = Code::joined([
            Part::Text("arn:".to_owned()),
            aws("PARTITION"),
            Part::Text(":lambda:".to_owned()),
            aws("REGION"),
            Part::Text(":".to_owned()),
            aws("ACCOUNT_ID"),
            Part::Text(":function:".to_owned()),
            Part::Code(physical_name(context, body.referrer, function)),
        ]);
        let path = Code::text(format!("LambdaConfig.{}", trigger.event));
        let value = match &trigger.version {
            Some(version) => Code::object([("LambdaArn", arn), ("LambdaVersion", Code::text(version))]),
            None => arn,
        };
        body.statements.push(Statement::Expression(
            Code::name("cfnUserPool").method("addPropertyOverride", vec![path, value]),
        ));
    }
}

/// Functions that send messages instead of Cognito. `senders` of `defineAuth` would let them encrypt with the key, too.
fn senders(body: &mut Body<'_, '_>, context: &Context<'_>, auth: &Auth, findings: &mut Findings) {
    let is_ours = |trigger: &&AuthTrigger| is_sender(&trigger.event) && context.is_generated(&trigger.function);
    let senders: Vec<&AuthTrigger> = auth.triggers.iter().filter(is_ours).collect();
    if senders.is_empty() {
        return;
    }
    let iam = |name: &str| Code::import("aws-cdk-lib/aws-iam", name);
    let set = |path: &str, value: Code| {
        Statement::Expression(Code::name("cfnUserPool").method("addPropertyOverride", vec![Code::text(path), value]))
    };
    let key = match auth.sender_key.as_ref().and_then(Value::as_str) {
        Some(arn) => Code::text(arn),
        None => {
            findings.add(
                "auth-sender-key",
                Severity::Warning,
                "codes for the functions that send messages are encrypted with a key of the Gen 1 stack; Gen 2 makes a key of its own".to_owned(),
                &auth.location,
                "Let the functions take the key from the ciphertext (the AWS Encryption SDK does), or set its ARN in their environment.",
            );
            body.statements.push(Statement::Const(
                "senderKey".to_owned(),
                Code::import("aws-cdk-lib/aws-kms", "Key").construct(vec![
                    Code::name("backend").path(&["auth", "stack"]),
                    Code::text("SenderKey"),
                ]),
            ));
            for trigger in &senders {
                let role = body.referrer.lambda(&trigger.function).member("role").non_null();
                let statement = iam("PolicyStatement").construct(vec![Code::object([
                    ("principals", Code::Array(vec![role.member("grantPrincipal")])),
                    ("actions", Code::texts(["kms:Decrypt"])),
                    ("resources", Code::texts(["*"])),
                ])]);
                body.statements.push(Statement::Expression(
                    Code::name("senderKey").method("addToResourcePolicy", vec![statement]),
                ));
            }
            Code::name("senderKey").member("keyArn")
        }
    };
    body.statements.push(set("LambdaConfig.KMSKeyID", key));
    for trigger in senders {
        if context.groups.is_called_by_name(&trigger.function) {
            continue;
        }
        let lambda = body.referrer.lambda(&trigger.function);
        let version = trigger.version.as_deref().unwrap_or("V1_0");
        let value = Code::object([
            ("LambdaArn", lambda.clone().member("functionArn")),
            ("LambdaVersion", Code::text(version)),
        ]);
        body.statements
            .push(set(&format!("LambdaConfig.{}", trigger.event), value));
        let permission = Code::object([
            (
                "principal",
                iam("ServicePrincipal").construct(vec![Code::text("cognito-idp.amazonaws.com")]),
            ),
            ("sourceArn", Code::name("userPool").member("userPoolArn")),
            ("scope", Code::name("userPool")),
        ]);
        body.statements.push(Statement::Expression(
            lambda.method("addPermission", vec![Code::text(&trigger.event), permission]),
        ));
    }
}

/// Cognito sends SMS with a role whose external id is part of the pool's settings.
fn sms_configuration(body: &mut Body<'_, '_>, auth: &Auth, definition: &Definition, findings: &mut Findings) {
    let configuration = auth
        .user_pool
        .as_ref()
        .and_then(|pool| pool.properties.get("SmsConfiguration"));
    let target = Code::name("cfnUserPool").member("smsConfiguration");
    let Some(configuration) = configuration else {
        if definition.has_sms_role {
            body.statements.push(Statement::Assign(target, Code::Undefined));
        }
        return;
    };
    if configuration.get("SnsCallerArn").is_some_and(Value::is_string) {
        // A role of somebody else, which an override named.
        if let Some(value) = body.property("SmsConfiguration", configuration, findings, auth) {
            body.statements.push(Statement::Assign(target, value));
        }
        remove_built_in_role(body, definition);
        return;
    }
    let external_id = configuration
        .get("ExternalId")
        .filter(|id| Expression::from_property(id).is_some())
        .and_then(|id| body.property("ExternalId", id, findings, auth));
    let iam = |name: &str| Code::import("aws-cdk-lib/aws-iam", name);
    let mut conditions = Vec::new();
    if let Some(id) = &external_id {
        conditions.push(("StringEquals", Code::object([("sts:ExternalId", id.clone())])));
    }
    let principal = iam("ServicePrincipal").construct(vec![
        Code::text("cognito-idp.amazonaws.com"),
        Code::object([("conditions", Code::object(conditions))]),
    ]);
    let publish = iam("PolicyStatement").construct(vec![Code::object([
        ("actions", Code::texts(["sns:Publish"])),
        ("resources", Code::texts(["*"])),
    ])]);
    body.statements.push(Statement::Const(
        "smsRole".to_owned(),
        iam("Role").construct(vec![
            Code::name("backend").path(&["auth", "stack"]),
            Code::text("SmsRole"),
            Code::object([
                ("assumedBy", principal),
                (
                    "inlinePolicies",
                    Code::object([(
                        "publish",
                        iam("PolicyDocument")
                            .construct(vec![Code::object([("statements", Code::Array(vec![publish]))])]),
                    )]),
                ),
            ]),
        ]),
    ));
    let mut settings = Vec::new();
    if let Some(id) = external_id {
        settings.push(("externalId", id));
    }
    settings.push(("snsCallerArn", Code::name("smsRole").member("roleArn")));
    if let Some(region) = configuration.get("SnsRegion")
        && let Some(code) = body.property("SnsRegion", region, findings, auth)
    {
        settings.push(("snsRegion", code));
    }
    body.statements.push(Statement::Assign(target, Code::object(settings)));
    remove_built_in_role(body, definition);
}

/// The one that the pool's construct made is in nobody's use.
fn remove_built_in_role(body: &mut Body<'_, '_>, definition: &Definition) {
    if definition.has_sms_role {
        body.statements.push(Statement::Expression(
            Code::name("userPool")
                .member("node")
                .method("tryRemoveChild", vec![Code::text("smsRole")]),
        ));
    }
}

/// Everything in which the identity pool would differ from Gen 1.
pub(super) fn identity_pool(body: &mut Body<'_, '_>, auth: &Auth, findings: &mut Findings) {
    let target = Code::name("cfnIdentityPool");
    let Some(pool) = &auth.identity_pool else {
        body.statements.push(Statement::Assign(
            target.clone().member("allowUnauthenticatedIdentities"),
            Code::Boolean(false),
        ));
        body.retain(target);
        body.retain(Code::name("cfnIdentityPoolRoleAttachment"));
        return;
    };
    let web_client_only = json!([{ "ClientId": "web" }]);
    let built_in = [
        ("AllowUnauthenticatedIdentities".to_owned(), Value::Bool(true)),
        ("CognitoIdentityProviders".to_owned(), web_client_only),
        ("SupportedLoginProviders".to_owned(), json!({})),
    ]
    .into_iter()
    .collect();
    body.override_properties(
        &target,
        &pool.properties,
        &built_in,
        &["IdentityPoolName", "IdentityPoolTags"],
        findings,
        auth,
    );
    let mappings = Code::name("cfnIdentityPoolRoleAttachment").member("roleMappings");
    match &pool.role_mappings {
        Some(value) => {
            if let Some(code) = body.property("RoleMappings", value, findings, auth) {
                body.statements.push(Statement::Assign(mappings, code));
            }
        }
        None => body.statements.push(Statement::Assign(mappings, Code::Undefined)),
    }
    body.retain(target);
    body.retain(Code::name("cfnIdentityPoolRoleAttachment"));
}
