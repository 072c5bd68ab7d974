//! What would have to change on a server so that it has what a project says.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use crate::catalogue::Catalogue;
use crate::diff::{DiffOptions, Difference, compare};
use crate::misp::MissingVariable;
use crate::model::{ADHOC, ADHOC_TRIGGER, Document, DocumentKind, is_adhoc};
use crate::secrets::Secret;

use super::content::{content, with_defaults};
use super::lacking::{Lack, Lacking};
use super::push::Failed;
use super::row::Row;
use super::snapshot::Snapshot;
use super::state::{HashKey, Known, State};
use super::wanted::{Environment, Filled, Listed, Wanted, fill, for_server, secret_names};

/// A workflow or blueprint of the project.
#[derive(Clone, Copy, Debug)]
pub struct Local<'p, 'a> {
    /// The id by which the text names it.
    pub id: &'p str,
    /// What it compiles to.
    pub document: &'p Document<'a>,
}

/// What a plan is made from.
#[derive(Clone, Copy)]
pub struct Planning<'p> {
    /// What the server has.
    pub snapshot: &'p Snapshot,
    /// The modules of the project and of the server.
    pub catalogue: &'p Catalogue,
    /// The values of variables.
    pub environment: Environment<'p>,
    /// What is known from the last time.
    pub state: &'p State,
    /// The key of its hashes.
    pub key: &'p HashKey,
    /// The tags of the server; `None` if nobody asked for them.
    pub tags: Option<&'p [String]>,
}

/// What would be done.
#[derive(Debug)]
pub struct Plan<'p> {
    /// For each workflow and blueprint of the project, and then for each other one of the server.
    pub items: Vec<Item<'p>>,
    /// What is off though something of the project needs it.
    pub off: Vec<Off>,
    /// What the project uses and the server does not have.
    pub lacking: Vec<Lack>,
}

/// What would be done about one workflow or blueprint.
#[derive(Debug)]
pub struct Item<'p> {
    /// Workflow or blueprint.
    pub kind: DocumentKind,
    /// The id by which the text names it; for what the project does not have, by which the state knows it.
    pub id: Option<String>,
    /// Its name.
    pub title: String,
    /// Its trigger; `None` for a blueprint.
    pub trigger: Option<String>,
    /// Its row, if there is one.
    pub row: Option<&'p Row>,
    /// What would be done.
    pub action: Action,
    /// What differs, from the row to the text.
    pub difference: Difference,
    /// Variables that would have to be set.
    pub missing: Vec<MissingVariable>,
    /// Secrets that are not set here, and whether the row has what was last written.
    pub untold: Vec<(String, bool)>,
    /// Values that may be shown nowhere.
    pub secrets: Vec<(String, Secret)>,
    /// The uuid that a new row gets.
    pub(super) uuid: String,
    /// The secrets that the text names.
    pub(super) secret_names: Vec<String>,
    /// What would be written.
    pub(super) wanted: Option<Wanted>,
    /// What would be written if variables were not missing, with their names in the place of their values.
    pub(super) named: Option<Document<'static>>,
    /// The hash of the text.
    pub(super) here: String,
}

/// What would be done about a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// It is not there, and would be made.
    Create,
    /// It would be changed.
    Change,
    /// It would be changed, and somebody would lose what he made of it.
    Conflict(Conflict),
    /// It is as it should be.
    Same,
    /// It is on the server alone, and stays.
    ServerOnly,
    /// It was written from this project, which does not have it any more.
    Gone,
}

/// Why a row is not simply changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Conflict {
    /// It was edited on the server since it was last pushed or pulled.
    Edited,
    /// It was never pushed or pulled from here.
    Unknown,
    /// It cannot be read.
    Unreadable,
}

impl Conflict {
    /// Why, in words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Edited => "it was edited on the server since it was last pushed or pulled",
            Self::Unknown => "it was never pushed or pulled from here, so it may hold somebody's work",
            Self::Unreadable => "the row on the server cannot be read",
        }
    }
}

