use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use fs2::FileExt;

use super::{
    disk::Disk,
    error::WriteError,
    fingerprint::{self, Fingerprint, exists},
    state::{Manifest, Phase, State, StateFile, backups},
    transfer::{copy, create_directories, discard, move_to, remove, remove_remains, sync_parent, write_tree},
};
use crate::{
    error::{Error, Result},
    generate::FileTree,
    journal::MigrationFolder,
};

type Written<T> = std::result::Result<T, WriteError>;

const AMPLIFY: &str = "amplify";
const LOCK: &str = "generate.lock";

/// Where the new `amplify/` comes from.
pub enum NewAmplify<'plan> {
    /// Files in memory.
    Tree(&'plan FileTree),
    /// A folder, by its name in the tool's folder.
    Saved(String),
    /// There will be none.
    None,
}

/// A single file before and after.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// Relative to the project.
    pub path: String,
    /// What it is now.
    pub before: Option<Vec<u8>>,
    /// What it will be.
    pub after: Option<Vec<u8>>,
}

/// All that is replaced at once.
pub struct Replacement<'plan> {
    /// Folder that holds `amplify/`.
    pub project_dir: &'plan Path,
    /// The new `amplify/`.
    pub new_amplify: NewAmplify<'plan>,
    /// Single files, unchanged ones too: these are kept in the backup only.
    pub files: Vec<NewFile>,
    /// Kind of backup that the old version becomes.
    pub kept_as: &'static str,
    /// A backup that is no more when all is done.
    pub used_up: Option<String>,
}

/// What a replacement did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Where the old version is kept.
    pub kept: PathBuf,
    /// Everything is in place, but temporary files could not be removed; the next run does it.
    pub left_over: Option<String>,
}

/// What became of a replacement that had been interrupted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// The project is as it was before; what had been changed by hand in the meantime is kept there.
    Undone {
        /// Folder with files that somebody had changed since.
        kept: Option<PathBuf>,
    },
    /// The project is as the run wanted it; the old version is kept there.
    Finished {
        /// The backup.
        kept: PathBuf,
    },
}

/// Undoes or finishes a replacement that was interrupted; `None` when there was none. To be called before a project is read:
/// without it there may be no `amplify/` to read. Nothing is created when nothing is to be done.
///
/// # Errors
/// `RUN_IN_PROGRESS`, `WRITE_STATE_UNREADABLE`, `WRITE_FAILED`.
pub fn recover(project_dir: &Path, disk: &dyn Disk) -> Result<Option<Recovery>> {
    let folder = MigrationFolder::of(project_dir);
    if State::read(folder.path())?.is_none() {
        return Ok(None);
    }
    let _lock = take_lock(folder.path())?;
    Ok(Transaction::recover(project_dir, folder.path(), disk)?)
}

