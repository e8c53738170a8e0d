"""CreateStack, UpdateStack and DeleteStack where ministack alone is more lenient than AWS."""

import copy
import json

import pytest
from botocore.exceptions import ConnectionClosedError
from building_blocks import bucket, parameter, queue, stream, table, template, user_pool
from driver import error

TRIGGER = "arn:aws:lambda:us-east-1:123456789012:function:f"
SECRET_TEMPLATE = {
    "Parameters": {"A": {"Type": "String"}, "S": {"Type": "String", "NoEcho": True}},
    "Conditions": {"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}},
    "Resources": {"Q": parameter({"Ref": "S"}, Condition="C"), "K": parameter({"Ref": "A"})},
}
PREVIOUS = [{"ParameterKey": key, "UsePreviousValue": True} for key in ("A", "S")]


def test_parameters_must_have_values(cloud):
    with error("ValidationError", "Parameters: [A, S] must have values"):
        cloud.create("a", SECRET_TEMPLATE)
    cloud.create("a", SECRET_TEMPLATE, parameters={"A": "1", "S": "secret"})
    with error("ValidationError", "Parameters: [A, S] must have values"):
        cloud.update("a", SECRET_TEMPLATE)


def test_secret_parameters_are_masked_and_conditions_see_the_region(cloud):
    stack = cloud.create("a", SECRET_TEMPLATE, parameters={"A": "1", "S": "secret"})
    values = {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]}
    assert values == {"A": "1", "S": "****"}
    assert cloud.parameter(cloud.physical_ids("a")["Q"]) == "secret"


def test_nothing_to_update_is_told_after_evaluation(cloud):
    cloud.create("a", SECRET_TEMPLATE, parameters={"A": "1", "S": "secret"})
    literal = copy.deepcopy(SECRET_TEMPLATE)
    literal["Resources"]["K"] = parameter("1")
    for same in (SECRET_TEMPLATE, literal):
        with error("ValidationError", "No updates are to be performed."):
            cloud.update("a", same, parameters=PREVIOUS)


def test_outputs_alone_are_an_update(cloud):
    cloud.create("a", SECRET_TEMPLATE, parameters={"A": "1", "S": "secret"})
    cloud.update("a", {**SECRET_TEMPLATE, "Outputs": {"O": {"Value": "x"}}}, parameters=PREVIOUS)
    assert cloud.parameter(cloud.physical_ids("a")["Q"]) == "secret", "the previous secret was used"


def test_a_new_parameter_has_no_previous_value(cloud):
    cloud.create("a", SECRET_TEMPLATE, parameters={"A": "1", "S": "secret"})
    more = {**SECRET_TEMPLATE, "Parameters": {**SECRET_TEMPLATE["Parameters"], "N": {"Type": "String"}}}
    with error("ValidationError", "usePreviousValue"):
        cloud.update("a", more, parameters=[*PREVIOUS, {"ParameterKey": "N", "UsePreviousValue": True}])


def test_a_masked_value_that_is_sent_back_becomes_the_value(cloud):
    cloud.create("a", SECRET_TEMPLATE, parameters={"A": "1", "S": "secret"})
    masked = [PREVIOUS[0], {"ParameterKey": "S", "ParameterValue": "****"}]
    cloud.update("a", SECRET_TEMPLATE, parameters=masked)
    assert cloud.parameter(cloud.physical_ids("a")["Q"]) == "****"


def test_roles_need_a_capability(cloud):
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
    with error("InsufficientCapabilitiesException"):
        cloud.cloudformation.create_stack(StackName=cloud.name("a"), TemplateBody=json.dumps(template(R=role)))


@pytest.mark.parametrize("url", ["https://example.com/b/k", "http://s3.amazonaws.com/b/k"])
def test_a_template_url_must_be_of_s3(cloud, url):
    with error("ValidationError", "supported URL"):
        cloud.cloudformation.create_stack(StackName=cloud.name("a"), TemplateURL=url)


