//! The folder that keeps what is known of servers: `.mispflow`.

use std::io;
use std::path::{Path, PathBuf};

use crate::project::{DiskFiles, Files as _, Readers, below, write_whole};
use crate::server::{HashKey, State};

use super::super::{Console, Failure};
use super::warn;

/// Its name, next to the project file.
pub(super) const NAME: &str = ".mispflow";
/// The file with the key of the hashes.
const HASH_KEY: &str = "hash-key";
/// More bytes than a state has.
const LARGEST: usize = 256 << 20;

/// What is kept of one server.
pub(super) struct Folder {
    path: PathBuf,
    name: String,
    /// What is known of it.
    pub state: State,
    /// The key of the hashes.
    pub key: HashKey,
    is_new_key: bool,
}

impl Folder {
    /// Reads what is known of a server. What cannot be used is told and counts as unknown.
    pub(super) fn read(path: PathBuf, name: &str, url: &str, console: &mut Console) -> Result<Self, Failure> {
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
            return Err(Failure::Other(format!(
                "`{name}` cannot be the name of a server\nit has letters without accents, digits, `-` and `_`"
            )));
        }
        let (key, is_new_key) = key(&path)?;
        let state = match text(&path.join(format!("{name}.json")))? {
            // Its hashes were made with a key that is lost.
            Some(_) if is_new_key => Err("the key of its hashes is not there"),
            Some(text) => State::read(&text, url),
            None => Ok(State::new(url)),
        };
        let state = match state {
            Ok(state) => state,
            Err(problem) => {
                warn(
                    console,
                    &format!(
                        "the stored state of `{name}` is not used: {problem}\nrows that differ from the text are conflicts until they are pushed or pulled again"
                    ),
                )?;
                State::new(url)
            }
        };
        Ok(Self { path, name: name.to_owned(), state, key, is_new_key })
    }

    /// Where it is.
    pub(super) fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// What writes the file.
    pub(super) fn writer(&self) -> Writer {
        let key = self.is_new_key.then(|| self.key.clone());
        Writer { path: self.path.clone(), name: self.name.clone(), key }
    }
}

/// The key of the hashes, and whether it is new.
fn key(folder: &Path) -> Result<(HashKey, bool), Failure> {
    match text(&folder.join(HASH_KEY))?.and_then(|text| HashKey::read(&text)) {
        Some(key) => Ok((key, false)),
        None => Ok((HashKey::random().map_err(|error| Failure::Other(error.to_owned()))?, true)),
    }
}

/// The key of the hashes, which is written if it is new.
pub(super) fn hash_key(folder: &Path) -> Result<HashKey, Failure> {
    let (key, is_new) = key(folder)?;
    if is_new {
        write_key(folder, &key)?;
    }
    Ok(key)
}

fn write_key(folder: &Path, key: &HashKey) -> Result<(), Failure> {
    write_private(folder, ".gitignore", b"# What mispflow knows of servers, and backups of them.\n*\n")?;
    write_private(folder, HASH_KEY, key.text().as_bytes())
}

/// Writes what is known of a server.
pub(super) struct Writer {
    path: PathBuf,
    name: String,
    /// The key of the hashes, if it is not written yet.
    key: Option<HashKey>,
}

impl Writer {
    /// Writes what is known, whole.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn save(&mut self, state: &State) -> Result<(), Failure> {
        if let Some(key) = &self.key {
            write_key(&self.path, key)?;
            self.key = None;
        }
        write_private(&self.path, &format!("{}.json", self.name), state.to_text().as_bytes())
    }
}

/// Writes a file of the folder that only its owner can read.
pub(super) fn write_private(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |path: &Path, error: &io::Error| Failure::unwritable(path, error);
    if folder.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
        return Err(Failure::Other(format!("`{}` is a link, and links are not written through", folder.display())));
    }
    let path = below(folder, name).map_err(|error| failed(&folder.join(name), &error))?;
    write_whole(&path, bytes, Readers::Owner).map(drop).map_err(|error| failed(&path, &error))
}

/// The text of a file; `None` if there is none.
pub(super) fn text(path: &Path) -> Result<Option<String>, Failure> {
    match DiskFiles.read(path, LARGEST) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::Other(format!("`{}` cannot be read: {error}", path.display()))),
    }
}
