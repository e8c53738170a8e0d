"""The rules of Stack Refactor, R1 to R35 of the README: one test each, some more."""

import json

import pytest
from building_blocks import (
    MOVE_M,
    STACK_POLICY_ALLOW,
    WITH_M,
    WITHOUT_M,
    create_two_stacks,
    nested_stack,
    parameter,
    queue,
    table,
    template,
    upload_templates,
)
from driver import error

from standin.stack_refactor.types import is_movable

METADATA = {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "x"}}
WAIT_HANDLE = {"Type": "AWS::CloudFormation::WaitConditionHandle", "Properties": {}}


def raw_refactor(cloud, *definitions, **more):
    """CreateStackRefactor with definitions as they are."""
    return cloud.cloudformation.create_stack_refactor(StackDefinitions=list(definitions), **more)


def test_r1_at_least_one_stack(cloud):
    with error("ValidationError", "greater than or equal to 1"):
        cloud.cloudformation.create_stack_refactor(StackDefinitions=[])


def test_r1_at_most_five_stacks(cloud):
    cloud.rejected("less than or equal to 5", {f"s{i}": template(Q=queue()) for i in range(6)})


def test_r1_one_stack_is_a_rename_unless_switched_off(cloud):
    create_two_stacks(cloud)
    renamed = template(M2=parameter("1"), K=parameter("k"))
    physical_id = cloud.physical_ids("a")["M"]
    cloud.control("POST", "/_config", {"allow_one_stack_refactor": False})
    try:
        cloud.rejected("greater than or equal to 2", {"a": renamed}, [("a", "M", "a", "M2")])
    finally:
        cloud.control("POST", "/_config", {"allow_one_stack_refactor": True})
    done = cloud.refactor({"a": renamed}, [("a", "M", "a", "M2")])
    assert done["ExecutionStatus"] == "EXECUTE_COMPLETE"
    assert cloud.physical_ids("a")["M2"] == physical_id


@pytest.mark.parametrize("source", [{}, {"TemplateBody": "{}", "TemplateURL": "https://s3.amazonaws.com/x/y"}])
def test_r2_either_body_or_url(cloud, source):
    create_two_stacks(cloud)
    with error("ValidationError", "TemplateBody or TemplateURL"):
        raw_refactor(
            cloud,
            {"StackName": cloud.name("a"), **source},
            {"StackName": cloud.name("b"), "TemplateBody": "{}"},
        )


def test_r3_size_of_a_body(cloud):
    create_two_stacks(cloud)
    empty = len(json.dumps({**WITHOUT_M, "Metadata": {"x": ""}}).encode())
    largest = {**WITHOUT_M, "Metadata": {"x": "y" * (51200 - empty)}}
    too_large = {**WITHOUT_M, "Metadata": {"x": "y" * (51201 - empty)}}
    cloud.rejected("less than or equal to 51200", {"a": too_large, "b": WITH_M})
    described = cloud.refactor({"a": largest, "b": WITH_M}, execute=False)
    assert described["Status"] == "CREATE_COMPLETE"


def test_r3_the_size_counts_bytes(cloud):
    create_two_stacks(cloud)
    body = json.dumps({**WITHOUT_M, "Metadata": {"x": "é" * 26000}}, ensure_ascii=False)
    assert len(body) < 51200 < len(body.encode())
    with error("ValidationError", "less than or equal to 51200"):
        raw_refactor(
            cloud,
            {"StackName": cloud.name("a"), "TemplateBody": body},
            {"StackName": cloud.name("b"), "TemplateBody": json.dumps(WITH_M)},
        )


def test_r3_by_url(cloud):
    create_two_stacks(cloud)
    large = {**WITHOUT_M, "Metadata": {"x": "y" * 52000}}
    bucket = f"by-url-{cloud.number}"
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="d/a.json", Body=json.dumps(large).encode())
    s3.put_object(Bucket=bucket, Key="huge.json", Body=b"{" + b" " * 1000001)
    other = {"StackName": cloud.name("b"), "TemplateBody": json.dumps(WITH_M)}

    def create(url):
        return raw_refactor(cloud, {"StackName": cloud.name("a"), "TemplateURL": url}, other)["StackRefactorId"]

    for url in (
        f"https://{bucket}.s3.us-east-1.amazonaws.com/d/a.json",
        f"https://s3.us-east-1.amazonaws.com/{bucket}/d/a.json",
        f"https://{bucket}.s3.amazonaws.com/d/a.json",
        f"{cloud.endpoint}/{bucket}/d/a.json",
    ):
        assert cloud.validated(create(url))["Status"] == "CREATE_COMPLETE", url
    for url, reason in (
        (f"https://s3.amazonaws.com/{bucket}/none", "does not exist"),
        (f"https://s3.amazonaws.com/{bucket}/huge.json", "may not exceed"),
        (f"https://example.com/{bucket}/d/a.json", "supported URL"),
    ):
        with error("ValidationError", reason):
            create(url)


