//! The workflow files of a folder.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, Walk, WalkBuilder};
use rustc_hash::FxHashSet;

use crate::diagnostics::{Code, Diagnostic};

use super::discover::{absolute, tidy};
use super::load::unreadable;
use super::readable::{ProjectFiles, or_here, real};
use super::refusal::Refusal;

/// The extension of workflow files.
pub(super) const TEXT: &str = "mwf";
/// The extension of MISP's JSON, and of much else.
const SAVED: &str = "json";
/// What the name of a folder for files with secrets adds to that of the folder for others.
pub(crate) const APART: &str = "-with-secrets";
/// Files that tell what to leave out in a folder.
const IGNORE_FILES: [&str; 2] = [".gitignore", ".ignore"];
/// They are compiled to one large pattern, so they may not be endless.
const LARGEST_IGNORE_FILE: u64 = 1024 * 1024;

/// What [`gather`] found.
#[derive(Default, Debug)]
pub struct Gathered {
    /// The files, each once: the arguments in their order, what is in a folder sorted by path.
    pub files: Vec<PathBuf>,
    /// The `.json` files of the folders, which hold MISP's JSON or something else, sorted in the same way.
    pub json: Vec<PathBuf>,
    /// Links to folders, which are not followed.
    pub links: Vec<PathBuf>,
    /// Folders that could not be read.
    pub diagnostics: Vec<Diagnostic>,
}

/// Finds the files that `paths` stand for. A file stands for itself, whatever it is called; a folder
/// for the `.mwf` and `.json` files in it and in the folders below.
///
/// In folders hidden files and what `.gitignore` and `.ignore` name are left out, so that a fresh
/// clone gives the same files; so are the folder `output` and the one beside it for builds with secrets.
/// Links to files are followed, links to folders are not. `files` says where links may lead.
pub fn gather(paths: &[PathBuf], output: Option<&Path>, files: &ProjectFiles) -> Gathered {
    let output = output.map(real);
    let mut gathered = Gathered::default();
    let mut known = FxHashSet::default();
    for path in paths {
        if path.is_dir() {
            gather_folder(path, output.as_deref(), files, &mut gathered, &mut known);
        } else {
            // Whether it exists is found out when it is read.
            let path = tidy(path);
            if known.insert(canonical(&path)) {
                gathered.files.push(path);
            }
        }
    }
    gathered
}

fn gather_folder(
    folder: &Path,
    output: Option<&Path>,
    files: &ProjectFiles,
    gathered: &mut Gathered,
    known: &mut FxHashSet<PathBuf>,
) {
    let unsaved: Vec<PathBuf> =
        files.new_below(folder).into_iter().filter(|path| is_visible(path, folder, output)).collect();
    let output = output.map(Path::to_owned);
    let refused = Arc::new(Mutex::new(Vec::new()));
    let problems = Arc::clone(&refused);
    let files = files.clone();
    let may_enter = move |folder: &Path| {
        let problem = ignore_file_problem(folder, &files);
        let may_enter = problem.is_none();
        problems.lock().unwrap_or_else(PoisonError::into_inner).extend(problem);
        may_enter
    };
    // The files above tell what to leave out too.
    let place = absolute(folder).unwrap_or_else(|| folder.to_owned());
    if std::iter::once(folder).chain(place.ancestors().skip(1)).all(&may_enter) {
        let walk = WalkBuilder::new(folder)
            .git_global(false)
            .git_exclude(false)
            // A folder that is not a git repository yet, or was unpacked from an archive, gives the same files.
            .require_git(false)
            // Nearly the order that is wanted, which leaves little to sort.
            .sort_by_file_name(OsStr::cmp)
            .filter_entry(move |entry| {
                let is_inner = entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_dir());
                !is_inner || !is_folder(entry, output.as_deref()) && may_enter(entry.path())
            })
            .build();
        gather_entries(folder, walk, &unsaved, gathered, known);
    }
    let mut refused = refused.lock().unwrap_or_else(PoisonError::into_inner);
    gathered.diagnostics.append(&mut refused);
}

/// What is wrong with the files of a folder that tell what to leave out. A device would be read without end.
fn ignore_file_problem(folder: &Path, files: &ProjectFiles) -> Option<Diagnostic> {
    IGNORE_FILES.iter().find_map(|name| {
        let path = folder.join(name);
        let metadata = path.metadata().ok()?;
        let shown = tidy(&path).display().to_string();
        if let Err(error) = files.admit_named(&path) {
            return Some(unreadable(&shown, &error));
        }
        if !metadata.is_file() && !metadata.is_dir() {
            return Some(Refusal::not_regular(&metadata).unreadable(&shown));
        }
        let message = format!("`{shown}` is larger than {} MiB", LARGEST_IGNORE_FILE >> 20);
        let is_large = metadata.is_file() && metadata.len() > LARGEST_IGNORE_FILE;
        is_large.then(|| {
            Diagnostic::new(Code::FileTooLarge, message).help("it lists patterns of files to leave out: shorten it")
        })
    })
}

