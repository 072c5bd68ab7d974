//! How large a Jinja template may be to be read.
//!
//! Jinja's reader goes down once for each operator of a chain and for each `elif`, so that a long chain would
//! exhaust the stack. Everything that reads a template asks here first, and reads what is allowed with
//! [`read`]. Python's Jinja2 itself gives up on chains of a few hundred operators.

/// The most operators and names in one chain: what is nested in what is added up.
pub const MAX_CHAIN: usize = 1_000;
/// The most `if` and `elif` one in the other. An `elif` is inside all that are before it.
pub const MAX_BRANCHES: usize = 1_000;
/// The most lines that a template may have, and the most bytes of a line: Jinja's reader counts both
/// with 16 bits.
pub const MAX_LINES: usize = 65_000;

/// Chains and branches up to this depth are read on the stack at hand.
const SHALLOW: usize = 40;
/// The stack for deeper ones, in bytes: enough for the deepest within the bounds.
const STACK: usize = 128 * 1024 * 1024;

/// How deep the parts of a template go that may be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Depth(usize);

/// Why a template is not read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TooLarge {
    /// An expression has a chain of more than [`MAX_CHAIN`] operators and names.
    Chain,
    /// More than [`MAX_BRANCHES`] of `if` and `elif` are one in the other.
    Branches,
    /// There are more than [`MAX_LINES`] lines, or a line of more bytes than that.
    Lines,
}

/// How deep a template goes.
///
/// # Errors
///
/// Why it is not to be read.
pub fn depth(text: &str) -> Result<Depth, TooLarge> {
    if text.lines().count() > MAX_LINES || text.lines().any(|line| line.len() > MAX_LINES) {
        return Err(TooLarge::Lines);
    }
    let (mut deepest, mut at) = (0, 0);
    // How many `elif` each open `if` has so far, and how deep all of them are together.
    let (mut open, mut branches) = (Vec::new(), 0_usize);
    let mut blocks = 0_usize;
    while let Some(start) = tag_start(text, at) {
        let inside = start + 2;
        if text[start..].starts_with("{#") {
            at = after(text, inside, "#}");
            continue;
        }
        let tag = Tag::read(text, inside);
        deepest = deepest.max(tag.deepest);
        at = tag.end;
        if !text[start..].starts_with("{%") {
            continue;
        }
        match tag.word {
            "raw" => at = raw_end(text, at),
            "if" => {
                open.push(1);
                branches += 1;
            }
            "elif" => {
                if let Some(chain) = open.last_mut() {
                    *chain += 1;
                    branches += 1;
                }
            }
            "endif" => branches -= open.pop().unwrap_or_default(),
            "for" | "with" | "filter" | "macro" | "call" | "block" | "set" | "autoescape" => blocks += 1,
            _ => {}
        }
        if branches > MAX_BRANCHES {
            return Err(TooLarge::Branches);
        }
        deepest = deepest.max(branches).max(blocks.min(SHALLOW));
    }
    if deepest > MAX_CHAIN { Err(TooLarge::Chain) } else { Ok(Depth(deepest)) }
}

/// Reads a template of this depth, with a stack that is large enough. `None` where there is no such stack.
pub fn read<T: Send>(depth: Depth, reads: impl FnOnce() -> T + Send) -> Option<T> {
    if depth.0 < SHALLOW { Some(reads()) } else { with_stack(STACK, reads) }
}

/// Does something on a stack of its own. `None` where there is no room for it.
pub(crate) fn with_stack<T: Send>(size: usize, does: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(size).spawn_scoped(scope, does).ok()?;
        thread.join().ok()
    })
}

fn tag_start(text: &str, from: usize) -> Option<usize> {
    let places = text[from..].match_indices('{').map(|(at, _)| from + at);
    places.into_iter().find(|at| text[at + 1..].starts_with(['{', '%', '#']))
}

/// Whether a beginning of a template ends in a tag, a comment or `raw`.
pub(super) fn is_open(text: &str) -> bool {
    let mut at = 0;
    while let Some(start) = tag_start(text, at) {
        let inside = start + 2;
        if text[start..].starts_with("{#") {
            let Some(end) = text[inside..].find("#}") else { return true };
            at = inside + end + 2;
            continue;
        }
        let tag = Tag::read(text, inside);
        if !tag.is_closed {
            return true;
        }
        at = tag.end;
        if text[start..].starts_with("{%") && tag.word == "raw" {
            at = raw_end(text, at);
            if at == text.len() {
                return true;
            }
        }
    }
    false
}

/// Where the text goes on after the next `end`.
fn after(text: &str, from: usize, end: &str) -> usize {
    text[from..].find(end).map_or(text.len(), |at| from + at + end.len())
}

/// Where the tag `endraw` begins.
fn raw_end(text: &str, from: usize) -> usize {
    let places = text[from..].match_indices("{%").map(|(at, _)| from + at);
    let ends = |at: &usize| text[at + 2..].trim_start_matches(['-', '+']).trim_start().starts_with("endraw");
    places.into_iter().find(ends).unwrap_or(text.len())
}

/// One `{{ … }}` or `{% … %}`.
struct Tag<'t> {
    /// Its first word.
    word: &'t str,
    /// How deep its expressions go.
    deepest: usize,
    /// Where the text goes on after it.
    end: usize,
    /// Whether its end is there.
    is_closed: bool,
}