def test_r3_a_bucket_of_another_region(cloud):
    create_two_stacks(cloud)
    bucket = f"elsewhere-{cloud.number}"
    s3 = cloud.client("s3", region="eu-west-1")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket=bucket, Key="a.json", Body=json.dumps(WITHOUT_M).encode())
    with error("ValidationError", "must be addressed using the specified endpoint"):
        raw_refactor(
            cloud,
            {"StackName": cloud.name("a"), "TemplateURL": f"https://{bucket}.s3.eu-west-1.amazonaws.com/a.json"},
            {"StackName": cloud.name("b"), "TemplateBody": json.dumps(WITH_M)},
        )


@pytest.mark.parametrize("body", ["{bad", "a: [", '{"Resources": {}}', '{"Parameters": {}}'])
def test_r4_well_formed(cloud, body):
    create_two_stacks(cloud)
    created = raw_refactor(
        cloud,
        {"StackName": cloud.name("a"), "TemplateBody": body},
        {"StackName": cloud.name("b"), "TemplateBody": json.dumps(WITH_M)},
    )
    described = cloud.validated(created["StackRefactorId"])
    assert described["Status"] == "CREATE_FAILED"
    assert "Template format error" in described["StatusReason"]


def test_r5_a_missing_stack_needs_creation_enabled(cloud):
    create_two_stacks(cloud)
    cloud.rejected("does not exist", {"a": WITHOUT_M, "new": template(M=parameter("1"))})
    physical_id = cloud.physical_ids("a")["M"]
    done = cloud.refactor({"a": WITHOUT_M, "new": template(M=parameter("1"))}, create=True)
    assert done["ExecutionStatus"] == "EXECUTE_COMPLETE"
    assert cloud.physical_ids("new") == {"M": physical_id}
    assert cloud.settled("new")["StackStatus"] == "CREATE_COMPLETE"
    assert cloud.settled("a")["StackStatus"] == "UPDATE_COMPLETE"
    actions = cloud.cloudformation.list_stack_refactor_actions(StackRefactorId=done["StackRefactorId"])
    assert ("CREATE", "STACK") in [(a["Action"], a["Entity"]) for a in actions["StackRefactorActions"]]


def test_r5_a_stack_to_be_created_needs_a_good_name(cloud):
    create_two_stacks(cloud)
    left = {"StackName": cloud.name("a"), "TemplateBody": json.dumps(WITHOUT_M)}
    new = json.dumps(template(M=parameter("1")))
    with error("ValidationError", "StackName is required"):
        raw_refactor(cloud, left, {"TemplateBody": new}, EnableStackCreation=True)
    with error("ValidationError", "regular expression"):
        raw_refactor(cloud, left, {"StackName": "bad name!", "TemplateBody": new}, EnableStackCreation=True)


def test_r29_a_mapping_is_complete(cloud):
    create_two_stacks(cloud)
    cloud.rejected("needs StackName and LogicalResourceId", MOVE_M, [("a", "", "b", "M")])


def test_r6_r7_unstable_statuses_are_refused(cloud):
    create_two_stacks(cloud)
    cloud.cloudformation.create_change_set(
        StackName=cloud.name("shell"),
        ChangeSetName="c",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps(template(Q=queue())),
    )
    cloud.rejected(
        "is in REVIEW_IN_PROGRESS state and can not be updated",
        {"a": WITHOUT_M, "shell": template(M=parameter("1"))},
        create=True,
    )
    twice = {
        "D": table(TableName=cloud.name("d")),
        "E": {**table(TableName=cloud.name("d")), "DependsOn": "D"},
    }
    cloud.create("rolled", {"Resources": twice}, status="ROLLBACK_COMPLETE")
    cloud.rejected("is in ROLLBACK_COMPLETE state", {"rolled": WITHOUT_M, "b": template(B=parameter("b"))})
    with error("AlreadyExistsException"):
        cloud.create("rolled", WITHOUT_M)


