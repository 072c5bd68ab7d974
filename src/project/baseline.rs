//! What is known to be wrong with an old collection, so that only new findings count.

use std::collections::BTreeMap;
use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::characters::to_json;
use crate::base::source::{FileId, Sources};
use crate::diagnostics::{Code, Diagnostic};

use super::catalogue::at_setting;
use super::load::unreadable;
use super::readable::real;
use super::{Files, Project};

/// The largest baseline that is read: a million findings.
const LARGEST: usize = 256 * 1024 * 1024;
/// The form that is written and read.
const VERSION: u32 = 1;
/// So many hexadecimal digits tell findings of a file apart.
const DIGITS: usize = 16;
/// Makes the hashes ours.
const NAMESPACE: Uuid = Uuid::from_u128(0x6d69_7370_666c_6f77_2062_6173_656c_696e);

/// A finding, however far it moves in its file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    /// The file, from the folder of the project.
    file: String,
    code: String,
    /// Made of the message and of the words at the place.
    finding: String,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    known: Known,
    count: usize,
}

#[derive(Deserialize)]
struct Written {
    version: u32,
    findings: Vec<Entry>,
}

/// Findings that are known, and how often each is there.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Baseline {
    findings: BTreeMap<Known, usize>,
}

/// What a baseline leaves of findings.
#[derive(Debug)]
pub struct Remaining {
    /// The new ones.
    pub new: Vec<Diagnostic>,
    /// How many are known.
    pub known: usize,
    /// How many of the known ones are no longer there, in the files that were looked at.
    pub gone: usize,
}

impl Baseline {
    /// The baseline of a project, if it has one. One that cannot be used is reported.
    pub fn of_project(project: &Project, files: &dyn Files, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let setting = project.baseline.as_ref()?;
        let name = setting.value.display().to_string();
        let problem = match files.read(&setting.value, LARGEST) {
            Ok(bytes) => match Self::read(&String::from_utf8_lossy(&bytes)) {
                Ok(baseline) => return Some(baseline),
                Err(problem) => Diagnostic::new(Code::InvalidProject, format!("`{name}` cannot be used: {problem}")),
            },
            Err(error) => unreadable(&name, &error),
        };
        let problem = problem.help("`mispflow check --write-baseline FILE` writes one");
        diagnostics.push(at_setting(problem, setting.span));
        None
    }

    /// The findings that can be known, with their number. Others are left out: those without a place, and those that keep the rest of a file from being looked
    /// at.
    pub fn of(sources: &Sources, diagnostics: &[Diagnostic], folder: &Path) -> Self {
        let mut names = Names::new(sources, folder);
        let mut findings = BTreeMap::new();
        for known in diagnostics.iter().filter_map(|diagnostic| names.known(diagnostic)) {
            *findings.entry(known).or_default() += 1;
        }
        Self { findings }
    }

    /// Whether a baseline can hold this finding.
    pub fn can_hold(diagnostic: &Diagnostic) -> bool {
        let hides_others = matches!(
            diagnostic.code,
            Code::SyntaxError | Code::InvalidMispJson | Code::InvalidProject | Code::InvalidUtf8 | Code::FileTooLarge
        );
        diagnostic.primary.is_some() && !hides_others
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.findings.values().sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// Takes the findings out that are known and for which `may_take` holds. Of findings that cannot be told apart the first ones are taken
    /// for the known ones. `files` are those that were looked at.
    pub fn remaining(
        &self,
        sources: &Sources,
        diagnostics: Vec<Diagnostic>,
        folder: &Path,
        files: &[FileId],
        may_take: impl Fn(&Diagnostic) -> bool,
    ) -> Remaining {
        let mut names = Names::new(sources, folder);
        let looked_at: FxHashSet<String> = files.iter().map(|&file| names.name(file).to_owned()).collect();
        let mut left = self.findings.clone();
        let mut known = 0;
        let mut new = Vec::new();
        for diagnostic in diagnostics {
            let count = names.known(&diagnostic).filter(|_| may_take(&diagnostic)).and_then(|key| left.get_mut(&key));
            match count {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    known += 1;
                }
                _ => new.push(diagnostic),
            }
        }
        let gone = left.iter().filter(|(known, _)| looked_at.contains(&known.file)).map(|(_, count)| count).sum();
        Remaining { new, known, gone }
    }

    /// As a file: a line a finding, in order, so that versions can be compared and merged.
    pub fn to_text(&self) -> String {
        let mut text = format!("{{\n  \"version\": {VERSION},\n  \"findings\": [");
        for (index, (known, &count)) in self.findings.iter().enumerate() {
            text.push_str(if index == 0 { "\n    " } else { ",\n    " });
            let mut line = Vec::new();
            // Writing to memory does not fail.
            let _ = to_json(&mut line, &Entry { known: known.clone(), count });
            text.push_str(&String::from_utf8_lossy(&line));
        }
        text.push_str("\n  ]\n}\n");
        text
    }

    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let written: Written =
            serde_json::from_str(text).map_err(|error| format!("this is not a baseline of mispflow: {error}"))?;
        if written.version != VERSION {
            return Err(format!("its version is {}, and only {VERSION} is known", written.version));
        }
        let mut findings = BTreeMap::new();
        for entry in written.findings {
            let count: &mut usize = findings.entry(entry.known).or_default();
            *count = count.saturating_add(entry.count);
        }
        Ok(Self { findings })
    }
}

