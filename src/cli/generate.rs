//! `test --generate`: the fewest events that were found to take every branch, and tests of what happens then.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use crate::base::characters::to_json_pretty;
use crate::base::source::Sources;
use crate::catalogue::{Catalogue, Semantics};
use crate::compile::{Compilation, Compiled};
use crate::engine::{Outcome, Prepared, RunOptions, RunResult, Settings};
use crate::format::{format_source, quote};
use crate::model::{DocumentKind, ModuleType, NodeId};
use crate::project::{Readers, below, write_whole};
use crate::prove::{Branch, Counterexample, cover};
use crate::simulate::answers::{FixedAnswers, Reply};
use crate::simulate::workflow_tests::reached;

use super::circumstances::prepare;
use super::{Console, Failure, Status};

/// Where tests are generated, and of what.
pub(super) struct Generation<'g> {
    pub(super) compilation: &'g Compilation<'g>,
    pub(super) modules: &'g Catalogue,
    pub(super) semantics: Semantics,
    pub(super) sources: &'g Sources,
    pub(super) folder: &'g Path,
}

/// A file that is to be written.
struct NewFile {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Generation<'_> {
    /// Writes events and tests for each workflow.
    pub(super) fn run(&self, console: &mut Console) -> Result<Status, Failure> {
        let mut files = Vec::new();
        let mut told = Vec::new();
        for compiled in &self.compilation.documents {
            if compiled.document.kind == DocumentKind::Workflow {
                self.workflow(compiled, &mut files, &mut told)?;
            }
        }
        if files.is_empty() {
            return Err(Failure::Other("there is no workflow to generate tests for".into()));
        }
        for file in &files {
            if file.path.symlink_metadata().is_ok() {
                return Err(Failure::Other(format!(
                    "`{}` exists already, so nothing was written\nmove it away, or name another folder",
                    file.path.display()
                )));
            }
        }
        for file in &files {
            write_whole(&file.path, &file.bytes, Readers::Usual)
                .map_err(|error| Failure::unwritable(&file.path, &error))?;
        }
        for line in told {
            console.tell(&line)?;
        }
        Ok(Status::Done)
    }

    fn workflow(
        &self,
        compiled: &Compiled<'_>,
        files: &mut Vec<NewFile>,
        told: &mut Vec<String>,
    ) -> Result<(), Failure> {
        let id = compiled.id.text;
        let settings = Settings::new(id, self.modules, self.semantics);
        let prepared = prepare(&compiled.document, &settings).map_err(|problem| Failure::Other(problem.message))?;
        let cover = cover(&prepared, self.modules);
        let mut content = format!("import {}\n", quote(&self.import(compiled)?));
        let mut count = 0;
        for (index, found) in cover.events.iter().enumerate() {
            let name = format!("{id}-{}.json", index + 1);
            let mut bytes = Vec::new();
            to_json_pretty(&mut bytes, &serde_json::to_value(&found.event).unwrap_or_default())?;
            bytes.push(b'\n');
            files.push(NewFile { path: self.path(&name)?, bytes });
            match written_test(compiled, &prepared, found, &name, index + 1) {
                Some(test) => {
                    content.push_str(&test);
                    count += 1;
                }
                None => told.push(format!("{name}: MISP dies of this event, which no test can expect")),
            }
        }
        let (events, tests) = (counted(cover.events.len(), "event"), counted(count, "test"));
        told.push(format!("{id}: {events} and {tests} in `{}`", self.folder.display()));
        for (branches, what) in
            [(&cover.impossible, "no event takes"), (&cover.unknown, "it is not known which event takes")]
        {
            if !branches.is_empty() {
                let branches: Vec<String> = branches.iter().map(|branch| shown(compiled, *branch)).collect();
                told.push(format!("{id}: {what} {}", branches.join(", ")));
            }
        }
        if count > 0 {
            let path = self.path(&format!("{id}-tests.mwf"))?;
            files.push(NewFile { path, bytes: formatted(content).into_bytes() });
        }
        Ok(())
    }

    fn path(&self, name: &str) -> Result<PathBuf, Failure> {
        below(self.folder, name).map_err(|error| Failure::unwritable(&self.folder.join(name), &error))
    }

    /// The path of a workflow's file, from the folder of its tests.
    fn import(&self, compiled: &Compiled<'_>) -> Result<String, Failure> {
        let file = self.sources.file(compiled.id.span.file);
        let path = file.path.as_deref().ok_or_else(|| {
            Failure::Other(
                "tests are generated for workflows in files: what comes from standard input cannot be imported".into(),
            )
        })?;
        let absolute = |path: &Path| std::path::absolute(path).map_err(|error| Failure::unwritable(path, &error));
        let (path, folder) = (absolute(path)?, absolute(self.folder)?);
        Ok(relative(&path, &folder))
    }
}

