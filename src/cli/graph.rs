//! `graph FILE`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::base::source::Sources;
use crate::model::{Graph as Nodes, NodeId, ParamText, ParamValue, TextPart};
use crate::picture::{Options, Scene, SourceLine};
use crate::project::{ProjectFiles, Readers, Refusal, write_whole};
use crate::secrets::{Masker, NamedSecrets, Secret};

use super::one_document::{Found, OneDocument};
use super::{Console, Failure, ProjectFlags, Status, TargetFlag};

/// What a picture is written as.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, ValueEnum)]
enum PictureForm {
    /// A picture for the web and for documents, light and dark
    #[default]
    Svg,
    /// A flow chart for Markdown, as GitHub draws it
    Mermaid,
    /// The language of Graphviz
    Dot,
}

/// Draw a workflow or blueprint as a picture.
///
/// Boxes show what each step does and which parameters differ from their defaults, conditions are in the words of the language.
/// Secrets and values of the environment are shown by their names, as `${NAME}`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  mispflow graph publish-guard.mwf -o publish-guard.svg
  mispflow graph saved-from-misp.json > picture.svg")]
pub(super) struct Graph {
    /// A `.mwf` file, or MISP's JSON; `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the picture is written as
    #[arg(long = "as", value_enum, value_name = "FORM", default_value_t)]
    form: PictureForm,
    /// The file to write to; default: standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Which workflow or blueprint, where the file holds several
    #[arg(long, value_name = "ID")]
    workflow: Option<String>,
    #[command(flatten)]
    target: TargetFlag,
    #[command(flatten)]
    in_project: ProjectFlags,
}

impl Graph {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let wanted = OneDocument {
            file: &self.file,
            wanted: self.workflow.as_deref(),
            in_project: &self.in_project,
            target: &self.target,
            takes_blueprints: true,
        };
        wanted.find(console, |found, console| self.draw(&found, console))
    }

    fn draw(&self, found: &Found<'_, '_>, console: &mut Console) -> Result<Status, Failure> {
        console.protect(found.sources);
        let document = found.chosen.document;
        let name =
            found.chosen.id.map_or_else(|| self.file.file_stem().unwrap_or_default().to_string_lossy(), Into::into);
        let masker = masker(found.sources, [&document.graph]);
        let hide = |text: &str| masker.mask(text).into_owned();
        let source = |node: NodeId| source_line(found.sources, &document.graph, node);
        let options = Options { catalogue: found.catalogue, name: &name, hide: &hide, source: &source };
        let scene = Scene::new(document, &options);
        let text = match self.form {
            PictureForm::Svg => scene.to_svg(),
            PictureForm::Mermaid => scene.to_mermaid(),
            PictureForm::Dot => scene.to_dot(),
        };
        write(&text, self.output.as_deref(), found.files, console)?;
        Ok(Status::Done)
    }
}

/// Writes a picture to a file, or to standard output.
pub(super) fn write(
    text: &str,
    output: Option<&Path>,
    files: &ProjectFiles,
    console: &mut Console,
) -> Result<(), Failure> {
    let Some(path) = output.filter(|path| path.as_os_str() != "-") else {
        return Ok(console.source(text)?);
    };
    if let Err(error) = files.admit_named(path)
        && Refusal::of(&error).is_some()
    {
        return Err(Failure::unwritable(path, &error));
    }
    write_whole(path, text.as_bytes(), Readers::Usual).map_err(|error| Failure::unwritable(path, &error))?;
    Ok(())
}

/// Hides the secrets that the sources name, and all values that the graphs take from the environment.
pub(super) fn masker<'g, 'a: 'g>(sources: &Sources, graphs: impl IntoIterator<Item = &'g Nodes<'a>>) -> Masker {
    let mut secrets = NamedSecrets::default();
    for file in sources.iter() {
        secrets.add(&file.text, &Secret::from_environment);
    }
    for node in graphs.into_iter().flat_map(|graph| &graph.nodes) {
        let values = node.params.iter().map(|(_, value)| value);
        let texts = values.filter_map(|value| if let ParamValue::Text(text) = value { Some(text) } else { None });
        for text in texts.chain([&node.filter.value]) {
            let ParamText::Parts(parts) = text else { continue };
            for part in parts {
                if let TextPart::Env { name, .. } | TextPart::Secret { name, .. } = part
                    && let Some(value) = Secret::from_environment(name)
                {
                    secrets.add_value(name.to_string(), value);
                }
            }
        }
    }
    secrets.masker()
}

/// The line of the text that made a node.
pub(super) fn source_line(sources: &Sources, graph: &Nodes<'_>, node: NodeId) -> Option<SourceLine> {
    let span = graph.node(node)?.origin?;
    let file = sources.file(span.file);
    let line = file.position(span.start as usize).line;
    let text = file.text.lines().nth(line - 1).unwrap_or_default().trim().to_owned();
    Some(SourceLine { file: file.name.clone(), line, text })
}
