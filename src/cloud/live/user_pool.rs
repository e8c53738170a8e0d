//! Configuration of a user pool: all of it is written by one call that resets what it does not name, and by another for
//! the factors of sign-in.

use aws_sdk_cognitoidentityprovider::{
    Client, operation::get_user_pool_mfa_config::GetUserPoolMfaConfigOutput, types::UserPoolType,
};

use super::{Settings, lines, lines_without_request_id};
use crate::cloud::{call, error::CloudError};

/// A user pool as it was, for putting it back.
#[derive(Debug)]
pub(super) struct UserPool {
    pool: UserPoolType,
    /// `None` when it may not be read.
    factors: Option<GetUserPoolMfaConfigOutput>,
}

impl UserPool {
    /// The pool and its settings one by one.
    pub(super) async fn read(client: &Client, id: &str) -> Result<(Option<Self>, Settings), CloudError> {
        let pool = client.describe_user_pool().user_pool_id(id);
        let factors = client.get_user_pool_mfa_config().user_pool_id(id);
        let (pool, factors) = tokio::join!(
            call::read("cognito-idp", "DescribeUserPool", Some(id), pool.send()),
            call::read("cognito-idp", "GetUserPoolMfaConfig", Some(id), factors.send()),
        );
        let Some(mut pool) = pool?.user_pool else {
            return Ok((None, Settings::default()));
        };
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
        let mut settings = Settings::of(lines(&pool));
        let known = factors.as_ref().ok().cloned();
        settings.add("factors", factors.map(|factors| lines_without_request_id(&factors)))?;
        Ok((Some(Self { pool, factors: known }), settings))
    }

    /// Gives the pool all settings that it had. A tag that it has got meanwhile is somebody's, and stays.
    pub(super) async fn put_back(&self, client: &Client, id: &str) -> Result<(), CloudError> {
        let (now, _) = Self::read(client, id).await?;
        let mut tags = now.and_then(|now| now.pool.user_pool_tags).unwrap_or_default();
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
        let Some(factors) = self.factors.clone().filter(has_factors) else {
            return Ok(());
        };
        let request = client
            .set_user_pool_mfa_config()
            .user_pool_id(id)
            .set_sms_mfa_configuration(factors.sms_mfa_configuration)
            .set_software_token_mfa_configuration(factors.software_token_mfa_configuration)
            .set_email_mfa_configuration(factors.email_mfa_configuration)
            .set_mfa_configuration(factors.mfa_configuration)
            .set_web_authn_configuration(factors.web_authn_configuration);
        call::read("cognito-idp", "SetUserPoolMfaConfig", Some(id), request.send())
            .await
            .map(drop)
    }
}

fn has_factors(factors: &GetUserPoolMfaConfigOutput) -> bool {
    factors.sms_mfa_configuration.is_some()
        || factors.software_token_mfa_configuration.is_some()
        || factors.email_mfa_configuration.is_some()
        || factors.web_authn_configuration.is_some()
}
