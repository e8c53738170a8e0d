"""What a restore puts back: everything."""

import concurrent.futures
import json
import time

import pytest
from building_blocks import (
    MOVE_M,
    STACK_POLICY_DENY,
    bucket,
    create_two_stacks,
    in_pool,
    parameter,
    retained,
    stream,
    table,
    template,
    user_pool,
)
from conftest import app_folders
from driver import error


def state(cloud, region="us-east-1"):
    """Everything a client can see, read through the services themselves."""
    read = {
        "stacks": stacks(cloud, region),
        "users": users(cloud, region),
        "objects": objects(cloud, region),
        "items": items(cloud, region),
        "apps": apps(cloud, region),
        "refactors": cloud.client("cloudformation", region).list_stack_refactors()["StackRefactorSummaries"],
        "exports": cloud.client("cloudformation", region).list_exports()["Exports"],
        "functions": cloud.client("lambda", region).list_functions()["Functions"],
        "roles": cloud.client("iam", region).list_roles()["Roles"],
        "parameters": cloud.client("ssm", region).describe_parameters()["Parameters"],
        "streams": cloud.client("kinesis", region).list_streams()["StreamNames"],
        "apis": cloud.client("appsync", region).list_graphql_apis()["graphqlApis"],
        "pools": cloud.client("cognito-identity", region).list_identity_pools(MaxResults=60)["IdentityPools"],
    }
    return json.loads(json.dumps(read, default=str, sort_keys=True))


def stacks(cloud, region):
    cloudformation = cloud.client("cloudformation", region)
    found = []
    for page in cloudformation.get_paginator("list_stacks").paginate():
        for summary in page["StackSummaries"]:
            stack_id = summary["StackId"]
            entry = {"summary": summary, "events": []}
            for events in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack_id):
                entry["events"] += events["StackEvents"]
            if summary["StackStatus"] != "DELETE_COMPLETE":
                name = summary["StackName"]
                entry["stack"] = cloudformation.describe_stacks(StackName=stack_id)["Stacks"]
                entry["template"] = cloudformation.get_template(StackName=stack_id).get("TemplateBody")
                resources = cloudformation.describe_stack_resources(StackName=stack_id)["StackResources"]
                entry["resources"] = resources
                policy = cloudformation.get_stack_policy(StackName=name).get("StackPolicyBody")
                entry["policy"] = policy
                entry["changes"] = cloudformation.list_change_sets(StackName=name)["Summaries"]
            found.append(_without_metadata(entry))
    return found


def users(cloud, region):
    cognito = cloud.client("cognito-idp", region)
    found = {}
    for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]:
        pool_id = pool["Id"]
        found[pool_id] = {
            "pool": cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"],
            "users": cognito.list_users(UserPoolId=pool_id)["Users"],
            "clients": cognito.list_user_pool_clients(UserPoolId=pool_id)["UserPoolClients"],
            "groups": {
                group["GroupName"]: cognito.list_users_in_group(UserPoolId=pool_id, GroupName=group["GroupName"])[
                    "Users"
                ]
                for group in cognito.list_groups(UserPoolId=pool_id)["Groups"]
            },
        }
    return found


def objects(cloud, region):
    s3 = cloud.client("s3", region)
    found = {}
    for entry in s3.list_buckets()["Buckets"]:
        name = entry["Name"]
        for summary in s3.list_objects_v2(Bucket=name).get("Contents", []):
            body = s3.get_object(Bucket=name, Key=summary["Key"])["Body"].read()
            found[f"{name}/{summary['Key']}"] = body.hex()
    return found


def items(cloud, region):
    dynamodb = cloud.client("dynamodb", region)
    return {
        name: [
            dynamodb.describe_table(TableName=name)["Table"],
            dynamodb.scan(TableName=name)["Items"],
        ]
        for name in dynamodb.list_tables()["TableNames"]
    }


