//! Where a hash path is cut into tokens.

use std::ops::Range;

/// What `trim` of PHP takes off both ends.
const BLANK: [char; 6] = [' ', '\t', '\n', '\r', '\0', '\u{b}'];

/// The tokens of a path as MISP cuts it: at every dot if there is no `[`; else at the dots outside of
/// brackets, with white space taken off. A `]` too many keeps the rest in one token.
pub(super) fn tokens(path: &str) -> Vec<Range<usize>> {
    if !path.contains('[') {
        return between_dots(path).collect();
    }
    let mut tokens = Vec::new();
    let mut depth = 0_i64;
    let mut start = 0;
    for (at, byte) in path.bytes().enumerate() {
        match byte {
            b'.' if depth == 0 => {
                tokens.push(trimmed(path, start..at));
                start = at + 1;
            }
            b'[' => depth += 1,
            b']' => depth -= 1,
            _ => {}
        }
    }
    tokens.push(trimmed(path, start..path.len()));
    tokens
}

/// The parts between all dots.
pub(super) fn between_dots(path: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut start = 0;
    path.split('.').map(move |part| {
        let range = start..start + part.len();
        start = range.end + 1;
        range
    })
}

fn trimmed(path: &str, range: Range<usize>) -> Range<usize> {
    let token = &path[range.clone()];
    let start = range.start + (token.len() - token.trim_start_matches(BLANK).len());
    start..start + token.trim_matches(BLANK).len()
}

#[cfg(test)]
mod tests {
    use super::tokens;

    #[test]
    fn dots_cut_outside_of_brackets() {
        for (path, expected) in [
            ("a.b", &["a", "b"][..]),
            ("a. b ", &["a", " b "]),
            ("a.{n}[x=1.5].b.", &["a", "{n}[x=1.5]", "b", ""]),
            (" a . b[c] ", &["a", "b[c]"]),
            ("a[b=[x.y].z].c", &["a[b=[x.y].z]", "c"]),
            ("a[b=c].d].e.f", &["a[b=c]", "d].e.f"]),
            ("a].b[c].d", &["a].b[c].d"]),
            ("é.ü[ö].ä", &["é", "ü[ö]", "ä"]),
        ] {
            let cut: Vec<_> = tokens(path).into_iter().map(|range| &path[range]).collect();
            assert_eq!(cut, expected, "{path}");
        }
    }
}
