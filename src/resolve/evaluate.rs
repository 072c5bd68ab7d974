//! From value expressions to constants.

use std::borrow::Cow;

use crate::base::source::Span;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{ParamText, TextPart};
use crate::syntax::tree::{Name, Text, Value, ValueKind};

use super::constant::{Constant, ConstantKind, ValueType};
use super::declaration::duplicate;
use super::duplicates::Seen;

/// The most entries a list, and the most bytes a text may have: more is a mistake or an attack
/// (constants can double themselves with `+`).
const MAX_ENTRIES: usize = 100_000;
const MAX_TEXT: usize = 1 << 20;

/// What names mean where a value is evaluated.
pub trait Names<'a> {
    /// The value of a constant or blueprint parameter; `None` if there is none of that name.
    fn lookup(&mut self, name: &'a str, span: Span) -> Option<Constant<'a>>;
    /// The entries of a list file; `None` if it cannot be read, which is then reported.
    fn lines(&mut self, path: &'a Text<'a>) -> Option<Vec<Constant<'a>>>;
    /// Reports a word that means nothing where it is.
    fn unknown_word(&mut self, word: &'a str, span: Span);
    /// Takes a finding.
    fn report(&mut self, diagnostic: Diagnostic);
}

/// The value of an expression. Words without a meaning stay words: what they may be depends on
/// where they are.
pub fn evaluate<'a>(value: &'a Value<'a>, names: &mut dyn Names<'a>) -> Constant<'a> {
    let span = value.span;
    let kind = match &value.kind {
        ValueKind::Text(text) => ConstantKind::Text(ParamText::Plain(borrowed(&text.content))),
        ValueKind::Number(digits) => ConstantKind::Number(digits),
        ValueKind::Boolean(value) => ConstantKind::Boolean(*value),
        ValueKind::Null => ConstantKind::Null,
        ValueKind::Path(path) => ConstantKind::Path(path),
        ValueKind::Name(name) => match names.lookup(name, span) {
            Some(constant) => return constant,
            None => ConstantKind::Word(name),
        },
        ValueKind::List(items) => ConstantKind::List(items.iter().map(|item| evaluate(item, names)).collect()),
        ValueKind::Object(entries) => {
            let mut seen = Seen::default();
            let mut object: Vec<(Name<'a>, Constant<'a>)> = Vec::with_capacity(entries.len());
            for entry in entries {
                if let Some(before) = seen.before(entry.name) {
                    names.report(duplicate("entry", entry.name, before));
                    continue;
                }
                object.push((entry.name, evaluate(&entry.value, names)));
            }
            ConstantKind::Object(object)
        }
        ValueKind::Env { name, default } => ConstantKind::Text(ParamText::Parts(vec![TextPart::Env {
            name: borrowed(&name.content),
            default: default.as_ref().map(|default| borrowed(&default.content)),
            origin: Some(span),
        }])),
        ValueKind::Secret(name) => ConstantKind::Text(ParamText::Parts(vec![TextPart::Secret {
            name: borrowed(&name.content),
            origin: Some(span),
        }])),
        ValueKind::Lines(path) => names.lines(path).map_or(ConstantKind::Unknown, ConstantKind::List),
        ValueKind::Concatenation(parts) => concatenate(parts, span, names),
    };
    Constant { kind, span }
}