/// Something that is off.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Off {
    /// Whether it is a trigger; otherwise a module.
    pub is_trigger: bool,
    /// Its id.
    pub id: String,
    /// The workflows that need it.
    pub needed_by: BTreeSet<String>,
}

impl Plan<'_> {
    /// Whether something would be written.
    pub fn changes_something(&self) -> bool {
        self.items.iter().any(|item| matches!(item.action, Action::Create | Action::Change | Action::Conflict(_)))
    }

    /// Whether something cannot be written without losing something.
    pub fn has_conflicts(&self) -> bool {
        self.items.iter().any(|item| matches!(item.action, Action::Conflict(_)))
    }
}

impl Item<'_> {
    /// What the server would have, to be run: with the values of secrets, so nothing of it may be shown. What is not set and
    /// not in the row is named, as `${NAME}`. `None` for what the project does not have.
    pub fn filled(&self) -> Option<&Document<'static>> {
        self.wanted.as_ref().map(|wanted| &wanted.document).or(self.named.as_ref())
    }

    /// What would be written.
    ///
    /// # Errors
    /// Values are missing.
    pub(super) fn wanted(&self) -> Result<&Wanted, Failed> {
        let names = || self.missing.iter().map(|missing| format!("`{}`", missing.name)).collect::<Vec<_>>().join(", ");
        self.wanted.as_ref().ok_or_else(|| Failed::NotSet(names()))
    }

    /// Hashes of the secrets that were written, by name: those that are not set here stay as they are known.
    pub(super) fn secret_hashes(&self, planning: &Planning<'_>, known: Option<&Known>) -> BTreeMap<String, String> {
        let mut hashes = BTreeMap::new();
        for name in &self.secret_names {
            let hash = match (planning.environment)(name) {
                Some(value) => Some(planning.key.hash(value.expose())),
                None => known.and_then(|known| known.secrets.get(name).cloned()).or_else(|| {
                    let value = self.secrets.iter().find(|(known, _)| known == name)?;
                    Some(planning.key.hash(value.1.expose())).filter(|_| known.is_none())
                }),
            };
            if let Some(hash) = hash {
                hashes.insert(name.clone(), hash);
            }
        }
        hashes
    }
}

