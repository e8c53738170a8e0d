use std::{fs, path::Path};

use super::{
    faulty_disk::{Fault, FaultyDisk},
    has_old_amplify, plan, project, snapshot, tool_entries,
};
use crate::{
    error::Result,
    generate::write::{Applied, LocalDisk, Recovery, RollbackPlan, fingerprint, recover},
};

/// A disk without faults and without the cost of syncing.
fn quick(two_file_systems: bool) -> FaultyDisk {
    FaultyDisk::new(usize::MAX, Fault::Fails, two_file_systems)
}

fn tidy(root: &Path, backups: &[&str]) {
    let mut expected = vec![".gitignore".to_owned(), "generate.lock".into()];
    expected.extend(backups.iter().map(|name| (*name).to_owned()));
    expected.sort();
    assert_eq!(tool_entries(root), expected);
}

#[test]
fn the_new_version_is_in_place_and_the_old_one_is_kept() {
    for two_file_systems in [false, true] {
        let directory = project();
        let root = directory.path();
        let old = snapshot(root);
        let applied = plan(root).apply(&quick(two_file_systems)).unwrap();
        assert_eq!(applied.left_over, None);
        assert_eq!(applied.kept.file_name().unwrap(), "backup-1");
        tidy(root, &["backup-1"]);
        let new = snapshot(root);
        let paths: Vec<&str> = new.keys().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                "/.gitignore",
                "/amplify.yml",
                "/amplify/auth/resource.ts",
                "/amplify/backend.ts",
                "/amplify/package.json",
                "/amplify/tsconfig.json",
                "/package.json",
                "/src.js"
            ]
        );
        let backup = fingerprint::of_path(&applied.kept, "").unwrap();
        for (path, hash) in old.iter().filter(|(path, _)| *path != "/src.js") {
            assert_eq!(backup.get(path), Some(hash), "{path}");
        }
        assert!(backup.contains_key("/manifest.json"));
        if cfg!(unix) {
            assert_eq!(backup["/amplify/link"], "link to ../nowhere");
        }
    }
}

#[test]
fn twice_gives_the_same_bytes() {
    let (one, other) = (project(), project());
    plan(one.path()).apply(&LocalDisk).unwrap();
    plan(other.path()).apply(&LocalDisk).unwrap();
    assert_eq!(snapshot(one.path()), snapshot(other.path()));
    plan(one.path()).apply(&LocalDisk).unwrap();
    assert_eq!(snapshot(one.path()), snapshot(other.path()));
    tidy(one.path(), &["backup-1", "backup-2"]);
}

#[test]
fn a_file_that_changed_since_planning_is_not_overwritten() {
    let directory = project();
    let root = directory.path();
    let plan = plan(root);
    fs::write(root.join("package.json"), "{}").unwrap();
    let before = snapshot(root);
    let error = plan.apply(&LocalDisk).unwrap_err();
    assert_eq!(error.code(), "PROJECT_CHANGED");
    assert_eq!(snapshot(root), before);
    tidy(root, &[]);
}

#[test]
fn two_runs_at_once_are_refused() {
    let directory = project();
    let root = directory.path();
    fs::create_dir_all(root.join(".amplify/gen2-migration")).unwrap();
    let lock = fs::File::create(root.join(".amplify/gen2-migration/generate.lock")).unwrap();
    fs2::FileExt::lock_exclusive(&lock).unwrap();
    let error = plan(root).apply(&LocalDisk).unwrap_err();
    assert_eq!(error.code(), "RUN_IN_PROGRESS");
}

#[test]
fn paths_that_leave_the_folder_are_refused() {
    use crate::generate::{FileTree, write::WritePlan};
    let directory = project();
    for path in [
        "amplify/../x",
        "x",
        "/amplify/x",
        "amplify/",
        "amplify/a//b",
        "amplify/a\\b",
        "amplify/C:x",
    ] {
        let mut tree = FileTree::default();
        tree.insert(path, "x");
        let error = WritePlan::new(directory.path(), tree, Vec::new()).unwrap_err();
        assert_eq!(error.code(), "GENERATED_PATH_UNSAFE", "{path}");
    }
}

