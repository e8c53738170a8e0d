//! What files hold, in short.

use std::{collections::BTreeMap, fs, io, path::Path};

use sha2::{Digest, Sha256};

/// Content of each file by its path, with forward slashes; folders do not count.
pub type Fingerprint = BTreeMap<String, String>;

/// Of some bytes.
pub fn of_bytes(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Of what is at a path: a file, a link (which is not followed) or a folder. Paths begin with `prefix`. Nothing there: empty.
pub fn of_path(path: &Path, prefix: &str) -> io::Result<Fingerprint> {
    let mut found = Fingerprint::new();
    collect(path, prefix, &mut found)?;
    Ok(found)
}

fn collect(path: &Path, name: &str, found: &mut Fingerprint) -> io::Result<()> {
    let kind = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if kind.is_symlink() {
        found.insert(name.to_owned(), format!("link to {}", fs::read_link(path)?.display()));
    } else if kind.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let inner = format!("{name}/{}", entry.file_name().to_string_lossy());
            collect(&entry.path(), &inner, found)?;
        }
    } else if kind.is_file() {
        found.insert(name.to_owned(), of_bytes(&fs::read(path)?));
    }
    Ok(())
}

/// There is something at a path, be it a link that leads nowhere.
pub fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}