def test_settings_of_buckets_and_tables(cloud):
    encryption = [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
    settings = {
        "AccelerateConfiguration": {"AccelerationStatus": "Enabled"},
        "VersioningConfiguration": {"Status": "Enabled"},
        "BucketEncryption": {"ServerSideEncryptionConfiguration": encryption},
    }
    recovery = {"PointInTimeRecoveryEnabled": True}
    cloud.create("a", template(B=bucket(**settings), D=table(PointInTimeRecoverySpecification=recovery)))
    ids = cloud.physical_ids("a")
    s3, dynamodb = cloud.client("s3"), cloud.client("dynamodb")
    assert s3.get_bucket_accelerate_configuration(Bucket=ids["B"])["Status"] == "Enabled"
    assert s3.get_bucket_versioning(Bucket=ids["B"])["Status"] == "Enabled"
    rules = s3.get_bucket_encryption(Bucket=ids["B"])["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    backups = dynamodb.describe_continuous_backups(TableName=ids["D"])["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_what_holds_data_or_is_protected_cannot_be_deleted(cloud):
    protected = user_pool(DeletionProtection="ACTIVE")
    cloud.create("a", template(B=bucket(), D=table(DeletionProtectionEnabled=True), U=protected, K=parameter()))
    cloud.client("s3").put_object(Bucket=cloud.physical_ids("a")["B"], Key="x", Body=b"1")
    cloud.cloudformation.delete_stack(StackName=cloud.name("a"))
    stack = cloud.settled("a")
    assert stack["StackStatus"] == "DELETE_FAILED"
    assert "[B, D, U]" in stack["StackStatusReason"]
    assert set(cloud.physical_ids("a")) == {"B", "D", "U"}


def test_termination_protection(cloud):
    cloud.create("a", template(K=parameter()))
    cloud.cloudformation.update_termination_protection(StackName=cloud.name("a"), EnableTerminationProtection=True)
    with error("ValidationError", "TerminationProtection"):
        cloud.cloudformation.delete_stack(StackName=cloud.name("a"))


def test_a_deleted_stack_is_known_by_its_arn_only(cloud):
    stack_id = cloud.create("a", template(K=parameter()))["StackId"]
    cloud.cloudformation.delete_stack(StackName=cloud.name("a"))
    assert cloud.settled(stack_id)["StackStatus"] == "DELETE_COMPLETE"
    with error("ValidationError", f"Stack with id {cloud.name('a')} does not exist"):
        cloud.stack("a")
    with error("ValidationError", "does not exist"):
        cloud.records("a")


def test_an_export_in_use_keeps_its_stack(cloud):
    name = cloud.name("export")
    cloud.create("a", {**template(K=parameter()), "Outputs": {"O": {"Value": "v", "Export": {"Name": name}}}})
    cloud.create("user", template(U=parameter({"Fn::ImportValue": name})))
    with error("ValidationError", "in use by"):
        cloud.cloudformation.delete_stack(StackName=cloud.name("a"))
    cloud.update("a", template(K=parameter()), status="UPDATE_ROLLBACK_COMPLETE")


def test_an_update_of_a_pool_resets_what_it_omits(cloud):
    cloud.create("a", template(Pool=user_pool()))
    pool, cognito = cloud.physical_ids("a")["Pool"], cloud.client("cognito-idp")
    cognito.update_user_pool(UserPoolId=pool, LambdaConfig={"PreSignUp": TRIGGER})
    assert cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["LambdaConfig"]
    cognito.update_user_pool(UserPoolId=pool, EmailVerificationSubject="s")
    assert not cognito.describe_user_pool(UserPoolId=pool)["UserPool"].get("LambdaConfig")


def test_an_empty_tag_list_removes_tags_and_touches_the_pool(cloud):
    cloud.create("a", template(Pool=user_pool()), Tags=[{"Key": "team", "Value": "x"}])
    pool, cognito = cloud.physical_ids("a")["Pool"], cloud.client("cognito-idp")
    cognito.update_user_pool(UserPoolId=pool, LambdaConfig={"PreSignUp": TRIGGER})
    cloud.update("a", template(Pool=user_pool()), Tags=[])
    assert cloud.stack("a")["Tags"] == []
    assert not cognito.describe_user_pool(UserPoolId=pool)["UserPool"].get("LambdaConfig")


def test_drift_of_cognito_and_kinesis(cloud):
    cloud.create("a", template(Pool=user_pool(), S=stream()))
    assert drift_statuses(cloud, "a") == {"Pool": "IN_SYNC", "S": "IN_SYNC"}
    pool = cloud.physical_ids("a")["Pool"]
    cloud.client("cognito-idp").update_user_pool(UserPoolId=pool, EmailVerificationSubject="other")
    cloud.update("a", template(Pool=user_pool(EmailVerificationSubject="mine"), S=stream()))
    cloud.client("cognito-idp").update_user_pool(UserPoolId=pool, EmailVerificationSubject="other")
    assert drift_statuses(cloud, "a") == {"Pool": "MODIFIED", "S": "IN_SYNC"}


def drift_statuses(cloud, short):
    cloudformation = cloud.cloudformation
    detection = cloudformation.detect_stack_drift(StackName=cloud.name(short))["StackDriftDetectionId"]
    while (
        cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)["DetectionStatus"]
        == "DETECTION_IN_PROGRESS"
    ):
        pass
    drifts = cloudformation.describe_stack_resource_drifts(StackName=cloud.name(short))
    return {d["LogicalResourceId"]: d["StackResourceDriftStatus"] for d in drifts["StackResourceDrifts"]}


def test_a_masked_value_in_a_custom_resource_is_a_hazard(cloud):
    code = {"ZipFile": "exports.handler = async () => {}"}
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "nodejs20.x",
            "Handler": "index.handler",
            "Role": "arn:aws:iam::123456789012:role/x",
            "Code": code,
        },
    }
    custom = {
        "Type": "Custom::Thing",
        "Properties": {"ServiceToken": {"Fn::GetAtt": ["F", "Arn"]}, "secret": {"Ref": "S"}},
    }
    whole = {"Parameters": {"S": {"Type": "String", "NoEcho": True}}, **template(F=function, C=custom)}
    cloud.create("a", whole, parameters={"S": "real"})
    cloud.update("a", whole, parameters=[{"ParameterKey": "S", "ParameterValue": "****"}])
    hazards = cloud.control("GET", "/_ledger")["hazards"]
    assert [h["kind"] for h in hazards if h["where"] == cloud.name("a")] == ["masked-noecho-value-used"]


