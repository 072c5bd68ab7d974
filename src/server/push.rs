//! Makes a server have what a project says.
//!
//! Each row is looked at right before it is written: what is there must be what the plan saw, to the byte. It is read back
//! and compared afterwards. MISP itself locks nothing, so that a save in the moment between the look and the write is not
//! seen; what was there before is in the backup.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::diff::Difference;
use crate::model::{ADHOC, ADHOC_TRIGGER, DocumentKind, is_adhoc};

use super::backup::Backup;
use super::call::Call;
use super::plan::{Action, Item, Local, Off, Plan, Planning};
use super::rest::Misp;
use super::row::{Row, wrapper};
use super::snapshot::{Snapshot, is_on};
use super::state::State;
use super::trouble::{CallError, Problem};

/// What a push may do beside writing what differs.
#[derive(Clone, Copy, Default, Debug)]
pub struct PushOptions {
    /// Write rows too that are in conflict.
    pub force: bool,
    /// Switch on what is off though needed.
    pub enable: bool,
    /// Delete what was written from here and is no longer in the project.
    pub prune: bool,
}

/// Whoever lets a push run: keeps what must be kept, and hears of it.
pub trait Host {
    /// Keeps the rows as they are, before the first of them is touched.
    ///
    /// # Errors
    /// They cannot be kept: nothing is touched then.
    fn back_up(&mut self, backup: &Backup) -> Result<(), String>;

    /// Keeps what is known, after each row.
    ///
    /// # Errors
    /// It cannot be kept: no further row is touched.
    fn save(&mut self, state: &State) -> Result<(), String>;

    /// Hears what came of one thing.
    fn hear(&mut self, told: &Told<'_>);

    /// Whether somebody wants to stop. What has begun is done first.
    fn is_stopped(&self) -> bool;
}

/// What came of one thing.
#[derive(Debug)]
pub struct Told<'t> {
    /// What it is about: a row or a switch.
    pub what: About<'t>,
    /// What came of it.
    pub result: Result<Done, Failed>,
}

/// The message of.
#[derive(Clone, Copy, Debug)]
pub enum About<'t> {
    /// A workflow or blueprint.
    Row(&'t Item<'t>),
    /// Something that is switched on.
    Switch(&'t Off),
}

/// What was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Done {
    /// A row was made and written.
    Created,
    /// A row was written.
    Changed,
    /// A row was deleted.
    Deleted,
    /// It was switched on.
    SwitchedOn,
}

/// Why something was not done.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Failed {
    /// MISP did not do it, or does not say.
    #[error("{0}")]
    Call(CallError),
    /// The row is not what the plan saw.
    #[error(
        "somebody has changed the row since the plan was made: it was left alone\nlook at the new plan, and push again"
    )]
    Moved,
    /// The row is not there any more.
    #[error("the row is gone from the server: it was left alone\nlook at the new plan, and push again")]
    Gone,
    /// There is no row after it should have been made.
    #[error("MISP did not make a row for it{0}")]
    NotMade(String),
    /// What was read back is something else.
    #[error("the server has something else than was written:\n{0}")]
    NotKept(String),
    /// Values of variables are not known.
    #[error("{0} must be set")]
    NotSet(String),
    /// It was edited on the server, or is not known.
    #[error("conflict: {0}\npull first, or overwrite it with `--force`")]
    Conflict(&'static str),
    /// It is still off.
    #[error("it is still off")]
    StillOff,
    /// An ad-hoc workflow, for a release that has none.
    #[error("this release of MISP has no ad-hoc workflows")]
    NoAdhoc,
    /// Something on this computer.
    #[error("{0}")]
    Here(String),
}

/// How a push ended.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Ended {
    /// So many things were done,
    pub done: usize,
    /// so many failed,
    pub failed: usize,
    /// and so many were not begun.
    pub left: usize,
    /// Whether somebody stopped it.
    pub is_stopped: bool,
}

/// A push.
#[derive(Clone, Copy)]
pub struct Push<'p> {
    /// The server.
    pub misp: Misp<'p>,
    /// What the project has.
    pub locals: &'p [Local<'p, 'p>],
    /// What it may do.
    pub options: PushOptions,
}