def test_r6_update_rollback_complete_is_stable(cloud):
    create_two_stacks(cloud)
    name = cloud.name("twice")
    broken = {"D": table(TableName=name), "E": {**table(TableName=name), "DependsOn": "D"}}
    whole = {"Resources": {"M": parameter("1"), "K": parameter("k"), **broken}}
    cloud.update("a", whole, status="UPDATE_ROLLBACK_COMPLETE")
    assert cloud.refactor(MOVE_M)["ExecutionStatus"] == "EXECUTE_COMPLETE"


@pytest.mark.parametrize(
    "status",
    ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"],
)
def test_r6_stable_statuses(cloud, status):
    create_two_stacks(cloud)
    put_into_status(cloud, "a", status)
    assert cloud.refactor(MOVE_M)["ExecutionStatus"] == "EXECUTE_COMPLETE"


@pytest.mark.parametrize(
    "status",
    [
        "CREATE_FAILED",
        "ROLLBACK_FAILED",
        "UPDATE_FAILED",
        "UPDATE_ROLLBACK_FAILED",
        "IMPORT_ROLLBACK_FAILED",
        "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "DELETE_IN_PROGRESS",
    ],
)
def test_r6_r7_every_other_status_is_refused(cloud, status):
    create_two_stacks(cloud)
    put_into_status(cloud, "b", status)
    cloud.rejected(f"is in {status} state and can not be updated", MOVE_M)


def put_into_status(cloud, short, status):
    """A stack looks as an operation left it."""
    cloud.control("POST", "/_stacks/status", {"stack": cloud.name(short), "status": status})


def test_r7_delete_failed_is_refused(cloud):
    create_two_stacks(cloud)
    cloud.create("full", template(T=table(DeletionProtectionEnabled=True), K=parameter("k")))
    cloud.cloudformation.delete_stack(StackName=cloud.name("full"))
    assert cloud.settled("full")["StackStatus"] == "DELETE_FAILED"
    cloud.rejected("is in DELETE_FAILED state", {"full": template(T=table()), "b": WITH_M})


def test_r8_not_twice_and_not_while_busy(cloud):
    create_two_stacks(cloud)
    stack_id = cloud.stack("a")["StackId"]
    with error("ValidationError", "more than once"):
        raw_refactor(
            cloud,
            *({"StackName": name, "TemplateBody": json.dumps(WITHOUT_M)} for name in (cloud.name("a"), stack_id)),
        )
    cloud.control("POST", "/_config", {"latency_ms": 300})
    try:
        cloud.cloudformation.update_stack(
            StackName=cloud.name("b"), TemplateBody=json.dumps(template(B=parameter("b2")))
        )
        cloud.rejected("is in UPDATE_IN_PROGRESS state", MOVE_M)
    finally:
        cloud.control("POST", "/_config", {"latency_ms": 20})
    cloud.settled("b")


def test_r8_not_while_another_refactor_is_made(cloud):
    create_two_stacks(cloud)
    cloud.control("POST", "/_config", {"latency_ms": 300})
    try:
        first = cloud.create_refactor(MOVE_M)
        cloud.rejected("part of another stack refactor", MOVE_M)
    finally:
        cloud.control("POST", "/_config", {"latency_ms": 20})
    assert cloud.validated(first)["Status"] == "CREATE_COMPLETE"


def test_r9_the_source_must_exist(cloud):
    create_two_stacks(cloud)
    cloud.refused("does not exist in stack", MOVE_M, [("a", "Nope", "b", "M")])


def test_r10_the_destination_must_be_submitted_and_free(cloud):
    create_two_stacks(cloud)
    cloud.refused("does not exist in the submitted template", MOVE_M, [("a", "M", "b", "Other")])
    occupied = {"a": WITHOUT_M, "b": template(B=parameter("1"))}
    cloud.refused("conflicts with an existing resource", occupied, [("a", "M", "b", "B")])


def test_r11_the_source_must_be_gone(cloud):
    create_two_stacks(cloud)
    both = {"a": template(K=parameter("k"), M=parameter("1")), "b": WITH_M}
    cloud.refused("still present", both, [("a", "M", "b", "M")])