/// What files are called in a baseline.
struct Names<'s> {
    sources: &'s Sources,
    folder: std::path::PathBuf,
    known: FxHashMap<FileId, String>,
}

impl<'s> Names<'s> {
    fn new(sources: &'s Sources, folder: &Path) -> Self {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        Self { sources, folder: real(folder), known: FxHashMap::default() }
    }

    /// From the folder of the project, with `/`: the same everywhere.
    fn name(&mut self, file: FileId) -> &str {
        let (sources, folder) = (self.sources, &self.folder);
        self.known.entry(file).or_insert_with(|| {
            let source = sources.file(file);
            let path = source.path.as_deref().map(real);
            let inner = path.as_deref().and_then(|path| path.strip_prefix(folder).ok());
            let parts = inner.map(|path| path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/"));
            parts.unwrap_or_else(|| source.name.clone())
        })
    }

    fn known(&mut self, diagnostic: &Diagnostic) -> Option<Known> {
        if !Baseline::can_hold(diagnostic) {
            return None;
        }
        let span = diagnostic.primary.as_ref()?.span;
        let place = self.sources.snippet(span).lines().next().unwrap_or_default();
        let words = place.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = format!("{}\0{words}", diagnostic.message);
        let mut finding = Uuid::new_v5(&NAMESPACE, text.as_bytes()).simple().to_string();
        finding.truncate(DIGITS);
        Some(Known { file: self.name(span.file).to_owned(), code: diagnostic.code.as_str().to_owned(), finding })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::Span;

    fn found(sources: &Sources, text: &str, words: &[&str]) -> (FileId, Vec<Diagnostic>) {
        let file = sources.add("flows/a.mwf", None, text);
        let find = |word: &&str| {
            let start = text.find(word).unwrap();
            Diagnostic::at(Code::ManyPaths, Span::new(file, start, start + word.len()), "many")
        };
        (file, words.iter().map(find).collect())
    }

    #[test]
    fn what_moved_is_known_and_what_is_new_counts() {
        let sources = Sources::new();
        let folder = Path::new("");
        let (_, before) = found(&sources, "one\ntwo( a,\n  b )\n", &["one", "two( a,\n  b )"]);
        let baseline = Baseline::of(&sources, &before, folder);
        assert_eq!(Baseline::read(&baseline.to_text()), Ok(baseline.clone()));
        let (file, after) = found(&sources, "# new\nthree\n\n  two(  a,\n b, c )\n", &["three", "two(  a,\n b, c )"]);
        let remaining = baseline.remaining(&sources, after.clone(), folder, &[file], |_| true);
        assert_eq!((remaining.known, remaining.gone), (1, 1));
        assert_eq!(remaining.new, after[..1]);
        let remaining = baseline.remaining(&sources, after.clone(), folder, &[file], |_| false);
        assert_eq!((remaining.known, remaining.new.len()), (0, 2));
        // Nothing is said of files that were not looked at.
        assert_eq!(baseline.remaining(&sources, Vec::new(), folder, &[], |_| true).gone, 0);
    }

    #[test]
    fn the_same_finding_counts_as_often_as_it_was_there() {
        let sources = Sources::new();
        let (file, one) = found(&sources, "one", &["one"]);
        let baseline = Baseline::of(&sources, &one, Path::new(""));
        let twice = [one.clone(), one].concat();
        let remaining = baseline.remaining(&sources, twice, Path::new(""), &[file], |_| true);
        assert_eq!((remaining.known, remaining.new.len(), remaining.gone), (1, 1, 0));
    }

    #[test]
    fn what_hides_others_is_never_known() {
        let sources = Sources::new();
        let file = sources.add("a.mwf", None, "x");
        let findings =
            [Diagnostic::at(Code::SyntaxError, Span::new(file, 0, 1), "x"), Diagnostic::new(Code::UnreadableFile, "x")];
        let baseline = Baseline::of(&sources, &findings, Path::new(""));
        assert!(baseline.is_empty());
        assert_eq!(baseline.to_text(), "{\n  \"version\": 1,\n  \"findings\": [\n  ]\n}\n");
    }

    #[test]
    fn other_files_are_refused() {
        for text in ["", "[]", "{}", r#"{"version": 2, "findings": []}"#, r#"{"version": 1, "findings": [5]}"#] {
            assert!(Baseline::read(text).is_err(), "{text}");
        }
        assert!(Baseline::read(r#"{"version": 1, "findings": []}"#).unwrap().is_empty());
    }
}
