//! A run, told to people.

use std::io;

use codespan_reporting::term::termcolor::{Color, ColorSpec, WriteColor};

use crate::base::source::Sources;
use crate::diagnostics::printable_line;
use crate::engine::{Decision, Effect, EffectRecord, Outcome, RunResult, TracedNode, Verdict};
use crate::model::{Graph, NodeId};
use crate::php::Value;

use super::beginnings::{beginning, beginnings};

/// What was looked at is cut after so many characters.
const SHOWN: usize = 120;

/// What is done to the world is cut after so many characters: a whole event may be sent.
const SHOWN_OF_EFFECT: usize = 2_000;

/// A reason is cut after so many characters: it may hold what a server answered.
const SHOWN_OF_REASON: usize = 500;

/// So many attributes are named.
const SHOWN_ATTRIBUTES: usize = 10;

/// Says where a node is in the text; `None` if it is in none.
pub type Places<'p> = dyn Fn(NodeId) -> Option<String> + Sync + 'p;

/// Where a node is in the text; `None` if it is in none.
pub fn place_of(sources: &Sources, graph: &Graph<'_>, node: NodeId) -> Option<String> {
    let span = graph.node(node)?.origin?;
    let file = sources.file(span.file);
    Some(format!("{}:{}", file.name, file.position(span.start as usize).line))
}

/// Writes what a run did, node by node, and how it ended. The nodes come from the run's trace, so one is needed.
///
/// # Errors
/// What the writer says.
pub fn write_run(out: &mut dyn WriteColor, result: &RunResult<'_>, places: &Places<'_>) -> io::Result<()> {
    write_nodes(out, result, places)?;
    write!(out, "outcome ")?;
    write_outcome(out, result.outcome)?;
    write!(out, ", verdict ")?;
    match result.verdict {
        Verdict::Proceed => coloured(out, Color::Green, "proceed")?,
        Verdict::Cancel => coloured(out, Color::Red, "cancel")?,
    }
    writeln!(out)?;
    write_errors(out, result)?;
    write_calls(out, result)?;
    write_jobs(out, result, places)
}

/// Writes what the workflows did that a run called, and those that they called. Where their steps are written is not known
/// here.
fn write_calls(out: &mut dyn WriteColor, result: &RunResult<'_>) -> io::Result<()> {
    for call in &result.calls {
        for run in &call.runs {
            bold(out, &format!("\n`{}`", printable_line(&call.workflow)))?;
            write!(out, ", called by node {}", call.node)?;
            let id = run.data.get("Event").and_then(|event| event.get("id")?.to_text());
            match id {
                Some(id) => writeln!(out, ", on event {}", printable_line(&id))?,
                None => writeln!(out)?,
            }
            write_nodes(out, run, &|_| None)?;
            write!(out, "outcome ")?;
            write_outcome(out, run.outcome)?;
            writeln!(out)?;
            write_errors(out, run)?;
            write_calls(out, run)?;
        }
    }
    Ok(())
}

/// Writes the jobs of a run, which have no verdict: nothing waits for them. They nest as deep as the engine runs them, which is not
/// deep.
fn write_jobs(out: &mut dyn WriteColor, result: &RunResult<'_>, places: &Places<'_>) -> io::Result<()> {
    for job in &result.jobs {
        let Some(done) = &job.result else { continue };
        bold(out, &format!("\njob that starts at node {}", job.node))?;
        writeln!(out, ", after a concurrent task")?;
        write_nodes(out, done, places)?;
        write!(out, "outcome ")?;
        write_outcome(out, done.outcome)?;
        writeln!(out)?;
        write_errors(out, done)?;
        write_calls(out, done)?;
        write_jobs(out, done, places)?;
    }
    Ok(())
}

fn write_nodes(out: &mut dyn WriteColor, result: &RunResult<'_>, places: &Places<'_>) -> io::Result<()> {
    let nodes = result.trace.as_ref().map_or(&[][..], |trace| &trace.nodes);
    let width = nodes.iter().map(|node| node.module.len()).max().unwrap_or(0);
    for node in nodes {
        write_node(out, node, width, places)?;
        let effects = result.effects.get(node.effects.clone()).unwrap_or_default();
        for record in effects.iter().filter(|record| !record.effect.touches_nothing()) {
            detail(out, "does", &effect_text(record))?;
        }
    }
    Ok(())
}

fn write_outcome(out: &mut dyn WriteColor, outcome: Outcome) -> io::Result<()> {
    let colour = match outcome {
        Outcome::Success => Color::Green,
        Outcome::Blocked => Color::Yellow,
        Outcome::Failure | Outcome::Crash => Color::Red,
    };
    coloured(out, colour, outcome.as_str())
}

fn write_errors(out: &mut dyn WriteColor, result: &RunResult<'_>) -> io::Result<()> {
    for error in &result.errors {
        writeln!(out, "  {}", printable_line(error))?;
    }
    for note in &result.notes {
        writeln!(out, "  note: {}", printable_line(note))?;
    }
    Ok(())
}