impl Push<'_> {
    /// Whether there is something to do about an item.
    pub fn concerns(&self, item: &Item<'_>) -> bool {
        match item.action {
            Action::Create | Action::Change | Action::Conflict(_) => true,
            Action::Gone => self.options.prune,
            Action::Same | Action::ServerOnly => false,
        }
    }

    /// Pushes what a plan says, and tells `host` of each thing. `planning` is what the plan was made from; `state` is kept
    /// up to date.
    pub fn run(&self, planning: &Planning<'_>, plan: &Plan<'_>, state: &mut State, host: &mut dyn Host) -> Ended {
        let mut ended = Ended::default();
        note_equal(planning, plan, state);
        if let Err(error) = host.save(state) {
            return refused(plan, error, host, ended);
        }
        let todo: Vec<&Item<'_>> = plan.items.iter().filter(|item| self.concerns(item)).collect();
        let backup = Backup::of(todo.iter().copied());
        if !todo.is_empty()
            && let Err(error) = host.back_up(&backup)
        {
            return refused(plan, error, host, ended);
        }
        // Rows are made first: ad-hoc workflows get their names then, which others may call.
        let mut made = BTreeMap::new();
        for item in todo.iter().filter(|item| item.action == Action::Create) {
            if host.is_stopped() {
                return Ended { is_stopped: true, left: todo.len() - ended.failed, ..ended };
            }
            let result = self.make(item);
            if let Err(error) = &result {
                ended.failed += 1;
                host.hear(&Told { what: About::Row(item), result: Err(error.clone()) });
            }
            made.insert(key(item), result.is_ok());
        }
        let needs_look = made.values().any(|is_made| *is_made);
        let fresh = if needs_look { Some(Snapshot::fetch(&self.misp)) } else { None };
        let snapshot = match &fresh {
            Some(Err(error)) => {
                let error = Failed::Call(error.clone());
                for item in &todo {
                    ended.failed += 1;
                    host.hear(&Told { what: About::Row(item), result: Err(error.clone()) });
                }
                return ended;
            }
            Some(Ok(snapshot)) => snapshot,
            None => planning.snapshot,
        };
        let todo: Vec<&Item<'_>> = todo.into_iter().filter(|item| made.get(&key(item)) != Some(&false)).collect();
        for (at, before) in todo.iter().enumerate() {
            if host.is_stopped() {
                return Ended { is_stopped: true, left: todo.len() - at, ..ended };
            }
            let result = self.one(before, planning, snapshot, state);
            match &result {
                Ok(_) => ended.done += 1,
                Err(_) => ended.failed += 1,
            }
            host.hear(&Told { what: About::Row(before), result });
            if let Err(error) = host.save(state) {
                return refused(plan, error, host, ended);
            }
        }
        if self.options.enable {
            self.switch_on(planning, host, &mut ended);
        }
        ended
    }

    /// Makes the row of something that has none, and leaves it blank where MISP lets it be.
    fn make(&self, item: &Item<'_>) -> Result<(), Failed> {
        let wanted = item.wanted()?;
        let trigger = item.trigger.as_deref().unwrap_or_default();
        let is_ordinary = item.kind == DocumentKind::Workflow && !is_adhoc(trigger);
        let is_there = |row: &Row| {
            if is_ordinary { row.trigger() == trigger } else { row.text("uuid").eq_ignore_ascii_case(&item.uuid) }
        };
        let call = match item.kind {
            DocumentKind::Blueprint => Call::post("/workflowBlueprints/add.json", wanted.request.clone()),
            DocumentKind::Workflow if is_adhoc(trigger) => {
                let mut body =
                    json!({"uuid": item.uuid, "name": item.title, "description": wanted.document.description});
                if !matches!(trigger, ADHOC | ADHOC_TRIGGER) {
                    // MISP takes the id as it is where a graph comes with it.
                    let request: Json = serde_json::from_str(&wanted.request).unwrap_or_default();
                    for key in ["data", "debug_enabled"] {
                        body[key] = request["Workflow"][key].clone();
                    }
                    body["trigger_id"] = json!(trigger);
                }
                Call::post("/workflows/add.json", json!({ "Workflow": body }).to_string())
            }
            DocumentKind::Workflow => {
                // As JSON this is an internal error, and the row is made all the same.
                Call::get(format!("/workflows/editor/{trigger}.json"))
            }
        };
        let rows = |misp: &Misp<'_>| match item.kind {
            DocumentKind::Workflow => misp.workflows(),
            DocumentKind::Blueprint => misp.blueprints(),
        };
        let before = rows(&self.misp).map_err(Failed::Call)?;
        if before.iter().any(|row| is_there(row) && !row.is_blank()) {
            // Somebody was faster.
            return Err(Failed::Moved);
        }
        let answer = self.misp.json(&call);
        match rows(&self.misp) {
            Ok(rows) if rows.iter().any(is_there) => Ok(()),
            looked => Err(match (answer, looked) {
                (Err(CallError { problem: Problem::Missing, .. }), _) if is_adhoc(trigger) => Failed::NoAdhoc,
                (Err(error), _) if !error.is_undecided() => Failed::Call(error),
                (Err(error), Ok(_)) => Failed::NotMade(format!(": {error}")),
                (_, Err(error)) => Failed::Call(error),
                (Ok(_), Ok(_)) => Failed::NotMade(String::new()),
            }),
        }
    }

    /// Does what is to be done about one row.
    fn one(
        &self,
        before: &Item<'_>,
        planning: &Planning<'_>,
        snapshot: &Snapshot,
        state: &mut State,
    ) -> Result<Done, Failed> {
        if before.action == Action::Gone {
            return self.delete(before, planning, state);
        }
        let planning = Planning { snapshot, state, ..*planning };
        let local = self
            .locals
            .iter()
            .find(|local| local.document.kind == before.kind && Some(local.id) == before.id.as_deref());
        let Some(local) = local else { return Err(Failed::Gone) };
        let item = planning.one(local, self.locals);
        let row = match (item.row, before.row) {
            (None, _) => return Err(Failed::Gone),
            (Some(row), Some(seen)) if row.exact() != seen.exact() => return Err(Failed::Moved),
            (Some(row), _) => row,
        };
        match item.action {
            Action::Conflict(conflict) if !self.options.force => return Err(Failed::Conflict(conflict.reason())),
            Action::Same => {}
            _ => self.write(&item, row, &planning)?,
        }
        let rows = self.rows(item.kind)?;
        let Some(now) = rows.iter().find(|other| other.id == row.id) else { return Err(Failed::Gone) };
        let known = planning.known(now, &item.here, item.secret_hashes(&planning, None));
        state.set(item.kind, local.id, known);
        Ok(if before.row.is_some() { Done::Changed } else { Done::Created })
    }

    fn rows(&self, kind: DocumentKind) -> Result<Vec<Row>, Failed> {
        match kind {
            DocumentKind::Workflow => self.misp.workflows(),
            DocumentKind::Blueprint => self.misp.blueprints(),
        }
        .map_err(Failed::Call)
    }

    /// Writes a row, and reads it back.
    fn write(&self, item: &Item<'_>, row: &Row, planning: &Planning<'_>) -> Result<(), Failed> {
        let wanted = item.wanted()?;
        self.look_again(row)?;
        let action = match item.kind {
            DocumentKind::Workflow => "/workflows/edit",
            DocumentKind::Blueprint => "/workflowBlueprints/edit",
        };
        let call = Call::post(format!("{action}/{}.json", row.id), wanted.request.clone());
        let answer = self.misp.json(&call);
        if let Err(error) = &answer
            && !error.is_undecided()
        {
            return Err(Failed::Call(error.clone()));
        }
        // Whatever the answer was, the list tells whether it was saved.
        let rows = self.rows(item.kind)?;
        let Some(now) = rows.iter().find(|other| other.id == row.id) else { return Err(Failed::Gone) };
        let difference = match &now.document {
            Ok(there) => planning.difference(&wanted.document, there),
            Err(error) => return Err(Failed::NotKept(error.clone())),
        };
        match answer {
            _ if difference.is_empty() => Ok(()),
            Err(error) => Err(Failed::Call(error)),
            Ok(_) => Err(Failed::NotKept(places(&difference))),
        }
    }

    /// Looks whether a row is what the plan saw.
    fn look_again(&self, row: &Row) -> Result<(), Failed> {
        let rows = self.rows(row.kind)?;
        match rows.iter().find(|other| other.id == row.id) {
            None => Err(Failed::Gone),
            Some(now) if now.exact() != row.exact() => Err(Failed::Moved),
            Some(_) => Ok(()),
        }
    }

    fn delete(&self, item: &Item<'_>, planning: &Planning<'_>, state: &mut State) -> Result<Done, Failed> {
        let (Some(row), Some(id)) = (item.row, &item.id) else { return Err(Failed::Gone) };
        let is_ours = state.get(item.kind, id).is_some_and(|known| planning.is_as_known(row, known));
        if !is_ours && !self.options.force {
            return Err(Failed::Conflict("it was edited on the server since it was last pushed or pulled"));
        }
        self.look_again(row)?;
        let action = match item.kind {
            DocumentKind::Workflow => "/workflows/delete",
            DocumentKind::Blueprint => "/workflowBlueprints/delete",
        };
        let answer = self.misp.json(&Call::post(format!("{action}/{}.json", row.id), "{}"));
        let is_there = self.rows(item.kind)?.iter().any(|other| other.id == row.id);
        match answer {
            _ if !is_there => {
                state.forget(item.kind, id);
                Ok(Done::Deleted)
            }
            Err(error) => Err(Failed::Call(error)),
            Ok(_) => Err(Failed::NotKept("the row is still there".to_owned())),
        }
    }

    /// Switches on what is needed, one after another: at once, triggers lose each other.
    fn switch_on(&self, planning: &Planning<'_>, host: &mut dyn Host, ended: &mut Ended) {
        let snapshot = match Snapshot::fetch(&self.misp) {
            Ok(snapshot) => snapshot,
            Err(error) => {
                ended.failed += 1;
                let off = Off { is_trigger: false, id: "what is needed".to_owned(), needed_by: [].into() };
                host.hear(&Told { what: About::Switch(&off), result: Err(Failed::Call(error)) });
                return;
            }
        };
        let plan = Planning { snapshot: &snapshot, ..*planning }.plan(self.locals);
        for (at, off) in plan.off.iter().enumerate() {
            if host.is_stopped() {
                ended.is_stopped = true;
                ended.left = plan.off.len() - at;
                return;
            }
            let result = self.switch_one(off);
            match &result {
                Ok(_) => ended.done += 1,
                Err(_) => ended.failed += 1,
            }
            host.hear(&Told { what: About::Switch(off), result });
        }
    }

    fn switch_one(&self, off: &Off) -> Result<Done, Failed> {
        let kind = if off.is_trigger { "/1" } else { "" };
        let answer = self.misp.json(&Call::post(format!("/workflows/toggleModule/{}/1{kind}.json", off.id), "{}"));
        if let Err(error) = &answer
            && !error.is_undecided()
        {
            return Err(Failed::Call(error.clone()));
        }
        // It says that all is well for ids that there are not, too.
        let list = match off.is_trigger {
            true if is_adhoc(&off.id) => self.misp.adhoc().map(Option::unwrap_or_default),
            true => self.misp.triggers(),
            false => self.misp.modules(),
        };
        let is_on = is_on(&list.map_err(Failed::Call)?, &off.id);
        match (is_on, answer) {
            (Some(true), _) => Ok(Done::SwitchedOn),
            (_, Err(error)) => Err(Failed::Call(error)),
            _ => Err(Failed::StillOff),
        }
    }
}

