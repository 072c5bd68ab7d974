//! Where a JSON value ends, read piece by piece.

use crate::base::json_bytes::plain_end;
use crate::php::MAX_DEPTH;

/// So much of a key is remembered.
pub(super) const KEY_BYTES: usize = 64;

/// What a piece of text told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Progress {
    /// The value goes on.
    More,
    /// The value ends before this byte of the piece.
    End(usize),
    /// What is at this byte of the piece cannot be there.
    Broken(usize),
    /// The value is an object with a list under the key `response`, which begins at this byte of the piece.
    Response(usize),
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Next {
    Value,
    /// A value or the end of a list that is still empty.
    FirstValue,
    Key,
    /// A key or the end of an object that is still empty.
    FirstKey,
    Colon,
    /// A comma or the end of what is open.
    Comma,
    /// More of a string.
    String {
        is_key: bool,
        escaped: bool,
    },
    /// More of a number, `true`, `false` or `null`.
    Word,
}

/// Follows one JSON value: brackets, commas, colons and strings must be in their places. Words and escapes are not looked at, and nothing is
/// kept but the open brackets, so that memory is bounded whatever the value is.
#[derive(Clone, Debug)]
pub(super) struct Structure {
    /// What is open; true for an object.
    open: Vec<bool>,
    next: Next,
    /// The key of the outermost object that is being read or was read last.
    key: Vec<u8>,
    first_key: Option<Vec<u8>>,
    has_event: bool,
}

impl Structure {
    pub(super) fn new() -> Self {
        Self { open: Vec::new(), next: Next::Value, key: Vec::new(), first_key: None, has_event: false }
    }

    /// The first key of the value, if it is an object and the key was read to its end.
    pub(super) fn first_key(&self) -> Option<&[u8]> {
        self.first_key.as_deref()
    }

    /// Goes on after the list that was found under the key `response`.
    pub(super) fn after_response(mut self) -> Self {
        self.next = Next::Comma;
        self.has_event = true;
        self
    }

    /// Whether the text may end here, as after a number.
    pub(super) fn may_end(&self) -> bool {
        self.open.is_empty() && self.next == Next::Word
    }

    /// Goes on with the next piece of the text.
    pub(super) fn follow(&mut self, piece: &[u8]) -> Progress {
        let mut at = 0;
        while let Some(&byte) = piece.get(at) {
            match self.next {
                Next::String { escaped: true, .. } if byte == b'\n' => return Progress::Broken(at),
                Next::String { is_key, escaped: true } => self.next = Next::String { is_key, escaped: false },
                Next::String { is_key, escaped: false } => {
                    let end = plain_end(piece, at);
                    if is_key && self.open.len() == 1 {
                        let room = KEY_BYTES - self.key.len().min(KEY_BYTES);
                        self.key.extend(&piece[at..end.min(at + room)]);
                    }
                    at = end;
                    match piece.get(at) {
                        None => return Progress::More,
                        Some(b'"') if is_key => {
                            self.end_key();
                            // The usual way on, at one look.
                            if piece.get(at + 1..at + 3) == Some(b":\"") {
                                self.next = Next::String { is_key: false, escaped: false };
                                at += 2;
                            }
                        }
                        Some(b'"') => {
                            self.next = Next::Comma;
                            if self.open.is_empty() {
                                return Progress::End(at + 1);
                            }
                            if self.open.last() == Some(&true) && piece.get(at + 1..at + 3) == Some(b",\"") {
                                self.begin_key();
                                at += 2;
                            }
                        }
                        Some(b'\\') => self.next = Next::String { is_key, escaped: true },
                        // A string does not go over the end of a line.
                        Some(b'\n') => return Progress::Broken(at),
                        // Other control characters are left to who reads the value.
                        Some(&control) => {
                            if is_key && self.open.len() == 1 && self.key.len() < KEY_BYTES {
                                self.key.push(control);
                            }
                        }
                    }
                }
                Next::Word => match byte {
                    b' ' | b'\t' | b'\r' | b'\n' | b',' | b']' | b'}' | b':' | b'"' | b'[' | b'{' => {
                        if self.open.is_empty() {
                            return Progress::End(at);
                        }
                        self.next = Next::Comma;
                        continue;
                    }
                    _ => {}
                },
                next => match (byte, next) {
                    (b' ' | b'\t' | b'\r' | b'\n', _) => {
                        // Lines may be far indented.
                        at += piece[at + 1..].iter().take_while(|byte| **byte == b' ').count();
                    }
                    (b'"', Next::Value | Next::FirstValue) => {
                        self.next = Next::String { is_key: false, escaped: false }
                    }
                    (b'"', Next::Key | Next::FirstKey) => {
                        self.begin_key();
                    }
                    (b':', Next::Colon) => self.next = Next::Value,
                    (b',', Next::Comma) => {
                        self.next = if self.open.last() == Some(&true) { Next::Key } else { Next::Value };
                    }
                    (b'{' | b'[', Next::Value | Next::FirstValue) => {
                        let is_object = byte == b'{';
                        if self.open == [true] && !is_object && self.key == b"response" && !self.has_event {
                            return Progress::Response(at);
                        }
                        if self.open.len() == MAX_DEPTH {
                            return Progress::Broken(at);
                        }
                        self.open.push(is_object);
                        self.next = if is_object { Next::FirstKey } else { Next::FirstValue };
                    }
                    (b'}', Next::Comma | Next::FirstKey) if self.open.last() == Some(&true) => {
                        if self.close() {
                            return Progress::End(at + 1);
                        }
                    }
                    (b']', Next::Comma | Next::FirstValue) if self.open.last() == Some(&false) => {
                        if self.close() {
                            return Progress::End(at + 1);
                        }
                    }
                    (b',' | b':' | b'}' | b']' | b'{' | b'[', _) => return Progress::Broken(at),
                    (_, Next::Value | Next::FirstValue) => self.next = Next::Word,
                    _ => return Progress::Broken(at),
                },
            }
            at += 1;
        }
        Progress::More
    }

