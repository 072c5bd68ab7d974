//! Operators over what a path selects.

use crate::hashpath::{Extracted, Path};
use crate::php::{Thrown, Value, loose_equal, sorted};

/// An operator of a condition.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Operator {
    /// `in`: the list has the value.
    In,
    /// `not_in`: the list has not the value.
    NotIn,
    /// `equals`: the single value is the value.
    Equals,
    /// `not_equals`: the single value is not the value.
    NotEquals,
    /// `any_value`: there is something.
    AnyValue,
    /// `in_or`: the list has one of the values.
    InOr,
    /// `in_and`: of the values the list has all, and each just as often.
    InAnd,
    /// `not_in_or`: the list has none of the values.
    NotInOr,
    /// `not_in_and`: what the list has of the values is not all of them in this order.
    NotInAnd,
}

/// What an operator is asked of.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'s, 'v, 'a> {
    /// A value; it is a list if it is an array.
    Value(&'v Value<'a>),
    /// A selection, which is a list.
    Extracted(&'s Extracted<'v, 'a>),
}

impl Operator {
    /// Every operator.
    pub const ALL: [Self; 9] = [
        Self::In,
        Self::NotIn,
        Self::Equals,
        Self::NotEquals,
        Self::AnyValue,
        Self::InOr,
        Self::InAnd,
        Self::NotInOr,
        Self::NotInAnd,
    ];

    /// The name that MISP saves.
    pub fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::NotIn => "not_in",
            Self::Equals => "equals",
            Self::NotEquals => "not_equals",
            Self::AnyValue => "any_value",
            Self::InOr => "in_or",
            Self::InAnd => "in_and",
            Self::NotInOr => "not_in_or",
            Self::NotInAnd => "not_in_and",
        }
    }

    /// The operator of this name. MISP calls every other name false.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.name() == name)
    }

    /// Whether it is asked of one value and not of a list.
    pub fn takes_single_value(self) -> bool {
        matches!(self, Self::Equals | Self::NotEquals)
    }

    /// Whether it compares with a list of values and not with one.
    pub fn compares_with_list(self) -> bool {
        matches!(self, Self::InOr | Self::InAnd | Self::NotInOr | Self::NotInAnd)
    }

    /// Whether it compares with anything at all.
    pub fn compares(self) -> bool {
        self != Self::AnyValue
    }

    /// Whether the condition holds. [`AnyValue`](Self::AnyValue) is none of MISP's comparisons and false here:
    /// [`holds`](Self::holds) and [`matching_items`](super::matching_items) look at it before.
    pub fn compare(self, subject: Subject<'_, '_, '_>, value: &Value<'_>) -> bool {
        match self {
            Self::Equals | Self::NotEquals => match subject {
                Subject::Value(single) if single.as_array().is_none() => {
                    loose_equal(single, value) == (self == Self::Equals)
                }
                _ => false,
            },
            Self::In => subject.has(|item| loose_equal(item, value)) == Some(true),
            Self::NotIn => subject.has(|item| loose_equal(item, value)) == Some(false),
            Self::AnyValue => false,
            Self::InOr | Self::InAnd | Self::NotInOr | Self::NotInAnd => {
                let Some(values) = value.as_array() else { return false };
                let is_one_of = |item: &Value<'_>| values.values().any(|value| loose_equal(item, value));
                match self {
                    Self::InOr => subject.has(is_one_of) == Some(true),
                    Self::NotInOr => subject.has(is_one_of) == Some(false),
                    _ => {
                        let Some(matches) = subject.keep(is_one_of) else { return false };
                        if self == Self::InAnd {
                            all_equal(&sorted(matches), &sorted(values.values()))
                        } else {
                            !all_equal(&matches, &values.values().collect::<Vec<_>>())
                        }
                    }
                }
            }
        }
    }

    /// Whether generic-if takes its first output: the operator asked of what `path` leads to in `data`.
    ///
    /// # Errors
    /// What PHP throws when it follows the path.
    pub fn holds(self, path: &Path, data: &Value<'_>, value: &Value<'_>) -> Result<bool, Thrown> {
        if self.takes_single_value() {
            // A missing value is an empty list here, so both operators are false.
            return Ok(path.get(data)?.is_some_and(|found| self.compare(Subject::Value(found), value)));
        }
        let extracted = path.extract(data)?;
        Ok(match self {
            Self::AnyValue => !extracted.is_empty(),
            _ => self.compare(Subject::Extracted(&extracted), value),
        })
    }
}

