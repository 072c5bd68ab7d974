//! Following a hash path through shapes.

use std::ops::Range;

use crate::base::suggest::closest;
use crate::diagnostics::{Audience, Code};
use crate::hashpath::{Path, Segment, Token};
use crate::php::{Key, KeyRef};

use super::finding::PathFinding;
use super::root::Root;
use super::shape::{ListId, ObjectId, Schema, Shape};

/// What MISP does with a path that cannot find anything.
pub(super) const SILENT: &str = "MISP does not complain about such a path: it finds nothing and continues";

/// Why everything is inside `Event`.
const UNDER_EVENT: &str = "every workflow with the MISP core format gets `{\"Event\": {…}}`, also one for an attribute or an \
                           object; MISP finds nothing under this path and continues";

/// How many keys a message lists.
const SHOWN_KEYS: usize = 12;

/// Follows hash paths through the data that a workflow works on.
#[derive(Clone, Copy, Debug)]
pub struct Typer<'s> {
    pub(super) schema: &'s Schema,
    root: Root,
    pub(super) audience: Audience,
}

/// What came of following a path.
#[derive(Clone, Debug)]
pub struct Followed {
    /// What is wrong. After the first step that cannot be everything counts as right.
    pub findings: Vec<PathFinding>,
    /// What lies at the end of the path, as `get` finds it.
    pub end: Vec<Shape>,
    /// What `extract` selects.
    pub selected: Vec<Shape>,
}

/// Why a step finds nothing in a value.
#[derive(Clone, Copy)]
enum Miss {
    /// Nothing lies inside a single value.
    Scalar(Shape),
    /// A list has no such key.
    List(ListId),
    /// An object has no numbered entries.
    Entries(ObjectId),
    /// An object has no such key.
    Key(ObjectId),
}

/// Where a path starts.
#[derive(Clone, Copy)]
enum From<'p> {
    Root,
    /// In the items that another path selects.
    Items(&'p str),
}

impl Typer<'static> {
    /// For the data of a trigger.
    pub fn new(root: Root) -> Self {
        Self { schema: Schema::core(), root, audience: Audience::Text }
    }

    /// The same, with advice for this audience.
    #[must_use]
    pub fn advising(self, audience: Audience) -> Self {
        Self { audience, ..self }
    }

    /// The same, but any object may have more keys than those that are known.
    #[must_use]
    pub fn opened(self) -> Self {
        Self { root: Root { open: true, ..self.root }, ..self }
    }
}

