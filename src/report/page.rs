use std::sync::OnceLock;

use handlebars::Handlebars;
use indexmap::IndexMap;
use serde::Serialize;

use super::{MigrationReport, ReportError, ReportFile, ReportPermission};
use crate::{
    assess::{FeatureSupport, Support, SupportStatus},
    backend::{finding::Finding, model::Effect},
};

const PAGE: &str = include_str!("../../templates/report/page.hbs");

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageView<'report> {
    report: &'report MigrationReport,
    totals: Totals,
    resources: Vec<ResourceView<'report>>,
    features: Vec<FeatureView<'report>>,
    decisions: Vec<FindingView<'report>>,
    warnings: Vec<FindingView<'report>>,
    notes: Vec<FindingView<'report>>,
    principals: Vec<PrincipalView<'report>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Totals {
    resources: usize,
    carried_over: usize,
    decisions: usize,
    warnings: usize,
    permissions: usize,
    not_given: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceView<'report> {
    category: &'report str,
    service: &'report str,
    name: &'report str,
    generate: Cell<'report>,
    refactor: Cell<'report>,
    gen1: &'report [ReportFile],
    gen2: &'report [ReportFile],
    copied: &'report [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FeatureView<'report> {
    name: &'report str,
    path: &'report str,
    generate: Cell<'report>,
    refactor: Cell<'report>,
}

/// A cell of the assessment's tables in words.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Cell<'report> {
    class: &'static str,
    text: &'static str,
    reason: Option<&'report str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingView<'report> {
    finding: &'report Finding,
    place: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PrincipalView<'report> {
    principal: &'report str,
    not_given: usize,
    permissions: Vec<PermissionView<'report>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PermissionView<'report> {
    permission: &'report ReportPermission,
    is_deny: bool,
    place: String,
}

/// The report as one HTML file without anything outside of it.
///
/// # Errors
/// `REPORT_FAILED`
pub fn page(report: &MigrationReport) -> Result<String, ReportError> {
    let failed = |message: String| ReportError::Form { message };
    registry()
        .as_ref()
        .map_err(|message| failed(message.clone()))?
        .render("page", &view(report))
        .map_err(|error| failed(error.to_string()))
}

fn registry() -> &'static Result<Handlebars<'static>, String> {
    static REGISTRY: OnceLock<Result<Handlebars<'static>, String>> = OnceLock::new();
    REGISTRY.get_or_init(|| {
        let mut handlebars = Handlebars::new();
        handlebars.set_strict_mode(true);
        handlebars
            .register_template_string("page", PAGE)
            .map_err(|error| error.to_string())?;
        Ok(handlebars)
    })
}

fn view(report: &MigrationReport) -> PageView<'_> {
    let resources: Vec<ResourceView<'_>> = report
        .resources
        .iter()
        .map(|resource| ResourceView {
            category: &resource.category,
            service: &resource.service,
            name: &resource.name,
            generate: cell(resource.generate.as_ref()),
            refactor: cell(resource.refactor.as_ref()),
            gen1: &resource.gen1,
            gen2: &resource.gen2,
            copied: &resource.copied,
        })
        .collect();
    let mut by_principal: IndexMap<&str, Vec<&ReportPermission>> = IndexMap::new();
    for permission in &report.permissions {
        by_principal.entry(&permission.principal).or_default().push(permission);
    }
    PageView {
        report,
        totals: Totals {
            resources: resources.len(),
            carried_over: resources
                .iter()
                .filter(|resource| resource.generate.class != "no")
                .count(),
            decisions: report.decisions.len(),
            warnings: report.warnings.len(),
            permissions: report.permissions.len(),
            not_given: report
                .permissions
                .iter()
                .filter(|permission| is_not_given(permission))
                .count(),
        },
        resources,
        features: report.features.iter().map(feature).collect(),
        decisions: report.decisions.iter().map(finding).collect(),
        warnings: report.warnings.iter().map(finding).collect(),
        notes: report.notes.iter().map(finding).collect(),
        principals: by_principal
            .into_iter()
            .map(|(principal, permissions)| PrincipalView {
                principal,
                not_given: permissions.iter().filter(|permission| is_not_given(permission)).count(),
                permissions: permissions
                    .into_iter()
                    .map(|permission| PermissionView {
                        permission,
                        is_deny: permission.effect == Effect::Deny,
                        place: place(&permission.location.path, permission.location.line),
                    })
                    .collect(),
            })
            .collect(),
    }
}

fn is_not_given(permission: &ReportPermission) -> bool {
    permission.not_given_because.is_some()
}

fn feature(feature: &FeatureSupport) -> FeatureView<'_> {
    FeatureView {
        name: &feature.name,
        path: &feature.path,
        generate: cell(Some(&feature.generate)),
        refactor: cell(Some(&feature.refactor)),
    }
}

/// A resource that the assessment does not know is not known to work.
fn cell(support: Option<&Support>) -> Cell<'_> {
    let (class, text) = match support.map(|support| support.status) {
        Some(SupportStatus::Supported) => ("yes", "✔"),
        Some(SupportStatus::NotNeeded) => ("none", "—"),
        Some(SupportStatus::Unsupported) | None => ("no", "✘"),
    };
    Cell {
        class,
        text,
        reason: support.and_then(|support| support.reason.as_deref()),
    }
}

fn finding(finding: &Finding) -> FindingView<'_> {
    FindingView {
        finding,
        place: place(&finding.path, finding.line),
    }
}

fn place(path: &str, line: Option<u32>) -> String {
    match line {
        Some(line) => format!("{path}:{line}"),
        None => path.to_owned(),
    }
}
