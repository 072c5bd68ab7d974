//! Text put together from known parts and the environment.

use std::borrow::Cow;

use super::{Filling, MissingVariable};
use crate::jinja::push_verbatim;
use crate::misp::placeholder::placeholder;
use crate::model::{ParamText, TextPart};

/// Fills in text from the environment and remembers what is not set.
pub(super) struct Resolver<'a> {
    filling: Filling<'a>,
    /// Whether MISP renders the texts that come now.
    is_template: bool,
    missing: Vec<MissingVariable>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(filling: Filling<'a>) -> Self {
        Self { filling, is_template: false, missing: Vec::new() }
    }

    /// Whether placeholders are written.
    pub(super) fn leaves_placeholders(&self) -> bool {
        matches!(self.filling, Filling::Placeholders)
    }

    /// Says whose texts come now: those of this parameter, or others.
    pub(super) fn enter(&mut self, module: &str, parameter: Option<&str>) {
        self.is_template = match (self.filling, parameter) {
            (Filling::ForMisp { is_template, .. }, Some(parameter)) => is_template(module, parameter),
            _ => false,
        };
    }

    /// The whole text; parts that are not set are left out and remembered.
    pub(super) fn resolve<'t>(&mut self, text: &'t ParamText<'_>) -> Cow<'t, str> {
        match text {
            ParamText::Plain(text) => Cow::Borrowed(text),
            ParamText::Parts(parts) => {
                let mut whole = String::new();
                for (index, part) in parts.iter().enumerate() {
                    let Some(value) = self.part(part) else { continue };
                    if self.is_template && matches!(part, TextPart::Secret { .. }) {
                        // Of two values that touch, the second sees the first.
                        let after = match parts.get(index + 1) {
                            Some(TextPart::Plain(after)) => after,
                            _ => "",
                        };
                        push_verbatim(&mut whole, &value, after);
                    } else {
                        whole.push_str(&value);
                    }
                }
                Cow::Owned(whole)
            }
        }
    }

    fn part<'t>(&mut self, part: &'t TextPart<'_>) -> Option<Cow<'t, str>> {
        let (name, default, origin, secret) = match part {
            TextPart::Plain(text) => return Some(Cow::Borrowed(text)),
            TextPart::Env { name, default, origin } => (name, default.as_deref(), origin, false),
            TextPart::Secret { name, origin } => (name, None, origin, true),
        };
        let (Filling::Values(environment) | Filling::ForMisp { environment, .. }) = self.filling else {
            return Some(placeholder(name).into());
        };
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
