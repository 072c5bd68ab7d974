//! `run FILE --event EVENT.json`

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use codespan_reporting::term::termcolor::Buffer;

use crate::base::parallel::threads;
use crate::base::source::Sources;
use crate::catalogue::Semantics;
use crate::diagnostics::{Diagnostic, write_terminal};
use crate::engine::{Answers, Clock, KnownWorkflows, RunOptions, Settings};
use crate::model::{Graph, NodeId};
use crate::simulate::answers::Targets;
use crate::simulate::replay::{Events, Record, Runner, Tally, gather_events, in_order, place_of, utc_now};

use super::circumstances::{Circumstances, prepare};
use super::interrupt::Interrupt;
use super::live::{Live, announce, tell_problems};
use super::one_document::{Found, OneDocument};
use super::progress::Progress;
use super::run_output::{Output, OutputForm, Renderer, no_event};
use super::server::{Batches, EventSource, FromServer, OnServer, Simulation};
use super::{Console, Failure, Format, ProjectFlags, Status, TargetFlag, report};

/// Run a workflow on events as MISP would, and say what it does and why.
///
/// Nothing leaves this computer unless `--live` says so: what MISP would do is shown, not done. With
/// one event the run is shown node by node, with several there is a line for each and a summary.
#[derive(Args, Debug)]
#[command(mut_arg("save", |save| save.requires("from")))]
#[command(after_help = "Examples:
  mispflow run publish-guard.mwf --event events/red.json
  mispflow run saved-from-misp.json --event events/red.json --format json
  mispflow run publish-guard.mwf --event archive/ --event -  < more.ndjson
  mispflow run publish-guard.mwf --from prod --search '{\"timestamp\": \"30d\"}'
  mispflow run tell-the-soc.mwf --event events/red.json --live webhook,zmq")]
pub(super) struct Run {
    /// The workflow: a `.mwf` file, or MISP's JSON; `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// An event as MISP's REST API gives it, a file with one a line, or a folder of such files; `-` for
    /// standard input. May be given several times
    #[arg(long = "event", value_name = "PATH", required_unless_present = "from")]
    events: Vec<PathBuf>,
    /// Which workflow, where the file holds several
    #[arg(long, value_name = "ID")]
    workflow: Option<String>,
    #[command(flatten)]
    circumstances: Circumstances,
    /// Print the lines that MISP would write to its log; with `--format json` among the messages
    #[arg(long)]
    log: bool,
    /// How runs are written; as JSON one object a line
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
    #[command(flatten)]
    target: TargetFlag,
    #[command(flatten)]
    in_project: ProjectFlags,
    #[command(flatten)]
    from: Box<FromServer>,
    #[command(flatten)]
    on: Box<OnServer>,
    #[command(flatten)]
    live: Live,
}

impl Run {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let wanted = OneDocument {
            file: &self.file,
            wanted: self.workflow.as_deref(),
            in_project: &self.in_project,
            target: &self.target,
            events: &self.events,
            takes_blueprints: false,
        };
        wanted.find(console, |found, console| self.execute(&found, console))
    }

    fn execute(&self, found: &Found<'_, '_>, console: &mut Console) -> Result<Status, Failure> {
        let Found { chosen, all, catalogue, project, sources, .. } = *found;
        console.protect(sources);
        let graph = &chosen.document.graph;
        let semantics = Semantics::for_target(project.target());
        let name = found.name(&self.file);
        let environment = |name: &str| std::env::var(name).ok();
        let session = self.live.session()?;
        let secrets = |name: &str| session.as_ref().map(|session| session.secrets.stand_in(name));
        let settings =
            Settings { environment: &environment, secrets: &secrets, ..Settings::new(&name, catalogue, semantics) };
        let prepared = match prepare(chosen.document, &settings) {
            Ok(prepared) => prepared,
            Err(problem) => return Ok(report(console, sources, &[*problem], Format::Text)?),
        };
        let callees = KnownWorkflows::of(all.iter().copied(), &settings);
        let targets = Targets { graph, labels: chosen.labels };
        let answers = match self.circumstances.answers(&targets, catalogue, project, sources)? {
            Ok(answers) => answers,
            Err(diagnostic) => return Ok(report(console, sources, &[*diagnostic], Format::Text)?),
        };
        if self.log && !chosen.document.debug_enabled {
            console.tell("MISP logs every step only where `debug` is on; without it nothing but failures")?;
        }

        let files = gather_events(&self.events)
            .map_err(|error| Failure::Other(format!("the events cannot be read: {error}")))?;
        let server = self.from.open(project, console)?;
        let found_events = server.as_ref().map(|server| server.begin(console)).transpose()?;
        if let Some(session) = &session {
            announce(session, console)?;
        }
        let live = session.as_ref().map(|session| session.answers(&answers));
        let answers: &dyn Answers = live.as_ref().map_or(&answers, |live| live);
        // What is performed happens in the order of the events.
        let workers = if session.is_some() { 1 } else { threads() };
        let bytes = files.bytes.filter(|_| server.is_none());
        let place = |node: NodeId| place_of(sources, graph, node);
        let events: Batches<'_> = Box::new(Events::new(files.clone()).chain(found_events.into_iter().flatten()));
        if self.on.is_given() {
            let options = RunOptions {
                answers,
                callees: Some(&callees),
                trace: true,
                clock: Some(&utc_now),
                ..RunOptions::default()
            };
            let runner = Runner { workflow: &prepared, id: chosen.id, options };
            let simulation = Simulation { runner, found, name: &name, places: &place, format: self.format };
            let status = self.on.run(&simulation, events, console)?;
            if let Some(server) = &server {
                server.finish(console)?;
            }
            return Ok(status);
        }
        let has_several = files.paths.len() + usize::from(server.is_some()) > 1;
        let (form, first, events) = self.open(events, has_several);
        let clock: Option<&Clock> = if self.log { Some(&utc_now) } else { None };
        let options = RunOptions {
            answers,
            callees: Some(&callees),
            trace: form == OutputForm::Trace,
            clock,
            as_trigger: self.circumstances.as_trigger,
            ..RunOptions::default()
        };
        let runner = Runner { workflow: &prepared, id: chosen.id, options };
        let has_colour = console.results().supports_color();
        let buffer = || if has_colour { Buffer::ansi() } else { Buffer::no_color() };
        let renderer = Renderer { runner, form, places: &place, buffer: &buffer };

        let mut progress = Progress::new(form == OutputForm::Trace || console.is_quiet(), bytes);
        let mut total = Total { tally: Tally::default(), status: Status::Done, notes: BTreeSet::new(), adhoc: None };
        let interrupt = Interrupt::listen();
        in_order(
            first.into_iter().flatten().chain(events).take_while(|_| !interrupt.is_asked()),
            workers,
            |batch, emit| renderer.batch(&batch, emit),
            |output| total.take(&output, sources, &mut progress, console),
        )?;
        progress.finish();
        if let Some(server) = &server {
            server.finish(console)?;
        }
        if let Some(session) = &session {
            tell_problems(session, console)?;
        }
        if interrupt.is_asked() {
            total.interrupted();
        }
        if form != OutputForm::Trace && prepared.is_adhoc() {
            total.adhoc = Some(prepared.searches_pages());
        }
        let nothing = server.as_ref().map_or_else(no_event, EventSource::nothing_found);
        total.finish(|node| who(sources, graph, node), form, nothing, console, sources)
    }

    /// How runs are written, and the events. To know whether there is only one, the first two are read.
    fn open<'b>(
        &self,
        mut events: Batches<'b>,
        has_several: bool,
    ) -> (OutputForm, [Option<Vec<Record>>; 2], Batches<'b>) {
        if self.format == Format::Json {
            return (OutputForm::Json, [None, None], events);
        }
        if has_several {
            return (OutputForm::Line, [None, None], events);
        }
        let first = events.next();
        if first.as_ref().is_some_and(|batch| batch.len() > 1) {
            return (OutputForm::Line, [first, None], events);
        }
        let second = events.next();
        (if second.is_some() { OutputForm::Line } else { OutputForm::Trace }, [first, second], events)
    }
}

