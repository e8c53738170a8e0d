//! The properties of `defineAuth`, and what Gen 2 makes of them.

use serde_json::{Map, Value, json};

use super::{
    attributes::{same_schema, user_attributes},
    providers::{ExternalProviders, external_providers},
    user_pool::TOKEN_TRIGGER,
};
use crate::{
    backend::{
        finding::Severity,
        model::{Auth, AuthTrigger},
    },
    generate::{
        context::Context,
        findings::Findings,
        typescript::{Code, Part},
    },
};

/// Where a message holds the code.
const CODE_PLACEHOLDER: &str = "{####}";
const DEFAULT_MESSAGE: &str = "The verification code to your new account is {####}";
const DEFAULT_SUBJECT: &str = "Verify your new account";

/// Events that `triggers` of `defineAuth` knows.
const TRIGGERS: &[&str] = &[
    "createAuthChallenge",
    "customMessage",
    "defineAuthChallenge",
    "postAuthentication",
    "postConfirmation",
    "preAuthentication",
    "preSignUp",
    "preTokenGeneration",
    "userMigration",
    "verifyAuthChallengeResponse",
];

/// `accountRecovery` by the recovery mechanisms that it results in, in order of priority.
const ACCOUNT_RECOVERY: &[(&str, &[&str])] = &[
    (
        "EMAIL_AND_PHONE_WITHOUT_MFA",
        &["verified_email", "verified_phone_number"],
    ),
    (
        "PHONE_WITHOUT_MFA_AND_EMAIL",
        &["verified_phone_number", "verified_email"],
    ),
    ("EMAIL_ONLY", &["verified_email"]),
    ("PHONE_ONLY_WITHOUT_MFA", &["verified_phone_number"]),
    ("NONE", &["admin_only"]),
];
/// Results in no setting at all, which is Cognito's rule of old and Gen 1's default.
const UNSET_ACCOUNT_RECOVERY: &str = "PHONE_AND_EMAIL";

/// What is defined, and what comes of it before any override.
#[derive(Debug)]
pub(super) struct Definition {
    /// The properties of `defineAuth`.
    pub code: Code,
    /// Properties of `AWS::Cognito::UserPool` that result.
    pub user_pool: Map<String, Value>,
    /// Gen 2 makes a role for sending SMS.
    pub has_sms_role: bool,
    /// Sign-in with other providers and the hosted UI.
    pub providers: Option<ExternalProviders>,
}

struct Messages {
    email_subject: Option<String>,
    email_message: Option<String>,
    sms_verification: Option<String>,
    sms_authentication: Option<String>,
}

pub(super) fn definition(context: &Context<'_>, auth: &Auth, findings: &mut Findings) -> Definition {
    let gen1 = auth
        .user_pool
        .as_ref()
        .map(|pool| pool.properties.clone())
        .unwrap_or_default();
    let names = |property: &str| texts(gen1.get(property));
    let uses = |attribute: &str| {
        ["UsernameAttributes", "AliasAttributes", "AutoVerifiedAttributes"]
            .iter()
            .any(|property| names(property).iter().any(|name| name == attribute))
    };
    let phone = uses("phone_number");
    // One of the two is a must in Gen 2; what comes of it is put right by an override.
    let email = uses("email") || !phone;
    let messages = Messages {
        email_subject: text(&gen1, "EmailVerificationSubject"),
        email_message: text(&gen1, "EmailVerificationMessage").filter(|message| message.contains(CODE_PLACEHOLDER)),
        sms_verification: text(&gen1, "SmsVerificationMessage").filter(|message| message.contains(CODE_PLACEHOLDER)),
        sms_authentication: text(&gen1, "SmsAuthenticationMessage")
            .filter(|message| message.contains(CODE_PLACEHOLDER)),
    };
    let mut result = Map::new();
    let mut properties = Vec::new();

    // Gen 2 takes the address from every provider where it is what users sign in with, and nothing else is.
    let providers = external_providers(context, auth, email && !phone, findings);
    properties.push(("loginWith", login_with(email, phone, &messages, providers.as_ref())));
    login_results(&mut result, email, phone, &messages);

    let schema: Vec<Value> = gen1
        .get("Schema")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let attributes = user_attributes(&schema, email, phone);
    let said = same_schema(&schema, &attributes.schema);
    // Gen 1's own schema where the definition results in the same, so that nothing is left to override. Where it cannot, the
    // override says everything, and once is enough.
    result.insert(
        "Schema".to_owned(),
        Value::Array(if said { schema } else { attributes.schema }),
    );
    if let Some(code) = attributes.code.filter(|_| said) {
        properties.push(("userAttributes", code));
    }
    if !auth.groups.is_empty() {
        properties.push(("groups", Code::texts(auth.groups.iter().map(|group| &group.name))));
    }
    let triggers = triggers(context, auth, findings);
    if !triggers.is_empty() {
        properties.push(("triggers", Code::object(triggers)));
    }
    let sms_mfa = multifactor(&gen1, phone, &messages, &mut properties, &mut result);
    if let Some(recovery) = account_recovery(&gen1, &mut result) {
        properties.push(("accountRecovery", Code::text(recovery)));
    }
    Definition {
        code: Code::object(properties),
        user_pool: result,
        has_sms_role: sms_mfa || phone,
        providers,
    }
}

