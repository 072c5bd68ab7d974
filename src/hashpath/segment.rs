//! One step of a hash path.

use std::ops::Range;

use super::extract::ExtractState;
use super::test::Test;
use crate::php::{Key, KeyRef, Text, Thrown, Value, is_numeric, loose_equal};

/// One step of a path: which keys to follow, and what is asked of what lies there.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The keys.
    pub token: Token,
    /// What every item must pass. Text in brackets that MISP does not see as a test is not here.
    pub tests: Vec<Test>,
    /// Whether there are brackets, even without a test that MISP sees: then only arrays are kept.
    pub only_arrays: bool,
    /// Bytes of the path, tests included.
    pub span: Range<usize>,
    /// Bytes of the path before the first bracket.
    pub key_span: Range<usize>,
    pub(super) near: usize,
}

/// Which keys a step follows.
#[derive(Clone, PartialEq, Debug)]
pub enum Token {
    /// `{n}`: numeric keys. Those are integers, and strings like `1.5`.
    Numeric,
    /// `{s}`: string keys.
    Named,
    /// `{*}`: every key.
    Any,
    /// A number in a path with wildcards or tests: every key that is loosely equal to it.
    Number {
        /// The number as it is written.
        text: Text<'static>,
        /// The integer, where it is written like one.
        integer: Option<i64>,
    },
    /// Exactly this key.
    Key(Key<'static>),
}

impl Token {
    /// What a step of a path with wildcards or tests means.
    fn new(text: &str) -> Self {
        match text {
            "{n}" => Self::Numeric,
            "{s}" => Self::Named,
            "{*}" => Self::Any,
            _ => match Key::new(Text::Shared(text.into())) {
                Key::Int(integer) => Self::Number { text: Text::Shared(text.into()), integer: Some(integer) },
                Key::String(text) if is_numeric(&text) => Self::Number { text, integer: None },
                key @ Key::String(_) => Self::Key(key),
            },
        }
    }

    /// Whether this is one of `{n}`, `{s}` and `{*}`.
    pub fn is_wildcard(&self) -> bool {
        matches!(self, Self::Numeric | Self::Named | Self::Any)
    }

    /// Whether a key is one of them.
    pub fn matches(&self, key: KeyRef<'_>) -> bool {
        match self {
            Self::Numeric => key.is_numeric(),
            Self::Named => matches!(key, KeyRef::String(_)),
            Self::Any => true,
            Self::Key(own) => own.as_ref() == key,
            Self::Number { text, integer } => match (key, integer) {
                (KeyRef::Int(key), Some(integer)) => key == *integer,
                (KeyRef::Int(key), None) => loose_equal(&Value::Int(key), &Value::String(text.clone())),
                (KeyRef::String(key), _) => loose_equal(&Value::from(key), &Value::String(text.clone())),
            },
        }
    }
}

impl Segment {
    /// The step in the part `span` of a path with wildcards or tests.
    pub(super) fn new(path: &str, span: Range<usize>) -> Self {
        let bracket = path[span.clone()].find('[').map(|at| span.start + at);
        let key_span = span.start..bracket.unwrap_or(span.end);
        Self {
            token: Token::new(&path[key_span.clone()]),
            tests: bracket.map(|at| Test::all(path, at..span.end)).unwrap_or_default(),
            only_arrays: bracket.is_some(),
            span,
            key_span,
            near: 0,
        }
    }

    /// The step of a path that has nothing but keys.
    pub(super) fn plain(path: &str, span: Range<usize>) -> Self {
        let key = Key::new(Text::Shared(path[span.clone()].into()));
        Self { token: Token::Key(key), tests: Vec::new(), only_arrays: false, key_span: span.clone(), span, near: 0 }
    }

    /// Whether an item under a key of this step stays.
    pub(super) fn keeps(&self, item: &Value<'_>, state: &mut ExtractState) -> Result<bool, Thrown> {
        if !self.only_arrays {
            return Ok(true);
        }
        let Value::Array(array) = item else { return Ok(false) };
        for test in &self.tests {
            if !test.passes(array, state)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