/// Whether a new file in a folder would be found there: it is in no hidden folder and not in the output.
fn is_visible(path: &Path, folder: &Path, output: Option<&Path>) -> bool {
    let below = path.strip_prefix(folder).unwrap_or(path);
    let is_hidden = |name: &OsStr| name.to_string_lossy().starts_with('.');
    !below.iter().any(is_hidden) && !output.is_some_and(|output| real(path).starts_with(output))
}

fn gather_entries(
    folder: &Path,
    walk: Walk,
    unsaved: &[PathBuf],
    gathered: &mut Gathered,
    known: &mut FxHashSet<PathBuf>,
) {
    let (mut text, mut json) = (Found::default(), Found::default());
    for path in unsaved {
        match path.extension() {
            Some(extension) if extension.eq_ignore_ascii_case(TEXT) => text.files.push(tidy(path)),
            Some(extension) if extension.eq_ignore_ascii_case(SAVED) => json.files.push(tidy(path)),
            _ => {}
        }
    }
    let mut folders = Vec::new();
    for entry in walk {
        match entry {
            Ok(entry) if is_file(&entry, TEXT) => text.add(&entry),
            Ok(entry) if is_file(&entry, SAVED) => json.add(&entry),
            Ok(entry) if entry.depth() > 0 && entry.path_is_symlink() && entry.path().is_dir() => {
                folders.push(tidy(entry.path()));
            }
            Ok(_) => {}
            Err(error) => gathered.diagnostics.push(walk_problem(folder, &error)),
        }
    }
    gathered.files.append(&mut text.sorted(known));
    gathered.json.append(&mut json.sorted(known));
    folders.sort_unstable();
    gathered.links.append(&mut folders);
}

/// Files of a folder.
#[derive(Default)]
struct Found {
    files: Vec<PathBuf>,
    links: Vec<PathBuf>,
}

impl Found {
    fn add(&mut self, entry: &DirEntry) {
        if entry.path_is_symlink() { &mut self.links } else { &mut self.files }.push(tidy(entry.path()));
    }

    /// Those that are not known yet, sorted. A file counts under its own name, not that of a link to it.
    fn sorted(self, known: &mut FxHashSet<PathBuf>) -> Vec<PathBuf> {
        let mut places = Places::default();
        let files = self.files.into_iter().filter(|file| known.insert(places.of(file)));
        let mut new: Vec<PathBuf> = files.collect();
        new.extend(self.links.into_iter().filter(|link| known.insert(canonical(link))));
        new.sort_unstable();
        new
    }
}

/// Where files that are not links really are. The place of a folder is asked once for all files that follow each other.
#[derive(Default)]
struct Places {
    folder: PathBuf,
    place: Option<PathBuf>,
}

