"""Reads and settings of services that a migration looks at."""

import json

import pytest
from building_blocks import bucket, in_pool, parameter, stream, table, template, user_pool
from driver import error

ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}


@pytest.fixture
def app(cloud):
    """A registered app with an environment and a branch."""
    app_id = f"app{cloud.number}"
    environment = {"environmentName": "main", "stackName": "s", "deploymentArtifacts": "b"}
    cloud.control(
        "POST",
        "/_amplify/seed",
        {
            "appId": app_id,
            "name": "shop",
            "environmentVariables": {"A": "1"},
            "backendEnvironments": [environment],
            "branches": [{"branchName": "feature/x"}],
        },
    )
    return app_id


# ---------------------------------------------------------------------- Amplify
def test_apps(cloud, app):
    amplify = cloud.client("amplify")
    assert amplify.get_app(appId=app)["app"]["name"] == "shop"
    assert app in [a["appId"] for a in amplify.list_apps()["apps"]]
    amplify.update_app(appId=app, environmentVariables={"B": "2"})
    assert amplify.get_app(appId=app)["app"]["environmentVariables"] == {"B": "2"}
    with error("NotFoundException"):
        amplify.get_app(appId="nobody")


def test_an_update_of_an_app_keeps_what_it_does_not_name(cloud, app):
    amplify = cloud.client("amplify")
    amplify.update_app(appId=app, buildSpec="v")
    found = amplify.get_app(appId=app)["app"]
    assert (found["environmentVariables"], found["buildSpec"]) == ({"A": "1"}, "v")


def test_apps_are_of_one_region(cloud, app):
    with error("NotFoundException"):
        cloud.client("amplify", "eu-west-1").get_app(appId=app)


def test_backend_environments(cloud, app):
    amplify = cloud.client("amplify")
    found = amplify.get_backend_environment(appId=app, environmentName="main")["backendEnvironment"]
    assert found["stackName"] == "s"
    assert len(amplify.list_backend_environments(appId=app)["backendEnvironments"]) == 1
    with error("NotFoundException"):
        amplify.get_backend_environment(appId=app, environmentName="nobody")


def test_branches(cloud, app):
    amplify = cloud.client("amplify")
    assert amplify.get_branch(appId=app, branchName="feature/x")["branch"]["branchName"] == "feature/x"
    amplify.update_branch(appId=app, branchName="feature/x", enableAutoBuild=False, buildSpec="v")
    assert amplify.list_branches(appId=app)["branches"][0]["enableAutoBuild"] is False
    amplify.create_branch(appId=app, branchName="other")
    with error("BadRequestException"):
        amplify.create_branch(appId=app, branchName="other")
    amplify.delete_branch(appId=app, branchName="other")
    with error("NotFoundException"):
        amplify.get_branch(appId=app, branchName="other")


def test_lists_of_branches_are_paged(cloud, app):
    amplify = cloud.client("amplify")
    for number in range(4):
        amplify.create_branch(appId=app, branchName=f"b{number}")
    pages = list(amplify.get_paginator("list_branches").paginate(appId=app, maxResults=2))
    assert [len(page["branches"]) for page in pages] == [2, 2, 1]


# ---------------------------------------------------------------------- reads
def test_the_caller(cloud):
    identity = cloud.client("sts").get_caller_identity()
    assert identity["Account"] == "123456789012"
    assert cloud.client("sts", account="210987654321").get_caller_identity()["Account"] == "210987654321"


@pytest.fixture
def auth(cloud):
    """A user pool with client, group, provider, domain, and an identity pool with roles."""
    details = {"client_id": "a", "client_secret": "b", "authorize_scopes": "openid"}
    provider = in_pool("IdentityProvider", ProviderName="Google", ProviderType="Google", ProviderDetails=details)
    client = in_pool("Client", GenerateSecret="false", CallbackURLs=["https://x/"], LogoutURLs=["https://y/"])
    identity_pool = {
        "Type": "AWS::Cognito::IdentityPool",
        "Properties": {
            "AllowUnauthenticatedIdentities": "true",
            "IdentityPoolName": "ids",
            "CognitoIdentityProviders": [
                {
                    "ClientId": {"Ref": "Client"},
                    "ProviderName": {"Fn::GetAtt": ["Pool", "ProviderName"]},
                }
            ],
        },
    }
    attachment = {
        "Type": "AWS::Cognito::IdentityPoolRoleAttachment",
        "Properties": {
            "IdentityPoolId": {"Ref": "Ids"},
            "Roles": {"authenticated": {"Fn::GetAtt": ["Role", "Arn"]}},
        },
    }
    pool = user_pool(
        MfaConfiguration="OPTIONAL",
        EnabledMfas=["SOFTWARE_TOKEN_MFA"],
        AutoVerifiedAttributes=["email"],
        UsernameAttributes=["email"],
    )
    cloud.create(
        "auth",
        template(
            Pool=pool,
            Client=client,
            G=in_pool("Group", GroupName="Admins", Precedence=1),
            P=provider,
            Ids=identity_pool,
            Role=ROLE,
            Attachment=attachment,
        ),
    )
    return cloud.physical_ids("auth")


