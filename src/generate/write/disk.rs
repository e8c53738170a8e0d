//! The changes that are made to a disk, one by one.

use std::{
    fs::{self, OpenOptions, Permissions},
    io::{self, Write},
    path::Path,
};

/// Every change of the file system goes through this, so that tests can let any of them fail.
pub trait Disk: Send + Sync {
    /// Makes a folder in an existing one; an existing folder is all right.
    fn create_directory(&self, path: &Path) -> io::Result<()>;

    /// Writes a new file to the platter. An existing file is an error: on a disk that does not tell upper from lower case
    /// two files must not become one.
    fn write(&self, path: &Path, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<()>;

    /// Makes a symbolic link.
    fn link(&self, target: &Path, path: &Path, is_directory: bool) -> io::Result<()>;

    /// Renames a file (replacing one) or a folder.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file or a link.
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Removes an empty folder.
    fn remove_directory(&self, path: &Path) -> io::Result<()>;

    /// Brings the names in a folder to the platter.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;
}

/// The real one.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalDisk;

impl Disk for LocalDisk {
    fn create_directory(&self, path: &Path) -> io::Result<()> {
        match fs::create_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
            result => result,
        }
    }

    fn write(&self, path: &Path, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        file.write_all(bytes)?;
        if let Some(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        file.sync_all()
    }

    fn link(&self, target: &Path, path: &Path, is_directory: bool) -> io::Result<()> {
        #[cfg(unix)]
        {
            let _ = is_directory;
            std::os::unix::fs::symlink(target, path)
        }
        #[cfg(windows)]
        {
            if is_directory {
                std::os::windows::fs::symlink_dir(target, path)
            } else {
                std::os::windows::fs::symlink_file(target, path)
            }
        }
    }

    #[cfg(not(windows))]
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    /// Virus scanners and indexers hold files that were just written for some milliseconds.
    #[cfg(windows)]
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut attempts = 0;
        loop {
            match fs::rename(from, to) {
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied && attempts < 20 => {
                    attempts += 1;
                    std::thread::sleep(std::time::Duration::from_millis(50));
                }
                result => return result,
            }
        }
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_directory(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    #[cfg(unix)]
    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        fs::File::open(path)?.sync_all()
    }

    /// Folders cannot be synced there.
    #[cfg(not(unix))]
    fn sync_directory(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }
}
