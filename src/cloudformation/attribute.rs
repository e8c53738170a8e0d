//! Attributes that follow from type, physical id and place alone.

use serde_json::{Map, Value};

use super::evaluate::partition_of;

/// Where a stack lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Account id.
    pub account_id: String,
    /// Region.
    pub region: String,
}

impl Place {
    /// Partition of the region, for example `aws-cn`.
    pub fn partition(&self) -> &'static str {
        partition_of(&self.region).0
    }

    /// Suffix of service URLs in the region.
    pub fn url_suffix(&self) -> &'static str {
        partition_of(&self.region).1
    }
}

/// An attribute (`Fn::GetAtt`) of a resource, when it follows from what is known of it. `None` is "not known", never a guess.
///
/// `properties` are the evaluated properties of the resource, for attributes that repeat one.
pub fn derived_attribute(
    place: &Place,
    resource_type: &str,
    physical_id: &str,
    attribute: &str,
    properties: Option<&Map<String, Value>>,
) -> Option<Value> {
    let Place { account_id, region } = place;
    let partition = place.partition();
    let suffix = place.url_suffix();
    let arn = |service: &str, resource: String| format!("arn:{partition}:{service}:{region}:{account_id}:{resource}");
    let text = match (resource_type, attribute) {
        (_, "Arn") if physical_id.starts_with("arn:") => physical_id.into(),
        ("AWS::S3::Bucket", "Arn") => format!("arn:{partition}:s3:::{physical_id}"),
        ("AWS::S3::Bucket", "DomainName") => format!("{physical_id}.s3.{suffix}"),
        ("AWS::S3::Bucket", "RegionalDomainName") => format!("{physical_id}.s3.{region}.{suffix}"),
        ("AWS::DynamoDB::Table", "Arn") => arn("dynamodb", format!("table/{physical_id}")),
        ("AWS::Cognito::UserPool", "Arn") => arn("cognito-idp", format!("userpool/{physical_id}")),
        ("AWS::Cognito::UserPool", "ProviderName") => format!("cognito-idp.{region}.{suffix}/{physical_id}"),
        ("AWS::Cognito::UserPool", "ProviderURL") => format!("https://cognito-idp.{region}.{suffix}/{physical_id}"),
        ("AWS::Cognito::UserPool", "UserPoolId") => physical_id.into(),
        ("AWS::Cognito::UserPoolClient", "ClientId") => physical_id.into(),
        ("AWS::Cognito::IdentityPool", "Id") => physical_id.into(),
        ("AWS::Cognito::IdentityPool", "Name") => {
            return properties?
                .get("IdentityPoolName")
                .filter(|name| name.is_string())
                .cloned();
        }
        ("AWS::KMS::Key", "Arn") => arn("kms", format!("key/{physical_id}")),
        ("AWS::KMS::Key", "KeyId") | ("AWS::SecretsManager::Secret", "Id") => physical_id.into(),
        ("AWS::Logs::LogGroup", "Arn") => arn("logs", format!("log-group:{physical_id}:*")),
        ("AWS::Kinesis::Stream", "Arn") => arn("kinesis", format!("stream/{physical_id}")),
        ("AWS::Lambda::Function", "Arn") => arn("lambda", format!("function:{physical_id}")),
        ("AWS::IAM::Role", "Arn") => format!(
            "arn:{partition}:iam::{account_id}:role{}{physical_id}",
            path_of(properties)?
        ),
        ("AWS::SQS::Queue", "Arn") => arn("sqs", physical_id.rsplit('/').next().unwrap_or(physical_id).into()),
        ("AWS::SQS::Queue", "QueueName") => physical_id.rsplit('/').next().unwrap_or(physical_id).into(),
        ("AWS::SNS::Topic", "TopicArn") => physical_id.into(),
        ("AWS::SNS::Topic", "TopicName") => physical_id.rsplit(':').next().unwrap_or(physical_id).into(),
        _ => return None,
    };
    Some(Value::String(text))
}

