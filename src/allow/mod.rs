//! Findings that the text itself allows: `# mispflow: allow(code) reason`.
//!
//! Such a comment stands on a line of its own above the step or item it is about, or at the end of
//! its line. It covers findings whose place begins inside that step or item.

mod comment;
mod extent;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;

use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::tree::File;

use comment::{Listed, read};
use extent::Extents;

/// What the comments of files allow.
#[derive(Default)]
pub struct Allowances {
    files: FxHashMap<FileId, OfFile>,
}

/// What the comments of one file allow.
struct OfFile {
    extents: Extents,
    allows: Vec<Allowance>,
    /// By code and step or item. A code that is allowed twice for the same step is allowed by the first.
    known: FxHashMap<(Code, usize), usize>,
}

/// One code of one comment.
struct Allowance {
    listed: Listed,
    /// The comment with the space before it, or its line where it stands alone.
    comment: Span,
    /// What the comment is about, if there is something.
    extent: Option<usize>,
    used: bool,
}

impl Allowances {
    /// Reads the comments of a file, and reports those that cannot be understood.
    pub fn read(&mut self, file: &File<'_>, source: &SourceFile, diagnostics: &mut Vec<Diagnostic>) {
        for comment in &file.comments {
            let Some(codes) = read(comment, diagnostics) else { continue };
            let of_file = self.files.entry(file.id).or_insert_with(|| OfFile {
                extents: Extents::of(file),
                allows: Vec::new(),
                known: FxHashMap::default(),
            });
            let extent = of_file.extents.of_comment(source, comment.span);
            let line = without_trace(source, comment.span);
            for listed in codes {
                if let Some(extent) = extent {
                    of_file.known.entry((listed.code, extent)).or_insert(of_file.allows.len());
                }
                of_file.allows.push(Allowance { listed, comment: line, extent, used: false });
            }
        }
    }

    /// Removes the findings that are allowed where they stand. Errors stay.
    pub fn apply(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        if !self.files.is_empty() {
            diagnostics.retain(|diagnostic| diagnostic.is_error() || !self.allow(diagnostic));
        }
    }

    fn allow(&mut self, diagnostic: &Diagnostic) -> bool {
        let Some(place) = diagnostic.primary.as_ref().map(|label| label.span) else { return false };
        let Some(OfFile { extents, allows, known }) = self.files.get_mut(&place.file) else { return false };
        let mut allowed = false;
        for extent in extents.around(place.start) {
            if let Some(&allow) = known.get(&(diagnostic.code, extent)) {
                allows[allow].used = true;
                allowed = true;
            }
        }
        allowed
    }

    /// Reports what allowed nothing in `file`.
    pub fn report_unused(&self, file: FileId, diagnostics: &mut Vec<Diagnostic>) {
        if let Some(of_file) = self.files.get(&file) {
            of_file.report_unused(diagnostics);
        }
    }
}

impl OfFile {
    fn report_unused(&self, diagnostics: &mut Vec<Diagnostic>) {
        // The codes of a comment lie together. A comment of which nothing is used can go.
        for of_comment in self.allows.chunk_by(|one, next| one.comment == next.comment) {
            let useless = of_comment.iter().all(|allow| !allow.used);
            for allow in of_comment.iter().filter(|allow| !allow.used) {
                let finding = self.unused(allow);
                diagnostics.push(if useless { finding.unsafe_fix(allow.comment, "") } else { finding });
            }
        }
    }

    fn unused(&self, allow: &Allowance) -> Diagnostic {
        let code = allow.listed.code;
        let found = |message: String| Diagnostic::at(Code::UnusedAllow, allow.listed.span, message);
        match allow.extent {
            _ if code.severity() == Severity::Error => {
                found(format!("`{code}` is always an error: a comment cannot allow it"))
                    .help("remove the comment; where there is such an error, correct it")
            }
            None => found("this comment is about nothing: no step and no item stands behind it".to_owned())
                .help("put it on a line of its own above the step it is about, or at the end of the step's line"),
            Some(extent) => found(format!("there is no `{code}` here to allow"))
                .also(self.extents.span(extent), "this is what the comment is about")
                .note("left here, it would hide a later mistake")
                .help(format!("remove `{code}` from the comment")),
        }
    }
}

/// What is to be removed so that nothing of a comment is left.
fn without_trace(source: &SourceFile, comment: Span) -> Span {
    let line = source.line_index(comment.start as usize);
    let start = source.line_start(line).unwrap_or_default();
    let code = source.text.get(start..comment.start as usize).unwrap_or_default().trim_end();
    if code.is_empty() {
        Span::new(comment.file, start, source.line_start(line + 1).unwrap_or(source.text.len()))
    } else {
        Span::new(comment.file, start + code.len(), comment.end as usize)
    }
}
