//! `@predictions`: Gen 2's library knows the directive, but cannot be told the bucket. The fields become plain ones with the
//! arguments that Gen 1 gave them; their resolvers, which check the rules, go on with the mapping templates of Gen 1.

use apollo_parser::cst::{self, CstNode};
use serde::Serialize;

use super::schema::{Edit, is_named, trimmed_end};
use crate::{
    backend::{
        finding::Severity,
        model::{Category, GraphqlApi, PredictionField, Predictions, ResourceId, SchemaFile},
    },
    generate::{
        context::Context,
        error::GenerateError,
        findings::Findings,
        reference::Referrer,
        setup::{SetupCall, SetupFile},
        template::render as render_template,
        tree::FileTree,
        typescript::{Code, Imports, Part},
    },
};

const APPSYNC: &str = "aws-cdk-lib/aws-appsync";
const IAM: &str = "aws-cdk-lib/aws-iam";
const SPEECH: &str = "convertTextToSpeech";

/// What asks for an action, and what it may do.
struct Action {
    name: &'static str,
    /// The service that is asked over HTTP, with the one action that is needed; none where a function does it.
    service: Option<(&'static str, &'static str)>,
    /// Arguments of the action, and whether the text is one of them when it comes first.
    arguments: &'static [&'static str],
    takes_text: bool,
}

const ACTIONS: [Action; 4] = [
    Action {
        name: "identifyText",
        service: Some(("rekognition", "rekognition:DetectText")),
        arguments: &["key"],
        takes_text: false,
    },
    Action {
        name: "identifyLabels",
        service: Some(("rekognition", "rekognition:DetectLabels")),
        arguments: &["key"],
        takes_text: false,
    },
    Action {
        name: "translateText",
        service: Some(("translate", "translate:TranslateText")),
        arguments: &["sourceLanguage", "targetLanguage"],
        takes_text: true,
    },
    Action {
        name: SPEECH,
        service: None,
        arguments: &["voiceID"],
        takes_text: true,
    },
];

fn action(name: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.name == name)
}

/// The edits of one file: the directive goes, the arguments come, and behind everything their types.
pub(super) fn edits(data: &GraphqlApi, file: &SchemaFile) -> Vec<Edit> {
    let Some(predictions) = &data.predictions else {
        return Vec::new();
    };
    let document = apollo_parser::Parser::new(&file.text).parse().document();
    let mut edits: Vec<Edit> = Vec::new();
    let mut inputs = String::new();
    for node in document.syntax().descendants() {
        let Some(field) = cst::FieldDefinition::cast(node) else {
            continue;
        };
        let (Some(directive), Some(name)) = (directive_of(&field), field.name()) else {
            continue;
        };
        let known = predictions
            .fields
            .iter()
            .find(|known| known.location.path == file.path && known.field == name.text().as_str());
        let Some(known) = known else { continue };
        let start = usize::from(directive.syntax().text_range().start());
        let end = trimmed_end(&file.text, directive.syntax());
        // The space before the directive goes with it.
        let space = file.text[..start].trim_end_matches(' ').len();
        edits.push((space, end, String::new()));
        let argument = format!("input: {}!", input_name(known));
        match field.arguments_definition() {
            Some(arguments) => {
                let open = usize::from(arguments.syntax().text_range().start()) + 1;
                edits.push((open, open, format!("{argument}, ")));
            }
            None => {
                let after = trimmed_end(&file.text, name.syntax());
                edits.push((after, after, format!("({argument})")));
            }
        }
        inputs.push_str(&input_types(known));
    }
    if !inputs.is_empty() {
        let end = file.text.trim_end().len();
        edits.push((end, file.text.len(), inputs));
    }
    edits
}

fn directive_of(field: &cst::FieldDefinition) -> Option<cst::Directive> {
    field
        .directives()?
        .directives()
        .find(|directive| is_named(directive, "predictions"))
}

fn input_name(field: &PredictionField) -> String {
    format!("{}Input", upper_first(&field.field))
}

