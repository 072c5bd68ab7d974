//! `diff --event` and `plan --event`: what a change would have done with events.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value as Json, json};

use crate::base::parallel::threads;
use crate::base::source::Sources;
use crate::catalogue::{Catalogue, Semantics, Target};
use crate::diagnostics::{Diagnostic, printable_line, write_terminal};
use crate::diff::pair_documents;
use crate::engine::{KnownWorkflows, Prepared, RunOptions, Settings};
use crate::format::quote;
use crate::model::{Document, DocumentKind, NodeId};
use crate::project::Project;
use crate::simulate::answers::{FixedAnswers, Targets};
use crate::simulate::replay::{
    Change, ChangeBy, Changed, Changes, EventFiles, EventIdentity, Events, Record, Runner, changes, gather_events,
    in_order, place_of, usable_by, value_of,
};

use super::circumstances::{Circumstances, prepare};
use super::diff::title;
use super::interrupt::Interrupt;
use super::meaning::Side;
use super::progress::Progress;
use super::run_output::{no_event, record_name};
use super::server::{Batches, FromServer};
use super::{Console, Failure, Format, Status, report};

/// So many events that cannot be used are shown.
const MOST_PROBLEMS: usize = 100;

/// Events on which both sides are run.
#[derive(Args, Debug)]
pub(super) struct Replay {
    /// Say what the change would have done: both sides are run on these events. As with `run`: a file, a folder, or `-`.
    /// May be given several times
    #[arg(long = "event", value_name = "PATH", conflicts_with_all = ["form", "meaning"])]
    events: Vec<PathBuf>,
    #[command(flatten)]
    circumstances: Circumstances,
    #[command(flatten)]
    from: Box<FromServer>,
}

/// What came of it.
pub(super) struct Replayed {
    pub(super) status: Status,
    /// Whether something is different on some event.
    pub(super) differs: bool,
    /// For `--format json`: an object for each workflow.
    pub(super) told: Vec<Json>,
    /// How many events could not be used.
    pub(super) unusable: usize,
}

/// A workflow that is on both sides.
pub(super) struct Both<'d> {
    pub(super) name: &'d str,
    pub(super) documents: [&'d Document<'d>; 2],
    /// The labels of the steps of each.
    pub(super) labels: [&'d [(&'d str, NodeId)]; 2],
}

/// What is replayed.
pub(super) struct Sides<'d> {
    /// The workflows that are on both sides.
    pub(super) both: Vec<Both<'d>>,
    /// What those of each side run among.
    pub(super) among: [Among<'d>; 2],
}

/// What the workflows of one side run among.
pub(super) struct Among<'d> {
    /// All workflows of the side.
    pub(super) documents: Vec<&'d Document<'d>>,
    pub(super) modules: &'d Catalogue,
    pub(super) target: Target,
}

/// A workflow that is on both sides, ready to run.
struct Pair<'d> {
    name: &'d str,
    documents: [&'d Document<'d>; 2],
    prepared: [Prepared; 2],
    answers: [FixedAnswers; 2],
}

/// What came of some events.
#[derive(Default)]
struct Output {
    read: u64,
    problems: Vec<Diagnostic>,
    /// For each event its name, if something is different, and the changes in each pair.
    events: Vec<(String, Vec<Vec<ChangeBy>>)>,
}

impl Replay {
    /// Whether there are events.
    pub(super) fn is_given(&self) -> bool {
        !self.events.is_empty() || self.from.is_given()
    }

    /// For a server of the project file.
    pub(super) fn of_server(server: &str, project: &Project) -> Self {
        Self { events: Vec::new(), circumstances: Circumstances::of_server(server, project), from: Box::default() }
    }

