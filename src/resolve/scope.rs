//! What names mean in each file.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::parallel;
use crate::base::source::Span;
use crate::catalogue::Signature;
use crate::diagnostics::{Code, Diagnostic};
use crate::load::{ImportedBlueprint, Program, ResolvedImport, imports};
use crate::syntax::tree::{Blueprint, Item, Name};

use super::declaration::Declarations;

/// The names a file can use: its own and those of the files it imports (but not those that these
/// import in turn).
#[derive(Default)]
pub struct Scope<'a> {
    /// Constants: file and item that define them.
    pub constants: FxHashMap<&'a str, ItemPlace>,
    /// Blueprints.
    pub blueprints: FxHashMap<&'a str, BlueprintEntry<'a>>,
    /// Modules declared in text.
    pub modules: FxHashMap<&'a str, &'a Signature>,
    /// Workflows, which tests name.
    pub workflows: FxHashSet<&'a str>,
    /// Whether something in reach could not be read: an unknown name may just be unread.
    pub incomplete: bool,
}

/// Where an item is: index of the file, index of the item in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ItemPlace {
    /// Index of the file.
    pub file: usize,
    /// Index of the item.
    pub item: usize,
}

/// A blueprint by either name.
#[derive(Clone, Copy)]
pub enum BlueprintEntry<'a> {
    /// Written as text.
    Text {
        /// Index of its file, in whose scope its names are looked up.
        file: usize,
        /// The item.
        blueprint: &'a Blueprint<'a>,
    },
    /// Exported from MISP.
    Graph(&'a ImportedBlueprint),
}

/// The scope of every file of the program.
pub fn scopes<'a>(
    program: &'a Program<'_>,
    declarations: &'a Declarations,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Scope<'a>> {
    let files: Vec<usize> = (0..program.files.len()).collect();
    let scopes = parallel::each(&files, program.length(), |&file| scope(program, declarations, file));
    let with_findings = scopes.into_iter().map(|(scope, found)| {
        diagnostics.extend(found);
        scope
    });
    with_findings.collect()
}

/// The scope of a file, and what is wrong with its names.
fn scope<'a>(program: &'a Program<'_>, declarations: &'a Declarations, file: usize) -> (Scope<'a>, Vec<Diagnostic>) {
    let mut builder = Builder {
        program,
        declarations,
        scope: Scope::default(),
        places: FxHashMap::default(),
        diagnostics: Vec::new(),
    };
    builder.add_file(file, None);
    for (import, resolved) in imports(&program.files[file]) {
        match resolved {
            ResolvedImport::Failed => builder.scope.incomplete = true,
            ResolvedImport::File(target) if target != file => builder.add_file(target, Some(import.span)),
            ResolvedImport::File(_) => {}
            ResolvedImport::Blueprint(index) => {
                if let Some(alias) = import.alias
                    && builder.claim(ItemKind::Blueprint, alias, None)
                {
                    let graph = BlueprintEntry::Graph(&program.blueprints[index]);
                    builder.scope.blueprints.insert(alias.text, graph);
                }
            }
        }
    }
    (builder.scope, builder.diagnostics)
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum ItemKind {
    Constant,
    Blueprint,
    Module,
    Workflow,
}

impl ItemKind {
    fn describe(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Blueprint => "blueprint",
            Self::Module => "module",
            Self::Workflow => "workflow",
        }
    }
}

struct Builder<'a, 's> {
    program: &'a Program<'s>,
    declarations: &'a Declarations,
    scope: Scope<'a>,
    places: FxHashMap<(ItemKind, &'a str), Span>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Builder<'a, '_> {
    /// Adds the items of a file: the own one, or one that the import at `imported` names.
    fn add_file(&mut self, file: usize, imported: Option<Span>) {
        let tree = &self.program.files[file].tree;
        self.scope.incomplete |= tree.incomplete;
        for (item_index, item) in tree.items.iter().enumerate() {
            let place = ItemPlace { file, item: item_index };
            match item {
                Item::Let(item) => {
                    if self.claim(ItemKind::Constant, item.name, imported) {
                        self.scope.constants.insert(item.name.text, place);
                    }
                }
                Item::Blueprint(blueprint) => {
                    if self.claim(ItemKind::Blueprint, blueprint.id, imported) {
                        self.scope.blueprints.insert(blueprint.id.text, BlueprintEntry::Text { file, blueprint });
                    }
                }
                Item::Module(module) => {
                    if self.claim(ItemKind::Module, module.id, imported)
                        && let Some(signature) = self.declarations.get(place)
                    {
                        self.scope.modules.insert(module.id.text, signature);
                    }
                }
                Item::Workflow(workflow) => {
                    // Imports bring no workflows, but a test may be in a file of its own.
                    if imported.is_some() || self.claim(ItemKind::Workflow, workflow.id, None) {
                        self.scope.workflows.insert(workflow.id.text);
                    }
                }
                Item::Import(_) | Item::Test(_) => {}
            }
        }
    }

    /// Whether the name is free; reports it if it is not.
    fn claim(&mut self, kind: ItemKind, name: Name<'a>, imported: Option<Span>) -> bool {
        let Some(&before) = self.places.get(&(kind, name.text)) else {
            self.places.insert((kind, name.text), name.span);
            return true;
        };
        if before == name.span {
            return false;
        }
        let what = kind.describe();
        let diagnostic = match imported {
            None => {
                Diagnostic::at(Code::DuplicateName, name.span, format!("the {what} `{}` is defined twice", name.text))
                    .label("defined again here")
                    .also(before, "first defined here")
            }
            Some(import) => Diagnostic::at(
                Code::DuplicateName,
                import,
                format!("this import adds a second {what} named `{}`", name.text),
            )
            .also(name.span, "the imported one")
            .also(before, "the one that is known already"),
        };
        self.diagnostics.push(diagnostic.help("give one of them another name"));
        false
    }
}
