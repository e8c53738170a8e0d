use std::{collections::BTreeMap, fs, path::Path};

use super::{plug, *};
use crate::{error::CodedError, generate::FileTree};

/// Every file below a directory with its text, our own folder left out.
fn snapshot(directory: &Path) -> BTreeMap<String, String> {
    fn collect(directory: &Path, prefix: &str, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(directory).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if name == ".amplify" {
                continue;
            }
            if entry.file_type().unwrap().is_dir() {
                found.insert(format!("{name}/"), String::new());
                collect(&entry.path(), &format!("{name}/"), found);
            } else {
                found.insert(name, fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(directory, "", &mut found);
    found
}

fn gen1_project(with_build_settings: bool) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("amplify/team-provider-info.json", "{}");
    write("amplify/backend/auth/a/cli-inputs.json", "gen1");
    write("package.json", "{ \"name\": \"app\" }");
    write(".gitignore", "dist\n");
    write("src/index.ts", "untouched");
    if with_build_settings {
        write("amplify.yml", "version: 1");
    }
    directory
}

fn gen2_tree() -> FileTree {
    let mut tree = FileTree::default();
    tree.insert("amplify/backend.ts", "backend");
    tree.insert("amplify/auth/resource.ts", "auth");
    tree.insert("package.json", "{ \"name\": \"app\", \"gen\": 2 }");
    tree.insert("amplify.yml", "ampx");
    tree.insert(".gitignore", "dist\n.amplify\n");
    tree
}

#[test]
fn generate_and_rollback_lead_back_to_the_same_bytes() {
    for with_build_settings in [true, false] {
        let project = gen1_project(with_build_settings);
        let before = snapshot(project.path());
        let backup = replace(project.path(), &gen2_tree()).unwrap();
        assert!(backup.path.ends_with("backup-1"));
        let after = snapshot(project.path());
        assert_eq!(after["amplify/backend.ts"], "backend");
        assert_eq!(after["amplify.yml"], "ampx");
        assert_eq!(after["src/index.ts"], "untouched");
        assert!(!after.keys().any(|name| name.contains("team-provider-info") || name.contains("tmp")));

        fs::write(project.path().join("amplify/backend.ts"), "edited by the user").unwrap();
        let latest = latest_backup(project.path()).unwrap().unwrap();
        assert_eq!(latest, backup);
        let replaced = restore(project.path(), &latest).unwrap();
        assert_eq!(snapshot(project.path()), before);
        let kept = fs::read_to_string(replaced.path.join("amplify/backend.ts")).unwrap();
        assert_eq!(kept, "edited by the user");
        // Put back once, there is nothing to put back.
        assert_eq!(latest_backup(project.path()).unwrap(), None);

        replace(project.path(), &gen2_tree()).unwrap();
        assert_eq!(snapshot(project.path()), after);
    }
}

#[test]
fn our_folder_ignores_itself() {
    let project = gen1_project(true);
    replace(project.path(), &gen2_tree()).unwrap();
    let ignore = project.path().join(".amplify/gen2-migration/.gitignore");
    assert_eq!(fs::read_to_string(ignore).unwrap(), "*\n");
}

/// The plug is pulled after every single change of the disk; the next run puts back what was, and then succeeds.
#[test]
fn a_crash_at_any_instant_is_repaired() {
    for with_build_settings in [true, false] {
        let mut finished = 0;
        for changes in 0..200 {
            let project = gen1_project(with_build_settings);
            let before = snapshot(project.path());
            plug::pull_after(Some(changes));
            let result = replace(project.path(), &gen2_tree());
            plug::pull_after(None);
            if result.is_ok() {
                finished += 1;
                assert_eq!(recover(project.path()).unwrap(), None, "after {changes} changes");
                if finished > 2 {
                    break;
                }
                continue;
            }
            recover(project.path()).unwrap();
            assert_eq!(snapshot(project.path()), before, "after {changes} changes");
            assert_eq!(recover(project.path()).unwrap(), None);
            replace(project.path(), &gen2_tree()).unwrap();
            assert_eq!(snapshot(project.path())["amplify/backend.ts"], "backend");
        }
        assert!(finished > 2, "the replacement never succeeded");
    }
}

#[test]
fn a_crash_while_rolling_back_is_repaired() {
    for changes in 0..200 {
        let project = gen1_project(false);
        let gen1 = snapshot(project.path());
        let backup = replace(project.path(), &gen2_tree()).unwrap();
        let gen2 = snapshot(project.path());
        plug::pull_after(Some(changes));
        let result = restore(project.path(), &backup);
        plug::pull_after(None);
        if result.is_ok() {
            assert_eq!(snapshot(project.path()), gen1);
            return;
        }
        recover(project.path()).unwrap();
        assert_eq!(snapshot(project.path()), gen2, "after {changes} changes");
        let latest = latest_backup(project.path()).unwrap().unwrap();
        restore(project.path(), &latest).unwrap();
        assert_eq!(snapshot(project.path()), gen1);
    }
    panic!("the rollback never succeeded");
}

/// Even the repair may be interrupted.
#[test]
fn a_crash_during_the_repair_is_repaired() {
    for changes in 5..40 {
        for during_repair in 0..12 {
            let project = gen1_project(true);
            let before = snapshot(project.path());
            plug::pull_after(Some(changes));
            let result = replace(project.path(), &gen2_tree());
            plug::pull_after(Some(during_repair));
            let _ = recover(project.path());
            plug::pull_after(None);
            if result.is_ok() {
                continue;
            }
            recover(project.path()).unwrap();
            assert_eq!(snapshot(project.path()), before, "{changes}, then {during_repair}");
        }
    }
}

#[test]
fn a_foreign_file_of_our_name_is_not_overwritten() {
    let project = gen1_project(true);
    let foreign = project.path().join("amplify.gen2-migration.tmp");
    fs::write(&foreign, "mine").unwrap();
    let error = replace(project.path(), &gen2_tree()).unwrap_err();
    assert_eq!(error.code(), "GENERATE_NAME_TAKEN");
    assert_eq!(fs::read_to_string(foreign).unwrap(), "mine");
}

#[test]
fn the_output_directory_must_be_absent_or_empty() {
    let directory = tempfile::tempdir().unwrap();
    let absent = directory.path().join("deep/er/out");
    write_output(&absent, &gen2_tree()).unwrap();
    assert_eq!(snapshot(&absent)["amplify/auth/resource.ts"], "auth");
    assert_eq!(write_output(&absent, &gen2_tree()).unwrap_err().code(), "OUTPUT_NOT_EMPTY");

    let empty = directory.path().join("empty");
    fs::create_dir(&empty).unwrap();
    write_output(&empty, &gen2_tree()).unwrap();
    assert_eq!(snapshot(&empty), snapshot(&absent));

    let file = directory.path().join("file");
    fs::write(&file, "x").unwrap();
    assert_eq!(write_output(&file, &gen2_tree()).unwrap_err().code(), "OUTPUT_NOT_DIRECTORY");
    let names: Vec<String> = snapshot(directory.path()).into_keys().collect();
    assert!(!names.iter().any(|name| name.contains("tmp")));
}

#[test]
fn without_backup_there_is_no_rollback() {
    let project = gen1_project(true);
    assert_eq!(latest_backup(project.path()).unwrap(), None);
}
