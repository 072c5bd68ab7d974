//! Why a document could not be written.

use crate::base::source::Span;
use crate::diagnostics::{Code, Diagnostic};

/// Variables of the environment that a document needs are not set.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("environment variables are not set: {}", names(.missing))]
pub struct WriteError {
    /// All of them, in the order in which the document asks for them, each place once.
    pub missing: Vec<MissingVariable>,
}

/// A variable that is not set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MissingVariable {
    /// Its name.
    pub name: String,
    /// Where it is asked for.
    pub origin: Option<Span>,
    /// Whether its value is a secret.
    pub secret: bool,
}

impl MissingVariable {
    /// The finding to show.
    pub fn diagnostic(&self) -> Diagnostic {
        let Self { name, origin, secret } = self;
        let message = format!("the environment variable `{name}` is not set");
        let diagnostic = match origin {
            Some(span) => Diagnostic::at(Code::EnvironmentNotSet, *span, message).label("its value is needed here"),
            None => Diagnostic::new(Code::EnvironmentNotSet, message),
        };
        if *secret {
            diagnostic.help(format!("set `{name}` where the build runs; its value goes into the output only"))
        } else {
            diagnostic.help(format!("set `{name}` where the build runs, or give a default: `env(\"{name}\", \"…\")`"))
        }
    }
}

fn names(missing: &[MissingVariable]) -> String {
    missing.iter().map(|variable| format!("`{}`", variable.name)).collect::<Vec<_>>().join(", ")
}
