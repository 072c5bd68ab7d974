//! Levels that the text itself gives to findings: `# mispflow: allow(code) reason`, and so `warn` and `deny`.
//!
//! Such a comment is on a line of its own above the step or item it is about, or at the end of
//! its line. It covers findings whose place begins inside that step or item. Where several comments do, the innermost
//! counts.

mod comment;
mod extent;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;

use crate::base::source::{FileId, SourceFile, Span};
use crate::diagnostics::{Code, Diagnostic, Level, Severity};
use crate::syntax::tree::File;

use comment::{Listed, Said, read};
use extent::Extents;

/// What the comments of files say of findings.
#[derive(Default)]
pub struct Suppressions {
    files: FxHashMap<FileId, OfFile>,
}

/// What the comments of one file say of findings.
struct OfFile {
    extents: Extents,
    named: Vec<LevelComment>,
    /// By code and step or item. Of a code that is named twice for the same step the first counts.
    known: FxHashMap<(Code, usize), usize>,
}

/// One code of one comment.
struct LevelComment {
    level: Level,
    listed: Listed,
    /// The comment with the space before it, or its line where it is alone.
    comment: Span,
    /// Whether the comment names no code that does not exist.
    all_known: bool,
    /// What the comment is about, if there is something.
    extent: Option<usize>,
    used: bool,
}

impl Suppressions {
    /// Reads the comments of a file, and reports those that cannot be understood.
    pub fn read(&mut self, file: &File<'_>, source: &SourceFile, diagnostics: &mut Vec<Diagnostic>) {
        for comment in &file.comments {
            let Some(Said { level, codes, all_known }) = read(comment, diagnostics) else { continue };
            let of_file = self.files.entry(file.id).or_insert_with(|| OfFile {
                extents: Extents::of(file),
                named: Vec::new(),
                known: FxHashMap::default(),
            });
            let extent = of_file.extents.of_comment(source, comment.span);
            let line = without_trace(source, comment.span);
            for listed in codes {
                if let Some(extent) = extent {
                    of_file.known.entry((listed.code, extent)).or_insert(of_file.named.len());
                }
                of_file.named.push(LevelComment { level, listed, comment: line, all_known, extent, used: false });
            }
        }
    }

    /// Gives findings the level that the text gives them, and removes those that are allowed where they are. Errors stay.
    pub fn apply(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        if !self.files.is_empty() {
            diagnostics.retain_mut(|diagnostic| {
                let Some(level) = self.level(diagnostic).filter(|_| !diagnostic.is_error()) else { return true };
                diagnostic.level_from_text = true;
                diagnostic.apply_level(level)
            });
        }
    }

    /// The level that the text gives a finding.
    fn level(&mut self, diagnostic: &Diagnostic) -> Option<Level> {
        let place = diagnostic.primary.as_ref()?.span;
        let OfFile { extents, named, known } = self.files.get_mut(&place.file)?;
        let mut level = None;
        for extent in extents.around(place.start) {
            if let Some(&comment) = known.get(&(diagnostic.code, extent)) {
                named[comment].used = true;
                level.get_or_insert(named[comment].level);
            }
        }
        level
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
        // The codes of a comment lie together. A comment of which nothing is used can go, but what a misspelt code
        // is meant for is not known.
        for of_comment in self.named.chunk_by(|one, next| one.comment == next.comment) {
            let useless = of_comment.iter().all(|code| !code.used && code.all_known);
            for code in of_comment.iter().filter(|code| !code.used) {
                let Some(finding) = self.unused(code) else { continue };
                diagnostics.push(if useless { finding.unsafe_fix(code.comment, "") } else { finding });
            }
        }
    }

    fn unused(&self, allow: &LevelComment) -> Option<Diagnostic> {
        let code = allow.listed.code;
        let found = |message: String| Diagnostic::at(Code::UnusedAllow, allow.listed.span, message);
        match allow.extent {
            _ if code.severity() == Severity::Error => Some(
                found(format!("`{code}` is always an error, whatever a comment says"))
                    .help("remove the comment; where there is such an error, correct it"),
            ),
            None => Some(
                found("this comment applies to nothing: no step or item follows it".to_owned())
                    .help("put it on a line of its own above the step it is about, or at the end of the step's line"),
            ),
            Some(extent) if allow.level == Level::Allow => Some(
                found(format!("there is no `{code}` here to allow"))
                    .also(self.extents.span(extent), "this is what the comment is about")
                    .note("left here, it would hide a later mistake")
                    .help(format!("remove `{code}` from the comment")),
            ),
            // Whoever wants to hear of something may well wait for it.
            Some(_) => None,
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
