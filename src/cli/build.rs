//! `build`

use std::ffi::OsStr;
use std::mem;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rustc_hash::FxHashMap;

use crate::base::parallel;
use crate::base::source::Sources;
use crate::compile::{Compilation, Compiled, Workspace};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::inputs::Reads;
use crate::misp;
use crate::misp::Filling;
use crate::model::{ADHOC_PREFIX, DocumentKind, is_adhoc};
use crate::project::{
    self, APART, Baseline, Project, ProjectFiles, Readers, Refusal, at_setting, difference, fold, holds,
    is_device_on_windows, write_whole,
};
use crate::secrets::Secret;

use super::baseline::leave_new;
use super::write_files::write_files;
use super::{Console, Failure, Findings, Format, Inputs, Status, TargetFlag, report};

/// What the JSON is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum BuildForm {
    /// A workflow as a file to keep: its graph as an object, no time stamps
    Workflow,
    /// The bare graph
    Data,
    /// The body of `POST /workflows/edit`: the graph as a string
    Request,
    /// A blueprint, as MISP imports it
    Blueprint,
}

/// Compile to the JSON of MISP's workflow editor.
///
/// Writes one file for each workflow and blueprint, `ID.json` or `ID.blueprint.json`. While there
/// is an error nothing is written. Where the text says `env("NAME")` or `secret("NAME")`, the file
/// says `${NAME}`, so that it can be committed; `--with-secrets` writes the values, for MISP. MISP's
/// own JSON (`.json`) is rewritten in canonical form.
#[derive(Args, Debug)]
pub(super) struct Build {
    #[command(flatten)]
    inputs: Inputs,
    /// The folder to write to, or `-` for standard output; default: the `output` of the project, else `build`
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// What to write; default: a workflow as workflow, a blueprint as blueprint
    #[arg(long = "as", value_enum, value_name = "FORM")]
    form: Option<BuildForm>,
    /// Write nothing, and fail when a file is not what would be written
    #[arg(long)]
    check: bool,
    /// Write the values of `env` and `secret`, read from the environment, in place of `${NAME}`. The files are for
    /// MISP and not to be committed: they go to a folder of their own, `build-with-secrets` next to `build`, and only
    /// you can read them
    #[arg(long, conflicts_with = "check")]
    with_secrets: bool,
    /// The number that MISP gave to an ad-hoc workflow, as in `--adhoc-id sweep=3`; without it the workflow's id in the
    /// text ends its trigger id. May be given several times
    #[arg(long, value_name = "WORKFLOW=NUMBER", value_parser = adhoc_id)]
    adhoc_id: Vec<(String, u32)>,
    #[command(flatten)]
    target: TargetFlag,
    #[command(flatten)]
    findings: Findings,
}

/// `sweep=3`
fn adhoc_id(text: &str) -> Result<(String, u32), String> {
    let parts = text.split_once('=').map(|(id, number)| (id.trim(), number.trim()));
    let (id, number) =
        parts.filter(|(id, _)| !id.is_empty()).ok_or("write the workflow and its number, as in `sweep=3`")?;
    let number = number.strip_prefix(ADHOC_PREFIX).unwrap_or(number);
    match number.parse() {
        Ok(number) if number > 0 => Ok((id.to_owned(), number)),
        _ => Err(format!("`{number}` is not the number of an ad-hoc workflow: MISP shows it as `adhoc_3`")),
    }
}

/// Whether a path is a folder or lies in it. Neither has to exist.
fn is_in(path: &Path, folder: &Path) -> bool {
    project::real(path).starts_with(project::real(folder))
}

/// Tells git to leave a folder alone, whatever else the project says.
fn keep_out_of_git(folder: &Path) -> Result<(), Failure> {
    let path = folder.join(".gitignore");
    if path.symlink_metadata().is_ok() {
        return Ok(());
    }
    let written = write_whole(&path, b"# Files with secrets.\n*\n", Readers::Usual);
    written.map(drop).map_err(|error| Failure::unwritable(&path, &error))
}

/// A file to be.
struct Product {
    name: String,
    json: String,
    /// Whether `${NAME}` stands for values in it.
    leaves_values_open: bool,
}

/// What keeps the products from having their names: two may be one file where the case of letters does not count, and
/// some names are devices on Windows. Ids in texts are checked before; those of MISP's JSON are the names of its files.
fn wrong_names(products: &[Product]) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    let mut known: FxHashMap<String, &str> = FxHashMap::default();
    for Product { name, .. } in products {
        if is_device_on_windows(name) {
            let message = format!("`{name}` cannot be the name of a file on Windows, where it is a device");
            wrong.push(Diagnostic::new(Code::UnsafeFileName, message).help("rename the file it is built from"));
        }
        if let Some(other) = known.insert(fold(name), name) {
            let message = if other == name {
                format!("two workflows or blueprints would be written to `{name}`")
            } else {
                format!("`{other}` and `{name}` {}", difference(other, name))
            };
            wrong.push(
                Diagnostic::new(Code::UnsafeFileName, message)
                    .note("on Windows and macOS these are one name, so one file would overwrite the other")
                    .help("rename one of the files they are built from, or build them one by one, into folders of their own"),
            );
        }
    }
    wrong
}

