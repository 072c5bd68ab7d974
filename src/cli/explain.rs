//! `explain`

use clap::Args;

use crate::diagnostics::{Code, Snippet, page_of};

use super::findings::CODES;
use super::{Console, Failure, Status};

/// Say what a code of a finding means.
///
/// It tells what was found, why it matters in MISP, and what it looks like before and after.
#[derive(Args, Debug)]
pub(super) struct Explain {
    /// The word in brackets after `error`, `warning` or `note`; without it all codes are listed
    #[arg(value_name = "CODE", value_parser = CODES, hide_possible_values = true)]
    code: Option<Code>,
}

impl Explain {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        match self.code {
            Some(code) => explain(console, code)?,
            None => list(console)?,
        }
        Ok(Status::Done)
    }
}

fn list(console: &mut Console) -> std::io::Result<()> {
    let longest = Code::ALL.iter().map(|code| code.as_str().len()).max().unwrap_or_default();
    let width = console.terminal_width().unwrap_or(usize::MAX);
    for &code in Code::ALL {
        let start = format!("{:longest$}  {:7}  ", code.as_str(), code.severity().as_str());
        console.wrapped(&start, start.len(), code.summary().trim(), width)?;
    }
    Ok(())
}

fn explain(console: &mut Console, code: Code) -> std::io::Result<()> {
    let explanation = code.explanation();
    let width = console.width();
    console.strong(code.as_str())?;
    console.line(&format!(" ({})", code.severity().as_str()))?;
    paragraphs(console, explanation.what, width)?;
    console.line("")?;
    console.strong("Why")?;
    console.line("")?;
    paragraphs(console, explanation.why, width)?;
    if !explanation.fix.is_empty() {
        console.line("")?;
        console.strong("Fix")?;
        console.line("")?;
        paragraphs(console, explanation.fix, width)?;
    }
    for (title, snippets) in [("Before", &explanation.before), ("After", &explanation.after)] {
        console.line("")?;
        console.strong(title)?;
        console.line("")?;
        show(console, snippets)?;
    }
    if let Some(page) = page_of(code) {
        console.line("")?;
        console.line(&page)?;
    }
    Ok(())
}

fn paragraphs(console: &mut Console, text: &str, width: usize) -> std::io::Result<()> {
    for (index, paragraph) in text.split("\n\n").enumerate() {
        if index > 0 {
            console.line("")?;
        }
        console.wrapped("  ", 2, &paragraph.replace('\n', " "), width)?;
    }
    Ok(())
}

fn show(console: &mut Console, snippets: &[Snippet]) -> std::io::Result<()> {
    for (index, snippet) in snippets.iter().enumerate() {
        if index > 0 {
            console.line("")?;
        }
        if let Some(file) = snippet.name() {
            console.line(&format!("  {file}:"))?;
        }
        for line in snippet.content.lines() {
            console.line(format!("    {line}").trim_end())?;
        }
    }
    Ok(())
}