fn login_with(email: bool, phone: bool, messages: &Messages, providers: Option<&ExternalProviders>) -> Code {
    let mut login = Vec::new();
    if email {
        let mut settings = Vec::new();
        if let Some(message) = &messages.email_message {
            settings.push(("verificationEmailStyle", Code::text("CODE")));
            if let Some(subject) = &messages.email_subject {
                settings.push(("verificationEmailSubject", Code::text(subject)));
            }
            settings.push(("verificationEmailBody", message_function(message)));
        }
        login.push(("email", settings_or_true(settings)));
    }
    if phone {
        let settings = messages
            .sms_verification
            .iter()
            .map(|message| ("verificationMessage", message_function(message)))
            .collect();
        login.push(("phone", settings_or_true(settings)));
    }
    if let Some(providers) = providers {
        login.push(("externalProviders", providers.code.clone()));
    }
    Code::object(login)
}

fn settings_or_true(settings: Vec<(&str, Code)>) -> Code {
    if settings.is_empty() {
        Code::Boolean(true)
    } else {
        Code::object(settings)
    }
}

/// `(createCode) => \`Your code is ${createCode()}\``
fn message_function(message: &str) -> Code {
    let mut parts = Vec::new();
    for (index, text) in message.split(CODE_PLACEHOLDER).enumerate() {
        if index > 0 {
            parts.push(Part::Code(Code::name("createCode").call(Vec::new())));
        }
        parts.push(Part::Text(text.to_owned()));
    }
    Code::Arrow(vec!["createCode".to_owned()], Box::new(Code::joined(parts)))
}

fn login_results(result: &mut Map<String, Value>, email: bool, phone: bool, messages: &Messages) {
    let logins: Vec<&str> = [(email, "email"), (phone, "phone_number")]
        .into_iter()
        .filter_map(|(used, name)| used.then_some(name))
        .collect();
    let styled = messages.email_message.is_some();
    let subject = messages
        .email_subject
        .as_deref()
        .filter(|_| styled && email)
        .unwrap_or(DEFAULT_SUBJECT);
    let message = messages
        .email_message
        .as_deref()
        .filter(|_| email)
        .unwrap_or(DEFAULT_MESSAGE);
    let sms = messages
        .sms_verification
        .as_deref()
        .filter(|_| phone)
        .unwrap_or(DEFAULT_MESSAGE);
    let values = [
        ("UsernameAttributes", json!(logins)),
        ("AutoVerifiedAttributes", json!(logins)),
        (
            "UserAttributeUpdateSettings",
            json!({ "AttributesRequireVerificationBeforeUpdate": logins }),
        ),
        ("UsernameConfiguration", json!({ "CaseSensitive": false })),
        ("AdminCreateUserConfig", json!({ "AllowAdminCreateUserOnly": false })),
        (
            "Policies",
            json!({ "PasswordPolicy": {
                "MinimumLength": 8, "RequireLowercase": true, "RequireNumbers": true, "RequireSymbols": true, "RequireUppercase": true,
            }}),
        ),
        ("EmailVerificationSubject", json!(subject)),
        ("EmailVerificationMessage", json!(message)),
        ("SmsVerificationMessage", json!(sms)),
        (
            "VerificationMessageTemplate",
            json!({
                "DefaultEmailOption": "CONFIRM_WITH_CODE", "EmailMessage": message, "EmailSubject": subject, "SmsMessage": sms,
            }),
        ),
    ];
    for (key, value) in values {
        result.insert(key.to_owned(), value);
    }
}

fn triggers(context: &Context<'_>, auth: &Auth, findings: &mut Findings) -> Vec<(String, Code)> {
    let mut triggers: Vec<(String, Code)> = Vec::new();
    for trigger in &auth.triggers {
        let AuthTrigger { event, function, .. } = trigger;
        let key = lower_camel(event);
        if context.groups.is_called_by_name(function) {
            continue;
        }
        match handler(context, function) {
            // The overrides set these.
            Some(_) if event == TOKEN_TRIGGER || is_sender(event) => {}
            Some(handler) if TRIGGERS.contains(&key.as_str()) && triggers.iter().all(|(taken, _)| *taken != key) => {
                triggers.push((key, handler));
            }
            _ => not_generated(auth, trigger, findings),
        }
    }
    triggers
}