impl<'t> Tag<'t> {
    /// Reads to the end of the tag; `start` is after its `{{` or `{%`.
    fn read(text: &'t str, start: usize) -> Self {
        let close = if text[..start].ends_with("{{") { "}}" } else { "%}" };
        let is_name = |char: char| char == '_' || char.is_alphanumeric();
        let mut tag = Tag { word: "", deepest: 0, end: text.len(), is_closed: false };
        // The length of the chain at each level of brackets, and of all of them.
        let (mut chains, mut sum) = (vec![0], 0);
        let mut at = start;
        if text[at..].starts_with(['-', '+']) {
            at += 1;
        }
        let mut is_first = true;
        while let Some(char) = text[at..].chars().next() {
            let rest = &text[at..];
            if chains.len() == 1 && rest.starts_with(close) {
                tag.end = at + 2;
                tag.is_closed = true;
                break;
            }
            let length = match char {
                '\'' | '"' => string_length(rest),
                char if is_name(char) => rest.find(|char| !is_name(char)).unwrap_or(rest.len()),
                char => char.len_utf8(),
            };
            at += length;
            if char.is_whitespace() {
                continue;
            }
            if std::mem::take(&mut is_first) {
                tag.word = &rest[..length];
            }
            let last = chains.len() - 1;
            match char {
                ',' | ':' => sum -= std::mem::take(&mut chains[last]),
                ')' | ']' | '}' if last > 0 => sum -= chains.pop().unwrap_or_default(),
                _ => {
                    chains[last] += 1;
                    sum += 1;
                }
            }
            if matches!(char, '(' | '[' | '{') {
                chains.push(0);
            }
            tag.deepest = tag.deepest.max(sum);
        }
        tag
    }
}

/// The length of the string literal at the beginning of `text`.
pub(crate) fn string_length(text: &str) -> usize {
    let quote = text.as_bytes()[0];
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            byte if byte == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{Depth, MAX_BRANCHES, MAX_CHAIN, TooLarge, depth, read};

    #[test]
    fn siblings_are_not_deep() {
        let items = vec!["a.b|c"; 3_000].join(", ");
        assert_eq!(depth(&format!("{{{{ [{items}] }}}}")), Ok(Depth(6)));
        let entries = vec!["'a': 1"; 3_000].join(", ");
        assert_eq!(depth(&format!("{{% set x = {{{entries}}} %}}")), Ok(Depth(5)));
        assert_eq!(depth(&format!("{{{{ '{}' }}}}", "+1".repeat(10_000))), Ok(Depth(1)));
        assert_eq!(depth(&"{% if a %}b{% elif c %}d{% endif %}".repeat(1_500)), Ok(Depth(2)));
        assert_eq!(depth(&"{{ a + 1 }}".repeat(2_000)), Ok(Depth(3)));
    }

    #[test]
    fn what_is_only_text_does_not_count() {
        let long = format!("{{{{ a{} }}}}", "+1".repeat(5_000));
        for text in ["+1".repeat(5_000), format!("{{# {long} #}}"), format!("{{% raw %}}{long}{{% endraw %}}")] {
            assert!(depth(&text).is_ok(), "{}", &text[..30]);
        }
        assert_eq!(depth(&format!("{{% raw %}}{{% endraw %}}{long}")), Err(TooLarge::Chain));
        assert_eq!(depth(&format!("{{# ' #}}{long}")), Err(TooLarge::Chain));
        assert_eq!(depth(&format!("{{{{ {{'a': '}}}}'}} }}}}{long}")), Err(TooLarge::Chain));
    }

    #[test]
    fn chains_and_branches_that_are_too_long_are_found() {
        for part in ["+1", "|int", "not ", ".a", "[0]", "()", " is a", " if a else b", "~'a'", "-", "(", "[", " ** 2"] {
            for text in [
                format!("{{{{ a{} }}}}", part.repeat(100_000 / part.len().max(4))),
                format!("{{% if a %}}{{% elif {}a %}}{{% endif %}}", part.repeat(10_000)),
                format!("{{{{ {{'a': [b, c{}]}} }}}}", part.repeat(10_000)),
            ] {
                assert!(depth(&text).is_err(), "{part}");
            }
        }
        for before in ["", "{%- for x in y -%}", "{% if b %}"] {
            let text = format!("{before}{{% if a %}}{}", "\n{%- elif a %}".repeat(MAX_BRANCHES));
            assert_eq!(depth(&text), Err(TooLarge::Branches));
        }
        assert_eq!(depth(&"\n".repeat(70_000)), Err(TooLarge::Lines));
        assert_eq!(depth(&"a".repeat(70_000)), Err(TooLarge::Lines));
    }

    /// Or else the bounds are too high for the stack.
    #[test]
    fn the_deepest_templates_within_the_bounds_can_be_read() {
        for part in
            ["-", "not ", ".a", "[a", "(", "|a", "+a", " if a else a", "==a", " and a", " is a", "~a", "{", "()", "**a"]
        {
            for count in [MAX_CHAIN / 4, MAX_CHAIN / 2 - 3, MAX_CHAIN - 4] {
                let repeated = part.repeat(count);
                for text in [
                    format!("{{{{a{repeated}}}}}"),
                    format!("{{{{{repeated}a}}}}"),
                    format!("{{%if a{repeated}%}}{{%endif%}}"),
                ] {
                    let Ok(depth) = depth(&text) else { continue };
                    let environment = minijinja::Environment::new();
                    assert!(read(depth, || environment.template_from_str(&text).is_ok()).is_some());
                }
            }
        }
        let text = format!("{{% if a %}}{}{{% endif %}}", "{% elif a %}".repeat(MAX_BRANCHES - 1));
        let environment = minijinja::Environment::new();
        assert_eq!(read(depth(&text).unwrap(), || environment.template_from_str(&text).is_ok()), Some(true));
    }
}
