//! Findings for people, with the lines they are about.

use std::io;

use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::Error;
use codespan_reporting::term::termcolor::WriteColor;
use codespan_reporting::term::{Config, emit_to_write_style};

use crate::base::source::{Sources, Span};

use super::columns::Columns;
use super::excerpt::{Excerpt, Excerpts, LINES_BEFORE_END, LINES_BEHIND_START};
use super::printable::{printable, printable_line};
use super::proposal::show_fix;
use super::revealed::revealed;
use super::{Diagnostic, Label, Severity, Summary, in_order};

/// More findings than this are counted, not shown.
const MOST_FINDINGS: usize = 1000;
/// More places of one finding than this are left out.
const MOST_LABELS: usize = 24;
/// A message longer than this (in characters) is clipped.
const LONGEST_MESSAGE: usize = 2000;

/// Writes the findings with the lines they are about, ordered by place. Colours are the writer's
/// choice. Nothing that a terminal would obey passes from the sources to the writer.
///
/// # Errors
/// What the writer says.
pub fn write_terminal(sources: &Sources, diagnostics: &[Diagnostic], out: &mut dyn WriteColor) -> io::Result<()> {
    let config =
        Config { start_context_lines: LINES_BEHIND_START, end_context_lines: LINES_BEFORE_END, ..Config::default() };
    let columns = Columns::new(sources);
    for diagnostic in in_order(diagnostics).into_iter().take(MOST_FINDINGS) {
        let (excerpts, shown) = prepare(sources, &columns, &revealed(diagnostic));
        emit_to_write_style(out, &config, &excerpts, &shown).map_err(|error| match error {
            Error::Io(error) => error,
            other => io::Error::other(other),
        })?;
    }
    if let Some(rest) = diagnostics.len().checked_sub(MOST_FINDINGS).filter(|&rest| rest > 0) {
        writeln!(out, "… and {rest} more; `--format json` lists them all\n")?;
    }
    Ok(())
}

/// Writes the summary line, if there is something to sum up.
///
/// # Errors
/// What the writer says.
pub fn write_summary(summary: Summary, out: &mut dyn WriteColor) -> io::Result<()> {
    if summary.is_empty() { Ok(()) } else { writeln!(out, "{summary}") }
}

