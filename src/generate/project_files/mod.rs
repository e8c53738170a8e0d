//! Files beside `amplify/` that a Gen 2 backend needs: edited where they exist, so that what the user wrote stays.

mod amplify_yml;
mod gitignore;
mod package_json;
mod package_manager;

use serde_json::json;

use super::{context::Context, error::GenerateError, findings::Findings, function::Requirements, tree::FileTree};

/// Writes them.
pub fn generate(
    context: &Context<'_>,
    requirements: &Requirements,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<(), GenerateError> {
    tree.insert("amplify/package.json", format!("{:#}\n", json!({ "type": "module" })));
    tree.insert("amplify/tsconfig.json", tsconfig());
    let package = read(context, "package.json")?;
    let merged = package_json::merge(context, package.as_deref(), requirements, findings)?;
    tree.insert("package.json", merged);
    let manager = package_manager::detect(context)?;
    let build = read(context, "amplify.yml")?;
    let settings = read(context, "amplify/.config/project-config.json")?;
    let edited = amplify_yml::edit(build.as_deref(), settings.as_deref(), manager, findings);
    tree.insert("amplify.yml", edited);
    let ignored = read(context, ".gitignore")?;
    tree.insert(".gitignore", gitignore::edit(ignored.as_deref().unwrap_or_default()));
    Ok(())
}

fn tsconfig() -> String {
    let config = json!({
        "compilerOptions": {
            "target": "es2022",
            "module": "es2022",
            "moduleResolution": "bundler",
            "resolveJsonModule": true,
            "esModuleInterop": true,
            "forceConsistentCasingInFileNames": true,
            "strict": true,
            "skipLibCheck": true,
            "types": ["node"],
            "paths": { "$amplify/*": ["../.amplify/generated/*"] },
        },
    });
    format!("{config:#}\n")
}

fn read(context: &Context<'_>, path: &str) -> Result<Option<String>, GenerateError> {
    let unreadable = |source| GenerateError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let Some(bytes) = context.files.read(path).map_err(unreadable)? else {
        return Ok(None);
    };
    String::from_utf8(bytes)
        .map(|text| Some(text.trim_start_matches('\u{feff}').to_owned()))
        .map_err(|error| unreadable(std::io::Error::new(std::io::ErrorKind::InvalidData, error)))
}
