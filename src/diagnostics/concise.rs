//! Findings on a line each.

use std::io;

use crate::base::source::Sources;

use super::columns::Columns;
use super::printable::printable_line;
use super::revealed::revealed;
use super::{Diagnostic, in_order};

/// Writes a line a finding, as editors and `grep` know it from compilers: `FILE:LINE:COLUMN: SEVERITY[CODE]: MESSAGE`.
///
/// # Errors
/// What the writer says.
pub fn write_concise(sources: &Sources, diagnostics: &[Diagnostic], out: &mut dyn io::Write) -> io::Result<()> {
    let columns = Columns::new(sources);
    for diagnostic in in_order(diagnostics) {
        writeln!(out, "{}", line(sources, &columns, &revealed(diagnostic)))?;
    }
    Ok(())
}

fn line(sources: &Sources, columns: &Columns<'_>, diagnostic: &Diagnostic) -> String {
    let place = diagnostic.primary.as_ref().map(|label| {
        let place = columns.position(label.span.file, label.span.start as usize);
        format!("{}:{}:{}: ", sources.file(label.span.file).name, place.line, place.column)
    });
    let severity = diagnostic.severity.as_str();
    let line = format!("{}{severity}[{}]: {}", place.unwrap_or_default(), diagnostic.code, diagnostic.message);
    printable_line(&line).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::Span;
    use crate::diagnostics::Code;

    #[test]
    fn one_line_whatever_is_in_it() {
        let sources = Sources::new();
        let file = sources.add("a b.mwf", None, "ab\né x");
        let findings = [
            Diagnostic::at(Code::UnknownModule, Span::new(file, 6, 7), "there is\nno `x`").help("did you mean `y`?"),
            Diagnostic::at(Code::ManyPaths, Span::new(file, 0, 1), "many"),
            Diagnostic::new(Code::UnreadableFile, "`c.mwf` cannot be read"),
        ];
        let mut out = Vec::new();
        write_concise(&sources, &findings, &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "error[unreadable-file]: `c.mwf` cannot be read\n\
             a b.mwf:1:1: warning[many-paths]: many\n\
             a b.mwf:2:3: error[unknown-module]: there is␊no `x`\n"
        );
    }
}
