//! Writing files whole or not at all.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempPath;

use super::files::{open_regular, read_limited};
use super::refusal::Refusal;

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

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("`{}` cannot be written: {error}", path.display())]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub error: io::Error,
}

/// Writes `bytes` to `path` so that whoever reads it sees the old content or the new one, never a
/// part. Missing folders are made, and a file that holds these bytes already, for `readers` to read, is not touched.
/// Links are not followed: in a project of others they may lead to any file.
///
/// # Errors
/// What the system says, or that `path` is a link or a device. The file is then as it was, and nothing is left beside it.
pub fn write_whole(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<Written> {
    clean(folder_of(path));
    stage(path, bytes, readers)?.finish()
}

/// Writes several files like [`write_whole`]. None is changed before all are on the disk beside their places.
///
/// # Errors
/// The first file that cannot be written.
pub fn write_all<'f>(
    files: impl IntoIterator<Item = (&'f Path, &'f [u8])>,
    readers: Readers,
) -> Result<Vec<Written>, WriteError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| WriteError { path, error }
    };
    let mut staged = Vec::new();
    let mut cleaned = HashSet::new();
    for (path, bytes) in files {
        if cleaned.insert(folder_of(path)) {
            clean(folder_of(path));
        }
        staged.push(stage(path, bytes, readers).map_err(failed(path))?);
    }
    let finish = |staged: Staged<'_>| {
        let path = staged.path;
        staged.finish().map_err(failed(path))
    };
    staged.into_iter().map(finish).collect()
}

/// Whether the file at `path` holds these very bytes.
///
/// # Errors
/// What the system says, as when the file does not exist, or that it is a link or a device.
pub fn holds(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let metadata = target(path)?;
    Ok(metadata.len() == bytes.len() as u64 && has_content(path, bytes)?)
}

/// The path of a file below `folder`.
///
/// # Errors
/// A folder on the way is a link.
pub fn below(folder: &Path, file: &str) -> io::Result<PathBuf> {
    let path = folder.join(file);
    let way = path.ancestors().skip(1).take_while(|way| *way != folder);
    for way in way {
        if way.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
            return Err(Refusal::LinkedFolder { folder: way.to_owned() }.into());
        }
    }
    Ok(path)
}

/// What is at the place to write to, if it may be written.
fn target(path: &Path) -> io::Result<Metadata> {
    let metadata = path.symlink_metadata()?;
    if metadata.is_symlink() {
        return Err(Refusal::Link { to: path.canonicalize().ok() }.into());
    }
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if metadata.is_file() { Ok(metadata) } else { Err(Refusal::not_regular(&metadata).into()) }
}

fn has_content(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let (file, _) = open_regular(path)?;
    match read_limited(file, bytes.len(), bytes.len()) {
        Ok(content) => Ok(content == bytes),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Ok(false),
        Err(error) => Err(error),
    }
}

/// A file that is written but not at its place yet. Dropped, it is gone.
struct Staged<'p> {
    path: &'p Path,
    /// `None` if there is nothing to do.
    file: Option<TempPath>,
    written: Written,
}

impl Staged<'_> {
    fn finish(self) -> io::Result<Written> {
        if let Some(file) = self.file {
            // A link that was put there meanwhile is replaced, not followed.
            file.persist(self.path).map_err(|error| error.error)?;
        }
        Ok(self.written)
    }
}

fn stage<'p>(path: &'p Path, bytes: &[u8], readers: Readers) -> io::Result<Staged<'p>> {
    let existing = match target(path) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if let Some(metadata) = &existing
        && metadata.len() == bytes.len() as u64
        && !is_too_open(metadata, readers)
        && has_content(path, bytes)?
    {
        return Ok(Staged { path, file: None, written: Written::Unchanged });
    }
    let written = if existing.is_some() { Written::Changed } else { Written::Created };
    let file = write_beside(path, bytes, existing.as_ref(), readers)?;
    Ok(Staged { path, file: Some(file), written })
}

/// Whether others than `readers` can read a file.
fn is_too_open(metadata: &Metadata, readers: Readers) -> bool {
    #[cfg(unix)]
    return readers == Readers::Owner && std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0;
    #[cfg(not(unix))]
    return false;
}

/// How the names of files begin that are not at their places yet.
const TEMPORARY: &str = ".mispflow-";
/// After this time nobody is at work on such a file any more: the process that wrote it was killed.
const LEFT_BEHIND: Duration = Duration::from_hours(1);

