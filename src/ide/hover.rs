//! What is at a place, in words.

use std::fmt::Write as _;

use crate::base::source::Span;
use crate::catalogue::{Parameter, Signature, module_ids, written_default};
use crate::diagnostics::{Code, Explanation};
use crate::hashpath;
use crate::model::ModuleType;
use crate::php::Value as Data;
use crate::schema::{Schema, Shape, TriggerData, Typer};
use crate::syntax::tree::{Blueprint, BlueprintParameter, Item, Value, ValueKind};
use crate::typing::{FollowedPath, Items, Start};

use super::analysis::{Analysis, in_words};
use super::cursor::{CallAt, Cursor};
use super::walk::{Around, CallKind, Found, Role, walk};

/// What is said of a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hover {
    /// What it is said of.
    pub span: Span,
    /// Markdown.
    pub text: String,
}

/// So many options, keys and values are listed.
const MOST: usize = 30;
/// So many tags of a taxonomy.
const MOST_TAGS: usize = 12;

/// What is at a byte of a file.
pub fn hover(analysis: &Analysis<'_, '_>, file: usize, offset: usize) -> Option<Hover> {
    let at = offset as u32;
    let mut best: Option<Hover> = None;
    walk(analysis.tree(file), &mut |found, around| {
        let span = match found {
            Found::Name(_, name) => name.span,
            Found::Value(value) => value.span,
            Found::Piece(..) => return,
        };
        if at < span.start || span.end < at {
            return;
        }
        let text = match found {
            Found::Name(role, name) => of_name(analysis, file, role, name.text, around),
            Found::Value(value) => return replace_if_inner(&mut best, of_value(analysis, file, value, around, offset)),
            Found::Piece(..) => None,
        };
        replace_if_inner(&mut best, text.map(|text| Hover { span, text }));
    });
    best.or_else(|| of_comment(analysis, file, offset))
}

/// The smaller place is meant.
fn replace_if_inner(best: &mut Option<Hover>, new: Option<Hover>) {
    if let Some(new) = new
        && best.as_ref().is_none_or(|best| best.span.contains(new.span))
    {
        *best = Some(new);
    }
}

fn of_name(
    analysis: &Analysis<'_, '_>,
    file: usize,
    role: Role,
    name: &str,
    around: &Around<'_, '_>,
) -> Option<String> {
    match role {
        Role::Called | Role::Trigger | Role::Module => analysis.signature(file, name).map(module_in_full),
        Role::Target if !name.starts_with('@') => analysis.signature(file, name).map(module_in_full),
        Role::Used | Role::Blueprint => {
            let (_, blueprint) = analysis.blueprint(file, name)?;
            Some(format!("```mwf\nblueprint {}{}\n```\n{}", name, blueprint_head(blueprint), description(blueprint)))
        }
        Role::Argument => {
            let (kind, call) = around.call?;
            if kind == CallKind::Use {
                let (_, blueprint) = analysis.blueprint(file, call.name.text)?;
                let parameter = blueprint.parameters.iter().find(|parameter| parameter.name.text == name)?;
                return Some(format!(
                    "```mwf\n{}\n```\nA parameter of the blueprint `{}`",
                    written(parameter),
                    call.name.text
                ));
            }
            let module = analysis.signature(file, call.name.text)?;
            let parameter = module.parameter(name)?;
            Some(format!("**{name}** of `{}`: {}\n\n{}", module.id, parameter.takes(), parameter_in_words(parameter)))
        }
        Role::Constant => constant(analysis, file, name),
        Role::Tested => {
            let workflows = analysis.in_reach(file).into_iter().flat_map(|file| &analysis.tree(file).items);
            workflows.into_iter().find_map(|item| match item {
                Item::Workflow(workflow) if workflow.id.text == name => {
                    Some(format!("```mwf\nworkflow {name} on {}\n```", workflow.trigger.name.text))
                }
                _ => None,
            })
        }
        _ => None,
    }
}

