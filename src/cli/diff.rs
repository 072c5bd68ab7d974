//! `diff`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::base::characters::to_json_pretty;
use crate::base::source::{FileId, Sources};
use crate::compile::Workspace;
use crate::diagnostics::Diagnostic;
use crate::diff::{DiffOptions, Difference, compare, filled_secrets, pair_documents};
use crate::exported::is_misp_json;
use crate::format::quote;
use crate::model::Document;
use crate::project;

use super::import::read_documents;
use super::{Console, Failure, Format, Inputs, ProjectFlags, Reads, Status, TargetFlag, report};

/// Show what differs between two workflows as graphs: nodes, parameters, connections.
///
/// Both sides may be text, MISP's JSON, or folders of these. Nodes are matched by what they do and where they
/// stand: a renumbered graph shows no difference.
#[derive(Args, Debug)]
pub(super) struct Diff {
    /// The one side: a file or folder
    before: PathBuf,
    /// The other side: a file or folder
    after: PathBuf,
    /// Compare node ids, positions, versions and frames too
    #[arg(long)]
    layout: bool,
    /// Exit with 1 if something differs
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    target: TargetFlag,
    #[command(flatten)]
    in_project: ProjectFlags,
    /// How the result is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
}

impl Diff {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let sources = Sources::new();
        let mut before = Inputs::of(self.before.clone(), self.in_project.clone()).load(&sources, Reads::Both);
        let after = Inputs::of(self.after.clone(), self.in_project.clone()).load(&sources, Reads::Both);
        self.target.apply(&mut before.project);
        let mut diagnostics = before.diagnostics;
        diagnostics.extend(after.diagnostics);
        let catalogue = project::catalogue(&sources, &before.files, &before.project, &mut diagnostics);
        let (json_before, text_before) = split(&sources, before.roots, &mut diagnostics);
        let (json_after, text_after) = split(&sources, after.roots, &mut diagnostics);
        let workspaces = [(&before.files, text_before), (&after.files, text_after)]
            .map(|(files, roots)| Workspace::load(&sources, files, &roots, &catalogue));
        let [documents_before, documents_after] = [(json_before, &workspaces[0]), (json_after, &workspaces[1])].map(
            |(mut documents, workspace): (Vec<Document<'_>>, _)| {
                let compilation = workspace.compile();
                diagnostics.extend(compilation.diagnostics.into_iter().filter(Diagnostic::is_fault));
                documents.extend(compilation.documents.into_iter().map(|compiled| compiled.document));
                documents
            },
        );
        diagnostics.retain(Diagnostic::is_fault);
        if !diagnostics.is_empty() {
            return Ok(report(console, &sources, &diagnostics, Format::Text)?);
        }
        console.protect(&sources);
        console.protect_values(filled_secrets(&documents_before, &documents_after));
        let options = DiffOptions { catalogue: &catalogue, layout: self.layout };
        let is_empty = self.show(console, &documents_before, &documents_after, options)?;
        Ok(if self.exit_code && !is_empty { Status::Rejected } else { Status::Done })
    }

    /// Shows the differences; says whether there are none.
    fn show(
        &self,
        console: &mut Console,
        before: &[Document<'_>],
        after: &[Document<'_>],
        options: DiffOptions<'_>,
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
                let result = json!({"changed": changed, "added": added, "removed": removed});
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

fn title<'d>(document: &'d Document<'_>) -> &'d str {
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
