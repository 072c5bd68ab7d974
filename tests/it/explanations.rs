//! What `explain` says is so: the text before brings the finding about, the text after does not, and
//! `docs/checks.md` is made of the same.
//!
//! `INSTA_UPDATE=always cargo test explanations` writes `docs/checks.md` anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use codespan_reporting::term::termcolor::Buffer;
use mispflow::base::source::Sources;
use mispflow::catalogue::Target;
use mispflow::compile::Workspace;
use mispflow::diagnostics::{Code, Diagnostic, Severity, Snippet, write_terminal};
use mispflow::project::{MemoryFiles, Project, catalogues, load_source};
use mispflow::upgrade::check_for_targets;

use crate::check_themes::{THEMES, Theme};
use crate::golden;

/// Codes whose files cannot be shown as text, or that `check` does not report.
const NOT_RUN: [Code; 18] = [
    Code::RefusedFile,
    Code::RefusedOutput,
    Code::UnwritableFile,
    Code::FileTooLarge,
    Code::InvalidUtf8,
    Code::InvalidJson,
    Code::InvalidModuleSource,
    Code::NotLiteral,
    Code::NoMatch,
    Code::EnvironmentNotSet,
    Code::UnusableEvent,
    Code::UnusableAnswer,
    Code::CannotRun,
    Code::NoTests,
    Code::TestFailed,
    Code::TestNotDecided,
    Code::NoSuchEvent,
    Code::NotCovered,
];

/// What is found in the files of a snippet.
fn found(snippets: &[Snippet]) -> Vec<Diagnostic> {
    found_in(&Sources::new(), snippets)
}

/// What is said of the files of a snippet, as far as it is about a code.
fn said(snippets: &[Snippet], code: Code) -> String {
    let sources = Sources::new();
    let mut found = found_in(&sources, snippets);
    found.retain(|finding| finding.code == code);
    let mut out = Buffer::no_color();
    write_terminal(&sources, &found, &mut out).unwrap();
    String::from_utf8(out.into_inner()).unwrap()
}

fn found_in(sources: &Sources, snippets: &[Snippet]) -> Vec<Diagnostic> {
    let mut files = MemoryFiles::new();
    let mut roots = Vec::new();
    for snippet in snippets {
        let name = snippet.file.unwrap_or(match snippet.kind {
            "toml" => "mispflow.toml",
            "json" => "main.json",
            _ => "main.mwf",
        });
        files.insert(name, snippet.content);
        if name.starts_with("main.") {
            roots.push(name);
        }
    }
    let mut diagnostics = Vec::new();
    let mut project = Project::without_file(Path::new(""));
    if let Ok(file) = load_source(sources, &files, Path::new("mispflow.toml"), "mispflow.toml") {
        project = Project::read(sources, file, Path::new(""), &mut diagnostics);
    }
    let targets = snippets.iter().find(|snippet| snippet.file == Some("targets"));
    let targets: Vec<Target> = targets.map_or_else(
        || vec![project.target()],
        |targets| targets.content.lines().map(|name| name.parse().unwrap()).collect(),
    );
    let catalogues = catalogues(sources, &files, &project, &targets, &mut diagnostics);
    let targets: Vec<_> = targets.into_iter().zip(catalogues.iter().map(AsRef::as_ref)).collect();
    let roots: Vec<_> = roots.iter().map(|root| load_source(sources, &files, Path::new(root), root).unwrap()).collect();
    let workspace = Workspace::load(sources, &files, &roots, targets[0].1);
    diagnostics.extend(check_for_targets(&workspace, &targets).diagnostics);
    diagnostics
}

fn messages(found: &[Diagnostic]) -> String {
    let lines: Vec<String> =
        found.iter().map(|finding| format!("\n    {}: {}", finding.code, finding.message)).collect();
    lines.concat()
}

#[test]
fn the_text_before_has_the_finding_and_the_text_after_has_none() {
    let mut problems = Vec::new();
    for &code in Code::ALL.iter().filter(|code| !NOT_RUN.contains(code)) {
        let explanation = code.explanation();
        let before = found(&explanation.before);
        if !before.iter().any(|finding| finding.code == code) {
            problems.push(format!("{code}: the text before does not have it{}", messages(&before)));
        }
        let after = found(&explanation.after);
        if after.iter().any(|finding| finding.code == code || finding.severity != Severity::Note) {
            problems.push(format!("{code}: the text after has findings{}", messages(&after)));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_file_explains_a_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diagnostics/explanations");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name.strip_suffix(".md").and_then(Code::from_name).is_some(), "{name} explains no code");
    }
}

fn level(code: Code) -> &'static str {
    match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn titled(title: &str, snippet: &Snippet) -> String {
    snippet.name().map_or_else(|| title.to_owned(), |name| format!("{title}, `{name}`"))
}

fn block(page: &mut String, title: &str, content: &str) {
    let _ = write!(page, "\n{title}:\n\n");
    for line in content.lines() {
        let _ = writeln!(page, "{}", format!("    {line}").trim_end());
    }
}

/// Where GitHub and the book put a heading.
fn anchor(title: &str) -> String {
    title.to_lowercase().replace(',', "").replace(' ', "-")
}

fn section(page: &mut String, code: Code) {
    let explanation = code.explanation();
    let _ = write!(page, "\n### {code}\n\n*{}.* {}\n\n{}\n", level(code), explanation.what, explanation.why);
    if !explanation.fix.is_empty() {
        let _ = write!(page, "\nFix: {}\n", explanation.fix);
    }
    for snippet in &explanation.before {
        block(page, &titled("Before", snippet), snippet.content);
    }
    if !NOT_RUN.contains(&code) {
        block(page, "The tool says", said(&explanation.before, code).trim_end());
    }
    for snippet in &explanation.after {
        block(page, &titled("After", snippet), snippet.content);
    }
}

fn page() -> String {
    let mut page = String::from(
        "# Checks\n\n\
         *For everyone who met a code and wants to know more. You need nothing before.*\n\n\
         Everything that mispflow reports, by theme. The code is the word in brackets after `error`, `warning` or `note`;\n\
         `mispflow explain CODE` shows the same. [The command line](command-line.md#levels) says how to change the severity\n\
         of a code and how to allow a finding.\n\n\
         This page is made from `src/diagnostics/explanations/`; a test compares both.\n\n\
         | theme | what it is about | codes |\n|---|---|---|\n",
    );
    for Theme { title, about, codes } in &THEMES {
        let _ = writeln!(page, "| [{title}](#{}) | {about} | {} |", anchor(title), codes.len());
    }
    for Theme { title, about, codes } in &THEMES {
        let _ = write!(page, "\n## {title}\n\n{about}\n\n| code | severity | what it is about |\n|---|---|---|\n");
        for &code in *codes {
            let _ = writeln!(page, "| [`{code}`](#{code}) | {} | {} |", level(code), code.summary().trim());
        }
        for &code in *codes {
            section(&mut page, code);
        }
    }
    page
}

#[test]
fn the_page_of_the_documentation_is_made_of_the_explanations() {
    golden::check("docs/checks.md", &page());
}
