//! The tests in brackets: `[to_ids]`, `[id>=2]`, `[name=/^tlp:/]`.

use std::ops::Range;
use std::sync::LazyLock;

use pcre2::bytes::{Regex as Pcre, RegexBuilder};

use super::extract::ExtractState;
use super::regex::{Regex, RegexError};
use crate::php::{Array, Key, Text, Thrown, Value, compare, is_numeric, loose_equal};

/// What MISP sees as a test: a bracket, a name as short as possible, perhaps an operator and a value, which is
/// something between slashes or anything up to the first `]`. What does not look like this is skipped.
static TEST: LazyLock<Pcre> = LazyLock::new(|| {
    RegexBuilder::new()
        .jit_if_available(true)
        .build(r"\[([^=><!]+?)(?:\s*([><!]?=|[><])\s*(/.*?/|[^\]]+))?\]")
        .expect("a valid expression")
});

/// One test. It fails on everything that has no entry under its name.
#[derive(Clone, Debug)]
pub struct Test {
    /// The key of the entry it looks at.
    pub attribute: Key<'static>,
    /// What it asks of that entry.
    pub operation: Operation,
    /// Bytes of the path, brackets included.
    pub span: Range<usize>,
    /// The number of the place that [`ExtractState`] keeps for where the entry was found last.
    pub(super) near: usize,
    /// What it says of the two booleans, unless it is a regular expression.
    on_true: bool,
    on_false: bool,
}

/// What a test asks of an entry.
#[derive(Clone, Debug)]
pub enum Operation {
    /// `[name]`: it is not null.
    Present,
    /// `[name=value]`: it is loosely equal.
    Equal(Operand),
    /// `[name!=value]`: it is not loosely equal.
    NotEqual(Operand),
    /// `[name>value]`.
    Greater(Operand),
    /// `[name>=value]`.
    GreaterOrEqual(Operand),
    /// `[name<value]`.
    Less(Operand),
    /// `[name<=value]`.
    LessOrEqual(Operand),
    /// `[name=/expression/]`: it matches; never if PHP does not take the expression.
    Matches(Result<Regex, RegexError>),
}

/// The value of a test: always a string.
#[derive(Clone, Debug)]
pub struct Operand {
    value: Value<'static>,
}

impl Operand {
    /// The value as it is in the path.
    pub fn as_str(&self) -> &str {
        self.value.as_str().unwrap_or_default()
    }
}

impl Test {
    /// The tests in the part `span` of `path` that begins at its first `[`.
    pub(super) fn all(path: &str, span: Range<usize>) -> Vec<Self> {
        let mut tests = Vec::new();
        let bytes = &path.as_bytes()[span.clone()];
        // As in PHP nothing is a test if the search runs into its limits, which a path is too short for.
        for captures in TEST.captures_iter(bytes).map_while(Result::ok) {
            let part =
                |number| captures.get(number).map(|part| &path[span.start + part.start()..span.start + part.end()]);
            let (Some(whole), Some(name)) = (captures.get(0), part(1)) else { continue };
            let operation = Operation::new(part(2), part(3));
            tests.push(Self {
                attribute: Key::new(Text::Shared(name.into())),
                on_true: operation.accepts_boolean(true),
                on_false: operation.accepts_boolean(false),
                operation,
                span: span.start + whole.start()..span.start + whole.end(),
                near: 0,
            });
        }
        tests
    }

    /// Whether an item passes that has this entry under the name of the test.
    ///
    /// # Errors
    /// What PHP throws: a regular expression meets an array.
    pub fn accepts(&self, entry: &Value<'_>) -> Result<bool, Thrown> {
        self.accepts_entry(entry, &mut ExtractState::default())
    }

    /// Whether `item` passes.
    pub(super) fn passes(&self, item: &Array<'_>, state: &mut ExtractState) -> Result<bool, Thrown> {
        let place = state.near(self.near);
        let Some(entry) = item.get_near(self.attribute.as_ref(), place) else { return Ok(false) };
        self.accepts_entry(entry, state)
    }

    fn accepts_entry(&self, entry: &Value<'_>, state: &mut ExtractState) -> Result<bool, Thrown> {
        match (&self.operation, entry) {
            (Operation::Matches(regex), entry) => matches(entry, regex, state),
            (_, Value::Bool(value)) => Ok(if *value { self.on_true } else { self.on_false }),
            (operation, entry) => Ok(operation.accepts(entry)),
        }
    }
}

impl Operation {
    /// What the test says of an entry that is not a boolean.
    fn accepts(&self, entry: &Value<'_>) -> bool {
        // PHP has no operators for "greater": it exchanges the sides.
        match self {
            Self::Present => !entry.is_null(),
            Self::Equal(Operand { value }) => loose_equal(value, entry),
            Self::NotEqual(Operand { value }) => !loose_equal(value, entry),
            Self::Greater(Operand { value }) => compare(entry, value).is_gt(),
            Self::GreaterOrEqual(Operand { value }) => compare(entry, value).is_ge(),
            Self::Less(Operand { value }) => compare(value, entry).is_gt(),
            Self::LessOrEqual(Operand { value }) => compare(value, entry).is_ge(),
            Self::Matches(_) => false,
        }
    }

    /// What the test says of a boolean: it is compared as `1` or `0` with a number, else as `true` or `false`.
    fn accepts_boolean(&self, boolean: bool) -> bool {
        let is_numeric = match self {
            Self::Present | Self::Matches(_) => false,
            Self::Equal(operand)
            | Self::NotEqual(operand)
            | Self::Greater(operand)
            | Self::GreaterOrEqual(operand)
            | Self::Less(operand)
            | Self::LessOrEqual(operand) => is_numeric(operand.as_str()),
        };
        self.accepts(&Value::from(match (boolean, is_numeric) {
            (true, true) => "1",
            (false, true) => "0",
            (true, false) => "true",
            (false, false) => "false",
        }))
    }

    fn new(operator: Option<&str>, value: Option<&str>) -> Self {
        let (Some(operator), Some(text)) = (operator, value) else { return Self::Present };
        if operator == "=" && text.starts_with('/') {
            return Self::Matches(Regex::new(text));
        }
        let operand = Operand { value: Value::string(Text::Shared(text.into())) };
        match operator {
            "=" => Self::Equal(operand),
            "!=" => Self::NotEqual(operand),
            ">" => Self::Greater(operand),
            ">=" => Self::GreaterOrEqual(operand),
            "<" => Self::Less(operand),
            _ => Self::LessOrEqual(operand),
        }
    }
}

fn matches(entry: &Value<'_>, regex: &Result<Regex, RegexError>, state: &mut ExtractState) -> Result<bool, Thrown> {
    let subject = match entry {
        Value::Bool(true) => "true".into(),
        Value::Bool(false) => "false".into(),
        other => {
            other.to_text().ok_or_else(|| Thrown::argument("preg_match", 2, "subject", "string", other.type_name()))?
        }
    };
    Ok(regex.as_ref().is_ok_and(|regex| regex.is_match(&subject, &mut state.attempts)))
}
