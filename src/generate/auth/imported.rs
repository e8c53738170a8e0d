use crate::{
    backend::{
        finding::Severity,
        model::{Auth, ImportedAuth},
    },
    generate::{findings::Findings, typescript::Code},
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
pub(super) fn definition(auth: &Auth, imported: &ImportedAuth, findings: &mut Findings) -> Option<Code> {
    if !is_referable(imported) {
        let missing: Vec<&str> = values(imported)
            .into_iter()
            .filter(|(_, value)| value.is_none())
            .map(|(name, _)| name)
            .collect();
        findings.add(
            "auth-imported",
            Severity::Manual,
            format!(
                "auth {} is imported, and {} is not known; Gen 2 can refer to imported auth only as a whole",
                auth.name,
                missing.join(", ")
            ),
            &auth.location,
            "Write amplify/auth/resource.ts with referenceAuth by hand, or import an identity pool too, and add auth to amplify/backend.ts.",
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
