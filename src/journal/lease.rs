//! Who works on an environment. The lease lies in the same object as the copy of the journal, so that one conditional write
//! decides both: who may act, and what has been recorded.

use std::{fmt, time::Duration};

use aws_smithy_types::{DateTime, date_time::Format};
use serde::{Deserialize, Serialize};

use super::record::now_ms;
use crate::plan::Step;

/// How long a lease holds without being renewed. Long enough for a slow connection, short enough for a colleague to wait.
pub(super) const DURATION: Duration = Duration::from_secs(180);

/// How often it is renewed while a run goes on, when nothing else is written.
pub(super) const RENEWAL: Duration = Duration::from_secs(30);

/// The right to change an environment, of one process and for a limited time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lease {
    /// Unique to the claim.
    pub holder: String,
    /// Which project folder it works in: whoever holds that folder's lock knows that an earlier process there is gone.
    pub folder: String,
    /// Name of the machine.
    pub host: String,
    /// Name of the user there.
    pub user: String,
    /// Process id there.
    pub process: u32,
    /// What is being done.
    pub step: Step,
    /// It is being undone.
    pub rollback: bool,
    /// Milliseconds since 1970, by the holder's clock.
    pub acquired_ms: u64,
    /// Likewise.
    pub renewed_ms: u64,
    /// Likewise: for people. Whether the lease has expired is told by the service's clock.
    pub expires_ms: u64,
    /// How long it holds after it was written.
    pub duration_ms: u64,
}

impl Lease {
    /// A lease of this process, from now on.
    pub(super) fn new(folder: String, step: Step, rollback: bool) -> Self {
        let now = now_ms();
        Self {
            holder: uuid::Uuid::new_v4().to_string(),
            folder,
            host: host(),
            user: user(),
            process: std::process::id(),
            step,
            rollback,
            acquired_ms: now,
            renewed_ms: now,
            expires_ms: now.saturating_add(millis(DURATION)),
            duration_ms: millis(DURATION),
        }
    }

    /// The same lease, for another while.
    pub(super) fn renewed(&self) -> Self {
        let now = now_ms();
        Self {
            renewed_ms: now,
            expires_ms: now.saturating_add(self.duration_ms),
            ..self.clone()
        }
    }

    /// Time until it ends by itself; `None` when it has.
    pub(super) fn remaining(&self, age: Duration) -> Option<Duration> {
        let left = Duration::from_millis(self.duration_ms).checked_sub(age)?;
        (!left.is_zero()).then_some(left)
    }

    /// It was left by a process that worked in the same folder of the same machine.
    pub(super) fn is_of_folder(&self, other: &Self) -> bool {
        (&self.folder, &self.host, &self.user) == (&other.folder, &other.host, &other.user)
    }
}

impl fmt::Display for Lease {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let undo = if self.rollback { " --rollback" } else { "" };
        write!(
            formatter,
            "{} on {} (process {}, `{}{undo}`, since {})",
            self.user,
            self.host,
            self.process,
            self.step.as_str(),
            instant(self.acquired_ms),
        )
    }
}

/// A moment as people and machines can read it.
fn instant(milliseconds: u64) -> String {
    let seconds = i64::try_from(milliseconds / 1000).unwrap_or(i64::MAX);
    DateTime::from_secs(seconds)
        .fmt(Format::DateTime)
        .unwrap_or_else(|_| format!("{seconds} s after 1970"))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Name of this machine, as its system tells it.
fn host() -> String {
    let from_system = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let from_environment = || {
        std::env::var("COMPUTERNAME")
            .or_else(|_| std::env::var("HOSTNAME"))
            .ok()
    };
    let from_command = || {
        let output = std::process::Command::new("hostname").output().ok()?;
        String::from_utf8(output.stdout).ok()
    };
    [from_system, from_environment, from_command]
        .iter()
        .filter_map(|source: &fn() -> Option<String>| source())
        .map(|name| printable(&name))
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| "an unnamed machine".to_owned())
}

fn user() -> String {
    ["USER", "USERNAME", "LOGNAME"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .map(|name| printable(&name))
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| "somebody".to_owned())
}

/// It is shown on other people's terminals.
fn printable(name: &str) -> String {
    name.trim()
        .chars()
        .filter(|character| !character.is_control())
        .take(100)
        .collect()
}
