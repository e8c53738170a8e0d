use crate::generate::{context::Context, error::GenerateError};

/// Who installs the project's packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackageManager {
    /// npm
    Npm,
    /// Yarn from version 2 on.
    Yarn,
    /// Yarn 1.
    YarnClassic,
    /// pnpm
    Pnpm,
    /// Bun
    Bun,
}

/// Lock files by package manager.
const LOCK_FILES: &[(&str, PackageManager)] = &[
    ("pnpm-lock.yaml", PackageManager::Pnpm),
    ("yarn.lock", PackageManager::Yarn),
    ("bun.lock", PackageManager::Bun),
    ("bun.lockb", PackageManager::Bun),
    ("package-lock.json", PackageManager::Npm),
    ("npm-shrinkwrap.json", PackageManager::Npm),
];

/// Tells by the lock file; npm when there is none.
pub(super) fn detect(context: &Context<'_>) -> Result<PackageManager, GenerateError> {
    for (file, manager) in LOCK_FILES {
        let present = context
            .files
            .has_file(file)
            .map_err(|source| GenerateError::Unreadable {
                path: (*file).to_owned(),
                source,
            })?;
        if present {
            return Ok(match manager {
                PackageManager::Yarn if is_classic(context, file)? => PackageManager::YarnClassic,
                manager => *manager,
            });
        }
    }
    Ok(PackageManager::Npm)
}

/// Yarn 1 names itself in its lock file; later versions write a section of metadata.
fn is_classic(context: &Context<'_>, file: &str) -> Result<bool, GenerateError> {
    let text = context.files.read(file).map_err(|source| GenerateError::Unreadable {
        path: file.to_owned(),
        source,
    })?;
    Ok(String::from_utf8_lossy(&text.unwrap_or_default()).contains("# yarn lockfile v1"))
}

impl PackageManager {
    /// Installs what the lock file says.
    pub fn install(self) -> &'static str {
        match self {
            Self::Npm => "npm ci --cache .npm --prefer-offline",
            Self::Yarn => "yarn install --immutable",
            Self::YarnClassic => "yarn install --frozen-lockfile",
            Self::Pnpm => "corepack enable && pnpm install --frozen-lockfile",
            Self::Bun => "npm install --global bun && bun install --frozen-lockfile",
        }
    }

    /// Runs the Gen 2 CLI.
    pub fn deploy(self) -> &'static str {
        match self {
            Self::Npm => "npx ampx pipeline-deploy --branch $AWS_BRANCH --app-id $AWS_APP_ID",
            Self::Yarn | Self::YarnClassic => "yarn ampx pipeline-deploy --branch $AWS_BRANCH --app-id $AWS_APP_ID",
            Self::Pnpm => "pnpm exec ampx pipeline-deploy --branch $AWS_BRANCH --app-id $AWS_APP_ID",
            Self::Bun => "bunx ampx pipeline-deploy --branch $AWS_BRANCH --app-id $AWS_APP_ID",
        }
    }
}