fn of_value(
    analysis: &Analysis<'_, '_>,
    file: usize,
    value: &Value<'_>,
    around: &Around<'_, '_>,
    offset: usize,
) -> Option<Hover> {
    let span = value.span;
    let here = |text: String| Some(Hover { span, text });
    match &value.kind {
        ValueKind::Name(name) => {
            if let Some(Item::Blueprint(blueprint)) = around.item
                && let Some(parameter) = blueprint.parameters.iter().find(|parameter| parameter.name.text == *name)
            {
                return here(format!("```mwf\n{}\n```\nA parameter of this blueprint", written(parameter)));
            }
            if let Some(text) = constant(analysis, file, name) {
                return here(text);
            }
            if let Some(text) = option(analysis, file, name, around) {
                return here(text);
            }
            if let Some(text) = compared_value(analysis, file, name, around) {
                return here(text);
            }
            if around.is_path || is_path_parameter(analysis, file, around) {
                return path(analysis, file, name, span, around, offset);
            }
            None
        }
        ValueKind::Path(text) => path(analysis, file, text, span, around, offset),
        ValueKind::Text(text) => {
            let content = text.content.as_ref();
            let is_path = is_path_parameter(analysis, file, around) && !text.block;
            if let Some(text) = option(analysis, file, content, around) {
                return here(text);
            }
            if let Some(text) = tag(analysis, content) {
                return here(text);
            }
            if let Some(text) = compared_value(analysis, file, content, around) {
                return here(text);
            }
            if is_path {
                let inner = span.part(1, ((span.end - span.start) as usize).saturating_sub(1));
                return path(analysis, file, content, inner, around, offset);
            }
            None
        }
        ValueKind::Env { name, default } => here(format!(
            "The variable `{}` of the environment{}. `build` writes `${{{}}}`; `build --with-secrets` writes its value",
            name.content,
            default
                .as_ref()
                .map_or_else(String::new, |default| format!(", or `{}` where it is not set", default.content)),
            name.content,
        )),
        ValueKind::Secret(name) => here(format!(
            "The secret `{0}` of the environment. `build` writes `${{{0}}}`; no message shows its value",
            name.content
        )),
        _ => None,
    }
}

// -------------------------------------------------------------------------------------------- modules

/// A module in a few words.
pub(super) fn module_in_short(module: &Signature) -> String {
    let mut text = module.description.clone();
    for trap in &module.traps {
        let _ = write!(text, "\n\n- {trap}");
    }
    text
}

/// A module, as `modules ID` shows it.
pub fn module_in_full(module: &Signature) -> String {
    let mut text = format!("**{}**\n\n{}\n", module.id, module.description);
    for (name, value) in module.facts() {
        let _ = write!(text, "\n- {name}: {value}");
    }
    if !module.traps.is_empty() {
        text.push_str("\n\n**Traps**\n");
        for trap in &module.traps {
            let _ = write!(text, "\n- {trap}");
        }
    }
    if module.module_type == ModuleType::Trigger
        && let Some(data) = TriggerData::of(&module.id)
    {
        for note in data.notes() {
            let _ = write!(text, "\n- {note}");
        }
    }
    if !module.parameters.is_empty() {
        text.push_str("\n\n**Parameters**\n");
        for parameter in &module.parameters {
            let _ = write!(text, "\n- `{}`: {}", parameter.id, parameter.takes());
            if let Some(problem) = &parameter.required {
                let _ = write!(text, "; while it is empty, {problem}");
            } else if let Some(default) = &parameter.default {
                let _ = write!(text, "; default: {}", written_default(default));
            }
        }
    }
    let example = module.example_in_words().map_or_else(|| module.example_call(), str::to_owned);
    let _ = write!(text, "\n\n```mwf\n{example}\n```");
    text
}

/// What there is to know of a parameter.
pub(super) fn parameter_in_words(parameter: &Parameter) -> String {
    let mut text =
        if parameter.description.is_empty() { parameter.label.clone() } else { parameter.description.clone() };
    if let Some(problem) = &parameter.required {
        let _ = write!(text, "\n\n- required: while it is empty, {problem}");
    }
    if let Some(default) = &parameter.default {
        let _ = write!(text, "\n\n- default: {}", written_default(default));
    }
    if !parameter.display_on.is_empty() {
        let _ = write!(text, "\n\n- only when {}", parameter.shown_only_when());
    }
    if !parameter.example.is_empty() {
        let _ = write!(text, "\n\n- example: `{}`", parameter.example);
    }
    if !parameter.options.is_empty() {
        let shown = parameter.options.iter().take(MOST).map(|(key, label)| {
            if label.is_empty() || label == key { format!("`{key}`") } else { format!("`{key}` ({})", label.trim()) }
        });
        let _ = write!(text, "\n\n- options: {}", shown.collect::<Vec<_>>().join(", "));
        if parameter.options.len() > MOST {
            let _ = write!(text, " and {} more", parameter.options.len() - MOST);
        }
    }
    text
}

