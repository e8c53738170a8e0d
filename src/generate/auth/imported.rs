use crate::{
    backend::{
        finding::Severity,
        model::{Auth, AuthorizationMode, ImportedAuth},
    },
    generate::{context::Context, findings::Findings, typescript::Code},
};

/// `referenceAuth` needs all five ids.
pub(super) fn is_referable(imported: &ImportedAuth) -> bool {
    values(imported).iter().all(|(_, value)| value.is_some())
}

fn values(imported: &ImportedAuth) -> [(&'static str, Option<&str>); 5] {
    [
        ("userPoolId", imported.user_pool_id.as_deref()),
        ("identityPoolId", imported.identity_pool_id.as_deref()),
        ("userPoolClientId", imported.web_client_id.as_deref()),
        ("authRoleArn", imported.authenticated_role_arn.as_deref()),
        ("unauthRoleArn", imported.unauthenticated_role_arn.as_deref()),
    ]
}

/// The properties of `referenceAuth`.
pub(super) fn definition(
    context: &Context<'_>,
    auth: &Auth,
    imported: &ImportedAuth,
    findings: &mut Findings,
) -> Option<Code> {
    if !is_referable(imported) {
        let missing: Vec<&str> = values(imported)
            .into_iter()
            .filter(|(_, value)| value.is_none())
            .map(|(name, _)| name)
            .collect();
        // Without auth, defineData refuses rules for the users of a pool.
        let severity = match needs_user_pool(context) {
            true => Severity::Blocker,
            false => Severity::Manual,
        };
        findings.add(
            "auth-imported",
            severity,
            format!(
                "auth {} is imported, and {} is not known; Gen 2 can refer to imported auth only as a whole",
                auth.name,
                missing.join(", ")
            ),
            &auth.location,
            "Make an identity pool for the user pool and its two clients in the Cognito console, run `amplify remove auth` and `amplify import auth` with both pools, push, and generate again.",
        );
        return None;
    }
    let mut properties: Vec<(&str, Code)> = values(imported)
        .into_iter()
        .filter_map(|(name, value)| Some((name, Code::text(value?))))
        .collect();
    let groups: Vec<(&str, Code)> = auth
        .groups
        .iter()
        .filter_map(|group| {
            let arn = group.role_properties.get("Arn")?.as_str()?;
            Some((group.name.as_str(), Code::text(arn)))
        })
        .collect();
    if !groups.is_empty() {
        properties.push(("groups", Code::object(groups)));
    }
    Some(Code::object(properties))
}

/// The GraphQL API lets in users of the pool.
fn needs_user_pool(context: &Context<'_>) -> bool {
    context.backend.data.as_ref().is_some_and(|data| {
        std::iter::once(&data.default_mode)
            .chain(&data.additional_modes)
            .any(|mode| matches!(mode, AuthorizationMode::UserPool))
    })
}