/// Keeps what is equal already: from now on an edit of it is noticed.
fn note_equal(planning: &Planning<'_>, plan: &Plan<'_>, state: &mut State) {
    for item in plan.items.iter().filter(|item| item.action == Action::Same) {
        planning.note(item, state);
    }
}

/// Where something differs, without the values: there may be secrets among them.
fn places(difference: &Difference) -> String {
    let fields = difference.fields.iter().map(|change| change.what.clone());
    let added = difference.added.iter().map(|node| format!("{} ({}) was added", node.module, node.id));
    let removed = difference.removed.iter().map(|node| format!("{} ({}) is missing", node.module, node.id));
    let changed = difference.changed.iter().map(|node| {
        let what: Vec<&str> = node.changes.iter().map(|change| change.what.as_str()).collect();
        format!("{} ({}): {}", node.module, node.after, what.join(", "))
    });
    let edges = difference.added_edges.len() + difference.removed_edges.len();
    let edges = (edges > 0).then(|| format!("{edges} connections"));
    fields.chain(added).chain(removed).chain(changed).chain(edges).collect::<Vec<_>>().join("\n")
}

fn key(item: &Item<'_>) -> (&'static str, Option<String>) {
    (wrapper(item.kind), item.id.clone())
}

/// Nothing more is done, because of this computer.
fn refused(plan: &Plan<'_>, error: String, host: &mut dyn Host, mut ended: Ended) -> Ended {
    ended.failed += 1;
    if let Some(item) = plan.items.first() {
        host.hear(&Told { what: About::Row(item), result: Err(Failed::Here(error)) });
    }
    ended
}
