//! `fmt`

use std::borrow::Cow;
use std::io;

use clap::Args;

use crate::base::parallel;
use crate::base::source::{SourceFile, Sources};
use crate::format::format_source;
use crate::inputs::Reads;
use crate::project::{Readers, Written, write_whole};

use super::unified_diff::write_unified_diff;
use super::{Console, Failure, Format, Inputs, Status, report};

/// Rewrite files in their canonical form.
///
/// Comments stay where they are. A file with syntax errors stays as it is. What comes from standard
/// input goes to standard output.
#[derive(Args, Debug)]
pub(super) struct Fmt {
    #[command(flatten)]
    inputs: Inputs,
    /// Write nothing, and fail when a file is not in canonical form
    #[arg(long)]
    check: bool,
    /// Write nothing, print what would change, and fail when something would
    #[arg(long)]
    diff: bool,
}

impl Fmt {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let sources = Sources::new();
        let loaded = self.inputs.load(&sources, Reads::Text);
        console.protect(&sources);
        loaded.needs_text("fmt", &sources)?;
        loaded.tell("format", console)?;
        let mut diagnostics = loaded.diagnostics;
        let mut status = Status::Done;
        let (mut canonical, mut other) = (0, 0);
        let length = loaded.roots.iter().map(|&id| sources.text(id).len()).sum();
        let formatted = parallel::each(&loaded.roots, length, |&id| format_source(&sources, id));
        for (id, formatted) in loaded.roots.into_iter().zip(formatted) {
            let formatted = match formatted {
                Ok(formatted) => formatted,
                Err(problems) => {
                    diagnostics.extend(problems);
                    continue;
                }
            };
            let source = sources.file(id);
            if source.path.is_some() && !source.has_mark && has_other_line_ends(&source.text, &formatted) {
                canonical += 1;
                continue;
            }
            if self.check || self.diff {
                let current = current(source);
                if current == formatted {
                    canonical += 1;
                    continue;
                }
                status = Status::Rejected;
                other += 1;
                if self.diff {
                    write_unified_diff(&source.name, &current, &formatted, console.results())?;
                } else {
                    writeln!(console.results(), "{} is not in canonical form", source.name)?;
                }
            } else {
                let is_input = loaded.standard_input == Some(id);
                match rewrite(source, &formatted, is_input, console) {
                    Ok(true) => other += 1,
                    Ok(false) => canonical += 1,
                    Err(failure) => failure.or_finding(&mut diagnostics)?,
                }
            }
        }
        if !diagnostics.is_empty() {
            status = status.max(report(console, &sources, &diagnostics, Format::Text)?);
        }
        self.tell_counts(canonical, other, console)?;
        Ok(status)
    }

    fn tell_counts(&self, canonical: usize, other: usize, console: &mut Console) -> io::Result<()> {
        let files = |count: usize| if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
        if canonical + other == 0 {
            return Ok(());
        }
        if other == 0 {
            return console.tell(&format!("{} in canonical form already", files(canonical)));
        }
        if self.check || self.diff {
            console.tell(&format!("{} to rewrite: run `mispflow fmt`", files(other)))
        } else {
            console.tell(&format!("{} rewritten, {canonical} in canonical form already", files(other)))
        }
    }
}

/// Whether a text differs from its canonical form in the ends of its lines alone, all of which are as on Windows: git may
/// have made them so.
fn has_other_line_ends(source: &str, formatted: &str) -> bool {
    let count = source.matches('\n').count();
    count > 0 && source.matches("\r\n").count() == count && source.replace("\r\n", "\n") == formatted
}

/// The text of a file as it is on disk, with the byte order mark that the source lacks.
fn current(source: &SourceFile) -> Cow<'_, str> {
    if source.has_mark { Cow::Owned(format!("\u{feff}{}", source.text)) } else { Cow::Borrowed(&source.text) }
}

/// Puts the text where the source came from. Says whether a file changed.
fn rewrite(source: &SourceFile, formatted: &str, is_input: bool, console: &mut Console) -> Result<bool, Failure> {
    let Some(path) = source.path.as_ref().filter(|_| !is_input) else {
        console.source(formatted)?;
        return Ok(source.text != formatted);
    };
    let written =
        write_whole(path, formatted.as_bytes(), Readers::Usual).map_err(|error| Failure::unwritable(path, &error))?;
    let changed = written != Written::Unchanged;
    if changed {
        console.tell(&format!("rewritten  {}", source.name))?;
    }
    Ok(changed)
}
