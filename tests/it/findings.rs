//! Every message that a user can meet, word for word.
//!
//! `tests/findings/NAME.mwf` or `NAME.json` is a file, and a folder `tests/findings/NAME/` a project, with a mistake;
//! `tests/findings/NAME.txt` is what `check` prints about it on a terminal without colours. A name is
//! the finding's code, alone or with a word about the case after it. A folder may hold a file `targets`
//! with the values of `--target`, one a line.
//!
//! After a change of messages run `INSTA_UPDATE=always cargo test findings`, then read the
//! difference aloud: is it clear, right, helpful? Does it say what it means for MISP and what to
//! write instead?

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{fs, io};

use codespan_reporting::term::termcolor::NoColor;
use mispflow::base::source::Sources;
use mispflow::catalogue::{Semantics, Target};
use mispflow::compile::Workspace;
use mispflow::diagnostics::{Code, Diagnostic, SAFE_FIX, Summary, write_json, write_summary, write_terminal};
use mispflow::misp::{Filling, Form, MissingVariable, write};
use mispflow::project::{Files, Project, ProjectFiles, catalogues, load_source};
use mispflow::simulate::workflow_tests::{Coverage, Suite, SuiteSettings, run_case};
use mispflow::upgrade::check_for_targets;

use crate::golden;

/// Codes that no text can bring about, and why.
const WITHOUT_CASE: [(Code, &str); 8] = [
    (Code::RefusedOutput, "said by the verbs that write"),
    (Code::UnwritableFile, "said by the verbs that write"),
    (Code::InvalidJson, "said of the data that the verb `path` reads"),
    (Code::InvalidModuleSource, "said by `modules read`"),
    (Code::NotLiteral, "said by `modules read`"),
    (Code::NoMatch, "said by the verb `path`"),
    (Code::CannotRun, "said of workflows of MISP that the verb `run` cannot run"),
    (Code::NoTests, "said by the verb `test` of files without tests, so there is no place to show"),
];

/// Cases of `build`, which also writes.
const OF_BUILD: &str = "environment-not-set";

/// Cases of `test`, which runs the tests.
const OF_TEST: [&str; 8] = [
    "unusable-event",
    "unusable-answer",
    "unreadable-file-of-a-test",
    "refused-file-of-a-test",
    "test-failed",
    "test-not-decided",
    "no-such-event",
    "not-covered",
];

/// The files of a case, by paths relative to it.
struct CaseFiles {
    folder: PathBuf,
    project: ProjectFiles,
}

impl Files for CaseFiles {
    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        if path.file_stem().is_some_and(|name| name == "huge") {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.project.read(&self.folder.join(path), limit)
    }
}

struct Case {
    name: String,
    /// The folder that its paths are relative to.
    folder: PathBuf,
    roots: Vec<String>,
}

/// A case with what is said of it.
struct Run {
    name: String,
    shown: String,
    diagnostics: Vec<Diagnostic>,
}

static RUNS: LazyLock<Vec<Run>> = LazyLock::new(|| {
    let cases = cases().into_iter();
    cases
        .map(|case| {
            let (shown, diagnostics) = run(&case);
            Run { name: case.name, shown, diagnostics }
        })
        .collect()
});

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings")
}

