use crate::base::source::Sources;
use crate::catalogue::Catalogue;
use crate::compile::Workspace;
use crate::diagnostics::Severity;
use crate::project::MemoryFiles;

/// The codes found in a text, with the text they point at.
fn found(text: &str) -> Vec<(&'static str, String)> {
    let sources = Sources::new();
    let file = sources.add("a.mwf", None, text);
    let files = MemoryFiles::new();
    let workspace = Workspace::load(&sources, &files, &[file], Catalogue::built_in());
    let found = workspace.compile().diagnostics.into_iter().filter(|finding| finding.severity != Severity::Note);
    found.map(|finding| (finding.code.as_str(), sources.snippet(finding.primary.unwrap().span).to_owned())).collect()
}

/// A step that is warned about, with something around it.
fn in_workflow(steps: &str) -> String {
    format!("workflow w on event-publish {{\n{steps}\n}}\n")
}

const KEPT: &str = "webhook(url: \"https://x\", \"retries\": \"3\")";

fn codes(text: &str) -> Vec<&'static str> {
    found(text).into_iter().map(|(code, _)| code).collect()
}

#[test]
fn a_comment_covers_the_step_behind_it() {
    assert_eq!(codes(&in_workflow(KEPT)), ["kept-parameter"]);
    assert_eq!(codes(&in_workflow(&format!("# mispflow: allow(kept-parameter) ours has it\n{KEPT}"))), [""; 0]);
    // Other comments may be between.
    assert_eq!(codes(&in_workflow(&format!("# mispflow: allow(kept-parameter) ours\n# more\n\n{KEPT}"))), [""; 0]);
    // Only that one.
    let twice = format!("# mispflow: allow(kept-parameter) ours has it\n{KEPT}\n{KEPT}");
    assert_eq!(codes(&in_workflow(&twice)), ["kept-parameter"]);
}

#[test]
fn a_comment_covers_the_step_of_its_line() {
    assert_eq!(codes(&in_workflow(&format!("{KEPT} # mispflow: allow(kept-parameter) ours"))), [""; 0]);
    assert_eq!(
        codes(&in_workflow(&format!("{KEPT}\n{KEPT} # mispflow: allow(kept-parameter) ours"))),
        ["kept-parameter"]
    );
    let lines = "webhook( # mispflow: allow(kept-parameter) ours\n url: \"https://x\",\n \"retries\": \"3\",\n)";
    assert_eq!(codes(&in_workflow(lines)), [""; 0]);
    let inside = "webhook(\n url: \"https://x\",\n # mispflow: allow(kept-parameter) ours\n \"retries\": \"3\",\n)";
    assert_eq!(codes(&in_workflow(inside)), [""; 0]);
    let end =
        "webhook(\n url: \"https://x\",\n \"retries\": \"3\",\n) # mispflow: allow(kept-parameter) ours\npush-zmq()";
    assert_eq!(codes(&in_workflow(end)), [""; 0]);
    let parameter = "webhook(\n url: \"https://x\",\n \"retries\": \"3\", # mispflow: allow(kept-parameter) ours\n)";
    assert_eq!(codes(&in_workflow(parameter)), [""; 0]);
}

#[test]
fn a_comment_covers_all_of_an_item_or_block() {
    let text = in_workflow(&format!("if published {{\n{KEPT}\n}}\n{KEPT}"));
    assert_eq!(codes(&format!("# mispflow: allow(kept-parameter) ours\n{text}")), [""; 0]);
    let block =
        format!("# mispflow: allow(kept-parameter) ours\nif published {{\n{KEPT}\n}} else {{\npush-zmq()\n{KEPT}\n}}");
    assert_eq!(codes(&in_workflow(&block)), [""; 0]);
    let on_line = text.replace("publish {", "publish { # mispflow: allow(kept-parameter) ours");
    assert_eq!(codes(&on_line), [""; 0]);
}

#[test]
fn a_comment_at_the_end_of_a_block_is_about_nothing() {
    let text = format!("if published {{\npush-zmq()\n# mispflow: allow(kept-parameter) ours\n}} else {{\n{KEPT}\n}}");
    assert_eq!(codes(&in_workflow(&text)), ["kept-parameter", "unused-allow"]);
}

