//! The `.json` files of folders: which of them hold workflows, and which are something else.

use std::cell::LazyCell;
use std::io;
use std::path::Path;

use rustc_hash::FxHashSet;
use uuid::Uuid;

use crate::base::source::{FileId, MAX_SAVED_BYTES, Sources};
use crate::diagnostics::Diagnostic;
use crate::exported::{Contents, contents};
use crate::model::{blueprint_uuid, workflow_uuid};
use crate::project::{Files, Refusal, unreadable};
use crate::syntax::parse;
use crate::syntax::tree::{Item, ValueKind};

/// What came of the `.json` files of folders.
#[derive(Default)]
pub(super) struct JsonInFolders {
    /// The files with workflows and blueprints.
    pub(super) workflows: Vec<FileId>,
    /// The names of those that hold something else.
    pub(super) passed_over: Vec<String>,
}

impl JsonInFolders {
    /// Reads `paths`. What `build` made of a text among `texts`, or what was exported after that was sent to MISP, is the same workflow once
    /// more and does not count.
    pub(super) fn read(
        sources: &Sources,
        files: &dyn Files,
        paths: &[impl AsRef<Path>],
        texts: &[FileId],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut found = Self::default();
        if paths.is_empty() {
            return found;
        }
        // Most folders hold either texts or JSON, and then no text is read for this.
        let known: LazyCell<FxHashSet<Uuid>, _> =
            LazyCell::new(|| texts.iter().flat_map(|&file| uuids(sources, file)).collect());
        for path in paths.iter().map(AsRef::as_ref) {
            let name = path.display().to_string();
            let bytes = match files.read(path, MAX_SAVED_BYTES) {
                Ok(bytes) => bytes,
                // No workflow is that large, and what a link out of the project leads to was not asked for.
                Err(error) if error.kind() == io::ErrorKind::FileTooLarge || Refusal::of(&error).is_some() => {
                    found.passed_over.push(name);
                    continue;
                }
                Err(error) => {
                    diagnostics.push(unreadable(&name, &error));
                    continue;
                }
            };
            let text = String::from_utf8(bytes).ok();
            match text.as_deref().map(contents) {
                Some(Contents::Workflows(uuids))
                    if uuids.iter().all(|uuid| uuid.is_some_and(|uuid| known.contains(&uuid))) => {}
                Some(Contents::Workflows(_) | Contents::Broken) => {
                    let file = sources.add(name, Some(path), text.unwrap_or_default());
                    found.workflows.push(file);
                }
                Some(Contents::Other) | None => found.passed_over.push(name),
            }
        }
        found
    }
}

/// The uuids of the workflows and blueprints in a text: those that are written, and those made of ids.
fn uuids(sources: &Sources, file: FileId) -> Vec<Uuid> {
    let mut uuids = Vec::new();
    for item in parse(sources, file).file.items {
        let (made, fields) = match &item {
            Item::Workflow(workflow) => (workflow_uuid(workflow.id.text), &workflow.fields),
            Item::Blueprint(blueprint) => (blueprint_uuid(blueprint.id.text), &blueprint.fields),
            _ => continue,
        };
        uuids.push(made);
        let written = fields.iter().filter(|field| field.name.text == "uuid");
        uuids.extend(written.filter_map(|field| match &field.value.kind {
            ValueKind::Text(text) => Uuid::parse_str(&text.content).ok(),
            _ => None,
        }));
    }
    uuids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_tells_its_uuids() {
        let text = "import \"x.mwf\"\nworkflow publish-guard on event-publish {\n}\n  blueprint b1() {\n    uuid: \"7d0c1f5e-3a52-4c59-9d0e-5f2b8c6a1e01\"\n}\n# workflow x\n";
        let sources = Sources::new();
        let file = sources.add("a.mwf", None, text);
        let expected = [
            workflow_uuid("publish-guard"),
            blueprint_uuid("b1"),
            Uuid::parse_str("7d0c1f5e-3a52-4c59-9d0e-5f2b8c6a1e01").unwrap(),
        ];
        assert_eq!(uuids(&sources, file), expected);
    }
}
