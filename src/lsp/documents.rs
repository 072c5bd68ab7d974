//! The texts that an editor has open.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::ide::Texts;
use crate::project::real;

use super::changes::Change;
use super::positions::{Encoding, Lines};
use super::protocol::{Position, Range, TextDocumentContentChangeEvent};

/// A text that an editor has open.
#[derive(Clone, Debug)]
pub(super) struct Document {
    /// Its address, as the editor writes it.
    pub uri: String,
    /// What the editor calls this version.
    pub version: i32,
    pub text: String,
    lines: Lines,
}

impl Document {
    pub(super) fn new(uri: String, version: i32, text: String) -> Self {
        let lines = Lines::of(&text);
        Self { uri, version, text, lines }
    }

    /// Changes the text. Gives back what was replaced, if it is known.
    pub(super) fn change(&mut self, event: TextDocumentContentChangeEvent, encoding: Encoding) -> Option<Change> {
        let Some(range) = event.range else {
            self.text = event.text;
            self.lines = Lines::of(&self.text);
            return None;
        };
        let bytes = self.lines.bytes(&self.text, range, encoding);
        // The editor's range may lie outside of the text.
        let range = self.lines.range(&self.text, bytes.clone(), encoding);
        let change = Change::new(range, &event.text, encoding);
        self.text.replace_range(bytes, &event.text);
        self.lines = Lines::of(&self.text);
        Some(change)
    }

    /// The length of the byte order mark: the places of the checker count from what follows.
    fn mark(&self) -> usize {
        if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
    }

    /// The byte at a place, as the checker counts.
    pub(super) fn offset(&self, position: Position, encoding: Encoding) -> usize {
        self.lines.offset(&self.text, position, encoding).saturating_sub(self.mark())
    }

    /// The place of a byte, as the checker counts.
    pub(super) fn position(&self, offset: usize, encoding: Encoding) -> Position {
        self.lines.position(&self.text, offset + self.mark(), encoding)
    }

    pub(super) fn range(&self, bytes: std::ops::Range<usize>, encoding: Encoding) -> Range {
        Range { start: self.position(bytes.start, encoding), end: self.position(bytes.end, encoding) }
    }
}

/// All of them, by where their files really are.
#[derive(Default, Debug)]
pub(super) struct Documents {
    open: BTreeMap<PathBuf, Document>,
    /// Their texts, made when somebody asks.
    texts: Option<Texts>,
}

impl Documents {
    pub(super) fn open(&mut self, path: &Path, document: Document) -> PathBuf {
        let path = real(path);
        self.open.insert(path.clone(), document);
        self.texts = None;
        path
    }

    pub(super) fn close(&mut self, path: &Path) -> Option<PathBuf> {
        let path = real(path);
        self.open.remove(&path)?;
        self.texts = None;
        Some(path)
    }

    pub(super) fn get(&self, path: &Path) -> Option<&Document> {
        self.open.get(path)
    }

    pub(super) fn get_mut(&mut self, path: &Path) -> Option<&mut Document> {
        self.texts = None;
        self.open.get_mut(path)
    }

    /// The place of an open document by its address.
    pub(super) fn path_of(&self, uri: &str) -> Option<PathBuf> {
        self.open.iter().find(|(_, document)| document.uri == uri).map(|(path, _)| path.clone())
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.open.keys()
    }

    pub(super) fn texts(&mut self) -> Texts {
        let open = &self.open;
        let texts = || Arc::new(open.iter().map(|(path, document)| (path.clone(), document.text.clone())).collect());
        self.texts.get_or_insert_with(texts).clone()
    }
}
