//! Code actions, code lenses, commands, inlay hints.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::diagnostics::Severity;
use crate::ide::{self, Action, Ran, analyse};

use super::super::findings::{Found, FoundFix, Places, one};
use super::super::protocol::{
    CodeAction, CodeActionKind, CodeActionParams, CodeLens, CodeLensParams, Command, ExecuteCommandParams, InlayHint,
    InlayHintKind, InlayHintLabel, InlayHintParams, TextEdit, WorkspaceEdit,
};
use super::super::server::{Refused, Server};
use super::super::uris::path_of;
use super::opened::{Opened, is_workflows, opened, path};

/// Runs a test, or all of a file.
const RUN_TEST: &str = "mispflow.runTest";
/// Runs a workflow on an event.
const RUN_ON_EVENT: &str = "mispflow.runOnEvent";

/// The commands that an editor may send.
pub(in crate::lsp) const COMMANDS: [&str; 2] = [RUN_TEST, RUN_ON_EVENT];

/// The kinds of code actions.
pub(in crate::lsp) const ACTION_KINDS: [&str; 4] =
    ["quickfix", "refactor.extract", "refactor.rewrite", "source.fixAll.mispflow"];

pub(super) fn actions(server: &mut Server<'_>, params: &CodeActionParams) -> Result<Vec<CodeAction>, Refused> {
    let uri = &params.text_document.uri;
    let path = path(server, uri)?;
    let only = params.context.only.as_deref();
    let is_wanted = |kind: &CodeActionKind| {
        only.is_none_or(|only| only.iter().any(|wanted| is_kind_of(kind.as_str(), wanted.as_str())))
    };
    let here = params.range;
    let mut actions = Vec::new();
    let found: Vec<Found> = server.found_in(&path);
    let found: Vec<&Found> =
        found.iter().filter(|found| found.range.start <= here.end && here.start <= found.range.end).collect();
    for found in &found {
        if let Some(fix) = &found.fix {
            actions.extend(fix_of(server, found, fix));
        }
    }
    if is_workflows(&path) {
        let opened = opened(server, uri)?;
        let tree = opened.tree();
        for found in &found {
            let (Some(code), false) = (found.code, found.severity == Severity::Error) else { continue };
            let offset = opened.offset(found.range.start);
            if let Some(action) = ide::allow(&tree, &opened.source().text, code, offset) {
                let diagnostics = vec![found.to_protocol(server.client.marks_tags)];
                actions.push(CodeAction {
                    diagnostics: Some(diagnostics),
                    ..action_of(server, &opened, action, CodeActionKind::QUICKFIX)
                });
            }
        }
        let selected = opened.offset(here.start)..opened.offset(here.end);
        drop(tree);
        let text = opened.source().text.clone();
        let unit = server.unit_of(&path);
        let (facts, texts) = server.facts(&unit);
        let offered = analyse(facts, &texts, std::slice::from_ref(&path), |analysis, _| {
            if analysis.is_empty() { Vec::new() } else { ide::refactorings(analysis, 0, &text, selected) }
        });
        let opened = super::opened::opened(server, uri)?;
        for action in offered {
            let is_new = action.title.starts_with("Write");
            let kind = if is_new { CodeActionKind::REFACTOR_REWRITE } else { CodeActionKind::REFACTOR_EXTRACT };
            actions.push(action_of(server, &opened, action, kind));
        }
        // Checking over and over is for who asks for it.
        let fix_all = CodeActionKind::new("source.fixAll.mispflow");
        if only.is_some() && is_wanted(&fix_all) {
            let (facts, texts) = server.facts(&unit);
            if let Some(fixed) = ide::fix_all(facts, &texts, &path) {
                let opened = super::opened::opened(server, uri)?;
                let edits = opened.edits_to(&fixed);
                actions.push(CodeAction {
                    title: "Fix all that can be fixed without a doubt".to_owned(),
                    kind: Some(fix_all),
                    edit: Some(edit_of(server, HashMap::from([(path.clone(), edits)]))),
                    ..CodeAction::default()
                });
            }
        }
    }
    actions.retain(|action| action.kind.as_ref().is_none_or(is_wanted));
    Ok(actions)
}

