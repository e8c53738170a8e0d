use proptest::prelude::*;

use super::*;

fn input(text: &str) -> BuildSpecInput<'_> {
    BuildSpecInput {
        path: "amplify.yml",
        bytes: Some(text.as_bytes()),
        package_manager: PackageManager::Npm,
        is_locked: true,
        app_root: "",
        frontend: None,
    }
}

fn edit(text: &str) -> Edited {
    edit_build_spec(&input(text)).unwrap()
}

const GEN1: &str = "version: 1
backend:
  phases:
    # IMPORTANT - Please verify your build commands
    build:
      commands:
        - '# Execute Amplify CLI with the helper script'
        - amplifyPush --simple # deploys
        - echo done
frontend:
  phases:
    preBuild:
      commands: [ npm ci ]   # keep
";

#[test]
fn the_default_file_of_gen_1() {
    let result = edit(GEN1);
    let expected = GEN1
        .replace("        - '# Execute Amplify CLI with the helper script'\n", "")
        .replace(
            "        - amplifyPush --simple # deploys\n",
            "        - npm ci # deploys\n        - npx ampx pipeline-deploy --branch $AWS_BRANCH --app-id $AWS_APP_ID\n",
        );
    assert_eq!(result.text, expected);
    assert!(result.findings.is_empty(), "{:?}", result.findings);
    assert_eq!(edit(&result.text).text, result.text);
}

#[test]
fn line_endings_and_a_missing_last_one_stay() {
    let text = "version: 1\r\nbackend:\r\n    phases:\r\n        build:\r\n            commands:\r\n            - \"amplifyPush --simple\"";
    let expected = text.replace(
        "- \"amplifyPush --simple\"",
        "- npm ci\r\n            - npx ampx pipeline-deploy --branch $AWS_BRANCH --app-id $AWS_APP_ID",
    );
    assert_eq!(edit(text).text, expected);
}

#[test]
fn brackets_and_a_single_command() {
    let flow = "backend: {phases: {build: {commands: ['amplifyPush --simple', b]}}}\n";
    assert_eq!(
        edit(flow).text,
        "backend: {phases: {build: {commands: [npm ci, npx ampx pipeline-deploy --branch $AWS_BRANCH --app-id $AWS_APP_ID, b]}}}\n"
    );
    let single = "backend:\n  phases:\n    build:\n      commands: amplifyPush --simple\n";
    assert_eq!(
        edit(single).text,
        "backend:\n  phases:\n    build:\n      commands: npm ci && npx ampx pipeline-deploy --branch $AWS_BRANCH --app-id $AWS_APP_ID\n"
    );
}

#[test]
fn a_call_inside_of_a_script_keeps_the_script() {
    let text = "backend:\n  phases:\n    build:\n      commands:\n        - |\n          echo \"a: b\"\n          amplifyPush --simple\n          echo c\n        - cd x && amplifyPush -e prod\n";
    let result = edit(text);
    let call = format!("npm ci && {DEPLOY}");
    assert_eq!(
        result.text,
        text.replace("amplifyPush --simple", &call)
            .replace("amplifyPush -e prod", &call)
    );
    assert_eq!(result.findings[0].id, "build-spec-flags");
    assert_eq!(result.findings[0].line, Some(9));
}

#[test]
fn in_a_monorepo_only_the_own_application_changes() {
    let text = "version: 1\napplications:\n  - appRoot: packages/a\n    backend:\n      phases:\n        build:\n          commands:\n            - amplifyPush --simple\n  - backend:\n      phases:\n        build:\n          commands:\n          - amplifyPush --simple\n    appRoot: ./packages/b/\n";
    let own = edit_build_spec(&BuildSpecInput {
        app_root: "packages/b",
        package_manager: PackageManager::Pnpm,
        ..input(text)
    })
    .unwrap();
    assert!(own.text.starts_with(&text[..text.find("  - backend").unwrap()]));
    assert!(own.text.ends_with(
        "          - pnpm install --frozen-lockfile\n          - npx ampx pipeline-deploy --branch $AWS_BRANCH --app-id $AWS_APP_ID\n    appRoot: ./packages/b/\n"
    ));
    assert_eq!(own.findings[0].id, "build-spec-package-manager");

    let other = edit_build_spec(&BuildSpecInput {
        app_root: "packages/c",
        ..input(text)
    })
    .unwrap();
    assert_eq!(other.text, text);
    assert_eq!(other.findings[0].id, "build-spec-application-unknown");

    assert!(!edit(text).text.contains("amplifyPush"));
}

#[test]
fn a_file_of_gen_2_stays() {
    let text = edit(GEN1).text;
    let again = edit(&text);
    assert_eq!(again.text, text);
    assert!(again.findings.is_empty());
}

