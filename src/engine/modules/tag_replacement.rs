//! `tag_replacement_tlp`, `tag_replacement_pap` and what they have in common.

use super::select::{ATTRIBUTES, Selection};
use super::tag_operation::Tagging;
use super::{Module, Prepared};
use crate::catalogue::module_ids;
use crate::engine::access::{entry, entry_at};
use crate::engine::arguments::Arguments;
use crate::engine::effect::{Effect, Locality};
use crate::engine::meaning::{Meaning, TagTest};
use crate::engine::module_run::ModuleRun;
use crate::hashpath::Path;
use crate::php::{PhpClass, Thrown, Value};

#[derive(Debug)]
pub(in crate::engine) struct TagReplacement {
    selection: Selection,
    attributes: Path,
    names: Path,
    taxonomy: Option<Taxonomy>,
    of_event: bool,
    of_attributes: bool,
    removes: bool,
    locality: Locality,
    relationship_type: Value<'static>,
}

/// Whose tags are brought to one spelling.
#[derive(Debug)]
struct Taxonomy {
    name: &'static str,
    predicates: &'static [&'static str],
    upper_case: bool,
}

const TLP: Taxonomy = Taxonomy {
    name: "tlp",
    // In this order: MISP never sees the `+strict` after `amber`.
    predicates: &["white", "clear", "green", "amber", "red"],
    upper_case: false,
};

const PAP: Taxonomy =
    Taxonomy { name: "pap", predicates: &["white", "clear", "green", "amber", "red"], upper_case: true };

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    let scope = arguments.text("scope");
    Ok(Box::new(TagReplacement {
        selection: Selection::new(arguments)?,
        attributes: arguments.compile_path("scope", ATTRIBUTES)?,
        names: arguments.compile_path("scope", "{n}.name")?,
        taxonomy: match &*arguments.node.module {
            module_ids::TAG_REPLACEMENT_TLP => Some(TLP),
            module_ids::TAG_REPLACEMENT_PAP => Some(PAP),
            _ => None,
        },
        of_event: scope == "event" || scope == "all",
        of_attributes: scope == "attribute" || scope == "all",
        removes: arguments.is("remove_substituted", "yes"),
        locality: if arguments.is("locality", "local") { Locality::Local } else { Locality::Global },
        relationship_type: arguments.value("relationship_type"),
    }))
}

impl Module for TagReplacement {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let items = self.selection.items(&data, step)?;
        let attributes = if self.of_attributes { Some(self.attributes.extract(&items)?) } else { None };
        if !items.to_bool() {
            return Ok(true);
        }
        if self.of_event {
            let tags = entry_at(&items, &["Event", "Tag"])?;
            self.replace(tags, true, step, |tagging, step| tagging.of_event(&items, step))?;
        }
        for attribute in attributes.iter().flatten() {
            let tags = entry(attribute, "Tag")?;
            self.replace(tags, false, step, |tagging, _| tagging.of_attribute(attribute))?;
        }
        Ok(self.of_event || self.of_attributes)
    }

    fn meaning(&self) -> Meaning<'_> {
        if self.selection.filter.is_some() {
            return Meaning::Unknown("what its module filter leaves is not followed");
        }
        Meaning::ReplacesTags { of_event: self.of_event, of_attributes: self.of_attributes, replaces: TagTest(self) }
    }
}

impl TagReplacement {
    /// Whether a tag of this name is replaced.
    pub(in crate::engine) fn replaces(&self, name: &str) -> bool {
        self.taxonomy.as_ref().is_some_and(|taxonomy| taxonomy.replacement(name).is_some())
    }