/// The exported function that a trigger calls.
fn handler(context: &Context<'_>, function: &str) -> Option<Code> {
    let name = context.names.functions.get(function)?;
    context
        .is_generated(function)
        .then(|| Code::import(format!("../function/{}/resource", name.folder), &name.identifier))
}

fn not_generated(auth: &Auth, trigger: &AuthTrigger, findings: &mut Findings) {
    let AuthTrigger { event, function, .. } = trigger;
    findings.add(
        "auth-trigger-not-generated",
        Severity::Manual,
        format!("the user pool calls function {function} on {event}, which is not carried over"),
        &auth.location,
        "Set the trigger in amplify/auth/overrides.ts (lambdaConfig of cfnUserPool), with a permission for Cognito to invoke the function.",
    );
}

/// The function sends messages instead of Cognito, which encrypts the codes for it.
pub(super) fn is_sender(event: &str) -> bool {
    matches!(event, "CustomEmailSender" | "CustomSMSSender")
}

/// `PreSignUp` as `preSignUp`.
fn lower_camel(event: &str) -> String {
    let mut characters = event.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_ascii_lowercase().to_string() + characters.as_str()
    })
}

/// Multi-factor authentication; whether messages are sent by SMS for it.
fn multifactor(
    gen1: &Map<String, Value>,
    phone_login: bool,
    messages: &Messages,
    properties: &mut Vec<(&str, Code)>,
    result: &mut Map<String, Value>,
) -> bool {
    let configuration = text(gen1, "MfaConfiguration").unwrap_or_else(|| "OFF".to_owned());
    let mode = match configuration.as_str() {
        "ON" => "REQUIRED",
        "OPTIONAL" => "OPTIONAL",
        _ => "OFF",
    };
    let factors = texts(gen1.get("EnabledMfas"));
    let (sms, totp) = (
        factors.iter().any(|factor| factor == "SMS_MFA"),
        factors.iter().any(|factor| factor == "SOFTWARE_TOKEN_MFA"),
    );
    // Without a factor that defineAuth can be told without further settings, the mode is set by an override. With telephone
    // numbers it insists on SMS.
    if mode == "OFF" || !(sms || totp) || (phone_login && !sms) {
        if gen1.contains_key("MfaConfiguration") && mode == "OFF" {
            properties.push(("multifactor", Code::object([("mode", Code::text("OFF"))])));
            result.insert("MfaConfiguration".to_owned(), json!("OFF"));
        }
        return false;
    }
    let mut settings = vec![("mode", Code::text(mode))];
    if totp {
        settings.push(("totp", Code::Boolean(true)));
    }
    if sms {
        let message = messages.sms_authentication.as_deref();
        settings.push((
            "sms",
            message.map_or(Code::Boolean(true), |message| {
                Code::object([("smsMessage", message_function(message))])
            }),
        ));
        if let Some(message) = message {
            result.insert("SmsAuthenticationMessage".to_owned(), json!(message));
        }
    }
    properties.push(("multifactor", Code::object(settings)));
    result.insert("MfaConfiguration".to_owned(), json!(configuration));
    let enabled: Vec<&str> = [(sms, "SMS_MFA"), (totp, "SOFTWARE_TOKEN_MFA")]
        .into_iter()
        .filter_map(|(used, name)| used.then_some(name))
        .collect();
    result.insert("EnabledMfas".to_owned(), json!(enabled));
    sms
}

fn account_recovery(gen1: &Map<String, Value>, result: &mut Map<String, Value>) -> Option<&'static str> {
    let Some(setting) = gen1.get("AccountRecoverySetting") else {
        return Some(UNSET_ACCOUNT_RECOVERY);
    };
    let mut mechanisms: Vec<(i64, &str)> = setting["RecoveryMechanisms"]
        .as_array()?
        .iter()
        .filter_map(|mechanism| {
            let priority = &mechanism["Priority"];
            let priority = priority.as_i64().or_else(|| priority.as_str()?.parse().ok())?;
            Some((priority, mechanism["Name"].as_str()?))
        })
        .collect();
    mechanisms.sort_unstable();
    let names: Vec<&str> = mechanisms.iter().map(|(_, name)| *name).collect();
    let (recovery, _) = ACCOUNT_RECOVERY.iter().find(|(_, mechanisms)| *mechanisms == names)?;
    result.insert("AccountRecoverySetting".to_owned(), setting.clone());
    Some(recovery)
}

fn text(properties: &Map<String, Value>, name: &str) -> Option<String> {
    properties.get(name)?.as_str().map(str::to_owned)
}

fn texts(value: Option<&Value>) -> Vec<String> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}