    /// Runs the workflows that are on both sides on all events, and says what is different.
    pub(super) fn run(
        &self,
        sides: &[Side<'_>; 2],
        project: &Project,
        sources: &Sources,
        format: Format,
        console: &mut Console,
    ) -> Result<Replayed, Failure> {
        let mut both = Vec::new();
        for (old, new) in pair_documents(sides[0].documents, sides[1].documents).both {
            let documents = [&sides[0].documents[old], &sides[1].documents[new]];
            if documents.iter().all(|document| document.kind == DocumentKind::Workflow) {
                let labels = [(0, old), (1, new)];
                let labels =
                    labels.map(|(side, at): (usize, usize)| sides[side].labels.get(at).map_or(&[][..], |own| own));
                both.push(Both { name: title(documents[1]), documents, labels });
            }
        }
        if both.is_empty() {
            return Err(Failure::Other("no workflow is on both sides, so nothing can be replayed".into()));
        }
        let among = sides.each_ref().map(|side| Among {
            documents: side.documents.iter().collect(),
            modules: side.modules,
            target: side.target,
        });
        let files = event_files(&self.events)?;
        self.compare(files, &Sides { both, among }, project, sources, format, console)
    }

    /// Runs these workflows on all events, and says what is different.
    pub(super) fn compare(
        &self,
        files: EventFiles,
        Sides { both, among }: &Sides<'_>,
        project: &Project,
        sources: &Sources,
        format: Format,
        console: &mut Console,
    ) -> Result<Replayed, Failure> {
        let nothing = |status| Replayed { status, differs: false, told: Vec::new(), unusable: 0 };
        let pairs = match self.pairs(both, among, project, sources)? {
            Ok(pairs) => pairs,
            Err(problem) => return Ok(nothing(report(console, sources, &[*problem], Format::Text)?)),
        };
        let environment = |name: &str| std::env::var(name).ok();
        let callees = among.each_ref().map(|side| {
            let semantics = Semantics::for_target(side.target);
            let settings = Settings { environment: &environment, ..Settings::new("", side.modules, semantics) };
            KnownWorkflows::of(side.documents.iter().copied(), &settings)
        });
        let runners: Vec<[Runner<'_>; 2]> = pairs.iter().map(|pair| self.runners(pair, &callees)).collect();

        let server = self.from.open(project, console)?;
        let found = server.as_ref().map(|server| server.begin(console)).transpose()?;
        let bytes = files.bytes.filter(|_| server.is_none());
        let events: Batches<'_> = Box::new(Events::new(files).chain(found.into_iter().flatten()));

        let mut progress = Progress::new(console.is_quiet(), bytes);
        let mut all = vec![Changes::default(); pairs.len()];
        let (mut status, mut unusable, mut seen) = (Status::Done, 0, 0);
        let interrupt = Interrupt::listen();
        in_order(
            events.take_while(|_| !interrupt.is_asked()),
            threads(),
            |batch, emit| emit(compared(&batch, &runners)),
            |output: Output| {
                let shown = output.problems.len().min(MOST_PROBLEMS.saturating_sub(unusable));
                unusable += output.problems.len();
                seen += output.events.len();
                status = status.max(Status::of(&output.problems));
                progress.advance(output.read, output.events.len());
                if shown > 0 {
                    progress.pause(|| write_terminal(sources, &output.problems[..shown], console.messages()))?;
                }
                for (name, by_pair) in output.events {
                    for (changes, found) in all.iter_mut().zip(by_pair) {
                        changes.count(found, || name.clone());
                    }
                }
                Ok::<(), Failure>(())
            },
        )?;
        progress.finish();
        if let Some(server) = &server {
            server.finish(console)?;
        }
        if interrupt.is_asked() {
            status = Status::Interrupted;
            console.tell("interrupted: these are the events before")?;
        } else if seen + unusable == 0 {
            let problem = server.as_ref().map_or_else(no_event, super::server::EventSource::nothing_found);
            return Ok(nothing(report(console, sources, &[problem], Format::Text)?));
        }
        let told = pairs.iter().zip(&all).map(|(pair, changes)| as_json(pair, changes, sources)).collect();
        if format == Format::Text {
            for (pair, changes) in pairs.iter().zip(&all) {
                write_text(pair, changes, pairs.len() > 1, sources, console)?;
            }
            if unusable > 0 {
                console.tell(&format!("{} could not be used", events_in_words(unusable)))?;
            }
        }
        Ok(Replayed { status, differs: all.iter().any(|changes| changes.different > 0), told, unusable })
    }

    /// The workflows, ready to run; or what is wrong with one.
    fn pairs<'d>(
        &self,
        both: &[Both<'d>],
        among: &[Among<'_>; 2],
        project: &Project,
        sources: &Sources,
    ) -> Result<Result<Vec<Pair<'d>>, Box<Diagnostic>>, Failure> {
        let mut pairs = Vec::new();
        for Both { name, documents, labels } in both {
            let mut ready = Vec::new();
            for (side, (document, labels)) in among.iter().zip(documents.iter().zip(labels)) {
                let environment = |name: &str| std::env::var(name).ok();
                let semantics = Semantics::for_target(side.target);
                let settings =
                    Settings { environment: &environment, ..Settings::new(title(document), side.modules, semantics) };
                let prepared = match prepare(document, &settings) {
                    Ok(prepared) => prepared,
                    Err(problem) => return Ok(Err(problem)),
                };
                let targets = Targets { graph: &document.graph, labels };
                match self.circumstances.answers(&targets, side.modules, project, sources)? {
                    Ok(answers) => ready.push((prepared, answers)),
                    Err(problem) => return Ok(Err(problem)),
                }
            }
            if let (Some((prepared_after, answers_after)), Some((prepared, answers))) = (ready.pop(), ready.pop()) {
                pairs.push(Pair {
                    name,
                    documents: *documents,
                    prepared: [prepared, prepared_after],
                    answers: [answers, answers_after],
                });
            }
        }
        Ok(Ok(pairs))
    }

    fn runners<'r>(&self, pair: &'r Pair<'_>, callees: &'r [KnownWorkflows; 2]) -> [Runner<'r>; 2] {
        [0, 1].map(|side| Runner {
            workflow: &pair.prepared[side],
            id: None,
            options: RunOptions {
                answers: &pair.answers[side],
                callees: Some(&callees[side]),
                as_trigger: self.circumstances.as_trigger,
                ..RunOptions::default()
            },
        })
    }
}

/// The files of events.
pub(super) fn event_files(paths: &[PathBuf]) -> Result<EventFiles, Failure> {
    gather_events(paths).map_err(|error| Failure::Other(format!("the events cannot be read: {error}")))
}

/// Runs all pairs on the events of a batch.
fn compared(batch: &[Record], pairs: &[[Runner<'_>; 2]]) -> Output {
    let mut output = Output::default();
    for record in batch {
        output.read += record.text.as_ref().map_or(0, |text| text.len() as u64);
        match compared_one(record, pairs) {
            Ok(event) => output.events.push(event),
            Err(problem) => output.problems.push(*problem),
        }
    }
    output
}

fn compared_one(record: &Record, pairs: &[[Runner<'_>; 2]]) -> Result<(String, Vec<Vec<ChangeBy>>), Box<Diagnostic>> {
    let data = value_of(record)?;
    let mut found = Vec::with_capacity(pairs.len());
    for runners in pairs {
        for runner in runners {
            usable_by(record, runner.workflow, &data)?;
        }
        let [before, after] = runners.each_ref().map(|runner| runner.run(data.clone()));
        found.push(changes(&before, &after));
    }
    let differs = found.iter().any(|changes| !changes.is_empty());
    let name = if differs { record_name(record, EventIdentity::of(&data).as_ref()) } else { String::new() };
    Ok((name, found))
}

fn write_text(
    pair: &Pair<'_>,
    changes: &Changes,
    is_one_of_several: bool,
    sources: &Sources,
    console: &mut Console,
) -> Result<(), Failure> {
    let who = if is_one_of_several { format!("{}: ", quote(pair.name)) } else { String::new() };
    let differ = match changes.different {
        0 => "no difference".to_owned(),
        1 => "1 is treated differently".to_owned(),
        several => format!("{several} are treated differently"),
    };
    console.line(&format!("{who}replayed on {}: {differ}", events_in_words(changes.events)))?;
    for (change, met) in &changes.found {
        let by = by_in_words(&by(pair, change, met, sources), change);
        console.line(&printable_line(&format!("  {}{by}", in_words(change, met.events))))?;
        let more = met.events - met.examples.len();
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        console.line(&printable_line(&format!("      {}{more}", met.examples.join(", "))))?;
    }
    Ok(())
}

fn events_in_words(count: usize) -> String {
    format!("{count} event{}", if count == 1 { "" } else { "s" })
}

fn in_words(change: &Change, events: usize) -> String {
    let is_one = events == 1;
    let (is, was, goes, ends) = if is_one { ("is", "was", "goes", "ends") } else { ("are", "were", "go", "end") };
    let on = events_in_words(events);
    match change {
        Change::Cancelled => format!("{events} {is} cancelled and {was} not"),
        Change::LetThrough => format!("{events} {goes} on and {was} cancelled"),
        Change::RunsOn => format!("{events} {is} found by the search of the trigger and {was} not"),
        Change::PassesOver => format!("{events} {was} found by the search of the trigger and {is} not"),
        Change::Ends { before, after } => format!("{events} {ends} with `{after}` and not with `{before}`"),
        Change::DoesMore { module } => format!("`{module}` does more on {on}"),
        Change::DoesLess { module } => format!("`{module}` does less on {on}"),
        Change::DoesElse { module } => format!("`{module}` does something else on {on}"),
    }
}

/// Which nodes make a change, after the words for it.
fn by_in_words(nodes: &[By], change: &Change) -> String {
    let names_module = matches!(change, Change::DoesMore { .. } | Change::DoesLess { .. } | Change::DoesElse { .. });
    let one = |by: &By| {
        let place = by.place.clone();
        if names_module {
            return place.unwrap_or_else(|| format!("node {}", by.node));
        }
        let place = place.map(|place| format!(" at {place}")).unwrap_or_default();
        let count = if nodes.len() > 1 { format!(" {} times", by.events) } else { String::new() };
        format!("`{}` ({}){place}{count}", by.module, by.node)
    };
    let list = nodes.iter().map(one).collect::<Vec<_>>().join(", ");
    match (nodes.is_empty(), names_module) {
        (true, _) => String::new(),
        (false, true) => format!(" ({list})"),
        (false, false) => format!(", by {list}"),
    }
}

/// A node that makes a change.
struct By {
    node: NodeId,
    module: String,
    place: Option<String>,
    events: usize,
}

/// The nodes that make a change, the most frequent first.
fn by(pair: &Pair<'_>, change: &Change, met: &Changed, sources: &Sources) -> Vec<By> {
    let is_of_before = matches!(change, Change::LetThrough | Change::DoesLess { .. });
    let graph = &pair.documents[usize::from(!is_of_before)].graph;
    let mut nodes: Vec<By> = met
        .by
        .iter()
        .filter_map(|(node, events)| {
            let node = graph.node((*node)?)?;
            let place = place_of(sources, graph, node.id);
            Some(By { node: node.id, module: node.module.to_string(), place, events: *events })
        })
        .collect();
    nodes.sort_by_key(|by| std::cmp::Reverse(by.events));
    nodes
}

fn as_json(pair: &Pair<'_>, changes: &Changes, sources: &Sources) -> Json {
    let found: Vec<Json> = changes
        .found
        .iter()
        .map(|(change, met)| {
            let by: Vec<Json> = by(pair, change, met, sources)
                .iter()
                .map(|by| json!({"node": by.node, "module": by.module, "place": by.place, "events": by.events}))
                .collect();
            json!({"change": change, "events": met.events, "by": by, "examples": met.examples})
        })
        .collect();
    json!({"name": pair.name, "events": changes.events, "different": changes.different, "changes": found})
}
