//! Where the files of a project come from: a folder on disk, a zip archive, memory. Paths are relative, with forward slashes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    io::{Cursor, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

/// A source of files. An absent file is `None`, an absent directory has no entries; errors are real failures.
pub trait FileSource: Send + Sync {
    /// Bytes of a file, or `None` when there is no file of that path.
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>>;

    /// Entries of a directory, sorted by name. The empty path is the root.
    fn entries(&self, directory: &str) -> io::Result<Vec<Entry>>;

    /// There is a file of that path.
    fn has_file(&self, path: &str) -> io::Result<bool> {
        let (directory, name) = split_parent(path);
        Ok(self
            .entries(directory)?
            .iter()
            .any(|entry| entry.name == name && !entry.is_directory))
    }

    /// There is a directory of that path.
    fn has_directory(&self, path: &str) -> io::Result<bool> {
        let (directory, name) = split_parent(path);
        Ok(self
            .entries(directory)?
            .iter()
            .any(|entry| entry.name == name && entry.is_directory))
    }
}

/// An entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Name, without any slash.
    pub name: String,
    /// It is a directory.
    pub is_directory: bool,
}

/// Deepest folder that is looked into: a link that leads back to its parent must not be followed for ever.
const DEEPEST: usize = 40;

/// A single file of an archive is never larger than this; a larger one is a damaged or hostile archive.
const LARGEST_ARCHIVED_FILE: u64 = 512 * 1024 * 1024;

