//! What reading a source may cost.

use crate::base::source::Span;

use super::value::Value;

/// Values in values are followed as deep as this.
pub const MAX_VALUE_NESTING: usize = 64;
/// Bytes that values take which are made while a module is read.
pub const MAX_VALUE_WEIGHT: usize = 4 * 1024 * 1024;

/// Counts what reading costs: a source of a few lines can double a value again and again.
#[derive(Debug)]
pub(super) struct Budget {
    weight: usize,
    depth: usize,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { weight: MAX_VALUE_WEIGHT, depth: 0 }
    }

    /// A copy of a value; open where there is nothing left to pay it with.
    pub(super) fn copy(&mut self, value: &Value, span: Span) -> Value {
        let weight = value.weight();
        if weight > self.weight {
            self.weight = 0;
            return Value::Open(span);
        }
        self.weight -= weight;
        value.clone()
    }

    /// Pays for a new value.
    pub(super) fn made(&mut self, value: Value, span: Span) -> Value {
        let weight = match &value {
            // Its entries were paid for when they were made.
            Value::Entries(_) => 1,
            value => value.weight(),
        };
        if weight > self.weight {
            self.weight = 0;
            return Value::Open(span);
        }
        self.weight -= weight;
        value
    }

    /// Goes one level deeper, unless that is beyond the limit.
    pub(super) fn enter(&mut self) -> bool {
        if self.depth >= MAX_VALUE_NESTING {
            return false;
        }
        self.depth += 1;
        true
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }
}