def apps(cloud, region):
    amplify = cloud.client("amplify", region)
    return [[app, amplify.list_branches(appId=app["appId"])["branches"]] for app in amplify.list_apps()["apps"]]


def _without_metadata(document):
    return json.loads(json.dumps(document, default=str))


def spoil(cloud):
    """Change something of everything."""
    cloud.refactor(MOVE_M)
    cloud.cloudformation.set_stack_policy(StackName=cloud.name("data"), StackPolicyBody=json.dumps(STACK_POLICY_DENY))
    ids = cloud.physical_ids("data")
    cloud.client("s3").put_object(Bucket=ids["B"], Key="new", Body=b"2")
    cloud.client("s3").delete_object(Bucket=ids["B"], Key="k")
    cloud.client("dynamodb").put_item(TableName=ids["T"], Item={"id": {"S": "2"}})
    cognito = cloud.client("cognito-idp")
    cognito.admin_delete_user(UserPoolId=ids["Pool"], Username="ann")
    cognito.create_group(UserPoolId=ids["Pool"], GroupName="Late")
    cloud.cloudformation.delete_stack(StackName=cloud.name("data"))
    cloud.create("late", template(K=parameter("late")))
    cloud.client("amplify").update_app(appId="app", environmentVariables={"A": "2"})
    cloud.client("sqs").create_queue(QueueName="late")
    cloud.client("events").put_rule(Name="late", ScheduleExpression="rate(1 day)")
    cloud.control("POST", "/_faults", [{"action": "X", "kind": "throttle"}])
    cloud.control("POST", "/_config", {"settle_ms": 1})


def fill(cloud):
    """A bit of everything."""
    create_two_stacks(cloud)
    data = template(
        Pool=retained(user_pool()),
        Client=in_pool("Client"),
        G=in_pool("Group", GroupName="Admins"),
        B=retained(bucket()),
        T=retained(table()),
        S=stream(),
    )
    cloud.create("data", data)
    ids = cloud.physical_ids("data")
    cloud.client("s3").put_object(Bucket=ids["B"], Key="k", Body=b"\x00\xff1")
    cloud.client("dynamodb").put_item(TableName=ids["T"], Item={"id": {"S": "1"}, "n": {"N": "1.50"}})
    cognito = cloud.client("cognito-idp")
    cognito.admin_create_user(UserPoolId=ids["Pool"], Username="ann", MessageAction="SUPPRESS")
    cognito.admin_add_user_to_group(UserPoolId=ids["Pool"], Username="ann", GroupName="Admins")
    app = {"appId": "app", "name": "app", "environmentVariables": {"A": "1"}}
    cloud.control("POST", "/_amplify/seed", {**app, "branches": [{"branchName": "main"}]})
    cloud.refactor(MOVE_M, execute=False)
    cloud.control("POST", "/_ledger/mark-production")
    cloud.control("POST", "/_faults", [{"action": "Nothing", "kind": "refuse"}])


def control_state(cloud):
    return [cloud.control("GET", path) for path in ("/_ledger", "/_faults", "/_config", "/_custom")]


def test_everything_is_as_before(own_cloud):
    cloud = own_cloud
    fill(cloud)
    before = state(cloud)
    control_before, log_before = control_state(cloud), cloud.control("GET", "/_requests")
    snapshot = cloud.control("POST", "/_snapshot")
    for _ in range(2):
        spoil(cloud)
        assert state(cloud) != before
        assert control_state(cloud)[0]["violations"]
        cloud.control("POST", "/_restore", snapshot)
        assert control_state(cloud) == control_before
        assert cloud.control("GET", "/_requests") == log_before
        assert state(cloud) == before
        assert not cloud.client("sqs").list_queues().get("QueueUrls")
        assert not cloud.client("events").list_rules()["Rules"]
        cloud.control("POST", "/_restore", snapshot)
    assert cloud.refactor(MOVE_M)["ExecutionStatus"] == "EXECUTE_COMPLETE", "it goes on from there"


