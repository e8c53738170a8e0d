//! Configuration of a user pool: most of it is written by one call that resets what it does not name; the factors of sign-in,
//! the look of the sign-in page and what happens at a risk have calls of their own.

use aws_sdk_cognitoidentityprovider::{
    Client,
    operation::{describe_user_pool::DescribeUserPoolOutput, get_user_pool_mfa_config::GetUserPoolMfaConfigOutput},
    types::{RiskConfigurationType, UiCustomizationType, UserPoolType},
};
use serde_json::{Map, Value};

use super::{
    Settings,
    answer::{AnswerKeeper, asked_or_kept},
    lines, lines_without_request_id,
    sign_in_page::{self, LOOK, LOOK_PART, RISK, RISK_PART},
};
use crate::cloud::{call, error::CloudError};

pub(super) const POOL: &str = "DescribeUserPool";
const FACTORS: &str = "GetUserPoolMfaConfig";

/// A user pool as it was, for putting it back.
#[derive(Debug)]
pub(super) struct UserPool {
    pool: UserPoolType,
    /// `None` when it may not be read; likewise the following.
    factors: Option<GetUserPoolMfaConfigOutput>,
    look: Option<UiCustomizationType>,
    risk: Option<RiskConfigurationType>,
    /// What the service answered, by call. There is no secret in it.
    answers: Map<String, Value>,
}

impl UserPool {
    /// The pool and its settings one by one.
    pub(super) async fn read(client: &Client, id: &str) -> Result<(Option<Self>, Settings), CloudError> {
        Self::ask(client, id, None).await
    }

    /// The pool as an earlier run read it.
    pub(super) async fn recorded(
        client: &Client,
        id: &str,
        answers: &Map<String, Value>,
    ) -> Result<(Option<Self>, Settings), CloudError> {
        Self::ask(client, id, Some(answers)).await
    }

    /// What the service answered: enough to put the pool back in another run.
    pub(super) fn answers(&self) -> &Map<String, Value> {
        &self.answers
    }

    async fn ask(
        client: &Client,
        id: &str,
        answers: Option<&Map<String, Value>>,
    ) -> Result<(Option<Self>, Settings), CloudError> {
        let kept = |action: &str| answers.and_then(|answers| answers.get(action));
        // What an earlier run could not read is not asked for now: it would not be of that time.
        let is_asked = |action: &str| answers.is_none_or(|answers| answers.contains_key(action));
        let (pool, factors, look, risk) = tokio::join!(
            describe(client, id, kept(POOL)),
            async {
                match is_asked(FACTORS) {
                    true => factors(client, id, kept(FACTORS)).await.map(Some),
                    false => Ok(None),
                }
            },
            async {
                match is_asked(LOOK) {
                    true => sign_in_page::look(client, id, None, kept(LOOK)).await,
                    false => Ok((None, None)),
                }
            },
            async {
                match is_asked(RISK) {
                    true => sign_in_page::risk(client, id, None, kept(RISK)).await,
                    false => Ok((None, None)),
                }
            },
        );
        let mut answers = Map::new();
        let mut keep = |action: &str, answer: Option<Value>| {
            answers.extend(answer.map(|answer| (action.to_owned(), answer)));
        };
        let (pool, answer) = pool?;
        keep(POOL, answer);
        let Some(mut pool) = pool.user_pool else {
            return Ok((None, Settings::default()));
        };
        comparable(&mut pool);
        let mut settings = Settings::of(lines(&pool));
        let factors = factors.map(|factors| {
            factors.map(|(factors, answer)| {
                keep(FACTORS, answer);
                factors
            })
        });
        let known_factors = factors.as_ref().ok().cloned().flatten();
        settings.add(
            "factors",
            factors.map(|factors| factors.as_ref().map(lines_without_request_id).unwrap_or_default()),
        )?;
        let look = look.map(|(look, answer)| {
            keep(LOOK, answer);
            look
        });
        let risk = risk.map(|(risk, answer)| {
            keep(RISK, answer);
            risk
        });
        let known_look = look.as_ref().ok().cloned().flatten();
        let known_risk = risk.as_ref().ok().cloned().flatten();
        settings.add(LOOK_PART, look.map(|look| sign_in_page::lines_of(look.as_ref())))?;
        settings.add(RISK_PART, risk.map(|risk| sign_in_page::lines_of(risk.as_ref())))?;
        let pool = Self {
            pool,
            factors: known_factors,
            look: known_look,
            risk: known_risk,
            answers,
        };
        Ok((Some(pool), settings))
    }

    /// Somebody has set something since that no operation of ours sets: another name, or a tag that was not there.
    pub(super) fn was_set_by_others(&self, now: &Self) -> bool {
        let tags = |pool: &Self| pool.pool.user_pool_tags.clone().unwrap_or_default();
        let before = tags(self);
        self.pool.name != now.pool.name || tags(now).keys().any(|key| !before.contains_key(key))
    }

