"""The ledger reports every loss, and no move."""

import json

from building_blocks import bucket, in_pool, parameter, retained, stream, table, template, user_pool

TRIGGER = "arn:aws:lambda:us-east-1:123456789012:function:f"


def kinds(cloud):
    return {(v["kind"], v["type"].split("::")[-1]) for v in cloud.violations()}


def row(cloud, physical_id):
    return next(r for r in cloud.control("GET", "/_ledger")["resources"] if r["id"] == physical_id)


def test_every_kind_of_loss(own_cloud):
    cloud = own_cloud
    whole = template(
        Pool=user_pool(),
        Client=in_pool("Client"),
        B=bucket(),
        D=table(),
        S=stream(),
        R=retained(table()),
    )
    cloud.create("a", whole)
    ids = cloud.physical_ids("a")
    cloud.client("s3").put_object(Bucket=ids["B"], Key="k", Body=b"1")
    cloud.client("cognito-idp").update_user_pool(UserPoolId=ids["Pool"], LambdaConfig={"PreSignUp": TRIGGER})
    cloud.control("POST", "/_ledger/mark-production")
    assert cloud.violations() == []

    changed = user_pool(MfaConfiguration="OFF", EmailVerificationSubject="changed")
    replaced = in_pool("Client", GenerateSecret=True)
    cloud.update("a", template(Pool=changed, Client=replaced, B=bucket(), K=parameter("k")))
    cloud.client("s3").delete_object(Bucket=ids["B"], Key="k")
    assert {
        ("config-changed", "UserPool"),
        ("replaced", "UserPoolClient"),
        ("deleted", "UserPoolClient"),
        ("deleted", "Table"),
        ("deleted", "Stream"),
        ("no-owner", "Table"),
        ("data-lost", "Bucket"),
    } <= kinds(cloud)
    wiped = [v for v in cloud.violations() if v.get("path") == "/LambdaConfig/PreSignUp"]
    assert [v["before"] for v in wiped] == [TRIGGER], "the update by CloudFormation wiped the trigger"
    assert all(v["cause"] and v["open"] for v in cloud.violations())
    pool = row(cloud, ids["Pool"])
    assert pool["hash"] != pool["baselineHash"]
    assert "/LambdaConfig/PreSignUp" in pool["driftFromBaseline"]


def test_objects_of_production_are_told_from_what_comes_and_goes(own_cloud):
    cloud = own_cloud
    cloud.create("a", template(B=bucket()))
    name, s3 = cloud.physical_ids("a")["B"], cloud.client("s3")
    s3.put_object(Bucket=name, Key="photo", Body=b"1")
    cloud.control("POST", "/_ledger/mark-production")
    s3.put_object(Bucket=name, Key="template", Body=b"2")
    s3.delete_object(Bucket=name, Key="template")
    assert cloud.violations() == []
    s3.put_object(Bucket=name, Key="another", Body=b"3")
    s3.delete_object(Bucket=name, Key="photo")
    assert [(v["kind"], v["detail"]) for v in cloud.violations()] == [("data-lost", {"gone": ["photo"]})]


def test_a_recreated_resource_is_another_one(own_cloud):
    cloud = own_cloud
    name = cloud.name("table")
    cloud.create("a", template(D=table(TableName=name), K=parameter("k")))
    cloud.control("POST", "/_ledger/mark-production")
    dynamodb = cloud.client("dynamodb")
    dynamodb.delete_table(TableName=name)
    properties = table(TableName=name)["Properties"]
    dynamodb.create_table(**properties)
    assert {("deleted", "Table"), ("replaced", "Table")} <= kinds(cloud)


def test_two_owners(own_cloud):
    cloud = own_cloud
    cloud.create("a", template(D=retained(table()), K=parameter("k")))
    name = cloud.physical_ids("a")["D"]
    cloud.control("POST", "/_ledger/mark-production")
    cloud.create("b", template(K=parameter("k")))
    cloud.cloudformation.create_change_set(
        StackName=cloud.name("b"),
        ChangeSetName="import",
        ChangeSetType="IMPORT",
        UsePreviousTemplate=False,
        TemplateBody=json.dumps(template(K=parameter("k"), D=retained(table(TableName=name)))),
        ResourcesToImport=[
            {
                "ResourceType": "AWS::DynamoDB::Table",
                "LogicalResourceId": "D",
                "ResourceIdentifier": {"TableName": name},
            }
        ],
    )
    change_set = cloud.change_set("b", "import")
    assert change_set["Status"] == "FAILED", "a resource that a stack owns cannot be imported by another"
    assert cloud.violations() == []


def test_a_move_and_an_allowed_change_are_no_loss(own_cloud):
    cloud = own_cloud
    cloud.create("a", template(D=table(), K=parameter("k")))
    cloud.create("b", template(B=parameter("b")))
    name = cloud.physical_ids("a")["D"]
    cloud.control("POST", "/_ledger/mark-production")
    rule = {"type": "AWS::DynamoDB::Table", "path": "/DeletionProtectionEnabled"}
    cloud.control("POST", "/_ledger/allow", [rule])
    cloud.client("dynamodb").update_table(TableName=name, DeletionProtectionEnabled=True)
    cloud.refactor({"a": template(K=parameter("k")), "b": template(B=parameter("b"), D=table())})
    assert cloud.violations() == []
    assert row(cloud, name)["owners"] == [f"{cloud.name('b')}/D"]


def test_what_is_not_production_may_go(own_cloud):
    cloud = own_cloud
    cloud.control("POST", "/_ledger/mark-production")
    cloud.create("a", template(D=table(), K=parameter("k")))
    cloud.update("a", template(K=parameter("k")))
    assert cloud.violations() == []


def test_equal_names_in_two_regions_and_accounts_are_two_resources(own_cloud):
    cloud = own_cloud
    body = json.dumps(template(D=table(TableName="same")))
    for region, account in (
        ("us-east-1", "123456789012"),
        ("eu-west-1", "123456789012"),
        ("us-east-1", "210987654321"),
    ):
        cloudformation = cloud.client("cloudformation", region, account)
        cloudformation.create_stack(StackName="same", TemplateBody=body)
        cloudformation.get_waiter("stack_create_complete").wait(StackName="same", WaiterConfig={"Delay": 0.05})
    cloud.control("POST", "/_ledger/mark-production")
    rows = [r for r in cloud.control("GET", "/_ledger")["resources"] if r["id"] == "same"]
    assert [r["owners"] for r in rows] == [["same/D"]] * 3
    assert cloud.violations() == []
    cloud.client("dynamodb", "eu-west-1").delete_table(TableName="same")
    assert [(v["kind"], v["region"]) for v in cloud.violations()] == [("deleted", "eu-west-1")]