/// Whether a kind is another one, or a part of it.
fn is_kind_of(kind: &str, wanted: &str) -> bool {
    kind == wanted || kind.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('.')) || wanted.is_empty()
}

fn fix_of(server: &Server<'_>, found: &Found, fix: &FoundFix) -> Option<CodeAction> {
    let mut changes: HashMap<PathBuf, Vec<TextEdit>> = HashMap::new();
    for edit in &fix.edits {
        let new = TextEdit { range: edit.range, new_text: edit.replacement.clone() };
        changes.entry(edit.path.clone()).or_default().push(new);
    }
    let title = match fix.edits.as_slice() {
        [] => return None,
        [only] if only.replacement.trim().is_empty() => "Remove this".to_owned(),
        [only] if only.range.start == only.range.end => format!("Insert `{}`", shortened(&only.replacement)),
        [only] => format!("Replace with `{}`", shortened(&only.replacement)),
        _ => "Fix this".to_owned(),
    };
    let code = found.code.map(|code| format!(" ({code})")).unwrap_or_default();
    Some(CodeAction {
        title: format!("{title}{code}"),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![found.to_protocol(server.client.marks_tags)]),
        edit: Some(edit_of(server, changes)),
        is_preferred: Some(fix.safe),
        ..CodeAction::default()
    })
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text.trim().lines().next().unwrap_or_default();
    if line.chars().count() > LONGEST { line.chars().take(LONGEST).chain(['…']).collect() } else { line.to_owned() }
}

fn edit_of(server: &Server<'_>, changes: HashMap<PathBuf, Vec<TextEdit>>) -> WorkspaceEdit {
    let changes = changes.into_iter().filter_map(|(path, edits)| Some((server.uri(&path)?, edits)));
    WorkspaceEdit { changes: Some(changes.collect()), ..WorkspaceEdit::default() }
}

fn action_of(server: &Server<'_>, opened: &Opened<'_>, action: Action, kind: CodeActionKind) -> CodeAction {
    let edits = action.edits.into_iter().map(|(bytes, new_text)| TextEdit { range: opened.range(bytes), new_text });
    let changes = HashMap::from([(opened.path.clone(), edits.collect())]);
    CodeAction { title: action.title, kind: Some(kind), edit: Some(edit_of(server, changes)), ..CodeAction::default() }
}

// -------------------------------------------------------------------------------------------- lenses

pub(super) fn lenses(server: &mut Server<'_>, params: &CodeLensParams) -> Result<Vec<CodeLens>, Refused> {
    let uri = &params.text_document.uri;
    let opened = opened(server, uri)?;
    if !server.settings.code_lens || !is_workflows(&opened.path) {
        return Ok(Vec::new());
    }
    let lens = |runnable: ide::Runnable| {
        let (title, command) =
            if runnable.is_test { ("run test", RUN_TEST) } else { ("run on event…", RUN_ON_EVENT) };
        CodeLens {
            range: opened.range(runnable.bytes),
            command: Some(Command {
                title: title.to_owned(),
                command: command.to_owned(),
                arguments: Some(vec![json!(uri.as_str()), json!(runnable.name)]),
            }),
            data: None,
        }
    };
    Ok(ide::runnables(&opened.tree()).into_iter().map(lens).collect())
}

