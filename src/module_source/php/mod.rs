//! Workflow modules of MISP, classes in PHP.

mod built_in;
mod constructor;
mod expression;
mod object;
mod strings;

use rustc_hash::FxHashMap;
use serde_json::{Map, Value as Json};
use tree_sitter::{Node, Tree};

use crate::base::source::{FileId, Sources, Span};
use crate::diagnostics::{Code, Diagnostic};

use super::syntax::{children, parse, span, walk};
use super::value::Value;
use super::{Language, report, stem};

use self::built_in::BuiltIn;
use self::object::Object;

/// What MISP reports of a module, as properties of its class are named.
const REPORTED: [&str; 14] = [
    "id",
    "scope",
    "name",
    "version",
    "description",
    "blocking",
    "outputs",
    "multiple_output_connection",
    "support_filters",
    "expect_misp_core_format",
    "misp_core_format",
    "trigger_overhead",
    "html_template",
    "params",
];

/// What matters of a parameter; the rest is for the eyes of the editor.
const OF_A_PARAMETER: [&str; 13] = [
    "id",
    "label",
    "type",
    "description",
    "default",
    "placeholder",
    "options",
    "picker_create_new",
    "multiple",
    "jinja_supported",
    "display_on",
    "_isHashPath",
    "hashpath",
];

/// Classes that extend each other are followed as far as this.
pub const MAX_ANCESTORS: usize = 16;

/// A class of one of the files.
#[derive(Clone, Copy)]
struct Class {
    /// The place of its file among the trees.
    tree: usize,
    file: FileId,
    /// Where the class begins and ends.
    start: usize,
    end: usize,
}

/// The classes of all files, for one may extend another.
pub(super) struct Classes {
    trees: Vec<(FileId, Tree)>,
    /// By their names in lower case: PHP does not tell cases apart there.
    classes: FxHashMap<String, Class>,
}

/// What a class extends, from itself to the class that is in no file.
struct Line {
    classes: Vec<Class>,
    base: Base,
}

enum Base {
    BuiltIn(BuiltIn),
    /// A class without parents.
    None,
    /// A class that is in no file, and where it is named.
    Unknown(String, Span),
}

impl Classes {
    pub(super) fn read(sources: &Sources, files: &[FileId], diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut found = Self { trees: Vec::new(), classes: FxHashMap::default() };
        for &file in files {
            let Some(tree) = parse(sources, file, Language::Php, diagnostics) else { continue };
            let text = sources.text(file);
            let place = found.trees.len();
            walk(tree.root_node(), &mut |node| {
                if node.kind() == "class_declaration"
                    && let Some(name) = node.child_by_field_name("name")
                {
                    let class = Class { tree: place, file, start: node.start_byte(), end: node.end_byte() };
                    found.classes.entry(text[name.byte_range()].to_ascii_lowercase()).or_insert(class);
                }
            });
            found.trees.push((file, tree));
        }
        found
    }

