//! Findings with the places that editors count.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use crate::base::source::{FileId, Sources, Span};
use crate::diagnostics::{Code, Diagnostic as Finding, Severity, page_of};
use crate::ide::Checked;

use super::changes::Change;
use super::positions::{Encoding, Lines};
use super::protocol::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Range,
};
use super::uris::uri_of;

/// Who says it, as editors show it.
pub(super) const SOURCE: &str = "mispflow";

/// A finding in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Found {
    pub path: PathBuf,
    pub range: Range,
    pub severity: Severity,
    /// `None` for what is said of a run.
    pub code: Option<Code>,
    pub message: String,
    /// Further places that belong to it.
    pub related: Vec<Related>,
    /// What a machine may do.
    pub fix: Option<FoundFix>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Related {
    pub path: PathBuf,
    pub range: Range,
    pub message: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct FoundFix {
    pub safe: bool,
    pub edits: Vec<FoundEdit>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct FoundEdit {
    pub path: PathBuf,
    pub range: Range,
    pub replacement: String,
}

/// Places in texts, as an editor counts them.
pub(super) struct Places<'s> {
    sources: &'s Sources,
    encoding: Encoding,
    files: FxHashMap<FileId, (PathBuf, Lines)>,
    home: &'s Path,
}

impl<'s> Places<'s> {
    /// `home` is where things are that are in no file.
    pub(super) fn new(sources: &'s Sources, home: &'s Path, encoding: Encoding) -> Self {
        Self { sources, encoding, files: FxHashMap::default(), home }
    }

    pub(super) fn of(&mut self, span: Span) -> (PathBuf, Range) {
        let file = self.sources.file(span.file);
        let (path, lines) = self.files.entry(span.file).or_insert_with(|| {
            let path = file.path.as_deref().map_or_else(|| self.home.to_owned(), crate::project::real);
            (path, Lines::of(&file.text))
        });
        (path.clone(), lines.range(&file.text, span.range(), self.encoding))
    }
}

/// The findings of a check.
pub(super) fn found(checked: &Checked, encoding: Encoding) -> Vec<Found> {
    let mut places = Places::new(&checked.sources, &checked.home, encoding);
    let hide = |text: String| {
        if checked.masker.is_idle() { text } else { checked.masker.mask(&text).into_owned() }
    };
    checked.diagnostics.iter().map(|finding| one(finding, &mut places, &checked.home, &hide)).collect()
}

/// A finding with its places. What has none is at the beginning of `home`.
pub(super) fn one(finding: &Finding, places: &mut Places<'_>, home: &Path, hide: &dyn Fn(String) -> String) -> Found {
    let (path, range) = match &finding.primary {
        Some(label) => places.of(label.span),
        None => (home.to_owned(), Range::default()),
    };
    let related = finding.secondary.iter().map(|label| {
        let (path, range) = places.of(label.span);
        Related { path, range, message: hide(label.message.clone()) }
    });
    let related = related.collect();
    let fix = finding.fix.as_ref().map(|fix| {
        let edits = fix.edits.iter().map(|edit| {
            let (path, range) = places.of(edit.span);
            FoundEdit { path, range, replacement: edit.replacement.clone() }
        });
        FoundFix { safe: fix.safe, edits: edits.collect() }
    });
    Found {
        path,
        range,
        severity: finding.severity,
        code: Some(finding.code),
        message: hide(message(finding)),
        related,
        fix,
    }
}

/// All that a finding says, in the order of the terminal.
fn message(finding: &Finding) -> String {
    let mut message = finding.message.clone();
    let label = finding.primary.as_ref().map(|label| label.message.as_str()).filter(|label| !label.is_empty());
    for (word, text) in label
        .map(|label| ("", label))
        .into_iter()
        .chain(finding.notes.iter().map(|note| ("note: ", note.as_str())))
        .chain(finding.help.iter().map(|help| ("help: ", help.as_str())))
    {
        message.push('\n');
        message.push_str(word);
        message.push_str(text);
    }
    message
}

/// Findings about something that can go.
const UNUSED: [Code; 4] = [Code::UnusedAllow, Code::UnusedBlueprint, Code::UnusedConstant, Code::UnusedLabel];

impl Found {
    /// Moves with a change of its text. What was changed itself is gone.
    pub(super) fn moved(mut self, path: &Path, change: &Change) -> Option<Self> {
        if self.path == path {
            self.range = change.moved(self.range)?;
        }
        for related in self.related.iter_mut().filter(|related| related.path == path) {
            related.range = change.moved(related.range).unwrap_or(related.range);
        }
        if let Some(fix) = &mut self.fix {
            for edit in fix.edits.iter_mut().filter(|edit| edit.path == path) {
                edit.range = change.moved(edit.range)?;
            }
        }
        Some(self)
    }

    /// As the protocol writes it.
    pub(super) fn to_protocol(&self, marks_tags: bool) -> Diagnostic {
        let severity = match self.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        };
        let page = self.code.and_then(page_of).and_then(|page| page.parse().ok());
        let is_unused = marks_tags && self.code.is_some_and(|code| UNUSED.contains(&code));
        let related = self.related.iter().filter_map(|related| {
            let location = Location { uri: uri_of(&related.path)?, range: related.range };
            Some(DiagnosticRelatedInformation { location, message: related.message.clone() })
        });
        Diagnostic {
            range: self.range,
            severity: Some(severity),
            code: self.code.map(|code| NumberOrString::String(code.as_str().to_owned())),
            code_description: page.map(|href| CodeDescription { href }),
            source: Some(SOURCE.to_owned()),
            message: self.message.clone(),
            related_information: (!self.related.is_empty()).then(|| related.collect()),
            tags: is_unused.then(|| vec![DiagnosticTag::UNNECESSARY]),
            data: None,
        }
    }
}
