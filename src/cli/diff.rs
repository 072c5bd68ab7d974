//! `diff`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::base::characters::to_json_pretty;
use crate::base::source::{FileId, Sources};
use crate::catalogue::Target;
use crate::compile::Workspace;
use crate::diagnostics::Diagnostic;
use crate::diff::{DiffOptions, Difference, compare, filled_secrets, pair_documents, partners};
use crate::exported::is_misp_json;
use crate::format::quote;
use crate::inputs::Reads;
use crate::model::{Document, NodeId};
use crate::picture::{Options, Scene, Versions};
use crate::project::{self, ProjectFiles};

use super::graph::{secrets_of, source_lines, write as write_picture};
use super::import::read_documents;
use super::meaning::{Side, compare_meaning};
use super::replayed::{Replay, Replayed};
use super::target_parser::TargetParser;
use super::{Console, Failure, Format, Inputs, ProjectFlags, Status, report};

/// Show what differs between two workflows as graphs: nodes, parameters, connections.
///
/// Both sides may be text, MISP's JSON, or folders of these. Nodes are matched by what they do and where they
/// are: a renumbered graph shows no difference.
#[derive(Args, Debug)]
#[command(mut_arg("save", |save| save.requires("from")))]
pub(super) struct Diff {
    /// The one side: a file or folder
    before: PathBuf,
    /// The other side: a file or folder. With `--meaning` and two targets it may be left out
    #[arg(required_unless_present = "meaning")]
    after: Option<PathBuf>,
    /// Say whether both decide and do the same for every event, instead of what differs in the graphs. If they do not, an
    /// event is shown for which they differ, with both runs
    #[arg(long, conflicts_with_all = ["form", "layout"])]
    meaning: bool,
    /// Compare node ids, positions, versions and frames too
    #[arg(long)]
    layout: bool,
    /// Exit with 1 if something differs
    #[arg(long)]
    exit_code: bool,
    /// The release of MISP, instead of the one the project names. With `--meaning` two: one for each side
    #[arg(long = "target", value_name = "RELEASE", value_parser = TargetParser, hide_possible_values = true)]
    targets: Vec<Target>,
    #[command(flatten)]
    in_project: ProjectFlags,
    /// How the result is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
    /// Draw both versions of one workflow in one picture
    #[arg(long = "as", value_enum, value_name = "FORM", conflicts_with = "format")]
    form: Option<PictureForm>,
    /// The file that the picture is written to; default: standard output
    #[arg(short, long, value_name = "FILE", requires = "form")]
    output: Option<PathBuf>,
    #[command(flatten)]
    replay: Box<Replay>,
}

/// What a picture of a difference is written as.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum PictureForm {
    /// A picture for the web and for documents, light and dark
    Svg,
    /// A page: the picture, and what each node is
    Html,
    /// A flow chart for Markdown, as GitHub draws it
    Mermaid,
}

