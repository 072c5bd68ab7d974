//! Rows as they were before they were touched.

use serde_json::{Value as Json, json};

use crate::model::DocumentKind;

use super::plan::Item;
use super::row::Row;

/// Rows, whole, as a server had them.
#[derive(Clone, Debug, Default)]
pub struct Backup {
    /// The rows.
    pub rows: Vec<Row>,
    /// What had no row, by kind and name.
    pub absent: Vec<(DocumentKind, String)>,
}

/// The version of the file.
const VERSION: u32 = 1;

impl Backup {
    /// A backup of the rows of these items.
    pub fn of<'p>(items: impl Iterator<Item = &'p Item<'p>>) -> Self {
        let mut backup = Self::default();
        for item in items {
            match item.row {
                Some(row) => backup.rows.push(row.clone()),
                None => backup.absent.push((item.kind, item.title.clone())),
            }
        }
        backup
    }

    /// As it is kept. `url` is the address of the server, `time` when it was made.
    pub fn to_text(&self, url: &str, time: &str) -> String {
        let rows = |kind: DocumentKind| -> Vec<&Json> {
            self.rows.iter().filter(|row| row.kind == kind).map(|row| &row.json).collect()
        };
        let absent = |kind: DocumentKind| -> Vec<&str> {
            self.absent.iter().filter(|(known, _)| *known == kind).map(|(_, name)| name.as_str()).collect()
        };
        let json = json!({
            "version": VERSION,
            "url": url,
            "made": time,
            "workflows": rows(DocumentKind::Workflow),
            "blueprints": rows(DocumentKind::Blueprint),
            "absent": {"workflows": absent(DocumentKind::Workflow), "blueprints": absent(DocumentKind::Blueprint)},
        });
        let mut text = serde_json::to_string_pretty(&json).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads what [`Self::to_text`] wrote for the server at this address.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn read(text: &str, url: &str) -> Result<Self, &'static str> {
        let json: Json = serde_json::from_str(text).map_err(|_| "it is damaged")?;
        if json["version"] != json!(VERSION) {
            return Err("another version of mispflow wrote it, or it is not a backup");
        }
        if json["url"].as_str() != Some(url) {
            return Err("it is of a server at another address");
        }
        let mut backup = Self::default();
        for (kind, key) in [(DocumentKind::Workflow, "workflows"), (DocumentKind::Blueprint, "blueprints")] {
            for row in json[key].as_array().into_iter().flatten() {
                backup.rows.push(Row::new(kind, row.clone()).ok_or("a row in it has no id")?);
            }
            for name in json["absent"][key].as_array().into_iter().flatten().filter_map(Json::as_str) {
                backup.absent.push((kind, name.to_owned()));
            }
        }
        Ok(backup)
    }
}
