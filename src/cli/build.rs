//! `build`

use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::compile::{Compiled, Workspace};
use crate::diagnostics::Diagnostic;
use crate::misp::{self, DocumentKind};
use crate::project::{self, DiskFiles, Readers, Written, write_whole};
use crate::source::Sources;

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

/// A file name that two products have. Texts cannot bring it about, files with MISP's JSON can.
fn twice(products: &[Product]) -> Option<&str> {
    let mut names: Vec<&str> = products.iter().map(|product| product.name.as_str()).collect();
    names.sort_unstable();
    names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

impl Build {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let sources = Sources::new();
        let mut loaded = self.inputs.load(&sources);
        self.target.apply(&mut loaded.project);
        let levels = self.findings.levels(&loaded.project.lints)?;
        let mut diagnostics = loaded.diagnostics;
        let catalogue = project::catalogue(&sources, &DiskFiles, &loaded.project, &mut diagnostics);
        let workspace =
            Workspace::load(&sources, &DiskFiles, &loaded.roots, &catalogue).for_target(loaded.project.target());
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
        if let Some(name) = twice(&products) {
            return Err(Failure::Other(format!(
                "two workflows or blueprints would be written to `{name}`\nbuild them one by one, into folders of their own"
            )));
        }
        let folder = self.output.clone().unwrap_or_else(|| loaded.project.output.value.clone());
        if folder.as_os_str() == "-" {
            return self.print(console, &products);
        }
        if self.check { Self::compare(console, &folder, &products) } else { Self::write(console, &folder, &products) }
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
        console.source(&product.json)?;
        Ok(Status::Done)
    }

    fn compare(console: &mut Console, folder: &std::path::Path, products: &[Product]) -> Result<Status, Failure> {
        let mut status = Status::Done;
        for product in products {
            let path = folder.join(&product.name);
            let problem = match fs::read(&path) {
                Ok(bytes) if bytes == product.json.as_bytes() => continue,
                Ok(_) => "is not what would be written",
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => "does not exist",
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
        for product in products {
            let path = folder.join(&product.name);
            let written = write_whole(&path, product.json.as_bytes(), Readers::Usual)
                .map_err(|error| Failure::unwritable(&path, &error))?;
            let word = match written {
                Written::Created => "created",
                Written::Changed => "changed",
                Written::Unchanged => "unchanged",
            };
            console.tell(&format!("{word:>9}  {}", path.display()))?;
        }
        if products.is_empty() {
            console.tell("there is nothing to build: no workflow and no blueprint")?;
        }
        Ok(Status::Done)
    }
}
