//! `graph FILE`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::base::source::Sources;
use crate::catalogue::{Catalogue, Semantics};
use crate::diagnostics::{Code, Diagnostic};
use crate::engine::{KnownWorkflows, RunOptions, Settings};
use crate::model::{DocumentKind, Graph as Nodes, NodeId, ParamText, ParamValue, TextPart};
use crate::picture::{Options, Scene, ShownRun, SourceLines};
use crate::project::{ProjectFiles, Readers, Refusal, write_whole};
use crate::secrets::{NamedSecrets, Secret, is_credential_header};
use crate::simulate::answers::Targets;
use crate::simulate::replay::{EventIdentity, Events, Runner, data_of, gather_events};

use super::circumstances::{Circumstances, prepare};
use super::one_document::{Found, OneDocument};
use super::run_output::{no_event, record_name};
use super::{Console, Failure, Format, ProjectFlags, Status, TargetFlag, report};

/// What a picture is written as.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum PictureForm {
    /// A picture for the web and for documents, light and dark
    Svg,
    /// A page: the picture, what each node is, and with `--event` the runs
    Html,
    /// A flow chart for Markdown, as GitHub draws it
    Mermaid,
    /// The language of Graphviz
    Dot,
    /// Boxes and lines for a terminal or a log, for small graphs
    Text,
}

/// Draw a workflow or blueprint as a picture.
///
/// Boxes show what each step does and which parameters differ from their defaults, conditions are in the words of the language.
/// Secrets and values of the environment are shown by their names, as `${NAME}`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  mispflow graph publish-guard.mwf -o publish-guard.svg
  mispflow graph saved-from-misp.json > picture.svg
  mispflow graph publish-guard.mwf --event events/ -o runs.html")]
pub(super) struct Graph {
    /// A `.mwf` file, or MISP's JSON; `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the picture is written as; default: svg, or html where there are events
    #[arg(long = "as", value_enum, value_name = "FORM")]
    form: Option<PictureForm>,
    /// Draw the run on this event over the picture: an event as MISP's REST API gives it, a file with one a line, or a folder
    /// of such files; `-` for standard input. May be given several times
    #[arg(long = "event", value_name = "PATH")]
    events: Vec<PathBuf>,
    #[command(flatten)]
    circumstances: Circumstances,
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
        if !self.events.is_empty() && self.form.is_some_and(|form| form != PictureForm::Html) {
            return Err(Failure::Other("a run is drawn on a page: `--event` goes with `--as html`".to_owned()));
        }
        let wanted = OneDocument {
            file: &self.file,
            wanted: self.workflow.as_deref(),
            in_project: &self.in_project,
            target: &self.target,
            events: &self.events,
            takes_blueprints: true,
        };
        wanted.find(console, |found, console| self.draw(&found, console))
    }

    fn draw(&self, found: &Found<'_, '_>, console: &mut Console) -> Result<Status, Failure> {
        console.protect(found.sources);
        let document = found.chosen.document;
        let name = found.name(&self.file);
        let masker = secrets_of(found.sources, [&document.graph], found.catalogue).masker();
        let hide = |text: &str| masker.mask(text).into_owned();
        let source = |node: NodeId| source_lines(found.sources, &document.graph, node);
        let options = Options { catalogue: found.catalogue, name: &name, hide: &hide, source: &source };
        let scene = Scene::new(document, &options);
        let form = self.form.unwrap_or(if self.events.is_empty() { PictureForm::Svg } else { PictureForm::Html });
        let text = match form {
            PictureForm::Svg => scene.to_svg(),
            PictureForm::Html => {
                let mut problems = Vec::new();
                let runs = self.runs(found, &name, &scene, &hide, &mut problems, console)?;
                if !problems.is_empty() {
                    return Ok(report(console, found.sources, &problems, Format::Text)?);
                }
                scene.to_html(&runs)
            }
            PictureForm::Mermaid => scene.to_mermaid(),
            PictureForm::Dot => scene.to_dot(),
            PictureForm::Text => scene.to_text().map_err(|error| Failure::Other(error.to_string()))?,
        };
        write(&text, self.output.as_deref(), found.files, console)?;
        Ok(Status::Done)
    }
}

