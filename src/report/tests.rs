use std::io;

use serde_json::json;

use super::*;
use crate::{
    assess::assess,
    generate::{FileTree, PermissionOutcome},
    project::Entry,
};

/// A project with one file.
struct OneFile;

impl FileSource for OneFile {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        Ok((path == "amplify/backend/custom/odd/override.ts").then(|| b"a < b && \"c\"".to_vec()))
    }

    fn entries(&self, _: &str) -> io::Result<Vec<Entry>> {
        Ok(Vec::new())
    }
}

fn grant(function: &str) -> Grant {
    Grant {
        principal: Principal::Function(function.to_owned()),
        statement: serde_json::from_value(json!({
            "effect": "Allow", "actions": ["s3:GetObject"], "not_actions": [],
            "resources": [{"Concat": [{"Reference": {"target": {"Bucket": "b<r>"}, "attribute": "Arn"}}, {"Literal": "/*"}]}],
            "not_resources": [], "conditions": {}
        }))
        .unwrap(),
        policy: "Policy".to_owned(),
        location: SourceLocation {
            path: "template.json".to_owned(),
            line: Some(3),
        },
    }
}

fn backend() -> Backend {
    serde_json::from_value(json!({
        "app": {
            "name": "<b>odd</b>", "app_id": null, "environment": "main", "environments": ["main"], "region": "eu-west-1",
            "account_id": null, "root_stack_name": "root", "deployment_bucket": "bucket", "authenticated_role_name": null,
            "unauthenticated_role_name": null, "transformer_version": 2, "source_tree": "amplify/backend"
        },
        "resources": [{"id": {"category": "custom", "name": "odd"}, "service": "x", "imported": false, "depends_on": []}],
        "auth": null, "data": null, "buckets": [], "tables": [], "functions": [], "streams": [],
        "geo": [], "layers": [], "custom_stacks": [], "kept_services": [], "rest_apis": [{
            "name": "api", "api_id": null, "api_name": null, "admin_queries": false,
            "location": {"path": "cli-inputs.json", "line": null},
            "paths": [
                {"path": "/items", "function": "f", "access": {"open": false, "authenticated": ["GET", "POST"], "guest": [], "groups": {"Staff": ["DELETE"]}}},
                {"path": "/open", "function": "f", "access": {"open": true, "authenticated": ["GET"], "guest": [], "groups": {}}}
            ]
        }],
        "grants": [grant("told"), grant("forgotten"), grant("given")],
        "triggers": [], "extra_resources": [], "features": [], "findings": []
    }))
    .unwrap()
}

fn made() -> MigrationReport {
    let backend = backend();
    let mut tree = FileTree::default();
    let id = || [ResourceId::new(Category("custom".to_owned()), "odd")];
    tree.insert_for(id(), "amplify/custom/odd.ts", "export {};\n");
    tree.insert_for(id(), "amplify/custom/picture.png", [0xff, 0xfe]);
    let outcome = |permission: Permission, why: Option<&str>| PermissionOutcome {
        permission,
        not_given_because: why.map(str::to_owned),
    };
    let rest = |principal: Principal| Permission::RestApi {
        api: "api".to_owned(),
        principal,
    };
    let generated = Generated {
        tree,
        permissions: vec![
            outcome((&grant("told")).into(), Some("no <such> bucket")),
            outcome((&grant("given")).into(), None),
            outcome(rest(Principal::Authenticated), None),
            outcome(rest(Principal::Group("Staff".to_owned())), Some("no role")),
        ],
        post_refactor: vec!["a.name = 'x';".to_owned()],
        ..Generated::default()
    };
    report(ReportInput {
        backend: &backend,
        generated: &generated,
        assessment: &assess(&backend),
        branch: "main",
        files: &OneFile,
    })
    .unwrap()
}

#[test]
fn what_nobody_gave_is_not_given() {
    let permissions: Vec<(String, String, Option<String>)> = made()
        .permissions
        .into_iter()
        .map(|permission| {
            (
                permission.principal,
                permission.resources.join(" "),
                permission.not_given_because,
            )
        })
        .collect();
    let row = |principal: &str, resources: &str, why: Option<&str>| {
        (principal.to_owned(), resources.to_owned(), why.map(str::to_owned))
    };
    let bucket = "${ARN of storage/b<r>}/*";
    assert_eq!(
        permissions,
        [
            row(
                "function forgotten",
                bucket,
                Some("nothing in the generated backend has this permission")
            ),
            row("function given", bucket, None),
            row("function told", bucket, Some("no <such> bucket")),
            row("members of group Staff", "DELETE /items of api/api", Some("no role")),
            row("signed-in users", "GET /items of api/api POST /items of api/api", None),
        ]
    );
}

#[test]
fn a_resource_has_what_it_was_and_what_it_became() {
    let resource = made().resources.remove(0);
    assert_eq!(resource.gen1[0].path, "amplify/backend/custom/odd/override.ts");
    assert_eq!(resource.gen2[0].path, "amplify/custom/odd.ts");
    assert_eq!(resource.copied, ["amplify/custom/picture.png"], "it is no text");
}

#[test]
fn the_page_is_text_whatever_the_names_are() {
    let page = page(&made()).unwrap();
    assert!(page.contains("&lt;b&gt;odd&lt;/b&gt;") && !page.contains("<b>odd"));
    assert!(page.contains("no &lt;such&gt; bucket") && page.contains("a &lt; b &amp;&amp; &quot;c&quot;"));
    assert!(page.contains("3 of 5</b>permissions"));
}

#[test]
fn the_json_leads_back() {
    let report = made();
    let text = json(&report).unwrap();
    assert_eq!(serde_json::from_str::<MigrationReport>(&text).unwrap(), report);
}