/// Files below a directory, relative to it, sorted. `skip` names entries (files or folders) that are left out wherever they are.
pub fn files_below(source: &dyn FileSource, directory: &str, skip: &[&str]) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    collect(source, directory, "", skip, 0, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(
    source: &dyn FileSource,
    directory: &str,
    below: &str,
    skip: &[&str],
    depth: usize,
    found: &mut Vec<String>,
) -> io::Result<()> {
    if depth > DEEPEST {
        return Err(io::Error::other(format!("{directory}/{below} is nested too deeply")));
    }
    for entry in source.entries(&join(directory, below))? {
        if skip.contains(&entry.name.as_str()) {
            continue;
        }
        let path = join(below, &entry.name);
        if entry.is_directory {
            collect(source, directory, &path, skip, depth + 1, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

/// Two relative paths, joined; either may be empty.
pub fn join(parent: &str, child: &str) -> String {
    match (parent.is_empty(), child.is_empty()) {
        (true, _) => child.to_owned(),
        (_, true) => parent.to_owned(),
        _ => format!("{parent}/{child}"),
    }
}

fn split_parent(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// A folder on disk.
#[derive(Clone, Debug)]
pub struct DiskFolder {
    root: PathBuf,
}

impl DiskFolder {
    /// The folder, which need not exist.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn path(&self, relative: &str) -> PathBuf {
        relative
            .split('/')
            .filter(|part| !part.is_empty())
            .fold(self.root.clone(), |path, part| path.join(part))
    }

    /// A link in `directory` leads to a folder on the way to it. Everything below it is listed without the link.
    fn leads_back(&self, directory: &str, link: &Path) -> io::Result<bool> {
        let target = fs::canonicalize(link)?;
        let mut way = self.root.clone();
        for part in std::iter::once("").chain(directory.split('/').filter(|part| !part.is_empty())) {
            way.push(part);
            if fs::canonicalize(&way)?.starts_with(&target) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn absent_is_none<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

impl FileSource for DiskFolder {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        absent_is_none(fs::read(self.path(path)))
    }

    fn entries(&self, directory: &str) -> io::Result<Vec<Entry>> {
        let Some(listing) = absent_is_none(fs::read_dir(self.path(directory)))? else {
            return Ok(Vec::new());
        };
        let mut entries = Vec::new();
        for item in listing {
            let item = item?;
            let name = item.file_name().into_string().map_err(|name| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("the file name {name:?} in {directory} is not valid Unicode"),
                )
            })?;
            // A dangling link is neither file nor directory: it is left out, as every reader would.
            let metadata = absent_is_none(fs::metadata(item.path()))
                .map_err(|error| io::Error::new(error.kind(), format!("{name}: {error}")))?;
            let Some(metadata) = metadata else { continue };
            let is_directory = metadata.is_dir();
            if is_directory && item.file_type()?.is_symlink() && self.leads_back(directory, &item.path())? {
                continue;
            }
            entries.push(Entry { name, is_directory });
        }
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    fn has_file(&self, path: &str) -> io::Result<bool> {
        Ok(absent_is_none(fs::metadata(self.path(path)))?.is_some_and(|metadata| metadata.is_file()))
    }

    fn has_directory(&self, path: &str) -> io::Result<bool> {
        Ok(absent_is_none(fs::metadata(self.path(path)))?.is_some_and(|metadata| metadata.is_dir()))
    }
}

/// Files in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    files: BTreeMap<String, Vec<u8>>,
}

impl<P: Into<String>, T: Into<Vec<u8>>> FromIterator<(P, T)> for MemoryFiles {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(files: I) -> Self {
        Self {
            files: files
                .into_iter()
                .map(|(path, bytes)| (path.into(), bytes.into()))
                .collect(),
        }
    }
}

impl FileSource for MemoryFiles {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.files.get(path).cloned())
    }

    fn entries(&self, directory: &str) -> io::Result<Vec<Entry>> {
        Ok(entries_of(self.files.keys().map(String::as_str), directory))
    }
}

/// The entries of a directory in a flat list of files.
fn entries_of<'p>(files: impl Iterator<Item = &'p str>, directory: &str) -> Vec<Entry> {
    let mut names = BTreeSet::new();
    for file in files {
        let below = match directory {
            "" => Some(file),
            _ => file.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/')),
        };
        match below.map(|below| below.split_once('/')) {
            Some(Some((folder, _))) => names.insert((folder.to_owned(), true)),
            Some(None) => names.insert((below.unwrap_or_default().to_owned(), false)),
            None => false,
        };
    }
    names
        .into_iter()
        .map(|(name, is_directory)| Entry { name, is_directory })
        .collect()
}

/// A zip archive, for example `#current-cloud-backend.zip` of the deployment bucket. Files are unpacked when they are read.
pub struct ZipFiles {
    archive: zip::ZipArchive<Cursor<Arc<[u8]>>>,
    /// Index in the archive by clean path.
    index: BTreeMap<String, usize>,
}

impl ZipFiles {
    /// Reads the directory of the archive. `marker` is a file that lies at the root of what is meant: a folder around
    /// it is taken off. Entries that lead out of the archive are refused.
    pub fn new(bytes: Vec<u8>, marker: &str) -> io::Result<Self> {
        let mut archive = zip::ZipArchive::new(Cursor::new(Arc::from(bytes))).map_err(io::Error::other)?;
        let mut index = BTreeMap::new();
        for position in 0..archive.len() {
            let file = archive.by_index_raw(position).map_err(io::Error::other)?;
            if file.is_dir() {
                continue;
            }
            // Archives made on Windows hold backslashes.
            let name = file.name().map_err(io::Error::other)?.replace('\\', "/");
            if name.starts_with('/') || name.split('/').any(|part| part == "..") {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("the archive holds a file outside of itself: {name}"),
                ));
            }
            index.insert(name.trim_start_matches("./").to_owned(), position);
        }
        let prefix = index
            .keys()
            .filter(|name| *name == marker || name.ends_with(&format!("/{marker}")))
            .min_by_key(|name| name.len())
            .map(|name| name[..name.len() - marker.len()].to_owned())
            .unwrap_or_default();
        if !prefix.is_empty() {
            index = index
                .into_iter()
                .filter_map(|(name, position)| Some((name.strip_prefix(&prefix)?.to_owned(), position)))
                .collect();
        }
        Ok(Self { archive, index })
    }
}

