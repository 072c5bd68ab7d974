//! Round after round until nothing changes: a fix may make room for another one.

use rustc_hash::FxHashSet;

use crate::base::source::{FileId, Position, Sources};
use crate::diagnostics::{Code, Diagnostic};

use super::choose::fix_once;

/// More rounds than any text needs.
const MOST_ROUNDS: usize = 100;

/// What to fix.
#[derive(Clone, Copy, Debug)]
pub struct Repair<'s> {
    /// Where texts are, and where new versions of them are added.
    pub sources: &'s Sources,
    /// Whether fixes count that may change the meaning.
    pub unsafe_too: bool,
}

/// A finding that is no more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Done {
    /// The name of the file.
    pub file: String,
    /// Where it was when it was fixed; lines above may have changed by then.
    pub position: Position,
    /// Its code.
    pub code: Code,
    /// What it said.
    pub message: String,
}

/// What came of it.
#[derive(Debug)]
pub struct Repaired {
    /// The files in the order in which they were given, each in its last version.
    pub files: Vec<FileId>,
    /// What was fixed.
    pub done: Vec<Done>,
    /// What is found in the last versions.
    pub diagnostics: Vec<Diagnostic>,
}

impl Repair<'_> {
    /// Fixes `files`, of which `check` tells the findings; `is_fixable` tells which of them may change.
    /// Ends when nothing changes any more. A text that was there before does not come again, so fixing
    /// the result changes nothing.
    pub fn run(
        &self,
        files: &[FileId],
        is_fixable: &dyn Fn(FileId) -> bool,
        check: &mut dyn FnMut(&[FileId]) -> Vec<Diagnostic>,
    ) -> Repaired {
        let mut seen: FxHashSet<(usize, String)> = FxHashSet::default();
        let mut repaired = Repaired { files: files.to_vec(), done: Vec::new(), diagnostics: check(files) };
        for _ in 0..MOST_ROUNDS {
            let mut changed: Vec<Option<String>> = Vec::with_capacity(files.len());
            for (index, &file) in repaired.files.iter().enumerate() {
                let new = self.changed(file, &repaired.diagnostics, is_fixable, &mut repaired.done, &mut |text| {
                    seen.insert((index, self.sources.text(file).to_owned()));
                    !seen.contains(&(index, text.to_owned()))
                });
                changed.push(new);
            }
            if changed.iter().all(Option::is_none) {
                break;
            }
            // All are added anew, so that findings stay in the order of the files.
            for (file, new) in repaired.files.iter_mut().zip(changed) {
                let text = new.unwrap_or_else(|| self.sources.text(*file).to_owned());
                *file = self.sources.add_version(*file, text);
            }
            repaired.diagnostics = check(&repaired.files);
        }
        repaired
    }

    /// The next version of a file, if there is one that is `new`.
    fn changed(
        &self,
        file: FileId,
        diagnostics: &[Diagnostic],
        is_fixable: &dyn Fn(FileId) -> bool,
        done: &mut Vec<Done>,
        is_new: &mut dyn FnMut(&str) -> bool,
    ) -> Option<String> {
        if !is_fixable(file) {
            return None;
        }
        let fixed = fix_once(self.sources, file, diagnostics, self.unsafe_too)?;
        if !is_new(&fixed.text) {
            return None;
        }
        let source = self.sources.file(file);
        done.extend(fixed.findings.into_iter().map(|finding| Done {
            file: source.name.clone(),
            position: source.position(finding.primary.as_ref().map_or(0, |label| label.span.start as usize)),
            code: finding.code,
            message: finding.message.clone(),
        }));
        Some(fixed.text)
    }
}
