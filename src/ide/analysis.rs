//! What the names in a few files mean.

use std::path::PathBuf;

use crate::base::source::{FileId, Sources};
use crate::catalogue::Signature;
use crate::check::Context;
use crate::format::quote;
use crate::load::{Program, ResolvedImport, imports};
use crate::model::{ModuleType, ParamText, TextPart};
use crate::project::load_source;
use crate::resolve::{BlueprintEntry, Budget, Constant, ConstantKind, ConstantTable, Declarations, scopes};
use crate::schema::{Root, Typer};
use crate::syntax::tree::{Blueprint, File, Item, ValueKind};
use crate::typing::root_of_blueprint;

use super::cursor::ItemHead;
use super::{Facts, Texts};

/// Some files with all that they import, and what their names mean.
pub struct Analysis<'c, 'a> {
    pub(super) context: Context<'c, 'a>,
}

/// Reads these files and what they import, and does something with what their names mean.
pub fn analyse<R>(
    facts: &Facts,
    texts: &Texts,
    paths: &[PathBuf],
    then: impl FnOnce(&Analysis<'_, '_>, &Sources) -> R,
) -> R {
    let files = facts.files(texts);
    let sources = Sources::new();
    let named = files.named();
    let load = |path: &PathBuf| load_source(&sources, &named, path, &path.display().to_string()).ok();
    let roots: Vec<FileId> = paths.iter().filter_map(load).collect();
    // What is wrong with them is said by the check.
    let mut findings = Vec::new();
    let program = Program::load(&sources, &files, &roots, &mut findings);
    let declarations = Declarations::build(&program, &mut findings);
    let scopes = scopes(&program, &declarations, &mut findings);
    let budget = Budget::default();
    let constants = ConstantTable::build(&program, &scopes, &budget, &mut findings);
    let catalogue = facts.catalogue();
    let tags = catalogue.known_tags();
    let context =
        Context { program: &program, catalogue, tags: &tags, scopes: &scopes, constants: &constants, budget: &budget };
    then(&Analysis { context }, &sources)
}

impl<'a> Analysis<'_, 'a> {
    /// The tree of a file, by its index.
    pub fn tree(&self, file: usize) -> &'a File<'a> {
        &self.context.program.files[file].tree
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.context.program.files.len()
    }

    /// Whether there are no files.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The files that a file can use names of: itself, and those that it imports.
    pub(super) fn in_reach(&self, file: usize) -> Vec<usize> {
        let imported = imports(&self.context.program.files[file]).filter_map(|(_, import)| match import {
            ResolvedImport::File(target) => Some(target),
            _ => None,
        });
        std::iter::once(file).chain(imported).collect()
    }

    /// The signature of a module, as a file knows it.
    pub(super) fn signature(&self, file: usize, module: &str) -> Option<&'a Signature> {
        self.context.signature(file, module)
    }

    /// All modules that a file knows, its own first.
    pub(super) fn modules(&self, file: usize) -> Vec<&'a Signature> {
        let mut own: Vec<&Signature> = self.context.scopes[file].modules.values().copied().collect();
        own.sort_by(|one, other| one.id.cmp(&other.id));
        let is_own = |module: &&Signature| self.context.scopes[file].modules.contains_key(module.id.as_str());
        let others = self.context.catalogue.modules().filter(|module| !is_own(module));
        own.into_iter().chain(others).collect()
    }

    /// The blueprint that a name stands for, if it is one of the text.
    pub(super) fn blueprint(&self, file: usize, name: &str) -> Option<(usize, &'a Blueprint<'a>)> {
        match self.context.scopes[file].blueprints.get(name) {
            Some(BlueprintEntry::Text { file, blueprint }) => Some((*file, blueprint)),
            _ => None,
        }
    }

    /// The names in a folder of the project.
    pub(super) fn list(&self, folder: &std::path::Path) -> std::io::Result<Vec<(std::ffi::OsString, bool)>> {
        self.context.program.list(folder)
    }

    /// The value of a constant that a file knows.
    pub(super) fn constant(&self, file: usize, name: &str) -> Option<&Constant<'a>> {
        let place = self.context.scopes[file].constants.get(name)?;
        self.context.constants.get(*place)
    }

    /// What is known of the data in an item of a tree.
    pub(super) fn typer(&self, file: usize, item: Option<&Item<'_>>) -> Typer<'static> {
        let signature = |trigger: &str| self.signature(file, trigger);
        let of_trigger = |trigger: &str| {
            let known = signature(trigger).filter(|module| module.module_type == ModuleType::Trigger);
            known.map_or(Root::OPEN, Root::of_trigger)
        };
        Typer::new(match item {
            Some(Item::Workflow(workflow)) => of_trigger(workflow.trigger.name.text),
            Some(Item::Blueprint(Blueprint { trigger: Some(trigger), .. })) => of_trigger(trigger.name.text),
            Some(Item::Blueprint(blueprint)) => {
                let field = blueprint.fields.iter().find(|field| field.name.text == "description");
                let text = field.and_then(|field| match &field.value.kind {
                    ValueKind::Text(text) => Some(text.content.as_ref()),
                    _ => None,
                });
                root_of_blueprint(text.unwrap_or_default(), signature)
            }
            _ => Root::of_any_trigger(),
        })
    }

    /// The same for an item of which the tree may know nothing.
    pub(super) fn typer_of_head(&self, file: usize, head: Option<&ItemHead>) -> Typer<'static> {
        let Some(head) = head else { return self.typer(file, None) };
        if let Some(trigger) = head.trigger.as_deref().and_then(|trigger| self.signature(file, trigger)) {
            return Typer::new(Root::of_trigger(trigger));
        }
        // A blueprint may say in its description what it is for.
        let is_meant = |item: &&Item<'a>| matches!(item, Item::Blueprint(blueprint) if blueprint.id.text == head.id);
        self.typer(file, self.tree(file).items.iter().find(is_meant))
    }
}

