use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{name_of, named};
use crate::{
    backend::{finding::Severity, model::GeoKind},
    generate::{
        context::Context, error::GenerateError, findings::Findings, reference::Referrer,
        template::render as render_template, tree::FileTree, typescript::Code,
    },
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    region: String,
    collections: Code,
    suffix: Code,
}

/// Geofences are data: a script copies them from Gen 1's collections into those of the branch, as often as it is run.
pub(super) fn generate(
    context: &Context<'_>,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<(), GenerateError> {
    let mut collections = Vec::new();
    for (geo, _) in named(context).filter(|(geo, _)| geo.kind == GeoKind::GeofenceCollection) {
        let mut referrer = Referrer::new(context, "..");
        let target = name_of(context, geo, &mut referrer);
        let (Some(source), Some(target)) = (&geo.deployed_name, target) else {
            continue;
        };
        findings.add(
            "geo-geofences",
            Severity::Manual,
            format!("the geofences of {source} are data and stay in the Gen 1 collection: Gen 2's is new and empty"),
            &geo.location,
            "Run `node amplify/geo/copy-geofences.mjs` once the branch is deployed, and again just before you switch over.",
        );
        collections.push(Code::object([("from", Code::text(source)), ("to", target)]));
    }
    if collections.is_empty() {
        return Ok(());
    }
    let view = View {
        region: context.backend.app.region.clone(),
        suffix: Code::text(suffix(&context.options.branch)),
        collections: Code::Array(collections),
    };
    tree.insert(
        "amplify/geo/copy-geofences.mjs",
        render_template("geo-copy-geofences", &view)?,
    );
    Ok(())
}

/// As `nameSuffix` of branch.ts is on the migrated branch.
fn suffix(branch: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || character == '-';
    if !branch.is_empty() && branch.len() <= 24 && branch.chars().all(is_plain) {
        return branch.to_owned();
    }
    // JavaScript counts characters beyond the basic plane twice.
    let plain: String = branch
        .encode_utf16()
        .map(|unit| u8::try_from(unit).map_or('-', char::from))
        .map(|character| if is_plain(character) { character } else { '-' })
        .take(17)
        .collect();
    let digest = Sha256::digest(branch.as_bytes());
    let digest: String = digest.iter().take(3).map(|byte| format!("{byte:02x}")).collect();
    format!("{plain}-{digest}")
}
