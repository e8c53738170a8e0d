"""Writes update-behaviour.json from the CloudFormation registry schemas that cfn-lint carries.

    python -m pip install --no-deps --target DIR cfn-lint
    python src/cloudformation/data/generate_update_behaviour.py DIR

The types are those that a refactor moves, and those that custom stacks are likely to hold data in. Of each schema the
table keeps the properties whose change replaces the resource (createOnlyProperties) or may replace it
(conditionalCreateOnlyProperties), those that cannot be read back (writeOnlyProperties), and the names of all properties,
so that a property that the schema does not know is not taken for harmless. What the schemas do not tell, because it is a
matter of the service and not of CloudFormation, is named below with what it does.
"""

import json
import sys
from pathlib import Path

TYPES = [
    "AWS::Cognito::IdentityPool",
    "AWS::Cognito::IdentityPoolRoleAttachment",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::Cognito::UserPoolGroup",
    "AWS::Cognito::UserPoolIdentityProvider",
    "AWS::Cognito::UserPoolResourceServer",
    "AWS::DynamoDB::Table",
    "AWS::EFS::FileSystem",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::Location::GeofenceCollection",
    "AWS::Location::Map",
    "AWS::Location::PlaceIndex",
    "AWS::Location::Tracker",
    "AWS::Logs::LogGroup",
    "AWS::OpenSearchService::Domain",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SSM::Parameter",
    "AWS::SecretsManager::Secret",
]

# Fixed at creation according to the service's documentation, though the schemas do not say so: a change is refused, or
# replaces the resource.
REFUSED = {
    "AWS::Cognito::UserPool": {
        "AliasAttributes": "fixed when the pool is made",
        "UsernameAttributes": "fixed when the pool is made",
        "UsernameConfiguration": "fixed when the pool is made",
        "Schema": "attributes of a user pool can be added, never changed or removed",
    },
    "AWS::DynamoDB::Table": {
        "LocalSecondaryIndexes": "local indexes can be made only together with their table",
    },
    "AWS::S3::Bucket": {
        "ObjectLockEnabled": "fixed when the bucket is made",
    },
}

# Changed in place, and noticed by the users of the resource or of what is built on it.
INTERRUPT = {
    "AWS::Cognito::UserPool": {
        "AutoVerifiedAttributes": "users sign up with or without a code",
        "EmailConfiguration": "messages are sent from another address",
        "LambdaConfig": "sign-up and sign-in run through other functions, or through none",
        "MfaConfiguration": "users are asked for a factor that they may not have",
        "EnabledMfas": "users are asked for a factor that they may not have",
        "Policies": "other passwords are accepted",
        "SmsConfiguration": "messages are sent through another role",
    },
    "AWS::Cognito::UserPoolClient": {
        "AllowedOAuthFlows": "hosted sign-in is refused",
        "AllowedOAuthFlowsUserPoolClient": "hosted sign-in is refused",
        "AllowedOAuthScopes": "tokens lack scopes that the app asks for",
        "AccessTokenValidity": "tokens end earlier or later",
        "CallbackURLs": "hosted sign-in does not come back to the app",
        "DefaultRedirectURI": "hosted sign-in comes back to another address",
        "ExplicitAuthFlows": "sign-in with another flow is refused",
        "IdTokenValidity": "tokens end earlier or later",
        "LogoutURLs": "hosted sign-out does not come back to the app",
        "ReadAttributes": "tokens lack attributes",
        "RefreshTokenValidity": "users are signed out earlier or later",
        "SupportedIdentityProviders": "sign-in through a provider is refused",
        "TokenValidityUnits": "tokens end earlier or later",
        "WriteAttributes": "the app may not set attributes",
    },
    "AWS::Cognito::UserPoolGroup": {
        "Precedence": "members of two groups get another role",
        "RoleArn": "members get another role",
    },
    "AWS::Cognito::IdentityPool": {
        "AllowClassicFlow": "apps that use the classic flow are refused",
        "AllowUnauthenticatedIdentities": "guests are refused or let in",
        "CognitoIdentityProviders": "clients that are not listed get no AWS credentials",
        "OpenIdConnectProviderARNs": "federation through a provider is refused",
        "SamlProviderARNs": "federation through a provider is refused",
        "SupportedLoginProviders": "federation through a provider is refused",
    },
    "AWS::Cognito::IdentityPoolRoleAttachment": {
        "RoleMappings": "users get another role",
        "Roles": "users get another role",
    },
    "AWS::Cognito::UserPoolIdentityProvider": {
        "AttributeMapping": "attributes of users are filled otherwise at the next sign-in",
        "ProviderDetails": "sign-in goes through another app of the provider",
    },
    "AWS::S3::Bucket": {
        "CorsConfiguration": "browsers are refused",
        "LifecycleConfiguration": "objects are removed or moved by other rules",
        "NotificationConfiguration": "functions are started otherwise",
        "OwnershipControls": "access lists count or do not count",
        "PublicAccessBlockConfiguration": "public access is let in or refused",
        "VersioningConfiguration": "overwritten and deleted objects are kept or not",
        "WebsiteConfiguration": "the web site changes",
    },
    "AWS::DynamoDB::Table": {
        "BillingMode": "the table is switched over; at most one change a day",
        "GlobalSecondaryIndexes": "an index is built anew or goes away; at most one in each update",
        "ProvisionedThroughput": "requests above the capacity are refused",
        "PointInTimeRecoverySpecification": "the time to which the table can be restored changes",
        "StreamSpecification": "the stream gets another ARN, and its readers stop",
        "TimeToLiveSpecification": "items expire by another attribute, or not at all",
    },
    "AWS::Kinesis::Stream": {
        "RetentionPeriodHours": "records are kept for another time",
        "ShardCount": "shards are split or merged",
        "StreamModeDetails": "the stream is switched over; at most two changes a day",
    },
}


def property_names(schema: dict, key: str) -> list[str]:
    """Top-level names of a list of JSON pointers such as /properties/TableName."""
    pointers = schema.get(key, [])
    return sorted({pointer.removeprefix("/properties/").split("/")[0] for pointer in pointers})


def whole_properties(schema: dict, key: str) -> list[str]:
    """Of a list of JSON pointers those that name a whole top-level property."""
    pointers = (pointer.removeprefix("/properties/") for pointer in schema.get(key, []))
    return sorted(name for name in pointers if "/" not in name)


def main(folder: Path) -> None:
    schemas = folder / "cfnlint" / "data" / "schemas"
    version = json.loads((schemas / "version.json").read_text())
    region = json.loads((schemas / "providers" / "us-east-1.json").read_text())
    types = {}
    for name in TYPES:
        schema = json.loads((schemas / "resources" / f"{region[name]}.json").read_text())
        types[name] = {
            "replace": property_names(schema, "createOnlyProperties"),
            "mayReplace": property_names(schema, "conditionalCreateOnlyProperties"),
            "refused": REFUSED.get(name, {}),
            "interrupt": INTERRUPT.get(name, {}),
            "writeOnly": whole_properties(schema, "writeOnlyProperties"),
            "properties": sorted(schema["properties"]),
        }
    table = {
        "source": "CloudFormation registry schemas of us-east-1, as carried by cfn-lint",
        "date": version["schema_date"],
        "types": types,
    }
    target = Path(__file__).with_name("update-behaviour.json")
    target.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
