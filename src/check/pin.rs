//! Pins: the node id and position that a node must get.

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest::closest;
use crate::syntax::tree::{Argument, Pin, ValueKind};

use super::declaration::duplicate;
use super::flow::FlowChecker;

/// What a pin says.
#[derive(Clone, Copy, Default, Debug)]
pub struct Pinned {
    /// The node's id, and where it is said.
    pub id: Option<(u32, Span)>,
    /// The top left corner, in canvas pixels.
    pub position: Option<(f64, f64)>,
}

const ENTRIES: [&str; 3] = ["id", "x", "y"];

impl FlowChecker<'_, '_> {
    pub(super) fn pin(&mut self, pin: &Pin<'_>) -> Pinned {
        let mut pinned = Pinned::default();
        let (mut x, mut y) = (None, None);
        for (index, entry) in pin.entries.iter().enumerate() {
            // Of more entries than there are names, one is given twice or unknown.
            let before =
                pin.entries[..index.min(ENTRIES.len())].iter().find(|before| before.name.text == entry.name.text);
            if let Some(before) = before {
                self.report(duplicate("entry", entry.name, before.name.span));
                continue;
            }
            match entry.name.text {
                "id" => pinned.id = self.pinned_id(entry),
                "x" => x = self.coordinate(entry),
                "y" => y = self.coordinate(entry),
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