def test_user_pool_reads(cloud, auth):
    cognito = cloud.client("cognito-idp")
    pool = {"UserPoolId": auth["Pool"]}
    described = cognito.describe_user_pool(**pool)["UserPool"]
    assert described["UsernameAttributes"] == ["email"]
    assert described["Policies"]["PasswordPolicy"]["MinimumLength"] == 8, "coerced to the schema's type"
    clients = cognito.list_user_pool_clients(**pool)["UserPoolClients"]
    assert [c["ClientId"] for c in clients] == [auth["Client"]]
    client = cognito.describe_user_pool_client(**pool, ClientId=auth["Client"])["UserPoolClient"]
    assert client["CallbackURLs"] == ["https://x/"]
    assert "ClientSecret" not in client
    mfa = cognito.get_user_pool_mfa_config(**pool)
    assert mfa["MfaConfiguration"] == "OPTIONAL"
    assert mfa["SoftwareTokenMfaConfiguration"]["Enabled"] is True
    groups = {g["GroupName"]: g for g in cognito.list_groups(**pool)["Groups"]}
    assert set(groups) == {"Admins", f"{auth['Pool']}_Google"}, "Cognito makes a group of federated users"
    assert groups["Admins"]["Precedence"] == 1
    assert [p["ProviderName"] for p in cognito.list_identity_providers(**pool)["Providers"]] == ["Google"]
    provider = cognito.describe_identity_provider(**pool, ProviderName="Google")["IdentityProvider"]
    assert provider["ProviderDetails"]["client_id"] == "a"
    with error("ResourceNotFoundException"):
        cognito.describe_user_pool(UserPoolId="us-east-1_nobody00")


def test_identity_pool_reads(cloud, auth):
    identity = cloud.client("cognito-identity")
    pool = identity.describe_identity_pool(IdentityPoolId=auth["Ids"])
    assert pool["AllowUnauthenticatedIdentities"] is True
    assert [p["ClientId"] for p in pool["CognitoIdentityProviders"]] == [auth["Client"]]
    roles = identity.get_identity_pool_roles(IdentityPoolId=auth["Ids"])["Roles"]
    assert roles["authenticated"].endswith(auth["Role"])


