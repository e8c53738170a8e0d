//! The corpus, when it is there: mappings equal those that are expected, templates mean the same, and every plan is proved.

#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::{fs, path::PathBuf};

use indexmap::IndexMap;
use serde_json::Value;

use super::deployed_stacks::DeployedStacks;
use crate::{
    backend::model::{Category, Resource, ResourceId},
    cloudformation::{
        Place, Template,
        evaluate::{Evaluator, same_value},
    },
    deployment::StackTree,
    refactor::{
        KnownAttributes, RefactorInput, RefactorPlan, StackState, attributes::DeployedAttributes,
        files::operation_files, plan_forward, proof,
    },
};

fn corpus(app: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/corpus")
        .join(app);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: {} is not there", folder.display());
    None
}

fn resources(folder: &std::path::Path) -> Vec<Resource> {
    let meta =
        fs::read_to_string(folder.join("gen1-project/amplify/#current-cloud-backend/amplify-meta.json")).unwrap();
    let meta: Value = serde_json::from_str(&meta).unwrap();
    let mut resources = Vec::new();
    for (category, entries) in meta.as_object().unwrap() {
        if category == "providers" {
            continue;
        }
        for (name, entry) in entries.as_object().unwrap() {
            resources.push(Resource {
                id: ResourceId::new(Category(category.clone()), name.clone()),
                service: entry["service"].as_str().map(str::to_owned),
                imported: false,
                depends_on: Vec::new(),
            });
        }
    }
    resources
}

struct App {
    gen1: StackTree,
    gen2: StackTree,
    resources: Vec<Resource>,
    place: Place,
    known: KnownAttributes,
}

impl App {
    fn read(folder: &std::path::Path) -> Self {
        let stacks = DeployedStacks::read(&folder.join("deployed-stacks"));
        let (gen1, gen2) = stacks.roots();
        Self {
            gen1: stacks.tree(&gen1),
            gen2: stacks.tree(&gen2),
            resources: resources(folder),
            place: Place {
                account_id: "123456789012".into(),
                region: "us-east-1".into(),
            },
            known: KnownAttributes::new(),
        }
    }

    fn plan(&self) -> RefactorPlan {
        let holding = IndexMap::new();
        plan_forward(&RefactorInput {
            place: &self.place,
            gen1: &self.gen1,
            gen2: &self.gen2,
            holding: &holding,
            resources: &self.resources,
            mappings: &[],
            attributes: &self.known,
        })
        .unwrap()
    }

    /// Resources and outputs as the stack would evaluate them.
    fn evaluated(&self, template: Template, stack: &str) -> Template {
        let all = self.gen1.walk().into_iter().chain(self.gen2.walk());
        let deployed = all.into_iter().find(|candidate| candidate.name == stack);
        let mut state = match deployed {
            Some(deployed) => StackState::of(deployed).unwrap(),
            None => StackState {
                stack: crate::refactor::StackRef {
                    name: stack.into(),
                    id: stack.into(),
                },
                status: "CREATE_COMPLETE".into(),
                template: Template::empty(),
                parameters: Vec::new(),
                outputs: Vec::new(),
                resources: IndexMap::new(),
            },
        };
        state.template = template;
        let source = DeployedAttributes {
            state: &state,
            place: &self.place,
            known: &self.known,
        };
        let pseudo = state.pseudo_parameters(&self.place);
        Evaluator::new(&state.template, &state.parameter_values(), pseudo, &source)
            .template()
            .template
    }
}

/// Types, properties, non-empty dependencies and outputs.
fn meaning(template: &Template) -> Value {
    let resources: serde_json::Map<String, Value> = template
        .resources()
        .filter(|resource| resource.logical_id != "MigrationPlaceholder")
        .map(|resource| {
            let mut depends_on = resource.depends_on();
            depends_on.sort_unstable();
            let value = serde_json::json!({
                "Type": resource.resource_type(),
                "Properties": resource.properties().cloned().unwrap_or_default(),
                "DependsOn": depends_on,
            });
            (resource.logical_id.to_owned(), value)
        })
        .collect();
    let outputs: serde_json::Map<String, Value> = template
        .outputs()
        .map(|output| (output.name.to_owned(), output.value().cloned().unwrap_or_default()))
        .collect();
    serde_json::json!({ "Resources": resources, "Outputs": outputs })
}

fn differences(path: &str, left: &Value, right: &Value, found: &mut Vec<String>) {
    if same_value(left, right) {
        return;
    }
    if let (Value::Object(left), Value::Object(right)) = (left, right) {
        for key in left.keys().chain(right.keys().filter(|key| !left.contains_key(*key))) {
            let (left, right) = (
                left.get(key).unwrap_or(&Value::Null),
                right.get(key).unwrap_or(&Value::Null),
            );
            differences(&format!("{path}/{key}"), left, right, found);
        }
        return;
    }
    found.push(format!("{path}: {left} <> {right}"));
}

fn compare_with_expected(app_name: &str) {
    let Some(folder) = corpus(app_name) else { return };
    let app = App::read(&folder);
    let plan = app.plan();
    assert_eq!(proof::violations(&plan, &app.place, &app.known), []);
    let expected_folder = folder.join("expected-refactor");
    let mut expected: Vec<String> = fs::read_dir(&expected_folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    expected.sort();
    let files: IndexMap<String, String> = operation_files(&plan.operations)
        .into_iter()
        .flatten()
        .map(|file| (file.name, file.content))
        .collect();
    let mut names: Vec<String> = files.keys().cloned().collect();
    names.sort();
    assert_eq!(names, expected);
    let mut found = Vec::new();
    for (name, content) in &files {
        let wanted: Value = serde_json::from_str(&fs::read_to_string(expected_folder.join(name)).unwrap()).unwrap();
        let ours: Value = serde_json::from_str(content).unwrap();
        if name.ends_with(".mappings.json") {
            let sorted = |list: &Value| {
                let mut list: Vec<String> = list.as_array().unwrap().iter().map(ToString::to_string).collect();
                list.sort();
                list
            };
            assert_eq!(sorted(&ours), sorted(&wanted), "{name}");
        } else if name.ends_with(".template.json") {
            let stack = stack_of(name);
            let ours = app.evaluated(Template::from_value(ours, name).unwrap(), &stack);
            let wanted = app.evaluated(Template::from_value(wanted, name).unwrap(), &stack);
            let mut differing = Vec::new();
            differences("", &meaning(&ours), &meaning(&wanted), &mut differing);
            found.extend(differing.into_iter().map(|difference| format!("{name} {difference}")));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn stack_of(file: &str) -> String {
    let stem = file.trim_end_matches(".template.json");
    if let Some(stack) = stem.strip_prefix("update.") {
        return stack.to_owned();
    }
    let (source, target) = stem
        .trim_start_matches("refactor.__from__.")
        .split_once(".__to__.")
        .unwrap();
    match target.strip_suffix(".target") {
        Some(target) => target.to_owned(),
        None => source.to_owned(),
    }
}

#[test]
fn project_boards_is_planned_as_expected() {
    compare_with_expected("project-boards");
}

#[test]
fn mood_board_is_planned_as_expected() {
    compare_with_expected("mood-board");
}

#[test]
fn two_gen1_stacks_into_one_gen2_stack_are_proved() {
    let Some(folder) = corpus("fitness-tracker") else {
        return;
    };
    let app = App::read(&folder);
    let plan = app.plan();
    assert_eq!(proof::violations(&plan, &app.place, &app.known), []);
    assert!(
        plan.pairs
            .iter()
            .any(|pair| pair.resource_type == "AWS::Cognito::UserPoolGroup")
    );
}