impl Build {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let sources = Sources::new();
        let mut loaded = self.inputs.load(&sources, Reads::Both);
        self.target.apply(&mut loaded.project);
        let levels = self.findings.levels(&loaded.project.lints)?;
        let mut diagnostics = loaded.diagnostics.clone();
        let baseline = Baseline::of_project(&loaded.project, &loaded.files, &mut diagnostics);
        let catalogue = project::catalogue(&sources, &loaded.files, &loaded.project, &mut diagnostics);
        let workspace =
            Workspace::load(&sources, &loaded.files, &loaded.roots, &catalogue).for_target(loaded.project.target());
        let workspace = workspace.with_adhoc_ids(self.adhoc_id.iter().cloned().collect());
        let compilation = workspace.compile();
        self.check_adhoc_ids(&compilation)?;
        diagnostics.extend(compilation.diagnostics);
        let environment = |name: &str| std::env::var(name).ok();
        let products = if self.with_secrets {
            diagnostics.extend(workspace.check_environment(&compilation.documents, &environment));
            let modules = workspace.modules();
            let is_template = |module: &str, parameter: &str| {
                let signature = modules.module(module);
                signature.and_then(|module| module.parameter(parameter)).is_some_and(|parameter| parameter.jinja)
            };
            let filling = Filling::ForMisp { environment: &Secret::from_environment, is_template: &is_template };
            self.products(&compilation.documents, filling, &mut diagnostics)
        } else {
            self.products(&compilation.documents, Filling::Placeholders, &mut diagnostics)
        };
        levels.apply(&mut diagnostics);
        // An error that nobody asked to be one always keeps files from being written.
        let may_take = |known: &Diagnostic| known.code.severity() != Severity::Error;
        let mut diagnostics = leave_new(baseline.as_ref(), &sources, &loaded, diagnostics, may_take, console)?;
        self.findings.say_what_denies(&loaded.project.lints, &mut diagnostics);
        let status = report(console, &sources, &diagnostics, Format::Text)?;
        if status != Status::Done {
            return Ok(status);
        }
        if self.output.as_ref().is_some_and(|folder| folder.as_os_str() == "-") {
            return self.print(console, &products);
        }
        let folder = self.folder(&loaded.project.output.value)?;
        let mut wrong = wrong_names(&products);
        wrong.extend(self.refused(&folder, &loaded.project, &loaded.files));
        if !wrong.is_empty() {
            return Ok(report(console, &sources, &wrong, Format::Text)?);
        }
        if self.check {
            return Self::compare(console, &folder, &products);
        }
        if self.with_secrets && self.output.is_none() {
            keep_out_of_git(&folder)?;
        }
        let written = self.write(console, &folder, &products);
        // The program ends soon. To give back all pieces of memory one by one takes a tenth of its time.
        mem::forget((compilation.documents, compilation.imported));
        mem::forget(workspace);
        written
    }

    /// A number is for an ad-hoc workflow, and each has its own.
    fn check_adhoc_ids(&self, compilation: &Compilation<'_>) -> Result<(), Failure> {
        let mut known: FxHashMap<u32, &str> = FxHashMap::default();
        for (id, number) in &self.adhoc_id {
            if let Some(other) = known.insert(*number, id).filter(|other| other != id) {
                return Err(Failure::Other(format!(
                    "`{other}` and `{id}` cannot both be `{ADHOC_PREFIX}{number}`: MISP gives each workflow a number of its own"
                )));
            }
            let is_meant = |compiled: &&Compiled<'_>| compiled.id.text == id;
            let workflow = compilation.documents.iter().chain(&compilation.imported).find(is_meant);
            let trigger = workflow.map(|workflow| workflow.document.trigger_id.as_deref().unwrap_or_default());
            match trigger {
                // One with errors is missing, and is reported.
                None if compilation.has_errors() => {}
                None => return Err(Failure::Other(format!("there is no workflow `{id}` for `--adhoc-id`"))),
                Some(trigger) if is_adhoc(trigger) => {}
                Some(trigger) => {
                    return Err(Failure::Other(format!(
                        "`{id}` listens to `{trigger}`: only an ad-hoc workflow has a number of its own"
                    )));
                }
            }
        }
        Ok(())
    }

    /// Where the files go. Files with secrets never go where those lie that are committed.
    fn folder(&self, output: &Path) -> Result<PathBuf, Failure> {
        let apart = || {
            let name = output.file_name().unwrap_or(OsStr::new("build")).to_string_lossy();
            output.with_file_name(format!("{name}{APART}"))
        };
        match &self.output {
            None if self.with_secrets => Ok(apart()),
            None => Ok(output.to_owned()),
            Some(folder) if self.with_secrets && folder.as_os_str() != "-" && is_in(folder, output) => {
                Err(Failure::Other(format!(
                    "`{}` is the folder for files that are committed, and those would hold secrets\nleave out `-o`, and they go to `{}`; or name another folder",
                    folder.display(),
                    apart().display()
                )))
            }
            Some(folder) => Ok(folder.clone()),
        }
    }

    /// Why nothing is written to a folder. One that the project file names lies in the project, and so does what a link
    /// in the project leads to.
    fn refused(&self, folder: &Path, project: &Project, files: &ProjectFiles) -> Option<Diagnostic> {
        let span = project.output.span.filter(|_| self.output.is_none());
        let admitted = if span.is_some() { files.admit(folder).map(drop) } else { files.admit_named(folder) };
        // Whether the folder exists is found out when it is needed.
        let error = admitted.err()?;
        let refused = Refusal::of(&error)?.unwritable(&folder.display().to_string());
        Some(at_setting(refused, span))
    }

    fn products(
        &self,
        documents: &[Compiled<'_>],
        filling: Filling<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Product> {
        let length = documents.iter().map(|compiled| misp::expected_length(&compiled.document)).sum();
        let written = parallel::each(documents, length, |compiled| {
            let is_blueprint = compiled.document.kind == DocumentKind::Blueprint;
            let form = match self.form {
                Some(BuildForm::Data) => misp::Form::Data,
                Some(BuildForm::Request) => misp::Form::Request,
                Some(BuildForm::Blueprint) => misp::Form::Blueprint,
                Some(BuildForm::Workflow) | None if is_blueprint => misp::Form::Blueprint,
                Some(BuildForm::Workflow) | None => misp::Form::Workflow,
            };
            let extension = if is_blueprint { "blueprint.json" } else { "json" };
            let json = misp::write(&compiled.document, form, filling)?;
            let leaves_values_open = !self.with_secrets && misp::needs_values(&compiled.document);
            Ok(Product { name: format!("{}.{extension}", compiled.id.text), json, leaves_values_open })
        });
        let mut products = Vec::with_capacity(documents.len());
        for written in written {
            match written {
                Ok(product) => products.push(product),
                Err(misp::WriteError { missing }) => {
                    diagnostics.extend(missing.iter().map(misp::MissingVariable::diagnostic));
                }
            }
        }
        products
    }

    fn print(&self, console: &mut Console, products: &[Product]) -> Result<Status, Failure> {
        if self.check {
            return Err(Failure::Other("`--check` compares with files: it needs a folder, not standard output".into()));
        }
        let [product] = products else {
            let names: Vec<_> = products.iter().map(|product| product.name.as_str()).collect();
            let what =
                if names.is_empty() { "there are none here".into() } else { format!("here are {}", names.join(", ")) };
            return Err(Failure::Other(format!(
                "standard output takes one workflow or blueprint, and {what}\nname one file, or a folder to write to: `-o DIR`"
            )));
        };
        console.source(&product.json)?;
        Ok(Status::Done)
    }

    fn compare(console: &mut Console, folder: &Path, products: &[Product]) -> Result<Status, Failure> {
        let mut status = Status::Done;
        for product in products {
            let path = folder.join(&product.name);
            let problem = match holds(&path, product.json.as_bytes()) {
                Ok(true) => continue,
                Ok(false) => "is not what would be written",
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => "does not exist",
                Err(error) if Refusal::of(&error).is_some() => return Err(Failure::unwritable(&path, &error)),
                Err(error) => return Err(Failure::Other(format!("`{}` cannot be read: {error}", path.display()))),
            };
            writeln!(console.results(), "{} {problem}", path.display())?;
            status = Status::Rejected;
        }
        if status == Status::Rejected {
            console.tell("run `mispflow build` and commit what it writes")?;
        }
        Ok(status)
    }

    fn write(&self, console: &mut Console, folder: &Path, products: &[Product]) -> Result<Status, Failure> {
        let readers = if self.with_secrets { Readers::Owner } else { Readers::Usual };
        let files: Vec<_> = products.iter().map(|product| (product.name.clone(), product.json.as_bytes())).collect();
        write_files(folder, &files, readers, console)?;
        if products.iter().any(|product| product.leaves_values_open) {
            console.tell(
                "values of `env` and `secret` are left open as `${NAME}`: `build --with-secrets` writes them, for MISP",
            )?;
        }
        if products.is_empty() {
            console.tell("there is nothing to build: no workflow and no blueprint")?;
        }
        Ok(Status::Done)
    }
}