impl Replacement<'_> {
    /// Does it.
    pub fn apply(&self, disk: &dyn Disk) -> Result<Applied> {
        let folder = MigrationFolder::open(self.project_dir)?;
        let _lock = take_lock(folder.path())?;
        Transaction::recover(self.project_dir, folder.path(), disk)?;
        self.check_unchanged()?;
        let mut transaction = Transaction {
            project_dir: self.project_dir,
            folder: folder.path(),
            disk,
            state: self.state(folder.path())?,
        };
        if let Err(error) = self.stage(&mut transaction) {
            let staging = transaction.staging();
            return Err(with_second(error, remove(disk, &staging).err()));
        }
        if let Err(error) = transaction.replace()
            // The change to `committed` may have reached the disk although it was reported as failed.
            && !transaction.is_committed()
        {
            return Err(with_second(error, transaction.undo().err()));
        }
        Ok(Applied {
            kept: transaction.folder.join(&transaction.state.keep),
            left_over: transaction.finish().err().map(|error| error.to_string()),
        })
    }

    /// Nothing has been written yet; a file that changed since the plan was made must not be overwritten.
    fn check_unchanged(&self) -> Written<()> {
        for file in &self.files {
            let path = resolve(self.project_dir, &file.path);
            if read(&path)? != file.before {
                return Err(WriteError::Changed {
                    path: file.path.clone(),
                });
            }
        }
        Ok(())
    }

    fn state(&self, folder: &Path) -> Written<State> {
        let number = backups(folder, self.kept_as)?.last().map_or(1, |(last, _)| last + 1);
        let run = uuid::Uuid::new_v4().simple().to_string()[..12].to_owned();
        let staging = format!("staging-{run}");
        let mut state = State::new(run, staging, format!("{}-{number}", self.kept_as));
        state.used_up.clone_from(&self.used_up);
        state.had_amplify = exists(&self.project_dir.join(AMPLIFY));
        let hash = |bytes: &Option<Vec<u8>>| bytes.as_deref().map(fingerprint::of_bytes);
        state.files = self
            .files
            .iter()
            .map(|file| StateFile {
                path: file.path.clone(),
                name: stored_name(&file.path),
                old: hash(&file.before),
                new: hash(&file.after),
            })
            .collect();
        Ok(state)
    }

    /// Writes everything new and copies of the old single files, then the record of what is going to happen.
    fn stage(&self, transaction: &mut Transaction<'_>) -> Written<()> {
        let disk = transaction.disk;
        let (new, old) = (transaction.new_files(), transaction.old_files());
        create_directories(disk, &new)?;
        create_directories(disk, &old)?;
        match &self.new_amplify {
            NewAmplify::Tree(tree) => {
                write_tree(disk, &new, tree)?;
                let prefix = transaction.state.staging.clone();
                transaction.state.new_amplify = Some(format!("{prefix}/new/{AMPLIFY}"));
                transaction.state.written = tree
                    .iter()
                    .map(|(path, bytes)| (path.to_owned(), fingerprint::of_bytes(bytes)))
                    .collect();
            }
            NewAmplify::Saved(name) => {
                let saved = transaction.folder.join(name);
                transaction.state.written =
                    fingerprint::of_path(&saved, AMPLIFY).map_err(WriteError::io(&saved, "read"))?;
                transaction.state.new_amplify = Some(name.clone());
            }
            NewAmplify::None => {}
        }
        for file in &self.files {
            let name = stored_name(&file.path);
            let path = resolve(self.project_dir, &file.path);
            let permissions = fs::metadata(&path).ok().map(|metadata| metadata.permissions());
            let changed = file.after.as_ref().filter(|_| file.after != file.before);
            for (folder, bytes) in [(&old, file.before.as_ref()), (&new, changed)] {
                if let Some(bytes) = bytes {
                    let copy = folder.join(&name);
                    disk.write(&copy, bytes, permissions.clone())
                        .map_err(WriteError::io(&copy, "written"))?;
                }
            }
        }
        Manifest::of(&transaction.state).write(disk, &old)?;
        for folder in [&new, &old, &transaction.staging(), &transaction.folder.to_path_buf()] {
            disk.sync_directory(folder).map_err(WriteError::io(folder, "written"))?;
        }
        transaction.state.write(disk, transaction.folder)
    }
}

struct Transaction<'run> {
    project_dir: &'run Path,
    folder: &'run Path,
    disk: &'run dyn Disk,
    state: State,
}

impl<'run> Transaction<'run> {
    fn recover(project_dir: &'run Path, folder: &'run Path, disk: &'run dyn Disk) -> Written<Option<Recovery>> {
        let Some(state) = State::read(folder)? else {
            // A run that died before it changed anything.
            for (_, path) in staging_folders(folder)? {
                remove(disk, &path)?;
            }
            return Ok(None);
        };
        let transaction = Self {
            project_dir,
            folder,
            disk,
            state,
        };
        Ok(Some(match transaction.state.phase {
            Phase::Replacing => Recovery::Undone {
                kept: transaction.undo()?,
            },
            Phase::Committed => {
                transaction.finish()?;
                Recovery::Finished {
                    kept: folder.join(&transaction.state.keep),
                }
            }
        }))
    }

