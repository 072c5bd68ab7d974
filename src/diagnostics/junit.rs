//! Findings as a `JUnit` report, which CI systems show like failed tests.

use std::io;

use codespan_reporting::term::termcolor::Buffer;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::base::source::Sources;

use super::columns::Columns;
use super::printable::{printable, printable_line};
use super::terminal::write_terminal;
use super::{Diagnostic, in_order};

/// Writes a test suite for each file with findings, and in it a test case for each finding. Errors are failures; a warning or note has
/// passed, and its text is the output of the test. A report without findings has one case that has passed, for an empty
/// report looks like a check that did not run. No times are written, so that the same findings give the same bytes.
///
/// # Errors
/// What the writer says.
pub fn write_junit(sources: &Sources, diagnostics: &[Diagnostic], out: &mut dyn io::Write) -> io::Result<()> {
    let columns = Columns::new(sources);
    let mut report = Report::new("mispflow");
    let mut open: Option<TestSuite> = None;
    for diagnostic in in_order(diagnostics) {
        let place = diagnostic.primary.as_ref().map(|label| label.span);
        let name = place.map_or("mispflow", |span| sources.file(span.file).name.as_str());
        let name = printable_line(name);
        if open.as_ref().is_none_or(|open| open.name.as_str() != name) {
            report.add_test_suites(open.take());
        }
        let mut shown = Buffer::no_color();
        write_terminal(sources, std::slice::from_ref(diagnostic), &mut shown)?;
        let shown = String::from_utf8_lossy(shown.as_slice()).into_owned();
        let message = printable(&diagnostic.message);
        let mut test = if diagnostic.is_error() {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(message.as_ref()).set_type(diagnostic.code.as_str()).set_description(shown);
            TestCase::new(diagnostic.code.as_str(), status)
        } else {
            let mut test = TestCase::new(diagnostic.code.as_str(), TestCaseStatus::success());
            test.set_system_out(shown);
            test
        };
        test.set_classname(name.as_ref());
        if let Some(span) = place {
            let line = columns.position(span.file, span.start as usize).line.to_string();
            test.extra.insert("file".into(), name.as_ref().into());
            test.extra.insert("line".into(), line.into());
        }
        open.get_or_insert_with(|| TestSuite::new(name.as_ref())).add_test_case(test);
    }
    let nothing = || {
        let mut suite = TestSuite::new("mispflow");
        suite.add_test_case(TestCase::new("no findings", TestCaseStatus::success()));
        suite
    };
    if diagnostics.is_empty() {
        open = Some(nothing());
    }
    report.add_test_suites(open);
    report.serialize(out).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::Span;
    use crate::diagnostics::Code;

    fn written(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
        let mut out = Vec::new();
        write_junit(sources, diagnostics, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_suite_for_each_file_and_only_errors_fail() {
        let sources = Sources::new();
        let (a, b) = (sources.add("a.mwf", None, "x\ny"), sources.add("b.mwf", None, "x"));
        let findings = [
            Diagnostic::at(Code::ManyPaths, Span::new(a, 2, 3), "many\u{1b} <paths>"),
            Diagnostic::at(Code::Cycle, Span::new(a, 0, 1), "round & round"),
            Diagnostic::at(Code::Cycle, Span::new(b, 0, 1), "again"),
            Diagnostic::new(Code::UnreadableFile, "gone"),
        ];
        let xml = written(&sources, &findings);
        assert!(xml.contains(r#"<testsuites name="mispflow" tests="4" skipped="0" failures="3" errors="0">"#), "{xml}");
        assert!(xml.contains(r#"<testsuite name="a.mwf" tests="2" skipped="0" errors="0" failures="1">"#), "{xml}");
        assert!(xml.contains(r#"<testcase name="many-paths" classname="a.mwf" file="a.mwf" line="2">"#), "{xml}");
        assert!(xml.contains(r#"<failure message="round &amp; round" type="cycle">"#), "{xml}");
        assert!(xml.contains(r#"<testsuite name="mispflow" tests="1""#), "{xml}");
        assert!(!xml.contains('\u{1b}'));
    }

    #[test]
    fn nothing_found_is_a_test_that_passed() {
        let xml = written(&Sources::new(), &[]);
        assert!(xml.contains(r#"tests="1" skipped="0" failures="0""#) && xml.contains("no findings"), "{xml}");
    }
}