#[test]
fn several_codes_and_those_that_are_not_needed() {
    let text = format!("# mispflow: allow(many-paths, kept-parameter) ours\n{KEPT}");
    assert_eq!(found(&in_workflow(&text)), [("unused-allow", "many-paths".to_owned())]);
    let text = format!("# mispflow: allow(kept-parameter) ours\n{KEPT} # mispflow: allow(kept-parameter) again");
    assert_eq!(found(&in_workflow(&text)), [("unused-allow", "kept-parameter".to_owned())]);
}

#[test]
fn errors_cannot_be_allowed() {
    let text = in_workflow("# mispflow: allow(unknown-module) ours\nwebhok()");
    assert_eq!(codes(&text), ["unknown-module"]);
    let text = in_workflow("# mispflow: allow(unknown-module) ours\npush-zmq()");
    assert_eq!(found(&text), [("unused-allow", "unknown-module".to_owned())]);
}

#[test]
fn what_cannot_be_understood() {
    let allow = |comment: &str| found(&in_workflow(&format!("# mispflow: {comment}\n{KEPT}")));
    assert_eq!(allow("allow(kept-parametr) ours")[1], ("unknown-code", "kept-parametr".to_owned()));
    let codes = |comment: &str| allow(comment).into_iter().map(|(code, _)| code).collect::<Vec<_>>();
    assert_eq!(codes("allow(kept-parameter)"), ["malformed-allow"]);
    assert_eq!(codes("allow() why"), ["kept-parameter", "malformed-allow"]);
    assert_eq!(codes("allow(kept-parameter"), ["kept-parameter", "malformed-allow"]);
    assert_eq!(codes("ignore"), ["kept-parameter", "malformed-allow"]);
    assert_eq!(codes("warn(kept-parameter)"), ["kept-parameter", "malformed-allow"]);
    assert_eq!(codes("deny(kept-parameter)"), ["kept-parameter"]);
    assert_eq!(codes(" allow ( kept-parameter ) why"), [""; 0]);
    // A comment about the tool is not a comment for it.
    assert_eq!(found(&in_workflow("# mispflow compiles this\npush-zmq()")), []);
}

/// The codes found in a text with their severities, and whether they have them from the text. Notes are left out.
fn levels(steps: &str) -> Vec<(&'static str, Severity, bool)> {
    let sources = Sources::new();
    let file = sources.add("a.mwf", None, in_workflow(steps));
    let files = MemoryFiles::new();
    let workspace = Workspace::load(&sources, &files, &[file], Catalogue::built_in());
    let found = workspace.compile().diagnostics.into_iter().filter(|finding| finding.severity != Severity::Note);
    found.map(|finding| (finding.code.as_str(), finding.severity, finding.level_from_text)).collect()
}

#[test]
fn a_comment_can_deny_and_warn() {
    let denied = ("kept-parameter", Severity::Error, true);
    assert_eq!(levels(&format!("# mispflow: deny(kept-parameter)\n{KEPT}")), [denied]);
    assert_eq!(
        levels(&format!("# mispflow: warn(kept-parameter) the project denies it\n{KEPT}")),
        [("kept-parameter", Severity::Warning, true)]
    );
    let stop = "stop-execution(message: \"no\")";
    assert_eq!(levels(stop), []);
    let asked = format!("{stop} # mispflow: warn(needs-template-service) the others have none");
    assert_eq!(levels(&asked), [("needs-template-service", Severity::Warning, true)]);
}

#[test]
fn the_innermost_comment_counts() {
    let text = format!(
        "# mispflow: deny(kept-parameter)\nif published {{\n{KEPT} # mispflow: allow(kept-parameter) ours\n}} else {{\npush-zmq()\n{KEPT}\n}}"
    );
    assert_eq!(levels(&text), [("kept-parameter", Severity::Error, true)]);
}

#[test]
fn what_is_denied_need_not_be_there() {
    assert_eq!(levels("# mispflow: deny(kept-parameter, many-paths)\npush-zmq()"), []);
    // An error next to it does not hide other comments.
    let text = format!("# mispflow: deny(kept-parameter)\n{KEPT}\n# mispflow: allow(many-paths) ours\npush-zmq()");
    let found: Vec<_> = levels(&text).into_iter().map(|(code, ..)| code).collect();
    assert_eq!(found, ["kept-parameter", "unused-allow"]);
}
