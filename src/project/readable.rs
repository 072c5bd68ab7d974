//! What a text may have read: the files of its project, and nothing else of this computer.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::discover::{absolute, discover};
use super::files::{DiskFiles, Files, is_not_link, is_of_ours, open_regular, read_limited};
use super::gather::gather;
use super::refusal::Refusal;

/// The files of a project: what a text or a project file may name. Whoever checks a text that a stranger wrote must not
/// read for the stranger what only he himself may read, such as the environment of the process.
///
/// Readable are regular files below a few folders: the folder of the project file and the git repository around it,
/// without both the folder that was named on the command line, or the one of the file that was, and what
/// [`Self::allow`] adds. Links are followed, and where they lead to is what counts. Never readable is what git keeps for
/// itself: a checkout's access token lies in `.git/config`.
#[derive(Clone, Default, Debug)]
pub struct ProjectFiles {
    roots: Vec<Root>,
    /// The project file that the user names, instead of the nearest one.
    project_file: Option<PathBuf>,
    /// Texts that an editor has not saved, by where the files really are.
    unsaved: Arc<BTreeMap<PathBuf, String>>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Root {
    /// Without links and `..`.
    path: PathBuf,
    /// Whether others may have written what lies there, so that a link in it is not the choice of the user.
    is_shared: bool,
}

impl ProjectFiles {
    /// The files of the project of this file, whatever it is called and wherever other files lie.
    pub fn with_project_file(file: &Path) -> Self {
        let mut files = Self { project_file: Some(file.to_owned()), ..Self::default() };
        let folder = or_here(file.parent().unwrap_or(Path::new("")));
        files.add(folder, true);
        if let Some(repository) = absolute(folder).as_deref().and_then(repository_around) {
            files.add(&repository, true);
        }
        files
    }

    /// Adds the project that `named` belongs to, a file or folder of the command line; the empty path is the current
    /// folder.
    pub fn add_project_of(&mut self, named: &Path) {
        let named = if named.as_os_str().is_empty() { Path::new(".") } else { named };
        let is_folder = named.is_dir();
        let Some(absolute) = absolute(named) else { return };
        let Some(folder) = (if is_folder { Some(absolute.as_path()) } else { absolute.parent() }) else { return };
        let nearest = if self.project_file.is_some() { None } else { discover(named) };
        let project = nearest.and_then(|file| or_here(file.parent()?).canonicalize().ok());
        let repositories = [repository_around(folder), project.as_deref().and_then(repository_around)];
        let found: Vec<PathBuf> = project.into_iter().chain(repositories.into_iter().flatten()).collect();
        if found.is_empty() {
            self.add(folder, is_folder);
        }
        for folder in found {
            self.add(&folder, true);
        }
    }

    /// The whole disk is never a project.
    fn add(&mut self, folder: &Path, is_shared: bool) {
        let Ok(path) = folder.canonicalize() else { return };
        let root = Root { path, is_shared };
        if root.path.parent().is_some() && !self.roots.contains(&root) {
            self.roots.push(root);
        }
    }

    /// Adds a folder that the user allows to read, or a single file.
    ///
    /// # Errors
    /// What the system says, as when it does not exist.
    pub fn allow(&mut self, path: &Path) -> io::Result<()> {
        self.roots.push(Root { path: path.canonicalize()?, is_shared: false });
        Ok(())
    }

    /// Reads these texts instead of what the disk has, by where the files really are (see [`real`]). Nothing more may be
    /// read than before: a text counts where the file could be read, or could if it existed.
    pub fn set_unsaved(&mut self, texts: Arc<BTreeMap<PathBuf, String>>) {
        self.unsaved = texts;
    }

    /// The unsaved text of a file, if there is one.
    fn unsaved(&self, path: &Path, limit: usize) -> Option<io::Result<Vec<u8>>> {
        if self.unsaved.is_empty() {
            return None;
        }
        let text = self.unsaved.get(&real(path))?;
        Some(if text.len() > limit { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(text.clone().into_bytes()) })
    }

    /// The unsaved texts below a folder that are in no file yet: their paths, as the folder is named.
    pub(super) fn new_below(&self, folder: &Path) -> Vec<PathBuf> {
        let place = real(folder);
        let below = self.unsaved.keys().filter_map(|path| Some((path, path.strip_prefix(&place).ok()?)));
        below.filter(|(path, _)| !path.exists()).map(|(_, rest)| folder.join(rest)).collect()
    }

