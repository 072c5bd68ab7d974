//! Where files are read from.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::discover::{PROJECT_FILE, discover};

/// Read access to files, so that the library works without a disk too.
pub trait Files: Sync {
    /// The whole content of a file.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::FileTooLarge`] when there are more than `limit`
    /// bytes, and then no more than that was read.
    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>>;

    /// Whether reading `path` could wait for ever, as with a pipe that nobody writes to or a terminal.
    /// Files that a text names are not read then, for a text may come from anybody.
    fn may_wait(&self, path: &Path) -> bool {
        let _ = path;
        false
    }

    /// The project file that a file belongs to: the nearest one in its folder or above.
    fn project_of(&self, file: &Path) -> Option<PathBuf> {
        let _ = file;
        None
    }
}

/// The files of this computer.
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

    fn may_wait(&self, path: &Path) -> bool {
        std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
    }

    fn project_of(&self, file: &Path) -> Option<PathBuf> {
        discover(file)
    }
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

    fn project_of(&self, file: &Path) -> Option<PathBuf> {
        let folders = file.ancestors().skip(1);
        folders.map(|folder| folder.join(PROJECT_FILE)).find(|path| self.files.contains_key(path))
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
