//! Values known when a program is compiled.

use crate::base::source::Span;
use crate::model::ParamText;
use crate::syntax::tree::Name;

/// A value with the place where it is written.
#[derive(Clone, Debug)]
pub struct Constant<'a> {
    /// What it is.
    pub kind: ConstantKind<'a>,
    /// Where it is written.
    pub span: Span,
}

/// The values there are.
#[derive(Clone, Debug)]
pub enum ConstantKind<'a> {
    /// Text.
    Text(ParamText<'a>),
    /// A number, as written.
    Number(&'a str),
    /// A boolean.
    Boolean(bool),
    /// `null`
    Null,
    /// A hash path.
    Path(&'a str),
    /// A word that no constant has for a name: an option, or a hash path of one segment.
    Word(&'a str),
    /// A list.
    List(Vec<Constant<'a>>),
    /// An object.
    Object(Vec<(Name<'a>, Constant<'a>)>),
    /// A blueprint's parameter while the blueprint is checked on its own.
    Parameter(ValueType),
    /// A value in which an error was reported.
    Unknown,
}

impl ConstantKind<'_> {
    /// What it is, with its article, for messages.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Number(_) => "a number",
            Self::Boolean(_) => "a boolean",
            Self::Null => "`null`",
            Self::Path(_) => "a hash path",
            Self::Word(_) => "a bare word",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
            Self::Parameter(value_type) => value_type.describe(),
            Self::Unknown => "something unknown",
        }
    }
}

/// The types of a blueprint's parameters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueType {
    /// Text, or the name of an option.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list.
    List,
    /// A hash path.
    Path,
}

impl ValueType {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::String, Self::Number, Self::Boolean, Self::List, Self::Path];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::List => "list",
            Self::Path => "path",
        }
    }

    /// What it is, with its article, for messages.
    pub fn describe(self) -> &'static str {
        match self {
            Self::String => "text",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::List => "a list",
            Self::Path => "a hash path",
        }
    }

    /// Whether a value may be passed for a parameter of this type.
    pub fn admits(self, value: &ConstantKind<'_>) -> bool {
        match (self, value) {
            (_, ConstantKind::Unknown)
            | (Self::String, ConstantKind::Text(_) | ConstantKind::Word(_))
            | (Self::Number, ConstantKind::Number(_))
            | (Self::Boolean, ConstantKind::Boolean(_))
            | (Self::List, ConstantKind::List(_))
            | (Self::Path, ConstantKind::Path(_) | ConstantKind::Word(_) | ConstantKind::Text(_)) => true,
            (wanted, ConstantKind::Parameter(given)) => wanted == *given,
            _ => false,
        }
    }
}