/// Takes away what processes that were killed have left in a folder. What cannot be taken away stays.
fn clean(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        let is_ours = name
            .to_str()
            .and_then(|name| name.strip_prefix(TEMPORARY))
            .is_some_and(|random| random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        if !is_ours {
            continue;
        }
        // A link is not what we write.
        let Ok(metadata) = entry.path().symlink_metadata() else { continue };
        let age = metadata.modified().ok().and_then(|at| at.elapsed().ok());
        if metadata.is_file() && age.is_some_and(|age| age > LEFT_BEHIND) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// How many characters of such a name are random.
const RANDOM: usize = 6;

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn write_beside(path: &Path, bytes: &[u8], existing: Option<&Metadata>, readers: Readers) -> io::Result<TempPath> {
    let folder = folder_of(path);
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY).rand_bytes(RANDOM);
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
    Ok(file.into_temp_path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn created_changed_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/a.json");
        assert_eq!(write_whole(&path, b"1", Readers::Usual).unwrap(), Written::Created);
        assert_eq!(write_whole(&path, b"1", Readers::Usual).unwrap(), Written::Unchanged);
        assert_eq!(write_whole(&path, b"2", Readers::Usual).unwrap(), Written::Changed);
        assert_eq!(fs::read(&path).unwrap(), b"2");
        assert!(holds(&path, b"2").unwrap() && !holds(&path, b"1").unwrap() && !holds(&path, b"22").unwrap());
        assert_eq!(names(path.parent().unwrap()), ["a.json"]);
    }

    #[test]
    fn what_killed_processes_left_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let old = std::time::SystemTime::now() - 2 * LEFT_BEHIND;
        for name in [".mispflow-aB3dE6", ".mispflow-aB3dE", ".mispflow-notes.txt", "mispflow-aB3dE6"] {
            fs::write(folder.path().join(name), "x").unwrap();
            let file = fs::File::options().write(true).open(folder.path().join(name)).unwrap();
            file.set_modified(old).unwrap();
        }
        // One at which somebody may be at work.
        fs::write(folder.path().join(".mispflow-Zz9999"), "x").unwrap();
        write_whole(&folder.path().join("a"), b"1", Readers::Usual).unwrap();
        let left = [".mispflow-Zz9999", ".mispflow-aB3dE", ".mispflow-notes.txt", "a", "mispflow-aB3dE6"];
        assert_eq!(names(folder.path()), left);
    }

    #[test]
    fn a_folder_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_whole(folder.path(), b"1", Readers::Usual).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
    }

    #[test]
    fn all_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let [one, two, three] = ["a", "b", "c"].map(|name| folder.path().join(name));
        fs::write(&one, "old").unwrap();
        fs::create_dir(&two).unwrap();
        let contents: [(&Path, &[u8]); 3] = [(&one, b"new"), (&three, b"new"), (&two, b"new")];
        let failed = write_all(contents, Readers::Usual).unwrap_err();
        assert_eq!((failed.path, failed.error.kind()), (two.clone(), io::ErrorKind::IsADirectory));
        assert_eq!(names(folder.path()), ["a", "b"]);
        assert_eq!(fs::read(&one).unwrap(), b"old");
        assert_eq!(
            write_all(contents.into_iter().take(2), Readers::Usual).unwrap(),
            [Written::Changed, Written::Created]
        );
        assert_eq!(names(folder.path()), ["a", "b", "c"]);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "1").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(write_whole(&path, b"2", Readers::Usual).unwrap(), Written::Changed);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn no_link_is_followed() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let [file, link, dangling] = ["a", "link", "dangling"].map(|name| folder.path().join(name));
        fs::write(&file, "1").unwrap();
        symlink(&file, &link).unwrap();
        symlink(folder.path().join("nowhere"), &dangling).unwrap();
        // With the same content too: nobody is to learn what is there.
        for (path, content) in [(&link, b"1"), (&link, b"2"), (&dangling, b"1")] {
            let error = write_whole(path, content, Readers::Usual).unwrap_err();
            assert!(matches!(Refusal::of(&error), Some(Refusal::Link { .. })), "{error}");
            assert!(Refusal::of(&holds(path, content).unwrap_err()).is_some());
        }
        assert_eq!(fs::read(&file).unwrap(), b"1");
        assert_eq!(names(folder.path()), ["a", "dangling", "link"]);

        fs::create_dir(folder.path().join("real")).unwrap();
        symlink(folder.path().join("real"), folder.path().join("other")).unwrap();
        assert!(below(folder.path(), "real/a/b").is_ok() && below(folder.path(), "new/b").is_ok());
        for name in ["other/b", "other/a/b"] {
            assert!(Refusal::of(&below(folder.path(), name).unwrap_err()).is_some(), "{name}");
        }
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
