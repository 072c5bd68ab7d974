//! What the walk over the tree leaves for the layout.

use std::borrow::Cow;

/// A piece of the text to be.
#[derive(Debug)]
pub enum Piece<'s> {
    /// Text without a line break, and its width in characters.
    Text(Cow<'s, str>, usize),
    /// Text with line breaks that is written as it is.
    Raw(String),
    /// A place where the line breaks when its group is broken; else a space or nothing.
    Line { space: bool },
    /// A line break, perhaps with a blank line.
    Hard { blank: bool },
    /// A comment at the end of a line.
    Trailing(&'s str),
    /// Text that is there when its group is broken.
    IfBroken(&'static str),
    /// The beginning of a group, whose lines break all or none; some must be broken.
    Open { broken: bool },
    /// The end of a group.
    Close,
    /// From here on lines are indented one level deeper.
    Indent,
    /// … and here no longer.
    Dedent,
}

/// A list of pieces under construction.
#[derive(Default)]
pub struct Pieces<'s> {
    pieces: Vec<Piece<'s>>,
    /// The groups that are not closed yet.
    open: Vec<usize>,
}

impl<'s> Pieces<'s> {
    pub fn text(&mut self, text: impl Into<Cow<'s, str>>) {
        let text = text.into();
        let width = text.chars().count();
        self.pieces.push(Piece::Text(text, width));
    }

    pub fn raw(&mut self, text: String) {
        self.pieces.push(Piece::Raw(text));
        self.must_break();
    }

    pub fn line(&mut self, space: bool) {
        self.pieces.push(Piece::Line { space });
    }

    pub fn hard(&mut self, blank: bool) {
        self.pieces.push(Piece::Hard { blank });
        self.must_break();
    }

    pub fn trailing(&mut self, comment: &'s str) {
        self.pieces.push(Piece::Trailing(comment));
        self.must_break();
    }

    pub fn if_broken(&mut self, text: &'static str) {
        self.pieces.push(Piece::IfBroken(text));
    }

    pub fn indent(&mut self) {
        self.pieces.push(Piece::Indent);
    }

    pub fn dedent(&mut self) {
        self.pieces.push(Piece::Dedent);
    }

    pub fn open(&mut self) {
        self.open.push(self.pieces.len());
        self.pieces.push(Piece::Open { broken: false });
    }

    pub fn close(&mut self) {
        let group = self.open.pop();
        self.pieces.push(Piece::Close);
        if let Some(group) = group
            && matches!(self.pieces[group], Piece::Open { broken: true })
        {
            self.must_break();
        }
    }

    /// What holds a line break cannot be on one line.
    fn must_break(&mut self) {
        if let Some(&group) = self.open.last() {
            self.pieces[group] = Piece::Open { broken: true };
        }
    }

    pub fn into_vec(self) -> Vec<Piece<'s>> {
        self.pieces
    }
}
