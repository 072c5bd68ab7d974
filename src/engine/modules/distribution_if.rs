//! `distribution-if`.

use super::Module;
use crate::engine::access::{entry, entry_at, integer, wanted_array};
use crate::engine::arguments::Arguments;
use crate::engine::module_run::ModuleRun;
use crate::php::{Array, PhpClass, Thrown, Value, loose_equal};

/// The distribution of a sharing group.
const SHARING_GROUP: i64 = 4;

#[derive(Debug)]
struct DistributionIf {
    of_attribute: bool,
    condition: String,
    distribution: i64,
    asks_sharing_group: bool,
    sharing_groups: Array<'static>,
    /// What the sharing groups are, if they are not a list.
    not_a_list: Option<&'static str>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Box<dyn Module> {
    let distribution = arguments.value("distribution");
    Box::new(DistributionIf {
        of_attribute: arguments.is("scope", "attribute"),
        condition: arguments.text("condition"),
        distribution: integer(&distribution),
        asks_sharing_group: loose_equal(&distribution, &Value::Int(SHARING_GROUP)),
        sharing_groups: arguments.list("sharing_group_id"),
        not_a_list: Some(arguments.value("sharing_group_id"))
            .filter(|groups| groups.to_bool() && groups.as_array().is_none())
            .map(|groups| groups.type_name()),
    })
}

impl Module for DistributionIf {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let event = entry(&data, "Event")?;
        let function = "Module_distribution_if::__getPropagatedDistribution";
        wanted_array(event, function, 1, "event")?;
        let attribute = entry_at(event, &["Attribute", "0"])?;
        if step.semantics.sharing_groups_ask_distribution && self.of_attribute && !attribute.to_bool() {
            step.because(|| "the event has no attribute of its own".into());
            return Ok(false);
        }
        let object = entry(attribute, "Object")?;
        let mut levels = vec![distribution(event)?];
        if self.of_attribute {
            wanted_array(attribute, function, 3, "attribute")?;
            if object.to_bool() {
                levels.push(distribution(object)?);
            }
            // An empty attribute counts as one that inherits.
            levels.push(if attribute.to_bool() { distribution(attribute)? } else { 5 });
        } else {
            levels.push(5);
        }
        let level = levels.into_iter().rev().reduce(most_restrictive).unwrap_or(5);
        let asks_sharing_group =
            self.asks_sharing_group && (!step.semantics.sharing_groups_ask_distribution || level == SHARING_GROUP);
        if !asks_sharing_group {
            step.saw("the distribution", || Value::Int(level));
        }
        if !(0..=4).contains(&level) {
            step.because(|| "Distribution level not supported".into());
            return Ok(false);
        }
        if asks_sharing_group {
            if step.semantics.sharing_groups_ask_distribution {
                if let Some(given) = self.not_a_list {
                    let message = format!("array_diff(): Argument #2 must be of type array, {given} given");
                    return Err(Thrown { class: PhpClass::TypeError, message: message.into() });
                }
            } else {
                wanted_array(attribute, "Module_distribution_if::__extractSharingGroupIDs", 3, "attribute")?;
            }
            let mut groups: Vec<_> = sharing_group(event)?.into_iter().collect();
            if self.of_attribute {
                groups.extend(sharing_group(attribute)?);
                groups.extend(sharing_group(object)?);
            }
            let holds = self.is_among(&groups);
            step.saw("the sharing groups", || {
                groups.iter().map(|group| Value::string(group.clone())).collect::<Vec<_>>().into()
            });
            step.because(|| self.reason(&groups, holds));
            return Ok(holds);
        }
        Ok(match self.condition.as_str() {
            "equals" => level == self.distribution,
            "not_equals" => level != self.distribution,
            "more_restrictive_or_equal_than" => between(0, self.distribution, level),
            "more_permisive_or_equal_than" => between(self.distribution, 3, level),
            _ => false,
        })
    }
}

impl DistributionIf {
    /// What was compared with the sharing groups, in words.
    fn reason(&self, groups: &[String], holds: bool) -> String {
        let wanted: Vec<_> = self.sharing_groups.values().filter_map(Value::to_text).collect();
        let wanted = wanted.join(", ");
        let compared = match (self.condition.as_str(), wanted.is_empty()) {
            ("equals", true) => "whether there is a sharing group".to_owned(),
            ("equals", false) => format!("whether no sharing group is outside [{wanted}]"),
            ("not_equals", true) => "whether there is no sharing group".to_owned(),
            ("not_equals", false) => format!("whether every sharing group is outside [{wanted}]"),
            _ => return format!("`{}` is never true with sharing groups", self.condition),
        };
        let without = if groups.is_empty() { "; there is none, since it is not shared with one" } else { "" };
        format!("with the distribution 4 MISP asks {compared}, which is {holds}{without}")
    }

    fn is_among(&self, groups: &[String]) -> bool {
        let wanted: Vec<_> = self.sharing_groups.values().filter_map(Value::to_text).collect();
        let others = groups.iter().filter(|group| !wanted.iter().any(|wanted| wanted == *group)).count();
        match (self.condition.as_str(), wanted.is_empty()) {
            ("equals", true) => !groups.is_empty(),
            ("equals", false) => others == 0,
            ("not_equals", true) => groups.is_empty(),
            ("not_equals", false) => others == groups.len(),
            _ => false,
        }
    }
}

/// PHP's `range`, which also counts down.
fn between(from: i64, to: i64, level: i64) -> bool {
    (from.min(to)..=from.max(to)).contains(&level)
}

fn distribution(holder: &Value<'_>) -> Result<i64, Thrown> {
    Ok(integer(entry(holder, "distribution")?))
}

fn most_restrictive(one: i64, other: i64) -> i64 {
    if one == 0 || other == 0 {
        0
    } else if one == SHARING_GROUP || other == SHARING_GROUP {
        SHARING_GROUP
    } else {
        one.min(other)
    }
}

/// The sharing group of what is shared with one.
fn sharing_group(holder: &Value<'_>) -> Result<Option<String>, Thrown> {
    if !holder.to_bool() || !loose_equal(entry(holder, "distribution")?, &Value::Int(SHARING_GROUP)) {
        return Ok(None);
    }
    Ok(Some(entry(holder, "sharing_group_id")?.to_text().unwrap_or_default().into_owned()))
}