def test_r12_one_destination_and_one_source(cloud):
    create_two_stacks(cloud)
    doubled = {"a": WITHOUT_M, "b": template(B=parameter("b"), M=parameter("1"), M2=parameter("1"))}
    cloud.refused("more than one destination", doubled, [("a", "M", "b", "M"), ("a", "M", "b", "M2")])
    merged = {"a": template(Z=parameter("1")), "b": WITH_M}
    cloud.refused("target of more than one mapping", merged, [("a", "M", "b", "M"), ("a", "K", "b", "M")])


def test_r13_no_new_resources(cloud):
    create_two_stacks(cloud)
    grown = template(B=parameter("b"), M=parameter("1"), N=parameter("new"))
    cloud.refused("adding new resources", {"a": WITHOUT_M, "b": grown})


def test_r14_no_deletions(cloud):
    create_two_stacks(cloud)
    cloud.refused("deleting resources", {"a": WITHOUT_M, "b": template(B=parameter("b"))})


@pytest.mark.parametrize(
    ("reason", "a", "b"),
    [
        ("property modifications", WITHOUT_M, template(B=parameter("b"), M=parameter("2"))),
        ("property modifications", template(K=parameter("CHANGED")), WITH_M),
        (
            "attribute modifications",
            WITHOUT_M,
            template(B=parameter("b"), M=parameter("1", DeletionPolicy="Retain")),
        ),
        (
            "attribute modifications",
            template(K=parameter("k", UpdateReplacePolicy="Retain")),
            WITH_M,
        ),
        ("attribute modifications", template(K=parameter("k", Metadata={"x": 1})), WITH_M),
        ("new resources", WITHOUT_M, template(B=parameter("b"), M=queue())),
    ],
)
def test_r15_nothing_but_the_move(cloud, reason, a, b):
    create_two_stacks(cloud)
    cloud.refused(reason, {"a": a, "b": b})


def test_r15_the_type_must_be_the_same(cloud):
    create_two_stacks(cloud)
    changed = {"a": WITHOUT_M, "b": template(B=parameter("b"), M=queue())}
    cloud.refused("different type", changed, [("a", "M", "b", "M")])


