//! Reading a file.

use pest::Parser as _;

use crate::base::source::{FileId, MAX_TEXT_BYTES, Sources, Span};
use crate::diagnostics::{Code, Diagnostic, Label};

use super::build::Builder;
use super::compact::Compact;
use super::grammar::reading::{Grammar, Rule};
use super::habits::merge_conflict;
use super::nesting::{MAX_NESTING, too_deep};
use super::tree::File;

/// A file's tree with what is wrong with its form.
#[derive(Debug)]
pub struct Parsed<'s> {
    /// What could be read.
    pub file: File<'s>,
    /// What could not.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a file of `sources`. What cannot be read is reported and left out.
///
/// # Panics
/// If the id came from another set of sources.
pub fn parse(sources: &Sources, id: FileId) -> Parsed<'_> {
    let mut parsed = parse_file(sources, id);
    if sources.file(id).is_private {
        parsed.diagnostics.iter_mut().for_each(without_words);
    }
    parsed
}

/// Messages about the form of a text quote it, which those about a private file must not.
fn without_words(diagnostic: &mut Diagnostic) {
    let place = diagnostic.primary.take();
    let severity = diagnostic.severity;
    *diagnostic = Diagnostic { severity, ..Diagnostic::new(diagnostic.code, "this is not a `.mwf` file") };
    diagnostic.primary = place.map(|place| Label { span: place.span, message: String::new() });
}

fn parse_file(sources: &Sources, id: FileId) -> Parsed<'_> {
    let text = sources.text(id);
    if let Some(at) = too_deep(text) {
        return unreadable(id, nesting_error(Span::new(id, at.start, at.end)));
    }
    if text.len() > MAX_TEXT_BYTES {
        return unreadable(id, too_long(Span::new(id, 0, 0)));
    }
    if let Some([ours, middle, theirs]) = merge_conflict(text) {
        return unreadable(
            id,
            unresolved(Span::new(id, ours.start, ours.end), [middle, theirs].map(|at| Span::new(id, at.start, at.end))),
        );
    }
    let compact = Compact::new(text);
    match Grammar::parse(Rule::file, &compact.text) {
        Ok(mut pairs) => {
            let mut builder = Builder::new(sources, id, &compact);
            let file = pairs.next().map(|pair| builder.file(pair));
            match file {
                Some(file) => Parsed { file, diagnostics: builder.into_diagnostics() },
                None => unreadable(id, no_mwf_file(Span::new(id, 0, 0))),
            }
        }
        Err(error) => {
            let at = match error.location {
                pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => compact.start(at),
            };
            let span = Span::new(id, at, at);
            // The parser gives up by itself only where the stack ends.
            let gave_up = matches!(error.variant, pest::error::ErrorVariant::CustomError { .. });
            unreadable(id, if gave_up { nesting_error(span) } else { no_mwf_file(span) })
        }
    }
}

fn too_long(span: Span) -> Diagnostic {
    let limit = MAX_TEXT_BYTES / (1024 * 1024);
    Diagnostic::at(Code::FileTooLarge, span, format!("a `.mwf` file has at most {limit} MiB, and this one has more"))
        .help("split it into several files; a workflow is usually a few kilobytes, and long lists are better in files of their own: `lines(\"values.txt\")`")
}

fn unresolved(ours: Span, [middle, theirs]: [Span; 2]) -> Diagnostic {
    Diagnostic::at(Code::SyntaxError, ours, "this is a merge conflict that nobody resolved")
        .label("one side begins here")
        .also(middle, "the other side")
        .also(theirs, "the end of it")
        .help("keep what belongs to the workflow, and remove the three lines")
}

fn unreadable<'s>(id: FileId, diagnostic: Diagnostic) -> Parsed<'s> {
    let file = File { id, items: Vec::new(), comments: Vec::new(), lists: Vec::new(), incomplete: true };
    Parsed { file, diagnostics: vec![diagnostic] }
}

fn nesting_error(span: Span) -> Diagnostic {
    Diagnostic::at(Code::NestingTooDeep, span, format!("brackets nest more than {MAX_NESTING} deep"))
        .label("this one is too deep")
        .help("close what was opened before, or move the inner steps into a blueprint and `use` it")
}

fn no_mwf_file(span: Span) -> Diagnostic {
    Diagnostic::at(Code::SyntaxError, span, "this is not a `.mwf` file")
}
