//! The changes that are made to a disk, one by one.

use std::{
    fs::{self, OpenOptions, Permissions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

/// Every change of the file system goes through this, so that tests can let any of them fail.
pub trait Disk: Send + Sync {
    /// Makes a folder in an existing one; an existing folder is all right.
    fn create_directory(&self, path: &Path) -> io::Result<()>;

    /// Writes a new file to the platter. An existing file is an error: on a disk that does not tell upper from lower case
    /// two files must not become one.
    fn write(&self, path: &Path, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<()>;

    /// Writes new files to the platter, in any order.
    ///
    /// # Errors
    /// The index of a file that was not written, with the reason. Others may be missing, too.
    fn write_all(&self, files: &[(PathBuf, &[u8])]) -> Result<(), (usize, io::Error)> {
        files
            .iter()
            .enumerate()
            .try_for_each(|(index, (path, bytes))| self.write(path, bytes, None).map_err(|error| (index, error)))
    }

    /// Brings the names in folders to the platter.
    ///
    /// # Errors
    /// The index of a folder for which it failed, with the reason.
    fn sync_directories(&self, paths: &[PathBuf]) -> Result<(), (usize, io::Error)> {
        paths
            .iter()
            .enumerate()
            .try_for_each(|(index, path)| self.sync_directory(path).map_err(|error| (index, error)))
    }

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

/// Syncs that wait for the platter at the same time: a file system brings them there together.
const SYNCS_IN_FLIGHT: usize = 8;

/// Does the same for many. The first failure ends it, and is told with the index.
fn side_by_side<T: Sync>(items: &[T], each: impl Fn(&T) -> io::Result<()> + Sync) -> Result<(), (usize, io::Error)> {
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return Ok(()) };
            if let Err(error) = each(item) {
                // Nobody begins another one.
                next.store(items.len(), Ordering::Relaxed);
                return Err((index, error));
            }
        }
    };
    std::thread::scope(|scope| {
        // Where the system gives no more threads, this one does it all.
        let others: Vec<_> = (1..SYNCS_IN_FLIGHT.min(items.len()))
            .map_while(|_| std::thread::Builder::new().spawn_scoped(scope, work).ok())
            .collect();
        let own = work();
        others
            .into_iter()
            .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .fold(own, Result::and)
    })
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

    fn write_all(&self, files: &[(PathBuf, &[u8])]) -> Result<(), (usize, io::Error)> {
        side_by_side(files, |(path, bytes)| self.write(path, bytes, None))
    }

    fn sync_directories(&self, paths: &[PathBuf]) -> Result<(), (usize, io::Error)> {
        side_by_side(paths, |path| self.sync_directory(path))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_files_the_one_that_cannot_be_written_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let files: Vec<(PathBuf, &[u8])> = (0..40)
            .map(|number| (folder.path().join(number.to_string()), b"new".as_slice()))
            .collect();
        LocalDisk.write_all(&files).unwrap();
        assert!(files.iter().all(|(path, _)| fs::read(path).unwrap() == b"new"));
        for (path, _) in files.iter().filter(|(path, _)| !path.ends_with("27")) {
            fs::remove_file(path).unwrap();
        }
        let (index, error) = LocalDisk.write_all(&files).unwrap_err();
        assert_eq!((index, error.kind()), (27, io::ErrorKind::AlreadyExists));
        assert_eq!(LocalDisk.write_all(&[]).map_err(|(_, error)| error.kind()), Ok(()));
        #[cfg(unix)]
        let (index, _) = LocalDisk
            .sync_directories(&[folder.path().to_path_buf(), folder.path().join("missing")])
            .unwrap_err();
        #[cfg(unix)]
        assert_eq!(index, 1);
    }
}