    /// Where a file or folder that a text names really is; it need not exist.
    ///
    /// # Errors
    /// A refusal if nothing may be read there; otherwise what the system says.
    pub fn admit(&self, path: &Path) -> io::Result<PathBuf> {
        let (real, missing) = match path.canonicalize() {
            Ok(real) => (real, None),
            // Whether a file outside exists is nobody's business either.
            Err(error) => (nearest(path), Some(error)),
        };
        let mut covering =
            self.roots.iter().filter_map(|root| real.strip_prefix(&root.path).ok().map(|rest| (root, rest)));
        let Some(first) = covering.next() else {
            // Where other links lead, as those of `/proc`, says nothing about the project.
            let link = self.is_written_inside(path).then_some(real);
            let folder = link.as_deref().unwrap_or(path).parent().map(Path::to_owned);
            return Err(Refusal::Outside { folder, link }.into());
        };
        if std::iter::once(first).chain(covering).all(|(root, rest)| is_of_git(&root.path, rest)) {
            return Err(Refusal::Git.into());
        }
        match missing {
            Some(error) => Err(error),
            None => Ok(real),
        }
    }

    /// Whether a path would lead into the project if nothing on the way were a link.
    fn is_written_inside(&self, path: &Path) -> bool {
        let ways = ways(path);
        self.roots.iter().any(|root| ways.iter().any(|way| way.starts_with(&root.path)))
    }

    /// Checks a path that the user wrote. He may name what he likes, but a link in a project is its author's: what it
    /// leads to must be in the project too.
    ///
    /// # Errors
    /// A refusal if a link leads out of the project.
    pub fn admit_named(&self, path: &Path) -> io::Result<()> {
        let shared = |path: &Path| self.roots.iter().any(|root| root.is_shared && path.starts_with(&root.path));
        let ways = ways(path);
        // What is not a link is where it is in its folder, which the first of two ways has without links.
        if let [in_folder, _] = &ways[..]
            && shared(in_folder)
            && is_not_link(path)
        {
            return Ok(());
        }
        let inside: Vec<PathBuf> = ways.into_iter().filter(|way| shared(way)).collect();
        if inside.is_empty() {
            return Ok(());
        }
        let real = real(path);
        if inside.contains(&real) { Ok(()) } else { self.admit(path).map(drop).or_else(only_refused) }
    }

    /// The same files, and those that the user names besides.
    pub fn named(&self) -> NamedFiles<'_> {
        NamedFiles { files: self }
    }
}

/// Whether it exists is found out when it is read.
fn only_refused(error: io::Error) -> io::Result<()> {
    if Refusal::of(&error).is_some() { Err(error) } else { Ok(()) }
}

impl Files for ProjectFiles {
    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        let admitted = self.admit(path);
        if !matches!(&admitted, Err(error) if Refusal::of(error).is_some())
            && let Some(text) = self.unsaved(path, limit)
        {
            return text;
        }
        let (file, size) = open_regular(&admitted?)?;
        if size > limit as u64 {
            Err(io::ErrorKind::FileTooLarge.into())
        } else {
            read_limited(file, limit, size as usize)
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<(OsString, bool)>> {
        DiskFiles.list(&self.admit(or_here(folder))?)
    }

    fn project_of(&self, file: &Path) -> Option<PathBuf> {
        self.project_file.clone().or_else(|| discover(file))
    }

    fn may_show(&self, path: &Path) -> bool {
        DiskFiles.may_show(path) || self.unsaved(path, usize::MAX).is_some() && is_of_ours(&real(path))
    }

    fn workflow_files(&self, beside: &[&Path]) -> Vec<PathBuf> {
        let projects: BTreeSet<PathBuf> = beside.iter().filter_map(|file| self.project_of(file)).collect();
        let folders = projects.iter().map(|file| or_here(file.parent().unwrap_or(Path::new(""))).to_owned());
        let mut files = gather(&folders.collect::<Vec<_>>(), None, self).files;
        let known: FxHashSet<PathBuf> = beside.iter().map(|path| real(path)).collect();
        files.retain(|file| !known.contains(&real(file)));
        files
    }
}

/// Access to what the user names on the command line: any file, pipes and devices too, but links in a project only as far
/// as they lead into it.
#[derive(Clone, Copy, Debug)]
pub struct NamedFiles<'p> {
    files: &'p ProjectFiles,
}

