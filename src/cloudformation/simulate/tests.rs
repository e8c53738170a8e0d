use serde_json::{Value, json};

use super::*;

struct NoFacts;

impl ResourceFacts for NoFacts {
    fn attribute(&self, _: &str, _: &str, _: &str, _: Option<&Map<String, Value>>) -> Option<Value> {
        None
    }
}

fn template(value: Value) -> Template {
    Template::from_value(value, "t").unwrap()
}

fn stack(name: &str, document: Value) -> SimulatedStack {
    let template = template(document);
    let resources = template
        .resources()
        .map(|resource| {
            let owned = SimulatedResource {
                resource_type: resource.resource_type().into(),
                physical_id: Some(format!("{name}-{}", resource.logical_id)),
            };
            (resource.logical_id.to_owned(), owned)
        })
        .collect();
    SimulatedStack {
        name: name.into(),
        status: "UPDATE_COMPLETE".into(),
        template,
        resources,
        parameters: [("env".to_owned(), "main".into())].into_iter().collect(),
        pseudo: PseudoParameters {
            stack_name: Some(name.into()),
            ..PseudoParameters::of_region("us-east-1", Some("123456789012"))
        },
    }
}

fn bucket(name: &str) -> Value {
    json!({"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}})
}

fn role() -> Value {
    json!({"Type": "AWS::IAM::Role", "Properties": {}})
}

/// Two stacks: `one` with a bucket and a role, `two` with a role.
fn simulation() -> Simulation<'static> {
    let mut simulation = Simulation::new(&NoFacts);
    simulation.insert(stack(
        "one",
        json!({"Resources": {"Bucket": bucket("b"), "Role": role()}}),
    ));
    simulation.insert(stack("two", json!({"Resources": {"Role2": role()}})));
    simulation
}

fn mapping(from: (&str, &str), to: (&str, &str)) -> ResourceMapping {
    let address = |(stack, logical_id): (&str, &str)| LogicalAddress {
        stack_name: stack.into(),
        logical_resource_id: logical_id.into(),
    };
    ResourceMapping {
        source: address(from),
        destination: address(to),
    }
}

fn request(one: Value, two: Value, mappings: Vec<ResourceMapping>) -> StackRefactorRequest {
    StackRefactorRequest {
        description: "Move".into(),
        create_stacks: false,
        definitions: vec![("one".into(), template(one)), ("two".into(), template(two))],
        mappings,
    }
}

/// The move that is right; tests break one thing of it.
fn good() -> StackRefactorRequest {
    request(
        json!({"Resources": {"Role": role()}}),
        json!({"Resources": {"Role2": role(), "Moved": bucket("b")}}),
        vec![mapping(("one", "Bucket"), ("two", "Moved"))],
    )
}

fn rules(request: &StackRefactorRequest) -> Vec<Rule> {
    rules_in(simulation(), request)
}

fn rules_in(mut simulation: Simulation<'_>, request: &StackRefactorRequest) -> Vec<Rule> {
    let before = simulation.stacks.clone();
    let violations = simulation.refactor(request).unwrap_err();
    assert_eq!(simulation.stacks, before, "a refused refactor changes nothing");
    let mut rules: Vec<Rule> = violations.into_iter().map(|violation| violation.rule).collect();
    rules.dedup();
    rules
}

#[test]
fn a_move_changes_the_owner_and_nothing_else() {
    let mut simulation = simulation();
    let before: Vec<_> = simulation
        .ownership()
        .into_iter()
        .map(|(kind, id, _)| (kind, id))
        .collect();
    simulation.refactor(&good()).unwrap();
    let after: Vec<_> = simulation
        .ownership()
        .into_iter()
        .map(|(kind, id, _)| (kind, id))
        .collect();
    assert_eq!(before, after);
    assert_eq!(
        simulation.stacks["two"].resources["Moved"].physical_id.as_deref(),
        Some("one-Bucket")
    );
    assert!(!simulation.stacks["one"].resources.contains_key("Bucket"));
}

#[test]
fn every_broken_rule_is_found() {
    let with = |change: &dyn Fn(&mut StackRefactorRequest)| {
        let mut request = good();
        change(&mut request);
        rules(&request)
    };
    let set_two = |request: &mut StackRefactorRequest, two: Value| request.definitions[1].1 = template(two);
    let set_one = |request: &mut StackRefactorRequest, one: Value| request.definitions[0].1 = template(one);

    assert_eq!(with(&|r| r.definitions.truncate(1)), [Rule::Stacks, Rule::ForeignStack]);
    assert_eq!(with(&|r| r.description = String::new()), [Rule::Limit]);
    assert_eq!(with(&|r| r.description = "x".repeat(1025)), [Rule::Limit]);
    assert!(with(&|r| r.mappings[0].source.logical_resource_id = "Nobody".into()).contains(&Rule::MissingSource));
    assert!(with(&|r| r.mappings[0].destination.logical_resource_id = "Elsewhere".into()).contains(&Rule::Destination));
    assert!(with(&|r| r.mappings[0].destination.logical_resource_id = "Role2".into()).contains(&Rule::Destination));
    assert!(
        with(&|r| set_one(r, json!({"Resources": {"Role": role(), "Bucket": bucket("b")}})))
            .contains(&Rule::SourceRemains)
    );
    assert!(with(&|r| r.mappings.push(good().mappings[0].clone())).contains(&Rule::AmbiguousMapping));
    assert!(with(&|r| r.mappings[0].source.stack_name = "three".into()).contains(&Rule::ForeignStack));
    assert_eq!(
        with(&|r| set_two(
            r,
            json!({"Resources": {"Role2": role(), "Moved": bucket("b"), "New": role()}})
        )),
        [Rule::NewResource]
    );
    assert_eq!(
        with(&|r| set_two(r, json!({"Resources": {"Moved": bucket("b")}}))),
        [Rule::DeletedResource]
    );
    assert_eq!(
        with(&|r| set_two(r, json!({"Resources": {"Role2": role(), "Moved": bucket("other")}}))),
        [Rule::ChangedResource]
    );
    let retained = json!({"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": "b"}});
    assert_eq!(
        with(&|r| set_two(r, json!({"Resources": {"Role2": role(), "Moved": retained}}))),
        [Rule::ChangedResource]
    );
    let staying = json!({"Type": "AWS::IAM::Role", "Properties": {"Path": "/x/"}});
    assert_eq!(
        with(&|r| set_two(r, json!({"Resources": {"Role2": staying, "Moved": bucket("b")}}))),
        [Rule::ChangedResource]
    );
    for section in ["Parameters", "Mappings", "Conditions"] {
        let entry = match section {
            "Parameters" => json!({"x": {"Type": "String", "Default": "d"}}),
            "Mappings" => json!({"x": {"a": {"b": "c"}}}),
            _ => json!({"x": {"Fn::Equals": ["a", "b"]}}),
        };
        assert_eq!(
            with(&|r| set_two(
                r,
                json!({"Resources": {"Role2": role(), "Moved": bucket("b")}, section: entry})
            )),
            [Rule::ChangedSection],
            "{section}"
        );
    }
    let dangling = json!({"Outputs": {"O": {"Value": {"Fn::Sub": "${Bucket.Arn}"}}}, "Resources": {"Role": role()}});
    assert_eq!(with(&|r| set_one(r, dangling.clone())), [Rule::UnresolvedReference]);
    assert!(with(&|r| r.definitions[1].0 = "missing".into()).contains(&Rule::MissingStack));
}