impl FileSource for ZipFiles {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        let Some(position) = self.index.get(path) else {
            return Ok(None);
        };
        // A clone shares the bytes and the directory of the archive.
        let mut archive = self.archive.clone();
        let file = archive.by_index(*position).map_err(io::Error::other)?;
        let mut bytes = Vec::new();
        file.take(LARGEST_ARCHIVED_FILE + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST_ARCHIVED_FILE {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{path} in the archive is larger than {LARGEST_ARCHIVED_FILE} bytes"),
            ));
        }
        Ok(Some(bytes))
    }

    fn entries(&self, directory: &str) -> io::Result<Vec<Entry>> {
        Ok(entries_of(self.index.keys().map(String::as_str), directory))
    }
}

/// A source in which one folder is replaced by another source.
pub struct Mounted {
    base: Box<dyn FileSource>,
    at: String,
    inner: Box<dyn FileSource>,
}

impl Mounted {
    /// `base`, with `inner` instead of whatever `base` has at `at`.
    pub fn new(base: Box<dyn FileSource>, at: impl Into<String>, inner: Box<dyn FileSource>) -> Self {
        Self {
            base,
            at: at.into(),
            inner,
        }
    }

    fn inside<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(self.at.as_str())?;
        if rest.is_empty() {
            Some("")
        } else {
            rest.strip_prefix('/')
        }
    }
}

impl FileSource for Mounted {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match self.inside(path) {
            Some(inner) => self.inner.read(inner),
            None => self.base.read(path),
        }
    }

    fn entries(&self, directory: &str) -> io::Result<Vec<Entry>> {
        if let Some(inner) = self.inside(directory) {
            return self.inner.entries(inner);
        }
        let mut entries = self.base.entries(directory)?;
        let (parent, name) = split_parent(&self.at);
        if directory == parent && !entries.iter().any(|entry| entry.name == name) {
            entries.push(Entry {
                name: name.to_owned(),
                is_directory: true,
            });
            entries.sort_by(|one, other| one.name.cmp(&other.name));
        }
        Ok(entries)
    }
}

/// Folders named `amplify` near a directory that has none: above it, and up to three levels below. For error messages.
pub(super) fn amplify_folders_near(directory: &Path) -> Vec<String> {
    const SKIPPED: [&str; 5] = ["node_modules", ".git", "dist", "build", ".amplify"];
    let mut found: Vec<String> = directory
        .ancestors()
        .skip(1)
        .filter(|ancestor| looks_like_project(ancestor))
        .map(|ancestor| ancestor.display().to_string())
        .collect();
    let mut level = vec![directory.to_path_buf()];
    for _ in 0..3 {
        let mut next = Vec::new();
        for folder in &level {
            let Ok(listing) = fs::read_dir(folder) else { continue };
            for item in listing.flatten() {
                let name = item.file_name();
                if SKIPPED.iter().any(|skipped| name == *skipped) || !item.path().is_dir() {
                    continue;
                }
                if looks_like_project(&item.path()) {
                    found.push(item.path().display().to_string());
                }
                next.push(item.path());
            }
        }
        level = next;
    }
    found.sort();
    found.truncate(10);
    found
}

