//! Writing what a command makes.

use std::path::{Path, PathBuf};

use crate::project::{Readers, Written, write_all};

use super::{Console, Failure};

/// Writes files into a folder, all or none, and says what became of each.
pub(super) fn write_files(
    folder: &Path,
    files: &[(String, &[u8])],
    readers: Readers,
    console: &mut Console,
) -> Result<(), Failure> {
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| folder.join(name)).collect();
    let contents = paths.iter().map(PathBuf::as_path).zip(files.iter().map(|&(_, bytes)| bytes));
    for (path, written) in paths.iter().zip(write_all(contents, readers)?) {
        let word = match written {
            Written::Created => "created",
            Written::Changed => "changed",
            Written::Unchanged => "unchanged",
        };
        console.tell(&format!("{word:>9}  {}", path.display()))?;
    }
    Ok(())
}
