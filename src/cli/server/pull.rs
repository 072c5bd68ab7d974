//! `pull`

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::base::source::{MAX_TEXT_BYTES, Sources};
use crate::catalogue::{Catalogue, load};
use crate::compile::Workspace;
use crate::diagnostics::printable_line;
use crate::engine::behaviour;
use crate::import::{ImportOptions, Imported, WithDefaults, import_all_as, with_editor_defaults};
use crate::inputs::Reads;
use crate::misp::needs_values;
use crate::model::{Document, DocumentKind, Node, blueprint_uuid, is_adhoc, workflow_uuid};
use crate::project::{self, Baseline, PROJECT_FILE, Readers};
use crate::server::{Action, Conflict, Item, Row, Snapshot, catalogue_of};

use super::super::inputs::{Inputs, TargetFlag};
use super::super::write_files::write_files;
use super::super::{Console, Failure, ProjectFlags, Status};
use super::doing::{Place, Ready, with_project};
use super::{ServerFlags, other, show};
use crate::upgrade::found;

/// Make the project have what a server has.
///
/// New workflows and blueprints become files, and files follow what was changed on the server since the last push or pull.
/// What was changed on both sides is shown and left alone. Into a folder without a project, a project is written that
/// checks, with a baseline of what is found.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit code: 0 if the project has all of it, 1 if something was changed on both sides, 2 if nothing could be tried."
)]
pub(in super::super) struct Pull {
    /// Where both sides changed, take what the server has
    #[arg(long)]
    theirs: bool,
    /// Where both sides changed, keep the text; the next push overwrites what the server has
    #[arg(long, conflicts_with = "theirs")]
    ours: bool,
    /// Keep node ids, positions, versions and frames
    #[arg(long)]
    keep_layout: bool,
    #[command(flatten)]
    target: TargetFlag,
    #[command(flatten)]
    server: ServerFlags,
    #[command(flatten)]
    in_project: ProjectFlags,
}

/// What is to be done.
#[derive(Default)]
struct Todo {
    /// Files to write, below the folder of the project, and their texts.
    files: Vec<(PathBuf, String)>,
    /// What stays as it is in the text, by kind and id, though the server has something else.
    ours: BTreeSet<(bool, String)>,
    /// Whether something was changed on both sides.
    has_conflicts: bool,
    /// Whether the folder becomes a project.
    is_first: bool,
    /// The folder that the first files go to.
    folder: PathBuf,
    /// What the server had.
    seen: Option<Snapshot>,
}

impl Pull {
    pub(in super::super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let inputs = Inputs::of_project(self.in_project.clone());
        let mut todo = Todo::default();
        let status =
            with_project("pull", &inputs, &self.target, &self.server, None, console, |ready, folder, console| {
                todo = self.compare(ready, folder, console)?;
                Ok(Status::Done)
            })?;
        if status != Status::Done {
            return Ok(status);
        }
        let names: Vec<(String, &[u8])> =
            todo.files.iter().map(|(path, text)| (path.display().to_string(), text.as_bytes())).collect();
        write_files(Path::new(""), &names, Readers::Usual, console)?;
        if todo.is_first {
            write_baseline(&todo.folder, &inputs, console)?;
        }
        // What was written is compared once more with what was seen, and kept as known: what somebody does there meanwhile is an
        // edit that comes after it.
        let seen = todo.seen.take();
        let status =
            with_project("pull", &inputs, &self.target, &self.server, seen, console, |ready, folder, console| {
                Self::keep(&todo, ready, folder, console)
            })?;
        Ok(if todo.has_conflicts { status.max(Status::Rejected) } else { status })
    }

    fn compare(
        &self,
        ready: &Ready<'_>,
        folder: &super::folder::Folder,
        console: &mut Console,
    ) -> Result<Todo, Failure> {
        let mut todo = Todo {
            is_first: ready.is_new && ready.locals.is_empty(),
            folder: ready.folder.to_owned(),
            seen: Some(ready.snapshot.clone()),
            ..Todo::default()
        };
        let planning = ready.planning(folder);
        let plan = planning.plan(ready.locals);
        console.protect_values(plan.items.iter().flat_map(|item| item.secrets.iter().cloned()));
        let mut new = Vec::new();
        for item in &plan.items {
            let Some(row) = item.row else { continue };
            match item.action {
                Action::ServerOnly => new.extend(Self::is_wanted(row, ready.snapshot, console)?.then_some(row)),
                Action::Conflict(conflict) => {
                    let Some(place) = ready.place(item) else { continue };
                    let is_theirs_alone = conflict == Conflict::Edited && planning.is_text_as_known(item);
                    if self.ours && !is_theirs_alone && conflict != Conflict::Unreadable {
                        todo.ours.insert(key(item));
                    } else if is_theirs_alone || (self.theirs && conflict != Conflict::Unreadable) {
                        self.rewrite(item, row, place, ready, console, &mut todo)?;
                    } else {
                        todo.has_conflicts = true;
                        console.line(&format!("! {}: {}", show::called(item), reason(conflict)))?;
                        show::difference(console, item)?;
                    }
                }
                _ => {}
            }
        }
        let taken: BTreeSet<&str> = ready.locals.iter().map(|local| local.id).collect();
        let first = if todo.is_first { Some(Self::catalogue(ready)?) } else { None };
        // A new project is checked with what its pickers offer there, so the texts are made for that.
        let mut modules = Cow::Borrowed(ready.modules);
        if let Some(text) = &first {
            modules.to_mut().extend(load(text).map_err(other)?);
        }
        for imported in self.import_new(&new, &taken, &modules) {
            tell_notes(&imported, console)?;
            todo.files.push((ready.source.join(format!("{}.mwf", imported.id)), imported.text));
        }
        for (path, text) in &todo.files {
            if text.len() > MAX_TEXT_BYTES {
                return Err(Failure::Other(format!("`{}` would be too large to be read again", path.display())));
            }
        }
        for (path, _) in &todo.files[todo.files.len() - new.len()..] {
            if path.symlink_metadata().is_ok() {
                return Err(Failure::Other(format!("`{}` exists and holds something else\nrename it", path.display())));
            }
        }
        if let Some(catalogue) = first {
            Self::first_files(ready, catalogue, &mut todo);
        }
        Ok(todo)
    }

