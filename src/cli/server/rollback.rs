//! `rollback`

use std::path::{Path, PathBuf};

use clap::Args;

use crate::base::source::Sources;
use crate::catalogue::Catalogue;
use crate::diagnostics::printable_line;
use crate::format::quote;
use crate::model::DocumentKind;
use crate::project;
use crate::server::{Backup, Planning, Restore, Row, Snapshot, put_back, restores};

use super::super::interrupt::Interrupt;
use super::super::{Console, Failure, ProjectFlags, Status};
use super::folder::{Folder, text};
use super::push::{FolderWriter, Sure};
use super::{ServerFlags, look, other, settle_target};
use crate::inputs::load_project;

/// Put rows of a server back as they were before a push.
///
/// Without a backup it lists the backups.
#[derive(Args, Debug)]
#[command(after_help = "Exit code: 0 if all of it is back, 1 if a row failed, 2 if nothing could be tried.")]
pub(in super::super) struct Rollback {
    /// The backup: a file, or the name of one that is listed; `last` for the last one
    #[arg(value_name = "BACKUP")]
    backup: Option<PathBuf>,
    #[command(flatten)]
    sure: Sure,
    #[command(flatten)]
    server: ServerFlags,
    #[command(flatten)]
    in_project: ProjectFlags,
}

impl Rollback {
    pub(in super::super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let sources = Sources::new();
        let mut diagnostics = Vec::new();
        let files = self.in_project.files([Path::new("")], &mut diagnostics);
        let mut project = load_project(&sources, Path::new(""), &files, &mut diagnostics);
        let session = self.server.open(&project, console)?;
        let mut folder = Folder::read(self.server.folder(&project), &session.name, &session.url, console)?;
        let kept = FolderWriter { path: folder.path(), name: session.name.clone(), url: session.url.clone() };
        let Some(named) = &self.backup else {
            for name in listed(&kept.backups()) {
                let backup = read(&kept.backups().join(&name), &session.url)?;
                console.line(&format!("{name}  {}", about(&backup)))?;
            }
            return Ok(Status::Done);
        };
        let path = find(named, &kept.backups())?;
        let backup = read(&path, &session.url)?;
        let snapshot = look(&session, console)?;
        settle_target(&mut project, &snapshot, console)?;
        let catalogue = project::catalogue(&sources, &files, &project, &mut diagnostics);
        let restores = restores(&session.misp(), &backup.rows, &catalogue).map_err(other)?;
        let todo: Vec<&Restore<'_>> = restores.iter().filter(|restore| restore.is_needed()).collect();
        for restore in &todo {
            let what = if restore.now.is_none() { "+" } else { "~" };
            console.line(&format!("{what} {}", called(restore.row)))?;
            for line in restore.difference.to_string().lines() {
                console.line(&format!("    {line}"))?;
            }
        }
        for (_, name) in &backup.absent {
            console.line(&format!("? {} was not there before the push, and stays", quote(name)))?;
        }
        if todo.is_empty() {
            console.tell("the server has all of it")?;
            return Ok(Status::Done);
        }
        self.sure.confirm(console)?;
        let before =
            Backup { rows: todo.iter().filter_map(|restore| restore.now.clone()).collect(), absent: Vec::new() };
        let kept_now = kept.write(&before)?;
        console.tell(&format!("what is there is kept in `{}`", kept_now.display()))?;
        let mut status = Status::Done;
        let interrupt = Interrupt::listen();
        for (at, restore) in todo.iter().enumerate() {
            if interrupt.is_asked() {
                let left = todo.len() - at;
                writeln!(console.messages(), "interrupted, and {left} were not begun: the same command goes on")?;
                status = Status::Interrupted;
                break;
            }
            match put_back(&session.misp(), restore) {
                Ok(row) => {
                    writeln!(console.messages(), "  put back  {}", called(&row))?;
                    note(&mut folder, &row, &snapshot, &catalogue);
                }
                Err(error) => {
                    status = status.max(Status::Rejected);
                    writeln!(console.messages(), "    failed  {}: {error}", called(restore.row))?;
                }
            }
        }
        let state = folder.state.clone();
        folder.writer().save(&state)?;
        Ok(status)
    }
}

/// Keeps that the row is as this program left it.
fn note(folder: &mut Folder, row: &Row, snapshot: &Snapshot, catalogue: &Catalogue) {
    let known = folder.state.of_kind(row.kind).find(|(_, known)| known.row == row.id);
    let Some((id, known)) = known.map(|(id, known)| (id.to_owned(), known.clone())) else { return };
    let nothing = |_: &str| None;
    let planning =
        Planning { snapshot, catalogue, environment: &nothing, state: &folder.state, key: &folder.key, tags: None };
    let now = planning.known_as(row, &known);
    folder.state.set(row.kind, &id, now);
}

fn called(row: &Row) -> String {
    let kind = if row.kind == DocumentKind::Workflow { "workflow" } else { "blueprint" };
    let trigger = if row.trigger().is_empty() { String::new() } else { format!("{}, ", row.trigger()) };
    printable_line(&format!("{kind} {} ({trigger}row {})", quote(row.title()), row.id)).into_owned()
}

fn about(backup: &Backup) -> String {
    let names: Vec<String> = backup.rows.iter().map(|row| quote(row.title())).collect();
    if names.is_empty() { "nothing that was there".to_owned() } else { printable_line(&names.join(", ")).into_owned() }
}

/// The names of the backups, oldest first.
fn listed(folder: &Path) -> Vec<String> {
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    let names = entries.filter_map(Result::ok).filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> =
        names.filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "json")).collect();
    names.sort();
    names
}

fn find(named: &Path, folder: &Path) -> Result<PathBuf, Failure> {
    if named == Path::new("last") {
        let last = listed(folder).pop();
        return last.map(|name| folder.join(name)).ok_or_else(|| Failure::Other("there is no backup".to_owned()));
    }
    let inside = folder.join(named);
    let stem = folder.join(format!("{}.json", named.display()));
    let found = [named.to_owned(), inside, stem].into_iter().find(|path| path.is_file());
    found.ok_or_else(|| {
        Failure::Other(format!("there is no backup `{}`\n`mispflow rollback` lists them", named.display()))
    })
}

fn read(path: &Path, url: &str) -> Result<Backup, Failure> {
    let text = text(path)?.unwrap_or_default();
    Backup::read(&text, url)
        .map_err(|problem| Failure::Other(format!("`{}` cannot be used: {problem}", path.display())))
}