def test_table_reads(cloud):
    index = {
        "IndexName": "byOwner",
        "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    attributes = [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "owner", "AttributeType": "S"},
    ]
    cloud.create(
        "a",
        template(
            T=table(
                AttributeDefinitions=attributes,
                GlobalSecondaryIndexes=[index],
                StreamSpecification={"StreamViewType": "NEW_IMAGE"},
                TimeToLiveSpecification={"AttributeName": "expires", "Enabled": True},
            )
        ),
    )
    dynamodb, name = cloud.client("dynamodb"), cloud.physical_ids("a")["T"]
    described = dynamodb.describe_table(TableName=name)["Table"]
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert described["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    assert described["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE"
    assert described["DeletionProtectionEnabled"] is False
    assert described["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    time_to_live = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert time_to_live == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=True)
    assert dynamodb.describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"] is True
    with error("ResourceNotFoundException"):
        dynamodb.describe_table(TableName="nobody")
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)


def test_bucket_reads(cloud):
    cors = {"CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
    cloud.create("a", template(B=bucket(CorsConfiguration=cors, Tags=[{"Key": "team", "Value": "x"}])))
    s3, name = cloud.client("s3"), cloud.physical_ids("a")["B"]
    assert s3.get_bucket_cors(Bucket=name)["CORSRules"][0]["AllowedMethods"] == ["GET"]
    assert "Status" not in s3.get_bucket_versioning(Bucket=name)
    assert "Status" not in s3.get_bucket_accelerate_configuration(Bucket=name)
    assert "LambdaFunctionConfigurations" not in s3.get_bucket_notification_configuration(Bucket=name)
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] is None
    tags = {t["Key"]: t["Value"] for t in s3.get_bucket_tagging(Bucket=name)["TagSet"]}
    assert tags["team"] == "x"
    rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256", "AWS's default"
    with error("NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=name)
    with error("NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=name)
    with error("NoSuchPublicAccessBlockConfiguration"):
        s3.get_public_access_block(Bucket=name)
    with error("NoSuchBucket"):
        s3.get_bucket_cors(Bucket=f"nobody-{cloud.number}")


def test_stream_reads(cloud):
    cloud.create("a", template(S=stream(Name=cloud.name("clicks"), RetentionPeriodHours=48)))
    kinesis = cloud.client("kinesis")
    summary = kinesis.describe_stream_summary(StreamName=cloud.name("clicks"))["StreamDescriptionSummary"]
    assert (summary["StreamStatus"], summary["OpenShardCount"]) == ("ACTIVE", 1)
    assert summary["RetentionPeriodHours"] == 48
    with error("ResourceNotFoundException"):
        kinesis.describe_stream_summary(StreamName="nobody")


def test_api_reads(cloud):
    api = {
        "Type": "AWS::AppSync::GraphQLApi",
        "Properties": {"Name": cloud.name("api"), "AuthenticationType": "API_KEY"},
    }
    cloud.create("a", template(A=api))
    appsync = cloud.client("appsync")
    found = {a["name"]: a["apiId"] for a in appsync.list_graphql_apis()["graphqlApis"]}
    api_id = found[cloud.name("api")]
    assert appsync.get_graphql_api(apiId=api_id)["graphqlApi"]["authenticationType"] == "API_KEY"
    with error("NotFoundException"):
        appsync.get_graphql_api(apiId="nobody")


def test_parameter_reads(cloud):
    ssm = cloud.client("ssm")
    ssm.put_parameter(Name=f"/secret/{cloud.number}", Value="s", Type="SecureString")
    assert ssm.get_parameter(Name=f"/secret/{cloud.number}", WithDecryption=True)["Parameter"]["Value"] == "s"
    with error("ParameterNotFound"):
        ssm.get_parameter(Name="/nobody")


# ---------------------------------------------------------------------- Cloud Control, CloudWatch, Location
def test_cloud_control(cloud):
    cloud.create(
        "a",
        template(
            Pool=user_pool(),
            C=in_pool("Client"),
            D=table(StreamSpecification={"StreamViewType": "NEW_IMAGE"}),
            R=ROLE,
        ),
    )
    ids = cloud.physical_ids("a")

    def read(kind, identifier):
        answer = cloud.client("cloudcontrol").get_resource(TypeName=kind, Identifier=identifier)
        return json.loads(answer["ResourceDescription"]["Properties"])

    assert read("AWS::Cognito::UserPool", ids["Pool"])["ProviderName"].endswith(ids["Pool"])
    client = read("AWS::Cognito::UserPoolClient", f"{ids['Pool']}|{ids['C']}")
    assert client["ClientId"] == ids["C"]
    assert "/stream/" in read("AWS::DynamoDB::Table", ids["D"])["StreamArn"]
    assert read("AWS::IAM::Role", ids["R"])["Arn"].endswith(ids["R"])
    for kind, identifier, code in (
        ("Custom::Thing", "y", "UnsupportedActionException"),
        ("AWS::S3::Bucket", "nobody", "ResourceNotFoundException"),
        ("AWS::Cognito::UserPoolClient", ids["C"], "ValidationException"),
    ):
        with error(code):
            read(kind, identifier)


def test_a_metric_nobody_wrote_is_zero(cloud):
    dimensions = [{"Name": "GraphQLAPIId", "Value": "x"}]
    metric = {"Namespace": "AWS/AppSync", "MetricName": "Requests", "Dimensions": dimensions}
    query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Sum"}}
    data = cloud.client("cloudwatch").get_metric_data(
        MetricDataQueries=[query], StartTime=1700000000, EndTime=1700003600
    )
    assert data["MetricDataResults"][0]["Values"] == [0.0]


def test_location(cloud):
    geo_map = {
        "Type": "AWS::Location::Map",
        "Properties": {"MapName": cloud.name("map"), "Configuration": {"Style": "VectorEsriStreets"}},
    }
    index = {
        "Type": "AWS::Location::PlaceIndex",
        "Properties": {"IndexName": cloud.name("index"), "DataSource": "Here"},
    }
    cloud.create("a", template(M=geo_map, I=index, K=parameter()))
    location = cloud.client("location")
    described = location.describe_map(MapName=cloud.name("map"))
    assert described["Configuration"]["Style"] == "VectorEsriStreets"
    assert location.describe_place_index(IndexName=cloud.name("index"))["DataSource"] == "Here"
    assert cloud.name("map") in [m["MapName"] for m in location.list_maps()["Entries"]]
    cloud.update("a", template(K=parameter()))
    with error("ResourceNotFoundException"):
        location.describe_map(MapName=cloud.name("map"))


# ---------------------------------------------------------------------- every stack
def test_every_stack_at_once(own_cloud):
    secret = {"Parameters": {"S": {"Type": "String", "NoEcho": True}}, **template(K=parameter("k"))}
    own_cloud.create("a", {**secret, "Outputs": {"O": {"Value": "o"}}}, parameters={"S": "secret"})
    own_cloud.create("gone", template(K=parameter("k")))
    own_cloud.cloudformation.delete_stack(StackName=own_cloud.stack("gone")["StackId"])
    own_cloud.control("POST", "/_snapshot")  # waits for the deletion
    (stack,) = own_cloud.control("GET", "/_stacks")
    assert (stack["name"], stack["account"], stack["region"]) == (own_cloud.name("a"), "123456789012", "us-east-1")
    assert (stack["parameters"], stack["outputs"]) == ({"S": "****"}, {"O": "o"})
    assert stack["resources"]["K"]["physicalId"] == own_cloud.physical_ids("a")["K"]