/// `Path` of a role, which is part of its ARN but not of its physical id. Unknown when it is symbolic.
fn path_of(properties: Option<&Map<String, Value>>) -> Option<String> {
    match properties.and_then(|properties| properties.get("Path")) {
        None => Some("/".into()),
        Some(Value::String(path)) => Some(path.clone()),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn derived(region: &str, resource_type: &str, physical_id: &str, attribute: &str) -> Option<Value> {
        let place = Place {
            account_id: "123456789012".into(),
            region: region.into(),
        };
        derived_attribute(&place, resource_type, physical_id, attribute, None)
    }

    #[test]
    fn arns_have_the_partition_of_the_region() {
        for (region, resource_type, physical_id, expected) in [
            ("us-east-1", "AWS::S3::Bucket", "b", "arn:aws:s3:::b"),
            ("cn-north-1", "AWS::S3::Bucket", "b", "arn:aws-cn:s3:::b"),
            (
                "us-gov-west-1",
                "AWS::DynamoDB::Table",
                "t",
                "arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/t",
            ),
            (
                "us-east-1",
                "AWS::Cognito::UserPool",
                "us-east-1_x",
                "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_x",
            ),
            ("us-east-1", "AWS::IAM::Role", "r", "arn:aws:iam::123456789012:role/r"),
            (
                "us-east-1",
                "AWS::SQS::Queue",
                "https://sqs.us-east-1.amazonaws.com/123456789012/q",
                "arn:aws:sqs:us-east-1:123456789012:q",
            ),
            (
                "us-east-1",
                "AWS::Lambda::Function",
                "f",
                "arn:aws:lambda:us-east-1:123456789012:function:f",
            ),
            (
                "us-east-1",
                "AWS::KMS::Key",
                "k-1",
                "arn:aws:kms:us-east-1:123456789012:key/k-1",
            ),
            (
                "us-east-1",
                "AWS::Logs::LogGroup",
                "/g",
                "arn:aws:logs:us-east-1:123456789012:log-group:/g:*",
            ),
            (
                "us-east-1",
                "AWS::Kinesis::Stream",
                "s",
                "arn:aws:kinesis:us-east-1:123456789012:stream/s",
            ),
            (
                "us-east-1",
                "AWS::Lambda::LayerVersion",
                "arn:aws:lambda:us-east-1:1:layer:l:1",
                "arn:aws:lambda:us-east-1:1:layer:l:1",
            ),
        ] {
            assert_eq!(
                derived(region, resource_type, physical_id, "Arn"),
                Some(json!(expected))
            );
        }
        assert_eq!(
            derived("cn-north-1", "AWS::Cognito::UserPool", "cn-north-1_x", "ProviderName"),
            Some(json!("cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_x"))
        );
    }

    #[test]
    fn what_does_not_follow_is_not_guessed() {
        for (resource_type, attribute) in [
            ("AWS::DynamoDB::Table", "StreamArn"),
            ("Custom::Thing", "Arn"),
            ("AWS::Cognito::UserPoolClient", "ClientSecret"),
            ("AWS::IAM::Role", "RoleId"),
        ] {
            assert_eq!(
                derived("us-east-1", resource_type, "x", attribute),
                None,
                "{resource_type} {attribute}"
            );
        }
    }

    #[test]
    fn a_role_arn_has_the_path_of_the_role() {
        let place = Place {
            account_id: "1".into(),
            region: "us-east-1".into(),
        };
        let properties = json!({"Path": "/service/"});
        assert_eq!(
            derived_attribute(&place, "AWS::IAM::Role", "r", "Arn", properties.as_object()),
            Some(json!("arn:aws:iam::1:role/service/r"))
        );
        let symbolic = json!({"Path": {"Ref": "p"}});
        assert_eq!(
            derived_attribute(&place, "AWS::IAM::Role", "r", "Arn", symbolic.as_object()),
            None
        );
    }
}