    fn begin_key(&mut self) {
        if self.open.len() == 1 {
            self.key.clear();
        }
        self.next = Next::String { is_key: true, escaped: false };
    }

    fn end_key(&mut self) {
        self.next = Next::Colon;
        if self.open.len() == 1 {
            self.has_event |= self.key == b"Event";
            if self.first_key.is_none() {
                self.first_key = Some(self.key.clone());
            }
        }
    }

    /// Closes a bracket; true if it was the last one.
    fn close(&mut self) -> bool {
        self.open.pop();
        self.next = Next::Comma;
        self.open.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{Progress, Structure};

    /// The same, whole and byte by byte.
    fn progress(text: &str) -> Progress {
        let whole = Structure::new().follow(text.as_bytes());
        let mut structure = Structure::new();
        let mut pieces = Progress::More;
        for (at, byte) in text.bytes().enumerate() {
            pieces = match structure.follow(&[byte]) {
                Progress::More => continue,
                Progress::End(end) => Progress::End(at + end),
                Progress::Broken(_) => Progress::Broken(at),
                Progress::Response(_) => Progress::Response(at),
            };
            break;
        }
        assert_eq!(whole, pieces, "{text}");
        whole
    }

    #[test]
    fn values_end_where_their_brackets_close() {
        for text in [
            "{}",
            "[]",
            r#"{"a": "}\"]", "b": [1, true, {"c": null}], "d": {}}"#,
            "\"x\\\\\"",
            "[[], [[]]]",
            r#"{"a" : {"response": [1]}}"#,
            r#"{"Event": 1, "response": [1]}"#,
        ] {
            assert_eq!(progress(&format!("{text}x")), Progress::End(text.len()), "{text}");
            assert_eq!(progress(&text[..text.len() - 1]), Progress::More, "{text}");
        }
        assert_eq!(progress("12 "), Progress::End(2));
        assert_eq!(progress("null,"), Progress::End(4));
    }

    #[test]
    fn what_cannot_stand_there_is_found_where_it_stands() {
        for (text, at) in [
            ("{\"a\n", 3),
            ("{\"a\\\n", 4),
            ("{\"a\" 1", 5),
            ("{\"a\": }", 6),
            ("{,", 1),
            ("[1,]", 3),
            ("[1 2", 3),
            ("{\"a\": 1 {", 8),
            ("{a", 1),
            ("[}", 1),
            ("{\"a\": \"say \"hi\"", 12),
            ("[:", 1),
            ("}", 0),
        ] {
            assert_eq!(progress(text), Progress::Broken(at), "{text}");
        }
        assert_eq!(progress(&"[".repeat(600)), Progress::Broken(512));
    }

    #[test]
    fn answers_to_searches_are_seen() {
        assert_eq!(progress(r#"{"response": ["#), Progress::Response(13));
        assert_eq!(progress(r#"{"page": {"a": 1}, "response":["#), Progress::Response(30));
        assert_eq!(progress(r#"{"response": {}}"#), Progress::End(16));
        assert_eq!(progress("{\"resp\u{1}onse\": []}"), Progress::End(17));
    }

    #[test]
    fn the_first_key_is_remembered() {
        let mut structure = Structure::new();
        structure.follow(br#"{"Event": {"id": 1}, "x"#);
        assert_eq!(structure.first_key(), Some(&b"Event"[..]));
    }
}
