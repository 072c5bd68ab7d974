//! A plan, for people and for programs.

use serde_json::{Value as Json, json};

use crate::base::characters::to_json_pretty;
use crate::diagnostics::printable_line;
use crate::format::quote;
use crate::model::DocumentKind;
use crate::server::{Action, Item, Plan, Snapshot};

use super::super::findings::Format;
use super::super::replayed::Replayed;
use super::super::{Console, Failure};
use super::Session;

/// Shows a plan, and what is replayed for it.
pub(super) fn show(
    console: &mut Console,
    session: &Session,
    snapshot: &Snapshot,
    plan: &Plan<'_>,
    format: Format,
    replay: impl FnOnce(&mut Console) -> Result<Option<Replayed>, Failure>,
) -> Result<Option<Replayed>, Failure> {
    console.protect_values(plan.items.iter().flat_map(|item| item.secrets.iter().cloned()));
    match format {
        Format::Text => {
            text(console, session, snapshot, plan)?;
            replay(console)
        }
        Format::Json => {
            let replayed = replay(console)?;
            json(console, session, snapshot, plan, replayed.as_ref())?;
            Ok(replayed)
        }
    }
}

fn kind(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Workflow => "workflow",
        DocumentKind::Blueprint => "blueprint",
    }
}

/// How an item is called: by its id in the text, else by its name on the server.
pub(super) fn called(item: &Item<'_>) -> String {
    let name = item.id.as_ref().map_or_else(|| quote(&item.title), |id| format!("`{id}`"));
    let mut about: Vec<String> = item.trigger.iter().cloned().collect();
    about.extend(item.row.map(|row| format!("row {}", row.id)));
    let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join(", ")) };
    printable_line(&format!("{} {name}{about}", kind(item.kind))).into_owned()
}

fn text(console: &mut Console, session: &Session, snapshot: &Snapshot, plan: &Plan<'_>) -> Result<(), Failure> {
    let release = printable_line(&snapshot.version.release).into_owned();
    console.line(&format!("server `{}`, {}: MISP {release}", session.name, session.url))?;
    if plan.items.iter().any(|item| item.action != Action::Same) {
        console.line("")?;
    }
    for item in &plan.items {
        let called = called(item);
        match item.action {
            Action::Same => continue,
            Action::Create => console.line(&format!("+ {called} is not there"))?,
            Action::Change => console.line(&format!("~ {called} differs"))?,
            Action::Conflict(conflict) => console.line(&format!("! {called}: conflict: {}", conflict.reason()))?,
            Action::ServerOnly => console.line(&format!("? {called} is on the server only, and stays"))?,
            Action::Gone => console.line(&format!(
                "- {called} was written from here and is no longer in the project; it stays unless `push --prune` deletes it"
            ))?,
        }
        difference(console, item)?;
    }
    notes(console, plan)?;
    console.line("")?;
    console.line(&summary(plan))?;
    Ok(())
}

/// What differs, and what is not known of it.
pub(super) fn difference(console: &mut Console, item: &Item<'_>) -> Result<(), Failure> {
    for line in item.difference.to_string().lines() {
        console.line(&format!("    {line}"))?;
    }
    for missing in &item.missing {
        console.line(&format!("    `{}` is not set, and would have to be for a push", missing.name))?;
    }
    for (name, is_as_written) in &item.untold {
        let says = if *is_as_written {
            "the server has the value that was last written"
        } else {
            "whether the server has the right value is not known"
        };
        console.line(&format!("    `{name}` is not set here: {says}"))?;
    }
    Ok(())
}

fn notes(console: &mut Console, plan: &Plan<'_>) -> Result<(), Failure> {
    if !plan.off.is_empty() {
        console.line("")?;
        console.line("off on the server, though needed (`push --enable` switches them on):")?;
        for off in &plan.off {
            let what = if off.is_trigger { "trigger" } else { "module" };
            let by: Vec<&str> = off.needed_by.iter().map(String::as_str).collect();
            console.line(&format!("    {what} `{}`, for {}", off.id, by.join(", ")))?;
        }
    }
    if !plan.lacking.is_empty() {
        console.line("")?;
        console.line("not on the server, though used:")?;
        for lack in &plan.lacking {
            let by: Vec<&str> = lack.used_by.iter().map(String::as_str).collect();
            console.line(&format!("    {} {}, by {}", lack.what, quote(&lack.name), by.join(", ")))?;
        }
    }
    Ok(())
}

/// One line.
pub(super) fn summary(plan: &Plan<'_>) -> String {
    let count = |is: fn(Action) -> bool| plan.items.iter().filter(|item| is(item.action)).count();
    let parts = [
        (count(|action| action == Action::Create), "to create"),
        (count(|action| action == Action::Change), "to change"),
        (count(|action| matches!(action, Action::Conflict(_))), "in conflict"),
        (count(|action| action == Action::Same), "unchanged"),
        (count(|action| action == Action::Gone), "no longer in the project"),
        (count(|action| action == Action::ServerOnly), "on the server only"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if parts.is_empty() { "nothing there, and nothing to do".to_owned() } else { parts.join(", ") }
}

fn action(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Change => "change",
        Action::Conflict(_) => "conflict",
        Action::Same => "none",
        Action::ServerOnly => "server-only",
        Action::Gone => "gone",
    }
}

fn json(
    console: &mut Console,
    session: &Session,
    snapshot: &Snapshot,
    plan: &Plan<'_>,
    replayed: Option<&Replayed>,
) -> Result<(), Failure> {
    let items: Vec<Json> = plan
        .items
        .iter()
        .map(|item| {
            let reason = match item.action {
                Action::Conflict(conflict) => Some(conflict.reason()),
                _ => None,
            };
            json!({
                "kind": kind(item.kind),
                "id": item.id,
                "name": item.title,
                "trigger": item.trigger,
                "row": item.row.map(|row| &row.id),
                "action": action(item.action),
                "reason": reason,
                "difference": item.difference,
                "not_set": item.missing.iter().map(|missing| &missing.name).collect::<Vec<_>>(),
                "unknown_secrets": item.untold.iter().filter(|(_, known)| !known).map(|(name, _)| name).collect::<Vec<_>>(),
            })
        })
        .collect();
    let off: Vec<Json> = plan
        .off
        .iter()
        .map(|off| json!({"kind": if off.is_trigger { "trigger" } else { "module" }, "id": off.id, "needed_by": off.needed_by}))
        .collect();
    let lacking: Vec<Json> = plan
        .lacking
        .iter()
        .map(|lack| json!({"kind": lack.what, "name": lack.name, "used_by": lack.used_by}))
        .collect();
    let mut result = json!({
        "server": {"name": session.name, "url": session.url, "release": snapshot.version.release},
        "items": items,
        "off": off,
        "lacking": lacking,
    });
    if let Some(replayed) = replayed {
        result["replayed"] = json!(replayed.told);
        result["unusable"] = json!(replayed.unusable);
    }
    to_json_pretty(console.results(), &result)?;
    Ok(console.line("")?)
}
