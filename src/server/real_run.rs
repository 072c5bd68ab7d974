//! A run on a server, beside one that was simulated.

use serde::Serialize;
use serde_json::{Value as Json, json};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::model::NodeId;

use super::call::Call;
use super::rest::Misp;
use super::row::Row;
use super::trouble::{CallError, Problem};

/// So many lines of MISP's log are asked for at once,
const LOG_PAGE: usize = 500;
/// and no more pages than these.
const LOG_PAGES: usize = 40;
/// How far back the log is looked at. The clock is that of the server.
const RECENTLY: &str = "1h";

/// What MISP's log says of a run.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LogEntry {
    /// It began.
    Started,
    /// A node was executed; only where the workflow is debugged.
    Executed {
        /// The node.
        node: NodeId,
        /// Its module.
        module: String,
        /// `success`, or `partial-success` if it failed.
        status: String,
    },
    /// A node failed.
    Failed {
        /// The node.
        node: NodeId,
        /// Its module.
        module: String,
        /// What it says.
        message: String,
    },
    /// It came to its end; only where the workflow is debugged.
    Finished {
        /// How.
        outcome: String,
    },
}

/// What came of a run on a server.
#[derive(Clone, Debug)]
pub struct RealRun {
    /// The outcome, as MISP answers; `crash` where it dies.
    pub outcome: Result<String, CallError>,
    /// What the log says of it, in order.
    pub log: Result<Vec<LogEntry>, CallError>,
    /// How many other runs of the workflow may be mixed up with it in the log.
    pub others: usize,
}

/// Something that one of two runs did, or both.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Beside {
    /// Both.
    Both(LogEntry),
    /// The run on the server alone.
    Server(LogEntry),
    /// The simulated run alone.
    Simulation(LogEntry),
}

/// Runs a workflow on its server. `data` is what its trigger would get, JSON. This does what the workflow does.
///
/// # Errors
/// It was not run.
pub fn run_on_server(misp: &Misp<'_>, row: &Row, data: &str) -> Result<RealRun, CallError> {
    let before = log_of(misp, row);
    let call = Call::post(
        format!("/workflows/executeWorkflow/{}.json", row.id),
        json!({"Workflow": {"data": data}}).to_string(),
    );
    let outcome = match misp.json(&call) {
        Ok(answer) => match (answer["outcome"].as_str(), answer["success"].as_bool()) {
            (Some(outcome), _) => Ok(outcome.to_owned()),
            (None, Some(false)) => Ok("nothing was run".to_owned()),
            _ => Err(CallError::new(&call, Problem::Shape("it has no `outcome`".to_owned()))),
        },
        Err(CallError { problem: Problem::Internal(_), .. }) => Ok(CRASH.to_owned()),
        Err(error) if error.is_undecided() => Err(error),
        Err(error) => return Err(error),
    };
    let last = before.map(|lines| lines.last().map_or(0, |(id, _)| *id));
    let log = last.and_then(|last| {
        let lines = log_of(misp, row)?;
        Ok(lines.into_iter().filter(|(id, _)| *id > last).flat_map(|(_, text)| entries(&text)).collect::<Vec<_>>())
    });
    let started = log.iter().flatten().filter(|entry| **entry == LogEntry::Started).count();
    Ok(RealRun { outcome, log, others: started.saturating_sub(1) })
}

/// What a run in which MISP dies is called.
pub const CRASH: &str = "crash";

/// The lines of MISP's log about the runs of a workflow, oldest first, with their numbers.
fn log_of(misp: &Misp<'_>, row: &Row) -> Result<Vec<(u64, String)>, CallError> {
    let mut lines = Vec::new();
    for page in 1..=LOG_PAGES {
        let call = Call::ask(
            "/admin/logs/index.json",
            json!({"model": "Workflow", "action": "execute_workflow", "model_id": row.id, "created": RECENTLY,
                "limit": LOG_PAGE, "page": page})
            .to_string(),
        );
        let json = misp.json(&call)?;
        let Some(list) = json.as_array() else {
            return Err(CallError::new(&call, Problem::Shape("it is not a list".to_owned())));
        };
        lines.extend(list.iter().filter_map(|entry| line(&entry["Log"])));
        if list.len() < LOG_PAGE {
            break;
        }
    }
    Ok(lines)
}

fn line(log: &Json) -> Option<(u64, String)> {
    let id = match &log["id"] {
        Json::String(id) => id.parse().ok()?,
        id => id.as_u64()?,
    };
    let text = |key: &str| log[key].as_str().unwrap_or_default();
    Some((id, format!("{}\n{}", text("title"), text("change"))))
}

