//! What comes of the files.

use crate::base::source::Span;
use crate::check::CheckedTest;
use crate::diagnostics::Diagnostic;
use crate::model::{Document, NodeId};
use crate::syntax::tree::Name;

/// What came of the files.
#[derive(Default)]
pub struct Compilation<'a> {
    /// Workflows and blueprints of the files that were asked for, in order. Those with errors are
    /// left out.
    pub documents: Vec<Compiled<'a>>,
    /// Workflows of the files that these import, and ad-hoc workflows of the project that they may run: tests may name
    /// the former. Those with errors are left out.
    pub imported: Vec<Compiled<'a>>,
    /// The tests of the files that were asked for, in order.
    pub tests: Vec<CheckedTest<'a>>,
    /// Everything that was found, in the order in which it was.
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> Compilation<'a> {
    /// The workflow whose id is at a place.
    pub fn workflow(&self, id: Span) -> Option<&Compiled<'a>> {
        self.documents.iter().chain(&self.imported).find(|compiled| compiled.id.span == id)
    }

    /// Whether anything stops a build.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// A workflow or blueprint.
#[derive(Debug)]
pub struct Compiled<'a> {
    /// The id by which the text names it.
    pub id: Name<'a>,
    /// What MISP gets.
    pub document: Document<'a>,
    /// The labels of its own steps, and the first node of each.
    pub labels: Vec<(&'a str, NodeId)>,
}
