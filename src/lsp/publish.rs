//! Which findings the editor is told of.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::diagnostics::Code;
use crate::ide::Unit;

use super::changes::Change;
use super::findings::Found;
use super::protocol::{PublishDiagnosticsParams, Uri};
use super::server::Server;
use super::uris::uri_of;

/// Findings that depend on files that a file does not import. The check of a few files does not know of them.
const BETWEEN_FILES: [Code; 11] = [
    Code::CallWithoutEvents,
    Code::DuplicateTrigger,
    Code::GuardedEnrichment,
    Code::NoOrganisation,
    Code::NoTags,
    Code::UnknownCallee,
    Code::UnusedAllow,
    Code::UnusedBlueprint,
    Code::UnusedConstant,
    Code::UnusedLabel,
    Code::WorkflowCircle,
];

impl Found {
    fn is_between_files(&self) -> bool {
        self.code.is_some_and(|code| BETWEEN_FILES.contains(&code))
    }

    /// Whether it names a place in a file that was not looked at.
    fn reaches_out(&self, looked_at: &[PathBuf]) -> bool {
        self.related.iter().any(|related| !looked_at.contains(&related.path))
    }
}

impl Server<'_> {
    /// Shows what was found in a few files in place of what was known of them. What only a check of all files can tell
    /// stays as it was.
    pub(super) fn show_some(&mut self, unit: &Unit, looked_at: &[PathBuf], found: Vec<Found>) {
        let Some(state) = self.units.get_mut(unit) else { return };
        let mut by_file = by_file(found);
        for path in looked_at {
            let before = state.shown.remove(path).unwrap_or_default();
            let mut now = by_file.remove(path).unwrap_or_default();
            now.retain(|found| !found.is_between_files());
            for kept in before {
                let is_kept = kept.is_between_files()
                    || matches!(kept.code, Some(Code::DuplicateName | Code::UnsafeFileName))
                        && kept.reaches_out(looked_at);
                if is_kept && !now.contains(&kept) {
                    now.push(kept);
                }
            }
            now.sort_by_key(|found| (found.range.start, found.range.end));
            state.shown.insert(path.clone(), now);
        }
        for path in looked_at {
            self.publish(path);
        }
    }

    /// Shows what was found in a whole project.
    pub(super) fn show_all(&mut self, unit: &Unit, found: Vec<Found>) {
        let Some(state) = self.units.get_mut(unit) else { return };
        let before = std::mem::replace(&mut state.shown, by_file(found));
        let mut paths: Vec<PathBuf> = before.into_keys().chain(state.shown.keys().cloned()).collect();
        paths.sort();
        paths.dedup();
        for path in &paths {
            self.publish(path);
        }
    }

    /// Moves what was found in a file with a change of its text.
    pub(super) fn move_findings(&mut self, path: &Path, change: &Change) {
        for state in self.units.values_mut() {
            for found in state.shown.values_mut() {
                let names = |found: &Found| found.path == path || found.related.iter().any(|place| place.path == path);
                if found.iter().any(names) {
                    let moved = std::mem::take(found).into_iter().filter_map(|found| found.moved(path, change));
                    *found = moved.collect();
                }
            }
        }
    }

    /// What is known of a file now.
    pub(super) fn found_in(&self, path: &Path) -> Vec<Found> {
        let mut all: Vec<Found> = Vec::new();
        let of_units = self.units.values().filter_map(|state| state.shown.get(path));
        for found in of_units.chain(self.tested.get(path)).flatten() {
            if !all.contains(found) {
                all.push(found.clone());
            }
        }
        all
    }

    /// The address of a file, as the editor writes it if it has it open.
    pub(super) fn uri(&self, path: &Path) -> Option<Uri> {
        let document = self.documents.get(path);
        document.and_then(|document| document.uri.parse().ok()).or_else(|| uri_of(path))
    }

    /// Tells the editor what is known of a file, if that is something new.
    pub(super) fn publish(&mut self, path: &Path) {
        let found = self.found_in(path);
        let document = self.documents.get(path);
        let Some(uri) = self.uri(path) else { return };
        let told = self.published.get(path);
        let is_known = told.map_or(found.is_empty(), |told| told.as_ref() == Some(&found));
        if is_known {
            return;
        }
        let diagnostics = found.iter().map(|found| found.to_protocol(self.client.marks_tags)).collect();
        let params = PublishDiagnosticsParams { uri, diagnostics, version: document.map(|document| document.version) };
        self.tell("textDocument/publishDiagnostics", params);
        if found.is_empty() {
            self.published.remove(path);
        } else {
            self.published.insert(path.to_owned(), Some(found));
        }
    }
}

fn by_file(found: Vec<Found>) -> BTreeMap<PathBuf, Vec<Found>> {
    let mut by_file: BTreeMap<PathBuf, Vec<Found>> = BTreeMap::new();
    for found in found {
        by_file.entry(found.path.clone()).or_default().push(found);
    }
    by_file
}