/// What a line of MISP's log says, one that was simulated or one of a server.
pub fn entries(line: &str) -> Vec<LogEntry> {
    if line.contains("Started executing workflow") {
        return vec![LogEntry::Started];
    }
    if line.contains("Finished executing workflow") {
        let outcome = line.split_once("Outcome: ").map_or("", |(_, outcome)| outcome.trim());
        return vec![LogEntry::Finished { outcome: outcome.to_owned() }];
    }
    let mut found = Vec::new();
    for part in line.split("Node `").skip(1) {
        let Some((module, rest)) = part.split_once("` (") else { continue };
        let Some((node, rest)) = rest.split_once(')') else { continue };
        let Ok(node) = node.parse() else { continue };
        let module = module.to_owned();
        if let Some((_, status)) = rest.split_once("executed successfully with status: ") {
            let status = status.split_whitespace().next().unwrap_or_default().to_owned();
            found.push(LogEntry::Executed { node, module, status });
        } else if let Some((_, message)) = rest.split_once("returned the following error: ") {
            let message = message.trim_end().trim_end_matches(',').to_owned();
            found.push(LogEntry::Failed { node, module, message });
        }
    }
    found
}

/// Puts two runs beside each other.
pub fn beside(server: &[LogEntry], simulation: &[LogEntry]) -> Vec<Beside> {
    let there = |entries: &[LogEntry]| entries.iter().cloned().map(Beside::Server).collect::<Vec<_>>();
    let here = |entries: &[LogEntry]| entries.iter().cloned().map(Beside::Simulation).collect::<Vec<_>>();
    let steps = capture_diff_slices(Algorithm::Myers, simulation, server).into_iter().flat_map(|step| match step {
        DiffOp::Equal { new_index, len, .. } => {
            server[new_index..new_index + len].iter().cloned().map(Beside::Both).collect()
        }
        DiffOp::Insert { new_index, new_len, .. } => there(&server[new_index..new_index + new_len]),
        DiffOp::Delete { old_index, old_len, .. } => here(&simulation[old_index..old_index + old_len]),
        DiffOp::Replace { old_index, old_len, new_index, new_len } => {
            [here(&simulation[old_index..old_index + old_len]), there(&server[new_index..new_index + new_len])].concat()
        }
    });
    steps.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn executed(node: NodeId, module: &str, status: &str) -> LogEntry {
        LogEntry::Executed { node, module: module.to_owned(), status: status.to_owned() }
    }

    #[test]
    fn lines_of_the_log() {
        let failed = |node, module: &str, message: &str| LogEntry::Failed {
            node,
            module: module.to_owned(),
            message: message.to_owned(),
        };
        for (line, said) in [
            ("Started executing workflow for trigger `event-publish` (7)\n", vec![LogEntry::Started]),
            (
                "[2026-11-29 10:00:00] Workflow(event-publish:7). Executed node `tag-if`\nNode `tag-if` (2) from Workflow `W (x)` (7) executed successfully with status: success",
                vec![executed(2, "tag-if", "success")],
            ),
            (
                "Executed node `webhook`\nNode `webhook` (4) from Workflow `W` (7) executed successfully with status: partial-success\n",
                vec![executed(4, "webhook", "partial-success")],
            ),
            (
                "Execution stopped. \nNode `stop-execution` (3) from Workflow `guard` (2) returned the following error: no red\n",
                vec![failed(3, "stop-execution", "no red")],
            ),
            (
                "Execution encountered an error but continued. \nNode `a` (3) from Workflow `w` (2) returned the following error: one, Node `b` (4) from Workflow `w` (2) returned the following error: two",
                vec![failed(3, "a", "one"), failed(4, "b", "two")],
            ),
            (
                "Finished executing workflow for trigger `event-publish` (7). Outcome: blocked\n",
                vec![LogEntry::Finished { outcome: "blocked".to_owned() }],
            ),
            ("Could not load class for module: no-such-module\n", vec![]),
            ("Node `x", vec![]),
        ] {
            assert_eq!(entries(line), said, "{line}");
        }
    }

    #[test]
    fn runs_beside_each_other() {
        let [one, other, third] = [(2, "a", "success"), (3, "b", "success"), (3, "b", "partial-success")]
            .map(|(node, module, status)| executed(node, module, status));
        let same = [one.clone(), other.clone()];
        assert_eq!(beside(&same, &same), [Beside::Both(one.clone()), Beside::Both(other.clone())]);
        assert_eq!(
            beside(&[one.clone(), third.clone()], &same),
            [Beside::Both(one.clone()), Beside::Simulation(other), Beside::Server(third)]
        );
        assert_eq!(beside(&[], &same[..1]), [Beside::Simulation(one)]);
    }
}