fn prepare(
    sources: &Sources,
    columns: &Columns<'_>,
    diagnostic: &Diagnostic,
) -> (Excerpts, codespan::Diagnostic<usize>) {
    let labels: Vec<&Label> = diagnostic.primary.iter().chain(&diagnostic.secondary).take(MOST_LABELS).collect();
    let mut files = Vec::new();
    for label in &labels {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    let excerpts: Vec<Excerpt> = files
        .into_iter()
        .map(|id| {
            let spans: Vec<Span> = labels.iter().map(|label| label.span).filter(|span| span.file == id).collect();
            Excerpt::new(id, sources.file(id), columns, &spans)
        })
        .collect();

    let has_primary = diagnostic.primary.is_some();
    let labels = labels.iter().enumerate().filter_map(|(index, label)| {
        let file = excerpts.iter().position(|excerpt| excerpt.id() == label.span.file)?;
        let style =
            if index == 0 && has_primary { codespan::LabelStyle::Primary } else { codespan::LabelStyle::Secondary };
        let range = excerpts[file].range(sources.file(label.span.file), label.span);
        Some(codespan::Label::new(style, file, range).with_message(message(&label.message)))
    });
    let severity = match diagnostic.severity {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
        Severity::Note => codespan::Severity::Note,
    };
    let shown = codespan::Diagnostic::new(severity)
        .with_code(diagnostic.code.as_str())
        .with_message(message(&diagnostic.message))
        .with_labels(labels.collect())
        .with_notes(notes(sources, diagnostic));
    (Excerpts(excerpts), shown)
}

fn notes(sources: &Sources, diagnostic: &Diagnostic) -> Vec<String> {
    let omitted = (diagnostic.secondary.len() + usize::from(diagnostic.primary.is_some())).saturating_sub(MOST_LABELS);
    let omitted = (omitted > 0).then(|| format!("{omitted} more places are not shown"));
    let why = diagnostic.notes.iter().map(|note| format!("note: {}", clipped(&printable(note))));
    let what = diagnostic.help.iter().map(|help| format!("help: {}", clipped(&printable(help))));
    let fix = diagnostic.fix.as_ref().and_then(|fix| show_fix(sources, fix));
    omitted.into_iter().chain(why).chain(what).chain(fix).collect()
}

fn message(text: &str) -> String {
    clipped(&printable_line(text))
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use codespan_reporting::term::termcolor::{Ansi, NoColor};

    use super::*;
    use crate::base::source::FileId;
    use crate::diagnostics::Code;

    fn shown(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
        let mut out = NoColor::new(Vec::new());
        write_terminal(sources, diagnostics, &mut out).unwrap();
        write_summary(Summary::of(diagnostics), &mut out).unwrap();
        String::from_utf8(out.into_inner()).unwrap()
    }

    fn span_of(sources: &Sources, file: FileId, word: &str) -> Span {
        let start = sources.text(file).find(word).unwrap();
        Span::new(file, start, start + word.len())
    }

    #[test]
    fn every_part_is_shown() {
        let sources = Sources::new();
        let file = sources.add("a.mwf", None, "workflow w on event-publish {\n\twebhok()\r\n    webhook()\r\n}\n");
        let diagnostic =
            Diagnostic::at(Code::UnknownModule, span_of(&sources, file, "webhok"), "no module is called `webhok`")
                .label("unknown")
                .also(span_of(&sources, file, "webhook"), "as here")
                .note("MISP would skip the step\nsilently")
                .help("did you mean `webhook`?")
                .unsafe_fix(span_of(&sources, file, "webhok"), "webhook");
        insta::assert_snapshot!(shown(&sources, &[diagnostic]));
    }

    #[test]
    fn a_long_region_is_shown_by_its_ends() {
        let sources = Sources::new();
        let text = (1..=2000).map(|line| format!("line {line}\n")).collect::<Vec<_>>().concat();
        let file = sources.add("a.mwf", None, text);
        let region = span_of(&sources, file, "line 10\n").to(span_of(&sources, file, "line 1900\n"));
        let diagnostic =
            Diagnostic::at(Code::UnreachableStep, region, "all this").also(span_of(&sources, file, "line 15\n"), "one");
        let short = span_of(&sources, file, "line 1\n").to(span_of(&sources, file, "line 7\n"));
        let note = Diagnostic::at(Code::ManyPaths, short, "and this");
        insta::assert_snapshot!(shown(&sources, &[diagnostic, note]));
    }

    #[test]
    fn endless_lines_are_clipped_around_the_place() {
        let sources = Sources::new();
        let file = sources.add("a.mwf", None, format!("{}HERE{}", "é".repeat(1_000_000), "y".repeat(1_000_000)));
        let here = span_of(&sources, file, "HERE");
        let everywhere = Span::new(file, 0, 3_000_004);
        let shown = shown(
            &sources,
            &[
                Diagnostic::at(Code::SyntaxError, here, "m").also(everywhere, "the whole line").safe_fix(here, "there"),
                Diagnostic::at(Code::SyntaxError, here.end_point(), "x".repeat(1_000_000)),
            ],
        );
        assert!(shown.len() < 10_000, "{}", shown.len());
        assert!(shown.contains("a.mwf:1:1000001"), "{shown}");
        assert!(shown.contains("éHEREyy"), "{shown}");
    }

    #[test]
    fn nothing_a_terminal_obeys_passes() {
        let sources = Sources::new();
        let file = sources.add("a\x1b[2J.mwf", None, "let x = \x1b[31m\u{202e}\u{9b}\0\r\x07\nlet");
        let span = Span::new(file, 4, 13);
        let diagnostic = Diagnostic::at(Code::SyntaxError, span, "bad\x1b]0;title\x07\nname")
            .label("\x1b[0m")
            .note("n\x1b")
            .help("h\x1b")
            .safe_fix(span, "\x1b[1m");
        let shown = shown(&sources, &[diagnostic, Diagnostic::new(Code::UnreadableFile, "`a\rb`")]);
        assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
        assert!(!shown.contains('\u{202e}'));
        assert!(shown.contains("let x = ␛[31m"), "{shown}");
    }

    #[test]
    fn places_at_the_edges_of_a_file() {
        let sources = Sources::new();
        let empty = sources.add("empty.mwf", None, "");
        let file = sources.add("a.mwf", None, "ab\n\né");
        let mut diagnostics: Vec<_> = [(0, 0), (2, 2), (2, 3), (3, 3), (3, 4), (0, 6), (6, 6), (5, 5), (9, 99)]
            .map(|(start, end)| Diagnostic::at(Code::SyntaxError, Span::new(file, start, end), "m"))
            .into();
        diagnostics.push(Diagnostic::at(Code::SyntaxError, Span::new(empty, 0, 0), "m"));
        assert!(shown(&sources, &diagnostics).ends_with("\n10 errors\n"));
    }

    #[test]
    fn countless_findings_are_counted() {
        let sources = Sources::new();
        let file = sources.add("a.mwf", None, "x".repeat(1_000_000));
        let diagnostics: Vec<_> = (0..100_000)
            .map(|at| Diagnostic::at(Code::SyntaxError, Span::new(file, at * 10, at * 10 + 1), "m"))
            .collect();
        let shown = shown(&sources, &diagnostics);
        assert!(shown.ends_with("… and 99000 more; `--format json` lists them all\n\n100000 errors\n"));
        assert_eq!(shown.matches("error[syntax-error]").count(), MOST_FINDINGS);
    }

    #[test]
    fn colours_only_from_a_writer_that_has_them() {
        let sources = Sources::new();
        let diagnostic = Diagnostic::new(Code::UnreadableFile, "m");
        assert!(!shown(&sources, std::slice::from_ref(&diagnostic)).contains('\x1b'));
        let mut out = Ansi::new(Vec::new());
        write_terminal(&sources, &[diagnostic], &mut out).unwrap();
        assert!(out.into_inner().contains(&b'\x1b'));
    }
}
