//! What goes wrong between a program and a server.

use serde_json::{Value, json};

use super::StandIn;
use crate::editor_model::{self, Server};

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
    /// A person opens all workflows in the editor just before, and saves them without a change.
    Save,
    /// Redis is flushed just before.
    Flush,
}

/// All of them.
pub const FAULTS: [Fault; 11] = [
    Fault::Refused,
    Fault::CutBefore,
    Fault::CutAfter,
    Fault::Slow,
    Fault::HalfBody,
    Fault::ErrorAfter,
    Fault::ErrorBefore,
    Fault::Page,
    Fault::Edit,
    Fault::Save,
    Fault::Flush,
];

impl StandIn {
    /// A person opens a workflow in the editor and saves it without a change.
    pub fn save_in_editor(&mut self, at: usize) {
        let row = &self.workflows[at];
        let modules: Vec<Value> = self.modules.iter().map(|module| self.with_switch(module)).collect();
        let json = json!({"modules": modules, "triggers": [self.trigger(&row.trigger_id)], "lists": {
            "/tags/fastIndex/0.json": self.tags, "/tags/fastIndex/1.json": Self::CLUSTERS,
        }});
        let (saved, error) = editor_model::save(&row.data, &Server::new(&json));
        assert_eq!(error, None);
        let time = self.tick().to_string();
        let row = &mut self.workflows[at];
        row.data = editor_model::stored(&saved);
        row.timestamp = time;
        // Any save puts back what Redis knows of it.
        row.listens = Some(row.trigger_id.clone());
    }

    /// The same for all workflows.
    pub fn save_all_in_editor(&mut self) {
        (0..self.workflows.len()).for_each(|at| self.save_in_editor(at));
    }

    /// A person changes a parameter of the last workflow that has one to change. Gives back the row's number.
    pub fn edit_by_hand(&mut self, mark: &str) -> Option<String> {
        let time = self.tick().to_string();
        for row in self.workflows.iter_mut().rev() {
            for (_, node) in row.data.as_object_mut().into_iter().flatten() {
                let parameter = match node["data"]["id"].as_str() {
                    Some("stop-execution") => "message",
                    Some("push-zmq") => "data_extraction_path",
                    _ => continue,
                };
                node["data"]["indexed_params"][parameter] = json!(mark);
                row.timestamp = time;
                return Some(row.id.clone());
            }
        }
        None
    }
}
