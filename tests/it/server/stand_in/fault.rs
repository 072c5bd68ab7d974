//! What goes wrong between a program and a server.

use serde_json::json;

use super::StandIn;

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The server cannot be reached.
    Refused,
    /// The connection ends before the server has acted.
    CutBefore,
    /// The connection ends after it has acted.
    CutAfter,
    /// It acts, and answers later than anybody waits.
    Slow,
    /// Half of the answer comes.
    HalfBody,
    /// It acts, and answers 500.
    ErrorAfter,
    /// It answers 500 and does nothing.
    ErrorBefore,
    /// Something before it answers with a page.
    Page,
    /// A person edits a workflow in the editor just before.
    Edit,
    /// Redis is flushed just before.
    Flush,
}

/// All of them.
pub const FAULTS: [Fault; 10] = [
    Fault::Refused,
    Fault::CutBefore,
    Fault::CutAfter,
    Fault::Slow,
    Fault::HalfBody,
    Fault::ErrorAfter,
    Fault::ErrorBefore,
    Fault::Page,
    Fault::Edit,
    Fault::Flush,
];

impl StandIn {
    /// A person changes a parameter of the last workflow that has one. Gives back the row's number.
    pub fn edit_by_hand(&mut self, mark: &str) -> Option<String> {
        let time = self.tick().to_string();
        let row = self.workflows.iter_mut().rev().find(|row| row.data.get("2").is_some())?;
        row.data["2"]["data"]["indexed_params"]["by_hand"] = json!(mark);
        row.timestamp = time;
        Some(row.id.clone())
    }
}