fn concatenate<'a>(parts: &'a [Value<'a>], span: Span, names: &mut dyn Names<'a>) -> ConstantKind<'a> {
    let parts: Vec<_> = parts.iter().map(|part| (part.span, evaluate(part, names))).collect();
    if parts.iter().any(|(_, part)| matches!(part.kind, ConstantKind::Unknown)) {
        return ConstantKind::Unknown;
    }
    let is_list =
        |part: &Constant<'_>| matches!(part.kind, ConstantKind::List(_) | ConstantKind::Parameter(ValueType::List));
    let is_text = |part: &Constant<'_>| {
        matches!(
            part.kind,
            ConstantKind::Text(_) | ConstantKind::Number(_) | ConstantKind::Parameter(ValueType::String)
        )
    };
    let mut unknown = false;
    for (part_span, part) in &parts {
        if let ConstantKind::Word(word) = part.kind {
            names.unknown_word(word, *part_span);
            unknown = true;
        }
    }
    if unknown {
        return ConstantKind::Unknown;
    }
    let Some((first_span, first)) = parts.first() else { return ConstantKind::Unknown };
    let lists = is_list(first);
    if !lists && !is_text(first) {
        names.report(
            Diagnostic::at(
                Code::WrongType,
                *first_span,
                format!("{} cannot be joined with `+`", first.kind.describe()),
            )
            .help("`+` joins lists with lists and strings with strings"),
        );
        return ConstantKind::Unknown;
    }
    for (part_span, part) in &parts[1..] {
        let fits = if lists { is_list(part) } else { is_text(part) };
        if !fits {
            let wanted = if lists { "a list" } else { "text" };
            let diagnostic = Diagnostic::at(
                Code::WrongType,
                *part_span,
                format!("{} cannot be joined to {wanted} with `+`", part.kind.describe()),
            )
            .also(*first_span, format!("this is {wanted}"));
            names.report(if lists {
                diagnostic.help("put a single value between brackets: `[value]`")
            } else {
                diagnostic.help("`+` joins lists with lists and strings with strings")
            });
            return ConstantKind::Unknown;
        }
    }
    if lists { join_lists(parts, span, names) } else { join_texts(parts, span, names) }
}

fn join_lists<'a>(parts: Vec<(Span, Constant<'a>)>, span: Span, names: &mut dyn Names<'a>) -> ConstantKind<'a> {
    let mut joined = Vec::new();
    for (_, part) in parts {
        match part.kind {
            ConstantKind::List(items) => joined.extend(items),
            _ => return ConstantKind::Parameter(ValueType::List),
        }
        if joined.len() > MAX_ENTRIES {
            names.report(Diagnostic::at(
                Code::WrongType,
                span,
                format!("this list has more than {MAX_ENTRIES} entries"),
            ));
            return ConstantKind::Unknown;
        }
    }
    ConstantKind::List(joined)
}

fn join_texts<'a>(parts: Vec<(Span, Constant<'a>)>, span: Span, names: &mut dyn Names<'a>) -> ConstantKind<'a> {
    let mut joined: Vec<TextPart<'a>> = Vec::new();
    let mut length = 0;
    for (_, part) in parts {
        let pieces = match part.kind {
            ConstantKind::Text(ParamText::Plain(text)) => vec![TextPart::Plain(text)],
            ConstantKind::Text(ParamText::Parts(pieces)) => pieces,
            ConstantKind::Number(digits) => vec![TextPart::Plain(Cow::Borrowed(digits))],
            _ => return ConstantKind::Parameter(ValueType::String),
        };
        for piece in pieces {
            if let TextPart::Plain(text) = &piece {
                length += text.len();
            }
            match (joined.last_mut(), piece) {
                (Some(TextPart::Plain(before)), TextPart::Plain(text)) => before.to_mut().push_str(&text),
                (_, piece) => joined.push(piece),
            }
        }
        if length > MAX_TEXT || joined.len() > MAX_ENTRIES {
            names.report(Diagnostic::at(Code::WrongType, span, format!("this string has more than {MAX_TEXT} bytes")));
            return ConstantKind::Unknown;
        }
    }
    match <[_; 1]>::try_from(joined) {
        Ok([TextPart::Plain(text)]) => ConstantKind::Text(ParamText::Plain(text)),
        Ok(one) => ConstantKind::Text(ParamText::Parts(one.into())),
        Err(joined) => ConstantKind::Text(ParamText::Parts(joined)),
    }
}

fn borrowed(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}
