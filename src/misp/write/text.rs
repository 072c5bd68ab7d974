//! Text put together from known parts and the environment.

use std::borrow::Cow;

use super::{Filling, MissingVariable};
use crate::misp::placeholder::placeholder;
use crate::model::{ParamText, TextPart};

/// Fills in text from the environment and remembers what is not set.
pub(super) struct Resolver<'a> {
    filling: Filling<'a>,
    missing: Vec<MissingVariable>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(filling: Filling<'a>) -> Self {
        Self { filling, missing: Vec::new() }
    }

    /// Whether placeholders are written.
    pub(super) fn leaves_placeholders(&self) -> bool {
        matches!(self.filling, Filling::Placeholders)
    }

    /// The whole text; parts that are not set are left out and remembered.
    pub(super) fn resolve<'t>(&mut self, text: &'t ParamText<'_>) -> Cow<'t, str> {
        match text {
            ParamText::Plain(text) => Cow::Borrowed(text),
            ParamText::Parts(parts) => Cow::Owned(parts.iter().filter_map(|part| self.part(part)).collect()),
        }
    }

    fn part<'t>(&mut self, part: &'t TextPart<'_>) -> Option<Cow<'t, str>> {
        let (name, default, origin, secret) = match part {
            TextPart::Plain(text) => return Some(Cow::Borrowed(text)),
            TextPart::Env { name, default, origin } => (name, default.as_deref(), origin, false),
            TextPart::Secret { name, origin } => (name, None, origin, true),
        };
        let Filling::Values(environment) = self.filling else { return Some(placeholder(name).into()) };
        let value = environment(name).map(|value| Cow::Owned(value.expose().to_owned()));
        let value = value.or(default.map(Cow::Borrowed));
        if value.is_none() {
            let variable = MissingVariable { name: name.to_string(), origin: *origin, secret };
            if !self.missing.contains(&variable) {
                self.missing.push(variable);
            }
        }
        value
    }

    /// All variables that were needed and are not set.
    pub(super) fn into_missing(self) -> Vec<MissingVariable> {
        self.missing
    }
}
