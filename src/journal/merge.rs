//! One journal out of two that were one once: that of this disk and the copy in the bucket.

use std::collections::HashSet;

use super::record::{Entry, RunId};

/// Everything that either of them holds. Runs are in the order of `copy`, whose writers came one after another; those that
/// only this disk knows are put where their time says. Within a run nothing changes place.
pub(super) fn merge(copy: &[Entry], disk: &[Entry]) -> Vec<Entry> {
    if copy.starts_with(disk) {
        return copy.to_vec();
    }
    if disk.starts_with(copy) {
        return disk.to_vec();
    }
    let mut order = runs_of(copy);
    for run in runs_of(disk) {
        if !order.contains(&run) {
            let begin = began(disk, run);
            let position = order
                .iter()
                .position(|other| began(copy, other).or_else(|| began(disk, other)) > begin)
                .unwrap_or(order.len());
            order.insert(position, run);
        }
    }
    order
        .into_iter()
        .flat_map(|run| merged_run(&of_run(copy, run), &of_run(disk, run)))
        .collect()
}

/// The entries of one run: one of the two is usually the beginning of the other.
fn merged_run(copy: &[&Entry], disk: &[&Entry]) -> Vec<Entry> {
    let common = copy.iter().zip(disk).take_while(|(one, other)| one == other).count();
    let (begin, copy, disk) = (&copy[..common], &copy[common..], &disk[common..]);
    let more = disk.iter().filter(|entry| !copy.contains(entry));
    begin
        .iter()
        .chain(copy)
        .chain(more)
        .map(|entry| (*entry).clone())
        .collect()
}

fn runs_of(entries: &[Entry]) -> Vec<&RunId> {
    let mut seen = HashSet::new();
    entries.iter().map(Entry::run).filter(|run| seen.insert(*run)).collect()
}

fn of_run<'e>(entries: &'e [Entry], run: &RunId) -> Vec<&'e Entry> {
    entries.iter().filter(|entry| entry.run() == run).collect()
}

fn began(entries: &[Entry], run: &RunId) -> Option<u64> {
    entries.iter().find(|entry| entry.run() == run).map(Entry::time_ms)
}