fn looks_like_project(folder: &Path) -> bool {
    folder.join("amplify/team-provider-info.json").is_file() || folder.join("amplify/backend").is_dir()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn zip_of(files: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in files {
            writer
                .start_file(*name, zip::write::SimpleFileOptions::default())
                .unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn entries_of_memory_files_name_each_folder_once() {
        let files: MemoryFiles = [("a/b/c.json", "1"), ("a/b/d.json", "2"), ("a/e", "3"), ("ab/f", "4")]
            .into_iter()
            .collect();
        let names = |directory: &str| -> Vec<(String, bool)> {
            files
                .entries(directory)
                .unwrap()
                .into_iter()
                .map(|entry| (entry.name, entry.is_directory))
                .collect()
        };
        assert_eq!(names(""), [("a".into(), true), ("ab".into(), true)]);
        assert_eq!(names("a"), [("b".into(), true), ("e".into(), false)]);
        assert_eq!(files_below(&files, "a", &[]).unwrap(), ["b/c.json", "b/d.json", "e"]);
        assert_eq!(files_below(&files, "a", &["b"]).unwrap(), ["e"]);
        assert!(files.has_file("a/e").unwrap() && !files.has_file("a/b").unwrap());
        assert!(files.has_directory("a/b").unwrap() && !files.has_directory("a/x").unwrap());
    }

    #[test]
    fn a_folder_around_the_archive_is_taken_off() {
        for prefix in ["", "#current-cloud-backend/", "backup\\x\\"] {
            let name = |path: &str| format!("{prefix}{path}");
            let bytes = zip_of(&[
                (&name("amplify-meta.json"), "{}"),
                (&name("function/f/src/index.js"), "x"),
            ]);
            let files = ZipFiles::new(bytes, "amplify-meta.json").unwrap();
            assert_eq!(files.read("function/f/src/index.js").unwrap().unwrap(), b"x");
            assert_eq!(files.read("nothing").unwrap(), None);
        }
    }

    #[test]
    fn an_archive_may_not_lead_out_of_itself() {
        assert!(ZipFiles::new(zip_of(&[("../evil", "x")]), "amplify-meta.json").is_err());
        assert!(ZipFiles::new(b"not a zip".to_vec(), "amplify-meta.json").is_err());
    }

    #[test]
    fn a_mounted_source_hides_what_was_there() {
        let base: MemoryFiles = [("amplify/tree/old", "1"), ("amplify/x", "2")].into_iter().collect();
        let inner: MemoryFiles = [("new", "3")].into_iter().collect();
        let files = Mounted::new(Box::new(base), "amplify/tree", Box::new(inner));
        assert_eq!(files.read("amplify/tree/new").unwrap().unwrap(), b"3");
        assert_eq!(files.read("amplify/tree/old").unwrap(), None);
        assert_eq!(files.read("amplify/x").unwrap().unwrap(), b"2");
        let empty = Mounted::new(
            Box::new(MemoryFiles::default()),
            "amplify/tree",
            Box::new([("new", "3")].into_iter().collect::<MemoryFiles>()),
        );
        assert!(empty.has_directory("amplify/tree").unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_back_are_not_followed_and_others_are() {
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        for directory in ["a/src", "b"] {
            fs::create_dir_all(at(directory)).unwrap();
        }
        fs::write(at("a/src/x.js"), "1").unwrap();
        fs::write(at("b/y.js"), "2").unwrap();
        symlink("..", at("a/src/up")).unwrap();
        symlink(".", at("a/src/here")).unwrap();
        symlink("../../b", at("a/src/shared")).unwrap();
        symlink("../a", at("b/back")).unwrap();
        symlink("nowhere", at("a/src/dangling")).unwrap();
        let files = DiskFolder::new(folder.path());
        assert_eq!(files_below(&files, "a", &[]).unwrap(), ["src/shared/y.js", "src/x.js"]);
        symlink("itself", at("a/src/itself")).unwrap();
        let error = files_below(&files, "a", &[]).unwrap_err();
        assert!(error.to_string().starts_with("itself: "), "{error}");
    }

    #[test]
    fn a_disk_folder_reads_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("a/b.json"), "{}").unwrap();
        let files = DiskFolder::new(folder.path());
        assert_eq!(files.read("a/b.json").unwrap().unwrap(), b"{}");
        assert_eq!(files.read("x/y").unwrap(), None);
        assert_eq!(files.read("a/b.json/c").unwrap(), None);
        // A folder in the place of a file is no missing file.
        assert!(files.read("a").is_err());
        assert!(files.has_directory("a").unwrap());
        assert_eq!(files.entries("nowhere").unwrap(), []);
    }
}
