//! From JSON paths to places in the text.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::path::PathStep;

/// Finds where the values at these JSON paths are in `text`, which must be valid JSON. A path may
/// lead through a text that holds JSON. What is not found is left out.
pub fn locate<'p>(text: &str, paths: impl IntoIterator<Item = &'p str>) -> FxHashMap<&'p str, Range<usize>> {
    let wanted: FxHashSet<&'p str> = paths.into_iter().collect();
    let longest = wanted.iter().map(|path| path.len()).max().unwrap_or_default();
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut locator = Locator { wanted, longest, found: FxHashMap::default() };
    locator.scan(&text[start..], String::new(), &|offset| start + offset);
    locator.found
}

/// As [`locate`], in a value that is itself a part of a larger text: of JSON, or of a text in JSON that holds JSON, in
/// which quotes are escaped.
pub fn locate_in_part<'p>(
    part: &str,
    escaped: bool,
    paths: impl IntoIterator<Item = &'p str>,
) -> FxHashMap<&'p str, Range<usize>> {
    if !escaped {
        return locate(part, paths);
    }
    let wanted: FxHashSet<&'p str> = paths.into_iter().collect();
    let longest = wanted.iter().map(|path| path.len()).max().unwrap_or_default();
    let mut locator = Locator { wanted, longest, found: FxHashMap::default() };
    // The quote in front is none of the part.
    locator.scan_inner(&format!("\"{part}\""), "", &|offset| offset - 1);
    locator.found
}

struct Locator<'p> {
    wanted: FxHashSet<&'p str>,
    /// The length of the longest path that is wanted.
    longest: usize,
    found: FxHashMap<&'p str, Range<usize>>,
}

/// An object or list that is not closed yet.
struct Open {
    start: usize,
    /// The length of its own path.
    path: usize,
    /// The number of the element, in a list.
    index: Option<usize>,
    /// Whether the next text is a key.
    key: bool,
}

impl Locator<'_> {
    /// Goes through a JSON text that is at `path`; `place` tells where a byte of it is in the whole.
    fn scan(&mut self, text: &str, mut path: String, place: &dyn Fn(usize) -> usize) {
        let bytes = text.as_bytes();
        let mut open: Vec<Open> = Vec::new();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let start = at;
            at += 1;
            match byte {
                b'{' => open.push(Open { start, path: path.len(), index: None, key: true }),
                b'[' => {
                    open.push(Open { start, path: path.len(), index: Some(0), key: false });
                    push(&mut path, PathStep::Index(0));
                }
                b'}' | b']' => {
                    let Some(closed) = open.pop() else { return };
                    path.truncate(closed.path);
                    self.record(&path, place(closed.start)..place(at));
                }
                b',' => {
                    let Some(top) = open.last_mut() else { return };
                    path.truncate(top.path);
                    match &mut top.index {
                        Some(index) => {
                            *index += 1;
                            push(&mut path, PathStep::Index(*index));
                        }
                        None => top.key = true,
                    }
                }
                b'"' => {
                    at = end_of_string(bytes, start);
                    let literal = &text[start..at];
                    match open.last_mut() {
                        Some(top) if top.key => {
                            top.key = false;
                            path.truncate(top.path);
                            let key: String = serde_json::from_str(literal).unwrap_or_default();
                            push(&mut path, PathStep::Key(&key));
                        }
                        _ => {
                            let here = place(start)..place(at);
                            if self.record(&path, here.clone()) {
                                self.scan_inner(literal, &path, &|offset| place(start + offset));
                                // What is in the text has the same path as the text itself.
                                self.record(&path, here);
                            }
                        }
                    }
                }
                b':' => {}
                byte if byte.is_ascii_whitespace() => {}
                // A number or a word of JSON.
                _ => {
                    let ends = |byte: &u8| byte.is_ascii_whitespace() || b",:]}\"".contains(byte);
                    at = bytes[at..].iter().position(ends).map_or(bytes.len(), |length| at + length);
                    self.record(&path, place(start)..place(at));
                }
            }
        }
    }

    /// Goes through the JSON that a text holds.
    fn scan_inner(&mut self, literal: &str, path: &str, place: &dyn Fn(usize) -> usize) {
        let Ok(text) = serde_json::from_str::<String>(literal) else { return };
        if text.trim_start().starts_with(['{', '[']) {
            let offsets = escapes(literal);
            let outside = |inner: usize| {
                let known = offsets.partition_point(|&(decoded, _)| decoded <= inner) - 1;
                let (decoded, written) = offsets[known];
                place(written + (inner - decoded))
            };
            self.scan(&text, path.to_owned(), &outside);
        }
    }

    /// Keeps a place, if it is wanted.
    fn record(&mut self, path: &str, place: Range<usize>) -> bool {
        if path.len() > self.longest {
            return false;
        }
        match self.wanted.get(path) {
            Some(&path) => {
                self.found.insert(path, place);
                true
            }
            None => false,
        }
    }
}