    /// The renames, in order.
    fn replace(&mut self) -> Written<()> {
        let amplify = self.amplify();
        if self.state.had_amplify {
            move_to(self.disk, &amplify, &self.old_amplify(), &self.state.run)?;
        }
        if let Some(new) = self.new_amplify() {
            move_to(self.disk, &new, &amplify, &self.state.run)?;
        }
        for file in self.state.files.iter().filter(|file| file.old != file.new) {
            let path = resolve(self.project_dir, &file.path);
            if file.new.is_some() {
                move_to(self.disk, &self.new_files().join(&file.name), &path, &self.state.run)?;
            } else {
                self.disk.remove_file(&path).map_err(WriteError::io(&path, "removed"))?;
                sync_parent(self.disk, &path)?;
            }
        }
        self.state.phase = Phase::Committed;
        self.state.write(self.disk, self.folder)
    }

    /// The disk says so, whatever was reported.
    fn is_committed(&self) -> bool {
        State::read(self.folder)
            .ok()
            .flatten()
            .is_some_and(|state| state.phase == Phase::Committed)
    }

    /// The old version becomes a backup, temporary files go. Can be repeated.
    fn finish(&self) -> Written<()> {
        let (old, keep) = (self.old_files(), self.folder.join(&self.state.keep));
        if exists(&old) {
            move_to(self.disk, &old, &keep, &self.state.run)?;
        }
        if let Some(used_up) = &self.state.used_up {
            let used_up = self.folder.join(used_up);
            if exists(&used_up) {
                remove(self.disk, &used_up)?;
            }
        }
        self.clear()
    }

    /// Puts back whatever has been moved. Can be repeated. What somebody changed since is kept in the folder that is returned.
    fn undo(&self) -> Written<Option<PathBuf>> {
        let aside = self.folder.join(format!("interrupted-{}", self.state.run));
        self.undo_amplify(&aside)?;
        for file in self.state.files.iter().filter(|file| file.old != file.new) {
            self.undo_file(file, &aside)?;
        }
        self.clear()?;
        Ok(exists(&aside).then_some(aside))
    }

    fn undo_amplify(&self, aside: &Path) -> Written<()> {
        let (amplify, old) = (self.amplify(), self.old_amplify());
        let old_is_away = exists(&old);
        if self.state.had_amplify && !old_is_away {
            return Ok(());
        }
        if exists(&amplify) {
            let present = self.fingerprint(&amplify)?;
            if old_is_away && present == self.fingerprint(&old)? && present != self.state.written {
                // Cut off while being copied to another file system: the copy goes with the staging folder.
                return Ok(());
            }
            self.take_away(&amplify, &present, aside)?;
        }
        if old_is_away {
            move_to(self.disk, &old, &amplify, &self.state.run)?;
        }
        Ok(())
    }

    /// Takes the new `amplify/` out of the way: back to where it came from, or to a folder of its own when it was changed.
    fn take_away(&self, amplify: &Path, present: &Fingerprint, aside: &Path) -> Written<()> {
        if *present != self.state.written {
            create_directories(self.disk, aside)?;
            return move_to(self.disk, amplify, &aside.join(AMPLIFY), &self.state.run);
        }
        match self.new_amplify() {
            Some(source) if !exists(&source) => move_to(self.disk, amplify, &source, &self.state.run),
            _ => discard(self.disk, amplify, &self.state.run),
        }
    }

