//! `module` items: the signatures of a server's own modules.

use indexmap::IndexMap;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value as Json;

use crate::base::parallel;
use crate::base::source::Span;
use crate::base::suggest::closest;
use crate::catalogue::{Parameter, ParameterKind, Shape, Signature};
use crate::diagnostics::{Code, Diagnostic};
use crate::load::Program;
use crate::model::{ModuleType, ParamText};
use crate::syntax::tree::{Argument, Item, ModuleDeclaration, ModuleParameter, Name, Value, ValueKind};

use super::constant::{Constant, ConstantKind};
use super::duplicates::Seen;
use super::evaluate::evaluate;
use super::literals::Literals;
use super::scope::ItemPlace;

/// The signatures of all `module` items, by file and item.
#[derive(Default)]
pub struct Declarations {
    // Signatures are large, and a table moves what it holds when it grows.
    signatures: FxHashMap<ItemPlace, Box<Signature>>,
}

impl Declarations {
    /// Reads every `module` item and reports what is wrong with it.
    pub fn build(program: &Program<'_>, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let read = parallel::each(&program.files, program.length(), |loaded| {
            let mut found = Vec::new();
            let modules = loaded.tree.items.iter().enumerate().filter_map(|(item, content)| match content {
                Item::Module(module) => Some((item, Box::new(signature(module, &mut found)))),
                _ => None,
            });
            (modules.collect::<Vec<_>>(), found)
        });
        let mut signatures = FxHashMap::default();
        for (file, (modules, found)) in read.into_iter().enumerate() {
            signatures.extend(modules.into_iter().map(|(item, signature)| (ItemPlace { file, item }, signature)));
            diagnostics.extend(found);
        }
        Self { signatures }
    }

    /// The signature of the item at a place.
    pub fn get(&self, place: ItemPlace) -> Option<&Signature> {
        self.signatures.get(&place).map(AsRef::as_ref)
    }

    /// All signatures, those of the files that were asked for last.
    pub fn in_order(&self) -> impl Iterator<Item = &Signature> {
        let mut places: Vec<_> = self.signatures.keys().copied().collect();
        places.sort_unstable_by_key(|place| std::cmp::Reverse((place.file, place.item)));
        places.into_iter().map(|place| &*self.signatures[&place])
    }
}

const FIELDS: [&str; 8] = ["name", "description", "version", "blocking", "outputs", "filters", "core-format", "shape"];
const ATTRIBUTES: [&str; 12] = [
    "label",
    "description",
    "example",
    "options",
    "open",
    "multiple",
    "jinja",
    "json",
    "lines",
    "sensitive",
    "shown-when",
    "required",
];

fn signature(module: &ModuleDeclaration<'_>, diagnostics: &mut Vec<Diagnostic>) -> Signature {
    let module_type = match module.kind.text {
        "action" => ModuleType::Action,
        "logic" => ModuleType::Logic,
        "trigger" => ModuleType::Trigger,
        other => {
            let names = ["action", "logic", "trigger"];
            diagnostics.push(
                Diagnostic::at(Code::UnknownType, module.kind.span, format!("`{other}` is not a kind of module"))
                    .maybe_help(closest(other, names).map(|name| format!("did you mean `{name}`?")))
                    .help("a module is an `action`, a `logic` module or a `trigger`"),
            );
            ModuleType::Action
        }
    };
    let mut reader = Reader { diagnostics };
    let mut signature = Signature::custom(module.id.text, module_type);
    let mut shape = None;
    let mut seen = Seen::default();
    for field in &module.fields {
        if !reader.first(&mut seen, field.name, "field") {
            continue;
        }
        let value = &field.value;
        match field.name.text {
            "name" => reader.text(value, &mut signature.name),
            "description" => reader.text(value, &mut signature.description),
            "version" => reader.text(value, &mut signature.version),
            "blocking" => reader.boolean(value, &mut signature.blocking),
            "filters" => reader.boolean(value, &mut signature.supports_filters),
            "core-format" if module_type == ModuleType::Trigger => {
                reader.boolean(value, &mut signature.gives_core_format);
            }
            "core-format" => reader.boolean(value, &mut signature.expects_core_format),
            "outputs" => reader.outputs(value, module_type, &mut signature.outputs),
            "shape" => shape = reader.shape(value),
            _ => reader.unknown(field.name, "a field of a module", &FIELDS),
        }
    }
    signature.shape = shape.unwrap_or(match module_type {
        ModuleType::Trigger => Shape::Trigger,
        ModuleType::Logic if signature.outputs == 2 => Shape::If,
        _ => Shape::Default,
    });
    let mut seen = Seen::default();
    for parameter in &module.parameters {
        if reader.first(&mut seen, parameter.name, "parameter") {
            let parameter = reader.parameter(parameter);
            signature.parameters.push(parameter);
        }
    }
    reader.check_shown_when(module);
    signature
}

