"""A stack refactor from its creation to its end."""

import json

import pytest
from building_blocks import (
    MOVE_M,
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


def test_a_move_under_another_name(cloud):
    create_two_stacks(cloud)
    physical_id = cloud.physical_ids("a")["M"]
    renamed = template(B=parameter("b"), Moved=parameter("1"))
    done = cloud.refactor({"a": WITHOUT_M, "b": renamed}, [("a", "M", "b", "Moved")])
    assert done["ExecutionStatus"] == "EXECUTE_COMPLETE"
    assert len(done["StackIds"]) == 2
    assert cloud.physical_ids("b")["Moved"] == physical_id
    assert set(cloud.physical_ids("a")) == {"K"}


def test_the_preview(cloud):
    create_two_stacks(cloud)
    physical_id = cloud.physical_ids("a")["M"]
    renamed = template(B=parameter("b"), Moved=parameter("1"))
    refactor = cloud.refactor({"a": WITHOUT_M, "b": renamed}, [("a", "M", "b", "Moved")], execute=False)
    actions = cloud.cloudformation.list_stack_refactor_actions(StackRefactorId=refactor["StackRefactorId"])
    (action,) = actions["StackRefactorActions"]
    assert (action["Action"], action["Entity"], action["Detection"]) == ("MOVE", "RESOURCE", "MANUAL")
    assert action["PhysicalResourceId"] == physical_id
    assert action["ResourceMapping"] == {
        "Source": {"StackName": cloud.stack("a")["StackId"], "LogicalResourceId": "M"},
        "Destination": {"StackName": cloud.stack("b")["StackId"], "LogicalResourceId": "Moved"},
    }
    assert {tag["Key"].split(":")[-1]: tag["Value"] for tag in action["TagResources"]} == {
        "stack-name": cloud.name("b"),
        "logical-id": "Moved",
        "stack-id": cloud.stack("b")["StackId"],
    }
    assert set(cloud.physical_ids("a")) == {"M", "K"}, "a preview changes nothing"


def test_events_look_like_imports(cloud):
    create_two_stacks(cloud)
    cloud.refactor(MOVE_M)
    events = cloud.cloudformation.describe_stack_events(StackName=cloud.name("b"))["StackEvents"]
    assert "IMPORT_COMPLETE" in [e["ResourceStatus"] for e in events if e["LogicalResourceId"] == "M"]


def test_lists_are_paged_and_filtered(cloud):
    create_two_stacks(cloud)
    done = cloud.refactor(MOVE_M)["StackRefactorId"]
    cloudformation = cloud.cloudformation
    found, token = [], {}
    while True:
        page = cloudformation.list_stack_refactors(ExecutionStatusFilter=["EXECUTE_COMPLETE"], MaxResults=1, **token)
        found += [summary["StackRefactorId"] for summary in page["StackRefactorSummaries"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert done in found
    available = cloudformation.list_stack_refactors(ExecutionStatusFilter=["AVAILABLE"])
    assert done not in [s["StackRefactorId"] for s in available["StackRefactorSummaries"]]


def test_actions_are_paged(cloud):
    names = [f"M{i}" for i in range(5)]
    moved = {name: parameter(name) for name in names}
    cloud.create("a", {"Resources": {**moved, "K": parameter("k")}})
    cloud.create("b", template(B=parameter("b")))
    after = {"a": WITHOUT_M, "b": {"Resources": {**moved, "B": parameter("b")}}}
    refactor_id = cloud.refactor(after, execute=False)["StackRefactorId"]
    seen, token = [], {}
    while True:
        page = cloud.cloudformation.list_stack_refactor_actions(StackRefactorId=refactor_id, MaxResults=2, **token)
        assert len(page["StackRefactorActions"]) <= 2
        seen += [a["ResourceMapping"]["Source"]["LogicalResourceId"] for a in page["StackRefactorActions"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert sorted(seen) == names


def test_an_unknown_refactor(cloud):
    unknown = {"StackRefactorId": "00000000-0000-0000-0000-000000000000"}
    cloudformation = cloud.cloudformation
    for call in (
        cloudformation.describe_stack_refactor,
        cloudformation.execute_stack_refactor,
        cloudformation.list_stack_refactor_actions,
    ):
        with error("StackRefactorNotFoundException") as raised:
            call(**unknown)
        assert raised.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_there_is_no_client_token(cloud):
    create_two_stacks(cloud)
    first, second = (cloud.refactor(MOVE_M, execute=False) for _ in range(2))
    assert first["StackRefactorId"] != second["StackRefactorId"]
    assert first["ExecutionStatus"] == second["ExecutionStatus"] == "AVAILABLE"


def test_a_long_description_is_refused(cloud):
    create_two_stacks(cloud)
    definitions = [{"StackName": cloud.name(s), "TemplateBody": json.dumps(t)} for s, t in MOVE_M.items()]
    with error("ValidationError", "less than or equal to 1024"):
        cloud.cloudformation.create_stack_refactor(StackDefinitions=definitions, Description="d" * 1025)


def test_stacks_settle_later_than_the_refactor(cloud):
    create_two_stacks(cloud)
    cloud.control("POST", "/_config", {"settle_ms": 400})
    try:
        refactor_id = cloud.refactor(MOVE_M, execute=False)["StackRefactorId"]
        cloud.cloudformation.execute_stack_refactor(StackRefactorId=refactor_id)
        assert cloud.executed(refactor_id)["ExecutionStatus"] == "EXECUTE_COMPLETE"
        assert cloud.stack("a")["StackStatus"] == "UPDATE_IN_PROGRESS"
        assert cloud.settled("a")["StackStatus"] == "UPDATE_COMPLETE"
    finally:
        cloud.control("POST", "/_config", {"settle_ms": 60})


def test_a_participant_that_changes_makes_it_obsolete(cloud):
    create_two_stacks(cloud)
    refactor_id = cloud.refactor(MOVE_M, execute=False)["StackRefactorId"]
    cloud.update("b", template(B=parameter("b2")))
    assert cloud.describe_refactor(refactor_id)["ExecutionStatus"] == "OBSOLETE"
    with error("ValidationError", "OBSOLETE"):
        cloud.cloudformation.execute_stack_refactor(StackRefactorId=refactor_id)


def test_parameters_and_tags_stay(cloud):
    tags = [{"Key": "team", "Value": "x"}]
    whole = {
        "Parameters": {"V": {"Type": "String"}},
        "Resources": {"M": parameter("1"), "K": parameter({"Ref": "V"})},
    }
    cloud.create("a", whole, parameters={"V": "v"}, Tags=tags)
    cloud.create("b", template(B=parameter("b")))
    left = {**whole, "Resources": {"K": whole["Resources"]["K"]}}
    cloud.refactor({"a": left, "b": WITH_M})
    stack = cloud.stack("a")
    assert [(p["ParameterKey"], p["ParameterValue"]) for p in stack["Parameters"]] == [("V", "v")]
    assert stack["Tags"] == tags


@pytest.mark.parametrize("keeps_shell", [True, False])
def test_a_failed_execution_rolls_back(cloud, keeps_shell):
    create_two_stacks(cloud)
    before = cloud.physical_ids("a")
    after = {"a": WITHOUT_M, "new": template(M=parameter("1"))}
    cloud.control("POST", "/_config", {"shell_on_failed_execute": keeps_shell})
    cloud.control("POST", "/_refactor/inject", [{"phase": "execute", "reason": "handler failed"}])
    try:
        done = cloud.refactor(after, create=True)
        assert done["ExecutionStatus"] == "ROLLBACK_COMPLETE"
        assert "handler failed" in done["ExecutionStatusReason"]
        assert cloud.physical_ids("a") == before
        assert cloud.stack("a")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        if keeps_shell:
            check_shell(cloud, after)
        assert cloud.refactor(after, create=True)["ExecutionStatus"] == "EXECUTE_COMPLETE"
    finally:
        cloud.control("POST", "/_config", {"shell_on_failed_execute": True})


def check_shell(cloud, after):
    """The shell of a stack that was to be created: without template, of no use, and to be deleted."""
    name = cloud.name("new")
    assert cloud.stack("new")["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert not cloud.cloudformation.get_template(StackName=name).get("TemplateBody")
    with error("ValidationError"):
        cloud.cloudformation.update_stack(StackName=name, TemplateBody=json.dumps(template(Q=queue())))
    cloud.rejected("REVIEW_IN_PROGRESS", after, create=True)
    stack_id = cloud.stack("new")["StackId"]
    cloud.cloudformation.delete_stack(StackName=name)
    assert cloud.settled(stack_id)["StackStatus"] == "DELETE_COMPLETE"


def test_an_injected_failure_of_one_refactor_among_others(cloud):
    create_two_stacks(cloud)
    failure = {"phase": "create", "reason": "no", "description": "another.*move"}
    cloud.control("POST", "/_refactor/inject", [failure])
    assert cloud.refactor(MOVE_M)["ExecutionStatus"] == "EXECUTE_COMPLETE"
    cloud.control("POST", "/_refactor/inject", [])


def test_a_failed_validation_by_injection(cloud):
    create_two_stacks(cloud)
    cloud.control("POST", "/_refactor/inject", [{"phase": "create", "reason": "no luck"}])
    cloud.refused("no luck", MOVE_M)
    assert cloud.refactor(MOVE_M)["ExecutionStatus"] == "EXECUTE_COMPLETE"


def test_a_shell_at_creation_when_switched_on(cloud):
    create_two_stacks(cloud)
    cloud.control("POST", "/_config", {"shell_on_create": True})
    try:
        after = {"a": WITHOUT_M, "new": template(M=parameter("1"))}
        refactor_id = cloud.refactor(after, create=True, execute=False)["StackRefactorId"]
        assert cloud.stack("new")["StackStatus"] == "REVIEW_IN_PROGRESS"
        cloud.cloudformation.execute_stack_refactor(StackRefactorId=refactor_id)
        assert cloud.executed(refactor_id)["ExecutionStatus"] == "EXECUTE_COMPLETE"
        assert cloud.settled("new")["StackStatus"] == "CREATE_COMPLETE"
    finally:
        cloud.control("POST", "/_config", {"shell_on_create": False})


def test_a_resource_that_is_gone_fails_the_execution(cloud):
    cloud.create("a", template(M=table(), K=parameter("k")))
    cloud.create("b", template(B=parameter("b")))
    cloud.client("dynamodb").delete_table(TableName=cloud.physical_ids("a")["M"])
    done = cloud.refactor({"a": WITHOUT_M, "b": template(B=parameter("b"), M=table())})
    assert done["ExecutionStatus"] == "ROLLBACK_COMPLETE"


def test_the_view_of_a_parent_stays_right(cloud):
    child = {**template(M=parameter("1"), K=parameter("k")), "Outputs": {"MId": {"Value": {"Ref": "M"}}}}
    url = upload_templates(cloud, child=child)("child")
    reader = parameter({"Fn::GetAtt": ["C", "Outputs.MId"]})
    cloud.create("root", template(C=nested_stack(url), R=reader))
    cloud.create("b", template(B=parameter("b")))
    child_id = cloud.physical_ids("root")["C"]
    physical_id = cloud.physical_ids(child_id)["M"]
    left = {**WITHOUT_M, "Outputs": {"MId": {"Value": physical_id}}}
    moved = template(B=parameter("b"), M2=parameter("1"))
    done = cloud.refactor({child_id: left, "b": moved}, [(child_id, "M", "b", "M2")])
    assert done["ExecutionStatus"] == "EXECUTE_COMPLETE"
    assert cloud.parameter(cloud.physical_ids("root")["R"]) == physical_id
    with error("ValidationError", "No updates are to be performed"):
        cloud.update("b", moved)


def test_nothing_to_move(cloud):
    create_two_stacks(cloud)
    same = {"a": template(M=parameter("1"), K=parameter("k")), "b": template(B=parameter("b"))}
    cloud.refused("There are no resources to refactor", same)


@pytest.fixture
def slow(cloud):
    """A cloud whose operations take long enough to come between a call and its validation."""
    create_two_stacks(cloud)
    cloud.control("POST", "/_config", {"latency_ms": 400})
    yield cloud
    cloud.control("POST", "/_config", {"latency_ms": 20})


def test_a_stack_that_appears_before_the_validation(slow):
    refactor_id = slow.create_refactor({"a": WITHOUT_M, "new": template(M=parameter("1"))}, create=True)
    slow.cloudformation.create_stack(StackName=slow.name("new"), TemplateBody=json.dumps(template(Q=queue())))
    assert "already exists" in slow.validated(refactor_id)["StatusReason"]
    slow.settled("new")


def test_a_stack_that_disappears_or_is_busy_before_the_validation(slow):
    for call, arguments, reason in (
        (
            slow.cloudformation.update_stack,
            {"TemplateBody": json.dumps(template(B=parameter("b2")))},
            "UPDATE_IN_PROGRESS",
        ),
        (slow.cloudformation.delete_stack, {}, "does not exist"),
    ):
        slow.control("POST", "/_config", {"latency_ms": 400})
        refactor_id = slow.create_refactor(MOVE_M)
        slow.control("POST", "/_config", {"latency_ms": 600 if "UPDATE" in reason else 0})
        call(StackName=slow.name("b"), **arguments)
        assert reason in slow.validated(refactor_id)["StatusReason"]
        if "UPDATE" in reason:
            slow.settled("b")