impl<'v, 'a> Subject<'_, 'v, 'a> {
    /// Whether some item of the list is wanted; `None` if this is not a list.
    fn has(&self, wanted: impl Fn(&Value<'a>) -> bool) -> Option<bool> {
        match self {
            Self::Value(value) => Some(value.as_array()?.values().any(wanted)),
            Self::Extracted(extracted) => Some(extracted.iter().any(wanted)),
        }
    }

    /// The items of the list that are wanted; `None` if this is not a list.
    fn keep(&self, wanted: impl Fn(&Value<'a>) -> bool) -> Option<Vec<&'v Value<'a>>> {
        match self {
            Self::Value(value) => Some(value.as_array()?.values().filter(|item| wanted(item)).collect()),
            Self::Extracted(extracted) => Some(extracted.iter().filter(|item| wanted(item)).collect()),
        }
    }
}

fn all_equal(left: &[&Value<'_>], right: &[&Value<'_>]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| loose_equal(left, right))
}

#[cfg(test)]
mod tests {
    use super::{Operator, Subject};
    use crate::hashpath::Path;
    use crate::php::Value;

    fn value(json: &str) -> Value<'_> {
        Value::from_json(json).expect(json)
    }

    #[test]
    fn names_lead_back() {
        for operator in Operator::ALL {
            assert_eq!(Operator::from_name(operator.name()), Some(operator));
        }
        assert_eq!(Operator::from_name("bogus"), None);
    }

    #[test]
    fn operators_on_lists_and_single_values() {
        for (subject, operator, operand, expected) in [
            (r#"["a", "1e1"]"#, Operator::In, r#""10""#, true),
            (r#"["a"]"#, Operator::NotIn, r#""b""#, true),
            (r#""b""#, Operator::NotIn, r#""a""#, false),
            (r#""b""#, Operator::NotEquals, r#""a""#, true),
            (r#"["b"]"#, Operator::NotEquals, r#""a""#, false),
            ("null", Operator::Equals, r#""""#, true),
            (r#"["b", "a"]"#, Operator::InAnd, r#"["a", "b"]"#, true),
            (r#"["b", "a", "a"]"#, Operator::InAnd, r#"["a", "b"]"#, false),
            (r#"["b", "x"]"#, Operator::InAnd, r#"["a", "b"]"#, false),
            ("[]", Operator::InAnd, "[]", true),
            (r#"["b", "a"]"#, Operator::NotInAnd, r#"["a", "b"]"#, true),
            (r#"["a", "b"]"#, Operator::NotInAnd, r#"["a", "b"]"#, false),
            (r#"["x"]"#, Operator::NotInOr, r#"["a"]"#, true),
            (r#"["x"]"#, Operator::NotInOr, r#""a""#, false),
            (r#"["x"]"#, Operator::AnyValue, r#""a""#, false),
        ] {
            let subject_value = value(subject);
            let holds = operator.compare(Subject::Value(&subject_value), &value(operand));
            assert_eq!(holds, expected, "{subject} {} {operand}", operator.name());
        }
    }

    #[test]
    fn generic_if_reads_single_values_with_get() {
        let data = value(r#"{"Event": {"info": "x", "Tag": [{"name": "a"}], "empty": [], "nothing": null}}"#);
        for (path, operator, operand, expected) in [
            ("Event.info", Operator::Equals, r#""x""#, true),
            ("Event.nope", Operator::NotEquals, r#""x""#, false),
            ("Event.Tag.{n}.name", Operator::Equals, r#""a""#, false),
            ("Event.Tag.0.name", Operator::Equals, r#""a""#, true),
            ("Event.Tag.{n}.name", Operator::In, r#""a""#, true),
            ("Event.info", Operator::In, r#""x""#, true),
            ("Event.Tag", Operator::In, r#""a""#, false),
            ("Event.empty", Operator::AnyValue, "null", false),
            ("Event.nothing", Operator::AnyValue, "null", false),
            ("Event.info", Operator::AnyValue, "null", true),
        ] {
            let path = Path::compile(path).expect(path);
            assert_eq!(operator.holds(&path, &data, &value(operand)), Ok(expected), "{path} {}", operator.name());
        }
    }
}
