//! The `.json` files of folders: which of them hold workflows, and which are something else.

use std::io;
use std::path::Path;

use rustc_hash::FxHashSet;
use uuid::Uuid;

use crate::base::source::{FileId, MAX_SAVED_BYTES, Sources};
use crate::diagnostics::Diagnostic;
use crate::exported::{Contents, contents};
use crate::model::{blueprint_uuid, workflow_uuid};
use crate::project::{Files, Refusal, unreadable};

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
        let known: FxHashSet<Uuid> = texts.iter().flat_map(|&file| uuids(sources.text(file))).collect();
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
fn uuids(text: &str) -> impl Iterator<Item = Uuid> {
    text.lines().map(str::trim_start).filter_map(|line| {
        let made_of = |keyword: &str, make: fn(&str) -> Uuid| {
            let rest = line.strip_prefix(keyword)?.strip_prefix(char::is_whitespace)?.trim_start();
            let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(rest.len());
            Some(make(&rest[..end]))
        };
        made_of("workflow", workflow_uuid).or_else(|| made_of("blueprint", blueprint_uuid)).or_else(|| {
            let value = line.strip_prefix("uuid")?.trim_start().strip_prefix(':')?;
            Uuid::parse_str(value.split('"').nth(1)?).ok()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_tells_its_uuids() {
        let text = "import \"x.mwf\"\nworkflow publish-guard on event-publish {\n}\n  blueprint b1() {\n    uuid: \"7d0c1f5e-3a52-4c59-9d0e-5f2b8c6a1e01\"\n}\nworkflows x\n";
        let expected = [
            workflow_uuid("publish-guard"),
            blueprint_uuid("b1"),
            Uuid::parse_str("7d0c1f5e-3a52-4c59-9d0e-5f2b8c6a1e01").unwrap(),
        ];
        assert_eq!(uuids(text).collect::<Vec<_>>(), expected);
    }
}