fn write_node(out: &mut dyn WriteColor, node: &TracedNode<'_>, width: usize, places: &Places<'_>) -> io::Result<()> {
    let word = decision_word(node.decision);
    let colour = match node.decision {
        Decision::Start => None,
        Decision::Then | Decision::Done | Decision::Enqueued => Some(Color::Green),
        Decision::Else | Decision::Skipped => Some(Color::Yellow),
        Decision::Failed | Decision::Crashed => Some(Color::Red),
    };
    write!(out, "{:>4}  {:width$}  ", node.node, printable_line(node.module))?;
    match (colour, places(node.node)) {
        (Some(colour), None) => coloured(out, colour, word)?,
        (None, None) => write!(out, "{word}")?,
        (colour, Some(place)) => {
            match colour {
                Some(colour) => coloured(out, colour, word)?,
                None => write!(out, "{word}")?,
            }
            write!(out, "{:2$}{}", "", printable_line(&place), 10 - word.len())?;
        }
    }
    writeln!(out)?;
    for observation in &node.saw {
        let value = cut(&observed(&observation.value, SHOWN), SHOWN);
        detail(out, "saw", &format!("{} = {value}", printable_line(&observation.what)))?;
    }
    for reason in &node.reasons {
        detail(out, "because", &cut(reason, SHOWN_OF_REASON))?;
    }
    Ok(())
}

fn detail(out: &mut dyn WriteColor, word: &str, text: &str) -> io::Result<()> {
    write!(out, "      ")?;
    coloured(out, Color::Cyan, word)?;
    writeln!(out, "{:1$}{text}", "", 9 - word.len())
}

/// The word for what came of a node.
pub fn decision_word(decision: Decision) -> &'static str {
    match decision {
        Decision::Start => "starts",
        Decision::Then => "then",
        Decision::Else => "else",
        Decision::Done => "done",
        Decision::Failed => "failed",
        Decision::Skipped => "skipped",
        Decision::Enqueued => "enqueues",
        Decision::Crashed => "crashes",
    }
}

/// The JSON of a value, or its beginning: a little more than `length` characters where it is longer.
pub fn observed(value: &Value<'_>, length: usize) -> String {
    match value {
        Value::Float(number) if !number.is_finite() => "a number without end".to_owned(),
        value => beginning(value, length),
    }
}

/// The kind of an effect and what belongs to it, on one line; what is long in it is cut.
pub fn effect_text(record: &EffectRecord<'_>) -> String {
    if let Effect::EditAttributes { attributes, changed } = &record.effect {
        return edited(attributes, changed);
    }
    let fields = beginnings(&record.effect, SHOWN_OF_EFFECT);
    let kind =
        fields.iter().find(|(name, _)| *name == "kind").map(|(_, kind)| kind.trim_matches('"').replace('_', " "));
    let fields = fields.iter().filter(|(name, _)| *name != "kind");
    let fields: Vec<String> = fields.map(|(name, value)| format!("{name}: {}", cut(value, SHOWN_OF_EFFECT))).collect();
    format!("{}  {}", kind.unwrap_or_default(), fields.join(", ")).trim_end().to_owned()
}

/// The new value of a field, and the attributes that get it.
fn edited(attributes: &[Value<'_>], field: &str) -> String {
    let text = |attribute: &Value<'_>, name: &str| {
        attribute.get(name).and_then(Value::to_text).unwrap_or_default().into_owned()
    };
    let new = attributes.first().and_then(|attribute| attribute.get(field)).and_then(|value| value.to_json().ok());
    let named = attributes.iter().take(SHOWN_ATTRIBUTES);
    let mut named: Vec<_> =
        named.map(|attribute| format!("{} ({})", text(attribute, "id"), shown(&text(attribute, "value")))).collect();
    if attributes.len() > SHOWN_ATTRIBUTES {
        named.push(format!("and {} more", attributes.len() - SHOWN_ATTRIBUTES));
    }
    let new = cut(&new.unwrap_or_default(), SHOWN_OF_EFFECT);
    format!("edit attributes  {field}: {new}, attributes: {}", named.join(", ")).trim_end().to_owned()
}

/// The text without what a terminal would take for a command, cut where it is long.
fn shown(text: &str) -> String {
    cut(text, SHOWN)
}

fn cut(text: &str, length: usize) -> String {
    let mut short: String = text.chars().take(length).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    printable_line(&short).into_owned()
}

fn coloured(out: &mut dyn WriteColor, colour: Color, word: &str) -> io::Result<()> {
    out.set_color(ColorSpec::new().set_fg(Some(colour)))?;
    write!(out, "{word}")?;
    out.reset()
}

fn bold(out: &mut dyn WriteColor, words: &str) -> io::Result<()> {
    out.set_color(ColorSpec::new().set_bold(true))?;
    write!(out, "{words}")?;
    out.reset()
}
