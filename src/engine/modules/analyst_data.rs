//! `add_analyst_data`.

use super::select::Selection;
use super::{Module, Prepared};
use crate::engine::access::entry_at;
use crate::engine::arguments::{Arguments, TextArgument};
use crate::engine::effect::Effect;
use crate::engine::module_run::ModuleRun;
use crate::php::{Array, Thrown, Value, loose_equal};

#[derive(Debug)]
struct AddAnalystData {
    selection: Selection,
    target: Value<'static>,
    kind: String,
    distribution: Value<'static>,
    sharing_group_id: Value<'static>,
    author: Value<'static>,
    /// The fields of its kind, in MISP's order.
    fields: Vec<(&'static str, Field)>,
}

#[derive(Debug)]
enum Field {
    Fixed(Value<'static>),
    Rendered(TextArgument),
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    let kind = arguments.text("analyst_data_type");
    let fixed = |name: &'static str| (name, Field::Fixed(arguments.value(name)));
    let rendered = |name: &'static str| {
        let text =
            if arguments.given(name).is_null() { TextArgument::Plain(String::new()) } else { arguments.rendered(name) };
        (name, Field::Rendered(text))
    };
    let fields = match kind.as_str() {
        "Note" => vec![fixed("language"), rendered("note")],
        "Opinion" => vec![fixed("opinion"), rendered("comment")],
        "Relationship" => {
            vec![rendered("relationship_type"), rendered("related_object_type"), rendered("related_object_uuid")]
        }
        _ => Vec::new(),
    };
    Ok(Box::new(AddAnalystData {
        selection: Selection::new(arguments)?,
        target: arguments.value("target"),
        kind,
        distribution: arguments.value("distribution"),
        sharing_group_id: arguments.value("sharing_group_id"),
        author: arguments.value("author"),
        fields,
    }))
}

impl Module for AddAnalystData {
    /// Fails if there is nothing to add it to.
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let function = match self.kind.as_str() {
            "Note" => "Module_add_analyst_data::__addNotes",
            "Opinion" => "Module_add_analyst_data::__addOpinions",
            "Relationship" => "Module_add_analyst_data::__addRelationships",
            _ => return Ok(false),
        };
        let data = step.copy()?;
        let items = match self.selection.matching(&data, step)? {
            Some(items) => items,
            None => self.items(&data, function)?,
        };
        let mut common = Array::new();
        common.set("target", self.target.clone());
        common.set("distribution", self.distribution.clone());
        let is_shared = loose_equal(&self.distribution, &Value::Int(4));
        common.set("sharing_group_id", if is_shared { Value::Int(0) } else { self.sharing_group_id.clone() });
        common.set("author", self.author.clone());
        for (name, field) in &self.fields {
            let value = match field {
                Field::Fixed(value) => value.clone(),
                Field::Rendered(text) => Value::string(step.render(text, &data)?),
            };
            common.set(*name, value);
        }
        let uuids = items.values().filter_map(|item| item.get("uuid"));
        let mut success = false;
        for uuid in uuids {
            let mut added = common.clone();
            added.set("object_type", self.target.clone());
            added.set("object_uuid", uuid.clone());
            step.effect(Effect::AddAnalystData { analyst_data: self.kind.clone(), data: added.into() });
            success = true;
        }
        if !success {
            step.because_nothing_is_left("there is nothing to add it to");
        }
        Ok(success)
    }
}

impl AddAnalystData {
    /// All of what it is added to.
    fn items<'a>(&self, data: &Value<'a>, function: &str) -> Result<Array<'a>, Thrown> {
        let target = self.target.to_text().unwrap_or_default();
        let list = match &*target {
            "EventReport" | "GalaxyCluster" | "Object" => &*target,
            "Attribute" => "_AttributeFlattened",
            // A target that MISP does not know is the event.
            _ => return Ok(Value::from(vec![entry_at(data, &["Event"])?.clone()]).to_array()),
        };
        let items = entry_at(data, &["Event", list])?;
        let given = items.type_name();
        items.as_array().cloned().ok_or_else(|| Thrown::argument(function, 1, "matchingItems", "array", given))
    }
}
