use std::{
    fs::{self, OpenOptions, Permissions},
    io::{self, Write},
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::generate::write::{Disk, LocalDisk};

/// What happens at the chosen operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It alone fails and has no effect.
    Fails,
    /// It alone is reported as failed although it had its effect.
    FailsAfterEffect,
    /// The process dies before it.
    DiesBefore,
    /// The process dies after it.
    DiesAfter,
    /// The process dies in the middle of it: half of a file is written.
    DiesWithin,
}

impl Fault {
    pub const ALL: [Self; 5] = [
        Self::Fails,
        Self::FailsAfterEffect,
        Self::DiesBefore,
        Self::DiesAfter,
        Self::DiesWithin,
    ];

    pub fn is_death(self) -> bool {
        !matches!(self, Self::Fails | Self::FailsAfterEffect)
    }
}

/// A disk on which the operation number `at` (from 0) goes wrong. Nothing is synced: only names and bytes are looked at.
pub struct FaultyDisk {
    count: AtomicUsize,
    at: usize,
    fault: Fault,
    /// The tool's folder is on another file system.
    two_file_systems: bool,
}

impl FaultyDisk {
    pub fn new(at: usize, fault: Fault, two_file_systems: bool) -> Self {
        Self {
            count: AtomicUsize::new(0),
            at,
            fault,
            two_file_systems,
        }
    }

    /// The chosen operation was reached.
    pub fn was_hit(&self) -> bool {
        self.count.load(Ordering::SeqCst) > self.at
    }

    fn run(&self, half: impl FnOnce() -> io::Result<()>, whole: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let number = self.count.fetch_add(1, Ordering::SeqCst);
        let failure = || io::Error::other("injected");
        if number < self.at || (number > self.at && !self.fault.is_death()) {
            return whole();
        }
        if number == self.at {
            match self.fault {
                Fault::Fails | Fault::DiesBefore => {}
                Fault::FailsAfterEffect | Fault::DiesAfter => whole()?,
                Fault::DiesWithin => half()?,
            }
        }
        Err(failure())
    }
}

fn nothing() -> io::Result<()> {
    Ok(())
}

fn write(path: &Path, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))
}

impl Disk for FaultyDisk {
    fn create_directory(&self, path: &Path) -> io::Result<()> {
        self.run(nothing, || LocalDisk.create_directory(path))
    }

    fn write(&self, path: &Path, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
        self.run(
            || write(path, &bytes[..bytes.len() / 2], None),
            || write(path, bytes, permissions.clone()),
        )
    }

    fn link(&self, target: &Path, path: &Path, is_directory: bool) -> io::Result<()> {
        self.run(nothing, || LocalDisk.link(target, path, is_directory))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let is_tool = |path: &Path| path.components().any(|part| part.as_os_str() == ".amplify");
        if self.two_file_systems && is_tool(from) != is_tool(to) {
            return self.run(nothing, || Err(io::ErrorKind::CrossesDevices.into()));
        }
        self.run(nothing, || fs::rename(from, to))
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.run(nothing, || fs::remove_file(path))
    }

    fn remove_directory(&self, path: &Path) -> io::Result<()> {
        self.run(nothing, || fs::remove_dir(path))
    }

    fn sync_directory(&self, _path: &Path) -> io::Result<()> {
        self.run(nothing, nothing)
    }
}