    fn undo_file(&self, file: &StateFile, aside: &Path) -> Written<()> {
        let path = resolve(self.project_dir, &file.path);
        let present = read(&path)?;
        let hash = present.as_deref().map(fingerprint::of_bytes);
        if hash == file.old {
            return Ok(());
        }
        if let Some(present) = present.filter(|_| hash != file.new) {
            create_directories(self.disk, aside)?;
            let copy = aside.join(&file.name);
            remove(self.disk, &copy)?;
            self.disk
                .write(&copy, &present, None)
                .map_err(WriteError::io(&copy, "written"))?;
        }
        if file.old.is_some() {
            let restored = self.staging().join(format!("restored-{}", file.name));
            remove(self.disk, &restored)?;
            copy(self.disk, &self.old_files().join(&file.name), &restored)?;
            move_to(self.disk, &restored, &path, &self.state.run)
        } else {
            self.disk.remove_file(&path).map_err(WriteError::io(&path, "removed"))?;
            sync_parent(self.disk, &path)
        }
    }

    /// Everything is where it belongs: what moves left behind goes, then the record, then the staging folder.
    fn clear(&self) -> Written<()> {
        remove_remains(self.disk, &self.amplify(), &self.state.run)?;
        for file in &self.state.files {
            remove_remains(self.disk, &resolve(self.project_dir, &file.path), &self.state.run)?;
        }
        if let Some(source) = self.new_amplify() {
            remove_remains(self.disk, &source, &self.state.run)?;
        }
        State::remove(self.disk, self.folder)?;
        remove(self.disk, &self.staging())
    }

    fn fingerprint(&self, path: &Path) -> Written<Fingerprint> {
        fingerprint::of_path(path, AMPLIFY).map_err(WriteError::io(path, "read"))
    }

    fn amplify(&self) -> PathBuf {
        self.project_dir.join(AMPLIFY)
    }

    fn staging(&self) -> PathBuf {
        self.folder.join(&self.state.staging)
    }

    fn new_files(&self) -> PathBuf {
        self.staging().join("new")
    }

    fn old_files(&self) -> PathBuf {
        self.staging().join("old")
    }

    fn old_amplify(&self) -> PathBuf {
        self.old_files().join(AMPLIFY)
    }

    fn new_amplify(&self) -> Option<PathBuf> {
        self.state.new_amplify.as_ref().map(|name| {
            name.split('/')
                .fold(self.folder.to_path_buf(), |path, part| path.join(part))
        })
    }
}

/// A name of its own for every path; files of the project's folder itself keep theirs.
fn stored_name(path: &str) -> String {
    let name = path.replace('%', "%25").replace('/', "%2F");
    if name.len() <= 200 {
        name
    } else {
        fingerprint::of_bytes(path.as_bytes())
    }
}

fn with_second(first: WriteError, second: Option<WriteError>) -> Error {
    let first = Error::from(first);
    match second {
        Some(second) => first.with_suppressed(second.into()),
        None => first,
    }
}

fn staging_folders(folder: &Path) -> Written<Vec<(String, PathBuf)>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(WriteError::io(folder, "read")(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(WriteError::io(folder, "read"))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("staging-") {
            found.push((name, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

/// A path relative to the project, with what a link leads to instead of the link.
pub fn resolve(project_dir: &Path, path: &str) -> PathBuf {
    let joined = path
        .split('/')
        .fold(project_dir.to_path_buf(), |folder, part| folder.join(part));
    let is_link = fs::symlink_metadata(&joined).is_ok_and(|metadata| metadata.file_type().is_symlink());
    if is_link {
        fs::canonicalize(&joined).unwrap_or(joined)
    } else {
        joined
    }
}

/// A file's bytes; `None`: there is none.
pub fn read(path: &Path) -> Written<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(WriteError::io(path, "read")(error)),
    }
}

/// Released by the system when the process ends, however it ends.
fn take_lock(folder: &Path) -> Written<File> {
    let path = folder.join(LOCK);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(WriteError::io(&path, "written"))?;
    match FileExt::try_lock_exclusive(&file) {
        Ok(()) => Ok(file),
        Err(error) if error.kind() == fs2::lock_contended_error().kind() => Err(WriteError::InProgress { path }),
        Err(error) => Err(WriteError::io(path, "locked")(error)),
    }
}
