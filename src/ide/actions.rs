//! Changes of a text that somebody may want at a place.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::base::source::Sources;
use crate::catalogue::quoted_unless_name;
use crate::diagnostics::Code;
use crate::fix::fix_once;
use crate::format::{format_source, quote};
use crate::schema::TriggerData;
use crate::syntax::tree::{Block, File, Item, Name, Step, ValueKind};

use super::analysis::Analysis;
use super::outline::blocks;
use super::walk::{Found, Piece, Role, span_of, walk, walk_item};
use super::{Facts, Texts};

/// A change that is offered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Action {
    /// What it does.
    pub title: String,
    /// The replacements, which do not overlap.
    pub edits: Vec<(Range<usize>, String)>,
}

/// So many rounds of fixes are made.
const MOST_ROUNDS: usize = 50;

/// A text with all safe fixes made, as `check --fix` makes them; `None` if there is nothing to fix.
pub fn fix_all(facts: &Facts, texts: &Texts, path: &Path) -> Option<String> {
    let mut now = (**texts).clone();
    let mut seen: FxHashSet<String> = FxHashSet::default();
    let mut last = None;
    for _ in 0..MOST_ROUNDS {
        let checked = facts.check(&[PathBuf::from(path)], &Arc::new(now.clone()));
        let Some(file) = checked.root(path) else { break };
        let Some(fixed) = fix_once(&checked.sources, file, &checked.diagnostics, false) else { break };
        if !seen.insert(fixed.text.clone()) {
            break;
        }
        now.insert(path.to_owned(), fixed.text.clone());
        last = Some(fixed.text);
    }
    last
}

/// A comment that allows a finding at a byte.
pub fn allow(file: &File<'_>, text: &str, code: Code, offset: usize) -> Option<Action> {
    let mut around: Vec<Range<usize>> = Vec::new();
    walk(file, &mut |found, _| {
        if let Found::Piece(Piece::Item | Piece::Step, span) = found
            && span.range().contains(&offset)
        {
            around.push(span.range());
        }
    });
    // The innermost that begins its line.
    around.sort_by_key(ExactSizeIterator::len);
    let place = around.into_iter().find_map(|piece| {
        let line = text[..piece.start].rfind('\n').map_or(0, |at| at + 1);
        let indent = &text[line..piece.start];
        indent.trim().is_empty().then_some((line, indent.to_owned()))
    });
    let (line, indent) = place?;
    let comment = format!("{indent}# mispflow: allow({code}) say here why it is right\n");
    Some(Action { title: format!("Allow `{code}` here with a comment"), edits: vec![(line..line, comment)] })
}

/// What can be done with a place or a selection of a file.
pub fn refactorings(analysis: &Analysis<'_, '_>, file: usize, text: &str, selected: Range<usize>) -> Vec<Action> {
    let tree = analysis.tree(file);
    let actions = [
        extract_blueprint(analysis, file, text, selected.clone()),
        constant_of_list(analysis, file, text, selected.start),
        test_of_workflow(analysis, file, tree, text, selected.start),
    ];
    actions.into_iter().flatten().collect()
}

/// The item at a byte.
fn item_at<'t, 's>(file: &'t File<'s>, offset: usize) -> Option<&'t Item<'s>> {
    file.items.iter().find(|item| span_of(item).range().contains(&offset))
}

/// A name that nothing has yet.
fn new_name(base: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut name = base.to_owned();
    let mut number = 1;
    while is_taken(&name) {
        number += 1;
        name = format!("{base}-{number}");
    }
    name
}