def test_a_custom_resource_needs_its_function(cloud):
    token = "arn:aws:lambda:us-east-1:123456789012:function:nobody"
    custom = {"Type": "Custom::Thing", "Properties": {"ServiceToken": token}}
    cloud.create("a", template(C=custom, Q=queue()), status="ROLLBACK_COMPLETE")


def test_the_summary_of_a_template(cloud):
    cloud.create("a", SECRET_TEMPLATE, parameters={"A": "1", "S": "secret"})
    summary = cloud.cloudformation.get_template_summary(StackName=cloud.name("a"))
    assert [p["ParameterKey"] for p in summary["Parameters"]] == ["A", "S"]
    assert summary["ResourceTypes"] == ["AWS::SSM::Parameter"]


def test_lists_of_resources_are_paged(cloud):
    many = {f"Q{number}": queue() for number in range(105)}
    cloud.create("a", {"Resources": many})
    pages = list(cloud.cloudformation.get_paginator("list_stack_resources").paginate(StackName=cloud.name("a")))
    assert [len(page["StackResourceSummaries"]) for page in pages] == [100, 5]
    described = cloud.cloudformation.describe_stack_resources(StackName=cloud.name("a"))
    assert len(described["StackResources"]) == 100, "as on AWS it has no pages, and stops at 100"


def test_resources_by_physical_id(cloud):
    cloud.create("a", template(K=parameter()))
    physical_id = cloud.physical_ids("a")["K"]
    found = cloud.cloudformation.describe_stack_resources(PhysicalResourceId=physical_id)["StackResources"]
    assert [r["StackName"] for r in found] == [cloud.name("a")]
    with error("ValidationError", "does not exist"):
        cloud.cloudformation.describe_stack_resources(PhysicalResourceId="nobody")


def test_a_repeated_call_with_its_token_has_no_second_effect(cloud):
    cloud.create("a", template(K=parameter("1")))
    body = json.dumps(template(K=parameter("2")))
    update = {"StackName": cloud.name("a"), "TemplateBody": body, "ClientRequestToken": "run-1-step-1"}
    first = cloud.cloudformation.update_stack(**update)
    assert cloud.cloudformation.update_stack(**update)["StackId"] == first["StackId"], "while it is under way"
    assert cloud.settled("a")["StackStatus"] == "UPDATE_COMPLETE"
    cloud.cloudformation.update_stack(**update)
    assert cloud.stack("a")["StackStatus"] == "UPDATE_COMPLETE", "and after it"
    events = cloud.cloudformation.describe_stack_events(StackName=cloud.name("a"))["StackEvents"]
    started = [
        e for e in events if e["ResourceStatus"] == "UPDATE_IN_PROGRESS" and e["LogicalResourceId"] == cloud.name("a")
    ]
    assert [e.get("ClientRequestToken") for e in started] == ["run-1-step-1"]
    with error("TokenAlreadyExistsException"):
        cloud.cloudformation.update_stack(**{**update, "TemplateBody": json.dumps(template(K=parameter("3")))})


def test_a_call_that_failed_does_not_use_its_token_up(cloud):
    cloud.create("a", template(K=parameter("1")))
    update = {"StackName": cloud.name("a"), "ClientRequestToken": "t"}
    with error("ValidationError", "No updates"):
        cloud.cloudformation.update_stack(**update, TemplateBody=json.dumps(template(K=parameter("1"))))
    cloud.cloudformation.update_stack(**update, TemplateBody=json.dumps(template(K=parameter("2"))))
    assert cloud.settled("a")["StackStatus"] == "UPDATE_COMPLETE"


def test_a_cut_answer_can_be_asked_for_again(cloud):
    cloud.create("a", template(K=parameter("1")))
    cloud.control("POST", "/_faults", [{"action": "DeleteStack", "nth": 1, "kind": "drop-after"}])
    delete = {"StackName": cloud.stack("a")["StackId"], "ClientRequestToken": "t"}
    with pytest.raises(ConnectionClosedError):
        cloud.cloudformation.delete_stack(**delete)
    cloud.cloudformation.delete_stack(**delete)
    assert cloud.settled(delete["StackName"])["StackStatus"] == "DELETE_COMPLETE"