def test_r15_equal_after_evaluation(cloud):
    value = {"Fn::If": ["C", {"Fn::Join": ["-", [{"Ref": "V"}, {"Ref": "K"}]]}, "no"]}
    whole = {
        "Parameters": {"V": {"Type": "String"}},
        "Conditions": {"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}},
        "Resources": {"M": parameter(value), "K": parameter("k")},
    }
    cloud.create("a", whole, parameters={"V": "val"})
    cloud.create("b", template(B=parameter("b")))
    ids = cloud.physical_ids("a")
    after = {**whole, "Resources": {"K": parameter("k")}}
    wrong = template(B=parameter("b"), M=parameter("val-other"))
    cloud.refused("property modifications", {"a": after, "b": wrong})
    right = template(B=parameter("b"), M=parameter(f"val-{ids['K']}"))
    assert cloud.refactor({"a": after, "b": right})["ExecutionStatus"] == "EXECUTE_COMPLETE"
    assert cloud.physical_ids("b")["M"] == ids["M"]


@pytest.mark.parametrize(
    ("section", "value"),
    [
        ("Parameters", {"P": {"Type": "String", "Default": "x"}}),
        ("Mappings", {"m": {"a": {"b": "c"}}}),
        ("Conditions", {"C": {"Fn::Equals": ["a", "a"]}}),
    ],
)
def test_r16_sections_may_not_change(cloud, section, value):
    create_two_stacks(cloud)
    cloud.refused(section, {"a": WITHOUT_M, "b": {**WITH_M, section: value}})


def test_r16_removing_a_parameter_is_a_change(cloud):
    cloud.create(
        "a",
        {
            **template(M=parameter("1"), K=parameter("k")),
            "Parameters": {"P": {"Type": "String", "Default": "x"}},
        },
    )
    cloud.create("b", template(B=parameter("b")))
    cloud.refused("Parameters", MOVE_M)


def test_r16_a_condition_must_keep_its_value(cloud):
    holds, fails = {"Fn::Equals": ["a", "a"]}, {"Fn::Equals": ["a", "b"]}
    both = template(M=parameter("1"), K=parameter("k"))
    cloud.create("a", {**both, "Conditions": {"C": holds}})
    cloud.create("b", template(B=parameter("b")))
    cloud.refused("Conditions", {"a": {**WITHOUT_M, "Conditions": {"C": fails}}, "b": WITH_M})


def test_r16_a_condition_keeps_its_words(cloud):
    both = template(M=parameter("1"), K=parameter("k"))
    cloud.create("a", {**both, "Conditions": {"C": {"Fn::Equals": ["a", "a"]}}})
    cloud.create("b", template(B=parameter("b")))
    same_value = {**WITHOUT_M, "Conditions": {"C": {"Fn::Equals": ["b", "b"]}}}
    cloud.refused("Conditions", {"a": same_value, "b": WITH_M})


def test_r16_a_created_stack_has_no_values_for_parameters(cloud):
    create_two_stacks(cloud)
    new = {**template(M=parameter("1")), "Parameters": {"P": {"Type": "String"}}}
    cloud.refused("must have values", {"a": WITHOUT_M, "new": new}, create=True)


def test_r17_exports_in_use_may_not_change(cloud):
    name = cloud.name("export")

    def export(value):
        return {"Outputs": {"O": {"Value": value, "Export": {"Name": name}}}}

    cloud.create("a", {**template(M=parameter("1"), K=parameter("k")), **export("v")})
    cloud.create("b", template(B=parameter("b")))
    cloud.create("user", template(U=parameter({"Fn::ImportValue": name})))
    cloud.refused("cannot be deleted as it is in use by", MOVE_M)
    other = {"a": {**WITHOUT_M, **export("other")}, "b": WITH_M}
    cloud.refused("cannot be updated as it is in use by", other)
    cloud.create(
        "foreign", {**template(F=parameter("f")), "Outputs": {"O": {"Value": "f", "Export": {"Name": f"{name}f"}}}}
    )
    stolen = {"O2": {"Value": "f", "Export": {"Name": f"{name}f"}}, **export("v")["Outputs"]}
    cloud.refused("already exported by stack", {"a": WITHOUT_M, "b": {**WITH_M, "Outputs": stolen}})
    twice = {"a": {**WITHOUT_M, **export("v")}, "b": {**WITH_M, **export("v")}}
    cloud.refused("declared by more than one stack", twice)
    outputs = {**export("v")["Outputs"], "Free": {"Value": "x"}}
    done = cloud.refactor({"a": WITHOUT_M, "b": {**WITH_M, "Outputs": outputs}})
    assert done["ExecutionStatus"] == "EXECUTE_COMPLETE"
    exports = {e["Name"]: e["ExportingStackId"] for e in cloud.cloudformation.list_exports()["Exports"]}
    assert exports[name] == cloud.stack("b")["StackId"]


@pytest.mark.parametrize(
    ("reason", "a", "b"),
    [
        (
            "Unresolved resource dependencies [Gone] in the Resources block",
            WITHOUT_M,
            template(B=parameter("b"), M=parameter("1", DependsOn=["Gone"])),
        ),
        (
            "Unresolved resource dependencies [M] in the Outputs block",
            {**WITHOUT_M, "Outputs": {"O": {"Value": {"Ref": "M"}}}},
            WITH_M,
        ),
        (
            "Unresolved resource dependencies [X]",
            WITHOUT_M,
            template(B=parameter("b"), M=parameter({"Fn::Sub": "${X}"})),
        ),
        (
            "Unresolved resource dependencies [X]",
            WITHOUT_M,
            template(B=parameter("b"), M=parameter({"Fn::GetAtt": ["X", "Arn"]})),
        ),
    ],
)
def test_r18_references_must_resolve(cloud, reason, a, b):
    create_two_stacks(cloud)
    cloud.refused(reason, {"a": a, "b": b})


@pytest.mark.parametrize(
    ("reason", "value"),
    [
        ("Unresolved condition dependency", {"Fn::If": ["C", "1", "2"]}),
        ("Mapping named", {"Fn::FindInMap": ["m", "a", "b"]}),
        ("Unresolved resource dependencies [P]", {"Ref": "P"}),
    ],
)
def test_r19_conditions_mappings_and_parameters_must_exist(cloud, reason, value):
    create_two_stacks(cloud)
    cloud.refused(reason, {"a": WITHOUT_M, "b": template(B=parameter("b"), M=parameter(value))})


def test_r20_no_stack_without_resources(cloud):
    cloud.create("a", template(M=parameter("1")))
    cloud.create("b", template(B=parameter("b")))
    cloud.refused("At least one Resources member must be defined", {"a": template(), "b": WITH_M})


def test_r20_resources_whose_condition_fails_do_not_count(cloud):
    whole = {
        "Conditions": {"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}},
        "Resources": {"M": parameter("1"), "Absent": parameter("m", Condition="C")},
    }
    cloud.create("a", whole)
    cloud.create("b", template(B=parameter("b")))
    left = {**whole, "Resources": {"Absent": whole["Resources"]["Absent"]}}
    cloud.refused("without resources", {"a": left, "b": WITH_M})


@pytest.mark.parametrize(
    ("reason", "section", "members"),
    [
        ("maximum allowed, 500", "Resources", {f"R{i}": {"Type": "AWS::SQS::Queue"} for i in range(501)}),
        ("maximum allowed, 200", "Outputs", {f"O{i}": {"Value": "x"} for i in range(201)}),
        ("maximum allowed, 200", "Parameters", {f"P{i}": {"Type": "String"} for i in range(201)}),
        ("maximum allowed, 200", "Mappings", {f"M{i}": {"a": {"b": "c"}} for i in range(201)}),
    ],
)
def test_r21_limits(cloud, reason, section, members):
    create_two_stacks(cloud)
    cloud.refused(reason, {"a": {**WITHOUT_M, section: members}, "b": WITH_M})


def test_r22_types_that_are_not_fully_mutable(cloud):
    cloud.create("a", template(M=METADATA, K=parameter("k")))
    cloud.create("b", template(B=parameter("b")))
    moved = {"a": WITHOUT_M, "b": template(B=parameter("b"), M=METADATA)}
    cloud.refused("resource types: [AWS::CDK::Metadata]", moved)


def test_r23_denied_types_and_custom_resources(cloud):
    custom = {"Type": "Custom::Thing", "Properties": {"ServiceToken": "arn:aws:sns:us-east-1:123456789012:t"}}
    cloud.create("a", template(W=WAIT_HANDLE, C=custom, K=parameter("k")))
    cloud.create("b", template(B=parameter("b")))
    cloud.refused(
        "resource types: [AWS::CloudFormation::WaitConditionHandle]",
        {"a": template(K=parameter("k"), C=custom), "b": template(B=parameter("b"), W=WAIT_HANDLE)},
    )
    cloud.refused(
        "resource types: [Custom::Thing]",
        {"a": template(K=parameter("k"), W=WAIT_HANDLE), "b": template(B=parameter("b"), C=custom)},
    )


def test_r23_the_list_has_what_amplify_apps_could_have():
    for denied in (
        "AWS::ApiGateway::Method",
        "AWS::CloudFormation::CustomResource",
        "AWS::Cognito::UserPoolRiskConfigurationAttachment",
        "AWS::Cognito::UserPoolUICustomizationAttachment",
        "AWS::Cognito::UserPoolUserToGroupAttachment",
        "AWS::DynamoDB::GlobalTable",
        "AWS::Elasticsearch::Domain",
        "AWS::IoT::PolicyPrincipalAttachment",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::OpsWorks::Stack",
        "AWS::Route53::RecordSet",
        "AWS::WAFv2::WebACL",
        "Custom::LogRetention",
    ):
        assert not is_movable(denied), denied
    for movable in ("AWS::Cognito::UserPool", "AWS::DynamoDB::Table", "AWS::Kinesis::Stream", "AWS::S3::Bucket"):
        assert is_movable(movable), movable


def test_r23_denied_types_may_stay(cloud):
    cloud.create("a", template(W=WAIT_HANDLE, M=METADATA, K=parameter("k")))
    cloud.create("b", template(B=parameter("b")))
    done = cloud.refactor({"a": template(W=WAIT_HANDLE, M=METADATA), "b": template(B=parameter("b"), K=parameter("k"))})
    assert done["ExecutionStatus"] == "EXECUTE_COMPLETE"


def test_r24_pseudo_parameters_that_differ(cloud):
    cloud.create("a", template(M=parameter({"Ref": "AWS::StackName"}), K=parameter("k")))
    cloud.create("b", template(B=parameter("b")))
    for value in ({"Ref": "AWS::StackName"}, {"Fn::Sub": "${AWS::StackId}"}):
        moved = template(B=parameter("b"), M=parameter(value))
        cloud.refused("pseudo parameters", {"a": WITHOUT_M, "b": moved})
    literal = template(B=parameter("b"), M=parameter(cloud.name("a")))
    assert cloud.refactor({"a": WITHOUT_M, "b": literal})["ExecutionStatus"] == "EXECUTE_COMPLETE"


@pytest.mark.parametrize("participant", ["a", "b"])
def test_r25_any_stack_policy_forbids_it(cloud, participant):
    create_two_stacks(cloud)
    cloud.cloudformation.set_stack_policy(
        StackName=cloud.name(participant), StackPolicyBody=json.dumps(STACK_POLICY_ALLOW)
    )
    cloud.refused("stack policy", MOVE_M)


def test_r26_not_into_several_stacks(cloud):
    create_two_stacks(cloud)
    cloud.create("c", template(C=parameter("c")))
    everywhere = {**MOVE_M, "c": template(C=parameter("c"), M=parameter("1"))}
    cloud.refused("more than one destination", everywhere, [("a", "M", "b", "M"), ("a", "M", "c", "M")])
    cloud.refused("new resources", everywhere)


def test_r27_nested_stacks_take_part_but_do_not_move(cloud):
    url = upload_templates(cloud, child=template(M=parameter("1"), K=parameter("k")))("child")
    cloud.create("root", template(C=nested_stack(url), K=parameter("k")))
    cloud.create("b", template(B=parameter("b")))
    child = cloud.physical_ids("root")["C"]
    physical_id = cloud.physical_ids(child)["M"]
    cloud.refused(
        "resource types: [AWS::CloudFormation::Stack]",
        {"root": WITHOUT_M, "b": template(B=parameter("b"), C=nested_stack(url))},
    )
    done = cloud.refactor({child: WITHOUT_M, "b": WITH_M})
    assert done["ExecutionStatus"] == "EXECUTE_COMPLETE"
    assert cloud.physical_ids("b")["M"] == physical_id


def test_r28_equal_logical_ids_are_detected(cloud):
    create_two_stacks(cloud)
    done = cloud.refactor(MOVE_M)
    actions = cloud.cloudformation.list_stack_refactor_actions(StackRefactorId=done["StackRefactorId"])
    assert [a["Detection"] for a in actions["StackRefactorActions"]] == ["AUTO"]


def test_r28_ambiguity_needs_a_mapping(cloud):
    for short in ("a", "b"):
        cloud.create(short, template(M=parameter("1"), K=parameter("k")))
    cloud.create("c", template(C=parameter("c")))
    moved = {"a": WITHOUT_M, "b": WITHOUT_M, "c": template(C=parameter("c"), M=parameter("1"))}
    cloud.refused("more than one source", moved)


def test_r29_mappings_name_participants_by_name_or_arn(cloud):
    create_two_stacks(cloud)
    cloud.rejected("not part of StackDefinitions", MOVE_M, [("a", "M", "zzz", "M")])
    by_arn = [(cloud.stack("a")["StackId"], "M", cloud.stack("b")["StackId"], "M")]
    assert cloud.refactor(MOVE_M, by_arn)["ExecutionStatus"] == "EXECUTE_COMPLETE"


def test_r30_transforms_may_not_change(cloud):
    create_two_stacks(cloud)
    transformed = {**WITH_M, "Transform": "AWS::LanguageExtensions"}
    cloud.refused("Transform", {"a": WITHOUT_M, "b": transformed})


@pytest.mark.parametrize(
    "action",
    ["CreateStackRefactor", "DescribeStackRefactor", "ExecuteStackRefactor", "ListStackRefactorActions"],
)
def test_r31_missing_permissions_by_a_fault(cloud, action):
    create_two_stacks(cloud)
    cloud.control("POST", "/_faults", [{"action": f"cloudformation:{action}", "kind": "refuse"}])
    cloudformation = cloud.cloudformation
    with error("AccessDenied", f"not authorized to perform: cloudformation:{action}") as refused:
        refactor_id = cloud.create_refactor(MOVE_M)
        cloud.validated(refactor_id)
        cloudformation.list_stack_refactor_actions(StackRefactorId=refactor_id)
        cloudformation.execute_stack_refactor(StackRefactorId=refactor_id)
    assert refused.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert set(cloud.physical_ids("a")) == {"M", "K"}


def test_r32_tags_follow_the_move(cloud):
    cloud.create("a", template(T=table(), K=parameter("k")))
    cloud.create("b", template(B=parameter("b")))
    arn = cloud.client("dynamodb").describe_table(TableName=cloud.physical_ids("a")["T"])["Table"]["TableArn"]
    cloud.refactor({"a": WITHOUT_M, "b": template(B=parameter("b"), Moved=table())}, [("a", "T", "b", "Moved")])
    tags = cloud.client("dynamodb").list_tags_of_resource(ResourceArn=arn)["Tags"]
    assert {tag["Key"].split(":")[-1]: tag["Value"] for tag in tags} == {
        "stack-name": cloud.name("b"),
        "stack-id": cloud.stack("b")["StackId"],
        "logical-id": "Moved",
    }


def test_r32_a_failed_re_tagging_by_an_injected_failure(cloud):
    create_two_stacks(cloud)
    reason = "Resource of type AWS::SSM::Parameter could not be tagged"
    cloud.control("POST", "/_refactor/inject", [{"phase": "execute", "reason": reason}])
    done = cloud.refactor(MOVE_M)
    assert (done["ExecutionStatus"], done["ExecutionStatusReason"]) == ("ROLLBACK_COMPLETE", reason)
    assert set(cloud.physical_ids("a")) == {"M", "K"}


def test_r33_execute_only_once_and_only_when_available(cloud):
    create_two_stacks(cloud)
    done = cloud.refactor(MOVE_M)
    with error("ValidationError", "cannot be executed"):
        cloud.cloudformation.execute_stack_refactor(StackRefactorId=done["StackRefactorId"])
    failed = cloud.refactor({"a": template(K=parameter("other")), "b": WITH_M})
    with error("ValidationError", "CREATE_FAILED"):
        cloud.cloudformation.execute_stack_refactor(StackRefactorId=failed["StackRefactorId"])


def test_r34_participants_are_locked_while_it_executes(cloud):
    create_two_stacks(cloud)
    cloud.control("POST", "/_config", {"latency_ms": 300})
    try:
        refactor_id = cloud.refactor(MOVE_M, execute=False)["StackRefactorId"]
        cloudformation = cloud.cloudformation
        cloudformation.execute_stack_refactor(StackRefactorId=refactor_id)
        for call, arguments in (
            (cloudformation.execute_stack_refactor, {"StackRefactorId": refactor_id}),
            (
                cloudformation.update_stack,
                {"StackName": cloud.name("a"), "TemplateBody": json.dumps(template(K=parameter("z")))},
            ),
            (cloudformation.delete_stack, {"StackName": cloud.name("b")}),
        ):
            with error("ValidationError"):
                call(**arguments)
        assert cloud.stack("a")["StackStatus"] == "UPDATE_IN_PROGRESS"
    finally:
        cloud.control("POST", "/_config", {"latency_ms": 20})
    assert cloud.executed(refactor_id)["ExecutionStatus"] == "EXECUTE_COMPLETE"


def test_r35_a_deletion_policy_has_no_effect_and_nothing_deletes_a_refactor(cloud):
    cloud.create("a", template(M=table(), K=parameter("k")))
    cloud.create("b", template(B=parameter("b")))
    name = cloud.physical_ids("a")["M"]
    done = cloud.refactor({"a": WITHOUT_M, "b": template(B=parameter("b"), M=table())})
    assert cloud.client("dynamodb").describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE"
    cloud.cloudformation.delete_stack(StackName=cloud.name("b"))
    assert cloud.describe_refactor(done["StackRefactorId"])["ExecutionStatus"] == "EXECUTE_COMPLETE"


def test_a_mapping_to_itself(cloud):
    create_two_stacks(cloud)
    cloud.refused("maps a resource to itself", MOVE_M, [("a", "K", "a", "K")])


@pytest.mark.parametrize(
    ("reason", "b"),
    [
        ("M cannot be evaluated", template(B=parameter("b"), M=parameter({"Fn::Select": ["9", ["1"]]}))),
        ("Output cannot be evaluated", {**WITH_M, "Outputs": {"O": {"Value": {"Fn::Select": ["9", ["1"]]}}}}),
    ],
)
def test_what_cannot_be_evaluated(cloud, reason, b):
    create_two_stacks(cloud)
    cloud.refused(reason, {"a": WITHOUT_M, "b": b})