def test_several_snapshots_in_any_order(own_cloud):
    cloud = own_cloud
    snapshots = []
    for number in range(3):
        cloud.create(f"s{number}", template(K=parameter(str(number))))
        snapshots.append(cloud.control("POST", "/_snapshot"))
    for index in (1, 0, 2, 0):
        cloud.control("POST", "/_restore", snapshots[index])
        assert len(cloud.cloudformation.describe_stacks()["Stacks"]) == index + 1
    cloud.control("DELETE", f"/_snapshot?id={snapshots[0]['id']}")
    with pytest.raises(RuntimeError, match="no snapshot"):
        cloud.control("POST", "/_restore", snapshots[0])


def test_a_snapshot_waits_until_nothing_is_under_way(own_cloud):
    cloud = own_cloud
    create_two_stacks(cloud)
    cloud.control("POST", "/_config", {"latency_ms": 300, "settle_ms": 300})
    refactor_id = cloud.refactor(MOVE_M, execute=False)["StackRefactorId"]
    cloud.cloudformation.execute_stack_refactor(StackRefactorId=refactor_id)
    snapshot = cloud.control("POST", "/_snapshot")
    assert cloud.stack("a")["StackStatus"] == "UPDATE_COMPLETE"
    cloud.control("POST", "/_restore", snapshot)
    assert cloud.describe_refactor(refactor_id)["ExecutionStatus"] == "EXECUTE_COMPLETE"


def test_a_restore_drops_what_is_under_way(own_cloud):
    cloud = own_cloud
    create_two_stacks(cloud)
    snapshot = cloud.control("POST", "/_snapshot")
    cloud.control("POST", "/_config", {"latency_ms": 300})
    cloud.cloudformation.delete_stack(StackName=cloud.name("a"))
    cloud.control("POST", "/_restore", snapshot)
    time.sleep(0.5)
    assert cloud.stack("a")["StackStatus"] == "CREATE_COMPLETE"
    assert set(cloud.physical_ids("a")) == {"M", "K"}


def test_a_call_that_waits_through_a_restore_has_no_effect(own_cloud):
    cloud = own_cloud
    snapshot = cloud.control("POST", "/_snapshot")
    cloud.control("POST", "/_latency", [{"action": "CreateQueue", "ms": 400}])
    sqs = cloud.client("sqs")
    with concurrent.futures.ThreadPoolExecutor() as threads:
        late = threads.submit(sqs.create_queue, QueueName="late")
        time.sleep(0.1)
        cloud.control("POST", "/_restore", snapshot)
        assert late.exception() is not None
    assert not sqs.list_queues().get("QueueUrls")


def test_reset_empties_everything(own_cloud):
    cloud = own_cloud
    fill(cloud)
    cloud.control("POST", "/_reset")
    assert not cloud.cloudformation.describe_stacks()["Stacks"]
    assert not cloud.client("s3").list_buckets()["Buckets"]
    assert not cloud.client("amplify").list_apps()["apps"]
    assert cloud.control("GET", "/_ledger")["resources"] == []
    with error("StackRefactorNotFoundException"):
        cloud.describe_refactor("00000000-0000-0000-0000-000000000000")


@pytest.mark.skipif(not app_folders(), reason="no app folder")
def test_a_seeded_app_comes_back_in_well_under_a_second(own_cloud):
    cloud = own_cloud
    seeded = cloud.seed("app", "--app", app_folders()[0])
    before = state(cloud, seeded["region"])
    snapshot = cloud.control("POST", "/_snapshot")
    cloud.client("cloudformation", seeded["region"]).delete_stack(StackName=seeded["gen1RootId"])
    assert cloud.control("POST", "/_restore", snapshot)["ms"] < 1000
    assert state(cloud, seeded["region"]) == before
    assert cloud.violations() == []
