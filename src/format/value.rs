//! Values, lists of entries, calls.

use crate::syntax::tree::{Argument, Call, Pin, Text, Value, ValueKind};

use super::comment::Blanks;
use super::writer::Writer;

/// The brackets around entries.
#[derive(Clone, Copy)]
pub struct Brackets {
    open: &'static str,
    close: &'static str,
    /// Whether a space is inside them when they are on one line.
    padded: bool,
}

/// `( … )`
pub const PARENTHESES: Brackets = Brackets { open: "(", close: ")", padded: false };
/// `[ … ]`
pub const SQUARE: Brackets = Brackets { open: "[", close: "]", padded: false };
const PIN: Brackets = Brackets { open: "@[", close: "]", padded: false };
const BRACES: Brackets = Brackets { open: "{", close: "}", padded: true };

impl<'s> Writer<'s> {
    /// Entries between brackets: on one line, or one a line with a comma after the last.
    pub(super) fn entries<T>(&mut self, brackets: Brackets, entries: &'s [T], write: impl Fn(&mut Self, &'s T)) {
        let Brackets { open, close, padded } = brackets;
        self.pieces.open();
        self.token(open);
        if let Some((last, others)) = entries.split_last() {
            self.pieces.indent();
            self.line(padded, Blanks::BetweenComments);
            for entry in others {
                write(self, entry);
                self.token(",");
                self.line(true, Blanks::BeforeComments);
            }
            write(self, last);
            self.leave_out(",");
            self.pieces.if_broken(",");
            self.line_and_dedent(padded, Blanks::BeforeComments);
        } else if self.comments_ahead() {
            self.pieces.indent();
            self.hard_and_dedent(Blanks::BetweenComments);
        }
        self.token(close);
        self.pieces.close();
    }

    pub(super) fn value(&mut self, value: &'s Value<'s>) {
        match &value.kind {
            ValueKind::Text(text) => self.text(text),
            ValueKind::Number(_)
            | ValueKind::Boolean(_)
            | ValueKind::Null
            | ValueKind::Path(_)
            | ValueKind::Name(_) => {
                self.copy(value.span);
            }
            ValueKind::List(items) => self.entries(SQUARE, items, Self::value),
            ValueKind::Object(entries) => self.object(entries),
            ValueKind::Env { name, default } => self.function("env", name, default.as_ref()),
            ValueKind::Secret(name) => self.function("secret", name, None),
            ValueKind::Lines(name) => self.function("lines", name, None),
            ValueKind::Concatenation(parts) => self.concatenation(parts),
        }
    }

    /// `{ key: value }`
    fn object(&mut self, entries: &'s [Argument<'s>]) {
        self.entries(BRACES, entries, |writer, entry| {
            writer.name(entry.name);
            writer.named_value(&entry.value);
        });
    }

    /// `: value`, after a name.
    pub(super) fn named_value(&mut self, value: &'s Value<'s>) {
        self.token(":");
        self.add(" ");
        self.value(value);
    }

    /// `name: value` in a call, where quotes around the name say how the value is meant.
    pub(super) fn argument(&mut self, argument: &'s Argument<'s>) {
        if argument.is_positional() {
            return self.value(&argument.value);
        }
        self.kept_name(argument.name);
        self.named_value(&argument.value);
    }

    pub(super) fn call(&mut self, call: &'s Call<'s>) {
        self.called_name(call.name);
        self.entries(PARENTHESES, &call.arguments, Self::argument);
    }

    /// `@[id: 30, x: -2671, y: 461.7]`
    pub(super) fn pin(&mut self, pin: &'s Pin<'s>) {
        self.entries(PIN, &pin.entries, |writer, entry| {
            writer.kept_name(entry.name);
            writer.named_value(&entry.value);
        });
    }

    fn function(&mut self, function: &'static str, name: &'s Text<'s>, default: Option<&'s Text<'s>>) {
        self.token(function);
        self.token("(");
        self.text(name);
        if let Some(default) = default {
            self.token(",");
            self.add(" ");
            self.text(default);
        }
        self.token(")");
    }

    fn concatenation(&mut self, parts: &'s [Value<'s>]) {
        let Some((first, others)) = parts.split_first() else { return };
        self.pieces.open();
        self.value(first);
        self.pieces.indent();
        for part in others {
            self.line(true, Blanks::BeforeComments);
            self.token("+");
            self.add(" ");
            self.value(part);
        }
        self.pieces.dedent();
        self.pieces.close();
    }
}