fn push(path: &mut String, step: PathStep<'_>) {
    let first = path.is_empty();
    // Writing to a `String` does not fail.
    let _ = step.write(first, path);
}

/// One past the closing quote of the string that begins at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Pairs of offsets, in the decoded text and in the literal, from each of which on both run alike.
fn escapes(literal: &str) -> Vec<(usize, usize)> {
    let bytes = literal.as_bytes();
    let mut pairs = vec![(0, 1)];
    let (mut decoded, mut at) = (0, 1);
    while at + 1 < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            decoded += 1;
            continue;
        }
        if bytes[at + 1] == b'u' {
            let unit = |at: usize| literal.get(at + 2..at + 6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
            match unit(at) {
                // Two of these make one character outside the basic plane.
                Some(0xD800..=0xDBFF) => {
                    at += 12;
                    decoded += 4;
                }
                code => {
                    at += 6;
                    decoded += code.and_then(char::from_u32).map_or(0, char::len_utf8);
                }
            }
        } else {
            at += 2;
            decoded += 1;
        }
        pairs.push((decoded, at));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(text: &'t str, path: &str) -> Option<&'t str> {
        locate(text, [path]).remove(path).map(|place| &text[place])
    }

    #[test]
    fn objects_lists_and_texts() {
        let text = r#" [{"Workflow": {"name": "a,}", "data": {"1": {"x": [1, {"y": 2}]}, "a b": {}}}}, {}]"#;
        assert_eq!(found(text, ""), Some(text.trim()));
        assert_eq!(found(text, "[0].Workflow.data.1"), Some(r#"{"x": [1, {"y": 2}]}"#));
        assert_eq!(found(text, "[0].Workflow.data.1.x[1]"), Some(r#"{"y": 2}"#));
        assert_eq!(found(text, "[0].Workflow.name"), Some("\"a,}\""));
        assert_eq!(found(text, "[0].Workflow.data[\"a b\"]"), Some("{}"));
        assert_eq!(found(text, "[0].Workflow.data.1.x[0]"), Some("1"));
        assert_eq!(found(text, "[0].Workflow.data.1.x[1].y"), Some("2"));
        assert_eq!(found("-1.5e3", ""), Some("-1.5e3"));
        assert_eq!(found("[true, null ]", "[1]"), Some("null"));
        assert_eq!(found(text, "[1]"), Some("{}"));
        assert_eq!(found(text, "[2]"), None);
    }

    #[test]
    fn json_in_a_text() {
        let inner = "{\"1\": {\"é\": \"\\\"\"}, \"2\": {\"x\": \"😀\"}, \"3\": {}}";
        for escaped in [false, true] {
            let mut literal = serde_json::to_string(inner).unwrap();
            if escaped {
                literal = literal.replace('😀', "\\ud83d\\ude00").replace('é', "\\u00e9");
            }
            let text = format!("{{\"data\": {literal}}}");
            let places = locate(&text, ["data", "data.2", "data.3"]);
            assert_eq!(&text[places["data"].clone()], literal);
            assert!(text[places["data.2"].clone()].starts_with("{\\\"x\\\": \\\""));
            assert_eq!(&text[places["data.3"].clone()], "{}");
        }
    }

    #[test]
    fn in_a_part() {
        let node = r#"{"id": 3, "data": {"path": "é\"x", "list": ["a", 1]}}"#;
        let literal = serde_json::to_string(node).unwrap();
        let escaped = &literal[1..literal.len() - 1];
        for (part, is_escaped) in [(node, false), (escaped, true)] {
            let places = locate_in_part(part, is_escaped, ["id", "data.list[1]", "data.list[0]", "data.path"]);
            assert_eq!(&part[places["id"].clone()], "3");
            assert_eq!(&part[places["data.list[1]"].clone()], "1");
            assert_eq!(part[places["data.list[0]"].clone()].replace('\\', ""), "\"a\"");
            assert_eq!(part[places["data.path"].clone()].replace('\\', ""), "\"é\"x\"");
        }
    }

    #[test]
    fn what_is_not_json_does_no_harm() {
        for text in ["", "}", "[", "\"", "\"\\", "{\"a", ",", "{\"a\": \"{\\u12\"}"] {
            assert!(locate(text, ["a", "x"]).len() < 2);
        }
    }
}