    /// Gives the pool all settings that it had. A tag that it has got meanwhile is somebody's, and stays. The image of the
    /// sign-in page cannot be read from the service: when it is gone, the comparison that follows tells.
    pub(super) async fn put_back(&self, client: &Client, id: &str) -> Result<(), CloudError> {
        let (now, _) = Self::read(client, id).await?;
        let mut tags = now
            .as_ref()
            .and_then(|now| now.pool.user_pool_tags.clone())
            .unwrap_or_default();
        let pool = self.pool.clone();
        tags.extend(pool.user_pool_tags.into_iter().flatten());
        let request = client
            .update_user_pool()
            .user_pool_id(id)
            .set_policies(pool.policies)
            .set_deletion_protection(pool.deletion_protection)
            .set_lambda_config(pool.lambda_config)
            .set_auto_verified_attributes(pool.auto_verified_attributes)
            .set_sms_verification_message(pool.sms_verification_message)
            .set_email_verification_message(pool.email_verification_message)
            .set_email_verification_subject(pool.email_verification_subject)
            .set_verification_message_template(pool.verification_message_template)
            .set_sms_authentication_message(pool.sms_authentication_message)
            .set_user_attribute_update_settings(pool.user_attribute_update_settings)
            .set_mfa_configuration(pool.mfa_configuration)
            .set_device_configuration(pool.device_configuration)
            .set_email_configuration(pool.email_configuration)
            .set_sms_configuration(pool.sms_configuration)
            .set_user_pool_tags(Some(tags))
            .set_admin_create_user_config(pool.admin_create_user_config)
            .set_user_pool_add_ons(pool.user_pool_add_ons)
            .set_account_recovery_setting(pool.account_recovery_setting)
            .set_user_pool_tier(pool.user_pool_tier);
        call::read("cognito-idp", "UpdateUserPool", Some(id), request.send()).await?;
        if let Some(factors) = self.factors.clone().filter(has_factors) {
            let request = client
                .set_user_pool_mfa_config()
                .user_pool_id(id)
                .set_sms_mfa_configuration(factors.sms_mfa_configuration)
                .set_software_token_mfa_configuration(factors.software_token_mfa_configuration)
                .set_email_mfa_configuration(factors.email_mfa_configuration)
                .set_mfa_configuration(factors.mfa_configuration)
                .set_web_authn_configuration(factors.web_authn_configuration);
            call::read("cognito-idp", "SetUserPoolMfaConfig", Some(id), request.send()).await?;
        }
        let (look, risk) = now.map_or((None, None), |now| (now.look, now.risk));
        if let Some(risk_before) = self.risk.clone().filter(|_| self.risk != risk) {
            let request = client
                .set_risk_configuration()
                .user_pool_id(id)
                .set_compromised_credentials_risk_configuration(risk_before.compromised_credentials_risk_configuration)
                .set_account_takeover_risk_configuration(risk_before.account_takeover_risk_configuration)
                .set_risk_exception_configuration(risk_before.risk_exception_configuration);
            call::read("cognito-idp", "SetRiskConfiguration", Some(id), request.send()).await?;
        }
        let css = |look: &Option<UiCustomizationType>| look.as_ref().and_then(|look| look.css.clone());
        // A look that the pool did not have, or that nobody could read, is somebody else's: nothing of ours adds one.
        if let Some(css_before) = css(&self.look).filter(|before| css(&look).as_ref() != Some(before)) {
            let request = client.set_ui_customization().user_pool_id(id).css(css_before);
            call::read("cognito-idp", "SetUICustomization", Some(id), request.send()).await?;
        }
        Ok(())
    }
}

/// The pool and the answer as it was; read from a kept answer when there is one.
async fn describe(
    client: &Client,
    id: &str,
    kept: Option<&Value>,
) -> Result<(DescribeUserPoolOutput, Option<Value>), CloudError> {
    let keeper = AnswerKeeper::default();
    let request = client.describe_user_pool().user_pool_id(id);
    let request = asked_or_kept(request.customize(), &keeper, kept);
    let answer = call::read("cognito-idp", "DescribeUserPool", Some(id), request.send()).await;
    answer.map(|answer| (answer, keeper.answer()))
}

/// Its factors of sign-in, likewise.
async fn factors(
    client: &Client,
    id: &str,
    kept: Option<&Value>,
) -> Result<(GetUserPoolMfaConfigOutput, Option<Value>), CloudError> {
    let keeper = AnswerKeeper::default();
    let request = client.get_user_pool_mfa_config().user_pool_id(id);
    let request = asked_or_kept(request.customize(), &keeper, kept);
    let answer = call::read("cognito-idp", "GetUserPoolMfaConfig", Some(id), request.send()).await;
    answer.map(|answer| (answer, keeper.answer()))
}

/// Leaves out what changes by itself, and what the service tells twice.
fn comparable(pool: &mut UserPoolType) {
    pool.last_modified_date = None;
    pool.creation_date = None;
    pool.estimated_number_of_users = 0;
    if let Some(tags) = &mut pool.user_pool_tags {
        // CloudFormation's own tags name the owning stack: they change with it, and nobody else may set them.
        tags.retain(|key, _| !key.starts_with("aws:"));
        if tags.is_empty() {
            pool.user_pool_tags = None;
        }
    }
    if let Some(configuration) = &mut pool.admin_create_user_config {
        // Repeats the password policy's TemporaryPasswordValidityDays; the service refuses an update that names both.
        let days = std::mem::take(&mut configuration.unused_account_validity_days);
        let policy = pool
            .policies
            .as_mut()
            .and_then(|policies| policies.password_policy.as_mut());
        if let Some(policy) = policy.filter(|policy| policy.temporary_password_validity_days == 0) {
            policy.temporary_password_validity_days = days;
        }
    }
}

fn has_factors(factors: &GetUserPoolMfaConfigOutput) -> bool {
    factors.sms_mfa_configuration.is_some()
        || factors.software_token_mfa_configuration.is_some()
        || factors.email_mfa_configuration.is_some()
        || factors.web_authn_configuration.is_some()
}
