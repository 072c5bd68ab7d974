//! Reports for CI, in the form of `JUnit`.

use std::io;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::base::source::Sources;
use crate::diagnostics::{Diagnostic, printable, printable_line, write_terminal};

use super::case::CaseReport;
use super::suite::Suite;

/// Writes what came of the cases of a suite, one report for each in their order: a test suite for each file. No times are
/// written, so that the same tests give the same bytes. Hidden characters, some of which XML cannot hold, are made visible.
///
/// # Errors
/// What the writer says.
pub fn write_junit(
    out: &mut dyn io::Write,
    sources: &Sources,
    suite: &Suite<'_, '_>,
    reports: &[CaseReport],
) -> io::Result<()> {
    let mut junit = Report::new("mispflow");
    let mut open: Option<TestSuite> = None;
    for (case, report) in suite.cases.iter().zip(reports) {
        let file = sources.file(case.test.item.span.file);
        let name = printable_line(&file.name);
        let name = name.as_ref();
        if open.as_ref().is_none_or(|open| open.name.as_str() != name) {
            junit.add_test_suites(open.take());
        }
        let mut status = TestCaseStatus::success();
        if let Some(first) = report.failures.first() {
            status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let messages: Vec<&str> = report.failures.iter().map(|failure| failure.message.as_str()).collect();
            status.set_message(printable(&messages.join("; ")).as_ref()).set_type(first.code.as_str());
            status.set_description(text(sources, &report.failures)?);
        }
        let mut test = TestCase::new(printable_line(&case.test.item.title.content).as_ref(), status);
        test.set_classname(case.test.workflow.text);
        let line = file.position(case.test.item.span.start as usize).line.to_string();
        test.extra.insert("file".into(), name.into());
        test.extra.insert("line".into(), line.into());
        open.get_or_insert_with(|| TestSuite::new(name)).add_test_case(test);
    }
    junit.add_test_suites(open);
    junit.serialize(out).map_err(io::Error::other)
}

fn text(sources: &Sources, failures: &[Diagnostic]) -> io::Result<String> {
    let mut buffer = codespan_reporting::term::termcolor::Buffer::no_color();
    write_terminal(sources, failures, &mut buffer)?;
    Ok(String::from_utf8_lossy(buffer.as_slice()).into_owned())
}
