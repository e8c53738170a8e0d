"""Small templates."""

import json

STACK_POLICY_DENY = {"Statement": [{"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}
STACK_POLICY_ALLOW = {"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}


def template(**resources):
    return {"Resources": resources}


def parameter(value="1", **attributes):
    """An SSM parameter, the cheapest resource with a value."""
    return {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Type": "String", "Value": value},
        **attributes,
    }


def queue(**properties):
    resource = {"Type": "AWS::SQS::Queue"}
    return {**resource, "Properties": properties} if properties else resource


def table(**properties):
    return {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
            **properties,
        },
    }


def stream(**properties):
    return {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1, **properties}}


def bucket(**properties):
    return {"Type": "AWS::S3::Bucket", **({"Properties": properties} if properties else {})}


def user_pool(**properties):
    return {
        "Type": "AWS::Cognito::UserPool",
        "Properties": {
            "UserPoolName": "p",
            "Policies": {"PasswordPolicy": {"MinimumLength": "8"}},
            **properties,
        },
    }


def retained(resource):
    return {**resource, "DeletionPolicy": "Retain"}


def in_pool(kind, pool="Pool", **properties):
    """A resource of a user pool that is in the same template."""
    return {
        "Type": f"AWS::Cognito::UserPool{kind}",
        "Properties": {"UserPoolId": {"Ref": pool}, **properties},
    }


def nested_stack(url, **parameters):
    properties = {"TemplateURL": url, **({"Parameters": parameters} if parameters else {})}
    return {"Type": "AWS::CloudFormation::Stack", "Properties": properties}


# Two stacks of the refactor tests: "a" holds M and K, "b" holds B. The ordinary move takes M to "b".
WITHOUT_M = template(K=parameter("k"))
WITH_M = template(B=parameter("b"), M=parameter("1"))
MOVE_M = {"a": WITHOUT_M, "b": WITH_M}


def create_two_stacks(cloud):
    cloud.create("a", template(M=parameter("1"), K=parameter("k")))
    cloud.create("b", template(B=parameter("b")))


def upload_templates(cloud, **templates):
    """Upload templates to a bucket of the test; returns what makes a template's URL."""
    bucket_name = f"templates-{cloud.number}"
    s3 = cloud.client("s3")
    if bucket_name not in [b["Name"] for b in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=bucket_name)
    for name, body in templates.items():
        s3.put_object(Bucket=bucket_name, Key=f"{name}.json", Body=json.dumps(body).encode())
    return lambda name: f"https://s3.amazonaws.com/{bucket_name}/{name}.json"
