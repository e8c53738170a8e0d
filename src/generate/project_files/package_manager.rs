use serde::{Deserialize, Serialize};

/// What installs the packages of the project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackageManager {
    /// npm, also when nothing tells.
    #[default]
    Npm,
    /// Yarn 1.
    YarnClassic,
    /// Yarn 2 and later.
    Yarn,
    /// pnpm.
    Pnpm,
    /// Bun.
    Bun,
}

impl PackageManager {
    /// Lock files in the order in which they are looked for.
    pub const LOCK_FILES: [&str; 6] = [
        "pnpm-lock.yaml",
        "yarn.lock",
        "bun.lock",
        "bun.lockb",
        "package-lock.json",
        "npm-shrinkwrap.json",
    ];

    /// By the name and the beginning of a lock file.
    pub fn of_lock_file(name: &str, bytes: &[u8]) -> Option<Self> {
        match name {
            "package-lock.json" | "npm-shrinkwrap.json" => Some(Self::Npm),
            "pnpm-lock.yaml" => Some(Self::Pnpm),
            "bun.lock" | "bun.lockb" => Some(Self::Bun),
            "yarn.lock" => {
                let is_modern = String::from_utf8_lossy(bytes)
                    .lines()
                    .any(|line| line.starts_with("__metadata:"));
                Some(if is_modern { Self::Yarn } else { Self::YarnClassic })
            }
            _ => None,
        }
    }

    /// By `packageManager` of package.json, for example `yarn@4.1.0`.
    pub fn of_field(field: &str) -> Option<Self> {
        let (name, version) = field.split_once('@').unwrap_or((field, ""));
        match name {
            "npm" => Some(Self::Npm),
            "pnpm" => Some(Self::Pnpm),
            "bun" => Some(Self::Bun),
            "yarn" if version.starts_with("1.") => Some(Self::YarnClassic),
            "yarn" => Some(Self::Yarn),
            _ => None,
        }
    }

    /// Name of the command.
    pub fn command(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::YarnClassic | Self::Yarn => "yarn",
            Self::Pnpm => "pnpm",
            Self::Bun => "bun",
        }
    }

    /// Installs exactly what the lock file says.
    pub fn clean_install(self) -> &'static str {
        match self {
            Self::Npm => "npm ci",
            Self::YarnClassic => "yarn install --frozen-lockfile",
            Self::Yarn => "yarn install --immutable",
            Self::Pnpm => "pnpm install --frozen-lockfile",
            Self::Bun => "bun install --frozen-lockfile",
        }
    }

    /// Installs what package.json says, where no lock file says more: the clean install would refuse to run.
    pub fn install(self) -> &'static str {
        match self {
            Self::Npm => "npm install",
            Self::YarnClassic | Self::Yarn => "yarn install",
            Self::Pnpm => "pnpm install",
            Self::Bun => "bun install",
        }
    }

    /// What the user runs once after the packages have changed, to get rid of what Gen 1's packages left in the tree.
    pub fn fresh_install(self) -> Vec<&'static str> {
        match self {
            Self::Npm => vec![
                "rm -rf node_modules package-lock.json",
                "npm install",
                "npm install --package-lock-only",
            ],
            Self::YarnClassic | Self::Yarn => vec!["rm -rf node_modules yarn.lock", "yarn install"],
            Self::Pnpm => vec!["rm -rf node_modules pnpm-lock.yaml", "pnpm install"],
            Self::Bun => vec!["rm -rf node_modules bun.lock bun.lockb", "bun install"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lock_file_has_its_command() {
        for (name, install) in [
            ("package-lock.json", "npm ci"),
            ("npm-shrinkwrap.json", "npm ci"),
            ("yarn.lock", "yarn install --frozen-lockfile"),
            ("pnpm-lock.yaml", "pnpm install --frozen-lockfile"),
            ("bun.lock", "bun install --frozen-lockfile"),
            ("bun.lockb", "bun install --frozen-lockfile"),
        ] {
            assert!(PackageManager::LOCK_FILES.contains(&name));
            let manager = PackageManager::of_lock_file(name, b"# yarn lockfile v1\n").unwrap();
            assert_eq!(manager.clean_install(), install, "{name}");
        }
        let modern = PackageManager::of_lock_file("yarn.lock", b"# generated\n\n__metadata:\n  version: 8\n");
        assert_eq!(modern, Some(PackageManager::Yarn));
    }

    #[test]
    fn the_field_of_package_json() {
        assert_eq!(
            PackageManager::of_field("yarn@1.22.22+sha1.x"),
            Some(PackageManager::YarnClassic)
        );
        assert_eq!(PackageManager::of_field("yarn@4.0.0"), Some(PackageManager::Yarn));
        assert_eq!(PackageManager::of_field("pnpm@9"), Some(PackageManager::Pnpm));
        assert_eq!(PackageManager::of_field("other@1"), None);
    }
}
