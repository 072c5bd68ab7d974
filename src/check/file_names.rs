//! The names of the files that `build` makes of workflows and blueprints.

use rustc_hash::FxHashMap;

use crate::diagnostics::{Code, Diagnostic};
use crate::model::DocumentKind;
use crate::project::{difference, fold, is_device_on_windows};
use crate::syntax::tree::Name;

/// The ids seen so far, which name the files.
#[derive(Default)]
pub(crate) struct FileNames<'a> {
    known: FxHashMap<(usize, String, DocumentKind), Name<'a>>,
}

impl<'a> FileNames<'a> {
    /// Says what keeps a file from being called after the id of a document of a project.
    pub(crate) fn check(&mut self, project: usize, id: Name<'a>, kind: DocumentKind) -> Option<Diagnostic> {
        if is_device_on_windows(id.text) {
            return Some(
                Diagnostic::at(
                    Code::UnsafeFileName,
                    id.span,
                    format!("`{}` cannot name a file on Windows, where it is a device", id.text),
                )
                .note("the id names the file that `build` writes")
                .help(format!("give it another id, such as `{}-1`", id.text)),
            );
        }
        let before = self.known.insert((project, fold(id.text), kind), id)?;
        // The very same id twice is another mistake.
        (before.text != id.text).then(|| {
            Diagnostic::at(
                Code::UnsafeFileName,
                id.span,
                format!("`{}` and `{}` {}", before.text, id.text, difference(before.text, id.text)),
            )
            .also(before.span, "the other one")
            .note("the id names the file that `build` writes; on Windows and macOS these are one name, so one file would overwrite the other")
            .help("give one of them another id")
        })
    }
}
