//! Pins: what a node must carry besides what its step says.

use std::borrow::Cow;

use crate::base::source::Span;
use crate::base::suggest::closest;
use crate::catalogue::Signature;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{ModuleType, Node, ParamText, ParamValue, SavedFilter};
use crate::resolve::{ConstantKind, Seen, duplicate, evaluate};
use crate::syntax::tree::{Argument, Pin, ValueKind};

use super::call::{is_quoted, kept_parameter};
use super::flow::FlowChecker;
use super::verbatim::verbatim;

/// What a pin says.
#[derive(Default, Debug)]
pub struct Pinned<'a> {
    /// The node's id, and where it is said.
    pub id: Option<(u32, Span)>,
    /// The top left corner, in canvas pixels.
    position: Option<(f64, f64)>,
    /// The module version that the node carries.
    version: Option<Cow<'a, str>>,
    /// Whether the node, a trigger, says that its data has the core format.
    gives_core_format: Option<bool>,
    /// Parameters as the node carries them, whatever the step says; `None` leaves one out.
    parameters: Vec<(Cow<'a, str>, Option<ParamValue<'a>>)>,
    /// The module filter that the node carries.
    filter: Option<SavedFilter<'a>>,
}

impl<'a> Pinned<'a> {
    /// Makes a node what the pin says.
    pub fn apply(self, node: &mut Node<'a>) {
        node.position = self.position;
        node.version = self.version.unwrap_or(std::mem::take(&mut node.version));
        node.gives_core_format = self.gives_core_format.unwrap_or(node.gives_core_format);
        node.filter = self.filter.unwrap_or_default();
        for (name, value) in self.parameters {
            let place = node.params.iter().position(|(known, _)| *known == name);
            match (place, value) {
                (Some(place), Some(value)) => node.params[place].1 = value,
                (Some(place), None) => drop(node.params.remove(place)),
                (None, Some(value)) => node.params.push((name, value)),
                (None, None) => {}
            }
        }
    }
}

const ENTRIES: [&str; 6] = ["id", "x", "y", "version", "core-format", "filters"];

impl<'a> FlowChecker<'_, 'a> {
    pub(super) fn pin(&mut self, pin: &'a Pin<'a>, signature: &Signature) -> Pinned<'a> {
        let mut pinned = Pinned::default();
        let (mut x, mut y) = (None, None);
        let (mut entries, mut parameters) = (Seen::default(), Seen::default());
        for entry in &pin.entries {
            let seen = if is_quoted(entry.name) { &mut parameters } else { &mut entries };
            if let Some(before) = seen.before(entry.name) {
                self.report(duplicate("entry", entry.name, before));
                continue;
            }
            match entry.name.text {
                _ if is_quoted(entry.name) => pinned.parameters.extend(self.pinned_parameter(entry, signature)),
                "id" => pinned.id = self.pinned_id(entry),
                "x" => x = self.coordinate(entry),
                "y" => y = self.coordinate(entry),
                "version" => pinned.version = self.pinned_version(entry),
                "core-format" => pinned.gives_core_format = self.pinned_core_format(entry, signature),
                "filters" => pinned.filter = Some(self.raw_filter(entry)),
                other => {
                    let suggestion = closest(other, ENTRIES).map(|name| format!("did you mean `{name}`?"));
                    self.report(
                        Diagnostic::at(Code::InvalidPin, entry.name.span, format!("a pin has no entry `{other}`"))
                            .maybe_help(suggestion)
                            .help("a pin is written `@[id: 3, x: 100, y: 200]`"),
                    );
                }
            }
        }
        pinned.position = x.zip(y);
        if x.is_some() != y.is_some() {
            self.report(
                Diagnostic::at(Code::InvalidPin, pin.span, "this pin has one coordinate of two")
                    .help("give both `x` and `y`, or neither"),
            );
        }
        pinned
    }

    /// `"parameter": value`, which the node carries as it is; the word `absent` leaves it out.
    fn pinned_parameter(
        &mut self,
        entry: &'a Argument<'a>,
        signature: &Signature,
    ) -> Option<(Cow<'a, str>, Option<ParamValue<'a>>)> {
        let constant = evaluate(&entry.value, self);
        let name = Cow::Borrowed(entry.name.text);
        if matches!(constant.kind, ConstantKind::Word("absent")) {
            return Some((name, None));
        }
        let value = verbatim(&constant, self)?;
        if signature.parameter(entry.name.text).is_none() {
            self.report(kept_parameter(signature, entry.name));
        }
        Some((name, Some(value)))
    }

    fn pinned_version(&mut self, entry: &'a Argument<'a>) -> Option<Cow<'a, str>> {
        if let ConstantKind::Text(ParamText::Plain(version)) = evaluate(&entry.value, self).kind {
            return Some(version);
        }
        self.report(
            Diagnostic::at(Code::InvalidPin, entry.value.span, "a version is a string in double quotes")
                .help("write for example `version: \"0.1\"`"),
        );
        None
    }

    /// `core-format: false`, for a trigger whose node does not say what its module says.
    fn pinned_core_format(&mut self, entry: &'a Argument<'a>, signature: &Signature) -> Option<bool> {
        if signature.module_type != ModuleType::Trigger {
            self.report(
                Diagnostic::at(
                    Code::InvalidPin,
                    entry.name.span,
                    "only the pin of a trigger has the entry `core-format`",
                )
                .help("remove the entry: MISP reads it in trigger nodes alone"),
            );
            return None;
        }
        if let ConstantKind::Boolean(value) = evaluate(&entry.value, self).kind {
            return Some(value);
        }
        self.report(
            Diagnostic::at(Code::InvalidPin, entry.value.span, "`core-format` is `true` or `false`")
                .help("write `core-format: false` for a trigger node that lacks `misp_core_format`"),
        );
        None
    }

    fn pinned_id(&mut self, entry: &Argument<'_>) -> Option<(u32, Span)> {
        if let ValueKind::Number(digits) = entry.value.kind
            && let Ok(id @ 1..) = digits.parse::<u32>()
        {
            return Some((id, entry.value.span));
        }
        self.report(
            Diagnostic::at(Code::InvalidPin, entry.value.span, "a node's id is a whole number from 1")
                .help("MISP numbers the nodes of a workflow from 1"),
        );
        None
    }

    fn coordinate(&mut self, entry: &Argument<'_>) -> Option<f64> {
        if let ValueKind::Number(digits) = entry.value.kind
            && let Ok(pixels) = digits.parse::<f64>()
            && pixels.abs() < 1e7
        {
            return Some(pixels);
        }
        self.report(
            Diagnostic::at(Code::InvalidPin, entry.value.span, "a coordinate is a number of pixels below ten million")
                .help("write for example `x: 100`"),
        );
        None
    }
}