/// Something goes wrong at every operation in turn: afterwards, and after a recovery if the process died, the project is all old
/// or all new, and the old version is never gone.
fn campaign(
    prepare: impl Fn(&Path),
    act: impl Fn(&Path, &FaultyDisk) -> Result<Applied>,
    after: impl Fn(&Path, bool),
) -> usize {
    let (old, new) = {
        let directory = project();
        let root = directory.path();
        prepare(root);
        let old = snapshot(root);
        act(root, &quick(false)).unwrap();
        (old, snapshot(root))
    };
    let gen1 = snapshot(project().path());
    let mut runs = 0;
    for two_file_systems in [false, true] {
        for fault in Fault::ALL {
            for at in 0.. {
                let directory = project();
                let root = directory.path();
                prepare(root);
                let disk = FaultyDisk::new(at, fault, two_file_systems);
                let result = act(root, &disk);
                if !disk.was_hit() {
                    assert!(result.is_ok());
                    break;
                }
                runs += 1;
                let context = format!("{fault:?} at {at}, two file systems: {two_file_systems}, {result:?}");
                assert!(has_old_amplify(root, &gen1), "the old version is gone: {context}");
                if !fault.is_death() {
                    // No recovery is needed after an error that the process survives.
                    let expected = if result.is_ok() { &new } else { &old };
                    assert_eq!(&snapshot(root), expected, "{context}");
                }
                recover(root, &quick(two_file_systems)).unwrap();
                assert_eq!(recover(root, &quick(two_file_systems)).unwrap(), None);
                assert!(has_old_amplify(root, &gen1), "the old version is gone: {context}");
                let present = snapshot(root);
                assert!(
                    present == old || present == new,
                    "neither old nor new: {context}: {present:?}"
                );
                if result.is_ok() {
                    assert_eq!(present, new, "{context}");
                }
                after(root, present == new);
            }
        }
    }
    runs
}

#[test]
fn a_replacement_survives_a_fault_at_every_operation() {
    let runs = campaign(
        |_| {},
        |root, disk| plan(root).apply(disk),
        |root, is_new| {
            if !is_new {
                // Whatever the dead run left does not disturb the next one.
                plan(root).apply(&quick(false)).unwrap();
                tidy(root, &["backup-1"]);
            }
        },
    );
    assert!(runs > 200, "{runs}");
}

#[test]
fn a_rollback_survives_a_fault_at_every_operation() {
    let runs = campaign(
        |root| {
            plan(root).apply(&quick(false)).unwrap();
        },
        |root, disk| RollbackPlan::new(root)?.apply(disk),
        |root, is_rolled_back| {
            if !is_rolled_back {
                RollbackPlan::new(root).unwrap().apply(&quick(false)).unwrap();
                tidy(root, &["undone-1"]);
            }
        },
    );
    assert!(runs > 150, "{runs}");
}

#[test]
fn a_recovery_survives_a_fault_at_every_operation() {
    let old = snapshot(project().path());
    let new = {
        let directory = project();
        plan(directory.path()).apply(&quick(false)).unwrap();
        snapshot(directory.path())
    };
    for two_file_systems in [false, true] {
        for at in (0..).step_by(3) {
            let mut was_hit = false;
            for second in (0..).step_by(2) {
                let directory = project();
                let root = directory.path();
                let disk = FaultyDisk::new(at, Fault::DiesAfter, two_file_systems);
                let _ = plan(root).apply(&disk);
                was_hit = disk.was_hit();
                let disk = FaultyDisk::new(second, Fault::DiesAfter, two_file_systems);
                let _ = recover(root, &disk);
                assert!(has_old_amplify(root, &old), "{at} {second} {two_file_systems}");
                recover(root, &quick(two_file_systems)).unwrap();
                let present = snapshot(root);
                assert!(
                    present == old || present == new,
                    "{at} {second} {two_file_systems} {present:?}"
                );
                assert!(has_old_amplify(root, &old), "{at} {second} {two_file_systems}");
                if !disk.was_hit() {
                    break;
                }
            }
            if !was_hit {
                break;
            }
        }
    }
}

/// Dies after the new `amplify/` is in place and before the end.
fn interrupted(root: &Path) {
    for at in 0.. {
        let copy = project();
        let disk = FaultyDisk::new(at, Fault::DiesAfter, false);
        let _ = plan(copy.path()).apply(&disk);
        if copy.path().join("amplify/backend.ts").exists() {
            let disk = FaultyDisk::new(at, Fault::DiesAfter, false);
            plan(root).apply(&disk).unwrap_err();
            return;
        }
    }
}

