//! From files to documents: the whole pipeline in two calls.
//!
//! [`Workspace::load`] reads and parses the files and all they import; [`Workspace::compile`] checks
//! them and makes the graphs. MISP's own JSON is as welcome as text. Both collect findings and never stop at the first.

mod callees;
mod compiled;
mod compiler;
mod counts;
mod in_parallel;
mod item;

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use crate::base::parallel;
use crate::base::source::{FileId, Sources};
use crate::catalogue::{Catalogue, Target};
use crate::check::{Context, check_hidden_characters, check_hidden_in_data};
use crate::diagnostics::Diagnostic;
use crate::exported::{Exported, is_misp_json, read_exported};
use crate::load::{Program, ResolvedImport};
use crate::project::Files;
use crate::resolve::{Budget, ConstantTable, Declarations, scopes};
use crate::suppressions::Suppressions;
use crate::verify::{check_environment, depends_on_places, report_known_faults};

use callees::{check_workflows_that_run_others, name_callees, settle_adhoc_ids};
use compiler::Compiler;
use in_parallel::{Shared, each_within};

pub use callees::AdhocIds;
pub use compiled::{Compilation, Compiled};
pub use counts::Counts;

/// Parsed files, ready to be compiled.
pub struct Workspace<'s> {
    program: Program<'s>,
    declarations: Declarations,
    catalogue: &'s Catalogue,
    saved: Vec<Exported<'s>>,
    /// How long the files with these are, in bytes.
    saved_length: usize,
    target: Target,
    diagnostics: Vec<Diagnostic>,
    /// The other files of the project, where something runs other workflows.
    others: Option<Box<Workspace<'s>>>,
    adhoc_ids: AdhocIds,
}

impl<'s> Workspace<'s> {
    /// Parses the files `roots` of `sources` and what they import, read by way of `access`. Files with
    /// MISP's JSON are read as such, see [`is_misp_json`]. Where a text runs other workflows, the ad-hoc workflows of
    /// the project are read too.
    pub fn load(sources: &'s Sources, access: &'s dyn Files, roots: &[FileId], catalogue: &'s Catalogue) -> Self {
        let mut workspace = Self::load_alone(sources, access, roots, catalogue);
        let others = workspace.program.workflows_beside();
        if !others.is_empty() {
            workspace.others = Some(Box::new(Self::load_alone(sources, access, &others, catalogue)));
        }
        workspace
    }

    fn load_alone(sources: &'s Sources, access: &'s dyn Files, roots: &[FileId], catalogue: &'s Catalogue) -> Self {
        let mut diagnostics = Vec::new();
        let (json, text): (Vec<FileId>, Vec<FileId>) =
            roots.iter().partition(|&&root| is_misp_json(sources.file(root)));
        for &file in &json {
            check_hidden_in_data(sources.file(file), file, &mut diagnostics);
        }
        let saved_length = json.iter().map(|&file| sources.text(file).len()).sum();
        let mut saved = Vec::new();
        let read = parallel::each(&json, saved_length, |&file| {
            let mut found = Vec::new();
            (read_exported(sources, file, &mut found), found)
        });
        for (read, found) in read {
            saved.extend(read);
            diagnostics.extend(found);
        }
        let program = Program::load(sources, access, &text, &mut diagnostics);
        let hidden = parallel::each(&program.files, program.length(), |file| {
            let mut found = Vec::new();
            check_hidden_characters(sources.file(file.tree.id), file.tree.id, &mut found);
            found
        });
        diagnostics.extend(hidden.into_iter().flatten());
        let declarations = Declarations::build(&program, &mut diagnostics);
        Self {
            program,
            declarations,
            catalogue,
            saved,
            saved_length,
            target: Target::DEFAULT,
            diagnostics,
            others: None,
            adhoc_ids: AdhocIds::default(),
        }
    }

    /// Compiles for this target instead of [`Target::DEFAULT`]: warns of the bugs of that release.
    #[must_use]
    pub fn for_target(mut self, target: Target) -> Self {
        self.target = target;
        self
    }

    /// Ad-hoc workflows get the numbers that the server gave to them, instead of their ids in the text.
    #[must_use]
    pub fn with_adhoc_ids(mut self, ids: AdhocIds) -> Self {
        self.adhoc_ids = ids;
        self
    }

