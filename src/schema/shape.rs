//! Shapes: what a value can be.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::php::{Value, loose_equal};

/// What is certain of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Shape {
    /// Nothing: it may be anything.
    Open,
    /// A text.
    Text,
    /// A number, as MISP gives it: often as text.
    Number,
    /// Yes or no.
    Boolean,
    /// One of the values of an enumeration.
    OneOf(EnumerationId),
    /// A list.
    List(ListId),
    /// An object.
    Object(ObjectId),
}

/// Which enumeration of a [`Schema`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct EnumerationId(pub(super) u16);

/// Which object of a [`Schema`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ObjectId(pub(super) u16);

/// Which list of a [`Schema`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ListId(pub(super) u16);

/// The values that a field can have.
#[derive(Clone, Debug)]
pub struct Enumeration {
    /// What one of them is, with its article.
    pub what: String,
    /// Whether other releases of MISP may have more values.
    pub grows: bool,
    /// The values with what the editor shows for them (empty where it shows the value).
    pub values: IndexMap<String, String, FxBuildHasher>,
}

/// The keys of an object.
#[derive(Clone, Debug)]
pub struct ObjectShape {
    /// What it is, with its article.
    pub one: String,
    /// What several of them are.
    pub many: String,
    /// The path to what one compares, such as the name of a tag.
    pub main: Option<String>,
    /// Whether there may be more keys than those that are known.
    pub open: bool,
    /// What is certain of the values.
    pub keys: IndexMap<String, Shape, FxBuildHasher>,
    /// Whether it has no keys with an underscore in front but those that are known: what MISP itself puts together.
    pub closed: bool,
}

/// Everything that is known of the data.
#[derive(Clone, Debug)]
pub struct Schema {
    pub(super) enumerations: Vec<Enumeration>,
    pub(super) objects: Vec<ObjectShape>,
    pub(super) names: IndexMap<String, ObjectId, FxBuildHasher>,
    pub(super) lists: Vec<Shape>,
}

impl Schema {
    /// An enumeration.
    pub fn enumeration(&self, id: EnumerationId) -> &Enumeration {
        &self.enumerations[usize::from(id.0)]
    }

    /// An object.
    pub fn object(&self, id: ObjectId) -> &ObjectShape {
        &self.objects[usize::from(id.0)]
    }

    /// The object with a name of the data file, such as `attribute`.
    pub fn object_named(&self, name: &str) -> Option<Shape> {
        self.names.get(name).copied().map(Shape::Object)
    }

    /// What the entries of a list are.
    pub fn entry(&self, id: ListId) -> Shape {
        self.lists[usize::from(id.0)]
    }

    /// What it is, for messages: with its article.
    pub fn describe(&self, shape: Shape) -> String {
        match shape {
            Shape::Open => "a value".to_owned(),
            Shape::Text => "a string".to_owned(),
            Shape::Number => "a number".to_owned(),
            Shape::Boolean => "a boolean".to_owned(),
            Shape::OneOf(id) => self.enumeration(id).what.clone(),
            Shape::List(id) => match self.entry(id) {
                Shape::Object(id) => format!("a list of {}", self.object(id).many),
                _ => "a list".to_owned(),
            },
            Shape::Object(id) => self.object(id).one.clone(),
        }
    }

    /// Whether a value of this shape can be loosely equal to a text. The empty text is equal to what is missing.
    pub fn can_equal(&self, shape: Shape, text: &str) -> bool {
        let literal = Value::from(text);
        match shape {
            Shape::Open | Shape::Text => true,
            _ if text.is_empty() => true,
            Shape::Number => crate::php::is_numeric(text),
            Shape::Boolean => [Value::Bool(true), Value::Bool(false), Value::from("1"), Value::from("0")]
                .iter()
                .any(|value| loose_equal(value, &literal)),
            Shape::OneOf(id) => {
                self.enumeration(id).values.keys().any(|value| loose_equal(&Value::from(value.as_str()), &literal))
            }
            // An array is equal to no text.
            Shape::List(_) | Shape::Object(_) => false,
        }
    }
}

impl Shape {
    /// Whether nothing lies inside.
    pub fn is_scalar(self) -> bool {
        matches!(self, Self::Text | Self::Number | Self::Boolean | Self::OneOf(_))
    }

    /// Whether it is certainly a list or an object.
    pub fn is_array(self) -> bool {
        matches!(self, Self::List(_) | Self::Object(_))
    }
}
