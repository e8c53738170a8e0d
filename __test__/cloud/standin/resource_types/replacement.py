"""Properties whose change replaces a resource, for types ministack does not know or knows otherwise."""

from ministack.services.cloudformation import provisioners

REPLACING_PROPERTIES = {
    "AWS::AppSync::ApiKey": ("ApiId",),
    "AWS::AppSync::FunctionConfiguration": ("ApiId",),
    "AWS::AppSync::GraphQLApi": (),
    "AWS::CDK::Metadata": (),
    "AWS::CloudFormation::Stack": (),
    "AWS::CloudFormation::WaitConditionHandle": (),
    "AWS::Cognito::IdentityPool": (),
    "AWS::Cognito::IdentityPoolRoleAttachment": ("IdentityPoolId",),
    "AWS::Cognito::UserPoolClient": ("UserPoolId", "GenerateSecret"),
    "AWS::Cognito::UserPoolIdentityProvider": ("UserPoolId", "ProviderName", "ProviderType"),
    "AWS::DynamoDB::Table": ("TableName", "ImportSourceSpecification", "KeySchema", "LocalSecondaryIndexes"),
    "AWS::Elasticsearch::Domain": ("DomainName",),
    "AWS::Events::Rule": ("Name",),
    "AWS::IAM::Policy": (),
    "AWS::Kinesis::Stream": ("Name",),
    "AWS::Lambda::EventSourceMapping": ("EventSourceArn", "StartingPosition"),
    "AWS::Lambda::Permission": (
        "FunctionName",
        "Action",
        "Principal",
        "SourceArn",
        "SourceAccount",
        "EventSourceToken",
    ),
    "AWS::Location::GeofenceCollection": ("CollectionName", "KmsKeyId"),
    "AWS::Location::Map": ("MapName", "Configuration"),
    "AWS::Location::PlaceIndex": ("IndexName", "DataSource"),
    "AWS::S3::Bucket": ("BucketName",),
    "AWS::S3::BucketPolicy": ("Bucket",),
}


def install():
    """Extend ministack's table."""
    provisioners._REPLACING_PROPERTIES.update(REPLACING_PROPERTIES)