impl<'p> Planning<'p> {
    /// What would be done about one of them.
    pub(super) fn one(&self, local: &Local<'_, '_>, locals: &[Local<'_, '_>]) -> Item<'p> {
        let rows: Vec<Option<&'p Row>> = locals.iter().map(|local| self.row_of(local)).collect();
        self.item(local, self.row_of(local), &listed(locals, &rows))
    }

    /// Makes the plan.
    pub fn plan(&self, locals: &[Local<'_, '_>]) -> Plan<'p> {
        let rows: Vec<Option<&'p Row>> = locals.iter().map(|local| self.row_of(local)).collect();
        let listed = listed(locals, &rows);
        let mut taken: FxHashSet<(bool, &str)> = FxHashSet::default();
        let mut items = Vec::new();
        let mut lacking = Lacking::new(self.snapshot, self.tags);
        for (local, &row) in locals.iter().zip(&rows) {
            if let Some(row) = row {
                taken.insert((row.kind == DocumentKind::Workflow, &row.id));
            }
            lacking.look(local);
            items.push(self.item(local, row, &listed));
        }
        for kind in [DocumentKind::Workflow, DocumentKind::Blueprint] {
            for row in self.snapshot.rows(kind) {
                if !taken.contains(&(kind == DocumentKind::Workflow, row.id.as_str())) {
                    items.push(self.other(row));
                }
            }
        }
        let off = self.off(locals, &rows);
        Plan { items, off, lacking: lacking.found() }
    }

    /// The row for a workflow or blueprint.
    fn row_of(&self, local: &Local<'_, '_>) -> Option<&'p Row> {
        let document = local.document;
        let rows = self.snapshot.rows(document.kind);
        let trigger = document.trigger_id.as_deref().unwrap_or_default();
        if document.kind == DocumentKind::Workflow {
            let row = self.snapshot.row_of_trigger(trigger);
            if row.is_some() || !is_adhoc(trigger) {
                return row;
            }
        }
        // The server may have another id for an ad-hoc workflow.
        let is_fitting = |row: &&Row| document.kind == DocumentKind::Blueprint || is_adhoc(row.trigger());
        let uuid = document.uuid.map(|uuid| uuid.to_string()).unwrap_or_default();
        let by_uuid = |uuid: &str| {
            let mut rows = rows.iter().filter(is_fitting);
            rows.find(|row| !uuid.is_empty() && row.text("uuid").eq_ignore_ascii_case(uuid))
        };
        by_uuid(&uuid).or_else(|| by_uuid(&self.state.get(document.kind, local.id)?.uuid))
    }

    fn item(&self, local: &Local<'_, '_>, row: Option<&'p Row>, listed: &Listed) -> Item<'p> {
        let there = row.and_then(|row| row.document.as_ref().ok());
        let mut document = for_server(local.document, row.map(Row::trigger), listed);
        if let Some(there) = there {
            // An edit does not change it.
            document.uuid = there.uuid;
        }
        let Filled { wanted, named, shown, missing, assumed } =
            fill(&document, there, self.catalogue, self.environment);
        let known = self.state.get(document.kind, local.id);
        let difference = there.map(|there| self.difference(there, &shown)).unwrap_or_default();
        let action = match row {
            None => Action::Create,
            Some(_) if there.is_none() => Action::Conflict(Conflict::Unreadable),
            Some(row) => self.action(row, known, &difference),
        };
        let untold = assumed
            .iter()
            .map(|(name, value)| {
                let hash = known.and_then(|known| known.secrets.get(name));
                (name.clone(), hash.is_some_and(|hash| *hash == self.key.hash(value.expose())))
            })
            .collect();
        Item {
            kind: document.kind,
            id: Some(local.id.to_owned()),
            title: document.name.to_string(),
            trigger: document.trigger_id.as_ref().map(ToString::to_string),
            row,
            action,
            difference,
            missing,
            untold,
            secrets: assumed.into_iter().collect(),
            uuid: local.document.uuid.map(|uuid| uuid.to_string()).unwrap_or_default(),
            secret_names: secret_names(local.document),
            wanted,
            named,
            here: self.key.hash(&content(local.document)),
        }
    }

    fn action(&self, row: &Row, known: Option<&Known>, difference: &Difference) -> Action {
        if difference.is_empty() {
            Action::Same
        } else if row.is_blank() {
            Action::Change
        } else {
            match known {
                None => Action::Conflict(Conflict::Unknown),
                Some(known) if self.is_as_known(row, known) => Action::Change,
                Some(_) => Action::Conflict(Conflict::Edited),
            }
        }
    }

    /// What differs in what MISP runs by.
    pub(super) fn difference(&self, before: &Document<'_>, after: &Document<'_>) -> Difference {
        let options = DiffOptions { catalogue: self.catalogue, layout: false };
        let [before, after] = [before, after].map(|document| with_defaults(document, self.catalogue));
        compare(&before, &after, options)
    }

    /// Whether a row holds what it held when it was last pushed or pulled.
    pub(super) fn is_as_known(&self, row: &Row, known: &Known) -> bool {
        let hashes = self.hashes(row);
        hashes.iter().any(|hash| known.there.contains(hash))
    }

    /// The hashes of a row: as it is, and with defaults, for the editor fills them in.
    pub(super) fn hashes(&self, row: &Row) -> Vec<String> {
        let Ok(document) = &row.document else { return Vec::new() };
        let texts = [content(document), content(&with_defaults(document, self.catalogue))];
        texts.iter().map(|text| self.key.hash(text)).collect()
    }

    /// What is known of a row from now on.
    pub(super) fn known(&self, row: &Row, here: &str, secrets: BTreeMap<String, String>) -> Known {
        Known {
            row: row.id.clone(),
            uuid: row.text("uuid").to_owned(),
            trigger: row.trigger().to_owned(),
            there: self.hashes(row),
            here: here.to_owned(),
            secrets,
        }
    }

    /// Whether a text is what it was when its row was last pushed or pulled.
    pub fn is_text_as_known(&self, item: &Item<'_>) -> bool {
        let known = item.id.as_ref().and_then(|id| self.state.get(item.kind, id));
        known.is_some_and(|known| known.here == item.here)
    }

    /// Keeps what a row holds now: from here on an edit of it is noticed, and a push may change it.
    pub fn note(&self, item: &Item<'_>, state: &mut State) {
        if let (Some(id), Some(row)) = (&item.id, item.row) {
            let secrets = item.secret_hashes(self, state.get(item.kind, id));
            state.set(item.kind, id, self.known(row, &item.here, secrets));
        }
    }

    /// What is known of a row that was put back: its text was not looked at.
    pub fn known_as(&self, row: &Row, before: &Known) -> Known {
        self.known(row, &before.here, before.secrets.clone())
    }

    /// A row that the project does not have.
    fn other(&self, row: &'p Row) -> Item<'p> {
        let known =
            self.state.of_kind(row.kind).find(|(_, known)| known.row == row.id && known.uuid == row.text("uuid"));
        let trigger = (row.kind == DocumentKind::Workflow).then(|| row.trigger().to_owned());
        Item {
            kind: row.kind,
            id: known.map(|(id, _)| id.to_owned()),
            title: row.title().to_owned(),
            trigger,
            row: Some(row),
            action: if known.is_some() { Action::Gone } else { Action::ServerOnly },
            difference: Difference::default(),
            missing: Vec::new(),
            untold: Vec::new(),
            secrets: Vec::new(),
            uuid: String::new(),
            secret_names: Vec::new(),
            wanted: None,
            named: None,
            here: String::new(),
        }
    }

    fn off(&self, locals: &[Local<'_, '_>], rows: &[Option<&Row>]) -> Vec<Off> {
        let mut off: BTreeMap<(bool, String), BTreeSet<String>> = BTreeMap::new();
        for (local, row) in locals.iter().zip(rows) {
            if local.document.kind != DocumentKind::Workflow {
                continue;
            }
            let trigger = row.map(Row::trigger).or(local.document.trigger_id.as_deref()).unwrap_or_default();
            let needs_one = matches!(trigger, ADHOC | ADHOC_TRIGGER);
            // A row that is to be made has no switch yet: MISP makes it switched off.
            let is_trigger_off = if is_adhoc(trigger) {
                self.snapshot.has_adhoc && (needs_one || self.snapshot.is_trigger_on(trigger) != Some(true))
            } else {
                self.snapshot.is_trigger_on(trigger) == Some(false)
            };
            let mut add = |is_trigger: bool, id: &str| {
                off.entry((is_trigger, id.to_owned())).or_default().insert(local.id.to_owned());
            };
            if is_trigger_off {
                add(true, trigger);
            }
            for node in &local.document.graph.nodes {
                if self.snapshot.is_module_on(&node.module) == Some(false) {
                    add(false, &node.module);
                }
            }
        }
        off.into_iter().map(|((is_trigger, id), needed_by)| Off { is_trigger, id, needed_by }).collect()
    }
}

/// How the server lists ad-hoc workflows for `run-workflow`, by how the compiler does.
fn listed(locals: &[Local<'_, '_>], rows: &[Option<&Row>]) -> Listed {
    let mut listed = Listed::new();
    for (local, row) in locals.iter().zip(rows) {
        let Some(trigger) = local.document.trigger_id.as_deref().filter(|trigger| is_adhoc(trigger)) else { continue };
        if let Some(row) = row {
            let name = &local.document.name;
            listed.insert(format!("{trigger} :: {name}"), format!("{} :: {name}", row.trigger()));
        }
    }
    listed
}
