//! `build`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use rustc_hash::FxHashMap;

use crate::compile::{Compiled, Workspace};
use crate::diagnostics::{Code, Diagnostic};
use crate::misp::{self, DocumentKind};
use crate::project::{self, Project, ProjectFiles, Readers, Refusal, at_setting, fold, holds, is_device_on_windows};
use crate::source::Sources;

use super::write_files::write_files;
use super::{Console, Failure, Findings, Format, Inputs, Status, Target, report};

/// What the JSON is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Form {
    /// A workflow as a file to keep: its graph as an object, no time stamps
    Workflow,
    /// The bare graph
    Data,
    /// The body of `POST /workflows/edit`: the graph as a text
    Request,
    /// A blueprint, as MISP imports it
    Blueprint,
}

/// Compile to the JSON of MISP's workflow editor.
///
/// Writes one file for each workflow and blueprint, `ID.json` or `ID.blueprint.json`. While there
/// is an error nothing is written. Values of `env` and `secret` are read from the environment and
/// stand in what is written. MISP's own JSON (`.json`) is written anew in its canonical form.
#[derive(Args, Debug)]
pub(super) struct Build {
    #[command(flatten)]
    inputs: Inputs,
    /// The folder to write to, or `-` for standard output; default: the `output` of the project, else `build`
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// What to write; default: a workflow as workflow, a blueprint as blueprint
    #[arg(long = "as", value_enum, value_name = "FORM")]
    form: Option<Form>,
    /// Write nothing, and fail when a file is not what would be written
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    findings: Findings,
}

/// A file to be.
struct Product {
    name: String,
    json: String,
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
                format!("`{other}` and `{name}` differ in the case of letters alone")
            };
            wrong.push(
                Diagnostic::new(Code::UnsafeFileName, message)
                    .note("where the case of letters does not count, as on Windows and macOS, one would overwrite the other")
                    .help("rename one of the files they are built from, or build them one by one, into folders of their own"),
            );
        }
    }
    wrong
}

impl Build {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let sources = Sources::new();
        let mut loaded = self.inputs.load(&sources);
        self.target.apply(&mut loaded.project);
        let levels = self.findings.levels(&loaded.project.lints)?;
        let mut diagnostics = loaded.diagnostics;
        let catalogue = project::catalogue(&sources, &loaded.files, &loaded.project, &mut diagnostics);
        let workspace =
            Workspace::load(&sources, &loaded.files, &loaded.roots, &catalogue).for_target(loaded.project.target());
        let compilation = workspace.compile();
        diagnostics.extend(compilation.diagnostics);
        let environment = |name: &str| std::env::var(name).ok();
        diagnostics.extend(workspace.check_environment(&compilation.documents, &environment));
        let products = self.products(&compilation.documents, &environment, &mut diagnostics);
        levels.apply(&mut diagnostics);
        let status = report(console, &sources, &diagnostics, Format::Text)?;
        if status != Status::Done {
            return Ok(status);
        }
        if self.output.as_ref().is_some_and(|folder| folder.as_os_str() == "-") {
            return self.print(console, &products);
        }
        let mut wrong = wrong_names(&products);
        let folder = match self.folder(&loaded.project, &loaded.files) {
            Ok(folder) => folder,
            Err(refused) => {
                wrong.push(*refused);
                PathBuf::new()
            }
        };
        if !wrong.is_empty() {
            return Ok(report(console, &sources, &wrong, Format::Text)?);
        }
        if self.check { Self::compare(console, &folder, &products) } else { Self::write(console, &folder, &products) }
    }

    /// The folder to write to. One that the project file names lies in the project, and so does what a link in the project
    /// leads to.
    fn folder(&self, project: &Project, files: &ProjectFiles) -> Result<PathBuf, Box<Diagnostic>> {
        let folder = self.output.as_ref().unwrap_or(&project.output.value);
        let span = project.output.span.filter(|_| self.output.is_none());
        let admitted = if span.is_some() { files.admit(folder).map(drop) } else { files.admit_named(folder) };
        // Whether the folder exists is found out when it is needed.
        match admitted.as_ref().err().and_then(Refusal::of) {
            Some(refusal) => Err(Box::new(at_setting(refusal.unwritable(&folder.display().to_string()), span))),
            None => Ok(folder.clone()),
        }
    }

    fn products(
        &self,
        documents: &[Compiled<'_>],
        environment: &dyn Fn(&str) -> Option<String>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Product> {
        let mut products = Vec::with_capacity(documents.len());
        for compiled in documents {
            let is_blueprint = compiled.document.kind == DocumentKind::Blueprint;
            let form = match self.form {
                Some(Form::Data) => misp::Form::Data,
                Some(Form::Request) => misp::Form::Request,
                Some(Form::Blueprint) => misp::Form::Blueprint,
                Some(Form::Workflow) | None if is_blueprint => misp::Form::Blueprint,
                Some(Form::Workflow) | None => misp::Form::Workflow,
            };
            let extension = if is_blueprint { "blueprint.json" } else { "json" };
            match misp::write(&compiled.document, form, environment) {
                Ok(json) => products.push(Product { name: format!("{}.{extension}", compiled.id.text), json }),
                Err(error) => diagnostics.extend(error.missing.iter().map(misp::MissingVariable::diagnostic)),
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
        console.results().write_all(product.json.as_bytes())?;
        Ok(Status::Done)
    }

    fn compare(console: &mut Console, folder: &std::path::Path, products: &[Product]) -> Result<Status, Failure> {
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

    fn write(console: &mut Console, folder: &std::path::Path, products: &[Product]) -> Result<Status, Failure> {
        let files: Vec<_> = products.iter().map(|product| (product.name.clone(), product.json.as_bytes())).collect();
        write_files(folder, &files, Readers::Usual, console)?;
        if products.is_empty() {
            console.tell("there is nothing to build: no workflow and no blueprint")?;
        }
        Ok(Status::Done)
    }
}
