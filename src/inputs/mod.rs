//! What a command or an editor works on: the settings of a project and the texts of its files.

mod json_in_folders;

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use crate::base::source::{FileId, Sources};
use crate::check::check_hidden_in_data;
use crate::diagnostics::Diagnostic;
use crate::project::{
    self, Files, Project, ProjectFiles, Refusal, at_setting, load_source, load_sources, tidy, unreadable,
};

use json_in_folders::JsonInFolders;

/// Which of the files in a folder a command works on. A file that is named is always meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reads {
    /// Text and MISP's JSON.
    Both,
    /// Text alone.
    Text,
    /// MISP's JSON alone.
    Json,
}

/// What was found and read.
pub struct Loaded {
    /// The settings of the project they belong to.
    pub project: Project,
    /// What may be read for them.
    pub files: ProjectFiles,
    /// The files that could be read, in order.
    pub roots: Vec<FileId>,
    /// The one of them that is standard input, whatever it is called.
    pub standard_input: Option<FileId>,
    /// What could not be read, and what is wrong with the settings.
    pub diagnostics: Vec<Diagnostic>,
    /// Files with MISP's JSON in folders that hold nothing else, where only text is read.
    pub only_json: Vec<String>,
    /// The files and folders that were named or are meant, with the project file.
    pub(crate) places: Vec<PathBuf>,
    /// What was read.
    pub(crate) reads: Reads,
    /// Other `.json` files of the folders.
    pub(crate) passed_over: Vec<String>,
    /// Whether text or MISP's JSON was found in folders.
    pub(crate) has_json: bool,
    /// Links to folders, which were not followed.
    pub(crate) links: Vec<PathBuf>,
}

/// What is to be read.
pub struct Wanted {
    /// A file or folder of the project; empty for the current folder.
    pub start: PathBuf,
    /// Files and folders. Without any: the folder with the project's files.
    pub paths: Option<Vec<PathBuf>>,
    /// What was read already, as from standard input.
    pub read: Vec<FileId>,
    /// What may be read.
    pub files: ProjectFiles,
    /// The settings of the project.
    pub project: Project,
    /// What was found so far.
    pub diagnostics: Vec<Diagnostic>,
}

impl Wanted {
    /// Finds the files and reads them.
    pub fn load(self, sources: &Sources, reads: Reads) -> Loaded {
        let Self { start, paths: named, read: mut roots, files, project, mut diagnostics } = self;
        let standard_input = roots.first().copied();
        let mut paths = Vec::new();
        if named.is_none() {
            let source = or_here(&project.source.value);
            match files.admit(&source) {
                Err(error) if Refusal::of(&error).is_some() => {
                    let problem = unreadable(&source.display().to_string(), &error);
                    diagnostics.push(at_setting(problem, project.source.span));
                }
                _ => paths.push(source),
            }
        }
        let named = named.unwrap_or_default();
        for path in &named {
            match files.admit_named(path) {
                Err(error) if path.is_dir() => diagnostics.push(unreadable(&path.display().to_string(), &error)),
                _ => paths.push(path.to_owned()),
            }
        }
        let gathered = project::gather(&paths, Some(&project.output.value), &files);
        diagnostics.extend(gathered.diagnostics);
        let mut found = gathered.files;
        if reads == Reads::Json {
            let named: FxHashSet<PathBuf> = named.iter().map(|named| tidy(named)).collect();
            found.retain(|path| named.contains(path));
        }
        for loaded in load_sources(sources, &files.named(), &found) {
            keep(loaded, &mut roots, &mut diagnostics);
        }
        // Where only text is read, MISP's JSON matters if there is nothing else.
        let is_wanted = reads != Reads::Text || roots.is_empty() && diagnostics.is_empty();
        let json = if is_wanted { gathered.json } else { Vec::new() };
        let texts = if reads == Reads::Json { &[][..] } else { &roots };
        let json = JsonInFolders::read(sources, &files.named(), &json, texts, &mut diagnostics);
        let has_json = !json.workflows.is_empty();
        let mut only_json = Vec::new();
        if reads == Reads::Text {
            only_json = json.workflows.iter().map(|&file| sources.file(file).name.clone()).collect();
        } else {
            roots.extend(json.workflows);
        }
        let (passed_over, links) = (json.passed_over, gathered.links);
        let places = paths.into_iter().chain(files.project_of(&start)).collect();
        Loaded {
            project,
            files,
            roots,
            standard_input,
            diagnostics,
            only_json,
            places,
            reads,
            passed_over,
            has_json,
            links,
        }
    }
}

/// The settings of the project that `start` belongs to.
pub(crate) fn load_project(
    sources: &Sources,
    start: &Path,
    files: &dyn Files,
    diagnostics: &mut Vec<Diagnostic>,
) -> Project {
    let Some(path) = files.project_of(start) else { return Project::without_file(Path::new("")) };
    let folder = path.parent().unwrap_or(Path::new(""));
    match load_source(sources, files, &path, &path.display().to_string()) {
        Ok(file) => {
            check_hidden_in_data(sources.file(file), file, diagnostics);
            Project::read(sources, file, folder, diagnostics)
        }
        Err(problem) => {
            diagnostics.push(*problem);
            Project::without_file(folder)
        }
    }
}

/// Keeps a file that could be read, or else the reason why it could not.
pub(crate) fn keep(
    loaded: Result<FileId, Box<Diagnostic>>,
    roots: &mut Vec<FileId>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match loaded {
        Ok(id) => roots.push(id),
        Err(problem) => diagnostics.push(*problem),
    }
}

/// The current folder where a path is empty.
fn or_here(path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() { PathBuf::from(".") } else { path.to_owned() }
}