fn workflow_files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> =
        names.filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "mwf")).collect();
    names.sort_unstable();
    names
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for entry in fs::read_dir(root()).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            let roots = workflow_files(&path);
            cases.push(Case { name: file, roots, folder: path });
        } else if let Some(name) = file.strip_suffix(".mwf").or_else(|| file.strip_suffix(".json")) {
            cases.push(Case { name: name.to_owned(), folder: root(), roots: vec![file] });
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

/// The code that a case is named after: the longest that its name begins with.
fn code_of(name: &str) -> Option<Code> {
    let begins =
        |code: &&Code| name.strip_prefix(code.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    Code::ALL.iter().filter(begins).max_by_key(|code| code.as_str().len()).copied()
}

/// Codes of what MISP 2.5.1 does and 2.5.19 does not.
const OF_FIRST_RELEASE: [&str; 6] = [
    "no-direct-attributes",
    "not-normalised",
    "sharing-group-unasked",
    "stale-tag",
    "needs-template-service-default",
    "triggers-itself",
];

/// The targets that a case is checked for.
fn targets(case: &Case, project: &Project) -> Vec<Target> {
    match fs::read_to_string(case.folder.join("targets")) {
        Ok(names) => names.lines().map(|name| name.parse().unwrap()).collect(),
        Err(_) if OF_FIRST_RELEASE.iter().any(|code| case.name.starts_with(code)) && project.target.is_none() => {
            vec!["misp-2.5.1".parse().unwrap()]
        }
        Err(_) => vec![project.target()],
    }
}

/// What `check` (or `build`) says of a case, and its findings.
fn run(case: &Case) -> (String, Vec<Diagnostic>) {
    let mut project = ProjectFiles::default();
    project.allow(&case.folder).unwrap();
    let files = CaseFiles { folder: case.folder.clone(), project };
    let sources = Sources::new();
    let mut diagnostics = Vec::new();
    let mut project = Project::without_file(Path::new(""));
    if case.folder.join("mispflow.toml").exists() {
        let file = load_source(&sources, &files, Path::new("mispflow.toml"), "mispflow.toml").unwrap();
        project = Project::read(&sources, file, Path::new(""), &mut diagnostics);
    }
    let targets = targets(case, &project);
    let catalogues = catalogues(&sources, &files, &project, &targets, &mut diagnostics);
    let targets: Vec<_> = targets.into_iter().zip(catalogues.iter().map(AsRef::as_ref)).collect();
    let mut roots = Vec::new();
    for root in &case.roots {
        match load_source(&sources, &files, Path::new(root), root) {
            Ok(file) => roots.push(file),
            Err(problem) => diagnostics.push(*problem),
        }
    }
    let (target, catalogue) = targets[0];
    let workspace = Workspace::load(&sources, &files, &roots, catalogue).for_target(target);
    diagnostics.extend(check_for_targets(&workspace, &targets).diagnostics);
    if OF_TEST.iter().any(|code| case.name.starts_with(code)) {
        let compilation = workspace.compile();
        let settings = SuiteSettings {
            sources: &sources,
            access: &files,
            catalogue,
            semantics: Semantics::for_target(target),
            filter: None,
            on_other_events: false,
        };
        let suite = Suite::new(&compilation, &settings, &mut diagnostics);
        let run = |case| run_case(case, &suite.workflows[case.workflow], catalogue, &sources).0;
        let reports: Vec<_> = suite.cases.iter().map(run).collect();
        diagnostics.extend(reports.iter().flat_map(|report| report.failures.iter().cloned()));
        if case.name.starts_with("not-covered") {
            diagnostics.extend(Coverage::new(&suite, &reports).missing);
        }
    }
    if case.name.starts_with(OF_BUILD) {
        let compilation = workspace.compile();
        for compiled in &compilation.documents {
            if let Err(error) = write(&compiled.document, Form::Workflow, Filling::Values(&|_| None)) {
                diagnostics.extend(error.missing.iter().map(MissingVariable::diagnostic));
            }
        }
    }
    project.lints.apply(&mut diagnostics);
    // Nearly every guard has this note, so it is shown where it belongs and left out elsewhere.
    let is_about_it = case.name.starts_with(Code::NeedsTemplateService.as_str());
    diagnostics.retain(|found| is_about_it || found.code != Code::NeedsTemplateService);

    let mut out = NoColor::new(Vec::new());
    write_terminal(&sources, &diagnostics, &mut out).unwrap();
    write_summary(Summary::of(&diagnostics), &mut out).unwrap();
    // The other renderer must at least take it.
    write_json(&sources, &diagnostics, &mut io::sink()).unwrap();
    (String::from_utf8(out.into_inner()).unwrap(), diagnostics)
}

/// The lines of both texts, those that differ marked.
fn difference(expected: &str, actual: &str) -> String {
    let (expected, actual): (Vec<_>, Vec<_>) = (expected.lines().collect(), actual.lines().collect());
    let same_start = expected.iter().zip(&actual).take_while(|(a, b)| a == b).count();
    let (expected_rest, actual_rest) = (&expected[same_start..], &actual[same_start..]);
    let same_end = expected_rest.iter().rev().zip(actual_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let mut lines: Vec<String> = Vec::new();
    lines.extend(expected[..same_start].iter().map(|line| format!("      {line}")));
    lines.extend(expected_rest[..expected_rest.len() - same_end].iter().map(|line| format!("    - {line}")));
    lines.extend(actual_rest[..actual_rest.len() - same_end].iter().map(|line| format!("    + {line}")));
    lines.extend(expected[expected.len() - same_end..].iter().map(|line| format!("      {line}")));
    lines.join("\n")
}

#[test]
fn every_message_is_as_written_down() {
    let update = golden::update();
    let mut problems = Vec::new();
    for Run { name, shown, .. } in &*RUNS {
        let path = root().join(format!("{name}.txt"));
        if update {
            fs::write(&path, shown).unwrap();
            continue;
        }
        match fs::read_to_string(&path) {
            Ok(expected) if expected == *shown => {}
            Ok(expected) => problems.push(format!("{name}:\n{}", difference(&expected, shown))),
            Err(_) => problems.push(format!("{name}: there is no {name}.txt")),
        }
    }
    assert!(
        problems.is_empty(),
        "{}\n\n{} cases differ; `INSTA_UPDATE=always cargo test findings` writes them anew",
        problems.join("\n\n"),
        problems.len()
    );
}

#[test]
fn every_case_shows_the_code_it_is_named_after() {
    let mut problems = Vec::new();
    for Run { name, shown, diagnostics } in &*RUNS {
        let code = code_of(name).unwrap_or_else(|| panic!("`{name}` begins with no code"));
        if !diagnostics.iter().any(|diagnostic| diagnostic.code == code) {
            problems.push(format!("{name}:\n{shown}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_expected_text_has_its_case() {
    let names: BTreeSet<&str> = RUNS.iter().map(|run| run.name.as_str()).collect();
    for entry in fs::read_dir(root()).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if let Some(name) = file.strip_suffix(".txt") {
            assert!(names.contains(name), "{file} belongs to no case");
        }
    }
}

#[test]
fn every_code_has_a_case() {
    let shown: BTreeSet<Code> = RUNS.iter().filter_map(|run| code_of(&run.name)).collect();
    for &code in Code::ALL {
        let reason = WITHOUT_CASE.iter().find(|(without, _)| *without == code);
        match reason {
            None => assert!(shown.contains(&code), "`{code}` has no case"),
            Some((_, reason)) => assert!(!shown.contains(&code), "`{code}` has a case, though {reason}"),
        }
    }
}

/// What can be said of every message without reading it.
#[test]
fn every_message_has_good_form() {
    let mut problems = Vec::new();
    for Run { name, shown, diagnostics } in &*RUNS {
        for diagnostic in diagnostics {
            let texts = || diagnostic.notes.iter().chain(&diagnostic.help).chain([&diagnostic.message]);
            let mut fault = |what: &str| problems.push(format!("{name}: {what}\n{shown}"));
            // A target on the command line has no place.
            if diagnostic.primary.is_none() && diagnostic.code != Code::UnverifiedTarget {
                fault("no place");
            }
            if texts()
                .any(|text| text.ends_with('.') || (text.contains("  ") && !text.contains('\n')) || text.is_empty())
            {
                fault("a full stop, two spaces or an empty text");
            }
            // A message that says what was expected says what to write; whether a test or its workflow is wrong nobody knows.
            if diagnostic.is_error()
                && diagnostic.code != Code::TestFailed
                && diagnostic.help.is_empty()
                && !diagnostic.message.starts_with("expected ")
            {
                fault("it does not say what to write instead");
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn explanations_say_which_fixes_there_are() {
    let mut kinds: BTreeMap<Code, BTreeSet<bool>> = BTreeMap::new();
    for diagnostic in RUNS.iter().flat_map(|run| &run.diagnostics) {
        kinds.entry(diagnostic.code).or_default().extend(diagnostic.fix.as_ref().map(|fix| fix.safe));
    }
    let mut problems = Vec::new();
    for (code, kinds) in kinds {
        let fix = code.explanation().fix;
        let wrong = match (kinds.contains(&true), kinds.contains(&false)) {
            (false, false) => !fix.is_empty(),
            (true, false) => !fix.starts_with(SAFE_FIX),
            (_, true) => fix.is_empty() || fix.starts_with(SAFE_FIX),
        };
        if wrong {
            problems.push(format!("{code}: {kinds:?} (true for safe), and the explanation says {fix:?}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