impl Typer<'_> {
    /// Follows a path from the root of the data.
    pub fn from_root(&self, path: &Path) -> Followed {
        self.follow(path, &[self.root.shape], From::Root)
    }

    /// Follows a path inside the `items` that the path `selector` selects.
    pub fn from_items(&self, path: &Path, items: &[Shape], selector: &str) -> Followed {
        self.follow(path, items, From::Items(selector))
    }

    fn follow(&self, path: &Path, from: &[Shape], start: From<'_>) -> Followed {
        let mut findings = Vec::new();
        let mut here = from.to_vec();
        for (number, segment) in path.segments().iter().enumerate() {
            let mut found = Vec::with_capacity(1);
            let mut miss = None;
            for &shape in &here {
                if let Err(reason) = self.step(segment, shape, path.is_plain(), &mut found) {
                    miss = miss.or(Some(reason));
                }
            }
            if found.is_empty() {
                if let Some(miss) = miss {
                    let start = if number == 0 { Some(start) } else { None };
                    findings.push(self.explain(path, segment, miss, start));
                }
                here = vec![Shape::Open];
                break;
            }
            here = found;
            if segment.only_arrays && !self.check_tests(path, segment, &mut here, &mut findings) {
                here = vec![Shape::Open];
                break;
            }
        }
        let selected = if path.segments().is_empty() || path.is_plain() { self.cast(&here) } else { here.clone() };
        Followed { findings, end: here, selected }
    }

    /// What a step of a path finds in a value.
    fn step(&self, segment: &Segment, shape: Shape, plain: bool, found: &mut Vec<Shape>) -> Result<(), Miss> {
        let mut add = |shape| {
            if !found.contains(&shape) {
                found.push(shape);
            }
        };
        let token = &segment.token;
        let number = matches!(token, Token::Numeric | Token::Any | Token::Number { .. } | Token::Key(Key::Int(_)));
        match shape {
            Shape::Open => add(Shape::Open),
            Shape::List(id) if number => add(self.schema.entry(id)),
            Shape::List(id) => return Err(Miss::List(id)),
            Shape::Object(id) => {
                let object = self.schema.object(id);
                match token {
                    Token::Key(key) => add(self.key(id, key.as_ref()).ok_or(Miss::Key(id))?),
                    Token::Named | Token::Any => {
                        object.keys.values().for_each(|shape| add(*shape));
                        add(Shape::Open);
                    }
                    Token::Numeric | Token::Number { .. } if object.open => add(Shape::Open),
                    Token::Numeric => return Err(Miss::Entries(id)),
                    Token::Number { .. } => return Err(Miss::Key(id)),
                }
            }
            // Paths with wildcards or tests see a list of one in a single value.
            scalar if number && !plain => add(scalar),
            scalar => return Err(Miss::Scalar(scalar)),
        }
        Ok(())
    }

    /// What lies under a key of an object; `None` if it certainly has no such key.
    pub(super) fn key(&self, id: ObjectId, key: KeyRef<'_>) -> Option<Shape> {
        let object = self.schema.object(id);
        let KeyRef::String(key) = key else { return (object.open || self.root.open).then_some(Shape::Open) };
        if let Some(shape) = object.keys.get(key) {
            return Some(*shape);
        }
        // Keys of MISP's own with an underscore come and go, but a typo is a typo.
        let private =
            key.starts_with('_') && !object.closed && closest(key, object.keys.keys().map(String::as_str)).is_none();
        (object.open || self.root.open || private).then_some(Shape::Open)
    }

    /// A value as a list: a list is its entries, an object its values, anything else itself.
    fn cast(&self, shapes: &[Shape]) -> Vec<Shape> {
        let mut selected = Vec::with_capacity(1);
        let mut add = |shape| {
            if !selected.contains(&shape) {
                selected.push(shape);
            }
        };
        for &shape in shapes {
            match shape {
                Shape::List(id) => add(self.schema.entry(id)),
                Shape::Object(id) => {
                    self.schema.object(id).keys.values().for_each(|shape| add(*shape));
                    add(Shape::Open);
                }
                single => add(single),
            }
        }
        selected
    }

    fn explain(&self, path: &Path, segment: &Segment, miss: Miss, start: Option<From<'_>>) -> PathFinding {
        let text = path.as_str();
        let at = segment.key_span.clone();
        let key = &text[at.clone()];
        match miss {
            Miss::Scalar(shape) => {
                let what = self.schema.describe(shape);
                let before = text[..at.start].trim_end_matches('.');
                let message = match before {
                    "" => format!("this is {what}, and there is nothing inside it"),
                    before => format!("`{before}` is {what}, and there is nothing inside it"),
                };
                let finding = PathFinding::in_path(Code::NotAnObject, at.clone(), message, SILENT);
                match before {
                    "" => finding,
                    before => finding.help(format!("end the path there: `{before}`")).fix(before.len()..text.len(), ""),
                }
            }
            Miss::List(id) => self.key_on_list(text, at, id),
            Miss::Entries(id) => {
                let object = self.schema.object(id);
                let message = format!("{} is an object, and `{key}` finds no entry in it", object.one);
                let finding = PathFinding::in_path(Code::NotAList, at.clone(), message, SILENT);
                // The wildcard goes with the dot that follows or, at the end, leads to it.
                let gone = if segment.only_arrays {
                    return finding.help("only the entries of a list have numbers; name a key instead");
                } else if at.end < text.len() {
                    at.start..at.end + 1
                } else {
                    at.start.saturating_sub(1)..at.end
                };
                let without = format!("{}{}", &text[..gone.start], &text[gone.end..]);
                finding.help(format!("leave it out: `{without}`")).fix(gone, "")
            }
            Miss::Key(id) => self.unknown_key(text, at, id, start),
        }
    }

    /// A key, or `{s}`, where a list lies.
    pub(super) fn key_on_list(&self, text: &str, at: Range<usize>, id: ListId) -> PathFinding {
        let key = &text[at.clone()];
        let entries = match self.schema.entry(id) {
            Shape::Object(object) => format!("a list of {}", self.schema.object(object).many),
            _ => "a list".to_owned(),
        };
        let before = text[..at.start].trim_end_matches('.');
        let message = match before {
            "" => format!("this is {entries}, which has no key `{key}`"),
            before => format!("`{before}` is {entries}, which has no key `{key}`"),
        };
        let finding = PathFinding::in_path(Code::NotAnObject, at.clone(), message, SILENT);
        if key == "{s}" {
            return finding.help("the entries of a list have numbers: write `{n}`").fix(at, "{n}");
        }
        let whole = format!("{}{{n}}.{}", &text[..at.start], &text[at.start..]);
        finding.help(format!("`{{n}}` goes to each entry: `{whole}`")).fix(at.start..at.start, "{n}.")
    }

    fn unknown_key(&self, text: &str, at: Range<usize>, id: ObjectId, start: Option<From<'_>>) -> PathFinding {
        let key = &text[at.clone()];
        let object = self.schema.object(id);
        let finding = |code, message| PathFinding::in_path(code, at.clone(), message, SILENT);
        let unknown = || finding(Code::UnknownKey, format!("{} has no key `{key}`", object.one));
        if key == "_module" {
            return unknown()
                .help("only `enrichment-before-query` gives `_module`, the name of the module that is asked");
        }
        let own = closest(key, object.keys.keys().map(String::as_str));
        match start {
            Some(From::Root) => {
                if let Some(Shape::Object(event)) = object.keys.get("Event") {
                    // Keys of which nothing is certain are no better known there.
                    let keys = || {
                        let keys = self.schema.object(*event).keys.iter();
                        keys.filter(|(_, shape)| **shape != Shape::Open).map(|(key, _)| key.as_str())
                    };
                    let meant = keys().find(|known| *known == key);
                    let meant = meant.or_else(|| if own.is_none() { closest(key, keys()) } else { None });
                    if let Some(meant) = meant {
                        let message = format!("`{key}` is not at the root of the data: everything is under `Event`");
                        let rest = &text[at.end..];
                        return PathFinding::in_path(Code::PathWithoutEvent, at.clone(), message, UNDER_EVENT)
                            .help(format!("write `Event.{meant}{rest}`"))
                            .fix(at.clone(), format!("Event.{meant}"));
                    }
                    if own.is_none()
                        && let Some((inside, many)) = self.deeper(*event, key)
                    {
                        // Attributes of objects have it too.
                        let inside = match inside.strip_prefix("Attribute.") {
                            Some(rest) => format!("_AttributeFlattened.{rest}"),
                            None => inside,
                        };
                        return unknown().help(format!("{many} have it: `Event.{inside}{}`", &text[at.end..]));
                    }
                }
            }
            Some(From::Items(selector)) if key == "Event" => {
                let finding = finding(
                    Code::UnknownKey,
                    format!(
                        "this path starts at the selected item, not at the root: {} has no key `Event`",
                        object.one
                    ),
                );
                return match text.strip_prefix(selector).and_then(|rest| rest.strip_prefix('.')) {
                    Some(rest) if !rest.is_empty() => finding
                        .help(format!("leave out the part that the selector already names: `{rest}`"))
                        .fix(0..text.len() - rest.len(), ""),
                    _ => finding.help("write what comes after the selector, for example `type` or `Tag.{n}.name`"),
                };
            }
            _ => {}
        }
        if let Some(own) = own {
            return unknown().help(format!("did you mean `{own}`?")).fix(at.clone(), own);
        }
        if let Some((inside, many)) = self.deeper(id, key) {
            let whole = format!("{}{inside}{}", &text[..at.start], &text[at.end..]);
            return unknown().help(format!("{many} have it: `{whole}`"));
        }
        let known = object.keys.iter().filter(|(_, shape)| **shape != Shape::Open).map(|(key, _)| format!("`{key}`"));
        let mut shown: Vec<_> = known.take(SHOWN_KEYS + 1).collect();
        if shown.len() > SHOWN_KEYS {
            shown.truncate(SHOWN_KEYS);
            shown.push("…".to_owned());
        }
        unknown().help(format!("its keys are {}", shown.join(", ")))
    }

    /// Where a key lies one level further down: the path there, and what has it.
    fn deeper(&self, id: ObjectId, key: &str) -> Option<(String, &str)> {
        self.schema.object(id).keys.iter().find_map(|(name, shape)| {
            let (inner, between) = match shape {
                Shape::Object(inner) => (*inner, ""),
                Shape::List(list) => match self.schema.entry(*list) {
                    Shape::Object(inner) => (inner, ".{n}"),
                    _ => return None,
                },
                _ => return None,
            };
            let inner = self.schema.object(inner);
            (*inner.keys.get(key)? != Shape::Open).then(|| (format!("{name}{between}.{key}"), inner.many.as_str()))
        })
    }
}