pub(super) fn execute(server: &mut Server<'_>, params: &ExecuteCommandParams) -> Result<Value, Refused> {
    let argument = |index: usize| params.arguments.get(index).and_then(Value::as_str);
    let uri = argument(0).ok_or_else(|| Refused::invalid("the first argument is the address of a file"))?;
    let path = server.path(uri).ok_or_else(|| Refused::invalid(format!("`{uri}` is not open")))?;
    let unit = server.unit_of(&path);
    let (facts, texts) = server.facts(&unit);
    let ran = match params.command.as_str() {
        RUN_TEST => ide::run_tests(facts, &texts, &path, argument(1)),
        RUN_ON_EVENT => {
            let id = argument(1).ok_or_else(|| Refused::invalid("the second argument is the id of a workflow"))?;
            let event = argument(2).map(|event| path_of(event).unwrap_or_else(|| ide::event_path(&path, event)));
            ide::run_on_event(facts, &texts, &path, id, event.as_deref())
        }
        other => return Err(Refused::invalid(format!("there is no command `{other}`"))),
    };
    let ran = ran.map_err(Refused::failed)?;
    show(server, &path, &ran);
    let done: Vec<Value> = ran.tests.iter().map(|(title, passed)| json!({"title": title, "passed": passed})).collect();
    let failed = ran.tests.iter().filter(|(_, passed)| !passed).count();
    let words = match (&ran.note, ran.tests.len()) {
        (Some((_, note)), _) => note.clone(),
        (None, 1) if failed == 0 => "the test passed".to_owned(),
        (None, 1) => "the test failed".to_owned(),
        (None, all) => format!("{} of {all} tests passed", all - failed),
    };
    server.tell("window/showMessage", json!({"type": if failed > 0 { 2 } else { 3 }, "message": words}));
    Ok(json!({"tests": done, "message": words, "text": ran.masker.mask(&ran.text)}))
}

/// Shows what a run said, in place of what was said of the same file before.
fn show(server: &mut Server<'_>, path: &Path, ran: &Ran) {
    let mut places = Places::new(&ran.sources, path, server.encoding);
    let hide = |text: String| ran.masker.mask(&text).into_owned();
    let mut found: Vec<Found> = ran.findings.iter().map(|finding| one(finding, &mut places, path, &hide)).collect();
    found.extend(ran.note.iter().map(|(span, note)| {
        let (path, range) = places.of(*span);
        Found {
            path,
            range,
            severity: Severity::Note,
            code: None,
            message: hide(format!("{note}\n{}", ran.text.trim_end())),
            related: Vec::new(),
            fix: None,
        }
    }));
    // A finding may be in the file of an event.
    let mut paths: Vec<PathBuf> = found.iter().map(|found| found.path.clone()).collect();
    paths.push(path.to_owned());
    paths.sort();
    paths.dedup();
    for path in paths {
        let of_file: Vec<Found> = found.iter().filter(|found| found.path == path).cloned().collect();
        server.tested.insert(path.clone(), of_file);
        server.publish(&path);
    }
}

// --------------------------------------------------------------------------------------------- hints

pub(super) fn hints(server: &mut Server<'_>, params: &InlayHintParams) -> Result<Vec<InlayHint>, Refused> {
    let uri = &params.text_document.uri;
    let opened = opened(server, uri)?;
    if !server.settings.inlay_hints || !is_workflows(&opened.path) {
        return Ok(Vec::new());
    }
    let path = opened.path.clone();
    let part = opened.offset(params.range.start)..opened.offset(params.range.end);
    let text = opened.source().text.clone();
    let unit = server.unit_of(&path);
    let (facts, texts) = server.facts(&unit);
    let hints = analyse(facts, &texts, std::slice::from_ref(&path), |analysis, _| {
        if analysis.is_empty() { Vec::new() } else { ide::hints(analysis, 0, &text, part) }
    });
    let opened = super::opened::opened(server, uri)?;
    let hint = |hint: ide::Hint| {
        let separator = if hint.after_others { ", " } else { "" };
        InlayHint {
            position: opened.range(hint.offset..hint.offset).start,
            label: InlayHintLabel::String(format!("{separator}{}", hint.label)),
            kind: Some(InlayHintKind::PARAMETER),
            text_edits: None,
            tooltip: None,
            padding_left: Some(false),
            padding_right: Some(false),
            data: None,
        }
    };
    Ok(hints.into_iter().map(hint).collect())
}
