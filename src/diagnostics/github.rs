//! Findings as workflow commands of GitHub Actions, which show them beside the lines of a change.

use std::fmt::Write as _;
use std::io;

use crate::base::source::Sources;

use super::columns::Columns;
use super::printable::{printable, printable_line};
use super::revealed::revealed;
use super::{Diagnostic, Severity, in_order};

/// Writes one annotation a finding: `::error file=…,line=…,col=…,title=CODE::message`.
///
/// # Errors
/// What the writer says.
pub fn write_github(sources: &Sources, diagnostics: &[Diagnostic], out: &mut dyn io::Write) -> io::Result<()> {
    let columns = Columns::new(sources);
    for diagnostic in in_order(diagnostics) {
        writeln!(out, "{}", annotation(sources, &columns, &revealed(diagnostic)))?;
    }
    Ok(())
}

fn annotation(sources: &Sources, columns: &Columns<'_>, diagnostic: &Diagnostic) -> String {
    let kind = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut line = format!("::{kind} ");
    if let Some(span) = diagnostic.primary.as_ref().map(|label| label.span) {
        let start = columns.position(span.file, span.start as usize);
        let end = columns.position(span.file, span.end as usize);
        let name = &sources.file(span.file).name;
        let _ = write!(line, "file={},line={},col={},", property(name), start.line, start.column);
        // Columns of an end count only where it lies on the same line.
        if start.line == end.line {
            let _ = write!(line, "endColumn={},", end.column);
        } else {
            let _ = write!(line, "endLine={},", end.line);
        }
    }
    let parts = std::iter::once(&diagnostic.message).chain(&diagnostic.notes).chain(&diagnostic.help);
    let message = parts.map(String::as_str).collect::<Vec<_>>().join("\n");
    let _ = write!(line, "title={}::{}", property(diagnostic.code.as_str()), data(&message));
    line
}

/// Text after the second `::`.
fn data(text: &str) -> String {
    printable(text).replace('%', "%25").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(&printable_line(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::Span;
    use crate::diagnostics::Code;

    fn written(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
        let mut out = Vec::new();
        write_github(sources, diagnostics, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_line_a_finding() {
        let sources = Sources::new();
        let file = sources.add("a,b:c%.mwf", None, "é webhok()\nx");
        let finding =
            Diagnostic::at(Code::UnknownModule, Span::new(file, 3, 9), "100% wrong: a, b\r\nc").help("::stop");
        assert_eq!(
            written(&sources, &[finding]),
            "::error file=a%2Cb%3Ac%25.mwf,line=1,col=3,endColumn=9,title=unknown-module::100%25 wrong: a, b␍%0Ac%0A::stop\n"
        );
        let lines = Diagnostic::at(Code::ManyPaths, Span::new(file, 3, 13), "m");
        assert_eq!(
            written(&sources, &[lines]),
            "::warning file=a%2Cb%3Ac%25.mwf,line=1,col=3,endLine=2,title=many-paths::m\n"
        );
        let nowhere = Diagnostic::new(Code::MispJsonOddity, "m");
        assert_eq!(written(&sources, &[nowhere]), "::notice title=misp-json-oddity::m\n");
    }
}