impl Diff {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let sources = Sources::new();
        let mut before = Inputs::of(self.before.clone(), self.in_project.clone()).load(&sources, Reads::Both);
        let path_after = self.after.clone().unwrap_or_else(|| self.before.clone());
        self.fits()?;
        let mut after = Inputs::of(path_after, self.in_project.clone()).load(&sources, Reads::Both);
        if let Some(target) = self.targets.first() {
            before.project.set_target(*target);
        }
        let mut diagnostics = before.diagnostics;
        diagnostics.extend(after.diagnostics);
        let catalogue = project::catalogue(&sources, &before.files, &before.project, &mut diagnostics);
        let second = self.targets.get(1).map(|target| {
            after.project.set_target(*target);
            project::catalogue(&sources, &after.files, &after.project, &mut diagnostics)
        });
        let catalogues = [&catalogue, second.as_ref().unwrap_or(&catalogue)];
        let (json_before, text_before) = split(&sources, before.roots, &mut diagnostics);
        let (json_after, text_after) = split(&sources, after.roots, &mut diagnostics);
        let workspaces = [(&before.files, text_before, catalogues[0]), (&after.files, text_after, catalogues[1])]
            .map(|(files, roots, catalogue)| Workspace::load(&sources, files, &roots, catalogue));
        let [(documents_before, labels_before), (documents_after, labels_after)] =
            [(json_before, &workspaces[0]), (json_after, &workspaces[1])].map(
                |(mut documents, workspace): (Vec<Document<'_>>, _)| {
                    let compilation = workspace.compile();
                    diagnostics.extend(compilation.diagnostics.into_iter().filter(Diagnostic::is_fault));
                    let mut labels = vec![Vec::new(); documents.len()];
                    for compiled in compilation.documents {
                        documents.push(compiled.document);
                        labels.push(compiled.labels);
                    }
                    (documents, labels)
                },
            );
        diagnostics.retain(Diagnostic::is_fault);
        if !diagnostics.is_empty() {
            return Ok(report(console, &sources, &diagnostics, Format::Text)?);
        }
        console.protect(&sources);
        console.protect_values(filled_secrets(&documents_before, &documents_after));
        let targets = [
            self.targets.first().copied().unwrap_or_else(|| before.project.target()),
            self.targets.last().copied().unwrap_or_else(|| before.project.target()),
        ];
        let modules = workspaces.each_ref().map(Workspace::modules);
        let sides = [(&documents_before[..], &labels_before[..], 0), (&documents_after[..], &labels_after[..], 1)].map(
            |(documents, labels, which)| Side { documents, labels, modules: &modules[which], target: targets[which] },
        );
        if self.meaning {
            let is_same = compare_meaning(&sides, &sources, self.format, console)?;
            return Ok(if self.exit_code && !is_same { Status::Rejected } else { Status::Done });
        }
        let options = DiffOptions { catalogue: &catalogue, layout: self.layout };
        if let Some(form) = self.form {
            let versions = [&documents_before[..], &documents_after[..]];
            let is_empty = self.draw(form, versions, options, &sources, &after.files, console)?;
            return Ok(if self.exit_code && !is_empty { Status::Rejected } else { Status::Done });
        }
        let replay = |console: &mut Console| {
            let given = self.replay.is_given();
            given.then(|| self.replay.run(&sides, &before.project, &sources, self.format, console)).transpose()
        };
        let (is_empty, replayed) = match self.format {
            Format::Json => {
                let replayed = replay(console)?;
                (self.show(console, &documents_before, &documents_after, options, replayed.as_ref())?, replayed)
            }
            Format::Text => {
                let is_empty = self.show(console, &documents_before, &documents_after, options, None)?;
                (is_empty, replay(console)?)
            }
        };
        let differs = !is_empty || replayed.as_ref().is_some_and(|replayed| replayed.differs);
        let status = if self.exit_code && differs { Status::Rejected } else { Status::Done };
        Ok(replayed.map_or(status, |replayed| status.max(replayed.status)))
    }

    /// Whether the flags go together.
    fn fits(&self) -> Result<(), Failure> {
        let (most, has_two) = (if self.meaning { 2 } else { 1 }, self.targets.len() == 2);
        if self.targets.len() > most {
            let message = if self.meaning {
                "there are two sides, so at most two targets"
            } else {
                "two targets are for `--meaning`: one for each side"
            };
            return Err(Failure::Other(message.into()));
        }
        if self.after.is_none() && !has_two {
            return Err(Failure::Other(
                "one side alone is compared with itself for two targets: `--target A --target B`".into(),
            ));
        }
        Ok(())
    }

    /// Draws the one difference; says whether there is none.
    fn draw(
        &self,
        form: PictureForm,
        [before, after]: [&[Document<'_>]; 2],
        options: DiffOptions<'_>,
        sources: &Sources,
        files: &ProjectFiles,
        console: &mut Console,
    ) -> Result<bool, Failure> {
        let pairs = pair_documents(before, after);
        let all = pairs.both.iter().map(|&(old, new)| (old, new, compare(&before[old], &after[new], options)));
        let mut all: Vec<_> = all.collect();
        if all.len() > 1 {
            all.retain(|(_, _, difference)| !difference.is_empty());
        }
        let [(old, new, difference)] = &all[..] else {
            let names: Vec<&str> = all.iter().map(|&(_, new, _)| title(&after[new])).collect();
            let what = if names.is_empty() {
                "no workflow that is on both sides differs".to_owned()
            } else {
                format!("these differ: {}", names.join(", "))
            };
            return Err(Failure::Other(format!(
                "a picture shows one workflow, and {what}\nname one file on each side"
            )));
        };
        let (old, new) = (&before[*old], &after[*new]);
        let mut secrets = secrets_of(sources, [&old.graph, &new.graph], options.catalogue);
        for (name, value) in filled_secrets(before, after) {
            secrets.add_value(name, value);
        }
        let masker = secrets.masker();
        let hide = |text: &str| masker.mask(text).into_owned();
        let source = |node: NodeId| source_lines(sources, &new.graph, node);
        let source_before = |node: NodeId| source_lines(sources, &old.graph, node);
        let path = self.after.as_deref().unwrap_or(&self.before);
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let partners = partners(old, new, options);
        let versions =
            Versions { before: old, after: new, difference, partners: &partners, source_before: &source_before };
        let picture = Options { catalogue: options.catalogue, name: &name, hide: &hide, source: &source };
        let scene = Scene::of_versions(&versions, &picture);
        let text = match form {
            PictureForm::Svg => scene.to_svg(),
            PictureForm::Html => scene.to_html(&[]),
            PictureForm::Mermaid => scene.to_mermaid(),
        };
        write_picture(&text, self.output.as_deref(), files, console)?;
        Ok(difference.is_empty())
    }

    /// Shows the differences; says whether there are none.
    fn show(
        &self,
        console: &mut Console,
        before: &[Document<'_>],
        after: &[Document<'_>],
        options: DiffOptions<'_>,
        replayed: Option<&Replayed>,
    ) -> Result<bool, Failure> {
        let pairs = pair_documents(before, after);
        let changed: Vec<(&str, Difference)> = pairs
            .both
            .iter()
            .map(|&(old, new)| (title(&after[new]), compare(&before[old], &after[new], options)))
            .filter(|(_, difference)| !difference.is_empty())
            .collect();
        let removed: Vec<&str> = pairs.removed.iter().map(|&index| title(&before[index])).collect();
        let added: Vec<&str> = pairs.added.iter().map(|&index| title(&after[index])).collect();
        let is_empty = changed.is_empty() && removed.is_empty() && added.is_empty();
        match self.format {
            Format::Json => {
                let changed: Vec<_> =
                    changed.iter().map(|(name, difference)| json!({"name": name, "difference": difference})).collect();
                let mut result = json!({"changed": changed, "added": added, "removed": removed});
                if let Some(replayed) = replayed {
                    result["replayed"] = json!(replayed.told);
                    result["unusable"] = json!(replayed.unusable);
                }
                to_json_pretty(console.results(), &result)?;
                console.line("")?;
            }
            Format::Text => {
                for (sign, names) in [('-', &removed), ('+', &added)] {
                    for name in names {
                        writeln!(console.results(), "{sign} {}", quote(name))?;
                    }
                }
                for (name, difference) in &changed {
                    if pairs.both.len() > 1 {
                        writeln!(console.results(), "{}:", quote(name))?;
                    }
                    write!(console.results(), "{difference}")?;
                }
                if is_empty {
                    console.tell("no difference")?;
                }
            }
        }
        Ok(is_empty)
    }
}

pub(super) fn title<'d>(document: &'d Document<'_>) -> &'d str {
    if document.name.is_empty() { "(without a name)" } else { &document.name }
}

/// The documents of MISP's JSON, and the files of text.
fn split(
    sources: &Sources,
    roots: Vec<FileId>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<Document<'static>>, Vec<FileId>) {
    let is_json = |id: &FileId| is_misp_json(sources.file(*id));
    let (json, text): (Vec<FileId>, Vec<FileId>) = roots.into_iter().partition(is_json);
    (json.into_iter().flat_map(|id| read_documents(sources, id, diagnostics)).collect(), text)
}
