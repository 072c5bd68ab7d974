//! The findings of a project, with texts that are not saved.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::base::source::{FileId, MAX_SOURCE_BYTES, Sources};
use crate::catalogue::{Catalogue, Target};
use crate::compile::Workspace;
use crate::diagnostics::{AlwaysAnError, Diagnostic, Level, LevelOf, Levels, in_order, revealed};
use crate::exported::{Contents, contents};
use crate::inputs::{Reads, Wanted, load_project};
use crate::project::{self, Baseline, Files, Project, ProjectFiles, load_source, real, unreadable};
use crate::secrets::{Masker, NamedSecrets};
use crate::upgrade::found;

use super::Unit;

/// Texts that are not saved, by where their files really are.
pub type Texts = Arc<BTreeMap<PathBuf, String>>;

/// How is checked: what the flags of `check` say.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Options {
    /// The release of MISP, instead of the one that the project names.
    pub target: Option<Target>,
    /// Levels of findings, on top of those of the project.
    pub levels: Vec<(LevelOf, Level)>,
    /// Folders outside of the project whose files may be read too.
    pub allowed: Vec<PathBuf>,
}

impl Options {
    fn levels(&self, project: &Levels) -> Result<Levels, AlwaysAnError> {
        let mut levels = project.clone();
        for &(of, level) in &self.levels {
            levels.set(of, level)?;
        }
        Ok(levels)
    }

    /// What may be read for a file or folder.
    fn files(&self, start: &Path, texts: &Texts, diagnostics: &mut Vec<Diagnostic>) -> ProjectFiles {
        let mut files = ProjectFiles::default();
        files.add_project_of(start);
        for folder in &self.allowed {
            if let Err(error) = files.allow(folder) {
                diagnostics.push(unreadable(&folder.display().to_string(), &error));
            }
        }
        files.set_unsaved(texts.clone());
        files
    }
}

/// What was found.
pub struct Checked {
    /// The texts that findings have their places in.
    pub sources: Sources,
    /// The findings, ordered by place.
    pub diagnostics: Vec<Diagnostic>,
    /// Where findings go that have no place: the project file, or the file that was checked.
    pub home: PathBuf,
    /// Hides the values of secrets in what findings say.
    pub masker: Masker,
    /// The files that were asked for.
    pub roots: Vec<PathBuf>,
    root_ids: Vec<FileId>,
    /// The files that import a file.
    pub importers: BTreeMap<PathBuf, Vec<PathBuf>>,
}

impl Checked {
    /// The source of a file that was asked for.
    pub fn root(&self, path: &Path) -> Option<FileId> {
        let index = self.roots.iter().position(|root| root == path)?;
        self.root_ids.get(index).copied()
    }
}

/// Checks a project as `check` does, with all its files. Of the files that are `open`, those that the project leaves out
/// are checked one by one.
pub fn check_unit(unit: &Unit, open: &[PathBuf], texts: &Texts, options: &Options) -> Vec<Checked> {
    match unit {
        Unit::Project(file) => {
            let folder = file.parent().unwrap_or(file);
            let project = check_paths(folder, file, None, texts, options);
            let known: FxHashSet<&PathBuf> = project.roots.iter().collect();
            let others: Vec<&PathBuf> =
                open.iter().filter(|path| !known.contains(path) && can_be_checked(path, texts)).collect();
            let others: Vec<Checked> = others
                .into_iter()
                .map(|path| check_paths(path, path, Some(vec![path.clone()]), texts, options))
                .collect();
            std::iter::once(project).chain(others).collect()
        }
        Unit::File(path) if can_be_checked(path, texts) => {
            vec![check_paths(path, path, Some(vec![path.clone()]), texts, options)]
        }
        Unit::File(_) => Vec::new(),
    }
}

/// Whether a file holds workflows: text, or MISP's JSON and no other.
fn can_be_checked(path: &Path, texts: &Texts) -> bool {
    let is = |wanted: &str| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted));
    is("mwf")
        || is("json")
            && texts.get(path).is_some_and(|text| matches!(contents(text), Contents::Workflows(_) | Contents::Broken))
}

fn check_paths(start: &Path, home: &Path, paths: Option<Vec<PathBuf>>, texts: &Texts, options: &Options) -> Checked {
    let sources = Sources::new();
    let mut diagnostics = Vec::new();
    let files = options.files(start, texts, &mut diagnostics);
    let mut project = load_project(&sources, start, &files, &mut diagnostics);
    if let Some(target) = options.target {
        project.set_target(target);
    }
    let loaded = Wanted { start: start.to_owned(), paths, read: Vec::new(), files, project, diagnostics }
        .load(&sources, Reads::Both);
    let mut before = loaded.diagnostics;
    let baseline = Baseline::of_project(&loaded.project, &loaded.files, &mut before);
    let catalogue = project::catalogue(&sources, &loaded.files, &loaded.project, &mut before);
    let levels = options.levels(&loaded.project.lints).unwrap_or_else(|_| loaded.project.lints.clone());
    let judge = Judge { project: &loaded.project, catalogue: &catalogue, levels: &levels, baseline: baseline.as_ref() };
    judge.check(sources, &loaded.files, &loaded.roots, &before, home)
}

