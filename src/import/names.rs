//! Names made from what things are and do.

use deunicode::deunicode_char;
use rustc_hash::FxHashSet;

use super::flow::{FlowKind, FlowNode};
use super::modules::{param, text_param};
use crate::catalogue::module_ids;
use crate::model::{Node, ParamText, ParamValue};
use crate::project::is_device_on_windows;

/// The longest name that is made.
const MAX_LENGTH: usize = 60;

/// Gives out names that are not taken yet.
#[derive(Default)]
pub(super) struct Names {
    taken: FxHashSet<String>,
    last: rustc_hash::FxHashMap<String, usize>,
}

impl Names {
    /// The name itself, or with a number after it.
    pub fn unique(&mut self, name: String) -> String {
        if self.taken.insert(name.clone()) {
            return name;
        }
        let count = self.last.entry(name.clone()).or_insert(1);
        loop {
            *count += 1;
            let numbered = format!("{name}-{count}");
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}

/// A text as a name: words in small letters, joined with `-`.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    let mut word = 0;
    for character in text.chars() {
        if slug.len() >= MAX_LENGTH {
            // A word that does not fit is left out, unless it is the only one.
            slug.truncate(if word == 0 { MAX_LENGTH } else { word });
            break;
        }
        // Letters of other alphabets and with accents are written with plain ones.
        let plain = deunicode_char(character).filter(|_| character.is_alphanumeric()).unwrap_or_default();
        let mut letters = plain.chars().filter(char::is_ascii_alphanumeric).peekable();
        if letters.peek().is_some() {
            slug.extend(letters.map(|letter| letter.to_ascii_lowercase()));
        } else if !slug.is_empty() && !slug.ends_with('-') {
            word = slug.len();
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// A text as the id of something, with `prefix` where a name cannot begin so.
pub(super) fn id(text: &str, prefix: &str) -> String {
    let slug = slug(text);
    if slug.is_empty() {
        prefix.to_owned()
    } else if is_device_on_windows(&slug) {
        format!("{prefix}-{slug}")
    } else if slug.starts_with(|first: char| first.is_ascii_alphabetic()) {
        slug
    } else {
        format!("{prefix}-{slug}")
    }
}

/// A label for the step that begins with this node.
pub(super) fn label(node: &FlowNode<'_>) -> String {
    let module = &node.node.module;
    let name = match (node.kind, module.as_ref()) {
        (_, module_ids::TAG_IF) => format!("check-{}", first_tag(node.node).unwrap_or_else(|| "tag".to_owned())),
        (FlowKind::If, module) => format!("check-{}", slug(module.strip_suffix("-if").unwrap_or(module))),
        (FlowKind::Concurrent, _) => "concurrent".to_owned(),
        (_, module_ids::GENERIC_FILTER_DATA) => "filter".to_owned(),
        (_, module_ids::GENERIC_FILTER_RESET) => "reset-filters".to_owned(),
        (_, module_ids::TAG_OPERATION) => {
            let verb = if text_param(node.node, "action") == Some("remove") { "untag" } else { "tag" };
            format!("{verb}-{}", first_tag(node.node).unwrap_or_else(|| "more".to_owned()))
        }
        (_, module) => {
            let module = module.strip_prefix("Module_").unwrap_or(module);
            slug(module.strip_suffix("_operation").unwrap_or(module))
        }
    };
    id(&name, "step")
}

fn first_tag(node: &Node<'_>) -> Option<String> {
    let Some(ParamValue::List(tags)) = param(node, "tags") else { return None };
    match tags.first()? {
        ParamValue::Text(ParamText::Plain(tag)) => Some(slug(tag)).filter(|slug| !slug.is_empty()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, id, slug};

    #[test]
    fn texts_become_names() {
        assert_eq!(slug("Curation - Normalize TLP & PAP Tag"), "curation-normalize-tlp-pap-tag");
        assert_eq!(slug("Agregar información de evento a EDL"), "agregar-informacion-de-evento-a-edl");
        assert_eq!(slug("Größe prüfen: Ærø, Łódź, Ñandú"), "grosse-prufen-aero-lodz-nandu");
        assert_eq!(id("2nd try!", "workflow"), "workflow-2nd-try");
        assert_eq!(id("…", "workflow"), "workflow");
        let long = "Toggle the automation flag of network indicators as AbuseIPDB says";
        assert_eq!(slug(long), "toggle-the-automation-flag-of-network-indicators-as");
        assert_eq!(slug(&"x".repeat(100)).len(), 60);
    }

    #[test]
    fn names_are_given_once() {
        let mut names = Names::default();
        let given: Vec<_> = ["a", "a", "a-2", "a"].into_iter().map(|name| names.unique(name.to_owned())).collect();
        assert_eq!(given, ["a", "a-2", "a-2-2", "a-3"]);
    }
}