#[test]
fn what_deploys_nothing_is_reported() {
    let unknown = "backend:\n  phases:\n    build:\n      commands:\n        - ./deploy.sh\n";
    assert_eq!(edit(unknown).findings[0].id, "build-spec-backend-unknown");
    let none = "frontend:\n  phases:\n    build:\n      commands:\n        - amplify pull --yes\n";
    let result = edit(none);
    assert_eq!(result.text, none);
    let ids: Vec<&str> = result.findings.iter().map(|finding| finding.id.as_str()).collect();
    assert_eq!(ids, ["build-spec-gen1-command", "build-spec-without-backend"]);
    assert_eq!(result.findings[0].line, Some(5));
    assert_eq!(edit("").findings[0].id, "build-spec-without-backend");
    assert_eq!(edit("# nothing\n").text, "# nothing\n");
}

#[test]
fn an_absent_file_is_made() {
    let new = edit_build_spec(&BuildSpecInput {
        bytes: None,
        frontend: Some(FrontendBuild {
            command: "npm run 'build': # x".into(),
            directory: "out".into(),
        }),
        ..input("")
    })
    .unwrap();
    assert!(new.findings.is_empty());
    let value: serde_json::Value = serde_saphyr::from_str(&new.text).unwrap();
    assert_eq!(
        value["frontend"]["phases"]["build"]["commands"][0],
        "npm run 'build': # x"
    );
    assert_eq!(value["backend"]["phases"]["build"]["commands"][1], DEPLOY);
    assert_eq!(edit(&new.text).text, new.text);

    let bare = edit_build_spec(&BuildSpecInput {
        bytes: None,
        ..input("")
    })
    .unwrap();
    assert_eq!(bare.findings[0].id, "build-spec-without-frontend");
    assert!(serde_saphyr::from_str::<serde_json::Value>(&bare.text).is_ok());
}

#[test]
fn malformed_files_are_errors_with_their_line() {
    for (text, expected) in [
        ("version: 1\nbackend:\n  a: b: c\n", 3),
        ("version: 1\nbackend: [\n", 2),
        ("- a\n", 1),
        ("a: 1\na: 2\n", 2),
        ("a: *none\n", 1),
    ] {
        match edit_build_spec(&input(text)) {
            Err(ProjectFileError::Yaml { line, .. }) => assert_eq!(line, expected, "{text:?}"),
            other => panic!("{text:?}: {other:?}"),
        }
    }
}

proptest! {
    #[test]
    fn twice_is_once_and_unrelated_lines_stay(
        indent in 1_usize..5,
        deeper: bool,
        ending in "\r?\n",
        others in prop::collection::vec("(echo [a-z]{1,5}|'#? [a-z \"]{0,6}'|[a-z]{1,4} # [a-z]{0,5}|\"[a-z]{0,4}\")", 0..4),
        push in "(amplifyPush|amplifyPush --simple|'amplifyPush -s'|\"amplifyPush --simple\" # x)",
        at in 0_usize..4,
    ) {
        let mut lines = vec!["# top".to_owned(), "version: 1".into(), "backend:".into()];
        for (depth, key) in ["phases:", "build:", "commands:"].iter().enumerate() {
            lines.push(format!("{}{key}", " ".repeat(indent * (depth + 1))));
        }
        let item = " ".repeat(indent * if deeper { 4 } else { 3 });
        let mut commands = others.clone();
        commands.insert(at.min(commands.len()), push.clone());
        lines.extend(commands.iter().map(|command| format!("{item}- {command}")));
        lines.extend(["frontend:".to_owned(), "  x: [1,  2]".into(), "# end".into()]);
        let text = lines.join(&ending);
        let once = edit(&text).text;
        prop_assert_eq!(&edit(&once).text, &once);
        let after: Vec<&str> = once.split(ending.as_str()).collect();
        prop_assert_eq!(after.len(), lines.len() + 1);
        let call = lines.iter().position(|line| line.contains("amplifyPush")).unwrap();
        for (index, line) in lines.iter().enumerate().filter(|(index, _)| *index != call) {
            prop_assert_eq!(after[if index < call { index } else { index + 1 }], line.as_str());
        }
        prop_assert!(serde_saphyr::from_str::<serde_json::Value>(&once).is_ok());
    }

    #[test]
    fn any_text_is_edited_or_refused(text in "[a-z:\\- \n\\[\\]{}'\"#|&*>]{0,60}") {
        if let Ok(result) = edit_build_spec(&input(&text)) {
            prop_assert_eq!(result.text, text);
        }
    }
}
