//! What a command works on.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::base::source::{FileId, Sources};
use crate::catalogue;
use crate::diagnostics::{Diagnostic, printable_line};
use crate::exported::is_misp_json;
use crate::inputs::{Loaded, Reads, Wanted, keep, load_project};
use crate::project::{self, Project, source_from_bytes, unreadable};

use super::target_parser::TargetParser;
use super::{Console, Failure, ProjectFlags};

/// The argument that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// The files and folders of a command.
#[derive(Args, Clone, Default, Debug)]
pub struct Inputs {
    /// Files and folders; `-` for standard input. Without any: the project of the nearest
    /// `mispflow.toml`, else the current folder
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The file that standard input is the text of: its name in messages, its project, and what its imports start at
    #[arg(long, value_name = "PATH")]
    stdin_filename: Option<PathBuf>,
    #[command(flatten)]
    in_project: ProjectFlags,
    /// A text in place of standard input, and what messages call it.
    #[arg(skip)]
    text: Option<(String, String)>,
}

/// So many names are listed.
const SHOWN: usize = 5;

/// `` `a`, `b` and 3 more ``
fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{}`", printable_line(name))).collect();
    let more = names.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

impl Loaded {
    /// Says so if there is nothing `to` do anything to, and what was left out in folders.
    ///
    /// # Errors
    /// The message cannot be written.
    pub fn tell(&self, to: &str, console: &mut Console) -> io::Result<()> {
        for link in &self.links {
            console.tell(&format!("`{}` is a link to a folder and was not followed", link.display()))?;
        }
        let is_empty = self.roots.is_empty() && self.diagnostics.is_empty();
        if is_empty {
            let what = match self.reads {
                Reads::Text | Reads::Both => "no `.mwf` file",
                Reads::Json => "no `.json` file with a workflow or blueprint of MISP",
            };
            console.tell(&format!("there is nothing to {to}: {what}"))?;
        }
        // Beside text there are events for tests, and nobody takes those for workflows.
        if !self.passed_over.is_empty() && self.reads != Reads::Text && (is_empty || self.has_json) {
            let verb = if self.passed_over.len() == 1 { "holds" } else { "hold" };
            let names = listed(&self.passed_over);
            console.tell(&format!("passed over: {names} {verb} no workflow or blueprint"))?;
        }
        Ok(())
    }

    /// # Errors
    /// There is MISP's JSON alone, where only text can be worked on.
    pub fn needs_text(&self, verb: &str, sources: &Sources) -> Result<(), Failure> {
        let mut names: Vec<String> = self
            .roots
            .iter()
            .map(|&file| sources.file(file))
            .filter(|file| is_misp_json(file))
            .map(|file| file.name.clone())
            .collect();
        names.extend(self.only_json.iter().cloned());
        if names.is_empty() {
            return Ok(());
        }
        let (is, it) = if names.len() == 1 { ("is", "it") } else { ("are", "them") };
        Err(Failure::Other(format!(
            "{} {is} MISP's JSON, and `{verb}` is for `.mwf` files\n`mispflow import` converts {it} to `.mwf`",
            listed(&names)
        )))
    }
}

impl Inputs {
    /// A single file or folder.
    pub fn of(path: PathBuf, in_project: ProjectFlags) -> Self {
        Self { paths: vec![path], in_project, ..Self::default() }
    }

    /// A text that is in no file, in the project of the current folder. Messages call it `name`.
    pub fn of_text(name: String, text: String, in_project: ProjectFlags) -> Self {
        Self { in_project, text: Some((name, text)), ..Self::default() }
    }

    /// The project of the current folder.
    pub fn of_project(in_project: ProjectFlags) -> Self {
        Self { in_project, ..Self::default() }
    }

    /// Whether nothing was named.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.stdin_filename.is_none() && self.text.is_none()
    }

    /// The files and folders that are named.
    fn named(&self) -> impl Iterator<Item = &Path> {
        self.paths.iter().map(PathBuf::as_path).filter(|path| !is_standard_input(path))
    }

    /// # Errors
    /// Standard input is read once.
    pub(super) fn can_be_watched(&self) -> Result<(), Failure> {
        if self.has_standard_input() {
            return Err(Failure::Other("`--watch` watches files, and standard input has none".to_owned()));
        }
        Ok(())
    }

    fn has_standard_input(&self) -> bool {
        self.stdin_filename.is_some() || self.paths.iter().any(|path| is_standard_input(path))
    }

    /// Finds the project and reads the files. The project is the one the first path belongs to.
    pub fn load(&self, sources: &Sources, reads: Reads) -> Loaded {
        let mut diagnostics = Vec::new();
        let mut named: Vec<&Path> = self.stdin_filename.as_deref().into_iter().chain(self.named()).collect();
        if named.is_empty() {
            named.push(Path::new(""));
        }
        let files = self.in_project.files(named.iter().copied(), &mut diagnostics);
        let project = load_project(sources, named[0], &files, &mut diagnostics);

        let mut read = Vec::new();
        if let Some((name, text)) = &self.text {
            keep(source_from_bytes(sources, None, name, text.clone().into_bytes()), &mut read, &mut diagnostics);
        } else if self.has_standard_input() {
            keep(read_standard_input(sources, self.stdin_filename.as_deref()), &mut read, &mut diagnostics);
        }
        let start = named[0].to_owned();
        let paths = if self.is_empty() { None } else { Some(self.named().map(Path::to_owned).collect()) };
        Wanted { start, paths, read, files, project, diagnostics }.load(sources, reads)
    }
}

/// Whether an argument stands for standard input.
pub(super) fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == STANDARD_INPUT
}

/// Reads standard input, as if it were the file `path` if there is one.
pub(super) fn read_standard_input(sources: &Sources, path: Option<&Path>) -> Result<FileId, Box<Diagnostic>> {
    let bytes = project::read_limited(io::stdin().lock(), crate::base::source::MAX_SOURCE_BYTES, 0);
    let name = path.map_or_else(|| STANDARD_INPUT.to_owned(), |path| path.display().to_string());
    match bytes {
        Ok(bytes) => source_from_bytes(sources, path, &name, bytes),
        Err(error) => Err(Box::new(unreadable(STANDARD_INPUT, &error))),
    }
}

/// The release of MISP to work for.
#[derive(Args, Clone, Default, Debug)]
pub struct TargetFlag {
    /// The release of MISP, instead of the one the project names
    #[arg(long, value_name = "RELEASE", value_parser = TargetParser, hide_possible_values = true)]
    target: Option<catalogue::Target>,
}

impl TargetFlag {
    /// Puts what the flag says into the settings.
    pub fn apply(&self, project: &mut Project) {
        if let Some(target) = self.target {
            project.set_target(target);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Status;
    use crate::project::Located;

    fn load(folder: &Path, paths: &[&str]) -> (Vec<String>, Loaded) {
        let sources = Sources::new();
        let inputs = Inputs { paths: paths.iter().map(|path| folder.join(path)).collect(), ..Inputs::default() };
        let loaded = inputs.load(&sources, Reads::Both);
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
        TargetFlag { target: Some(catalogue::Target::Latest) }.apply(&mut project);
        assert_eq!(project.target, Some(Located::default_value(catalogue::Target::Latest)));
    }
}