/// So many entries that cannot be used are shown, or a few more.
const MOST_PROBLEMS: usize = 1_000;

/// What all runs together came to.
struct Total {
    tally: Tally,
    status: Status,
    /// What was noted of the runs, each once.
    notes: BTreeSet<String>,
    /// For an ad-hoc workflow, whether its search takes some of what it finds.
    adhoc: Option<bool>,
}

impl Total {
    fn take(
        &mut self,
        output: &Output,
        sources: &Sources,
        progress: &mut Progress,
        console: &mut Console,
    ) -> Result<(), Failure> {
        if console.results().supports_color() {
            console.coloured(&output.bytes)?;
        } else {
            console.results().write_all(&output.bytes)?;
        }
        if progress.is_live() {
            // Who watches wants to see each run when it is done.
            console.flush()?;
        }
        let before = self.tally.unreadable;
        if !output.log.is_empty() || (!output.problems.is_empty() && before <= MOST_PROBLEMS) {
            progress.pause(|| {
                for line in &output.log {
                    writeln!(console.messages(), "{line}")?;
                }
                let shown = output.problems.len().min(MOST_PROBLEMS.saturating_sub(before));
                write_terminal(sources, &output.problems[..shown], console.messages())?;
                if shown < output.problems.len() && before <= MOST_PROBLEMS {
                    writeln!(console.messages(), "further entries that cannot be used are counted, but not shown")?;
                }
                console.flush()
            })?;
        }
        self.status = self.status.max(Status::of(&output.problems));
        if output.is_uncertain {
            self.status = self.status.max(Status::Rejected);
        }
        self.tally.unreadable += output.problems.len();
        self.notes.extend(output.notes.iter().cloned());
        for ending in &output.endings {
            self.tally.count(*ending);
        }
        progress.advance(output.read, output.endings.len());
        Ok(())
    }

    fn interrupted(&mut self) {
        self.status = Status::Interrupted;
    }

    fn finish(
        self,
        who: impl Fn(NodeId) -> String,
        form: OutputForm,
        nothing: Diagnostic,
        console: &mut Console,
        sources: &Sources,
    ) -> Result<Status, Failure> {
        if self.status == Status::Interrupted {
            console.tell("interrupted: these are the events before")?;
        } else if self.tally == Tally::default() {
            return Ok(report(console, sources, &[nothing], Format::Text)?);
        }
        if form != OutputForm::Trace {
            console.tell(&self.tally.summary(who))?;
            if let Some(takes_some) = self.adhoc {
                console.tell(&self.tally.answer())?;
                if takes_some {
                    console.tell("note: `limit` and `page` of the search are left out: each event is run by itself")?;
                }
            }
            for note in &self.notes {
                console.tell(&format!("note: {note}"))?;
            }
        }
        Ok(self.status)
    }
}

/// A node in words.
fn who(sources: &Sources, graph: &Graph<'_>, node: NodeId) -> String {
    let module = graph.node(node).map_or("", |node| &node.module);
    match place_of(sources, graph, node) {
        Some(place) => format!("`{module}` ({node}) at {place}"),
        None => format!("`{module}` ({node})"),
    }
}
