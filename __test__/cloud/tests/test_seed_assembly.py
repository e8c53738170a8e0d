"""Deploying a cloud assembly, and what Amplify's custom resources do then."""

import pytest
from assembly_builder import write_assembly
from building_blocks import parameter, retained, table, template

IMPORTABLE = {
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    "DeletionProtectionEnabled": True,
}
WITH_SORT_KEY = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "sort", "KeyType": "RANGE"}]
WITH_SORT_ATTRIBUTE = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "sort")]


@pytest.fixture
def assembly(own_cloud, tmp_path):
    """Writes an assembly and deploys it."""

    def deploy(*arguments, expect_success=True, **choices):
        write_assembly(str(tmp_path), **choices)
        return own_cloud.seed("assembly", "--assembly", str(tmp_path), *arguments, expect_success=expect_success)

    return deploy


def create_gen1_table(cloud, name, **changes):
    cloud.client("dynamodb").create_table(**table(TableName=name, **{**IMPORTABLE, **changes})["Properties"])


def test_the_root_stack(own_cloud, assembly):
    deployed = assembly(branch="feature/x")
    assert deployed["stackName"] == "amplify-notes-featurex-branch-0123456789"
    assert (deployed["outcome"], deployed["status"]) == ("created", "CREATE_COMPLETE")
    stack = own_cloud.cloudformation.describe_stacks(StackName=deployed["stackName"])["Stacks"][0]
    tags = {tag["Key"]: tag["Value"] for tag in stack["Tags"]}
    assert tags == {
        "amplify:app-id": "notes",
        "amplify:branch-name": "feature/x",
        "amplify:deployment-type": "branch",
        "created-by": "amplify",
    }
    pool = own_cloud.client("cognito-idp").describe_user_pool(UserPoolId=deployed["outputs"]["userPoolId"])
    assert pool["UserPool"]["Name"] == "p"


def test_the_branch_is_linked(own_cloud, assembly):
    deployed = assembly()
    branch = own_cloud.client("amplify").get_branch(appId="notes", branchName="main")["branch"]
    assert branch["backend"]["stackArn"] == deployed["stackId"]


def test_the_schema_is_deployed_and_emptied_with_its_bucket(own_cloud, assembly):
    deployed = assembly()
    s3 = own_cloud.client("s3")
    data = own_cloud.physical_ids(deployed["stackId"])["data"]
    codegen = own_cloud.physical_ids(data)["codegen"]
    body = s3.get_object(Bucket=codegen, Key="model-schema.graphql")["Body"].read()
    assert body == b"type Note @model { id: ID! }"
    own_cloud.cloudformation.delete_stack(StackName=deployed["stackName"])
    assert own_cloud.settled(deployed["stackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert codegen not in [b["Name"] for b in s3.list_buckets()["Buckets"]]


def test_a_second_deployment_updates(own_cloud, assembly):
    first = assembly()
    assert assembly()["outcome"] == "unchanged"
    changed = assembly(output="2")
    assert (changed["outcome"], changed["stackId"]) == ("updated", first["stackId"])
    assert changed["outputs"]["extra"] == "2"


def test_another_account_and_region(own_cloud, assembly):
    deployed = assembly("--region", "eu-west-1", "--account", "210987654321")
    assert ":eu-west-1:210987654321:" in deployed["stackId"]
    assert deployed["outputs"]["userPoolId"].startswith("eu-west-1_")


def test_it_must_be_of_the_app_and_branch_asked_for(own_cloud, assembly):
    assert "amplify:app-id notes, not other" in assembly("--app-id", "other", expect_success=False)
    assert "amplify:branch-name main, not dev" in assembly("--branch", "dev", expect_success=False)


def test_what_is_no_assembly(own_cloud, tmp_path):
    text = own_cloud.seed("assembly", "--assembly", str(tmp_path), expect_success=False)
    assert "manifest.json" in text


def test_a_failure_names_its_reason(own_cloud, assembly):
    create_gen1_table(own_cloud, "taken")
    text = assembly(table_name="taken", expect_success=False)
    assert "ROLLBACK_COMPLETE" in text
    assert "Table already exists: taken" in text


def test_an_imported_table_is_found_and_left_alone(own_cloud, assembly):
    create_gen1_table(own_cloud, "Note-abc-dev")
    own_cloud.control("POST", "/_ledger/mark-production")
    deployed = assembly(imported="Note-abc-dev")
    assert own_cloud.violations() == []
    assembly(imported="Note-abc-dev", output="2")
    own_cloud.cloudformation.delete_stack(StackName=deployed["stackName"])
    assert own_cloud.settled(deployed["stackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert own_cloud.violations() == []


def test_an_imported_table_is_never_created(own_cloud, assembly):
    text = assembly(imported="Note-abc-dev", expect_success=False)
    assert "Table: Note-abc-dev not found" in text
    assert own_cloud.client("dynamodb").list_tables()["TableNames"] == []


@pytest.mark.parametrize(
    ("member", "changes"),
    [
        ("DeletionProtectionEnabled", {"DeletionProtectionEnabled": False}),
        ("StreamViewType", {"StreamSpecification": {"StreamEnabled": False}}),
        ("KeySchema", {"KeySchema": WITH_SORT_KEY, "AttributeDefinitions": WITH_SORT_ATTRIBUTE}),
        (
            "BillingMode",
            {
                "BillingMode": "PROVISIONED",
                "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
            },
        ),
    ],
)
def test_an_imported_table_must_be_what_the_backend_expects(own_cloud, assembly, member, changes):
    create_gen1_table(own_cloud, "Note-abc-dev", **changes)
    text = assembly(imported="Note-abc-dev", expect_success=False)
    assert "Imported table properties did not match the expected table properties" in text
    assert member in text


def test_a_deployment_after_a_refactor_keeps_what_was_moved(own_cloud, assembly):
    cloud = own_cloud
    gen1 = retained(table(TableName="orders-dev"))
    cloud.create("gen1", template(D=gen1, K=parameter("k")))
    cloud.control("POST", "/_ledger/mark-production")
    deployed = assembly()
    storage = cloud.physical_ids(deployed["stackId"])["storage"]
    body = cloud.cloudformation.get_template(StackName=storage, TemplateStage="Original")["TemplateBody"]
    own_orders, others = body["Resources"]["Orders"], {k: v for k, v in body["Resources"].items() if k != "Orders"}
    parked = cloud.refactor(
        {storage: {**body, "Resources": others}, "holding": template(Orders=own_orders)},
        [(storage, "Orders", "holding", "Orders")],
        create=True,
    )
    assert parked["ExecutionStatus"] == "EXECUTE_COMPLETE", parked
    moved = cloud.refactor(
        {"gen1": template(K=parameter("k")), storage: {**body, "Resources": {**others, "Orders": gen1}}},
        [("gen1", "D", storage, "Orders")],
    )
    assert moved["ExecutionStatus"] == "EXECUTE_COMPLETE", moved
    again = assembly(table_name="orders-dev", output="2")
    assert again["outcome"] == "updated"
    assert cloud.physical_ids(storage)["Orders"] == "orders-dev"
    assert cloud.violations() == []
    assembly(output="3")  # a backend that does not name the table would replace it
    assert {v["kind"] for v in cloud.violations()} >= {"replaced"}
