use serde_json::Value;

/// Values of the pseudo parameters. What is absent stays symbolic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PseudoParameters {
    /// `AWS::AccountId`
    pub account_id: Option<String>,
    /// `AWS::Region`
    pub region: Option<String>,
    /// `AWS::Partition`
    pub partition: Option<String>,
    /// `AWS::URLSuffix`
    pub url_suffix: Option<String>,
    /// `AWS::StackName`
    pub stack_name: Option<String>,
    /// `AWS::StackId`
    pub stack_id: Option<String>,
    /// `AWS::NotificationARNs`
    pub notification_arns: Option<Vec<String>>,
}

impl PseudoParameters {
    /// What region and account tell; partition and URL suffix follow from the region.
    pub fn of_region(region: &str, account_id: Option<&str>) -> Self {
        let (partition, url_suffix) = partition_of(region);
        Self {
            account_id: account_id.map(Into::into),
            region: Some(region.into()),
            partition: Some(partition.into()),
            url_suffix: Some(url_suffix.into()),
            ..Self::default()
        }
    }

    /// The value of a pseudo parameter by its full name.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        let text = match name {
            "AWS::AccountId" => &self.account_id,
            "AWS::Region" => &self.region,
            "AWS::Partition" => &self.partition,
            "AWS::URLSuffix" => &self.url_suffix,
            "AWS::StackName" => &self.stack_name,
            "AWS::StackId" => &self.stack_id,
            "AWS::NotificationARNs" => return self.notification_arns.clone().map(Value::from),
            _ => return None,
        };
        text.clone().map(Value::String)
    }
}

/// Partition and URL suffix of a region.
pub fn partition_of(region: &str) -> (&'static str, &'static str) {
    const PARTITIONS: [(&str, &str, &str); 7] = [
        ("cn-", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-", "aws-us-gov", "amazonaws.com"),
        ("us-iso-", "aws-iso", "c2s.ic.gov"),
        ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
        ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
        ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
        ("eusc-", "aws-eusc", "amazonaws.eu"),
    ];
    PARTITIONS
        .iter()
        .find(|(prefix, ..)| region.starts_with(prefix))
        .map_or(("aws", "amazonaws.com"), |(_, partition, suffix)| (partition, suffix))
}
