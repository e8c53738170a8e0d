"""Stack policies are enforced on updates and change sets."""

import json

from building_blocks import (
    STACK_POLICY_ALLOW,
    STACK_POLICY_DENY,
    nested_stack,
    parameter,
    template,
    upload_templates,
)
from driver import error


def set_policy(cloud, short, policy):
    cloud.cloudformation.set_stack_policy(StackName=cloud.name(short), StackPolicyBody=json.dumps(policy))


def get_policy(cloud, short):
    body = cloud.cloudformation.get_stack_policy(StackName=cloud.name(short)).get("StackPolicyBody")
    return body and json.loads(body)


def test_it_is_stored_and_read(cloud):
    cloud.create("a", template(K=parameter("1")))
    assert get_policy(cloud, "a") is None
    set_policy(cloud, "a", STACK_POLICY_DENY)
    assert get_policy(cloud, "a") == STACK_POLICY_DENY
    by_arn = cloud.cloudformation.get_stack_policy(StackName=cloud.stack("a")["StackId"])
    assert json.loads(by_arn["StackPolicyBody"]) == STACK_POLICY_DENY


def test_it_has_a_size(cloud):
    cloud.create("a", template(K=parameter("1")))
    with error("ValidationError", "16384"):
        set_policy(cloud, "a", {"Statement": [], "x": "y" * 16384})


def test_deny_rolls_an_update_back(cloud):
    cloud.create("a", template(K=parameter("1"), L=parameter("l")))
    set_policy(cloud, "a", STACK_POLICY_DENY)
    cloud.update("a", template(K=parameter("2"), L=parameter("l")), status="UPDATE_ROLLBACK_COMPLETE")
    assert cloud.parameter(cloud.physical_ids("a")["K"]) == "1"


def test_what_touches_no_resource_is_allowed(cloud):
    cloud.create("a", template(K=parameter("1")))
    set_policy(cloud, "a", STACK_POLICY_DENY)
    cloud.update("a", {**template(K=parameter("1")), "Outputs": {"O": {"Value": "z"}}})


def test_deny_holds_for_change_sets(cloud):
    cloud.create("a", template(K=parameter("1")))
    set_policy(cloud, "a", STACK_POLICY_DENY)
    cloud.cloudformation.create_change_set(
        StackName=cloud.name("a"), ChangeSetName="c", TemplateBody=json.dumps(template(K=parameter("3")))
    )
    cloud.change_set("a", "c")
    cloud.cloudformation.execute_change_set(StackName=cloud.name("a"), ChangeSetName="c")
    assert cloud.settled("a")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


def test_a_policy_for_one_update_does_not_stay(cloud):
    cloud.create("a", template(K=parameter("1")))
    set_policy(cloud, "a", STACK_POLICY_DENY)
    cloud.update("a", template(K=parameter("4")), StackPolicyDuringUpdateBody=json.dumps(STACK_POLICY_ALLOW))
    assert get_policy(cloud, "a") == STACK_POLICY_DENY
    cloud.update("a", template(K=parameter("5")), status="UPDATE_ROLLBACK_COMPLETE")


def test_deny_of_one_action_on_one_resource(cloud):
    cloud.create("a", template(K=parameter("1"), L=parameter("l")))
    no_delete = {
        "Effect": "Deny",
        "Action": "Update:Delete",
        "Principal": "*",
        "Resource": "LogicalResourceId/L",
    }
    set_policy(cloud, "a", {"Statement": [*STACK_POLICY_ALLOW["Statement"], no_delete]})
    cloud.update("a", template(K=parameter("5"), L=parameter("l2")))
    cloud.update("a", template(K=parameter("5")), status="UPDATE_ROLLBACK_COMPLETE")


def test_deny_by_resource_type_and_of_replacement(cloud):
    named = parameter("1")
    named["Properties"]["Name"] = cloud.name("one")
    cloud.create("a", template(K=named))
    no_replace = {
        "Effect": "Deny",
        "Action": "Update:Replace",
        "Principal": "*",
        "Resource": "*",
        "Condition": {"StringLike": {"ResourceType": ["AWS::SSM::*"]}},
    }
    set_policy(cloud, "a", {"Statement": [*STACK_POLICY_ALLOW["Statement"], no_replace]})
    changed = parameter("2")
    changed["Properties"]["Name"] = cloud.name("one")
    cloud.update("a", template(K=changed))
    replaced = parameter("2")
    replaced["Properties"]["Name"] = cloud.name("two")
    cloud.update("a", template(K=replaced), status="UPDATE_ROLLBACK_COMPLETE")


def test_the_lock_of_a_root_does_not_hold_for_direct_updates_of_nested_stacks(cloud):
    url = upload_templates(cloud, child=template(M=parameter("1")))("child")
    root = template(C=nested_stack(url), K=parameter("k"))
    cloud.create("root", root)
    child = cloud.physical_ids("root")["C"]
    physical_id = cloud.physical_ids(child)["M"]
    set_policy(cloud, "root", STACK_POLICY_DENY)
    upload_templates(cloud, child=template(M=parameter("2")))
    cloud.update("root", root, status="UPDATE_ROLLBACK_COMPLETE")
    assert cloud.parameter(physical_id) == "1"
    cloud.update(child, template(M=parameter("3")))
    assert cloud.parameter(physical_id) == "3"
