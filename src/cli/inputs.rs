//! What a command works on.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::base::source::{FileId, Sources};
use crate::catalogue;
use crate::check::check_hidden_in_data;
use crate::diagnostics::Diagnostic;
use crate::project::{
    self, Files as _, Located, Project, ProjectFiles, Refusal, at_setting, load_source, source_from_bytes, unreadable,
};

use super::target_parser::TargetParser;
use super::{Console, ProjectFlags};

/// The argument that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// The files and folders of a command.
#[derive(Args, Clone, Default, Debug)]
pub struct Inputs {
    /// Files and folders; `-` for standard input. Without any: the project of the nearest
    /// `mispflow.toml`, else the current folder
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    in_project: ProjectFlags,
}

/// What [`Inputs`] stand for.
pub struct Loaded {
    /// The settings of the project they belong to.
    pub project: Project,
    /// What may be read for them.
    pub files: ProjectFiles,
    /// The files that could be read, in order.
    pub roots: Vec<FileId>,
    /// What could not be read, and what is wrong with the settings.
    pub diagnostics: Vec<Diagnostic>,
}

impl Loaded {
    /// Says so if there is nothing `to` do anything to.
    ///
    /// # Errors
    /// The message cannot be written.
    pub fn tell_if_empty(&self, to: &str, console: &mut Console) -> io::Result<()> {
        if self.roots.is_empty() && self.diagnostics.is_empty() {
            console.tell(&format!("there is nothing to {to}: no `.mwf` file"))?;
        }
        Ok(())
    }
}

impl Inputs {
    /// A single file or folder.
    pub fn of(path: PathBuf, in_project: ProjectFlags) -> Self {
        Self { paths: vec![path], in_project }
    }

    /// Whether nothing was named.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Finds the project and reads the files. The project is the one the first path belongs to.
    pub fn load(&self, sources: &Sources) -> Loaded {
        let mut diagnostics = Vec::new();
        let mut named: Vec<&Path> =
            self.paths.iter().map(PathBuf::as_path).filter(|path| !is_standard_input(path)).collect();
        if named.is_empty() {
            named.push(Path::new(""));
        }
        let files = self.in_project.files(named.iter().copied(), &mut diagnostics);
        let project = load_project(sources, named[0], &files, &mut diagnostics);

        let mut roots = Vec::new();
        if self.paths.iter().any(|path| is_standard_input(path)) {
            keep(read_standard_input(sources), &mut roots, &mut diagnostics);
        }
        let mut paths = Vec::new();
        if self.paths.is_empty() {
            let source = or_here(&project.source.value);
            match files.admit(&source) {
                Err(error) if Refusal::of(&error).is_some() => {
                    let problem = unreadable(&source.display().to_string(), &error);
                    diagnostics.push(at_setting(problem, project.source.span));
                }
                _ => paths.push(source),
            }
        }
        for path in self.paths.iter().filter(|path| !is_standard_input(path)) {
            match files.admit_named(path) {
                Err(error) if path.is_dir() => diagnostics.push(unreadable(&path.display().to_string(), &error)),
                _ => paths.push(path.clone()),
            }
        }
        let gathered = project::gather(&paths, Some(&project.output.value), &files);
        diagnostics.extend(gathered.diagnostics);
        for path in gathered.files {
            let name = path.display().to_string();
            keep(load_source(sources, &files.named(), &path, &name), &mut roots, &mut diagnostics);
        }
        Loaded { project, files, roots, diagnostics }
    }
}

/// Whether an argument stands for standard input.
pub(super) fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == STANDARD_INPUT
}

/// The settings of the project that `start` belongs to.
pub(super) fn load_project(
    sources: &Sources,
    start: &Path,
    files: &ProjectFiles,
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
            diagnostics.push(problem);
            Project::without_file(folder)
        }
    }
}

#[expect(clippy::result_large_err, reason = "one diagnostic type everywhere")]
pub(super) fn read_standard_input(sources: &Sources) -> Result<FileId, Diagnostic> {
    let bytes = project::read_limited(io::stdin().lock(), crate::base::source::MAX_SOURCE_BYTES, 0);
    match bytes {
        Ok(bytes) => source_from_bytes(sources, None, STANDARD_INPUT, bytes),
        Err(error) => Err(unreadable(STANDARD_INPUT, &error)),
    }
}

fn keep(loaded: Result<FileId, Diagnostic>, roots: &mut Vec<FileId>, diagnostics: &mut Vec<Diagnostic>) {
    match loaded {
        Ok(id) => roots.push(id),
        Err(problem) => diagnostics.push(problem),
    }
}

/// The current folder where a path is empty.
fn or_here(path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() { PathBuf::from(".") } else { path.to_owned() }
}

/// The release of MISP to work for.
#[derive(Args, Clone, Default, Debug)]
pub struct Target {
    /// The release of MISP, instead of the one the project names
    #[arg(long, value_name = "RELEASE", value_parser = TargetParser, hide_possible_values = true)]
    target: Option<catalogue::Target>,
}

impl Target {
    /// Puts what the flag says into the settings.
    pub fn apply(&self, project: &mut Project) {
        if let Some(target) = self.target {
            project.target = Some(Located::default_value(target));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Status;

    fn load(folder: &Path, paths: &[&str]) -> (Vec<String>, Loaded) {
        let sources = Sources::new();
        let inputs = Inputs { paths: paths.iter().map(|path| folder.join(path)).collect(), ..Inputs::default() };
        let loaded = inputs.load(&sources);
        let short = |id: &FileId| {
            let path = Path::new(&sources.file(*id).name);
            path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/")
        };
        (loaded.roots.iter().map(short).collect(), loaded)
    }

    fn project() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in [
            ("mispflow.toml", "[project]\nsource = \"flows\"\noutput = \"flows/out\""),
            ("flows/b.mwf", "# b"),
            ("flows/a/c.mwf", "# c"),
            ("flows/out/d.mwf", "# d"),
            ("flows/saved.json", "{}"),
        ] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        folder
    }

    #[test]
    fn folders_and_files_with_the_settings_of_their_project() {
        let folder = project();
        let (names, loaded) = load(folder.path(), &["flows"]);
        assert_eq!(names, ["flows/a/c.mwf", "flows/b.mwf"]);
        assert_eq!(loaded.diagnostics, []);
        assert_eq!(loaded.project.folder, folder.path());
        let (names, _) = load(folder.path(), &["flows/saved.json", "flows/out/d.mwf"]);
        assert_eq!(names, ["flows/saved.json", "flows/out/d.mwf"]);
    }

    #[test]
    fn what_cannot_be_read_keeps_nothing_else_from_being_read() {
        let folder = project();
        let (names, loaded) = load(folder.path(), &["flows/missing.mwf", "flows/b.mwf"]);
        assert_eq!(names, ["flows/b.mwf"]);
        assert_eq!(loaded.diagnostics.len(), 1);
        assert_eq!(Status::of(&loaded.diagnostics), Status::Failed);
    }

    #[test]
    fn a_release_on_the_command_line_wins() {
        let mut project = Project::without_file(Path::new(""));
        Target { target: Some(catalogue::Target::Latest) }.apply(&mut project);
        assert_eq!(project.target, Some(Located::default_value(catalogue::Target::Latest)));
    }
}