/// A value in a few words, as the language writes it.
pub(super) fn in_words(constant: &Constant<'_>) -> String {
    const LONGEST: usize = 300;
    let mut words = String::new();
    write_words(constant, &mut words, LONGEST);
    if words.chars().count() > LONGEST {
        words = words.chars().take(LONGEST).chain(['…']).collect();
    }
    words
}

fn write_words(constant: &Constant<'_>, words: &mut String, longest: usize) {
    if words.len() > longest {
        return;
    }
    match &constant.kind {
        ConstantKind::Text(ParamText::Plain(text)) => words.push_str(&quote(text)),
        ConstantKind::Text(ParamText::Parts(parts)) => {
            let parts = parts.iter().map(|part| match part {
                TextPart::Plain(text) => quote(text),
                TextPart::Env { name, default: None, .. } => format!("env({})", quote(name)),
                TextPart::Env { name, default: Some(default), .. } => {
                    format!("env({}, {})", quote(name), quote(default))
                }
                TextPart::Secret { name, .. } => format!("secret({})", quote(name)),
            });
            words.push_str(&parts.collect::<Vec<_>>().join(" + "));
        }
        ConstantKind::Number(word) | ConstantKind::Path(word) | ConstantKind::Word(word) => words.push_str(word),
        ConstantKind::Boolean(value) => words.push_str(if *value { "true" } else { "false" }),
        ConstantKind::Null => words.push_str("null"),
        ConstantKind::List(values) => {
            words.push('[');
            for (index, value) in values.iter().enumerate() {
                words.push_str(if index == 0 { "" } else { ", " });
                write_words(value, words, longest);
            }
            words.push(']');
        }
        ConstantKind::Object(entries) => {
            words.push_str("{ ");
            for (index, (name, value)) in entries.iter().enumerate() {
                words.push_str(if index == 0 { "" } else { ", " });
                words.push_str(name.text);
                words.push_str(": ");
                write_words(value, words, longest);
            }
            words.push_str(" }");
        }
        ConstantKind::Parameter(kind) => words.push_str(kind.as_str()),
        ConstantKind::Unknown => words.push('?'),
    }
}
