//! Writing files whole or not at all.

use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// What a write did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Written {
    /// There was no such file.
    Created,
    /// The file had another content.
    Changed,
    /// The file had this very content and was left alone.
    Unchanged,
}

/// Who may read a file that is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Readers {
    /// Whoever the system lets read new files; a file that exists keeps its permissions.
    Usual,
    /// The owner alone (mode 0600), also when the file exists and others could read it: it holds secrets. On Windows the
    /// folder decides, as for every file.
    Owner,
}

/// Writes `bytes` to `path` so that whoever reads it sees the old content or the new one, never a
/// part. Missing folders are made, a link keeps pointing where it points, and a
/// file that holds these bytes already, for `readers` to read, is not touched.
///
/// # Errors
/// What the system says; the file is then as it was.
pub fn write_whole(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<Written> {
    let existing = match fs::metadata(path) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let Some(metadata) = existing else {
        replace(path, bytes, None, readers)?;
        return Ok(Written::Created);
    };
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !metadata.is_file() {
        // A device or a pipe is written to, never replaced.
        OpenOptions::new().write(true).open(path)?.write_all(bytes)?;
        return Ok(Written::Changed);
    }
    if metadata.len() == bytes.len() as u64 && !is_too_open(&metadata, readers) && fs::read(path)? == bytes {
        return Ok(Written::Unchanged);
    }
    replace(&path.canonicalize()?, bytes, Some(&metadata), readers)?;
    Ok(Written::Changed)
}

/// Whether others than `readers` can read a file.
fn is_too_open(metadata: &Metadata, readers: Readers) -> bool {
    #[cfg(unix)]
    return readers == Readers::Owner && std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0;
    #[cfg(not(unix))]
    return false;
}

fn replace(path: &Path, bytes: &[u8], existing: Option<&Metadata>, readers: Readers) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".mispflow-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(match readers {
        Readers::Usual => 0o666, // less what the umask takes
        Readers::Owner => 0o600,
    }));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    if let Some(metadata) = existing
        && readers == Readers::Usual
    {
        file.as_file().set_permissions(metadata.permissions())?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn created_changed_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/a.json");
        assert_eq!(write_whole(&path, b"1", Readers::Usual).unwrap(), Written::Created);
        assert_eq!(write_whole(&path, b"1", Readers::Usual).unwrap(), Written::Unchanged);
        assert_eq!(write_whole(&path, b"2", Readers::Usual).unwrap(), Written::Changed);
        assert_eq!(fs::read(&path).unwrap(), b"2");
        // Nothing else is left in the folder.
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(write_whole(folder.path(), b"1", Readers::Usual).unwrap_err().kind(), io::ErrorKind::IsADirectory);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let link = folder.path().join("link");
        fs::write(&path, "1").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(write_whole(&link, b"2", Readers::Usual).unwrap(), Written::Changed);
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"2");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_can_be_read_by_others() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (ours, plain) = (folder.path().join("a"), folder.path().join("b"));
        write_whole(&ours, b"1", Readers::Usual).unwrap();
        fs::write(&plain, b"1").unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_with_secrets_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        let path = folder.path().join("new");
        assert_eq!(write_whole(&path, b"1", Readers::Owner).unwrap(), Written::Created);
        assert_eq!(mode(&path), 0o600);
        assert_eq!(write_whole(&path, b"1", Readers::Owner).unwrap(), Written::Unchanged);
        // One that others can read is closed, whether its content changes or not.
        for content in [b"1", b"2"] {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            assert_eq!(write_whole(&path, content, Readers::Owner).unwrap(), Written::Changed);
            assert_eq!(mode(&path), 0o600);
        }
    }
}