/// A path from a folder, both absolute.
fn relative(path: &Path, folder: &Path) -> String {
    let parts = |path: &Path| -> Vec<String> {
        let mut parts: Vec<String> = Vec::new();
        for part in path.components() {
            match part {
                Component::ParentDir => {
                    parts.pop();
                }
                Component::CurDir => {}
                part => parts.push(part.as_os_str().to_string_lossy().into_owned()),
            }
        }
        parts
    };
    let (path, folder) = (parts(path), parts(folder));
    let common = path.iter().zip(&folder).take_while(|(one, other)| one == other).count();
    let up = std::iter::repeat_n("..", folder.len() - common);
    up.chain(path[common..].iter().map(String::as_str)).collect::<Vec<_>>().join("/")
}

fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// A branch in words.
fn shown(compiled: &Compiled<'_>, (node, holds): Branch) -> String {
    let graph = &compiled.document.graph;
    let (module, is_condition) = graph.node(node).map_or(("", false), |known| {
        (&*known.module, known.module_type == ModuleType::Logic && known.outputs.len() == 2)
    });
    match (is_condition, holds) {
        (false, _) => format!("`{module}` ({node})"),
        (true, true) => format!("the first output of `{module}` ({node})"),
        (true, false) => format!("the second output of `{module}` ({node})"),
    }
}

/// A test of what happens with an event; `None` if MISP dies of it.
fn written_test(
    compiled: &Compiled<'_>,
    prepared: &Prepared,
    found: &Counterexample,
    file: &str,
    number: usize,
) -> Option<String> {
    let graph = &compiled.document.graph;
    let mut answers = FixedAnswers::default();
    let mut text = String::new();
    for (node, decision) in &found.decisions {
        answers.reply(*node, Reply::Decision(*decision));
        let module = name(&graph.node(*node)?.module);
        let _ = writeln!(text, "when {module} returns {decision}");
    }
    let options = RunOptions { answers: &answers, trace: true, ..RunOptions::default() };
    let result = prepared.run(found.event.clone(), &options);
    if result.outcome == Outcome::Crash {
        return None;
    }
    let outcome = result.outcome.as_str();
    let _ = write!(text, "expect {outcome}");
    if let Some(reason) = reason(&result) {
        let _ = write!(text, " {}", quote(&reason));
    }
    text.push('\n');
    let reached: BTreeSet<NodeId> = reached(&result).into_iter().collect();
    let actions = graph.nodes.iter().filter(|node| node.module_type == ModuleType::Action);
    let (mut ran, mut not_ran) = (BTreeSet::new(), BTreeSet::new());
    for action in actions {
        if reached.contains(&action.id) { &mut ran } else { &mut not_ran }.insert(&*action.module);
    }
    not_ran.retain(|module| !ran.contains(module));
    for (word, modules) in [("ran", &ran), ("not ran", &not_ran)] {
        if !modules.is_empty() {
            let modules: Vec<String> = modules.iter().map(|module| name(module)).collect();
            let _ = writeln!(text, "expect {word} [{}]", modules.join(", "));
        }
    }
    let title = quote(&format!("event {number} ends as {outcome}"));
    Some(format!("\ntest {title} of {} {{\ngiven {}\n{text}}}\n", compiled.id.text, quote(file)))
}

/// What a step says that stops the run.
fn reason(result: &RunResult<'_>) -> Option<String> {
    let reason = result.errors.last().filter(|_| result.outcome == Outcome::Blocked)?;
    let (_, reason) = reason.split_once("returned the following error: ")?;
    Some(reason.to_owned())
}

/// The name of a module as a test writes it.
fn name(module: &str) -> String {
    let is_plain = module.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-'))
        && !module.starts_with(|char: char| char.is_ascii_digit() || char == '-');
    if is_plain { module.to_owned() } else { quote(module) }
}

/// A text in the canonical form.
fn formatted(text: String) -> String {
    let sources = Sources::new();
    let file = sources.add("tests.mwf", None, text.clone());
    format_source(&sources, file).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_from_a_folder_to_a_file() {
        for (path, folder, expected) in [
            ("/p/guard.mwf", "/p/tests", "../guard.mwf"),
            ("/p/guard.mwf", "/p", "guard.mwf"),
            ("/p/w/guard.mwf", "/p/t/u", "../../w/guard.mwf"),
            ("/p/./w/../guard.mwf", "/p/tests/.", "../guard.mwf"),
        ] {
            assert_eq!(relative(Path::new(path), Path::new(folder)), expected);
        }
    }
}
