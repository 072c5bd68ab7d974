//! The fields at the head of a workflow or blueprint.

use std::borrow::Cow;

use uuid::Uuid;

use crate::base::source::Span;
use crate::base::suggest::closest;
use crate::diagnostics::{Audience, Code, Diagnostic};
use crate::model::{Frame, ParamText};
use crate::resolve::{Constant, ConstantKind, Seen, duplicate, evaluate};
use crate::syntax::tree::{Blueprint, Field, Name};
use crate::wording;

use super::flow::FlowChecker;

/// What the fields say.
#[derive(Debug)]
pub struct Header<'a> {
    /// What MISP shows.
    pub name: Cow<'a, str>,
    /// A sentence about it.
    pub description: Cow<'a, str>,
    /// The uuid, if one is given.
    pub uuid: Option<Uuid>,
    /// Whether MISP logs every node that runs.
    pub debug: bool,
    /// The editor's frames around nodes with pinned ids, and where each is written.
    pub frames: Vec<(Frame<'a>, Span)>,
}

const WORKFLOW_FIELDS: &[&str] = &["name", "description", "uuid", "debug", "frames"];
const BLUEPRINT_FIELDS: &[&str] = &["name", "description", "uuid", "frames"];

impl<'a> FlowChecker<'_, 'a> {
    /// The fields of a workflow (`id` names it) or, without `debug`, of a blueprint.
    pub fn header(&mut self, id: Name<'a>, fields: &'a [Field<'a>], is_workflow: bool) -> Header<'a> {
        let mut header = Header {
            name: Cow::Borrowed(id.text),
            description: Cow::Borrowed(""),
            uuid: None,
            debug: false,
            frames: Vec::new(),
        };
        let known = if is_workflow { WORKFLOW_FIELDS } else { BLUEPRINT_FIELDS };
        let mut seen = Seen::default();
        let mut named = None;
        for field in fields {
            if let Some(before) = seen.before(field.name) {
                self.report(duplicate("field", field.name, before));
                continue;
            }
            match field.name.text {
                "name" => {
                    named = Some(field.value.span);
                    self.at(field.value.span, |checker| checker.text_field(field, &mut header.name));
                }
                "description" => {
                    self.at(field.value.span, |checker| checker.text_field(field, &mut header.description));
                }
                "uuid" => header.uuid = self.at(field.value.span, |checker| checker.uuid_field(field)),
                "frames" => header.frames = self.frames(field),
                "debug" if is_workflow => match evaluate(&field.value, self).kind {
                    ConstantKind::Boolean(debug) => header.debug = debug,
                    other => self.wrong_field(field, "`true` or `false`", &other),
                },
                other => {
                    let what = if is_workflow { "workflow" } else { "blueprint" };
                    let diagnostic =
                        Diagnostic::at(Code::UnknownField, field.name.span, format!("a {what} has no field `{other}`"));
                    let shown: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
                    self.report(match closest(other, known.iter().copied()) {
                        Some(close) => {
                            diagnostic.help(format!("did you mean `{close}`?")).unsafe_fix(field.name.span, close)
                        }
                        None => diagnostic.help(format!("the fields are {}", shown.join(", "))),
                    });
                }
            }
        }
        if let Some(finding) = wording::empty_name(&header.name) {
            self.report(finding.placed_at(named.unwrap_or(id.span)));
        }
        header
    }

    fn text_field(&mut self, field: &'a Field<'a>, target: &mut Cow<'a, str>) {
        let constant = evaluate(&field.value, self);
        let text = match constant.kind {
            ConstantKind::Text(ParamText::Plain(text)) => text,
            ConstantKind::Text(ParamText::Parts(_)) => {
                self.report(
                    Diagnostic::at(
                        Code::WrongType,
                        constant.span,
                        format!("`{}` must be written out", field.name.text),
                    )
                    .note("it must be the same on every machine")
                    .help("write a string in double quotes"),
                );
                return;
            }
            other => return self.wrong_field(field, "a string", &other),
        };
        if let Some(finding) = wording::text_too_long(&text) {
            self.report(finding.placed_at(field.value.span));
        }
        *target = text;
    }

    fn uuid_field(&mut self, field: &'a Field<'a>) -> Option<Uuid> {
        let constant = evaluate(&field.value, self);
        match &constant.kind {
            ConstantKind::Text(ParamText::Plain(text)) => {
                let uuid = if text.len() == 36 { Uuid::try_parse(text).ok() } else { None };
                if uuid.is_none() {
                    self.report(wording::invalid_uuid(Audience::Text).placed_at(constant.span));
                }
                uuid
            }
            other => {
                self.wrong_field(field, "a uuid in double quotes", other);
                None
            }
        }
    }

    /// `frames: [{ uuid: "…", title: "…", nodes: [1, 2] }]`
    fn frames(&mut self, field: &'a Field<'a>) -> Vec<(Frame<'a>, Span)> {
        const WANTED: &str = "a list of frames, each like `{ uuid: \"…\", title: \"…\", nodes: [1, 2] }`";
        let mut frames = Vec::new();
        let constant = evaluate(&field.value, self);
        let ConstantKind::List(items) = constant.kind else {
            self.wrong_field(field, WANTED, &constant.kind);
            return frames;
        };
        for item in items {
            match frame(&item) {
                Some(frame) => frames.push((frame, item.span)),
                None => self.report(
                    Diagnostic::at(Code::WrongType, item.span, "this is not a frame").help(format!("write {WANTED}")),
                ),
            }
        }
        frames
    }

    /// A blueprint's title: its name if that is a plain text, else its id. Names mean what they mean in the
    /// blueprint's file.
    pub(super) fn title(&mut self, blueprint: &'a Blueprint<'a>) -> Cow<'a, str> {
        let named = blueprint.fields.iter().find(|field| field.name.text == "name");
        match named.map(|field| evaluate(&field.value, self).kind) {
            Some(ConstantKind::Text(ParamText::Plain(title))) => title,
            _ => Cow::Borrowed(blueprint.id.text),
        }
    }

    fn wrong_field(&mut self, field: &Field<'a>, wanted: &str, given: &ConstantKind<'a>) {
        match given {
            ConstantKind::Unknown => {}
            ConstantKind::Word(word) => self.unknown_word(word, field.value.span, None),
            _ => self.report(
                Diagnostic::at(
                    Code::WrongType,
                    field.value.span,
                    format!("`{}` takes {wanted}, not {}", field.name.text, given.describe()),
                )
                .help(format!("write {wanted}")),
            ),
        }
    }
}

/// One entry of `frames`.
fn frame<'a>(constant: &Constant<'a>) -> Option<Frame<'a>> {
    let ConstantKind::Object(entries) = &constant.kind else { return None };
    let mut frame =
        Frame { uuid: Cow::Borrowed(""), text: Cow::Borrowed(""), nodes: Vec::new(), class: Cow::Borrowed("") };
    for (name, value) in entries {
        match (name.text, &value.kind) {
            ("uuid", ConstantKind::Text(ParamText::Plain(text))) => frame.uuid.clone_from(text),
            ("title", ConstantKind::Text(ParamText::Plain(text))) => frame.text.clone_from(text),
            ("class", ConstantKind::Text(ParamText::Plain(text))) => frame.class.clone_from(text),
            ("nodes", ConstantKind::List(ids)) => {
                let id = |id: &Constant<'_>| match id.kind {
                    ConstantKind::Number(digits) => digits.parse().ok(),
                    _ => None,
                };
                frame.nodes = ids.iter().map(id).collect::<Option<_>>()?;
            }
            _ => return None,
        }
    }
    Some(frame)
}
