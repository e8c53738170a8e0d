use std::fs;

use super::{
    faulty_disk::{Fault, FaultyDisk},
    plan, project, snapshot,
};
use crate::generate::write::LocalDisk;

const FILES: [&str; 7] = [
    ".gitignore",
    "amplify.yml",
    "amplify/auth/resource.ts",
    "amplify/backend.ts",
    "amplify/package.json",
    "amplify/tsconfig.json",
    "package.json",
];

#[test]
fn absent_and_empty_folders_are_filled_and_the_project_stays() {
    let directory = project();
    let old = snapshot(directory.path());
    let place = tempfile::TempDir::new().unwrap();
    let mut seen = Vec::new();
    for name in ["a/b", "empty"] {
        fs::create_dir_all(place.path().join("empty")).unwrap();
        let out = place.path().join(name);
        assert_eq!(plan(directory.path()).write_to(&out, &LocalDisk).unwrap(), FILES);
        seen.push(snapshot(&out));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].len(), FILES.len());
    assert_eq!(snapshot(directory.path()), old);
    assert!(!directory.path().join(".amplify").exists());
}

#[test]
fn a_folder_in_use_is_refused() {
    let directory = project();
    let place = tempfile::TempDir::new().unwrap();
    fs::write(place.path().join("x"), "x").unwrap();
    let plan = plan(directory.path());
    let error = plan.write_to(place.path(), &LocalDisk).unwrap_err();
    assert_eq!(error.code(), "OUTPUT_NOT_EMPTY");
    assert!(error.to_string().ends_with("it holds x"));
    let error = plan.write_to(&place.path().join("x"), &LocalDisk).unwrap_err();
    assert_eq!(error.code(), "OUTPUT_NOT_A_FOLDER");
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
}

#[test]
fn a_failure_at_any_operation_leaves_nothing() {
    let directory = project();
    for is_there in [false, true] {
        for at in 0.. {
            let place = tempfile::TempDir::new().unwrap();
            let out = place.path().join("a").join("b");
            if is_there {
                fs::create_dir_all(&out).unwrap();
            }
            let disk = FaultyDisk::new(at, Fault::Fails, false);
            let result = plan(directory.path()).write_to(&out, &disk);
            if !disk.was_hit() {
                result.unwrap();
                break;
            }
            assert_eq!(result.unwrap_err().code(), "WRITE_FAILED");
            assert_eq!(place.path().join("a").exists(), is_there, "{at}");
            if is_there {
                assert_eq!(fs::read_dir(&out).unwrap().count(), 0, "{at}");
            }
        }
    }
}
