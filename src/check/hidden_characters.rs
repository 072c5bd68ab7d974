//! Characters in a source that a reader cannot see.

use std::fmt::Write as _;

use crate::base::characters::{character_name, hidden_characters};
use crate::base::source::{FileId, SourceFile, Span};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::{Surroundings, surroundings};

/// So many lines of a file are reported.
const MOST_LINES: usize = 100;
/// So many characters of a line are pointed at.
const MOST_ON_LINE: usize = 8;

/// Reports the hidden characters of a text, one finding a line.
pub(crate) fn check_hidden_characters(file: &SourceFile, id: FileId, diagnostics: &mut Vec<Diagnostic>) {
    // Where no line ends otherwise, a carriage return is a line end.
    let ends_lines = |c: char| c == '\r' && !file.text.contains('\n');
    let mut parts = surroundings(&file.text).peekable();
    let found = hidden_characters(&file.text).filter(|&(_, c)| !ends_lines(c)).map(|(at, c)| {
        while parts.next_if(|(part, _)| part.end <= at).is_some() {}
        let place = parts.peek().filter(|(part, _)| part.contains(&at)).map_or(Surroundings::Plain, |(_, kind)| *kind);
        Hidden { at, c, place: Some(place) }
    });
    report(file, id, found, diagnostics);
}

/// As [`check_hidden_characters`] for a file in another language, such as JSON.
pub(crate) fn check_hidden_in_data(file: &SourceFile, id: FileId, diagnostics: &mut Vec<Diagnostic>) {
    let ends_lines = |c: char| c == '\r' && !file.text.contains('\n');
    let found = hidden_characters(&file.text).filter(|&(_, c)| !ends_lines(c));
    report(file, id, found.map(|(at, c)| Hidden { at, c, place: None }), diagnostics);
}

struct Hidden {
    at: usize,
    c: char,
    /// What it is in; unknown in other languages.
    place: Option<Surroundings>,
}

impl Hidden {
    fn span(&self, id: FileId) -> Span {
        Span::new(id, self.at, self.at + self.c.len_utf8())
    }

    /// The character as an escape of a string.
    fn escape(&self) -> String {
        let number = u32::from(self.c);
        if number > 0xffff { format!("\\u{{{number:x}}}") } else { format!("\\u{number:04x}") }
    }

    /// What takes its place, where that can be said.
    fn replacement(&self, text: &str) -> Option<String> {
        match self.place? {
            Surroundings::String if is_escaped(text, self.at) => None,
            Surroundings::String => Some(self.escape()),
            Surroundings::Comment => Some(String::new()),
            // Also controls that count as blanks part words.
            Surroundings::Plain => Some(if self.c.is_control() { " ".to_owned() } else { String::new() }),
            Surroundings::Block => None,
        }
    }
}

/// Whether a backslash before makes this the letter of an escape.
fn is_escaped(text: &str, at: usize) -> bool {
    text.as_bytes()[..at].iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 1
}

fn report(file: &SourceFile, id: FileId, found: impl Iterator<Item = Hidden>, diagnostics: &mut Vec<Diagnostic>) {
    let mut lines = 0;
    let mut line = usize::MAX;
    let mut on_line: Vec<Hidden> = Vec::new();
    let mut more = 0;
    for hidden in found {
        let its_line = file.line_index(hidden.at);
        if its_line != line {
            diagnostics.extend(finding(file, id, &on_line, more));
            on_line.clear();
            (line, more) = (its_line, 0);
            lines += 1;
            if lines > MOST_LINES {
                diagnostics.push(
                    Diagnostic::at(Code::HiddenCharacter, hidden.span(id), "further lines hold hidden characters")
                        .note(format!("only the first {MOST_LINES} such lines are listed")),
                );
                return;
            }
        }
        if on_line.len() < MOST_ON_LINE { on_line.push(hidden) } else { more += 1 }
    }
    diagnostics.extend(finding(file, id, &on_line, more));
}

/// The finding about the hidden characters of a line, some of which may be left out.
fn finding(file: &SourceFile, id: FileId, found: &[Hidden], more: usize) -> Option<Diagnostic> {
    let first = found.first()?;
    let place = match first.place {
        Some(Surroundings::String | Surroundings::Block) => "this string",
        Some(Surroundings::Comment) => "this comment",
        Some(Surroundings::Plain) | None => "this line",
    };
    let described = |hidden: &Hidden| format!("U+{:04X} ({})", u32::from(hidden.c), character_name(hidden.c));
    let mut message = format!("{place} holds a hidden character: {}", described(first));
    if found.len() + more > 1 {
        let _ = write!(message, " and {} more", found.len() + more - 1);
    }
    let mut diagnostic = Diagnostic::at(Code::HiddenCharacter, first.span(id), message)
        .label(character_name(first.c))
        .note(why(first.c));
    for hidden in &found[1..] {
        diagnostic = diagnostic.also(hidden.span(id), described(hidden));
    }
    for hidden in found {
        if let Some(replacement) = hidden.replacement(&file.text) {
            diagnostic = diagnostic.safe_fix(hidden.span(id), replacement);
        }
    }
    Some(diagnostic.help(match first.place {
        Some(Surroundings::String) => format!("write it as `{}` if it is needed, or remove it", first.escape()),
        Some(Surroundings::Block) => {
            format!("remove it, or write the string on one line as `\"…\"`, with `{}` if it is needed", first.escape())
        }
        Some(Surroundings::Comment | Surroundings::Plain) => "remove it".to_owned(),
        None => "remove it, or write it as an escape if it is needed".to_owned(),
    }))
}

fn why(c: char) -> &'static str {
    match c {
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "it changes the order in which text is shown: a reviewer may see something else than MISP reads"
        }
        c if c.is_control() => "a terminal may obey it, and a reviewer does not see it",
        _ => "a reviewer does not see it: two strings that look the same may differ",
    }
}
