//! All files of a run: the ones that were asked for and the ones they import.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::parallel;
use crate::base::source::{FileId, Sources, Span};
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::misp;
use crate::model::Graph;
use crate::project::{Files, Refusal, load_source, normal, unreadable};
use crate::syntax::tree::{File, Import, Item, Text};
use crate::syntax::{Parsed, parse};

/// Parsed files with their imports followed.
pub struct Program<'s> {
    /// The texts.
    pub sources: &'s Sources,
    /// The parsed files: first the roots in order, then what they import.
    pub files: Vec<ProgramFile<'s>>,
    /// Blueprints imported from MISP's JSON.
    pub blueprints: Vec<ImportedBlueprint>,
    /// How many of [`Self::files`] were asked for.
    pub roots: usize,
    access: &'s dyn Files,
    lists: Mutex<FxHashMap<PathBuf, List>>,
}

/// One parsed file.
pub struct ProgramFile<'s> {
    /// Its tree.
    pub tree: File<'s>,
    /// What its `import` items lead to, in their order.
    pub imports: Vec<ResolvedImport>,
    folder: PathBuf,
}

/// What an `import` leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ResolvedImport {
    /// Another file: its index in [`Program::files`].
    File(usize),
    /// A blueprint of MISP: its index in [`Program::blueprints`].
    Blueprint(usize),
    /// Something that could not be read, which was reported.
    Failed,
}

/// A blueprint as MISP exports it.
pub struct ImportedBlueprint {
    /// Its name in MISP.
    pub title: String,
    /// Its nodes.
    pub graph: Graph<'static>,
}

/// What became of a list file.
#[derive(Clone)]
enum List {
    Read(FileId),
    /// It cannot be used, as is reported where it is first named.
    Failed(Box<Diagnostic>),
}

/// Where the loader is in a file whose imports it follows.
struct Visit {
    file: usize,
    next_item: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LoadState {
    Open,
    Done,
}

impl<'s> Program<'s> {
    /// Parses `roots` and everything they import, transitively.
    pub fn load(
        sources: &'s Sources,
        access: &'s dyn Files,
        roots: &[FileId],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut program = Self {
            sources,
            files: Vec::with_capacity(roots.len()),
            blueprints: Vec::new(),
            roots: roots.len(),
            access,
            lists: Mutex::default(),
        };
        let mut known = FxHashMap::default();
        let length = roots.iter().map(|&root| sources.text(root).len()).sum();
        let parsed = parallel::each(roots, length, |&root| parse(sources, root));
        for (&root, parsed) in roots.iter().zip(parsed) {
            let index = program.add(root, parsed, diagnostics);
            if let Some(path) = &sources.file(root).path {
                known.entry(normal(path)).or_insert(index);
            }
        }
        let mut states = vec![None; roots.len()];
        for root in 0..roots.len() {
            if states[root].is_none() {
                program.follow_imports(root, &mut states, &mut known, diagnostics);
            }
        }
        program
    }

    fn add(&mut self, id: FileId, parsed: Parsed<'s>, diagnostics: &mut Vec<Diagnostic>) -> usize {
        diagnostics.extend(parsed.diagnostics);
        let folder = self.sources.file(id).path.as_deref().and_then(Path::parent).map(Path::to_owned);
        self.files.push(ProgramFile { tree: parsed.file, imports: Vec::new(), folder: folder.unwrap_or_default() });
        self.files.len() - 1
    }

    /// Depth first, with a stack of our own: a chain of imports may be long.
    fn follow_imports(
        &mut self,
        root: usize,
        states: &mut Vec<Option<LoadState>>,
        known: &mut FxHashMap<PathBuf, usize>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        states[root] = Some(LoadState::Open);
        let mut stack = vec![Visit { file: root, next_item: 0 }];
        while let Some(visit) = stack.last_mut() {
            let file = visit.file;
            let Some(item) = self.files[file].tree.items.get(visit.next_item) else {
                states[file] = Some(LoadState::Done);
                stack.pop();
                continue;
            };
            visit.next_item += 1;
            let Item::Import(import) = item else { continue };
            let request = ImportRequest {
                path: self.files[file].folder.join(&*import.path.content),
                shown: import.path.content.to_string(),
                span: import.path.span,
                item: import.span,
                alias: import.alias.is_some(),
            };
            let resolved = self.resolve_import(&request, known, diagnostics);
            self.files[file].imports.push(resolved);
            let ResolvedImport::File(target) = resolved else { continue };
            states.resize(self.files.len(), None);
            match states[target] {
                Some(LoadState::Done) => {}
                Some(LoadState::Open) => {
                    diagnostics.push(self.import_cycle(&request, target, &stack));
                    if let Some(last) = self.files[file].imports.last_mut() {
                        *last = ResolvedImport::Failed;
                    }
                }
                None => {
                    states[target] = Some(LoadState::Open);
                    stack.push(Visit { file: target, next_item: 0 });
                }
            }
        }
    }