impl Graph {
    /// Runs the workflow on the events, as `run` does.
    fn runs(
        &self,
        found: &Found<'_, '_>,
        name: &str,
        scene: &Scene,
        hide: &dyn Fn(&str) -> String,
        problems: &mut Vec<Diagnostic>,
        console: &mut Console,
    ) -> Result<Vec<ShownRun>, Failure> {
        let Found { chosen, all, catalogue, project, sources, .. } = *found;
        let mut runs = Vec::new();
        if self.events.is_empty() {
            return Ok(runs);
        }
        if chosen.document.kind == DocumentKind::Blueprint {
            problems.push(
                Diagnostic::new(Code::CannotRun, "this is a blueprint, and only workflows run".to_owned())
                    .help("a blueprint runs as a part of a workflow: `workflow … on … { use … }`"),
            );
            return Ok(runs);
        }
        let environment = |name: &str| std::env::var(name).ok();
        let semantics = Semantics::for_target(project.target());
        let settings = Settings { environment: &environment, ..Settings::new(name, catalogue, semantics) };
        let prepared = match prepare(chosen.document, &settings) {
            Ok(prepared) => prepared,
            Err(problem) => {
                problems.push(*problem);
                return Ok(runs);
            }
        };
        let callees = KnownWorkflows::of(all.iter().copied(), &settings);
        let targets = Targets { graph: &chosen.document.graph, labels: chosen.labels };
        let answers = match self.circumstances.answers(&targets, catalogue, project, sources)? {
            Ok(answers) => answers,
            Err(problem) => {
                problems.push(*problem);
                return Ok(runs);
            }
        };
        let files = gather_events(&self.events)
            .map_err(|error| Failure::Other(format!("the events cannot be read: {error}")))?;
        let options = RunOptions {
            answers: &answers,
            callees: Some(&callees),
            trace: true,
            as_trigger: self.circumstances.as_trigger,
            ..RunOptions::default()
        };
        let runner = Runner { workflow: &prepared, id: chosen.id, options };
        for record in Events::new(files).flatten() {
            if runs.len() == MOST_RUNS {
                console.tell(&format!("the page shows the first {MOST_RUNS} events"))?;
                break;
            }
            match data_of(&record, &prepared) {
                Ok(data) => {
                    let event = EventIdentity::of(&data);
                    let title = event.as_ref().and_then(|event| event.info.to_text()).unwrap_or_default().into_owned();
                    let mut name = record_name(&record, event.as_ref());
                    if !title.is_empty() {
                        name = format!("{name} {title}");
                    }
                    runs.push(ShownRun::new(&name, &runner.run(data), scene, hide));
                }
                Err(problem) => problems.push(*problem),
            }
        }
        if runs.is_empty() && problems.is_empty() {
            problems.push(no_event());
        }
        Ok(runs)
    }
}

/// A page shows so many runs.
const MOST_RUNS: usize = 200;

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

/// The secrets that sources and graphs name or hold, and all values that the graphs take from the environment.
pub(super) fn secrets_of<'g, 'a: 'g>(
    sources: &Sources,
    graphs: impl IntoIterator<Item = &'g Nodes<'a>>,
    catalogue: &Catalogue,
) -> NamedSecrets {
    let mut secrets = NamedSecrets::default();
    secrets.add_sources(sources);
    for node in graphs.into_iter().flat_map(|graph| &graph.nodes) {
        let signature = catalogue.module(&node.module);
        for (id, value) in &node.params {
            let ParamValue::Text(text) = value else { continue };
            add_from_environment(text, &mut secrets);
            let ParamText::Plain(plain) = text else { continue };
            if signature.and_then(|module| module.parameter(id)).is_some_and(|parameter| parameter.sensitive) {
                secrets.add_value(id.to_string(), Secret::new(&**plain));
            }
            let headers = plain.lines().filter(|_| id == HEADERS).filter_map(|line| line.split_once(':'));
            for (name, value) in headers.filter(|(name, _)| is_credential_header(name.trim())) {
                secrets.add_value(name.trim().to_owned(), Secret::new(value.trim()));
            }
        }
        add_from_environment(&node.filter.value, &mut secrets);
    }
    secrets
}

/// The parameter with the headers of a request.
const HEADERS: &str = "headers";

fn add_from_environment(text: &ParamText<'_>, secrets: &mut NamedSecrets) {
    let ParamText::Parts(parts) = text else { return };
    for part in parts {
        if let TextPart::Env { name, .. } | TextPart::Secret { name, .. } = part
            && let Some(value) = Secret::from_environment(name)
        {
            secrets.add_value(name.to_string(), value);
        }
    }
}

/// So many lines are shown of those that made a node.
const MOST_LINES: usize = 12;

/// The lines of the text that made a node.
pub(super) fn source_lines(sources: &Sources, graph: &Nodes<'_>, node: NodeId) -> Option<SourceLines> {
    let span = graph.node(node)?.origin?;
    let file = sources.file(span.file);
    let line = |at: u32| file.position(at as usize).line;
    let range = (line(span.start), line(span.end.saturating_sub(1).max(span.start)));
    let lines: Vec<&str> = file.text.lines().skip(range.0 - 1).take(MOST_LINES.min(range.1 + 1 - range.0)).collect();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let margin = lines.iter().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    let shown = |line: &str| Some(line.get(margin..).unwrap_or_default().trim_end().to_owned());
    Some(SourceLines { file: file.name.clone(), range, lines: lines.into_iter().map(shown).collect() })
}
