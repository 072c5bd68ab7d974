//! Puts rows back as a backup has them.

use serde_json::{Value as Json, json};

use crate::catalogue::Catalogue;
use crate::diff::{DiffOptions, Difference, compare};
use crate::model::{DocumentKind, is_adhoc};

use super::call::Call;
use super::content::with_defaults;
use super::push::Failed;
use super::rest::Misp;
use super::row::{Row, wrapper};

/// A row of a backup beside what the server has now.
#[derive(Debug)]
pub struct Restore<'b> {
    /// As it was.
    pub row: &'b Row,
    /// As it is; `None` if it is gone.
    pub now: Option<Row>,
    /// What differs, from what it is to what it was.
    pub difference: Difference,
}

impl Restore<'_> {
    /// Whether there is something to put back.
    pub fn is_needed(&self) -> bool {
        self.now.as_ref().is_none_or(|now| now.exact() != self.row.exact())
    }
}

/// Looks at what the server has of the rows of a backup.
///
/// # Errors
/// It does not say.
pub fn restores<'b>(misp: &Misp<'_>, rows: &'b [Row], catalogue: &Catalogue) -> Result<Vec<Restore<'b>>, Failed> {
    let mut found = Vec::with_capacity(rows.len());
    let (workflows, blueprints) = (misp.workflows().map_err(Failed::Call)?, misp.blueprints().map_err(Failed::Call)?);
    for row in rows {
        let now = match row.kind {
            DocumentKind::Workflow => &workflows,
            DocumentKind::Blueprint => &blueprints,
        };
        let now = now.iter().find(|now| is_same(now, row)).cloned();
        let difference = match (now.as_ref().map(|now| &now.document), &row.document) {
            (Some(Ok(now)), Ok(then)) => {
                let [now, then] = [now, then].map(|document| with_defaults(document, catalogue));
                compare(&now, &then, DiffOptions { catalogue, layout: false })
            }
            _ => Difference::default(),
        };
        found.push(Restore { row, now, difference });
    }
    Ok(found)
}

/// Whether a row is the one that was kept. One that was deleted and made anew has another number.
fn is_same(now: &Row, then: &Row) -> bool {
    now.id == then.id && now.text("uuid") == then.text("uuid")
        || now.kind == DocumentKind::Workflow && now.trigger() == then.trigger() && !then.trigger().is_empty()
        || now.kind == DocumentKind::Blueprint && now.text("uuid") == then.text("uuid")
}

/// Puts a row back, if the server still has what `restore` saw, and reads it back.
///
/// # Errors
/// It was not put back.
pub fn put_back(misp: &Misp<'_>, restore: &Restore<'_>) -> Result<Row, Failed> {
    let row = restore.row;
    let rows = || match row.kind {
        DocumentKind::Workflow => misp.workflows().map_err(Failed::Call),
        DocumentKind::Blueprint => misp.blueprints().map_err(Failed::Call),
    };
    let seen = rows()?.into_iter().find(|now| is_same(now, row));
    let is_as_seen = match (&seen, &restore.now) {
        (Some(seen), Some(now)) => seen.exact() == now.exact(),
        (None, None) => true,
        _ => false,
    };
    if !is_as_seen {
        return Err(Failed::Moved);
    }
    let mut given = row.json.clone();
    if let Json::Object(members) = &mut given {
        members.retain(|key, _| {
            matches!(key.as_str(), "uuid" | "name" | "description" | "debug_enabled" | "trigger_id" | "data")
        });
    }
    // As MISP wants it: text.
    given["data"] = Json::String(row.json["data"].to_string());
    let target = match seen {
        Some(seen) => Some(seen.id),
        None if row.kind == DocumentKind::Workflow && !is_adhoc(row.trigger()) => {
            // As JSON this is an internal error, and the row is made all the same.
            let _ = misp.json(&Call::get(format!("/workflows/editor/{}.json", row.trigger())));
            let made = rows()?.into_iter().find(|now| is_same(now, row));
            Some(made.ok_or_else(|| Failed::NotMade(String::new()))?.id)
        }
        None => None,
    };
    let (edit, add) = match row.kind {
        DocumentKind::Workflow => ("/workflows/edit", "/workflows/add.json"),
        DocumentKind::Blueprint => ("/workflowBlueprints/edit", "/workflowBlueprints/add.json"),
    };
    let body = json!({ wrapper(row.kind): given }).to_string();
    let call = match &target {
        Some(id) => Call::post(format!("{edit}/{id}.json"), body),
        None => Call::post(add, body),
    };
    let answer = misp.json(&call);
    if let Err(error) = &answer
        && !error.is_undecided()
    {
        return Err(Failed::Call(error.clone()));
    }
    let now = rows()?.into_iter().find(|now| is_same(now, row)).ok_or(Failed::Gone)?;
    match answer {
        _ if now.is_like(row) => Ok(now),
        Err(error) => Err(Failed::Call(error)),
        Ok(_) => Err(Failed::NotKept("it is not what the backup has".to_owned())),
    }
}
