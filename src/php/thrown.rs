//! What PHP throws.

use std::borrow::Cow;

/// An exception of PHP. In MISP nobody catches these: the run, or the request, ends in an internal error.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Thrown {
    /// Its class.
    pub class: PhpClass,
    /// What PHP says.
    pub message: Cow<'static, str>,
}

/// The classes of exceptions that occur.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PhpClass {
    /// `TypeError`: a function got a value of a kind it does not take.
    TypeError,
    /// `Error`: something that is not possible.
    Error,
    /// `ArgumentCountError`: a function got too few arguments.
    ArgumentCountError,
    /// `JsonException`: a text is not JSON.
    JsonException,
}

impl PhpClass {
    /// The class as PHP spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::TypeError => "TypeError",
            Self::Error => "Error",
            Self::ArgumentCountError => "ArgumentCountError",
            Self::JsonException => "JsonException",
        }
    }
}

impl Thrown {
    /// A `TypeError` of `function`: its argument `position` (from 1), called `name`, must be a `wanted` and is a `given`.
    pub(crate) fn argument(function: &str, position: u8, name: &str, wanted: &str, given: &str) -> Self {
        Self {
            class: PhpClass::TypeError,
            message: Cow::Owned(format!(
                "{function}(): Argument #{position} (${name}) must be of type {wanted}, {given} given"
            )),
        }
    }

    /// An `Error`.
    pub(crate) fn error(message: &'static str) -> Self {
        Self { class: PhpClass::Error, message: Cow::Borrowed(message) }
    }
}
