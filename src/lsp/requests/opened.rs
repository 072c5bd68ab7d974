//! The text that a request is about.

use std::ops::Range as Bytes;
use std::path::PathBuf;

use crate::base::source::{FileId, SourceFile, Sources};
use crate::syntax::parse;
use crate::syntax::tree::File;

use super::super::documents::Document;
use super::super::positions::Encoding;
use super::super::protocol::{Position, Range, TextEdit, Uri};
use super::super::server::{Refused, Server};

/// An open text.
pub(super) struct Opened<'d> {
    pub path: PathBuf,
    pub document: &'d Document,
    pub encoding: Encoding,
    pub sources: Sources,
    pub id: FileId,
}

impl Opened<'_> {
    pub fn source(&self) -> &SourceFile {
        self.sources.file(self.id)
    }

    pub fn tree(&self) -> File<'_> {
        parse(&self.sources, self.id).file
    }

    pub fn range(&self, bytes: Bytes<usize>) -> Range {
        self.document.range(bytes, self.encoding)
    }

    pub fn offset(&self, position: Position) -> usize {
        self.document.offset(position, self.encoding)
    }

    /// Edits that make this of the text, line by line, so that the places of what stays are kept.
    pub fn edits_to(&self, new: &str) -> Vec<TextEdit> {
        let old = &self.source().text;
        // The editor keeps its line ends.
        let new = if old.contains("\r\n") { new.replace('\n', "\r\n") } else { new.to_owned() };
        let diff = similar::TextDiff::from_lines(old.as_str(), new.as_str());
        let starts = |text: &str| -> Vec<usize> {
            let lines = text.split_inclusive('\n').map(str::len);
            std::iter::once(0)
                .chain(lines.scan(0, |at, length| {
                    *at += length;
                    Some(*at)
                }))
                .collect()
        };
        let (old_starts, new_starts) = (starts(old), starts(&new));
        let bytes = |starts: &[usize], lines: Bytes<usize>| {
            let at = |line: usize| starts.get(line).copied().unwrap_or(starts[starts.len() - 1]);
            at(lines.start)..at(lines.end)
        };
        let changed = diff.ops().iter().filter(|op| !matches!(op, similar::DiffOp::Equal { .. }));
        changed
            .map(|op| TextEdit {
                range: self.range(bytes(&old_starts, op.old_range())),
                new_text: new[bytes(&new_starts, op.new_range())].to_owned(),
            })
            .collect()
    }
}

/// The path that an address of a request stands for.
pub(super) fn path(server: &Server<'_>, uri: &Uri) -> Result<PathBuf, Refused> {
    server.path(uri.as_str()).ok_or_else(|| Refused::invalid(format!("`{}` is not open", uri.as_str())))
}

/// The open text at an address.
pub(super) fn opened<'d>(server: &'d Server<'_>, uri: &Uri) -> Result<Opened<'d>, Refused> {
    let path = path(server, uri)?;
    let Some(document) = server.documents.get(&path) else {
        return Err(Refused::invalid(format!("`{}` is not open", path.display())));
    };
    let sources = Sources::new();
    let id = sources.add(path.display().to_string(), Some(&path), document.text.clone());
    Ok(Opened { path, document, encoding: server.encoding, sources, id })
}

/// Whether it is a text of workflows: of other files nothing but the findings is known.
pub(super) fn is_workflows(path: &std::path::Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("mwf"))
}
