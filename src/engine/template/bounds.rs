//! What a template may make: texts of some length, values of some size.
//!
//! minijinja's fuel pays for instructions and for what they give. What is made inside one of our functions has to be
//! bounded before it is there.

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use super::arguments::wrong;

/// How many bytes may be made at once; more than any text that makes sense.
pub(super) const MAX_TEXT: usize = 10_000_000;
/// How many values are looked at in one that is compared.
const MAX_VALUES: usize = 100_000;
/// How deep a value that is compared may be.
const MAX_DEPTH: usize = 200;

/// Refuses a text of this length.
pub(super) fn check_length(length: usize) -> Result<(), Error> {
    if length > MAX_TEXT { Err(wrong("the text would be too long")) } else { Ok(()) }
}

/// Joins texts, unless that makes one that is too long.
pub(super) fn join(parts: impl Iterator<Item = Result<String, Error>>, separator: &str) -> Result<String, Error> {
    let mut joined = String::new();
    for (index, part) in parts.enumerate() {
        let part = part?;
        let separator = if index == 0 { "" } else { separator };
        check_length(joined.len().saturating_add(separator.len()).saturating_add(part.len()))?;
        joined.push_str(separator);
        joined.push_str(&part);
    }
    Ok(joined)
}

/// Refuses values that take too long to be walked through: a list that holds itself twice, sixty times over, is small
/// in memory.
pub(super) fn check_size(value: &Value) -> Result<(), Error> {
    walk(value, &mut 0, 0)
}

fn walk(value: &Value, count: &mut usize, depth: usize) -> Result<(), Error> {
    *count += 1;
    if *count > MAX_VALUES || depth > MAX_DEPTH {
        return Err(wrong("the value is too large"));
    }
    match value.kind() {
        ValueKind::Map => {
            for key in value.try_iter()? {
                walk(&value.get_item(&key)?, count, depth + 1)?;
            }
        }
        ValueKind::Seq | ValueKind::Iterable => {
            for item in value.try_iter()? {
                walk(&item, count, depth + 1)?;
            }
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod unit_tests {
    use minijinja::Value;

    use super::{MAX_TEXT, check_size, join};

    #[test]
    fn values_that_hold_themselves_again_and_again_are_refused() {
        let mut value = Value::from(1);
        for _ in 0..60 {
            value = Value::from(vec![value.clone(), value]);
        }
        assert!(check_size(&value).is_err());
        let deep = (0..300).fold(Value::from(1), |value, _| Value::from(vec![value]));
        assert!(check_size(&deep).is_err());
        assert!(check_size(&Value::from((0..50_000).collect::<Vec<_>>())).is_ok());
    }

    #[test]
    fn joined_texts_have_an_end() {
        let long = "x".repeat(MAX_TEXT / 2);
        let parts = |count| std::iter::repeat_n("a".to_owned(), count).map(Ok);
        assert_eq!(join(parts(3), ", ").unwrap(), "a, a, a");
        assert!(join(parts(2), &long).is_ok());
        assert!(join(parts(3), &long).is_err());
    }
}