    /// Replaces what is to be replaced of these tags. MISP does not survive it if there are none at all, not even
    /// an empty list.
    fn replace<'a>(
        &self,
        tags: &Value<'a>,
        of_event: bool,
        step: &mut ModuleRun<'_, 'a>,
        effect: impl Fn(&Tagging, &mut ModuleRun<'_, 'a>) -> Result<Effect<'a>, Thrown>,
    ) -> Result<(), Thrown> {
        let mut found = Vec::new();
        let mut better = Vec::new();
        for name in self.names.extract(tags)?.iter().filter_map(Value::to_text) {
            if let Some(replacement) = self.taxonomy.as_ref().and_then(|taxonomy| taxonomy.replacement(&name)) {
                found.push(Value::string(name.into_owned()));
                better.push(Value::string(replacement));
            }
        }
        if found.is_empty() {
            return Ok(());
        }
        if step.semantics.replacing_tags_dies {
            return Err(too_few_arguments(of_event, self.removes));
        }
        let mut tagging = Tagging {
            removes: true,
            tags: found.into(),
            locality: Locality::Any,
            relationship_type: self.relationship_type.clone(),
        };
        if self.removes {
            let effect = effect(&tagging, step)?;
            step.effect(effect);
        }
        tagging = Tagging { removes: false, tags: better.into(), locality: self.locality, ..tagging };
        let effect = effect(&tagging, step)?;
        step.effect(effect);
        Ok(())
    }
}

/// What later releases die of where a module built on `tag_operation` calls it as it was before.
pub(super) fn too_few_arguments(of_event: bool, removes: bool) -> Thrown {
    let (verb, passed) = if removes { ("removeTagsFrom", 2) } else { ("addTagsTo", 3) };
    let holder = if of_event { "Event" } else { "Attributes" };
    let wanted = passed + 1;
    Thrown {
        class: PhpClass::ArgumentCountError,
        message: format!(
            "Too few arguments to function Module_tag_operation::__{verb}{holder}(), {passed} passed and exactly {wanted} expected"
        )
        .into(),
    }
}

impl Taxonomy {
    /// The spelling of the taxonomy for what is perhaps another one: the name of the taxonomy as a word of its own, one or
    /// two of `: - =` and white space, perhaps a quote, and a predicate, anywhere in the tag.
    fn replacement(&self, tag: &str) -> Option<String> {
        let lower = tag.to_ascii_lowercase();
        // The first place where the words fit decides.
        for (start, char) in lower.char_indices() {
            if !is_word(char) || lower[..start].chars().next_back().is_some_and(is_word) {
                continue;
            }
            let word_end = lower[start..].find(|char| !is_word(char)).map_or(lower.len(), |length| start + length);
            let word = &lower[start..word_end];
            if !word.contains(self.name) {
                continue;
            }
            let rest = &lower[word_end..];
            let separators = rest.chars().take(2).take_while(|char| is_separator(*char)).count();
            for length in (1..=separators).rev() {
                let after = &rest[rest.char_indices().nth(length).map_or(rest.len(), |(at, _)| at)..];
                let after = after.strip_prefix('"').unwrap_or(after);
                if let Some(predicate) = self.predicates.iter().find(|predicate| after.starts_with(**predicate)) {
                    if word != self.name {
                        return None;
                    }
                    return Some(self.spell(predicate));
                }
            }
        }
        None
    }

    fn spell(&self, predicate: &str) -> String {
        if self.upper_case {
            format!("{}:{}", self.name.to_uppercase(), predicate.to_uppercase())
        } else {
            format!("{}:{predicate}", self.name)
        }
    }
}

fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

fn is_separator(char: char) -> bool {
    matches!(char, ':' | '-' | '=' | ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

#[cfg(test)]
mod tests {
    use super::{PAP, TLP};

    #[test]
    fn spellings_are_brought_to_one() {
        for (tag, tlp, pap) in [
            ("TLP-Red", Some("tlp:red"), None),
            ("tlp: amber", Some("tlp:amber"), None),
            ("tlp:amber+strict", Some("tlp:amber"), None),
            ("my tlp=\"green\"", Some("tlp:green"), None),
            ("pap:red", None, Some("PAP:RED")),
            ("PAP:CLEAR", None, Some("PAP:CLEAR")),
            ("mytlp:red", None, None),
            ("tlp:   red", None, None),
            ("tlp:blue", None, None),
            ("type:OSINT", None, None),
            ("ünïcode", None, None),
        ] {
            assert_eq!(TLP.replacement(tag).as_deref(), tlp, "{tag}");
            assert_eq!(PAP.replacement(tag).as_deref(), pap, "{tag}");
        }
    }
}
