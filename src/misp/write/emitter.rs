//! JSON straight into one buffer.

use crate::base::characters::to_json;

/// How the JSON is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Layout {
    /// Two spaces a level, one member a line, a newline at the end.
    Indented,
    /// No space at all.
    Compact,
}

/// Writes JSON token by token; the caller opens and closes in order.
pub(super) struct Emitter {
    out: Vec<u8>,
    layout: Layout,
    depth: usize,
    /// Whether nothing was written yet since the last opening bracket.
    empty: bool,
}

impl Emitter {
    pub(super) fn new(layout: Layout, capacity: usize) -> Self {
        Self { out: Vec::with_capacity(capacity), layout, depth: 0, empty: true }
    }

    /// Opens an object or a list.
    pub(super) fn open(&mut self, bracket: char) {
        self.out.push(bracket as u8);
        self.depth += 1;
        self.empty = true;
    }

    /// Closes what was opened last.
    pub(super) fn close(&mut self, bracket: char) {
        self.depth -= 1;
        if !self.empty {
            self.line_break();
        }
        self.out.push(bracket as u8);
        self.empty = false;
    }

    /// Begins an element of a list.
    pub(super) fn item(&mut self) {
        if !self.empty {
            self.out.push(b',');
        }
        self.empty = false;
        self.line_break();
    }

    /// Begins a member of an object whose key needs no escape.
    pub(super) fn key(&mut self, key: &str) {
        self.item();
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.push(b'"');
        self.colon();
    }

    /// Begins a member whose key is `prefix` and a number.
    pub(super) fn numbered_key(&mut self, prefix: &str, number: u32) {
        self.item();
        self.numbered(prefix, number);
        self.colon();
    }

    /// A text made of `prefix`, which needs no escape, and a number.
    pub(super) fn numbered(&mut self, prefix: &str, number: u32) {
        self.out.push(b'"');
        self.out.extend_from_slice(prefix.as_bytes());
        self.scalar(&number);
        self.out.push(b'"');
    }

    /// Begins a member of an object with any key.
    pub(super) fn text_key(&mut self, key: &str) {
        self.item();
        self.text(key);
        self.colon();
    }

    pub(super) fn text(&mut self, text: &str) {
        to_json(&mut self.out, text).expect("text always has a JSON form");
    }

    pub(super) fn boolean(&mut self, value: bool) {
        self.scalar(&value);
    }

    /// A number, a boolean, `null` or a text.
    pub(super) fn scalar<T: serde::Serialize + ?Sized>(&mut self, value: &T) {
        serde_json::to_writer(&mut self.out, value).expect("scalars always have a JSON form");
    }

    /// Any value that nests as deep as values of parameters do.
    pub(super) fn json(&mut self, value: &serde_json::Value) {
        match value {
            serde_json::Value::Array(items) => {
                self.open('[');
                for item in items {
                    self.item();
                    self.json(item);
                }
                self.close(']');
            }
            serde_json::Value::Object(members) => {
                self.open('{');
                for (key, value) in members {
                    self.text_key(key);
                    self.json(value);
                }
                self.close('}');
            }
            scalar => self.scalar(scalar),
        }
    }

    /// Pixels: whole ones as integers, as JavaScript writes them.
    pub(super) fn pixels(&mut self, value: f64) {
        /// Below this every whole number is exact.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if !value.is_finite() {
            self.scalar(&0);
        } else if value.fract() == 0.0 && value.abs() < EXACT {
            self.scalar(&(value as i64));
        } else {
            self.scalar(&value);
        }
    }

    pub(super) fn finish(mut self) -> String {
        if self.layout == Layout::Indented {
            self.out.push(b'\n');
        }
        String::from_utf8(self.out).expect("only text was written")
    }

    fn colon(&mut self) {
        self.out.extend_from_slice(if self.layout == Layout::Indented { b": " } else { b":" });
    }

    fn line_break(&mut self) {
        if self.layout == Layout::Indented {
            self.out.push(b'\n');
            self.out.resize(self.out.len() + 2 * self.depth, b' ');
        }
    }
}