    /// What MISP reports of the module in a file. MISP loads the class that is named as the file is.
    pub(super) fn report(
        &mut self,
        sources: &Sources,
        file: FileId,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Json> {
        self.trees.iter().find(|(read, _)| *read == file)?;
        let name = stem(sources.file(file));
        let class = self.classes.get(&name.to_ascii_lowercase()).copied().filter(|class| class.file == file);
        let start = Span::new(file, 0, 0);
        let Some(class) = class else {
            diagnostics.push(
                Diagnostic::at(Code::InvalidModuleSource, start, format!("there is no class `{name}` in this file"))
                    .note("MISP loads the class that has the name of its file, without `.php`")
                    .help(format!("name the class `{name}`, or the file as the class is named")),
            );
            return None;
        };
        let line = self.line(sources, class);
        if let Base::Unknown(parent, place) = &line.base {
            diagnostics.push(
                Diagnostic::at(
                    Code::NotLiteral,
                    *place,
                    format!("`{parent}` is in none of the files: what the module inherits of it is left open"),
                )
                .help("name the file of that class too"),
            );
        }
        let module_type = module_type(sources, file).or(match &line.base {
            Base::BuiltIn(base) => base.module_type,
            Base::None | Base::Unknown(..) => None,
        });
        let Some(module_type) = module_type else {
            diagnostics.push(
                Diagnostic::at(Code::InvalidModuleSource, self.name_of(class), format!("`{name}` may be a trigger, a logic module or an action"))
                    .note("MISP looks at the folder: `app/Lib/WorkflowModules/action/` holds actions")
                    .help("extend `WorkflowBaseActionModule` or `WorkflowBaseLogicModule`, or read the file in a folder `action` or `logic`"),
            );
            return None;
        };
        let object = Object::new(self, sources, &line);
        let mut reported = Map::new();
        for property in REPORTED {
            let Some(value) = object.properties.get(property) else { continue };
            if property == "id" && !matches!(value, Value::Text(id) if !id.is_empty()) {
                let place = if let Value::Open(span) = value { *span } else { self.name_of(class) };
                diagnostics.push(
                    Diagnostic::at(Code::InvalidModuleSource, place, format!("the id of `{name}` is not written out"))
                        .help("write `public $id = 'my-module';` into the class: workflows name the module by it"),
                );
                return None;
            }
            let of_parameters = (property == "params").then(|| report::with_keys(value, &OF_A_PARAMETER));
            if let Some(value) = report::json(of_parameters.as_ref().unwrap_or(value), property, diagnostics) {
                reported.insert(property.to_owned(), value);
            }
        }
        if !reported.contains_key("id") {
            diagnostics.push(
                Diagnostic::at(Code::InvalidModuleSource, self.name_of(class), format!("`{name}` has no id"))
                    .help("write `public $id = 'my-module';` into the class: workflows name the module by it"),
            );
            return None;
        }
        only_named(&mut reported);
        reported.insert("module_type".to_owned(), Json::String(module_type.to_owned()));
        reported.insert("is_custom".to_owned(), Json::Bool(!is_of_misp(sources, file)));
        Some(Json::Object(reported))
    }

    fn node(&self, class: Class) -> Node<'_> {
        let root = self.trees[class.tree].1.root_node();
        root.descendant_for_byte_range(class.start, class.end).unwrap_or(root)
    }

    fn name_of(&self, class: Class) -> Span {
        let node = self.node(class);
        span(class.file, node.child_by_field_name("name").unwrap_or(node))
    }

    fn line(&self, sources: &Sources, class: Class) -> Line {
        let mut classes = vec![class];
        let mut at = class;
        loop {
            let extends = children(self.node(at)).into_iter().find(|child| child.kind() == "base_clause");
            let Some(parent) = extends.and_then(|clause| children(clause).into_iter().next()) else {
                return Line { classes, base: Base::None };
            };
            let name = sources.text(at.file)[parent.byte_range()].trim_start_matches('\\').to_owned();
            if let Some(next) = self.classes.get(&name.to_ascii_lowercase()).filter(|_| classes.len() < MAX_ANCESTORS) {
                at = *next;
                classes.push(at);
                continue;
            }
            let base = BuiltIn::named(&name).map_or(Base::Unknown(name, span(at.file, parent)), Base::BuiltIn);
            return Line { classes, base };
        }
    }
}

/// A parameter whose id nobody knows cannot be named.
fn only_named(reported: &mut Map<String, Json>) {
    if let Some(Json::Array(parameters)) = reported.get_mut("params") {
        parameters.retain(|parameter| parameter.get("id").is_some_and(Json::is_string));
    }
}

/// The kind of module that MISP takes a file for, by its folder.
fn module_type(sources: &Sources, file: FileId) -> Option<&'static str> {
    let folder = sources.file(file).path.as_deref()?.parent()?.file_name()?.to_str()?;
    ["trigger", "logic", "action"].into_iter().find(|name| *name == folder)
}

/// Whether a file is in the folder of MISP's own modules.
fn is_of_misp(sources: &Sources, file: FileId) -> bool {
    let path = sources.file(file).path.as_deref();
    path.is_some_and(|path| path.to_string_lossy().replace('\\', "/").contains("Model/WorkflowModules/"))
}