#[test]
fn changes_made_after_a_crash_are_kept() {
    let directory = project();
    let root = directory.path();
    let old = snapshot(root);
    interrupted(root);
    fs::write(root.join("amplify/backend.ts"), "mine").unwrap();
    fs::write(root.join("package.json"), "{\"mine\": true}").unwrap();
    let Some(Recovery::Undone { kept: Some(kept) }) = recover(root, &LocalDisk).unwrap() else {
        panic!("nothing was kept");
    };
    assert_eq!(snapshot(root), old);
    assert_eq!(fs::read_to_string(kept.join("amplify/backend.ts")).unwrap(), "mine");
    assert_eq!(
        fs::read_to_string(kept.join("package.json")).unwrap(),
        "{\"mine\": true}"
    );
}

#[test]
fn an_unreadable_state_is_an_error_and_nothing_is_touched() {
    let directory = project();
    let root = directory.path();
    interrupted(root);
    let state = root.join(".amplify/gen2-migration/generate-state.json");
    fs::write(&state, "{").unwrap();
    let before = fingerprint::of_path(root, "").unwrap();
    assert_eq!(recover(root, &LocalDisk).unwrap_err().code(), "WRITE_STATE_UNREADABLE");
    assert_eq!(fingerprint::of_path(root, "").unwrap(), before);
}

#[test]
fn a_project_without_anything_to_recover_stays_untouched() {
    let directory = project();
    assert_eq!(recover(directory.path(), &LocalDisk).unwrap(), None);
    assert!(!directory.path().join(".amplify").exists());
}

#[test]
fn a_rollback_puts_everything_back() {
    let directory = project();
    let root = directory.path();
    let old = snapshot(root);
    plan(root).apply(&LocalDisk).unwrap();
    let new = snapshot(root);
    let rollback = RollbackPlan::new(root).unwrap();
    assert!(rollback.changed().is_empty());
    let applied = rollback.apply(&LocalDisk).unwrap();
    assert_eq!(snapshot(root), old);
    assert!(applied.kept.join("amplify/backend.ts").exists());
    assert_eq!(RollbackPlan::new(root).unwrap_err().code(), "BACKUP_NOT_FOUND");
    plan(root).apply(&LocalDisk).unwrap();
    assert_eq!(snapshot(root), new);
}

#[test]
fn a_rollback_names_what_somebody_changed_since() {
    let directory = project();
    let root = directory.path();
    plan(root).apply(&LocalDisk).unwrap();
    fs::write(root.join("amplify/added.ts"), "x").unwrap();
    fs::write(root.join("amplify/backend.ts"), "x").unwrap();
    fs::write(root.join("package.json"), "{}").unwrap();
    fs::remove_file(root.join("amplify/auth/resource.ts")).unwrap();
    fs::remove_file(root.join(".gitignore")).unwrap();
    let rollback = RollbackPlan::new(root).unwrap();
    assert_eq!(
        rollback.changed(),
        ["package.json", "amplify/added.ts", "amplify/backend.ts"]
    );
    let applied = rollback.apply(&LocalDisk).unwrap();
    assert_eq!(fs::read_to_string(applied.kept.join("amplify/added.ts")).unwrap(), "x");
    assert_eq!(fs::read_to_string(applied.kept.join("package.json")).unwrap(), "{}");
}

#[test]
fn a_rollback_without_a_former_folder_removes_the_new_one() {
    let directory = project();
    let root = directory.path();
    fs::remove_dir_all(root.join("amplify")).unwrap();
    let old = snapshot(root);
    plan(root).apply(&LocalDisk).unwrap();
    RollbackPlan::new(root).unwrap().apply(&LocalDisk).unwrap();
    assert_eq!(snapshot(root), old);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let directory = project();
    let root = directory.path();
    fs::rename(root.join("package.json"), root.join("real.json")).unwrap();
    symlink("real.json", root.join("package.json")).unwrap();
    fs::set_permissions(root.join("real.json"), fs::Permissions::from_mode(0o640)).unwrap();
    plan(root).apply(&LocalDisk).unwrap();
    assert!(
        fs::symlink_metadata(root.join("package.json"))
            .unwrap()
            .file_type()
            .is_symlink()
    );
    assert_eq!(
        fs::read_to_string(root.join("real.json")).unwrap(),
        "{\"name\": \"new\"}"
    );
    assert_eq!(
        fs::metadata(root.join("real.json")).unwrap().permissions().mode() & 0o777,
        0o640
    );
}