#[test]
fn no_stack_may_become_empty_even_by_conditions() {
    let conditions = json!({"Never": {"Fn::Equals": [{"Ref": "AWS::Region"}, "nowhere"]}});
    let metadata = json!({"Type": "AWS::CDK::Metadata", "Condition": "Never"});
    let mut simulation = Simulation::new(&NoFacts);
    let mut one = stack(
        "one",
        json!({"Conditions": conditions, "Resources": {"Bucket": bucket("b"), "CDKMetadata": metadata}}),
    );
    one.resources.shift_remove("CDKMetadata");
    simulation.insert(one);
    simulation.insert(stack("two", json!({"Resources": {"Role2": role()}})));
    let request = request(
        json!({"Conditions": conditions, "Resources": {"CDKMetadata": metadata}}),
        json!({"Resources": {"Role2": role(), "Moved": bucket("b")}}),
        vec![mapping(("one", "Bucket"), ("two", "Moved"))],
    );
    assert_eq!(rules_in(simulation, &request), [Rule::EmptyStack]);
}

#[test]
fn immovable_types_and_pseudo_parameters_are_refused() {
    let handle = json!({"Type": "AWS::CloudFormation::WaitConditionHandle"});
    let mut simulation = Simulation::new(&NoFacts);
    simulation.insert(stack("one", json!({"Resources": {"Handle": handle, "Role": role()}})));
    simulation.insert(stack("two", json!({"Resources": {"Role2": role()}})));
    let request = request(
        json!({"Resources": {"Role": role()}}),
        json!({"Resources": {"Role2": role(), "Moved": handle}}),
        vec![mapping(("one", "Handle"), ("two", "Moved"))],
    );
    assert_eq!(rules_in(simulation, &request), [Rule::ImmovableType]);

    let named = json!({"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Fn::Sub": "${AWS::StackName}-b"}}});
    let mut simulation = Simulation::new(&NoFacts);
    simulation.insert(stack("one", json!({"Resources": {"Bucket": named, "Role": role()}})));
    simulation.insert(stack("two", json!({"Resources": {"Role2": role()}})));
    let mut request = good();
    request.definitions[1].1 = template(json!({"Resources": {"Role2": role(), "Moved": named}}));
    let rules = rules_in(simulation, &request);
    assert_eq!(rules, [Rule::ChangedResource, Rule::PseudoParameter]);
}