/// An option of the parameter around a value.
fn option(analysis: &Analysis<'_, '_>, file: usize, value: &str, around: &Around<'_, '_>) -> Option<String> {
    let (_, call) = around.call.filter(|(kind, _)| *kind != CallKind::Use)?;
    let parameter = analysis.signature(file, call.name.text)?.parameter(around.argument?.name.text)?;
    let key = if parameter.has_option(value) { value } else { parameter.option_by_label(value)? };
    let label = parameter.options.get(key).map_or("", |label| label.trim());
    let label = if label.is_empty() || label == key { String::new() } else { format!(": {label}") };
    Some(format!("`{key}`{label}\n\nAn option of `{}` of `{}`", parameter.id, call.name.text))
}

fn is_path_parameter(analysis: &Analysis<'_, '_>, file: usize, around: &Around<'_, '_>) -> bool {
    let known = around.call.and_then(|(kind, call)| {
        let name = around.argument?.name.text;
        if kind == CallKind::Use {
            let (_, blueprint) = analysis.blueprint(file, call.name.text)?;
            let parameter = blueprint.parameters.iter().find(|parameter| parameter.name.text == name)?;
            return Some(parameter.kind.text == "path");
        }
        let parameter = analysis.signature(file, call.name.text)?.parameter(name)?;
        Some(parameter.kind == crate::catalogue::ParameterKind::HashPath)
    });
    known.unwrap_or(false)
}

// ----------------------------------------------------------------------------------------- blueprints

/// The parameters of a blueprint, as they are written.
pub(super) fn blueprint_head(blueprint: &Blueprint<'_>) -> String {
    let parameters: Vec<String> = blueprint.parameters.iter().map(written).collect();
    format!("({})", parameters.join(", "))
}

fn written(parameter: &BlueprintParameter<'_>) -> String {
    let default = if parameter.default.is_some() { " = …" } else { "" };
    format!("{}: {}{default}", parameter.name.text, parameter.kind.text)
}

fn description(blueprint: &Blueprint<'_>) -> String {
    let field = blueprint.fields.iter().find(|field| field.name.text == "description");
    match field.map(|field| &field.value.kind) {
        Some(ValueKind::Text(text)) => text.content.to_string(),
        _ => String::new(),
    }
}

fn constant(analysis: &Analysis<'_, '_>, file: usize, name: &str) -> Option<String> {
    let value = analysis.constant(file, name)?;
    Some(format!("```mwf\nlet {name} = {}\n```", in_words(value)))
}

// ----------------------------------------------------------------------------------------------- tags

