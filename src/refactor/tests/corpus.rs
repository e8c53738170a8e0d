//! Plans on deployed stacks of real apps. The apps are not part of the project: without them these tests say so and pass.

use std::path::PathBuf;

use indexmap::IndexMap;
use serde_json::Value;

use super::deployed_stacks::{App, read_app};
use crate::{
    cloudformation::{
        Template,
        evaluate::{AttributeSource, Evaluator, ParameterValues, PseudoParameters, intrinsic},
        meaning_differences,
    },
    deployment::Stack,
    refactor::{
        NoLiveAttributes, Obstacles, PLACEHOLDER, PlanInput, RefactorPlan, ResourceMappings, operation_files,
        plan_forward,
    },
};

fn corpus(app: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/corpus")
        .join(app);
    if folder.is_dir() {
        return Some(folder);
    }
    // `cargo test` shows it with --nocapture; a test that did not run must not look like one that did.
    #[expect(clippy::print_stderr, reason = "the only way to tell that a test was skipped")]
    {
        eprintln!("SKIPPED: the corpus app {app} is not here");
    }
    None
}

pub(super) fn plan(app: &App) -> RefactorPlan {
    plan_forward(
        &PlanInput {
            gen1: &app.gen1,
            gen2: &app.gen2,
            holdings: &IndexMap::new(),
            resources: &app.resources,
            account_id: "123456789012",
            region: &app.region,
            mappings: &ResourceMappings::default(),
            obstacles: &Obstacles::default(),
            attributes: &NoLiveAttributes,
            pushed: &IndexMap::new(),
        },
        None,
    )
    .unwrap_or_else(|error| panic!("{error}"))
}

/// Answers from the outputs that the stack had before anything was done, and from nothing else.
struct Outputs {
    references: IndexMap<String, Value>,
    attributes: IndexMap<(String, String), Value>,
}

impl Outputs {
    fn of(stack: &Stack) -> Self {
        let template = Template::parse(&stack.template_body, &stack.name).unwrap();
        let mut outputs = Self {
            references: IndexMap::new(),
            attributes: IndexMap::new(),
        };
        for output in template.outputs() {
            let runtime = stack.outputs.iter().find(|runtime| runtime.output_key == output.name);
            let Some(runtime) = runtime.map(|runtime| Value::from(runtime.output_value.as_str())) else {
                continue;
            };
            match output.value().and_then(Value::as_object).and_then(intrinsic::call) {
                Some(("Ref", name)) => {
                    outputs.references.insert(name.as_str().unwrap().into(), runtime);
                }
                Some(("Fn::GetAtt", argument)) => {
                    let (logical_id, attribute) = intrinsic::attribute_of(argument).unwrap();
                    outputs
                        .attributes
                        .insert((logical_id, attribute.as_str().unwrap().into()), runtime);
                }
                _ => {}
            }
        }
        outputs
    }
}

impl AttributeSource for Outputs {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        self.references.get(logical_id).cloned()
    }
    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        self.attributes
            .get(&(logical_id.to_owned(), attribute.to_owned()))
            .cloned()
    }
}

fn assert_same_meaning(app: &App, stack_name: &str, file: &str, ours: &str, expected: &str) {
    let trees = [&app.gen1, &app.gen2];
    let stack = trees
        .iter()
        .flat_map(|tree| tree.walk())
        .find(|stack| stack.name == stack_name);
    let parameters: ParameterValues = stack
        .into_iter()
        .flat_map(|stack| &stack.parameters)
        .filter_map(|parameter| {
            Some((
                parameter.parameter_key.clone(),
                parameter.parameter_value.clone()?.into(),
            ))
        })
        .collect();
    let pseudo = PseudoParameters {
        stack_name: Some(stack_name.into()),
        ..PseudoParameters::of_region(&app.region, Some("123456789012"))
    };
    let outputs = stack.map(Outputs::of).unwrap_or(Outputs {
        references: IndexMap::new(),
        attributes: IndexMap::new(),
    });
    let (ours, expected) = (
        Template::parse(ours, file).unwrap(),
        Template::parse(expected, file).unwrap(),
    );
    let evaluator = |template| Evaluator::new(template, &parameters, pseudo.clone(), &outputs);
    let differences = meaning_differences(&evaluator(&ours), &evaluator(&expected), &[PLACEHOLDER]);
    assert!(differences.is_empty(), "{file}: {differences:#?}");
}

