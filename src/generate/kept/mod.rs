//! Services of Gen 1 that Gen 2 goes on using as they are: frontends are told where they are. Their permissions are those of
//! the roles, and a copy would lose their data.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    context::Context,
    error::GenerateError,
    findings::Findings,
    setup::{SetupCall, SetupFile},
    template::render as render_template,
    tree::FileTree,
    typescript::{Code, Statement},
};
use crate::backend::{finding::Severity, model::KeptService};

/// Channels of Pinpoint as the CLI calls them, and as frontends know them.
const CHANNELS: [(&str, &str); 5] = [
    ("InAppMessaging", "IN_APP_MESSAGING"),
    ("FCM", "FCM"),
    ("APNS", "APNS"),
    ("Email", "EMAIL"),
    ("SMS", "SMS"),
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    #[serde(flatten)]
    file: SetupFile,
}

/// Writes `services/resource.ts`; the setup call for `backend.ts`.
pub fn generate(
    context: &Context<'_>,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<Option<SetupCall>, GenerateError> {
    let mut outputs = Map::new();
    let mut told = Vec::new();
    for kept in &context.backend.kept_services {
        let output = output_of(kept, &context.backend.app.region);
        report(kept, output.is_some(), findings);
        if let Some(output) = output {
            merge(&mut outputs, output);
            told.push(kept.id.clone());
        }
    }
    if outputs.is_empty() {
        return Ok(None);
    }
    let statement =
        Statement::Expression(Code::name("backend").method("addOutput", vec![Code::json(&Value::Object(outputs))]));
    let handles = BTreeSet::new();
    let view = View {
        file: SetupFile::new(context, "..", "referToServices", &handles, vec![statement]),
    };
    tree.insert_for(
        told,
        "amplify/services/resource.ts",
        render_template("kept-services", &view)?,
    );
    Ok(Some(SetupCall {
        module: "./services/resource".to_owned(),
        function: "referToServices".to_owned(),
        handles,
        result: None,
    }))
}

/// What `amplify_outputs.json` has to say of a service; nothing where the deployed stack does not tell it.
fn output_of(kept: &KeptService, app_region: &str) -> Option<Map<String, Value>> {
    let text = |name: &str| {
        kept.outputs
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    let region = text("Region").or_else(|| text("region")).unwrap_or(app_region);
    let output = match (kept.id.category.0.as_str(), kept.service.as_str()) {
        ("analytics" | "notifications", "Pinpoint") => {
            let channels = channels(kept);
            let id = text("Id").or_else(|| {
                let (channel, _) = channels.first()?;
                kept.outputs[*channel]["ApplicationId"].as_str()
            })?;
            if kept.id.category.0 == "analytics" {
                json!({ "analytics": { "amazon_pinpoint": { "aws_region": region, "app_id": id } } })
            } else {
                let names: Vec<&str> = channels.iter().map(|(_, name)| *name).collect();
                json!({ "notifications": { "aws_region": region, "amazon_pinpoint_app_id": id, "channels": names } })
            }
        }
        ("interactions", _) => {
            json!({ "custom": { "Interactions": { "LexV1": { text("BotName")?: { "alias": "$LATEST", "region": region } } } } })
        }
        ("predictions", _) => json!({ "custom": { "Predictions": prediction(kept, region)? } }),
        _ => return None,
    };
    output.as_object().cloned()
}

/// Channels that are switched on.
fn channels(kept: &KeptService) -> Vec<(&'static str, &'static str)> {
    CHANNELS
        .into_iter()
        .filter(|(channel, _)| kept.outputs.get(*channel).is_some_and(|state| state["Enabled"] == true))
        .collect()
}

/// Settings of a prediction, as Gen 1 gave them to frontends.
fn prediction(kept: &KeptService, region: &str) -> Option<Value> {
    let output = |name: &str| kept.outputs.get(name).cloned().unwrap_or_default();
    let settings = |defaults: Value| {
        let mut defaults = defaults;
        if let Some(defaults) = defaults.as_object_mut() {
            defaults.retain(|_, value| !value.is_null());
        }
        json!({ "region": region, "proxy": false, "defaults": defaults })
    };
    let kind = kept.prediction.as_deref()?;
    Some(match kind {
        "speechGenerator" => {
            let defaults = json!({ "VoiceId": output("voice"), "LanguageCode": output("language") });
            json!({ "convert": { kind: settings(defaults) } })
        }
        "transcription" => json!({ "convert": { kind: settings(json!({ "language": output("language") })) } }),
        "translateText" => {
            let defaults = json!({ "sourceLanguage": output("sourceLang"), "targetLanguage": output("targetLang") });
            json!({ "convert": { kind: settings(defaults) } })
        }
        "identifyText" => json!({ "identify": { kind: settings(json!({ "format": output("format") })) } }),
        "identifyLabels" => json!({ "identify": { kind: settings(json!({ "type": output("type") })) } }),
        "identifyEntities" => {
            let celebrities = matches!(output("celebrityDetectionEnabled"), Value::String(text) if text == "true");
            let mut entities = settings(json!({ "collectionId": output("collectionId") }));
            entities["celebrityDetectionEnabled"] = celebrities.into();
            if let Some(most) = output("maxEntities").as_str().and_then(|text| text.parse::<u32>().ok()) {
                entities["defaults"]["maxEntities"] = most.into();
            }
            json!({ "identify": { kind: entities } })
        }
        "interpretText" => json!({ "interpret": { kind: settings(json!({ "type": output("type") })) } }),
        "modelInfer" | "inferModel" => {
            json!({ "infer": { "inferModel": { "region": region, "proxy": false, "endpoint": output("endpointName") } } })
        }
        _ => return None,
    })
}

/// Lays objects over objects.
fn merge(below: &mut Map<String, Value>, above: Map<String, Value>) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Object(known)), Value::Object(more)) => merge(known, more),
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

fn report(kept: &KeptService, is_told: bool, findings: &mut Findings) {
    let (what, remedy) = match kept.id.category.0.as_str() {
        "analytics" | "notifications" => (
            "the existing Pinpoint app is used and stays in its Gen 1 stack",
            "Keep the Gen 1 stack for as long as the app is needed; Amazon Pinpoint reaches its end of support in October 2026.",
        ),
        "interactions" => (
            "the existing bot is used and stays in its Gen 1 stack",
            "Keep the Gen 1 stack for as long as the bot is needed, and pass outputs.custom.Interactions to Amplify.configure as Interactions.",
        ),
        _ => (
            "roles keep their permissions on the AI service; its settings are in the custom outputs",
            "Pass outputs.custom.Predictions to Amplify.configure as Predictions.",
        ),
    };
    findings.add(
        "service-kept",
        Severity::Manual,
        format!("{} ({}): {what}", kept.id, kept.service),
        &kept.location,
        remedy,
    );
    if !is_told {
        findings.add(
            "service-outputs-missing",
            Severity::Manual,
            format!(
                "what frontends have to know of {} is not among the outputs of its stack",
                kept.id
            ),
            &kept.location,
            "Fetch the backend with `amplify pull` and generate again, or add it with backend.addOutput.",
        );
    }
}
