//! Filters: which items of a list stay.

use crate::catalogue::Semantics;
use crate::hashpath::Path;
use crate::php::{Array, KeyRef, Thrown, Value};

use super::{Operator, Subject};

/// A condition on the items of a list.
#[derive(Clone, Debug)]
pub struct Filter<'f> {
    /// What is looked at in each item; the empty path is the item itself.
    pub path: &'f Path,
    /// The operator; `None` for a name that MISP does not know, which keeps nothing.
    pub operator: Option<Operator>,
    /// What the operator compares with.
    pub value: &'f Value<'f>,
}

impl Filter<'_> {
    /// Whether the item stays.
    ///
    /// # Errors
    /// What PHP throws: a path into an item that is not a list or object.
    pub fn keeps(&self, item: &Value<'_>) -> Result<bool, Thrown> {
        let Some(operator) = self.operator else {
            // MISP follows the path before it looks at the operator.
            if !self.is_on_item() {
                self.path.extract(item)?;
            }
            return Ok(false);
        };
        if self.is_on_item() {
            return Ok(self.keeps_item(operator, item));
        }
        let extracted = self.path.extract(item)?;
        Ok(match operator {
            Operator::AnyValue => !extracted.is_empty(),
            Operator::Equals | Operator::NotEquals if !extracted.is_empty() => {
                operator.compare(Subject::Value(extracted.first().unwrap_or(&Value::Null)), self.value)
            }
            _ => operator.compare(Subject::Extracted(&extracted), self.value),
        })
    }

    fn is_on_item(&self) -> bool {
        matches!(self.path.as_str(), "" | "0")
    }

    /// The item itself in the place of a selection. Of a list that is its first entry, of a text its first
    /// character, of anything else nothing.
    fn keeps_item(&self, operator: Operator, item: &Value<'_>) -> bool {
        if operator == Operator::AnyValue {
            return item.to_bool();
        }
        if !operator.takes_single_value() || !item.to_bool() {
            return operator.compare(Subject::Value(item), self.value);
        }
        let first = match item {
            Value::Array(array) => array.get(KeyRef::Int(0)).cloned().unwrap_or_default(),
            // PHP takes the first byte: a part of a character where it is not ASCII, equal to no text.
            Value::String(text) if text.is_char_boundary(1) => Value::from(&text[..1]),
            Value::String(_) => Value::from("\u{fffd}"),
            _ => Value::Null,
        };
        operator.compare(Subject::Value(&first), self.value)
    }
}

/// The items that stay, under the keys they had; later releases number them anew.
///
/// # Errors
/// What PHP throws: a path into an item that is not a list or object.
pub fn matching_items<'a>(items: &Array<'a>, filter: &Filter<'_>, semantics: &Semantics) -> Result<Array<'a>, Thrown> {
    let kept = items.filter(|_, item| filter.keeps(item))?;
    Ok(if semantics.filters_reindex { kept.reindexed() } else { kept })
}

/// The path of the list that a filter node replaces: its selector without a last `.{n}`.
pub fn list_path(selector: &str) -> &str {
    selector.strip_suffix(".{n}").unwrap_or(selector)
}

#[cfg(test)]
mod tests {
    use super::{Filter, list_path, matching_items};
    use crate::catalogue::Semantics;
    use crate::condition::Operator;
    use crate::hashpath::Path;
    use crate::php::Value;

    fn kept(items: &str, path: &str, operator: Operator, value: &str, target: &str) -> String {
        let items = Value::from_json(items).unwrap();
        let path = Path::compile(path).unwrap();
        let value = Value::from_json(value).unwrap();
        let filter = Filter { path: &path, operator: Some(operator), value: &value };
        let semantics = Semantics::for_target(target.parse().unwrap());
        let kept = matching_items(items.as_array().unwrap(), &filter, &semantics).unwrap();
        Value::Array(kept).to_json().unwrap()
    }

    const ITEMS: &str = r#"[{"a": "1"}, {"a": "2"}, {"b": "2"}, {"a": ["2"]}]"#;

    #[test]
    fn kept_items_keep_their_keys_in_2_5_1() {
        assert_eq!(kept(ITEMS, "a", Operator::Equals, r#""2""#, "misp-2.5.1"), r#"{"1":{"a":"2"},"3":{"a":["2"]}}"#);
        assert_eq!(kept(ITEMS, "a", Operator::Equals, r#""2""#, "misp-2.5-latest"), r#"[{"a":"2"},{"a":["2"]}]"#);
        assert_eq!(kept(ITEMS, "a", Operator::NotIn, r#""2""#, "misp-2.5.1"), r#"{"0":{"a":"1"},"2":{"b":"2"}}"#);
        assert_eq!(kept(ITEMS, "b", Operator::AnyValue, "null", "misp-2.5.1"), r#"{"2":{"b":"2"}}"#);
        assert_eq!(
            kept(ITEMS, "a", Operator::InOr, r#"["1", "2"]"#, "misp-2.5.1"),
            r#"{"0":{"a":"1"},"1":{"a":"2"},"3":{"a":["2"]}}"#
        );
        // Nothing selected: an empty list, which is not a single value.
        assert_eq!(kept(r#"[{"b": 1}]"#, "a", Operator::NotEquals, r#""2""#, "misp-2.5.1"), "[]");
    }

    #[test]
    fn the_list_of_a_selector() {
        assert_eq!(list_path("Event.Attribute.{n}"), "Event.Attribute");
        assert_eq!(list_path("Event.Attribute"), "Event.Attribute");
    }
}
