//! Which parts of the data a template looks at, so that only those are handed to it.

use minijinja::Value as JinjaValue;

use super::methods;
use super::values::dict;
use crate::php::{Array, Key, KeyRef, Text, Value};

/// The names a template looks up in the data, each with what it looks up inside.
#[derive(Clone, Debug, Default)]
pub(super) struct Needs {
    /// Whether all of it is wanted.
    whole: bool,
    parts: Vec<(String, Needs)>,
}

/// How deep the parts are told apart.
const DEPTH: usize = 6;

impl Needs {
    /// What the text of a template names. Every word counts, wherever it is, so that nothing is missed; what
    /// follows a word directly after a dot is a part of it.
    pub(super) fn of(template: &str) -> Self {
        let mut needs = Self::default();
        let is_name = |char: char| char == '_' || char.is_alphanumeric();
        let mut rest = template;
        while let Some(start) = rest.find(is_name) {
            rest = &rest[start..];
            let mut end = 0;
            loop {
                end += rest[end..].find(|char| !is_name(char)).unwrap_or(rest.len() - end);
                let more = rest[end..].strip_prefix('.').is_some_and(|after| after.starts_with(is_name));
                if !more {
                    break;
                }
                end += 1;
            }
            needs.add(rest[..end].split('.'), DEPTH);
            rest = &rest[end..];
        }
        needs
    }

    fn add<'p>(&mut self, mut path: impl Iterator<Item = &'p str>, depth: usize) {
        match path.next() {
            // A method looks at all of what it is called on.
            Some(name) if depth > 0 && !methods::OF_DICTS.contains(&name) => {
                let at = self.parts.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
                    self.parts.push((name.to_owned(), Self::default()));
                    self.parts.len() - 1
                });
                self.parts[at].1.add(path, depth - 1);
            }
            _ => self.whole = true,
        }
    }

    /// What the template gets.
    pub(super) fn context(&self, data: &Value<'_>, base_url: Option<&str>) -> JinjaValue {
        let mut entries = Vec::new();
        if let Some(data) = data.as_array() {
            entries = self.entries(data);
        }
        if let Some(base_url) = base_url {
            let mut surroundings = Array::new();
            surroundings.set("baseurl", Value::string(base_url.to_owned()));
            entries.push((Key::new("_env".into()), surroundings.into()));
        }
        dict(entries)
    }

    fn entries(&self, data: &Array<'_>) -> Vec<(Key<'static>, Value<'static>)> {
        let parts = self.parts.iter().filter_map(|(name, needs)| {
            let value = data.get(KeyRef::new(name))?;
            Some((Key::new(Text::Shared(name.as_str().into())), needs.part(value)))
        });
        parts.collect()
    }

    fn part(&self, value: &Value<'_>) -> Value<'static> {
        match value {
            // A list that has lost its parts would no longer be one.
            Value::Array(array) if !self.whole && !array.is_list() => Array::from_entries(self.entries(array)).into(),
            _ => value.clone().into_owned(),
        }
    }
}
