//! How the sign-in page of a user pool or of one of its clients looks, and what happens at a risky sign-in: settings that
//! CloudFormation keeps in resources of their own, or nobody but the console knows.

use aws_sdk_cognitoidentityprovider::{
    Client,
    types::{RiskConfigurationType, UiCustomizationType},
};
use serde_json::Value;

use super::{
    answer::{AnswerKeeper, asked_or_kept},
    lines,
};
use crate::cloud::{call, error::CloudError};

pub(super) const LOOK: &str = "GetUICustomization";
pub(super) const RISK: &str = "DescribeRiskConfiguration";
/// Names of the parts in differences.
pub(super) const LOOK_PART: &str = "look of the sign-in page";
pub(super) const RISK_PART: &str = "risk configuration";

/// What was answered, and the answer as it was. Nothing where the pool has nothing of the kind.
type Answer<T> = Result<(Option<T>, Option<Value>), CloudError>;

/// The look of the page, of the pool as a whole without a client; read from a kept answer when there is one.
pub(super) async fn look(
    client: &Client,
    pool: &str,
    client_id: Option<&str>,
    kept: Option<&Value>,
) -> Answer<UiCustomizationType> {
    let keeper = AnswerKeeper::default();
    let request = client
        .get_ui_customization()
        .user_pool_id(pool)
        .set_client_id(client_id.map(Into::into))
        .customize();
    let request = asked_or_kept(request, &keeper, kept);
    let answer = call::read("cognito-idp", "GetUICustomization", Some(pool), request.send()).await;
    let found = answer.map(|answer| {
        answer.ui_customization.map(|mut look| {
            look.last_modified_date = None;
            look.creation_date = None;
            // Made anew whenever the rest is written.
            look.css_version = None;
            look.user_pool_id = None;
            look.client_id = None;
            look
        })
    });
    unless_unknown_to_the_pool(found.map(|look| (look, keeper.answer())))
}

/// What happens at a risk, likewise.
pub(super) async fn risk(
    client: &Client,
    pool: &str,
    client_id: Option<&str>,
    kept: Option<&Value>,
) -> Answer<RiskConfigurationType> {
    let keeper = AnswerKeeper::default();
    let request = client
        .describe_risk_configuration()
        .user_pool_id(pool)
        .set_client_id(client_id.map(Into::into))
        .customize();
    let request = asked_or_kept(request, &keeper, kept);
    let answer = call::read("cognito-idp", "DescribeRiskConfiguration", Some(pool), request.send()).await;
    let found = answer.map(|answer| {
        answer.risk_configuration.map(|mut risk| {
            risk.last_modified_date = None;
            risk.user_pool_id = None;
            risk.client_id = None;
            risk
        })
    });
    unless_unknown_to_the_pool(found.map(|risk| (risk, keeper.answer())))
}

/// The settings one by one.
pub(super) fn lines_of(value: Option<&impl std::fmt::Debug>) -> Vec<String> {
    value.map(lines).unwrap_or_default()
}

/// A pool without a domain, or of a plan without protection from threats, has nothing of the kind.
fn unless_unknown_to_the_pool<T>(answer: Answer<T>) -> Answer<T> {
    match answer {
        Err(CloudError::Refused { code, .. })
            if matches!(
                code.as_str(),
                "InvalidParameterException" | "UserPoolAddOnNotEnabledException" | "FeatureUnavailableInTierException"
            ) =>
        {
            Ok((None, None))
        }
        answer => answer,
    }
}