    /// Whether a row that only the server has becomes a text.
    fn is_wanted(row: &Row, snapshot: &Snapshot, console: &mut Console) -> Result<bool, Failure> {
        if row.is_default() || row.is_blank() {
            return Ok(false);
        }
        let title = printable_line(row.title()).into_owned();
        let problem = match &row.document {
            Err(error) => Some(format!("it cannot be read: {error}")),
            Ok(document) if document.other_trigger().is_some() => {
                Some("its trigger node is one of another trigger, so that it listens to nothing it should".to_owned())
            }
            Ok(_)
                if row.kind == DocumentKind::Workflow
                    && snapshot.row_of_trigger(row.trigger()).is_some_and(|first| first.id != row.id) =>
            {
                Some("it is the second workflow of its trigger, which MISP never runs".to_owned())
            }
            Ok(_) => None,
        };
        if let Some(problem) = &problem {
            super::warn(console, &format!("`{title}` (row {}) stays on the server only: {problem}", row.id))?;
        }
        Ok(problem.is_none())
    }

    fn import_new(&self, rows: &[&Row], taken: &BTreeSet<&str>, catalogue: &Catalogue) -> Vec<Imported> {
        let documents: Vec<Document<'_>> = rows
            .iter()
            .filter_map(|row| row.document.as_ref().ok())
            .map(|document| filled_in(document, catalogue))
            .collect();
        let options = ImportOptions { keep_layout: self.keep_layout };
        let unnamed: Vec<_> = documents.iter().map(|document| (document, None)).collect();
        let first = import_all_as(&unnamed, catalogue, options);
        let named: Vec<(Document<'_>, Option<String>)> = documents
            .iter()
            .zip(rows)
            .zip(&first)
            .map(|((document, row), imported)| {
                let id = if taken.contains(imported.id.as_str()) {
                    format!("{}-{}", imported.id, row.id)
                } else {
                    imported.id.clone()
                };
                (without_uuid(document, &id), Some(id))
            })
            .collect();
        let named: Vec<_> = named.iter().map(|(document, id)| (document, id.clone())).collect();
        import_all_as(&named, catalogue, options)
    }

    /// Writes a text anew after what the server has.
    fn rewrite(
        &self,
        item: &Item<'_>,
        row: &Row,
        place: &Place<'_>,
        ready: &Ready<'_>,
        console: &mut Console,
        todo: &mut Todo,
    ) -> Result<(), Failure> {
        let Ok(document) = &row.document else { return Ok(()) };
        let why_not = if needs_values(place.document) {
            Some("it names variables of the environment, and the server has values")
        } else if !place.is_alone {
            Some("its file holds more than this")
        } else {
            None
        };
        if let Some(why_not) = why_not {
            todo.has_conflicts = true;
            console.line(&format!(
                "! {}: it was changed on the server; change the file by hand: {why_not}",
                show::called(item)
            ))?;
            return show::difference(console, item);
        }
        let mut document = filled_in(document, ready.modules);
        // The text keeps its own.
        document.uuid = place.document.uuid;
        if let Some(trigger) = place.document.trigger_id.as_deref().filter(|trigger| is_adhoc(trigger)) {
            rename_trigger(&mut document, trigger);
        }
        let named = [(&document, item.id.clone())];
        let options = ImportOptions { keep_layout: self.keep_layout };
        for imported in import_all_as(&named, ready.modules, options) {
            tell_notes(&imported, console)?;
            todo.files.push((place.path.to_owned(), imported.text));
        }
        Ok(())
    }

    /// The files of a new project, beside its texts.
    fn first_files(ready: &Ready<'_>, catalogue: String, todo: &mut Todo) {
        let name = &ready.session.name;
        todo.files.push((ready.folder.join(format!("catalogue/{name}.json")), catalogue));
        let (target, _) = ready.snapshot.target();
        let settings = format!(
            "[project]\ntarget = \"{target}\"\ncatalogues = [\"catalogue/{name}.json\"]\nbaseline = \"{BASELINE}\"\n\n[server.{name}]\nurl = \"{}\"\n",
            ready.session.url
        );
        todo.files.push((ready.folder.join(PROJECT_FILE), settings));
    }

    /// The catalogue of the server, as a file.
    fn catalogue(ready: &Ready<'_>) -> Result<String, Failure> {
        let catalogue = catalogue_of(&ready.session.misp(), ready.snapshot, false).map_err(other)?;
        let mut text = serde_json::to_string_pretty(&catalogue).unwrap_or_default();
        text.push('\n');
        Ok(text)
    }

    /// Keeps what is equal now, and says what is not.
    fn keep(
        todo: &Todo,
        ready: &Ready<'_>,
        folder: &mut super::folder::Folder,
        console: &mut Console,
    ) -> Result<Status, Failure> {
        let mut state = folder.state.clone();
        let planning = ready.planning(folder);
        let plan = planning.plan(ready.locals);
        let mut status = Status::Done;
        for item in &plan.items {
            let is_ours = todo.ours.contains(&key(item));
            match item.action {
                Action::Same => planning.note(item, &mut state),
                Action::Conflict(_) if is_ours => planning.note(item, &mut state),
                Action::Conflict(_) if !todo.has_conflicts => {
                    status = Status::Rejected;
                    console.line(&format!("! {} still differs from its file:", show::called(item)))?;
                    show::difference(console, item)?;
                }
                _ => {}
            }
        }
        folder.writer().save(&state)?;
        console.tell(&show::summary(&plan))?;
        Ok(status)
    }
}

/// The file with what is found in a project that was pulled.
const BASELINE: &str = "baseline.json";

fn key(item: &Item<'_>) -> (bool, String) {
    (item.kind == DocumentKind::Workflow, item.id.clone().unwrap_or_default())
}

fn reason(conflict: Conflict) -> &'static str {
    match conflict {
        Conflict::Edited => {
            "it was changed here and on the server; `--theirs` takes the server's version, `--ours` keeps the file"
        }
        Conflict::Unknown => {
            "file and server differ, and neither was ever pushed or pulled; `--theirs` takes the server's version, `--ours` keeps the file"
        }
        Conflict::Unreadable => "the row on the server cannot be read",
    }
}

