use super::*;
use crate::project::MemoryFiles;

fn found(path: &str, text: &str) -> Vec<(UsageKind, u32)> {
    let files: MemoryFiles = [(path, text)].into_iter().collect();
    let names = BackendNames {
        rest_apis: vec!["shopApi".into()],
        streams: vec!["clicks-main".into()],
    };
    find(&files, &names)
        .unwrap()
        .into_iter()
        .map(|usage| (usage.kind, usage.line))
        .collect()
}

#[test]
fn places_are_told_with_their_line() {
    use UsageKind as K;
    for (text, expected) in [
        (
            "\nimport config from './aws-exports';",
            vec![(K::ConfigurationImport, 2)],
        ),
        (
            "export { default } from '../amplifyconfiguration.json'",
            vec![(K::ConfigurationImport, 1)],
        ),
        ("fetch('/amplifyconfiguration.json')", vec![(K::ConfigurationFile, 1)]),
        ("const id = config.aws_user_pools_id;", vec![(K::ConfigurationKey, 1)]),
        (
            "const { aws_user_pools_id: id } = config;",
            vec![(K::ConfigurationKey, 1)],
        ),
        (
            "const id = config['aws_user_pools_id'];",
            vec![(K::ConfigurationKey, 1)],
        ),
        ("get({ apiName: 'shopApi', path: '/x' })", vec![(K::RestApiName, 1)]),
        ("API.get(\n  'shopApi', '/x')", vec![(K::RestApiName, 2)]),
        ("const API_NAME = \"shopApi\"", vec![(K::RestApiName, 1)]),
        ("record({ streamName: 'clicks-main' })", vec![(K::StreamName, 1)]),
        (
            "import { Amplify, DataStore } from 'aws-amplify';",
            vec![(K::DataStore, 1)],
        ),
        ("import { x } from 'aws-amplify/datastore';", vec![(K::DataStore, 1)]),
    ] {
        assert_eq!(found("src/x.ts", text), expected, "{text}");
    }
}

#[test]
fn what_only_looks_like_it_is_not_told() {
    for text in [
        "// import config from './aws-exports';",
        "/* config.aws_user_pools_id */",
        "const title = 'shopApi';",
        "import { Amplify } from 'aws-amplify';\nclass DataStore {}",
        "import x from './my-aws-exports-helper';",
        "const my_aws_user_pools_id_2 = 1;",
    ] {
        assert_eq!(found("src/x.ts", text), [], "{text}");
    }
    assert_eq!(found("node_modules/x/index.js", "import c from './aws-exports'"), []);
    assert_eq!(
        found("amplify/backend/function/f/src/index.js", "require('./aws-exports')"),
        []
    );
    assert_eq!(
        found("src/aws-exports.js", "const x = { \"aws_user_pools_id\": 1 }"),
        []
    );
}

#[test]
fn native_apps_are_read_too() {
    assert_eq!(
        found(
            "ios/App.swift",
            "let url = Bundle.main.url(forResource: \"amplifyconfiguration\", withExtension: \"json\")"
        ),
        [(UsageKind::ConfigurationFile, 1)]
    );
}

#[test]
fn findings_name_file_line_and_remedy() {
    let files: MemoryFiles = [("src/x.ts", "import c from './aws-exports'")].into_iter().collect();
    let found = findings(&find(&files, &BackendNames::default()).unwrap());
    assert_eq!(
        (found[0].path.as_str(), found[0].line, found[0].id.as_str()),
        ("src/x.ts", Some(1), "frontend-usage")
    );
    assert!(found[0].remedy.contains("amplify_outputs.json"));
}
