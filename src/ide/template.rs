//! What is wanted in a Jinja template that is being typed.

use std::ops::Range;

/// A place in a template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Place {
    /// The word that is being typed, up to the place.
    pub typed: Range<usize>,
    pub wanted: Wanted,
}

/// What is wanted at a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Wanted {
    /// After `|`.
    Filter,
    /// After `is`.
    Test,
    /// A variable: one of the data, or of those that the template sets.
    Variable { local: Vec<String> },
    /// A key of what a path finds; the path is a hash path.
    Key { path: String },
    /// After `{%`.
    Statement,
}

/// What is wanted at the end of a template; `None` outside of an expression.
pub(super) fn at(text: &str) -> Option<Place> {
    let opened = ["{{", "{%"].into_iter().filter_map(|sign| text.rfind(sign)).max()?;
    let closed = ["}}", "%}"].into_iter().filter_map(|sign| text.rfind(sign)).max();
    if closed.is_some_and(|closed| closed > opened) {
        return None;
    }
    let inner = &text[opened + 2..];
    // Quotes of the template; in a string of the language they are escaped.
    let quotes = |quote: char| inner.matches(quote).count() % 2 == 1;
    if quotes('\'') || quotes('"') {
        return None;
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '[' | ']');
    let word = inner.rfind(|c| !is_part(c)).map_or(0, |at| at + inner[at..].chars().next().map_or(1, char::len_utf8));
    let typed = &inner[word..];
    let before = inner[..word].trim_end().trim_end_matches('-').trim_end();
    let base = opened + 2;
    let here = |start: usize, wanted: Wanted| Some(Place { typed: base + start..text.len(), wanted });
    if before.ends_with('|') {
        return here(word, Wanted::Filter);
    }
    let last_word = before.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
    let is_not = last_word == "not" && before.trim_end_matches("not").trim_end().ends_with(" is");
    if last_word == "is" || is_not {
        return here(word, Wanted::Test);
    }
    let is_statement = text[opened..].starts_with("{%");
    if is_statement && before.is_empty() {
        return here(word, Wanted::Statement);
    }
    // A name is being given.
    if is_statement && matches!(last_word, "for" | "set" | "macro" | "block") {
        return None;
    }
    let Some(dot) = typed.rfind('.') else {
        return here(word, Wanted::Variable { local: locals(&text[..opened + 2 + word]) });
    };
    let path = resolved(&typed[..dot], text, 0)?;
    here(word + dot + 1, Wanted::Key { path })
}

/// The names that a template sets before a place.
fn locals(text: &str) -> Vec<String> {
    let mut names: Vec<String> = bindings(text).into_iter().map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    names
}

/// The names of `{% for NAME in PATH %}` and `{% set NAME = PATH %}`, each with what it is, as a hash path.
fn bindings(text: &str) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    for statement in text.split("{%").skip(1) {
        let statement = statement.split("%}").next().unwrap_or_default().trim_matches(['-', ' ', '\n', '\t']);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if let Some((name, of)) = statement.strip_prefix("for ").and_then(|rest| rest.split_once(" in ")) {
            for name in name.split(',').map(str::trim).filter(|name| name.chars().all(is_name)) {
                let path = of.split([' ', '|']).next().map(|path| format!("{path}.{{n}}"));
                found.push((name.to_owned(), path));
            }
        } else if let Some((name, of)) = statement.strip_prefix("set ").and_then(|rest| rest.split_once('=')) {
            let path = of.trim();
            let is_path = path.chars().all(|c| is_name(c) || matches!(c, '.' | '[' | ']'));
            found.push((name.trim().to_owned(), is_path.then(|| path.to_owned())));
        }
    }
    found
}

/// A path of the template as a hash path from the root of the data; `None` if it is not known.
fn resolved(path: &str, text: &str, depth: usize) -> Option<String> {
    // `a[0].b` is `a.{n}.b`.
    let mut plain = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        plain.push_str(".{n}");
        rest = after.split_once(']')?.1;
    }
    plain.push_str(rest);
    let (first, others) = plain.split_once('.').map_or((plain.as_str(), None), |(first, others)| (first, Some(others)));
    let binding = bindings(text).into_iter().rev().find(|(name, _)| name == first);
    let start = match binding {
        // A chain of names has an end.
        Some((_, Some(_))) if depth > 8 => return None,
        Some((_, Some(of))) => resolved(&of, text, depth + 1)?,
        Some((_, None)) => return None,
        None => first.to_owned(),
    };
    Some(others.map_or_else(|| start.clone(), |others| format!("{start}.{others}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(text: &str) -> Option<Wanted> {
        at(text).map(|place| place.wanted)
    }

    #[test]
    fn expressions_and_statements() {
        let variable =
            |names: &[&str]| Wanted::Variable { local: names.iter().map(|name| (*name).to_owned()).collect() };
        let key = |path: &str| Some(Wanted::Key { path: path.to_owned() });
        assert_eq!(wanted("{{ "), Some(variable(&[])));
        assert_eq!(wanted("{{ Ev"), Some(variable(&[])));
        assert_eq!(wanted("{{ Event."), key("Event"));
        assert_eq!(wanted("{{ Event.Orgc.na"), key("Event.Orgc"));
        assert_eq!(wanted("{{ Event.info | "), Some(Wanted::Filter));
        assert_eq!(wanted("{{ Event.info | up"), Some(Wanted::Filter));
        assert_eq!(wanted("{% if Event.info is "), Some(Wanted::Test));
        assert_eq!(wanted("{% if Event.info is not def"), Some(Wanted::Test));
        assert_eq!(wanted("{% "), Some(Wanted::Statement));
        assert_eq!(wanted("{%- fo"), Some(Wanted::Statement));
        assert_eq!(wanted("{% for t in Event.Tag %}{{ t."), key("Event.Tag.{n}"));
        assert_eq!(
            wanted("{% for a in Event.Attribute %}{% for t in a.Tag %}{{ t.na"),
            key("Event.Attribute.{n}.Tag.{n}")
        );
        assert_eq!(wanted("{% set e = Event %}{{ e.Tag[0]."), key("Event.Tag.{n}"));
        assert_eq!(wanted("{% for t in Event.Tag %}{{ "), Some(variable(&["t"])));
    }

    #[test]
    fn places_outside_of_templates() {
        for text in ["", "a", "{{ Event.info }} ", "{{ 'a ", "{% for ", "{% set x"] {
            assert_eq!(wanted(text), None, "{text}");
        }
        // A name that is set to itself would have no end.
        assert_eq!(wanted("{% set a = a %}{{ a."), None);
    }

    #[test]
    fn the_word_that_is_typed() {
        let text = "x {{ Event.in";
        assert_eq!(&text[at(text).unwrap().typed], "in");
        let text = "x {{ Event.info | toj";
        assert_eq!(&text[at(text).unwrap().typed], "toj");
    }
}
