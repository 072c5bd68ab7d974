//! What the tool knows of a module.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::model::ModuleType;

/// Finds the signature of a module by its id, if it is known where the module is used.
pub type SignatureLookup<'l, 's> = dyn Fn(&str) -> Option<&'s Signature> + 'l;

/// A module's signature: everything needed to check a call and to write its node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each named by MISP")]
pub struct Signature {
    /// The id by which workflows name it.
    pub id: String,
    /// The display name.
    pub name: String,
    /// Trigger, logic or action.
    #[serde(rename = "type")]
    pub module_type: ModuleType,
    /// What it does, in one line.
    #[serde(default)]
    pub description: String,
    /// The version its nodes carry.
    pub version: String,
    /// Trigger: the workflow decides whether MISP goes on. Action: its failure ends the run.
    #[serde(default, skip_serializing_if = "is_false")]
    pub blocking: bool,
    /// How many outputs its nodes have.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub outputs: u8,
    /// The shape of its box.
    #[serde(default, skip_serializing_if = "Shape::is_default")]
    pub shape: Shape,
    /// Whether an output may have several connections (`concurrent-task` only).
    #[serde(default, skip_serializing_if = "is_false")]
    pub multiple_output_connection: bool,
    /// Whether it honours a module filter (`saved_filters`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub supports_filters: bool,
    /// Whether it needs data in the MISP core format.
    #[serde(default, skip_serializing_if = "is_false")]
    pub expects_core_format: bool,
    /// Trigger: whether it gives data in the MISP core format.
    #[serde(default, skip_serializing_if = "is_false")]
    pub gives_core_format: bool,
    /// Whether it is switched off on the server whose catalogue this is.
    #[serde(default, skip_serializing_if = "is_false")]
    pub disabled: bool,
    /// Trigger: what it is about (`event`, `attribute`, `user`, …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Trigger: how often it fires, from 1 (rarely) to 3 (for every attribute saved).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overhead: Option<u8>,
    /// Where the module comes from.
    #[serde(default, skip_serializing_if = "Provenance::is_default")]
    pub provenance: Provenance,
    /// Known surprises, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traps: Vec<String>,
    /// The parameters, in the order of the editor.
    #[serde(default, rename = "params", skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
}

impl Signature {
    /// A module of a server's own of which nothing else is known: an action or a trigger of version 0.1 without parameters.
    pub fn custom(id: impl Into<String>, module_type: ModuleType) -> Self {
        let id = id.into();
        Self {
            name: id.clone(),
            id,
            module_type,
            description: String::new(),
            version: "0.1".to_owned(),
            blocking: false,
            outputs: 1,
            shape: Shape::Default,
            multiple_output_connection: false,
            supports_filters: false,
            expects_core_format: false,
            gives_core_format: false,
            disabled: false,
            scope: None,
            overhead: None,
            provenance: Provenance::Custom,
            traps: Vec::new(),
            parameters: Vec::new(),
        }
    }

    /// The parameter with this id.
    pub fn parameter(&self, id: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.id == id)
    }

    /// Whether it can be where a condition is wanted.
    pub fn is_condition(&self) -> bool {
        self.module_type == ModuleType::Logic && self.outputs == 2
    }
}

/// The shape of a module's box in the editor (`html_template` in MISP).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// A plain box.
    #[default]
    Default,
    /// `then` and `else`.
    If,
    /// A concurrent task.
    Concurrent,
    /// A trigger.
    Trigger,
}

impl Shape {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_default(&self) -> bool {
        *self == Self::Default
    }

    /// As MISP spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::If => "if",
            Self::Concurrent => "concurrent",
            Self::Trigger => "trigger",
        }
    }
}

/// Where a module comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provenance {
    /// Part of MISP.
    #[default]
    BuiltIn,
    /// From the misp-modules service.
    MispModules,
    /// A server's own PHP module, or a `module` declaration.
    Custom,
}

impl Provenance {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_default(&self) -> bool {
        *self == Self::BuiltIn
    }
}

/// A parameter of a module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each named by MISP")]
pub struct Parameter {
    /// The id by which calls name it.
    pub id: String,
    /// What the editor shows.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// What it takes.
    #[serde(rename = "type")]
    pub kind: ParameterKind,
    /// What it is for, in one line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// An example of a value.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub example: String,
    /// The value the editor writes when none is given; `None` when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Json>,
    /// Key to label, in MISP's order. Empty when there are none, or when only the server knows.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub options: IndexMap<String, String>,
    /// Whether values beyond [`Self::options`] may be right: the options belong to a server, or a
    /// picker takes new ones.
    #[serde(default, skip_serializing_if = "is_false")]
    pub open: bool,
    /// Picker: whether it takes several values.
    #[serde(default, skip_serializing_if = "is_false")]
    pub multiple: bool,
    /// Whether MISP renders it as a Jinja template.
    #[serde(default, skip_serializing_if = "is_false")]
    pub jinja: bool,
    /// Whether the value is sent as JSON when it can be read as such.
    #[serde(default, skip_serializing_if = "is_false")]
    pub json: bool,
    /// The value is made of lines, each a key and a value with this between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
    /// Whether the value is a secret (a token, a key): better written as `secret("NAME")`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sensitive: bool,
    /// The parameter is shown only while each of these parameters has one of these values.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub display_on: IndexMap<String, Vec<String>>,
    /// Hash path: whether it is read inside the items of another path rather than from the root.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sub_selector: bool,
    /// What goes wrong in MISP while it is empty; `None` when nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<String>,
}

impl Parameter {
    /// Whether `key` is one of the options.
    pub fn has_option(&self, key: &str) -> bool {
        self.options.contains_key(key)
    }

    /// The key of the option with this label, compared without regard to case and outer spaces.
    pub fn option_by_label(&self, label: &str) -> Option<&str> {
        self.options
            .iter()
            .find(|(_, known)| known.trim().eq_ignore_ascii_case(label.trim()))
            .map(|(key, _)| key.as_str())
    }
}

/// The editor's widgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterKind {
    /// One line of text (`input` in MISP).
    Text,
    /// Several lines of text.
    Textarea,
    /// One of several options.
    Select,
    /// One or several of a list, perhaps with new ones.
    Picker,
    /// A hash path.
    HashPath,
    /// A number.
    Number,
    /// Yes or no.
    Checkbox,
    /// One of several options.
    Radio,
}

impl ParameterKind {
    /// As a `module` declaration and the catalogue's data files spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Textarea => "textarea",
            Self::Select => "select",
            Self::Picker => "picker",
            Self::HashPath => "hashpath",
            Self::Number => "number",
            Self::Checkbox => "checkbox",
            Self::Radio => "radio",
        }
    }

    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Text,
        Self::Textarea,
        Self::Select,
        Self::Picker,
        Self::HashPath,
        Self::Number,
        Self::Checkbox,
        Self::Radio,
    ];
}

fn one() -> u8 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(value: &u8) -> bool {
    *value == 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}