struct Reader<'d> {
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn evaluate<'a>(&mut self, value: &'a Value<'a>) -> Constant<'a> {
        evaluate(value, &mut Literals { place: "a module declaration", diagnostics: self.diagnostics })
    }

    fn first<'a>(&mut self, seen: &mut Seen<'a>, name: Name<'a>, what: &str) -> bool {
        if let Some(before) = seen.before(name) {
            self.diagnostics.push(duplicate(what, name, before));
            return false;
        }
        true
    }

    fn wrong(&mut self, value: &Value<'_>, wanted: &str) {
        let found = match self.evaluate(value).kind {
            ConstantKind::Unknown => return,
            ConstantKind::Number(written) | ConstantKind::Word(written) => format!("`{written}`"),
            given => given.describe().to_owned(),
        };
        self.diagnostics.push(Diagnostic::at(Code::WrongType, value.span, format!("expected {wanted}, found {found}")));
    }

    fn unknown(&mut self, name: Name<'_>, what: &str, known: &[&'static str]) {
        self.diagnostics.push(
            Diagnostic::at(Code::UnknownField, name.span, format!("`{}` is not {what}", name.text))
                .maybe_help(closest(name.text, known.iter().copied()).map(|name| format!("did you mean `{name}`?")))
                .help(format!("there are: {}", known.join(", "))),
        );
    }

    fn text(&mut self, value: &Value<'_>, target: &mut String) {
        match self.evaluate(value).kind {
            ConstantKind::Text(ParamText::Plain(text)) => *target = text.into_owned(),
            _ => self.wrong(value, "text"),
        }
    }

    fn boolean(&mut self, value: &Value<'_>, target: &mut bool) {
        match self.evaluate(value).kind {
            ConstantKind::Boolean(boolean) => *target = boolean,
            _ => self.wrong(value, "`true` or `false`"),
        }
    }

    fn outputs(&mut self, value: &Value<'_>, module_type: ModuleType, target: &mut u8) {
        match self.evaluate(value).kind {
            ConstantKind::Number(digits @ ("0" | "1")) => *target = u8::from(digits == "1"),
            ConstantKind::Number("2") if module_type == ModuleType::Logic => *target = 2,
            _ => self.wrong(value, "0 or 1, or 2 for a logic module that decides"),
        }
    }

    fn shape(&mut self, value: &Value<'_>) -> Option<Shape> {
        match self.evaluate(value).kind {
            ConstantKind::Word("default") => Some(Shape::Default),
            ConstantKind::Word("if") => Some(Shape::If),
            _ => {
                self.wrong(value, "`default` or `if`");
                None
            }
        }
    }

    fn parameter(&mut self, declared: &ModuleParameter<'_>) -> Parameter {
        let kind = ParameterKind::ALL.into_iter().find(|kind| kind.as_str() == declared.kind.text);
        if kind.is_none() {
            let names = ParameterKind::ALL.map(ParameterKind::as_str);
            self.diagnostics.push(
                Diagnostic::at(
                    Code::UnknownType,
                    declared.kind.span,
                    format!("`{}` is not a type of parameter", declared.kind.text),
                )
                .maybe_help(closest(declared.kind.text, names).map(|name| format!("did you mean `{name}`?")))
                .help(format!("there are: {}", names.join(", "))),
            );
        }
        let mut parameter = Parameter {
            id: declared.name.text.to_owned(),
            label: declared.name.text.to_owned(),
            kind: kind.unwrap_or(ParameterKind::Text),
            description: String::new(),
            example: String::new(),
            default: None,
            options: IndexMap::new(),
            open: false,
            multiple: false,
            jinja: false,
            json: false,
            lines: None,
            sensitive: false,
            display_on: IndexMap::new(),
            sub_selector: false,
            required: None,
        };
        let mut seen = Seen::default();
        for attribute in &declared.attributes {
            if !self.first(&mut seen, attribute.name, "attribute") {
                continue;
            }
            let value = &attribute.value;
            match attribute.name.text {
                "label" => self.text(value, &mut parameter.label),
                "description" => self.text(value, &mut parameter.description),
                "example" => self.text(value, &mut parameter.example),
                "options" => parameter.options = self.options(value),
                "open" => self.boolean(value, &mut parameter.open),
                "multiple" => self.boolean(value, &mut parameter.multiple),
                "jinja" => self.boolean(value, &mut parameter.jinja),
                "json" => self.boolean(value, &mut parameter.json),
                "lines" => {
                    let mut separator = String::new();
                    self.text(value, &mut separator);
                    parameter.lines = Some(separator);
                }
                "sensitive" => self.boolean(value, &mut parameter.sensitive),
                "shown-when" => parameter.display_on = self.shown_when(value),
                "required" => {
                    let mut reason = String::new();
                    self.text(value, &mut reason);
                    parameter.required = Some(reason);
                }
                _ => self.unknown(attribute.name, "an attribute of a parameter", &ATTRIBUTES),
            }
        }
        if parameter.kind == ParameterKind::Picker && parameter.options.is_empty() {
            parameter.open = true;
        }
        if let Some(value) = &declared.default {
            parameter.default = self.json(value);
        }
        parameter
    }

    /// `["a", "b"]` or `{ a: "Label of a" }`
    fn options(&mut self, value: &Value<'_>) -> IndexMap<String, String> {
        const WANTED: &str = "a list of options or an object of options with their labels";
        let mut options = IndexMap::new();
        match self.evaluate(value).kind {
            ConstantKind::List(items) => {
                for item in items {
                    if let Some(text) = plain(&item.kind) {
                        options.insert(text.clone(), text);
                    } else {
                        self.diagnostics.push(Diagnostic::at(Code::WrongType, item.span, "an option must be a string"));
                    }
                }
            }
            ConstantKind::Object(entries) => {
                for (key, label) in entries {
                    if let Some(label_text) = plain(&label.kind) {
                        options.insert(key.text.to_owned(), label_text);
                    } else {
                        self.diagnostics.push(Diagnostic::at(Code::WrongType, label.span, "a label must be a string"));
                    }
                }
            }
            _ => self.wrong(value, WANTED),
        }
        options
    }

    /// `{ other-parameter: ["value", …] }`
    fn shown_when(&mut self, value: &Value<'_>) -> IndexMap<String, Vec<String>> {
        let ConstantKind::Object(entries) = self.evaluate(value).kind else {
            self.wrong(value, "an object of parameters and their values");
            return IndexMap::new();
        };
        let mut conditions = IndexMap::new();
        for (key, constant) in entries {
            let values = match &constant.kind {
                ConstantKind::List(items) => items.iter().filter_map(|item| plain(&item.kind)).collect(),
                single => plain(single).into_iter().collect(),
            };
            conditions.insert(key.text.to_owned(), values);
        }
        conditions
    }

    /// Parameters can only depend on parameters that there are.
    fn check_shown_when(&mut self, module: &ModuleDeclaration<'_>) {
        /// How many names are compared with an unknown one.
        const COMPARED: usize = 100;
        let known: FxHashSet<&str> = module.parameters.iter().map(|parameter| parameter.name.text).collect();
        let attributes = module.parameters.iter().flat_map(|parameter| &parameter.attributes);
        for attribute in attributes.filter(|attribute| attribute.name.text == "shown-when") {
            let ValueKind::Object(entries) = &attribute.value.kind else { continue };
            for Argument { name, .. } in entries.iter().filter(|entry| !known.contains(entry.name.text)) {
                let names = module.parameters.iter().take(COMPARED).map(|parameter| parameter.name.text);
                self.diagnostics.push(
                    Diagnostic::at(
                        Code::UnknownParameter,
                        name.span,
                        format!("`{}` has no parameter `{}`", module.id.text, name.text),
                    )
                    .maybe_help(closest(name.text, names).map(|name| format!("did you mean `{name}`?")))
                    .help("`shown-when` names other parameters of the module and their values"),
                );
            }
        }
    }

    fn json(&mut self, value: &Value<'_>) -> Option<Json> {
        let constant = self.evaluate(value);
        let json = json(&constant);
        if json.is_none() && !matches!(constant.kind, ConstantKind::Unknown) {
            self.diagnostics.push(
                Diagnostic::at(Code::WrongType, value.span, "a default must be written out")
                    .help("text, a number, a boolean or a list of these"),
            );
        }
        json
    }
}

fn plain(kind: &ConstantKind<'_>) -> Option<String> {
    match kind {
        ConstantKind::Text(ParamText::Plain(text)) => Some(text.to_string()),
        ConstantKind::Number(text) | ConstantKind::Word(text) => Some((*text).to_owned()),
        _ => None,
    }
}

fn json(constant: &Constant<'_>) -> Option<Json> {
    Some(match &constant.kind {
        ConstantKind::Text(ParamText::Plain(text)) => Json::from(text.as_ref()),
        ConstantKind::Word(text) | ConstantKind::Path(text) => Json::from(*text),
        ConstantKind::Number(digits) => serde_json::from_str(digits).ok()?,
        ConstantKind::Boolean(value) => Json::from(*value),
        ConstantKind::Null => Json::Null,
        ConstantKind::List(items) => items.iter().map(json).collect::<Option<Vec<_>>>()?.into(),
        _ => return None,
    })
}

/// A name that is given twice in one place.
pub fn duplicate(what: &str, name: Name<'_>, before: Span) -> Diagnostic {
    Diagnostic::at(Code::DuplicateParameter, name.span, format!("the {what} `{}` is given twice", name.text))
        .label("given again here")
        .also(before, "first given here")
        .help("remove one of them")
}
