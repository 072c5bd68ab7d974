//! Differences between two texts, line by line.

use std::io;
use std::time::Duration;

use codespan_reporting::term::termcolor::{Color, ColorSpec, WriteColor};
use similar::{ChangeTag, TextDiff};

/// Texts that differ everywhere take long to compare; after this a longer difference is good enough.
const PATIENCE: Duration = Duration::from_secs(5);

/// Writes a unified diff of a file, in colours where there are some. Nothing if the texts are equal.
///
/// # Errors
/// What the stream says.
pub fn write_unified_diff(name: &str, old: &str, new: &str, to: &mut dyn WriteColor) -> io::Result<()> {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(old, new);
    let mut is_first = true;
    for hunk in diff.unified_diff().iter_hunks() {
        if std::mem::take(&mut is_first) {
            writeln!(to, "--- {name}\n+++ {name}")?;
        }
        to.set_color(ColorSpec::new().set_fg(Some(Color::Cyan)))?;
        write!(to, "{}", hunk.header())?;
        to.reset()?;
        writeln!(to)?;
        for change in hunk.iter_changes() {
            let color = match change.tag() {
                ChangeTag::Equal => None,
                ChangeTag::Delete => Some(Color::Red),
                ChangeTag::Insert => Some(Color::Green),
            };
            to.set_color(ColorSpec::new().set_fg(color))?;
            write!(to, "{}{}", change.tag(), change.value().trim_end_matches('\n'))?;
            to.reset()?;
            writeln!(to)?;
            if change.missing_newline() {
                writeln!(to, "\\ No newline at end of file")?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use codespan_reporting::term::termcolor::NoColor;

    use super::write_unified_diff;

    fn diff(old: &str, new: &str) -> String {
        let mut text = NoColor::new(Vec::new());
        write_unified_diff("a.mwf", old, new, &mut text).unwrap();
        String::from_utf8(text.into_inner()).unwrap()
    }

    #[test]
    fn equal_texts_give_nothing() {
        assert_eq!(diff("a\n", "a\n"), "");
    }

    #[test]
    fn changed_lines_with_what_is_around() {
        assert_eq!(
            diff("1\n2\n3\n4\n5", "1\n2\n3\n4\nfive\n"),
            "--- a.mwf\n+++ a.mwf\n@@ -2,4 +2,4 @@\n 2\n 3\n 4\n-5\n\\ No newline at end of file\n+five\n"
        );
    }
}
