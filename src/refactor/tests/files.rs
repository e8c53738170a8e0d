//! The files of operations.

use super::fixture::shop;
use crate::refactor::{PlannedOperation, RefactorOperation, operation_files};

#[test]
fn files_of_a_second_operation_on_the_same_stacks_are_numbered() {
    let world = shop();
    let plan = world.forward().unwrap();
    let twice: Vec<PlannedOperation> = plan.operations.iter().chain(&plan.operations).cloned().collect();
    let files = operation_files(&twice);
    let mut names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert!(names.contains(&"update.amplify-shop-dev-1a2b3-authshop-AAA.template.json"));
    assert!(names.contains(&"update.amplify-shop-dev-1a2b3-authshop-AAA.2.parameters.json"));
    let moved = "refactor.__from__.amplify-shop-dev-1a2b3-authshop-AAA.__to__.amplify-d1shop-main-branch-0123456789-auth179371D7-BBB";
    assert!(names.contains(&format!("{moved}.mappings.json").as_str()));
    assert!(names.contains(&format!("{moved}.2.source.template.json").as_str()));
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "every name is unique");
    let views: Vec<String> = plan.views().into_iter().flat_map(|view| view.files).collect();
    let once: Vec<String> = operation_files(&plan.operations)
        .into_iter()
        .map(|file| file.name)
        .collect();
    let mapping_aside: Vec<&String> = once.iter().filter(|name| *name != "filename-mapping.json").collect();
    assert_eq!(views.iter().collect::<Vec<_>>(), mapping_aside);
}

#[test]
fn long_names_become_hashes_that_are_listed() {
    let world = shop();
    let mut plan = world.forward().unwrap();
    for operation in &mut plan.operations {
        if let RefactorOperation::UpdateStack(update) = &mut operation.operation {
            update.stack.name = format!("ü{}", "n".repeat(230));
        }
    }
    let files = operation_files(&plan.operations);
    assert!(files.iter().all(|file| file.name.len() <= 200));
    let mapping = files.last().unwrap();
    assert_eq!(mapping.name, "filename-mapping.json");
    let names: indexmap::IndexMap<String, String> = serde_json::from_str(&mapping.contents).unwrap();
    for (hashed, full) in names {
        assert!(files.iter().any(|file| file.name == hashed));
        assert!(full.len() > 200);
    }
}