#[test]
fn a_new_stack_takes_no_parameters_and_a_legal_name() {
    let mut request = good();
    request.create_stacks = true;
    request.definitions[1] = (
        "n".repeat(129),
        template(json!({"Parameters": {"p": {"Type": "String"}}, "Resources": {"Moved": bucket("b")}})),
    );
    request.mappings[0].destination.stack_name = "n".repeat(129);
    assert_eq!(rules(&request), [Rule::Limit, Rule::ChangedSection]);
}

#[test]
fn equal_logical_ids_are_detected_without_mapping() {
    let mut simulation = simulation();
    let request = request(
        json!({"Resources": {"Role": role()}}),
        json!({"Resources": {"Role2": role(), "Bucket": bucket("b")}}),
        vec![],
    );
    simulation.refactor(&request).unwrap();
    assert_eq!(
        simulation.stacks["two"].resources["Bucket"].physical_id.as_deref(),
        Some("one-Bucket")
    );
}

#[test]
fn unstable_stacks_are_refused() {
    for status in [
        "REVIEW_IN_PROGRESS",
        "UPDATE_IN_PROGRESS",
        "ROLLBACK_COMPLETE",
        "UPDATE_ROLLBACK_FAILED",
    ] {
        let mut simulation = simulation();
        simulation.stacks["two"].status = status.into();
        assert_eq!(rules_in(simulation.clone(), &good()), [Rule::UnstableStack], "{status}");
        let violations = simulation
            .update("two", &template(json!({"Resources": {"Role2": role()}})))
            .unwrap_err();
        assert_eq!(violations[0].rule, Rule::UnstableStack);
    }
}

#[test]
fn exports_are_unique() {
    let export = |name: Value| json!({"O": {"Value": "v", "Export": {"Name": name}}});
    let mut simulation = simulation();
    simulation.insert(stack(
        "three",
        json!({"Resources": {"R": role()}, "Outputs": export(json!("shared-main"))}),
    ));
    let mut request = good();
    request.definitions[0].1 =
        template(json!({"Resources": {"Role": role()}, "Outputs": export(json!({"Fn::Sub": "${AWS::StackName}-x"}))}));
    request.definitions[1].1 = template(
        json!({"Resources": {"Role2": role(), "Moved": bucket("b")}, "Outputs": export(json!("shared-main"))}),
    );
    assert_eq!(rules_in(simulation, &request), [Rule::DuplicateExport]);
}

#[test]
fn limits_of_the_service() {
    let resources: Map<String, Value> = (0..501).map(|index| (format!("R{index}"), role())).collect();
    let violations = simulation()
        .update("two", &template(json!({ "Resources": resources })))
        .unwrap_err();
    assert_eq!(violations.len(), 1);
    assert!(violations[0].message.contains("501"), "{}", violations[0]);
}

#[test]
fn updates_tell_their_effect() {
    let mut simulation = simulation();
    let after = template(json!({"Resources": {
        "Bucket": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": {"Fn::Join": ["", ["b", ""]]}}},
        "Placeholder": {"Type": "AWS::CloudFormation::WaitConditionHandle"}
    }}));
    let effect = simulation.update("one", &after).unwrap();
    assert_eq!(effect.created, ["Placeholder"]);
    assert_eq!(effect.deleted, ["Role"]);
    assert_eq!(effect.changed, []);
    assert_eq!(effect.attributes, [("Bucket".to_owned(), "DeletionPolicy")]);
    let after = template(json!({"Resources": {"Bucket": bucket("c")}}));
    let effect = simulation.update("one", &after).unwrap();
    assert_eq!(effect.changed[0].0, "Bucket");
    assert_eq!(effect.changed[0].1.path, "/BucketName");
    let missing = simulation.update("nobody", &after).unwrap_err();
    assert_eq!(missing[0].rule, Rule::MissingStack);
}

#[test]
fn only_stacks_without_resources_may_be_deleted() {
    let mut simulation = simulation();
    let violations = simulation.delete("two").unwrap_err();
    assert_eq!(
        (violations[0].rule, violations[0].logical_id.as_deref()),
        (Rule::DeletionOfResources, Some("Role2"))
    );
    let handle = json!({"Type": "AWS::CloudFormation::WaitConditionHandle"});
    simulation.insert(stack("empty", json!({"Resources": {"Placeholder": handle}})));
    simulation.delete("empty").unwrap();
    assert!(!simulation.stacks.contains_key("empty"));
}
