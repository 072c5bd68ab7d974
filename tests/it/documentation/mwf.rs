//! Workflow text.

use std::fs;
use std::path::Path;

use mispflow::base::source::Sources;
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::diagnostics::{Diagnostic, Severity};
use mispflow::project::{DiskFiles, load_source};

use super::block::Block;

/// What is wrong with a block, if something is.
pub fn problem(block: &Block, folder: &Path) -> Option<String> {
    let file = folder.join(block.option("file").unwrap_or("block.mwf"));
    if block.has("conditions") {
        let lines = block.content.lines().filter(|line| !line.trim().is_empty());
        return lines.map(|line| check(block, &file, &format!("if {line}\n{{ push-zmq() }}"))).find_map(|found| found);
    }
    check(block, &file, &block.content)
}

fn check(block: &Block, file: &Path, content: &str) -> Option<String> {
    let trigger = block.option("on").unwrap_or("event-publish");
    let text = if block.has("steps") || block.has("conditions") {
        format!("workflow block on {trigger} {{\n{content}\n}}\n")
    } else if block.has("tests") {
        format!(
            "workflow block on {trigger} {{ @last webhook(url: \"https://x\") push-zmq() }}\ntest \"block\" of block {{\n{content}\n}}\n"
        )
    } else {
        content.to_owned()
    };
    fs::write(file, text).unwrap();
    let sources = Sources::new();
    let root = load_source(&sources, &DiskFiles, file, &file.display().to_string()).unwrap();
    let workspace = Workspace::load(&sources, &DiskFiles, &[root], Catalogue::built_in());
    let found: Vec<Diagnostic> =
        workspace.compile().diagnostics.into_iter().filter(|finding| finding.severity != Severity::Note).collect();
    let messages: Vec<String> = found.iter().map(|finding| format!("{}: {}", finding.code, finding.message)).collect();
    let messages = messages.join("\n");
    match block.option("fails") {
        None if found.is_empty() => None,
        None => Some(format!("there are findings:\n{messages}")),
        Some(_) if found.is_empty() => Some("there is no finding".into()),
        Some(code) if found.iter().all(|finding| finding.code.as_str() == code) => None,
        Some(code) => Some(format!("not only `{code}` was found:\n{messages}")),
    }
}
