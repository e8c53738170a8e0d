//! What a user should know of a hosted UI that moves.

use super::definition::Difference;
use crate::{
    backend::finding::{Finding, Severity},
    refactor::{matching::Pair, record::ReleasedResource},
};

fn finding(id: &str, severity: Severity, feature: &str, message: String, remedy: &str) -> Finding {
    Finding {
        id: id.into(),
        severity,
        feature: feature.into(),
        message,
        path: String::new(),
        line: None,
        remedy: remedy.into(),
    }
}

fn name(resource: &ReleasedResource) -> String {
    let attached = &resource.resource;
    format!("{} {} ({})", attached.resource_type, attached.logical_id, attached.name)
}

/// Settings of a resource that is taken over differ from Gen 2's.
pub(super) fn differences(feature: &str, resource: &ReleasedResource, differences: &[Difference]) -> Vec<Finding> {
    let list = |wanted: fn(&Difference) -> Option<&String>| {
        let settings: Vec<&str> = differences.iter().filter_map(wanted).map(String::as_str).collect();
        settings.join(", ")
    };
    let settings = list(|difference| match difference {
        Difference::Setting(setting) => Some(setting),
        Difference::Secret(_) => None,
    });
    let secrets = list(|difference| match difference {
        Difference::Secret(setting) => Some(setting),
        Difference::Setting(_) => None,
    });
    let mut found = Vec::new();
    if !settings.is_empty() {
        found.push(finding(
            "refactor-hosted-ui-differs",
            Severity::Warning,
            feature,
            format!(
                "{} of Gen 2 and the one of the Gen 1 user pool differ in {settings}: the refactor keeps the values of Gen 1, the next Gen 2 deployment sets its own.",
                name(resource)
            ),
            "Give the Gen 2 backend the values of Gen 1 where they matter.",
        ));
    }
    if !secrets.is_empty() {
        found.push(finding(
            "refactor-hosted-ui-secret-differs",
            Severity::Manual,
            feature,
            format!(
                "{} of Gen 2 and the one of the Gen 1 user pool differ in {secrets}: the refactor leaves the live values alone, a later deployment that updates the provider sets Gen 2's.",
                name(resource)
            ),
            "Check that the secrets of the Gen 2 branch hold the credentials that Gen 1 uses, and deploy the branch before the refactor when they do not.",
        ));
    }
    found
}

/// Gen 2 has something that the Gen 1 user pool has not: the next deployment makes it.
pub(super) fn only_in_gen2(feature: &str, resource: &ReleasedResource) -> Finding {
    finding(
        "refactor-hosted-ui-only-gen2",
        Severity::Info,
        feature,
        format!(
            "The Gen 1 user pool has no counterpart of {}: it stays with the parked user pool, and the next Gen 2 deployment makes it anew.",
            name(resource)
        ),
        "Nothing has to be done.",
    )
}

/// A stack of Gen 1 owns something that does not exist.
pub(super) fn gone(feature: &str, pair: &Pair, user_pool_id: &str) -> Finding {
    finding(
        "refactor-hosted-ui-gone",
        Severity::Warning,
        feature,
        format!(
            "{} is not in user pool {user_pool_id} any more, although its stack owns it: it does not move, and the next Gen 2 deployment makes it anew.",
            pair.source
        ),
        "Nothing has to be done when nobody misses it. In Gen 1 the function that sets up the hosted UI deletes providers that the CLI does not know.",
    )
}

/// The Gen 1 user pool has something that Gen 2 does not know.
pub(super) fn only_in_gen1(feature: &str, what: &str) -> Finding {
    finding(
        "refactor-hosted-ui-only-gen1",
        Severity::Manual,
        feature,
        format!(
            "The Gen 1 user pool has {what}, which the Gen 2 backend has not: it stays as it is, and no stack of Gen 2 manages it. App clients that the next Gen 2 deployment updates do not offer it any more."
        ),
        "Add it to the Gen 2 backend and deploy that before the refactor, or accept that it is managed by hand.",
    )
}

/// What the service would have told was not readable.
pub(super) fn not_read(feature: &str, pool: &str, reason: &str) -> Finding {
    finding(
        "refactor-hosted-ui-unknown",
        Severity::Manual,
        feature,
        format!(
            "The domain and the identity providers of user pool {pool} cannot be read ({reason}): the plan goes by what the Gen 1 stack says of them, and their settings are not compared."
        ),
        "Allow the credentials to call cognito-idp:DescribeUserPool, DescribeUserPoolDomain, ListIdentityProviders, DescribeIdentityProvider and ListResourceServers, and plan again.",
    )
}

/// A rollback lets something go that Gen 1 never had.
pub(super) fn left_on_gen1(feature: &str, resource: &ReleasedResource) -> Finding {
    finding(
        "refactor-hosted-ui-left-on-pool",
        Severity::Manual,
        feature,
        format!(
            "{} was made by a Gen 2 deployment on the Gen 1 user pool {}: it stays there, and no stack manages it.",
            name(resource),
            resource.resource.user_pool_id
        ),
        "Delete it in the Cognito console when nobody uses it.",
    )
}

/// A rollback cannot take something over again.
pub(super) fn not_taken_back(feature: &str, resource: &ReleasedResource, reason: &str) -> Finding {
    finding(
        "refactor-hosted-ui-not-taken-back",
        Severity::Manual,
        feature,
        format!(
            "{} is not taken over again by {}: {reason}.",
            name(resource),
            resource.stack
        ),
        "Deploy the Gen 2 branch once more; when its domain is taken, delete the domain of the Gen 2 user pool first.",
    )
}