impl Files for NamedFiles<'_> {
    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        self.files.admit_named(path)?;
        self.files.unsaved(path, limit).unwrap_or_else(|| DiskFiles.read(path, limit))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<(OsString, bool)>> {
        self.files.admit_named(folder)?;
        DiskFiles.list(or_here(folder))
    }

    fn project_of(&self, file: &Path) -> Option<PathBuf> {
        self.files.project_of(file)
    }

    fn workflow_files(&self, beside: &[&Path]) -> Vec<PathBuf> {
        self.files.workflow_files(beside)
    }

    fn may_show(&self, path: &Path) -> bool {
        // Pipes, as of `<(…)`, hold what the user sends.
        let is_pipe = path.metadata().is_ok_and(|metadata| !metadata.is_file());
        is_pipe || self.files.may_show(path)
    }
}

/// The git repository that a folder is in: the nearest one with `.git`, which is a folder, or a file in worktrees and
/// submodules.
fn repository_around(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok()).map(Path::to_owned)
}

/// Whether a file below `root` belongs to git itself: something on the way is called `.git`, in letters of any case, or is
/// built as git builds its folders, whatever it is called.
fn is_of_git(root: &Path, below: &Path) -> bool {
    let mut path = root.to_owned();
    below.components().any(|component| {
        path.push(component);
        let is_named_so = component.as_os_str().eq_ignore_ascii_case(".git");
        is_named_so || path.join("HEAD").is_file() && path.join("objects").is_dir() && path.join("refs").is_dir()
    })
}

/// Where a path really leads; it need not exist.
pub fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| nearest(path))
}

/// Where something that does not exist, or cannot be reached, would be.
fn nearest(path: &Path) -> PathBuf {
    let Ok(absolute) = std::path::absolute(path) else { return path.to_owned() };
    let absolute = normal(&absolute);
    let known = absolute.ancestors().find_map(|folder| Some((folder, folder.canonicalize().ok()?)));
    match known {
        Some((folder, real)) => absolute.strip_prefix(folder).map_or_else(|_| absolute.clone(), |rest| real.join(rest)),
        None => absolute,
    }
}

/// A path as it is written, and with the links on the way to its folder resolved: these may be the system's own, as `/tmp`
/// is on macOS.
fn ways(path: &Path) -> Vec<PathBuf> {
    let Ok(absolute) = std::path::absolute(path) else { return Vec::new() };
    let in_folder = absolute.parent().and_then(|folder| Some(folder.canonicalize().ok()?.join(absolute.file_name()?)));
    in_folder.into_iter().chain([normal(&absolute)]).collect()
}

pub(super) fn or_here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

