//! Where files are read from.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::discover::{PROJECT_FILE, discover};
use super::gather::TEXT;
use super::refusal::Refusal;

/// Read access to files, so that the library works without a disk too.
pub trait Files: Sync {
    /// The whole content of a file.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::FileTooLarge`] when there are more than `limit`
    /// bytes, and then no more than that was read.
    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>>;

    /// The names in a folder, and whether each is a folder itself. Links to folders are left out.
    ///
    /// # Errors
    /// What the system says; where folders cannot be listed, that.
    fn list(&self, folder: &Path) -> io::Result<Vec<(OsString, bool)>> {
        let _ = folder;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Whether messages may show lines of a file: only of the kinds of files that a project is made of (`.mwf`, `.json`,
    /// `.toml`). Of others, such as a list that a text names, they say the place alone, for there may be secrets.
    fn may_show(&self, path: &Path) -> bool {
        is_of_ours(path)
    }

    /// The project file that a file belongs to: the nearest one in its folder or above.
    fn project_of(&self, file: &Path) -> Option<PathBuf> {
        let _ = file;
        None
    }

    /// The `.mwf` files of the projects that these files belong to, without these files, sorted by path. A file without
    /// a project has no others.
    fn workflow_files(&self, beside: &[&Path]) -> Vec<PathBuf> {
        let _ = beside;
        Vec::new()
    }
}

/// Whether a file is, by its name, one that a project is made of.
pub(super) fn is_of_ours(path: &Path) -> bool {
    let is_one = |extension: &OsStr| ["mwf", "json", "toml"].iter().any(|ours| extension.eq_ignore_ascii_case(ours));
    path.extension().is_some_and(is_one)
}

/// Whether there is something at a path which is not a link itself; on the way to it there may be some.
pub(super) fn is_not_link(path: &Path) -> bool {
    // Of a link with a slash after it the system tells where it leads to.
    let path = path.components().as_path();
    path.file_name().is_some() && path.symlink_metadata().is_ok_and(|metadata| !metadata.is_symlink())
}

/// The files of this computer, all of them. For the files that a text names there is
/// [`ProjectFiles`](super::ProjectFiles), because anybody may have written the text.
#[derive(Clone, Copy, Default, Debug)]
pub struct DiskFiles;

impl Files for DiskFiles {
    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if metadata.len() > limit as u64 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        read_limited(file, limit, metadata.len() as usize)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<(OsString, bool)>> {
        let mut names = Vec::new();
        for entry in folder.read_dir()? {
            let entry = entry?;
            let is_folder = entry.file_type()?.is_dir();
            if is_folder || entry.path().is_file() {
                names.push((entry.file_name(), is_folder));
            }
        }
        Ok(names)
    }

    fn project_of(&self, file: &Path) -> Option<PathBuf> {
        discover(file)
    }

    fn may_show(&self, path: &Path) -> bool {
        // What a link is called says nothing.
        if is_not_link(path) { is_of_ours(path) } else { path.canonicalize().is_ok_and(|real| is_of_ours(&real)) }
    }
}

/// Opens a regular file and says how long it is, without waiting for a pipe, and without following a link that was put
/// there a moment ago.
pub(super) fn open_regular(path: &Path) -> io::Result<(File, u64)> {
    let size = |metadata: Metadata| {
        if metadata.is_dir() {
            Err(io::ErrorKind::IsADirectory.into())
        } else if metadata.is_file() {
            Ok(metadata.len())
        } else {
            Err(io::Error::from(Refusal::not_regular(&metadata)))
        }
    };
    // Merely opening a device can do something, so it is looked at before, and what was opened is looked at again.
    size(path.metadata()?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOFOLLOW | libc::O_NOCTTY);
    let file = options.open(path)?;
    let size = size(file.metadata()?)?;
    Ok((file, size))
}

/// Reads to the end, but no more than `limit` bytes: a device may be endless whatever its size says.
///
/// # Errors
/// What the system says; [`io::ErrorKind::FileTooLarge`] when there are more bytes.
pub(crate) fn read_limited(reader: impl Read, limit: usize, expected: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(expected);
    reader.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// Files that exist in memory only.
#[derive(Clone, Default, Debug)]
pub struct MemoryFiles {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl MemoryFiles {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file or replaces its content.
    pub fn insert(&mut self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), content.into());
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        match self.files.get(path) {
            None => Err(io::ErrorKind::NotFound.into()),
            Some(content) if content.len() > limit => Err(io::ErrorKind::FileTooLarge.into()),
            Some(content) => Ok(content.clone()),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<(OsString, bool)>> {
        let mut names = BTreeMap::new();
        for path in self.files.keys() {
            let Ok(rest) = path.strip_prefix(folder) else { continue };
            let mut parts = rest.iter();
            if let Some(name) = parts.next() {
                names.insert(name.to_owned(), parts.next().is_some());
            }
        }
        if names.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(names.into_iter().collect()) }
    }

    fn project_of(&self, file: &Path) -> Option<PathBuf> {
        let folders = file.ancestors().skip(1);
        folders.map(|folder| folder.join(PROJECT_FILE)).find(|path| self.files.contains_key(path))
    }

    fn workflow_files(&self, beside: &[&Path]) -> Vec<PathBuf> {
        let projects: BTreeSet<PathBuf> = beside.iter().filter_map(|file| self.project_of(file)).collect();
        let is_text = |path: &Path| path.extension().is_some_and(|extension| extension == TEXT);
        let is_inside = |path: &Path| self.project_of(path).is_some_and(|project| projects.contains(&project));
        let files =
            self.files.keys().filter(|path| is_text(path) && is_inside(path) && !beside.contains(&path.as_path()));
        files.cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_reader_is_read_to_the_limit_only() {
        let error = read_limited(io::repeat(b'x'), 1000, 0).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(read_limited(io::repeat(b'x').take(1000), 1000, 0).unwrap().len(), 1000);
    }

    #[test]
    fn disk_and_memory_agree() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mwf");
        std::fs::write(&path, "abc").unwrap();
        let mut memory = MemoryFiles::new();
        memory.insert(&path, "abc");
        for files in [&DiskFiles as &dyn Files, &memory] {
            assert_eq!(files.read(&path, 3).unwrap(), b"abc");
            assert_eq!(files.read(&path, 2).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
            let missing = folder.path().join("missing");
            assert_eq!(files.read(&missing, 2).unwrap_err().kind(), io::ErrorKind::NotFound);
        }
    }
}