/// Makes a blueprint of the selected steps.
fn extract_blueprint(analysis: &Analysis<'_, '_>, file: usize, text: &str, selected: Range<usize>) -> Option<Action> {
    let item = item_at(analysis.tree(file), selected.start)?;
    let body = match item {
        Item::Workflow(workflow) => &workflow.body,
        Item::Blueprint(blueprint) => &blueprint.body,
        _ => return None,
    };
    let selected = trimmed(text, selected);
    let steps = selected_steps(body, &selected)?;
    let (first, last) = (steps.first()?, steps.last()?);
    let place = first.span.start as usize..last.span.end as usize;
    // A jump over the edge of the blueprint would lead nowhere.
    let inside = |span: crate::base::source::Span| place.contains(&(span.start as usize));
    let mut labels: Vec<(Name<'_>, bool)> = Vec::new();
    walk_item(item, &mut |found, _| match found {
        Found::Name(Role::Label, name) => labels.push((name, true)),
        Found::Name(Role::LabelUse, name) => labels.push((name, false)),
        _ => {}
    });
    let crosses = labels.iter().any(|(name, is_definition)| {
        *is_definition
            && labels
                .iter()
                .any(|(other, defines)| !defines && other.text == name.text && inside(other.span) != inside(name.span))
    });
    if crosses {
        return None;
    }
    // Parameters of the blueprint around it are handed on.
    let mut parameters: Vec<(&str, &str)> = Vec::new();
    if let Item::Blueprint(outer) = item {
        walk_item(item, &mut |found, _| {
            if let Found::Value(value) = found
                && let ValueKind::Name(name) = value.kind
                && inside(value.span)
                && let Some(known) = outer.parameters.iter().find(|parameter| parameter.name.text == name)
                && !parameters.iter().any(|(other, _)| *other == name)
            {
                parameters.push((known.name.text, known.kind.text));
            }
        });
    }
    let known = &analysis.context.scopes[file].blueprints;
    let name = new_name("extracted", |name| known.contains_key(name));
    let head: Vec<String> = parameters.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
    let arguments: Vec<String> = parameters.iter().map(|(name, _)| format!("{name}: {name}")).collect();
    let body = indented(&text[place.clone()], indent_of(text, place.start));
    let before = span_of(item).start as usize;
    let blueprint = format!("blueprint {name}({}) {{\n{body}\n}}\n\n", head.join(", "));
    Some(Action {
        title: "Extract a blueprint".to_owned(),
        edits: vec![
            (line_start_above_comments(text, before)..line_start_above_comments(text, before), blueprint),
            (place, format!("use {name}({})", arguments.join(", "))),
        ],
    })
}

fn trimmed(text: &str, selected: Range<usize>) -> Range<usize> {
    let inner = &text[selected.clone()];
    let start = selected.start + (inner.len() - inner.trim_start().len());
    let end = start + inner.trim().len();
    start..end
}

/// The steps of a block that a selection covers, if it begins and ends with steps.
fn selected_steps<'t, 's>(block: &'t Block<'s>, selected: &Range<usize>) -> Option<Vec<&'t Step<'s>>> {
    if selected.is_empty() {
        return None;
    }
    let covered =
        |step: &&Step<'_>| selected.start <= step.span.start as usize && step.span.end as usize <= selected.end;
    let steps: Vec<&Step<'_>> = block.steps.iter().filter(covered).collect();
    let overlaps =
        |step: &&Step<'_>| (step.span.start as usize) < selected.end && selected.start < step.span.end as usize;
    let touched = block.steps.iter().filter(overlaps).count();
    if !steps.is_empty() && touched == steps.len() {
        return Some(steps);
    }
    let around = block
        .steps
        .iter()
        .find(|step| step.span.start as usize <= selected.start && selected.end <= step.span.end as usize)?;
    blocks(around).into_iter().find_map(|block| selected_steps(block, selected))
}

fn indent_of(text: &str, at: usize) -> usize {
    let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
    text[line..at].chars().take_while(|c| c.is_whitespace()).count()
}

/// Lines that were indented so far, indented by one level. What is in a block string moves too, which means the same.
fn indented(text: &str, before: usize) -> String {
    let mut lines = String::new();
    for (index, line) in text.lines().enumerate() {
        let rest = if index == 0 {
            line
        } else {
            let spaces = line.len() - line.trim_start().len();
            &line[spaces.min(before)..]
        };
        if index > 0 {
            lines.push('\n');
        }
        if !rest.trim().is_empty() {
            let _ = write!(lines, "    {rest}");
        }
    }
    lines
}

/// The beginning of the line of an item, or of the comments above it.
fn line_start_above_comments(text: &str, item: usize) -> usize {
    let mut start = text[..item].rfind('\n').map_or(0, |at| at + 1);
    while start > 0 {
        let above = text[..start - 1].rfind('\n').map_or(0, |at| at + 1);
        if !text[above..start].trim_start().starts_with('#') {
            break;
        }
        start = above;
    }
    start
}

/// Makes a constant of the list at a byte.
fn constant_of_list(analysis: &Analysis<'_, '_>, file: usize, text: &str, offset: usize) -> Option<Action> {
    let tree = analysis.tree(file);
    let item = item_at(tree, offset)?;
    let parameters: Vec<&str> = match item {
        Item::Workflow(_) | Item::Test(_) => Vec::new(),
        Item::Blueprint(blueprint) => blueprint.parameters.iter().map(|parameter| parameter.name.text).collect(),
        _ => return None,
    };
    let mut found: Option<(Range<usize>, String)> = None;
    let mut names_parameter = false;
    walk_item(item, &mut |part, around| {
        let Found::Value(value) = part else { return };
        if matches!(value.kind, ValueKind::List(_)) && value.span.range().contains(&offset) {
            // A default of a parameter cannot use constants, and a list inside a list is a part of it.
            let is_use = around.call.is_some() || around.is_tag || around.compared.is_some();
            if is_use && found.is_none() {
                let base = around.argument.map_or("values", |argument| argument.name.text);
                let base = if around.is_tag {
                    "tags"
                } else if base.is_empty() {
                    "values"
                } else {
                    base
                };
                found = Some((value.span.range(), base.to_owned()));
            }
        }
        if let ValueKind::Name(name) = value.kind
            && let Some((place, _)) = &found
            && place.contains(&(value.span.start as usize))
        {
            names_parameter |= parameters.contains(&name);
        }
    });
    let (place, base) = found.filter(|_| !names_parameter)?;
    let known = &analysis.context.scopes[file].constants;
    let name = new_name(&format!("{base}-list"), |name| known.contains_key(name) || parameters.contains(&name));
    let before = line_start_above_comments(text, span_of(item).start as usize);
    let list = &text[place.clone()];
    let value = indented(list, indent_of(text, place.start));
    let value = if list.contains('\n') { outdented(&value) } else { list.to_owned() };
    Some(Action {
        title: "Make a constant of this list".to_owned(),
        edits: vec![(before..before, format!("let {name} = {value}\n\n")), (place, name)],
    })
}

fn outdented(text: &str) -> String {
    text.lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// Writes a test for the workflow at a byte.
fn test_of_workflow(
    analysis: &Analysis<'_, '_>,
    file: usize,
    tree: &File<'_>,
    text: &str,
    offset: usize,
) -> Option<Action> {
    let Some(Item::Workflow(workflow)) = item_at(tree, offset) else { return None };
    // Elsewhere in the workflow other changes are more likely to be wanted.
    if offset > workflow.body.span.start as usize {
        return None;
    }
    let id = workflow.id.text;
    let gives_event =
        analysis.signature(file, workflow.trigger.name.text).is_none_or(|trigger| trigger.gives_core_format);
    let event = if gives_event {
        "{ Event: { info: \"An event\" } }".to_owned()
    } else {
        let data = TriggerData::of(workflow.trigger.name.text)?;
        as_value(&serde_json::from_str(data.example).ok()?)
    };
    let made = format!("test \"it runs\" of {id} {{\n given {event}\n expect success\n}}\n");
    let sources = Sources::new();
    let made = sources.add("test", None, made);
    let made = format_source(&sources, made).ok()?;
    let end = workflow.span.end as usize;
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    let gap = if text[..line_end].ends_with('\n') { "\n" } else { "\n\n" };
    Some(Action {
        title: format!("Write a test for `{id}`"),
        edits: vec![(line_end..line_end, format!("{gap}{made}"))],
    })
}

/// JSON as a value of the language.
fn as_value(json: &serde_json::Value) -> String {
    match json {
        serde_json::Value::String(text) => quote(text),
        serde_json::Value::Array(values) => {
            format!("[{}]", values.iter().map(as_value).collect::<Vec<_>>().join(", "))
        }
        serde_json::Value::Object(entries) => {
            let entries =
                entries.iter().map(|(name, value)| format!("{}: {}", quoted_unless_name(name), as_value(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// A default that a call leaves out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hint {
    /// Where it would be written.
    pub offset: usize,
    /// What would be written.
    pub label: String,
    /// Whether other arguments come before it.
    pub after_others: bool,
}

/// The defaults that the calls in a part of a file leave out, as far as MISP's editor shows them.
pub fn hints(analysis: &Analysis<'_, '_>, file: usize, text: &str, part: Range<usize>) -> Vec<Hint> {
    let mut hints = Vec::new();
    walk(analysis.tree(file), &mut |found, around| {
        let Found::Piece(Piece::Call, span) = found else { return };
        let end = span.end as usize;
        if end < part.start || part.end < end || !text[..end].ends_with(')') {
            return;
        }
        let Some((_, call)) = around.call else { return };
        let Some(module) = analysis.signature(file, call.name.text) else { return };
        let is_given = |name: &str| call.arguments.iter().any(|argument| argument.name.text == name);
        if call.arguments.iter().any(crate::syntax::tree::Argument::is_positional) {
            return;
        }
        let left_out =
            module.parameters.iter().filter(|parameter| !is_given(&parameter.id) && module.is_shown(parameter));
        let labels: Vec<String> = left_out
            .filter_map(|parameter| {
                let default = parameter.default.as_ref()?;
                let value = as_value(default);
                let is_empty = matches!(value.as_str(), "\"\"" | "[]" | "null");
                let is_option = parameter.has_option(value.trim_matches('"'));
                let value = if is_option { value.trim_matches('"').to_owned() } else { value };
                (!is_empty).then(|| format!("{}: {value}", parameter.id))
            })
            .collect();
        if !labels.is_empty() {
            hints.push(Hint { offset: end - 1, label: labels.join(", "), after_others: !call.arguments.is_empty() });
        }
    });
    hints
}

/// Something that can be run from where it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Runnable {
    /// Its name in the text, or the title of a test.
    pub bytes: Range<usize>,
    /// The title of a test, or the id of a workflow.
    pub name: String,
    /// Whether it is a test.
    pub is_test: bool,
}

/// The tests and workflows of a file.
pub fn runnables(file: &File<'_>) -> Vec<Runnable> {
    let runnable = |item: &Item<'_>| match item {
        Item::Test(test) => {
            Some(Runnable { bytes: test.title.span.range(), name: test.title.content.to_string(), is_test: true })
        }
        Item::Workflow(workflow) => {
            Some(Runnable { bytes: workflow.id.span.range(), name: workflow.id.text.to_owned(), is_test: false })
        }
        _ => None,
    };
    file.items.iter().filter_map(runnable).collect()
}
