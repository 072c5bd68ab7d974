//! Texts as the objects and lists that the checker writes so: the inverse of its spelling, and of no other.
//!
//! A text that is spelled otherwise stays a text. Compiled, either is the same text again.

use rustc_hash::FxHashSet;

use crate::catalogue::Parameter;
use crate::check::encoded::{self, COLON, COMMA, is_template, json_string, only_expression};
use crate::syntax::is_number;

use super::written::{Entry, Written, name};

/// How deep brackets nest in what is read.
const MAX_DEPTH: usize = 8;

/// The object or list of a parameter that takes JSON.
pub(super) fn json(parameter: &Parameter, text: &str) -> Option<Written> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let mut reader = Reader { rest: text, jinja: parameter.jinja };
    let written = reader.value(0)?;
    // A string alone would be the text itself.
    let is_whole = reader.rest.is_empty() && matches!(written, Written::Object(_) | Written::List(_));
    is_whole.then_some(written)
}

/// The object of a parameter that takes lines of keys and values.
pub(super) fn lines(parameter: &Parameter, separator: &str, text: &str) -> Option<Written> {
    let mut reader = Reader { rest: text, jinja: parameter.jinja };
    let mut entries = Entries::default();
    loop {
        let (key, rest) = reader.rest.split_once(separator)?;
        if key.contains(['\n', '\r']) || key.contains(separator.trim()) {
            return None;
        }
        reader.rest = rest;
        let value = reader.line()?;
        entries.add(key, Written::Text(value))?;
        if reader.rest.is_empty() {
            return Some(entries.into_object());
        }
        reader.take("\n")?;
    }
}

/// The entries of an object, each key once.
#[derive(Default)]
struct Entries {
    keys: FxHashSet<String>,
    entries: Vec<Entry>,
}

impl Entries {
    fn add(&mut self, key: &str, value: Written) -> Option<()> {
        let is_new = !key.is_empty() && self.keys.insert(key.to_owned());
        is_new.then(|| self.entries.push((name(key), value)))
    }

    fn into_object(self) -> Written {
        Written::Object(self.entries)
    }
}

struct Reader<'t> {
    rest: &'t str,
    /// Whether MISP renders templates here.
    jinja: bool,
}

impl<'t> Reader<'t> {
    fn take(&mut self, token: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<Written> {
        if depth > MAX_DEPTH {
            return None;
        }
        for word in ["null", "true", "false"] {
            if self.take(word).is_some() {
                return Some(Written::Bare(word.to_owned()));
            }
        }
        if self.jinja
            && let Some(inside) = self.between(encoded::EXPRESSION)
        {
            let text = format!("{{{{ {inside} }}}}");
            return (only_expression(&text) == Some(inside)).then_some(Written::Text(text));
        }
        if self.jinja
            && let Some(inside) = self.between(encoded::TEXT)
        {
            let is_text = is_template(inside) && only_expression(inside).is_none();
            return is_text.then(|| Written::Text(inside.to_owned()));
        }
        match self.rest.as_bytes().first()? {
            b'{' => self.object(depth),
            b'[' => self.list(depth),
            b'"' => self.plain().map(Written::Text),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Written> {
        self.take("{")?;
        let mut entries = Entries::default();
        while self.take("}").is_none() {
            if !entries.entries.is_empty() {
                self.take(COMMA)?;
            }
            let key = self.string()?;
            self.take(COLON)?;
            let value = self.value(depth + 1)?;
            entries.add(&key, value)?;
        }
        Some(entries.into_object())
    }

    fn list(&mut self, depth: usize) -> Option<Written> {
        self.take("[")?;
        let mut items = Vec::new();
        while self.take("]").is_none() {
            if !items.is_empty() {
                self.take(COMMA)?;
            }
            items.push(self.value(depth + 1)?);
        }
        Some(Written::List(items))
    }

    fn number(&mut self) -> Option<Written> {
        let end = self.rest.find([',', ']', '}']).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        let is_json = serde_json::from_str::<serde_json::Number>(digits).is_ok();
        (is_json && is_number(digits)).then(|| Written::Bare(digits.to_owned()))
    }

    /// A string, if it is not a template in a parameter whose templates are rendered.
    fn plain(&mut self) -> Option<String> {
        let text = self.string()?;
        (!self.jinja || !is_template(&text)).then_some(text)
    }

    /// A string that is spelled as the checker spells it.
    fn string(&mut self) -> Option<String> {
        let mut strings = serde_json::Deserializer::from_str(self.rest).into_iter::<String>();
        let text = strings.next()?.ok()?;
        let (literal, rest) = self.rest.split_at(strings.byte_offset());
        self.rest = rest;
        (json_string(&text) == literal).then_some(text)
    }

    /// The value of a line.
    fn line(&mut self) -> Option<String> {
        if self.jinja
            && let Some(inside) = self.between(encoded::LINE)
        {
            return is_template(inside).then(|| inside.to_owned());
        }
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        let is_plain = !text.contains('\r') && (!self.jinja || !is_template(text));
        is_plain.then(|| text.to_owned())
    }

    /// What is between two marks, in which the last does not stand too.
    fn between(&mut self, (open, close): (&str, &str)) -> Option<&'t str> {
        let (inside, rest) = self.rest.strip_prefix(open)?.split_once(close)?;
        // A filter of its own inside would end at the same mark.
        if inside.contains("filter") && open != encoded::EXPRESSION.0 && inside.contains("{%") {
            return None;
        }
        self.rest = rest;
        Some(inside)
    }
}
