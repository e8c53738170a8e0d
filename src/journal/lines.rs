//! The text of a journal: one JSON object a line, the same on disk and in the bucket, where a lease may come first.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{error::JournalError, lease::Lease, record::Entry};
use crate::error::Result;

/// Format of the lines written by this version.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Line<T> {
    format: u32,
    #[serde(flatten)]
    content: T,
}

/// A lease says so, as every entry says what it is.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum LeaseLine {
    Lease(Lease),
}

/// What a text holds.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) lease: Option<Lease>,
    pub(super) entries: Vec<Entry>,
    /// Length of the part that consists of whole lines.
    pub(super) whole: usize,
}

/// One line, with its end.
pub(super) fn line(entry: &Entry) -> serde_json::Result<Vec<u8>> {
    written(entry)
}

/// A whole journal.
pub(super) fn text(lease: Option<&Lease>, entries: &[Entry]) -> serde_json::Result<Vec<u8>> {
    let mut text = match lease {
        Some(lease) => written(&LeaseLine::Lease(lease.clone()))?,
        None => Vec::new(),
    };
    for entry in entries {
        text.extend(line(entry)?);
    }
    Ok(text)
}

fn written<T: Serialize>(content: &T) -> serde_json::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(&Line {
        format: FORMAT,
        content,
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads a text. A last line without its end was torn by a crash: its intent was never followed by an effect.
pub(super) fn parse(origin: &str, bytes: &[u8]) -> Result<Parsed> {
    let mut parsed = Parsed::default();
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if line.last() != Some(&b'\n') {
            break;
        }
        let corrupt = |error: serde_json::Error| JournalError::Corrupt {
            origin: origin.to_owned(),
            line: index + 1,
            reason: error.to_string(),
        };
        let value: Value = serde_json::from_slice(line).map_err(corrupt)?;
        let found = value.get("format").and_then(Value::as_u64).unwrap_or(0);
        if found > u64::from(FORMAT) {
            return Err(JournalError::TooNew {
                origin: origin.to_owned(),
                found: u32::try_from(found).unwrap_or(u32::MAX),
                known: FORMAT,
            }
            .into());
        }
        if value.get("type").and_then(Value::as_str) == Some("lease") {
            let line: Line<LeaseLine> = serde_json::from_value(value).map_err(corrupt)?;
            let LeaseLine::Lease(lease) = line.content;
            parsed.lease = Some(lease);
        } else {
            let line: Line<Entry> = serde_json::from_value(value).map_err(corrupt)?;
            parsed.entries.push(line.content);
        }
        parsed.whole += line.len();
    }
    Ok(parsed)
}