/// What is known of a tag.
fn tag(analysis: &Analysis<'_, '_>, name: &str) -> Option<String> {
    let tags = analysis.context.tags;
    let on_server = tags.tags_of_server().is_some_and(|server| server.tags.contains(name))
        || tags.clusters_of_server().is_some_and(|server| server.clusters.contains(name));
    let taxonomy = tags.taxonomies().of(name);
    if taxonomy.is_none() && !on_server {
        return None;
    }
    let mut text = format!("**{name}**");
    if let Some(taxonomy) = taxonomy {
        let known = if taxonomy.has(name) { "A tag" } else { "Not a tag" };
        let _ = write!(text, "\n\n{known} of the taxonomy `{}`", taxonomy.namespace);
        if let Some(file) = &taxonomy.file {
            let _ = write!(text, ", as `{file}` has it");
        }
        if let Some(part) = taxonomy.exclusive_part(name) {
            let _ = write!(text, ". Only one tag of `{part}` can hold at a time");
        }
        let others: Vec<String> = taxonomy.tags.iter().take(MOST_TAGS).map(|tag| format!("`{tag}`")).collect();
        let more = taxonomy.tags.len().saturating_sub(MOST_TAGS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let _ = write!(text, "\n\nIts tags: {}{more}", others.join(", "));
    }
    if on_server {
        text.push_str("\n\nThe server has it");
    }
    Some(text)
}

// ---------------------------------------------------------------------------------------------- paths

/// What a path finds, up to the step at a place.
fn path(
    analysis: &Analysis<'_, '_>,
    file: usize,
    text: &str,
    span: Span,
    around: &Around<'_, '_>,
    offset: usize,
) -> Option<Hover> {
    let typer = analysis.typer(file, around.item);
    let whole = hashpath::Path::compile(text).ok()?;
    let at = offset.saturating_sub(span.start as usize);
    let end = whole.segments().iter().map(|segment| segment.span.end).find(|end| at <= *end).unwrap_or(text.len());
    let part = text.get(..end)?;
    let selector = items_of(analysis, file, around);
    let items = selector.as_deref().map(|selector| items_at(selector, &typer));
    let start = items.as_ref().map_or(Start::Root, Start::Items);
    let found = FollowedPath::new(part, start, &typer).ok()?;
    let schema = Schema::core();
    let mut words = format!("`{part}`");
    if let Some(selector) = &selector {
        let _ = write!(words, ", in each item of `{selector}`");
    }
    for shape in &found.followed.end {
        let _ = write!(words, "\n\n{}", capital(&schema.describe(*shape)));
        words.push_str(&inside(schema, *shape));
    }
    let trigger = match around.item {
        Some(Item::Workflow(workflow)) => Some(workflow.trigger.name.text),
        _ => None,
    };
    let full = selector.map_or_else(|| part.to_owned(), |selector| format!("{selector}.{part}"));
    if let Some(example) = example(trigger.unwrap_or(module_ids::EVENT_PUBLISH), &full) {
        let _ = write!(words, "\n\nFor example\n```json\n{example}\n```");
    }
    Some(Hover { span: Span::new(span.file, span.start as usize, span.start as usize + end), text: words })
}

/// The path in whose items the paths around a place start.
fn items_of(analysis: &Analysis<'_, '_>, file: usize, around: &Around<'_, '_>) -> Option<String> {
    if let Some(selector) = around.items_of {
        return path_text(analysis, file, selector);
    }
    let (_, call) = around.call?;
    let module = analysis.signature(file, call.name.text)?;
    let own = module.parameter(around.argument?.name.text)?;
    if !own.sub_selector {
        return None;
    }
    let is_selector =
        |name: &str| module.parameter(name).is_some_and(|other| other.kind == own.kind && !other.sub_selector);
    let selector = call.arguments.iter().find(|argument| is_selector(argument.name.text))?;
    path_text(analysis, file, &selector.value)
}

/// The path that a value is.
fn path_text(analysis: &Analysis<'_, '_>, file: usize, value: &Value<'_>) -> Option<String> {
    match &value.kind {
        ValueKind::Path(path) => Some((*path).to_owned()),
        ValueKind::Text(text) => Some(text.content.to_string()),
        ValueKind::Name(name) => Some(
            analysis
                .constant(file, name)
                .map_or_else(|| (*name).to_owned(), |constant| in_words(constant).trim_matches('"').to_owned()),
        ),
        _ => None,
    }
}

fn items_at(path: &str, typer: &Typer<'_>) -> Items {
    FollowedPath::new(path, Start::Root, typer).map_or_else(|_| Items::open(), |found| found.items())
}

/// What lies inside, in a line.
fn inside(schema: &Schema, shape: Shape) -> String {
    let listed = |names: Vec<String>, all: usize| {
        let more = all.saturating_sub(names.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", names.join(", "))
    };
    match shape {
        Shape::Object(id) => {
            let keys: Vec<_> = schema.object(id).keys.iter().filter(|(_, shape)| **shape != Shape::Open).collect();
            let names = keys.iter().take(MOST).map(|(key, _)| format!("`{key}`")).collect();
            format!(". Its keys: {}", listed(names, keys.len()))
        }
        Shape::OneOf(id) => {
            let values = &schema.enumeration(id).values;
            let names = values.iter().take(MOST).map(|(value, label)| {
                if label.is_empty() { format!("`{value}`") } else { format!("`{value}` ({label})") }
            });
            format!(": {}", listed(names.collect(), values.len()))
        }
        _ => String::new(),
    }
}

/// What a path finds in the example of a trigger.
fn example(trigger: &str, path: &str) -> Option<String> {
    const LONGEST: usize = 400;
    let data = TriggerData::of(trigger)?;
    let data = Data::from_json(data.example).ok()?;
    let path = hashpath::Path::compile(path).ok()?;
    let found = path.extract(&data).ok()?;
    if found.is_empty() {
        return None;
    }
    let text = serde_json::to_string(&found.to_value()).ok()?;
    (text.len() <= LONGEST).then_some(text)
}

/// A value that is compared with what a path finds.
fn compared_value(analysis: &Analysis<'_, '_>, file: usize, value: &str, around: &Around<'_, '_>) -> Option<String> {
    let path = path_text(analysis, file, around.compared?)?;
    let typer = analysis.typer(file, around.item);
    let selector = around.items_of.and_then(|selector| path_text(analysis, file, selector));
    let items = selector.as_deref().map(|selector| items_at(selector, &typer));
    let found = FollowedPath::new(&path, items.as_ref().map_or(Start::Root, Start::Items), &typer).ok()?;
    let schema = Schema::core();
    found.followed.selected.iter().find_map(|shape| match shape {
        Shape::OneOf(id) => {
            let enumeration = schema.enumeration(*id);
            let label = enumeration.values.get(value)?;
            let label = if label.is_empty() { String::new() } else { format!(": {label}") };
            Some(format!("`{value}`{label}\n\n{}", capital(&enumeration.what)))
        }
        _ => None,
    })
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

// ---------------------------------------------------------------------------------------------- codes

/// A code that a comment names.
fn of_comment(analysis: &Analysis<'_, '_>, file: usize, offset: usize) -> Option<Hover> {
    let at = offset as u32;
    let comment =
        analysis.tree(file).comments.iter().find(|comment| comment.span.start <= at && at <= comment.span.end)?;
    if !comment.text.trim_start_matches('#').trim_start().starts_with("mispflow:") {
        return None;
    }
    let place = offset - comment.span.start as usize;
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let start = comment.text.get(..place)?.rfind(|c| !is_part(c)).map_or(0, |at| at + 1);
    let end = comment.text[place..].find(|c| !is_part(c)).map_or(comment.text.len(), |length| place + length);
    let code = Code::from_name(&comment.text[start..end])?;
    Some(Hover { span: comment.span.part(start, end), text: code_in_full(code) })
}

/// A code, as `explain` tells it.
pub fn code_in_full(code: Code) -> String {
    let Explanation { what, why, fix, before, after } = code.explanation();
    let mut text = format!("**{code}** ({})\n\n{what}\n\n{why}", code.severity().as_str());
    if !fix.is_empty() {
        let _ = write!(text, "\n\n{fix}");
    }
    for (title, snippets) in [("Before", before), ("After", after)] {
        for snippet in snippets {
            let _ = write!(text, "\n\n{title}\n```{}\n{}\n```", snippet.kind, snippet.content.trim_end());
        }
    }
    text
}

// ------------------------------------------------------------------------------------------ signatures

/// What a call takes, while it is being typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignatureHelp {
    /// The call with all that it takes.
    pub label: String,
    /// What is called, in words.
    pub documentation: String,
    /// The parameters: where each is in the label, and words about it.
    pub parameters: Vec<(std::ops::Range<usize>, String)>,
    /// The parameter at the place.
    pub active: Option<usize>,
}

/// The innermost call around a place.
pub fn signature_help(analysis: &Analysis<'_, '_>, file: usize, text: &str, offset: usize) -> Option<SignatureHelp> {
    let cursor = Cursor::at(text, offset);
    let call = cursor.calls.last()?;
    let (parameters, documentation): (Vec<(String, String, String)>, String) = if call.kind == CallKind::Use {
        let (_, blueprint) = analysis.blueprint(file, &call.name)?;
        let parameter =
            |parameter: &BlueprintParameter<'_>| (parameter.name.text.to_owned(), written(parameter), String::new());
        (blueprint.parameters.iter().map(parameter).collect(), description(blueprint))
    } else {
        let module = analysis.signature(file, &call.name)?;
        let parameter = |parameter: &Parameter| {
            let label = format!("{}: {}", parameter.id, parameter.kind.as_str());
            (parameter.id.clone(), label, parameter_in_words(parameter))
        };
        (module.parameters.iter().map(parameter).collect(), module.description.clone())
    };
    let mut label = format!("{}(", call.name);
    let mut places = Vec::new();
    for (index, (_, written, about)) in parameters.iter().enumerate() {
        label.push_str(if index == 0 { "" } else { ", " });
        places.push((label.len()..label.len() + written.len(), about.clone()));
        label.push_str(written);
    }
    label.push(')');
    let active = active(call, &cursor, text, &parameters);
    Some(SignatureHelp { label, documentation, parameters: places, active })
}

/// The parameter that is named, or whose name is being typed.
fn active(call: &CallAt, cursor: &Cursor, text: &str, parameters: &[(String, String, String)]) -> Option<usize> {
    let typed = &text[cursor.typed.clone()];
    let name = call.parameter.as_deref().or_else(|| Some(typed).filter(|typed| !typed.is_empty()))?;
    parameters.iter().position(|(id, ..)| id == name)
}
