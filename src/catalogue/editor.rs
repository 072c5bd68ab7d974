//! What MISP's editor makes of a signature: the parts of a node that nobody chose.

use serde_json::Value as Json;

use crate::model::{ModuleType, ParamValue};

use super::{Parameter, ParameterKind, Signature};

impl Signature {
    /// How many inputs its nodes have: none for a trigger, else one.
    pub fn inputs(&self) -> u8 {
        u8::from(self.module_type != ModuleType::Trigger)
    }

    /// The CSS classes of its nodes.
    pub fn css_class(&self) -> String {
        let mut class = format!("block-type-{}", self.shape.as_str());
        if self.module_type == ModuleType::Logic {
            class.push_str(" block-type-logic");
        }
        if self.expects_core_format {
            class.push_str(" expect-misp-core-format");
        }
        class
    }
}

impl Parameter {
    /// The value that the editor writes for this parameter when nobody gives one; `None` where it
    /// leaves the key out.
    ///
    /// A picker always writes something: a list when it takes several values, else the value or
    /// `null`. Picked are those values of the default that are texts among the options; `[1]` is not,
    /// for options are texts. Every other parameter writes its default as it is, or nothing.
    ///
    /// See `docs/misp-semantics.md`, "Modules and their signatures".
    pub fn editor_default(&self) -> Option<ParamValue<'_>> {
        if self.kind != ParameterKind::Picker {
            return self.default.as_ref().map(ParamValue::from);
        }
        let mut picked = self.picked_by_default().map(ParamValue::from);
        if self.multiple {
            return Some(ParamValue::List(picked.collect()));
        }
        Some(picked.next().unwrap_or(ParamValue::Null))
    }

    fn picked_by_default(&self) -> impl Iterator<Item = &Json> {
        let values = match &self.default {
            Some(Json::Array(values)) => values.as_slice(),
            Some(value) => std::slice::from_ref(value),
            None => &[],
        };
        values
            .iter()
            .filter(|value| value.as_str().is_some_and(|text| !text.is_empty() && (self.open || self.has_option(text))))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn default_of(parameter: Json) -> Option<Json> {
        let parameter = serde_json::from_value::<Parameter>(parameter).unwrap();
        parameter.editor_default().map(|value| as_json(&value))
    }

    fn as_json(value: &ParamValue<'_>) -> Json {
        match value {
            ParamValue::Null => Json::Null,
            ParamValue::Boolean(boolean) => json!(boolean),
            ParamValue::Number(number) => json!(number),
            ParamValue::Text(text) => json!(text.as_plain()),
            ParamValue::List(items) => items.iter().map(as_json).collect(),
            ParamValue::Object(entries) => {
                entries.iter().map(|(key, value)| (key.to_string(), as_json(value))).collect()
            }
        }
    }

    #[test]
    fn text_without_default_is_left_out() {
        for kind in ["text", "textarea", "hashpath", "select"] {
            assert_eq!(default_of(json!({"id": "p", "type": kind})), None, "{kind}");
            assert_eq!(default_of(json!({"id": "p", "type": kind, "default": ""})), Some(json!("")), "{kind}");
        }
    }

    #[test]
    fn a_select_keeps_the_type_of_its_default() {
        let select = json!({"id": "p", "type": "select", "default": 1, "options": {"1": "True", "0": "False"}});
        assert_eq!(default_of(select), Some(json!(1)));
    }

    #[test]
    fn pickers_always_write_something() {
        assert_eq!(default_of(json!({"id": "p", "type": "picker"})), Some(json!(null)));
        assert_eq!(default_of(json!({"id": "p", "type": "picker", "default": []})), Some(json!(null)));
        assert_eq!(default_of(json!({"id": "p", "type": "picker", "multiple": true})), Some(json!([])));
    }

    #[test]
    fn a_pickers_default_becomes_a_list_of_options() {
        let picker = |default: Json| {
            json!({"id": "p", "type": "picker", "multiple": true, "default": default,
                   "options": {"ALL": "ALL", "1": "One"}})
        };
        assert_eq!(default_of(picker(json!("ALL"))), Some(json!(["ALL"])));
        assert_eq!(default_of(picker(json!(["1", "2"]))), Some(json!(["1"])));
        assert_eq!(default_of(picker(json!([1]))), Some(json!([])));
    }
}
