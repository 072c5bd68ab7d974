//! How deep brackets nest, measured before the recursive parser starts.

use std::ops::Range;

/// How deep parentheses, brackets and braces may nest. Hand-written files stay below ten; the
/// limit keeps hostile ones from exhausting the stack.
pub const MAX_NESTING: usize = 64;

/// The first bracket that lies deeper than [`MAX_NESTING`].
///
/// It skips what the grammar reads as one token: strings, comments and the tests of hash paths.
pub fn too_deep(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at),
            b'#' => at = line_end(bytes, at),
            b'[' if follows_path(bytes, at) => at = path_test_end(bytes, at),
            b'(' | b'[' | b'{' => {
                depth += 1;
                if depth > MAX_NESTING {
                    return Some(at..at + 1);
                }
                at += 1;
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            _ => at += 1,
        }
    }
    None
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(bytes.len(), |length| from + length)
}

/// Behind the string that begins at `at`, or behind its quote when it is never closed.
fn string_end(bytes: &[u8], at: usize) -> usize {
    if bytes[at..].starts_with(b"\"\"\"") {
        let from = at + 3;
        let length = bytes[from..].windows(3).position(|window| window == b"\"\"\"");
        return length.map_or(from, |length| from + length + 3);
    }
    let mut end = at + 1;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'"' => return end + 1,
            b'\\' => end += 2,
            b'\n' => break,
            _ => end += 1,
        }
    }
    at + 1
}

/// Whether the bracket at `at` continues a hash path, as in `Tag.{n}[name=x]`.
fn follows_path(bytes: &[u8], at: usize) -> bool {
    at > 0 && (matches!(bytes[at - 1], b'_' | b'-' | b'}' | b']' | b'.') || bytes[at - 1].is_ascii_alphanumeric())
}

/// Behind the test that begins at `at`, or behind its bracket when it is never closed.
fn path_test_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b']' => return end + 1,
            b'\n' | b'\r' => break,
            b'=' if bytes.get(end + 1) == Some(&b'/') => end = regex_end(bytes, end + 2).unwrap_or(end + 1),
            _ => end += 1,
        }
    }
    at + 1
}

fn regex_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut end = from;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'/' => return Some(end + 1),
            b'\n' | b'\r' => return None,
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{MAX_NESTING, too_deep};

    #[test]
    fn the_limit_is_exact() {
        let fits = format!("{}{}", "(".repeat(MAX_NESTING), ")".repeat(MAX_NESTING));
        assert_eq!(too_deep(&fits), None);
        assert_eq!(too_deep(&format!("({fits})")), Some(MAX_NESTING..MAX_NESTING + 1));
    }

    #[test]
    fn brackets_in_tokens_do_not_count() {
        let many = "[".repeat(500);
        for text in [
            format!("\"{many}\""),
            format!("\"\"\"\n{many}\n\"\"\""),
            format!("# {many}\n"),
            format!("x.{{n}}[name=/{many}/]"),
            format!("\"\\\"{many}\""),
        ] {
            assert_eq!(too_deep(&text), None, "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_token_hides_nothing() {
        let many = "[ ".repeat(500);
        for text in [format!("\" \n{many}"), format!("\"\"\" {many}"), format!("x[ \n{many}"), format!("x[=/ ] {many}")]
        {
            assert!(too_deep(&text).is_some(), "{text}");
        }
    }
}
