//! Values that are written out where they are: no name means anything there.

use crate::base::source::Span;
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::tree::Text;

use super::constant::Constant;
use super::evaluate::Names;

/// Refuses constants and list files.
pub struct Literals<'d> {
    /// What such a value belongs to, with its article, for messages.
    pub place: &'static str,
    /// Takes the findings.
    pub diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'a> Names<'a> for Literals<'_> {
    fn lookup(&mut self, _: &'a str, _: Span) -> Option<Constant<'a>> {
        None
    }

    fn lines(&mut self, path: &'a Text<'a>) -> Option<Vec<Constant<'a>>> {
        self.diagnostics.push(
            Diagnostic::at(Code::WrongType, path.span, format!("{} cannot read a list from a file", self.place))
                .help("write the list out"),
        );
        None
    }

    fn unknown_word(&mut self, word: &'a str, span: Span) {
        self.diagnostics.push(
            Diagnostic::at(Code::UnknownName, span, format!("`{word}` means nothing here"))
                .note(format!("{} uses no constants", self.place))
                .help(format!("a string needs quotes: `\"{word}\"`")),
        );
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}