/// What findings are judged by.
struct Judge<'j> {
    project: &'j Project,
    catalogue: &'j Catalogue,
    levels: &'j Levels,
    baseline: Option<&'j Baseline>,
}

impl Judge<'_> {
    fn check(
        &self,
        sources: Sources,
        files: &dyn Files,
        roots: &[FileId],
        before: &[Diagnostic],
        home: &Path,
    ) -> Checked {
        let target = [(self.project.target(), self.catalogue)];
        let workspace = Workspace::load(&sources, files, roots, Catalogue::built_in());
        let mut diagnostics = found(&workspace, &target, before, self.levels).diagnostics;
        if let Some(baseline) = self.baseline {
            diagnostics = baseline.remaining(&sources, diagnostics, &self.project.folder, roots, |_| true).new;
        }
        let path = |file: FileId| sources.file(file).path.as_deref().map(real);
        let mut importers: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
        for (importer, imported) in workspace.imports() {
            if let (Some(importer), Some(imported)) = (path(importer), path(imported)) {
                importers.entry(imported).or_default().push(importer);
            }
        }
        drop(workspace);
        let diagnostics = in_order(&diagnostics).into_iter().map(|found| revealed(found).into_owned()).collect();
        let known: Vec<_> = roots.iter().filter_map(|&root| Some((path(root)?, root))).collect();
        let mut secrets = NamedSecrets::default();
        secrets.add_sources(&sources);
        Checked {
            roots: known.iter().map(|(path, _)| path.clone()).collect(),
            root_ids: known.iter().map(|(_, root)| *root).collect(),
            diagnostics,
            home: home.to_owned(),
            masker: secrets.masker(),
            importers,
            sources,
        }
    }
}

/// The settings of a project with what they lead to, without its workflows: what is needed to check a few files at once.
pub struct Facts {
    files: ProjectFiles,
    project: Project,
    catalogue: Cow<'static, Catalogue>,
    levels: Levels,
    baseline: Option<Baseline>,
    home: PathBuf,
}

impl Facts {
    /// Reads the settings of a project, and the files that they name.
    pub fn read(unit: &Unit, texts: &Texts, options: &Options) -> Self {
        let sources = Sources::new();
        // What is wrong with them is said when all is checked.
        let mut diagnostics = Vec::new();
        let home = unit.path().to_owned();
        let start = match unit {
            Unit::Project(file) => file.parent().unwrap_or(file),
            Unit::File(file) => file,
        };
        let files = options.files(start, texts, &mut diagnostics);
        let mut project = load_project(&sources, start, &files, &mut diagnostics);
        if let Some(target) = options.target {
            project.set_target(target);
        }
        let baseline = Baseline::of_project(&project, &files, &mut diagnostics);
        let catalogue = project::catalogue(&sources, &files, &project, &mut diagnostics);
        let levels = options.levels(&project.lints).unwrap_or_else(|_| project.lints.clone());
        Self { files, project, catalogue, levels, baseline, home }
    }

    /// The modules and tags there are.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The settings.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// What may be read, with these texts instead of those on the disk.
    pub fn files(&self, texts: &Texts) -> ProjectFiles {
        let mut files = self.files.clone();
        files.set_unsaved(texts.clone());
        files
    }

    /// The text files of the project.
    pub fn workflow_files(&self, texts: &Texts) -> Vec<PathBuf> {
        let source = self.project.source.value.clone();
        let gathered = project::gather(&[source], Some(&self.project.output.value), &self.files(texts));
        gathered.files.iter().map(|path| real(path)).collect()
    }

    /// Checks a few files and what they import, without the rest of the project: what is to be said of them alone.
    pub fn check(&self, paths: &[PathBuf], texts: &Texts) -> Checked {
        let files = self.files(texts);
        let sources = Sources::new();
        let mut before = Vec::new();
        let mut roots = Vec::new();
        for path in paths {
            match load_source(&sources, &files.named(), path, &path.display().to_string()) {
                Ok(file) => roots.push(file),
                Err(problem) => before.push(*problem),
            }
        }
        let judge = Judge {
            project: &self.project,
            catalogue: &self.catalogue,
            levels: &self.levels,
            baseline: self.baseline.as_ref(),
        };
        judge.check(sources, &Alone(&files), &roots, &before, &self.home)
    }
}

/// The text of a file as it is now, saved or not.
pub fn text_of(files: &ProjectFiles, path: &Path) -> Option<String> {
    let bytes = files.named().read(path, MAX_SOURCE_BYTES).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The files of a project, where nobody asks for those that were not named.
struct Alone<'f>(&'f ProjectFiles);

impl Files for Alone<'_> {
    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        self.0.read(path, limit)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<(OsString, bool)>> {
        self.0.list(folder)
    }

    fn may_show(&self, path: &Path) -> bool {
        self.0.may_show(path)
    }

    fn project_of(&self, file: &Path) -> Option<PathBuf> {
        self.0.project_of(file)
    }
}