/// Names that are too long are hashes, which the mapping file explains.
fn files_by_full_name(plan: &RefactorPlan) -> IndexMap<String, String> {
    let files = operation_files(&plan.operations);
    assert!(files.iter().all(|file| file.name.len() <= 200));
    let mapping = files.iter().find(|file| file.name == "filename-mapping.json");
    let full: IndexMap<String, String> = mapping
        .map(|file| serde_json::from_str(&file.contents).unwrap())
        .unwrap_or_default();
    files
        .iter()
        .filter(|file| file.name != "filename-mapping.json")
        .map(|file| {
            (
                full.get(&file.name).unwrap_or(&file.name).clone(),
                file.contents.clone(),
            )
        })
        .collect()
}

fn check_expected(name: &str) {
    let Some(folder) = corpus(name) else { return };
    let app = read_app(&folder);
    let plan = plan(&app);
    assert_eq!(plan.violations, [], "the plan must be proven");
    let files = files_by_full_name(&plan);
    let mut expected: Vec<(String, String)> = std::fs::read_dir(folder.join("expected-refactor"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                std::fs::read_to_string(entry.path()).unwrap(),
            )
        })
        .collect();
    expected.sort();
    let names: Vec<&String> = expected.iter().map(|(name, _)| name).collect();
    let mut our_names: Vec<&String> = files.keys().collect();
    our_names.sort();
    assert_eq!(our_names, names, "the same files");
    for (name, contents) in &expected {
        let ours = &files[name];
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        if name.ends_with(".mappings.json") {
            assert_eq!(parse(ours), parse(contents), "{name}");
        } else if name.ends_with(".parameters.json") {
            assert_keys_without_values(&parse(ours), &parse(contents), name);
        } else {
            let stacks = name
                .trim_start_matches("update.")
                .trim_start_matches("refactor.__from__.");
            let (source, target) = stacks.split_once(".__to__.").unwrap_or((stacks, stacks));
            let stack = if name.contains(".source.") || name.starts_with("update.") {
                source
            } else {
                target
            };
            let stack = [".source.template.json", ".target.template.json", ".template.json"]
                .iter()
                .fold(stack, |stack, suffix| stack.trim_end_matches(suffix));
            assert_same_meaning(&app, stack, name, ours, contents);
        }
    }
}

fn assert_keys_without_values(ours: &Value, expected: &Value, file: &str) {
    let keys = |parameters: &Value| {
        let mut keys: Vec<String> = parameters
            .as_array()
            .unwrap()
            .iter()
            .map(|parameter| parameter["ParameterKey"].as_str().unwrap().to_owned())
            .collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(ours), keys(expected), "{file}");
    for parameter in ours.as_array().unwrap() {
        assert_eq!(parameter["UsePreviousValue"], true, "{file}");
        assert_eq!(
            parameter.as_object().unwrap().len(),
            2,
            "{file}: no value may be on disk"
        );
    }
}

#[test]
fn project_boards_is_planned_as_expected() {
    check_expected("project-boards");
}

#[test]
fn mood_board_is_planned_as_expected() {
    check_expected("mood-board");
}

#[test]
fn fitness_tracker_is_planned_and_proven() {
    let Some(folder) = corpus("fitness-tracker") else {
        return;
    };
    let app = read_app(&folder);
    let plan = plan(&app);
    assert_eq!(plan.violations, []);
    let kinds: Vec<String> = plan.views().into_iter().map(|view| view.kind).collect();
    assert_eq!(
        kinds,
        [
            "update-stack",
            "update-stack",
            "update-stack",
            "park-resources",
            "move-resources",
            "move-resources"
        ]
    );
}