    fn resolve_import(
        &mut self,
        request: &ImportRequest,
        known: &mut FxHashMap<PathBuf, usize>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> ResolvedImport {
        let path = normal(&request.path);
        let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        if is_json != request.alias {
            diagnostics.push(alias_mismatch(request, is_json));
            return ResolvedImport::Failed;
        }
        if let Some(&index) = known.get(&path) {
            return ResolvedImport::File(index);
        }
        let name = path.display().to_string();
        match load_source(self.sources, self.access, &path, &name) {
            Err(problem) => {
                diagnostics.push(missing_import(request, &problem));
                ResolvedImport::Failed
            }
            // A syntax error would quote what is there.
            Ok(id) if self.sources.file(id).is_private => {
                let problem = unreadable(&name, &Refusal::NotOurs.into());
                diagnostics.push(missing_import(request, &problem));
                ResolvedImport::Failed
            }
            Ok(id) if is_json => self.add_blueprint(id, request, diagnostics),
            Ok(id) => {
                let index = self.add(id, parse(self.sources, id), diagnostics);
                known.insert(path, index);
                ResolvedImport::File(index)
            }
        }
    }

    fn add_blueprint(
        &mut self,
        id: FileId,
        request: &ImportRequest,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> ResolvedImport {
        let problem = match misp::read(self.sources.text(id)) {
            Err(error) => error.to_string(),
            Ok(read) => match <[_; 1]>::try_from(read.documents) {
                Ok([document]) => {
                    self.blueprints
                        .push(ImportedBlueprint { title: document.name.into_owned(), graph: document.graph });
                    return ResolvedImport::Blueprint(self.blueprints.len() - 1);
                }
                Err(documents) => format!("it holds {} workflows or blueprints, not one", documents.len()),
            },
        };
        diagnostics.push(
            Diagnostic::at(
                Code::InvalidMispJson,
                request.span,
                format!("`{}` cannot be used as a blueprint: {problem}", request.shown),
            )
            .help("export one blueprint from MISP and import that file"),
        );
        ResolvedImport::Failed
    }

    fn import_cycle(&self, request: &ImportRequest, target: usize, stack: &[Visit]) -> Diagnostic {
        let from = stack.iter().position(|visit| visit.file == target).unwrap_or(0);
        if from + 1 == stack.len() {
            return Diagnostic::at(Code::ImportCycle, request.span, "this file imports itself")
                .help("remove the import: a file knows its own names");
        }
        let mut chain: Vec<&str> = stack[from..].iter().map(|visit| self.name(visit.file)).collect();
        chain.push(self.name(target));
        Diagnostic::at(Code::ImportCycle, request.span, "these files import each other in a circle")
            .label("this import closes the circle")
            .note(format!("the circle is {}", chain.join(" → ")))
            .help("move what both files need into a third one and import that from both")
    }

    fn name(&self, file: usize) -> &str {
        &self.sources.file(self.files[file].tree.id).name
    }

    /// The other files of the project that hold ad-hoc workflows, if one of these runs other workflows. What cannot be
    /// read is left out: nobody asked for it.
    pub fn workflows_beside(&self) -> Vec<FileId> {
        let text = |file: &ProgramFile<'s>| self.sources.text(file.tree.id);
        if !self.files.iter().any(|file| text(file).contains(module_ids::RUN_WORKFLOW)) {
            return Vec::new();
        }
        let paths: Vec<&Path> =
            self.files.iter().filter_map(|file| self.sources.file(file.tree.id).path.as_deref()).collect();
        let known: FxHashSet<PathBuf> = paths.iter().map(|path| normal(path)).collect();
        let others = self.access.workflow_files(&paths[..paths.len().min(self.roots)]);
        let others = others.into_iter().filter(|path| !known.contains(&normal(path)));
        others
            .filter_map(|path| load_source(self.sources, self.access, &path, &path.display().to_string()).ok())
            // As for imports, a link to another kind of file is not text of the project.
            .filter(|&file| !self.sources.file(file).is_private)
            .filter(|&file| self.sources.text(file).contains(module_ids::ADHOC))
            .collect()
    }

    /// The names in a folder, as far as it may be read, sorted.
    ///
    /// # Errors
    /// It may not be read, or cannot.
    pub(crate) fn list(&self, folder: &Path) -> std::io::Result<Vec<(std::ffi::OsString, bool)>> {
        let mut names = self.access.list(folder)?;
        names.sort();
        Ok(names)
    }

    /// Which project each file belongs to, as a number; files without a project have one in common.
    pub fn projects(&self) -> Vec<usize> {
        let mut numbers: FxHashMap<Option<PathBuf>, usize> = FxHashMap::default();
        let mut of_folder: FxHashMap<&Path, usize> = FxHashMap::default();
        let number = |file: &'_ ProgramFile<'s>| {
            let path = self.sources.file(file.tree.id).path.as_deref();
            let folder = path.and_then(Path::parent);
            if let Some(&known) = folder.and_then(|folder| of_folder.get(folder)) {
                return known;
            }
            let next = numbers.len();
            let number = *numbers.entry(path.and_then(|path| self.access.project_of(path))).or_insert(next);
            if let Some(folder) = folder {
                of_folder.insert(folder, number);
            }
            number
        };
        self.files.iter().map(number).collect()
    }

    /// How many bytes of text the files are.
    pub fn length(&self) -> usize {
        self.files.iter().map(|file| self.sources.text(file.tree.id).len()).sum()
    }

    /// Reads all list files, in the order in which they are named, so that what is wrong with one is reported where it is
    /// first named, whatever asks for it first.
    pub fn read_lists(&self) {
        for (index, file) in self.files.iter().enumerate() {
            for list in &file.tree.lists {
                self.list_file(index, list);
            }
        }
    }

    /// The lines of the list file that `text` names, relative to the file of `span`, without
    /// comments and empty lines. `None` when it cannot be read, which is then reported.
    pub fn lines(&self, file: usize, text: &Text<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<FileId> {
        match self.list_file(file, text) {
            List::Read(id) => Some(id),
            List::Failed(problem) => {
                let is_first = problem.primary.as_ref().is_some_and(|label| label.span == text.span);
                diagnostics.extend(is_first.then_some(*problem));
                None
            }
        }
    }

    fn list_file(&self, file: usize, text: &Text<'_>) -> List {
        let path = normal(&self.files[file].folder.join(&*text.content));
        let mut lists = self.lists.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let read = |path: &PathBuf| match load_source(self.sources, self.access, path, &path.display().to_string()) {
            Ok(id) => List::Read(id),
            Err(problem) => List::Failed(Box::new(unusable_list(text, *problem))),
        };
        lists.entry(path).or_insert_with_key(read).clone()
    }
}

fn unusable_list(text: &Text<'_>, problem: Diagnostic) -> Diagnostic {
    let reason = unnamed(&problem.message);
    let mut diagnostic =
        Diagnostic::at(problem.code, text.span, format!("the list `{}` cannot be used: {reason}", text.content));
    diagnostic.secondary.extend(problem.primary);
    diagnostic.notes.extend(problem.notes);
    diagnostic.help.extend(problem.help);
    if problem.code == Code::UnreadableFile {
        diagnostic.help("the path is relative to the file that names it")
    } else {
        diagnostic
    }
}

struct ImportRequest {
    path: PathBuf,
    shown: String,
    span: Span,
    item: Span,
    alias: bool,
}

fn alias_mismatch(request: &ImportRequest, is_json: bool) -> Diagnostic {
    let diagnostic = Diagnostic::at(
        Code::SyntaxError,
        request.item,
        if is_json {
            "a blueprint of MISP needs a name here"
        } else {
            "only a blueprint of MISP (`.json`) is imported `as` a name"
        },
    );
    if is_json {
        diagnostic
            .help(format!(
                "write `import \"{}\" as my-blueprint` and place it with `use my-blueprint()`",
                request.shown
            ))
            .unsafe_fix(request.item.end_point(), " as imported-blueprint")
    } else {
        diagnostic.help("the constants, blueprints and modules of a `.mwf` file keep their own names: remove `as …`")
    }
}

fn missing_import(request: &ImportRequest, problem: &Diagnostic) -> Diagnostic {
    let code = if problem.code == Code::UnreadableFile { Code::MissingImport } else { problem.code };
    let reason = unnamed(&problem.message);
    let mut diagnostic =
        Diagnostic::at(code, request.span, format!("`{}` cannot be imported: {reason}", request.shown));
    // The bytes that are not text can be shown too.
    diagnostic.secondary.extend(problem.primary.clone());
    diagnostic.notes.extend(problem.notes.iter().cloned());
    diagnostic.help.extend(problem.help.iter().cloned());
    if code == Code::MissingImport {
        diagnostic.help("the path is relative to the file that imports it")
    } else {
        diagnostic
    }
}

/// A message about a file that cannot be read, without the file's name.
fn unnamed(message: &str) -> String {
    let rest = message.split_once("` ").map_or(message, |(_, rest)| rest);
    rest.strip_prefix("cannot be read: ").map_or_else(|| format!("it {rest}"), str::to_owned)
}

/// The `import` items of a file with what they lead to.
pub fn imports<'f, 's>(file: &'f ProgramFile<'s>) -> impl Iterator<Item = (&'f Import<'s>, ResolvedImport)> {
    let items = file.tree.items.iter().filter_map(|item| match item {
        Item::Import(import) => Some(import),
        _ => None,
    });
    items.zip(file.imports.iter().copied())
}