/// The types that Gen 1 made for the field's arguments.
fn input_types(field: &PredictionField) -> String {
    let name = upper_first(&field.field);
    let mut types = String::new();
    let mut members = String::new();
    for (position, action_name) in field.actions.iter().enumerate() {
        let Some(action) = action(action_name) else { continue };
        let of_action = format!("{name}{}Input", upper_first(action_name));
        let text = (action.takes_text && position == 0).then_some("text");
        let arguments: String = action
            .arguments
            .iter()
            .copied()
            .chain(text)
            .map(|argument| format!("  {argument}: String!\n"))
            .collect();
        types.push_str(&format!("\n\ninput {of_action} {{\n{arguments}}}"));
        members.push_str(&format!("  {action_name}: {of_action}!\n"));
    }
    format!("{types}\n\ninput {} {{\n{members}}}\n", input_name(field))
}

fn upper_first(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + characters.as_str())
        .unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    #[serde(flatten)]
    file: SetupFile,
    services: Vec<ServiceView>,
    speech: bool,
    functions: Vec<FunctionView>,
    fields: Vec<FieldView>,
    stash: Code,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ServiceView {
    name: String,
    construct: String,
    actions: Code,
    pictures: Option<Code>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FunctionView {
    name: String,
    construct: String,
    source: String,
    request: String,
    response: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FieldView {
    resolver: String,
    functions: Code,
}

/// Writes `data/predictions.ts` with the templates beside it.
pub(super) fn generate(
    context: &Context<'_>,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<Option<SetupCall>, GenerateError> {
    let Some((data, predictions)) = context
        .backend
        .data
        .as_ref()
        .and_then(|data| Some((data, data.predictions.as_ref()?)))
    else {
        return Ok(None);
    };
    let fields: Vec<&PredictionField> = predictions
        .fields
        .iter()
        .filter(|field| is_known(predictions, field, findings))
        .collect();
    let (Some(response), false) = (&predictions.response, fields.is_empty()) else {
        return Ok(None);
    };
    let used: Vec<&Action> = ACTIONS
        .iter()
        .filter(|action| {
            fields
                .iter()
                .any(|field| field.actions.iter().any(|name| name == action.name))
        })
        .collect();
    let referrer = Referrer::new(context, "..");
    let needs_pictures = used.iter().any(|action| action.arguments.contains(&"key"));
    let bucket = predictions.bucket.as_ref().and_then(|bucket| referrer.bucket(bucket));
    if needs_pictures && bucket.is_none() {
        for field in &fields {
            findings.add(
                "predictions-bucket",
                Severity::Manual,
                format!(
                    "the bucket with the pictures of field {}.{} is not known: the field cannot read them",
                    field.type_name, field.field
                ),
                &field.location,
                "Name the bucket in amplify/data/predictions.ts and allow s3:GetObject on its folder public/.",
            );
        }
        return Ok(None);
    }
    let origin = [ResourceId::new(Category::api(), &data.name)];
    let mut write = |name: &str, text: &str| {
        tree.insert_for(
            origin.clone(),
            format!("amplify/data/predictions/{name}"),
            text.to_owned(),
        );
    };
    for action in &used {
        if let Some(templates) = predictions.templates.get(action.name) {
            write(&format!("{}.req.vtl", action.name), &templates.request);
            write(&format!("{}.res.vtl", action.name), &templates.response);
        }
    }
    write("result.res.vtl", response);
    let speech = used.iter().any(|action| action.service.is_none());
    if speech {
        write(
            "speech/index.mjs",
            include_str!("../../../templates/predictions-speech.mjs"),
        );
    }
    let view = view(context, &used, &fields, bucket.as_ref(), speech);
    tree.insert_for(
        origin.clone(),
        "amplify/data/predictions.ts",
        render_template("data-predictions", &view)?,
    );
    Ok(Some(SetupCall {
        module: "./data/predictions".to_owned(),
        function: "addPredictions".to_owned(),
        handles: std::collections::BTreeSet::new(),
        result: None,
    }))
}

/// Every action of the field, and its deployed templates, are known.
fn is_known(predictions: &Predictions, field: &PredictionField, findings: &mut Findings) -> bool {
    let unknown = field
        .actions
        .iter()
        .find(|name| action(name).is_none() || !predictions.templates.contains_key(*name));
    let known = unknown.is_none() && !field.actions.is_empty() && predictions.response.is_some();
    if !known {
        findings.add(
            "predictions-template-missing",
            Severity::Manual,
            format!(
                "the deployed templates of field {}.{} are not among the files{}: the field answers nothing",
                field.type_name,
                field.field,
                unknown.map(|name| format!(" (action {name})")).unwrap_or_default()
            ),
            &field.location,
            "Fetch the deployed backend with `amplify pull` and generate again, or give the field a function with @function.",
        );
    }
    known
}

fn view(
    context: &Context<'_>,
    used: &[&Action],
    fields: &[&PredictionField],
    bucket: Option<&Code>,
    speech: bool,
) -> View {
    let mut services: Vec<(&str, Vec<&str>, bool)> = Vec::new();
    for action in used {
        let Some((service, permission)) = action.service else {
            continue;
        };
        let pictures = action.arguments.contains(&"key");
        match services.iter_mut().find(|(known, _, _)| *known == service) {
            Some((_, permissions, needs)) => {
                permissions.push(permission);
                *needs |= pictures;
            }
            None => services.push((service, vec![permission], pictures)),
        }
    }
    let functions = used
        .iter()
        .map(|action| FunctionView {
            name: action.name.to_owned(),
            construct: upper_first(action.name),
            source: action.service.map_or("speech", |(service, _)| service).to_owned(),
            request: format!("./predictions/{}.req.vtl", action.name),
            response: format!("./predictions/{}.res.vtl", action.name),
        })
        .collect();
    let stash = match bucket {
        Some(bucket) => Code::joined([
            Part::Text("$util.qr($ctx.stash.put(\"s3Bucket\", \"".to_owned()),
            Part::Code(bucket.clone().member("bucketName")),
            Part::Text("\"))\n$util.qr($ctx.stash.put(\"isList\", false))\n{}".to_owned()),
        ]),
        None => Code::text("$util.qr($ctx.stash.put(\"isList\", false))\n{}"),
    };
    let services: Vec<ServiceView> = services
        .into_iter()
        .map(|(name, permissions, pictures)| ServiceView {
            construct: upper_first(name),
            name: name.to_owned(),
            actions: Code::texts(permissions),
            pictures: bucket
                .filter(|_| pictures)
                .map(|bucket| bucket.clone().method("arnForObjects", vec![Code::text("public/*")])),
        })
        .collect();
    let fields = fields
        .iter()
        .map(|field| FieldView {
            resolver: format!("{}.{}", field.type_name, field.field),
            functions: Code::Array(field.actions.iter().map(Code::name).collect()),
        })
        .collect();
    let mut imports = Imports::default();
    imports.add("node:url", "fileURLToPath");
    imports.add("aws-cdk-lib", "Stack");
    imports.add(APPSYNC, "MappingTemplate");
    imports.add_type(APPSYNC, "AppsyncFunction");
    imports.add_type(APPSYNC, "BaseDataSource");
    if !services.is_empty() {
        imports.add(IAM, "PolicyStatement");
    }
    if speech {
        imports.add("aws-cdk-lib", "Duration");
        imports.add("aws-cdk-lib/aws-lambda", "Code");
        imports.add("aws-cdk-lib/aws-lambda", "Function");
        imports.add("aws-cdk-lib/aws-lambda", "Runtime");
        imports.add(IAM, "PolicyStatement");
    }
    imports.add_code(&stash);
    let file = SetupFile::with_imports(
        context,
        "..",
        "addPredictions",
        &std::collections::BTreeSet::new(),
        Vec::new(),
        imports,
    );
    View {
        file,
        services,
        speech,
        functions,
        fields,
        stash,
    }
}