    /// The modules there are: those of the catalogue, with all that the files declare on top.
    pub fn modules(&self) -> Cow<'s, Catalogue> {
        let mut modules = Cow::Borrowed(self.catalogue);
        let declared: Vec<_> = self.declarations.in_order().cloned().collect();
        if !declared.is_empty() {
            modules.to_mut().extend(declared);
        }
        modules
    }

    /// Which files import which others: each with one that it names.
    pub fn imports(&self) -> Vec<(FileId, FileId)> {
        let files = &self.program.files;
        let targets = files.iter().flat_map(|file| file.imports.iter().map(move |import| (file.tree.id, import)));
        targets
            .filter_map(|(file, import)| match import {
                ResolvedImport::File(target) => Some((file, files[*target].tree.id)),
                _ => None,
            })
            .collect()
    }

    /// Checks what the environment makes of the texts of documents that were compiled from these files.
    pub fn check_environment(
        &self,
        documents: &[Compiled<'_>],
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Vec<Diagnostic> {
        let (modules, budget) = (self.modules(), Budget::default());
        let signature = |module: &str| modules.module(module);
        let documents = documents.iter().map(|compiled| &compiled.document);
        documents.flat_map(|document| check_environment(document, &signature, &budget, environment)).collect()
    }

    /// Checks everything and makes the graphs.
    pub fn compile(&self) -> Compilation<'_> {
        let mut compilation = self.compile_for(self.catalogue, self.target, true);
        compilation.diagnostics = self.without_allowed(compilation.diagnostics);
        compilation
    }

    /// [`Self::compile`] with another catalogue, for another target, and with all that comments allow. For findings alone:
    /// nodes get places only where a finding depends on them.
    pub(crate) fn check_for<'c>(&'c self, catalogue: &'c Catalogue, target: Target) -> Compilation<'c> {
        self.compile_for(catalogue, target, depends_on_places(target))
    }

    fn compile_for<'c>(&'c self, catalogue: &'c Catalogue, target: Target, with_places: bool) -> Compilation<'c> {
        let mut diagnostics = self.diagnostics.clone();
        let scopes = scopes(&self.program, &self.declarations, &mut diagnostics);
        let budget = Budget::default();
        let constants = ConstantTable::build(&self.program, &scopes, &budget, &mut diagnostics);
        let tags = catalogue.known_tags();
        let context = Context {
            program: &self.program,
            catalogue,
            tags: &tags,
            scopes: &scopes,
            constants: &constants,
            budget: &budget,
        };
        let mut compiler = Compiler::new(context, diagnostics, with_places);
        compiler.items();
        let tests = compiler.tests();
        compiler.project();
        compiler.unused();
        let Compiler { mut diagnostics, mut documents, mut imported, .. } = compiler;
        let shared = Shared { budget: &budget, tags: &tags };
        let checked = each_within(shared, &self.saved, self.saved_length, |Shared { budget, tags }, saved| {
            let mut found = Vec::new();
            (saved.check(catalogue, tags, budget, &mut found), found)
        });
        for (saved, (can_be_built, found)) in self.saved.iter().zip(checked) {
            diagnostics.extend(found);
            if can_be_built {
                documents.push(Compiled { id: saved.id, document: saved.document.clone(), labels: Vec::new() });
            }
        }
        if let Some(others) = &self.others {
            // What is wrong with them is said when they are asked for.
            imported.append(&mut others.compile_for(catalogue, target, with_places).documents);
        }
        settle_adhoc_ids(&mut documents, &self.adhoc_ids);
        settle_adhoc_ids(&mut imported, &self.adhoc_ids);
        name_callees(&mut documents, &mut imported);
        check_workflows_that_run_others(&documents, &imported, &mut diagnostics);
        report_known_faults(
            target,
            &documents.iter().map(|compiled| (compiled.id.span, &compiled.document)).collect::<Vec<_>>(),
            &mut diagnostics,
        );
        Compilation { documents, imported, tests, diagnostics: without_repetitions(diagnostics) }
    }

    /// Findings with the levels that comments give them, and with what is to be said about the comments.
    pub(crate) fn without_allowed(&self, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut comments = Suppressions::default();
        for file in &self.program.files {
            comments.read(&file.tree, self.program.sources.file(file.tree.id), &mut diagnostics);
        }
        // After an error much is not looked at, and of imported files only what is used.
        let is_whole = !diagnostics.iter().any(Diagnostic::is_error);
        comments.apply(&mut diagnostics);
        if is_whole {
            for file in &self.program.files[..self.program.roots] {
                comments.report_unused(file.tree.id, &mut diagnostics);
            }
        }
        diagnostics
    }
}

/// Each finding once: a blueprint's steps are checked again wherever it is used.
fn without_repetitions(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut seen = FxHashSet::default();
    diagnostics.retain(|diagnostic| {
        let place = diagnostic.primary.as_ref().map(|label| label.span);
        seen.insert((diagnostic.code, place, diagnostic.message.clone()))
    });
    diagnostics
}
