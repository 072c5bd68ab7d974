//! The walk beside the source: tokens are written in the order in which they are there, so that
//! the comments between them are found.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use crate::base::source::{Sources, Span};
use crate::syntax::has_wildcard;
use crate::syntax::tree::{Comment, File, Item, Value, ValueKind};

use super::comment::{Blanks, Waiting, line_breaks};
use super::filter_label::LabelsAround;
use super::piece::{Piece, Pieces};

/// Writes the pieces of one file.
pub struct Writer<'s> {
    source: &'s str,
    comments: &'s [Comment<'s>],
    /// The first comment that was not read yet.
    next_comment: usize,
    /// After the last token or comment that was read.
    cursor: usize,
    /// Comments that were read and have no line yet.
    waiting: Vec<Waiting<'s>>,
    /// Whether one of them goes to the very next place where a line may break, not just to the
    /// next line that breaks anyway.
    hurry: bool,
    pub(super) pieces: Pieces<'s>,
    /// The filters around what is written.
    pub(super) filter_labels: LabelsAround,
    /// The constants of the file that are hash paths with a wildcard.
    several: FxHashSet<&'s str>,
}

impl<'s> Writer<'s> {
    pub fn new(file: &'s File<'s>, sources: &'s Sources) -> Self {
        Self {
            source: sources.text(file.id),
            comments: &file.comments,
            next_comment: 0,
            cursor: 0,
            waiting: Vec::new(),
            hurry: false,
            pieces: Pieces::default(),
            filter_labels: LabelsAround::default(),
            several: file.items.iter().filter_map(path_of_several).collect(),
        }
    }

    /// Whether a hash path, or a constant of the file that is one, can find several values.
    pub(super) fn finds_several(&self, path: &Value<'s>) -> bool {
        match path.kind {
            ValueKind::Path(path) => has_wildcard(path),
            ValueKind::Name(name) => self.several.contains(name),
            _ => false,
        }
    }

    pub fn into_pieces(self) -> Vec<Piece<'s>> {
        self.pieces.into_vec()
    }

    /// Writes text that the source need not hold.
    pub(super) fn add(&mut self, text: impl Into<Cow<'s, str>>) {
        self.pieces.text(text);
    }

    /// The text under a span.
    pub(super) fn snippet(&self, span: Span) -> &'s str {
        self.source.get(span.range()).unwrap_or_default()
    }

    /// Writes a token that comes next in the source.
    pub(super) fn token(&mut self, token: &'static str) {
        self.read_token(token);
        self.add(token);
    }

    /// Writes a token, whether or not it comes next in the source.
    pub(super) fn token_or_new(&mut self, token: &'static str) {
        if self.is_next(token) {
            self.read_token(token);
        }
        self.add(token);
    }

    /// Leaves out a token if it comes next in the source.
    pub(super) fn leave_out(&mut self, token: &'static str) -> bool {
        let found = self.is_next(token);
        if found {
            self.read_token(token);
        }
        found
    }

    /// Writes the text under a span, which comes next in the source.
    pub(super) fn copy(&mut self, span: Span) {
        self.reach(span);
        self.add(self.snippet(span));
    }

    /// Reads up to the end of a span, which comes next in the source.
    pub(super) fn reach(&mut self, span: Span) {
        let start = span.start;
        let before = self.comments[self.next_comment..].iter().take_while(|comment| comment.span.start < start).count();
        self.read_comments(self.next_comment + before);
        self.cursor = span.end as usize;
    }

    /// Whether comments are before the next token.
    pub(super) fn comments_ahead(&self) -> bool {
        self.next_token().1 > self.next_comment
    }

    /// Whether the next token of the source is this one.
    pub(super) fn is_next(&self, token: &str) -> bool {
        self.source[self.next_token().0..].starts_with(token)
    }

    /// A place where the line may break: a space or nothing if it does not.
    pub(super) fn line(&mut self, space: bool, blanks: Blanks) {
        if self.hurry || self.comments_ahead() {
            self.hard(blanks);
        } else {
            self.pieces.line(space);
        }
    }

    /// As [`Self::line`], before a token that stands one level further left.
    pub(super) fn line_and_dedent(&mut self, space: bool, blanks: Blanks) {
        if self.hurry || self.comments_ahead() {
            self.hard_and_dedent(blanks);
        } else {
            self.pieces.dedent();
            self.pieces.line(space);
        }
    }

    /// A space, or a line break if there are comments to write.
    pub(super) fn space(&mut self) {
        if self.comments_ahead() { self.hard(Blanks::Keep) } else { self.add(" ") }
    }

    /// A line break, with the comments before it and after it.
    pub(super) fn hard(&mut self, blanks: Blanks) {
        let blank = self.write_comments(blanks);
        self.pieces.hard(blank);
    }

    /// As [`Self::hard`], before a token that stands one level further left.
    pub(super) fn hard_and_dedent(&mut self, blanks: Blanks) {
        let blank = self.write_comments(blanks);
        self.pieces.dedent();
        self.pieces.hard(blank);
    }

    /// Writes the comments up to the next token, and says whether a blank line follows them.
    fn write_comments(&mut self, blanks: Blanks) -> bool {
        let (token, comments) = self.next_token();
        self.read_comments(comments);
        self.hurry = false;
        let waiting = std::mem::take(&mut self.waiting);
        let mut own_line = waiting.as_slice();
        if let [first, rest @ ..] = own_line
            && first.trailing
        {
            self.pieces.trailing(first.text);
            own_line = rest;
        }
        let mut breaks: Vec<bool> = own_line.iter().map(|comment| comment.blank_before).collect();
        breaks.push(line_breaks(&self.source[self.cursor..token]) > 1);
        blanks.choose(&mut breaks);
        for (comment, &blank) in own_line.iter().zip(&breaks) {
            self.pieces.hard(blank);
            self.pieces.text(comment.text);
        }
        breaks.last() == Some(&true)
    }

    /// Where the next token begins, and the index of the first comment after it.
    fn next_token(&self) -> (usize, usize) {
        let (mut at, mut comment) = (self.cursor, self.next_comment);
        loop {
            let rest = &self.source[at..];
            at = self.source.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
            match self.comments.get(comment) {
                Some(next) if next.span.start as usize == at => {
                    at = next.span.end as usize;
                    comment += 1;
                }
                _ => return (at, comment),
            }
        }
    }

    fn read_token(&mut self, token: &'static str) {
        let (at, comments) = self.next_token();
        // What is said after an entry is about that entry, not about all of them.
        self.hurry |= comments > self.next_comment && matches!(token, "," | ")");
        self.read_comments(comments);
        if self.source[at..].starts_with(token) {
            self.cursor = at + token.len();
        }
    }

    /// Reads the comments before the one with index `end`.
    fn read_comments(&mut self, end: usize) {
        for comment in &self.comments[self.next_comment..end] {
            let breaks = line_breaks(&self.source[self.cursor..comment.span.start as usize]);
            self.waiting.push(Waiting {
                text: comment.text.trim_end_matches([' ', '\t']),
                trailing: breaks == 0 && self.cursor > 0,
                blank_before: breaks > 1,
            });
            self.cursor = comment.span.end as usize;
        }
        self.next_comment = end;
    }
}

/// The name of a constant that is a hash path with a wildcard.
fn path_of_several<'s>(item: &Item<'s>) -> Option<&'s str> {
    match item {
        Item::Let(constant) => match constant.value.kind {
            ValueKind::Path(path) if has_wildcard(path) => Some(constant.name.text),
            _ => None,
        },
        _ => None,
    }
}