impl Places {
    fn of(&mut self, file: &Path) -> PathBuf {
        let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else { return canonical(file) };
        if self.place.is_none() || self.folder != folder {
            folder.clone_into(&mut self.folder);
            self.place = or_here(folder).canonicalize().ok();
        }
        self.place.as_ref().map_or_else(|| file.to_owned(), |place| place.join(name))
    }
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Whether `entry` is the folder `wanted`, a canonical path, or the one beside it for builds with secrets.
fn is_folder(entry: &DirEntry, wanted: Option<&Path>) -> bool {
    let Some(wanted) = wanted else { return false };
    let Some(name) = wanted.file_name() else { return false };
    let mut apart = name.to_owned();
    apart.push(APART);
    let wanted = if entry.file_name() == apart { wanted.with_file_name(apart) } else { wanted.to_owned() };
    wanted.file_name() == Some(entry.file_name())
        && entry.file_type().is_some_and(|kind| kind.is_dir())
        && entry.path().canonicalize().is_ok_and(|path| path == wanted)
}

fn is_file(entry: &DirEntry, wanted: &str) -> bool {
    let Some(kind) = entry.file_type() else { return false };
    entry.path().extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
        && (kind.is_file() || kind.is_symlink() && entry.path().is_file())
}

fn walk_problem(folder: &Path, error: &ignore::Error) -> Diagnostic {
    let place = match error {
        ignore::Error::WithPath { path, .. } => path.as_path(),
        ignore::Error::WithDepth { err, .. } => return walk_problem(folder, err),
        _ => folder,
    };
    match error.io_error() {
        Some(io) => unreadable(&tidy(place).display().to_string(), io),
        None => {
            Diagnostic::new(Code::UnreadableFile, format!("the folder `{}` cannot be read: {error}", folder.display()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        root
    }

    fn names(root: &tempfile::TempDir, gathered: &Gathered) -> Vec<String> {
        assert_eq!(gathered.diagnostics, []);
        let short = |path: &PathBuf| path.strip_prefix(root.path()).unwrap().to_str().unwrap().replace('\\', "/");
        gathered.files.iter().map(short).collect()
    }

    #[test]
    fn sorted_and_only_workflow_files() {
        let files = [
            "z.mwf",
            "a/b.mwf",
            "a.mwf",
            "a/notes.md",
            "build/x.mwf",
            "a/build/y.mwf",
            ".git/HEAD",
            "z.json",
            "a/y.JSON",
            "build/w.json",
        ];
        let root = folder(&files);
        std::fs::create_dir_all(root.path().join(".hidden")).unwrap();
        std::fs::write(root.path().join(".hidden/h.mwf"), "").unwrap();
        let gathered = gather(&[root.path().to_owned()], Some(&root.path().join("build")), &ProjectFiles::default());
        assert_eq!(names(&root, &gathered), ["a/b.mwf", "a/build/y.mwf", "a.mwf", "z.mwf"]);
        assert_eq!(gathered.json, [root.path().join("a/y.JSON"), root.path().join("z.json")]);
    }

    #[test]
    fn folders_for_builds_with_secrets_are_left_out() {
        let root =
            folder(&["a.mwf", "build-with-secrets/x.mwf", "a/build-with-secrets/y.mwf", "other-with-secrets/z.mwf"]);
        let output = root.path().join("build");
        let found = ["a/build-with-secrets/y.mwf", "a.mwf", "other-with-secrets/z.mwf"];
        // Whether there is a folder for builds without secrets too.
        for _ in 0..2 {
            let gathered = gather(&[root.path().to_owned()], Some(&output), &ProjectFiles::default());
            assert_eq!(names(&root, &gathered), found);
            std::fs::create_dir_all(&output).unwrap();
        }
    }

    #[test]
    fn an_output_folder_that_is_the_source_is_still_read() {
        let root = folder(&["a.mwf"]);
        let gathered = gather(&[root.path().to_owned()], Some(root.path()), &ProjectFiles::default());
        assert_eq!(names(&root, &gathered), ["a.mwf"]);
    }

    #[test]
    fn what_git_ignores_is_left_out_unless_named() {
        for git in [".git/HEAD", "not-git/HEAD"] {
            let root = folder(&["a.mwf", "draft.mwf", git]);
            std::fs::write(root.path().join(".gitignore"), "draft.mwf\n").unwrap();
            let here = root.path().to_owned();
            assert_eq!(names(&root, &gather(std::slice::from_ref(&here), None, &ProjectFiles::default())), ["a.mwf"]);
            let draft = root.path().join("draft.mwf");
            assert_eq!(names(&root, &gather(&[draft, here], None, &ProjectFiles::default())), ["draft.mwf", "a.mwf"]);
        }
    }

    #[test]
    fn a_file_named_twice_is_read_once() {
        let root = folder(&["a/x.mwf"]);
        let file = root.path().join("a/x.mwf");
        let paths = [file.clone(), root.path().join("a"), root.path().join("a/../a/x.mwf")];
        assert_eq!(gather(&paths, None, &ProjectFiles::default()).files, [file]);
    }

    #[cfg(unix)]
    #[test]
    fn links_to_files_count_and_links_to_folders_do_not() {
        let root = folder(&["a/x.mwf"]);
        let other = folder(&["y.mwf"]);
        std::os::unix::fs::symlink(other.path().join("y.mwf"), root.path().join("a/y.mwf")).unwrap();
        std::os::unix::fs::symlink(root.path(), root.path().join("a/loop")).unwrap();
        std::os::unix::fs::symlink(root.path().join("nowhere"), root.path().join("a/z.mwf")).unwrap();
        let gathered = gather(&[root.path().to_owned()], None, &ProjectFiles::default());
        assert_eq!(names(&root, &gathered), ["a/x.mwf", "a/y.mwf"]);
        assert_eq!(gathered.links, [root.path().join("a/loop")]);
    }
}