/// A document with the parameters as MISP's editor would leave them, as far as a run stays the same.
fn filled_in<'a>(document: &Document<'a>, catalogue: &'a Catalogue) -> Document<'a> {
    let does = |node: &Node<'_>| behaviour(node, catalogue);
    let WithDefaults { document, .. } = with_editor_defaults(document, catalogue, &does);
    document
}

/// A uuid says which row is meant only where the trigger does not.
fn without_uuid<'a>(document: &Document<'a>, id: &str) -> Document<'a> {
    let mut document = document.clone();
    let is_ordinary = !document.trigger_id.as_deref().is_some_and(is_adhoc);
    match document.kind {
        DocumentKind::Workflow if is_ordinary => document.uuid = Some(workflow_uuid(id)),
        DocumentKind::Blueprint if document.uuid.is_none() => document.uuid = Some(blueprint_uuid(id)),
        _ => {}
    }
    document
}

/// Gives an ad-hoc workflow the trigger id that its text has.
fn rename_trigger(document: &mut Document<'_>, trigger: &str) {
    let before = document.trigger_id.replace(trigger.to_owned().into());
    for node in &mut document.graph.nodes {
        if Some(&node.module) == before.as_ref() {
            node.module = trigger.to_owned().into();
        }
    }
}

fn tell_notes(imported: &Imported, console: &mut Console) -> Result<(), Failure> {
    for note in &imported.notes {
        let node = note.node.map(|id| format!(", node {id}")).unwrap_or_default();
        console.tell(&printable_line(&format!("note: `{}`{node}: {}", imported.id, note.message)))?;
    }
    Ok(())
}

/// Writes what `check` finds in the project that was just written.
fn write_baseline(folder: &Path, inputs: &Inputs, console: &mut Console) -> Result<(), Failure> {
    let sources = Sources::new();
    let loaded = inputs.load(&sources, Reads::Both);
    let mut before = loaded.diagnostics.clone();
    let target = loaded.project.target();
    let catalogues = project::catalogues(&sources, &loaded.files, &loaded.project, &[target], &mut before);
    let targets: Vec<_> = catalogues.iter().map(|catalogue| (target, catalogue.as_ref())).collect();
    let workspace = Workspace::load(&sources, &loaded.files, &loaded.roots, Catalogue::built_in());
    let diagnostics = found(&workspace, &targets, &before, &loaded.project.lints).diagnostics;
    let baseline = Baseline::of(&sources, &diagnostics, &loaded.project.folder);
    let text = baseline.to_text();
    write_files(
        Path::new(""),
        &[(folder.join(BASELINE).display().to_string(), text.as_bytes())],
        Readers::Usual,
        console,
    )
}