/// `path` without `.` and, where that is possible without asking the disk, without `..`.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(normal.components().next_back(), Some(Component::Normal(_))) => {
                normal.pop();
            }
            Component::ParentDir if normal.has_root() => {}
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_without_detours() {
        for (path, expected) in
            [("a/./b/../c", "a/c"), ("../a/..", ".."), ("../../a", "../../a"), ("/../a", "/a"), ("/a/../../b", "/b")]
        {
            assert_eq!(normal(Path::new(path)), Path::new(expected), "{path}");
        }
    }

    #[test]
    fn regular_files_below_a_root() {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        std::fs::create_dir_all(path("project/.git")).unwrap();
        for name in ["project/a.txt", "project/.git/config", "project-2.txt", "beside.txt"] {
            std::fs::write(path(name), "abc").unwrap();
        }
        let mut files = ProjectFiles::default();
        let refused = |files: &ProjectFiles, name: &str| {
            let error = files.read(&path(name), 3).unwrap_err();
            Refusal::of(&error).cloned().ok_or(error.kind())
        };
        assert!(matches!(refused(&files, "project/a.txt"), Ok(Refusal::Outside { .. })), "nothing is allowed yet");
        files.add_project_of(&path("project"));
        assert_eq!(files.read(&path("project/a.txt"), 3).unwrap(), b"abc");
        assert_eq!(files.read(&path("project/b/../../project/a.txt"), 3).is_ok(), cfg!(windows));
        assert_eq!(refused(&files, "project/a.txt/b"), Err(io::ErrorKind::NotADirectory));
        assert_eq!(refused(&files, "project/nothing"), Err(io::ErrorKind::NotFound));
        assert_eq!(refused(&files, "project"), Err(io::ErrorKind::IsADirectory));
        assert_eq!(refused(&files, "project/.git/config"), Ok(Refusal::Git));
        assert_eq!(refused(&files, "project/.gIT/nothing"), Ok(Refusal::Git));
        for name in ["beside.txt", "project-2.txt", "project/../beside.txt", "nothing", "project/../nothing/../.."] {
            assert!(matches!(refused(&files, name), Ok(Refusal::Outside { link: None, .. })), "{name}");
        }
        let error = files.read(&path("project/a.txt"), 2).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        // A single file can be allowed.
        files.allow(&path("beside.txt")).unwrap();
        assert!(files.read(&path("beside.txt"), 3).is_ok() && files.read(&path("project-2.txt"), 3).is_err());
        // The user names what he likes.
        assert!(files.named().read(&path("project-2.txt"), 3).is_ok());
        assert!(files.named().read(&path("project/.git/config"), 3).is_ok());
    }

    #[test]
    fn unsaved_texts_count_where_files_may_be_read() {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        std::fs::create_dir_all(path("project/.git")).unwrap();
        for name in ["project/a.mwf", "project/list.txt", "beside.mwf", "project/.git/config"] {
            std::fs::write(path(name), "disk").unwrap();
        }
        let mut files = ProjectFiles::default();
        files.add_project_of(&path("project"));
        let named = ["project/a.mwf", "project/new.mwf", "beside.mwf", "beside-new.mwf", "project/.git/config"];
        files.set_unsaved(Arc::new(named.iter().map(|name| (real(&path(name)), "unsaved".to_owned())).collect()));
        let read = |name: &str| files.read(&path(name), 7).map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(read("project/a.mwf").unwrap(), "unsaved");
        assert_eq!(read("project/../project/./a.mwf").unwrap(), "unsaved");
        assert_eq!(read("project/new.mwf").unwrap(), "unsaved");
        assert_eq!(read("project/list.txt").unwrap(), "disk");
        for name in ["beside.mwf", "beside-new.mwf", "project/.git/config"] {
            assert!(Refusal::of(&read(name).unwrap_err()).is_some(), "{name}");
        }
        assert_eq!(files.read(&path("project/a.mwf"), 6).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(files.named().read(&path("beside.mwf"), 7).unwrap(), b"unsaved");
        assert_eq!(files.new_below(&path("project")), [path("project/new.mwf")]);
        assert!(files.may_show(&path("project/new.mwf")) && !files.may_show(&path("project/missing.mwf")));
        #[cfg(unix)]
        {
            // A link that leads out stays refused, whatever an editor has of the file that it leads to.
            std::os::unix::fs::symlink(path("beside.mwf"), path("project/link.mwf")).unwrap();
            assert!(Refusal::of(&read("project/link.mwf").unwrap_err()).is_some());
            assert!(files.named().read(&path("project/link.mwf"), 7).is_err());
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_a_project_are_refused_however_they_are_written() {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        for folder in ["project/.git", "project/inside", "outside"] {
            std::fs::create_dir_all(path(folder)).unwrap();
        }
        for file in ["project/inside/a.mwf", "outside/a.mwf"] {
            std::fs::write(path(file), "").unwrap();
        }
        let link = |to: &str, name: &str| std::os::unix::fs::symlink(path(to), path(name)).unwrap();
        link("outside", "project/out");
        link("project/inside", "project/in");
        link("outside/a.mwf", "project/out.mwf");
        link("project/inside/a.mwf", "project/in.mwf");
        let mut files = ProjectFiles::default();
        files.add_project_of(&path("project"));
        for name in ["out", "out/", "out/.", "out/a.mwf", "out.mwf", "inside/../out", "inside/../out/"] {
            let refused = files.admit_named(&path("project").join(name));
            assert!(refused.is_err_and(|error| Refusal::of(&error).is_some()), "{name}");
        }
        for name in ["in", "in/", "in/a.mwf", "in.mwf", "inside", "inside/", "inside/a.mwf", "inside/../in.mwf"] {
            files.admit_named(&path("project").join(name)).unwrap();
        }
        assert!(!DiskFiles.may_show(&path("project/missing.mwf")) && DiskFiles.may_show(&path("project/out.mwf")));
    }
}
