//! The operators of count-if.

use crate::hashpath::Path;
use crate::php::{Thrown, Value, compare, loose_equal};

/// How count-if compares the number of selected values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CountOperator {
    /// `equals`
    Equals,
    /// `not_equals`
    NotEquals,
    /// `greater`
    Greater,
    /// `greater_equals`
    GreaterEquals,
    /// `less`
    Less,
    /// `less_equals`
    LessEquals,
}

impl CountOperator {
    /// Every operator.
    pub const ALL: [Self; 6] =
        [Self::Equals, Self::NotEquals, Self::Greater, Self::GreaterEquals, Self::Less, Self::LessEquals];

    /// The name that MISP saves.
    pub fn name(self) -> &'static str {
        match self {
            Self::Equals => "equals",
            Self::NotEquals => "not_equals",
            Self::Greater => "greater",
            Self::GreaterEquals => "greater_equals",
            Self::Less => "less",
            Self::LessEquals => "less_equals",
        }
    }

    /// The operator of this name. MISP calls every other name false.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.name() == name)
    }

    /// Compares a number of values with what the user wrote: loosely, so a text that is not a number is compared
    /// with the digits of the count.
    pub fn compare(self, count: usize, value: &Value<'_>) -> bool {
        let count = Value::Int(i64::try_from(count).unwrap_or(i64::MAX));
        match self {
            Self::Equals => loose_equal(&count, value),
            Self::NotEquals => !loose_equal(&count, value),
            Self::Greater => compare(value, &count).is_lt(),
            Self::GreaterEquals => compare(value, &count).is_le(),
            Self::Less => compare(&count, value).is_lt(),
            Self::LessEquals => compare(&count, value).is_le(),
        }
    }

    /// Whether count-if takes its first output: compares how many values `path` selects in `data`.
    ///
    /// # Errors
    /// What PHP throws when it follows the path.
    pub fn holds(self, path: &Path, data: &Value<'_>, value: &Value<'_>) -> Result<bool, Thrown> {
        Ok(self.compare(path.extract(data)?.len(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::CountOperator;
    use crate::php::Value;

    #[test]
    fn counts_compare_loosely() {
        for (count, operator, value, expected) in [
            (2, CountOperator::Equals, "2.0", true),
            (10, CountOperator::Greater, "9", true),
            (2, CountOperator::GreaterEquals, "2", true),
            (0, CountOperator::Less, "x", true),
            (5, CountOperator::Greater, "x", false),
            (1, CountOperator::GreaterEquals, "", true),
            (0, CountOperator::Equals, "", false),
            (0, CountOperator::NotEquals, "", true),
            (3, CountOperator::LessEquals, "2", false),
        ] {
            assert_eq!(operator.compare(count, &Value::from(value)), expected, "{count} {} {value:?}", operator.name());
        }
    }
}
