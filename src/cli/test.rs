//! `test`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use codespan_reporting::term::termcolor::{Color, ColorSpec};

use crate::base::characters::{to_json, to_json_pretty};
use crate::base::parallel::threads;
use crate::base::source::Sources;
use crate::catalogue::{Catalogue, Semantics};
use crate::compile::Workspace;
use crate::diagnostics::{Diagnostic, findings_to_json, printable_line, write_terminal};
use crate::inputs::Reads;
use crate::project::{self, Readers, below, write_whole};
use crate::prove::{Counterexample, Decision};
use crate::simulate::replay::{EventIdentity, Record, data_of, in_order};
use crate::simulate::workflow_tests::{CaseReport, Coverage, Suite, SuiteSettings, run_case, write_junit};

use super::generate::Generation;
use super::interrupt::Interrupt;
use super::run_output::record_name;
use super::server::{EventSource, FromServer};
use super::watch::{Watched, watch};
use super::{Console, Failure, Inputs, ReportFormat, Status, TargetFlag, report};

/// How results are written.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, ValueEnum)]
enum TestFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// For CI: the XML of `JUnit`
    Junit,
}

/// Run the tests of workflows.
///
/// Nothing leaves this computer, and nothing comes from its environment: a test gives the same result
/// everywhere. With `--from` the tests run on events of a server instead of their own: what they expect
/// must hold for each of them.
///
/// A test that says `given any event` is not run but decided: it holds for every event that the trigger can
/// pass, or an event is shown for which it does not, or it is not decided, which is not a pass.
#[derive(Args, Debug)]
#[command(mut_arg("save", |save| save.help(SAVE)))]
pub(super) struct Test {
    #[command(flatten)]
    inputs: Inputs,
    /// Only tests with this text in their title or in the id of their workflow
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Say which steps and branches no test reaches
    #[arg(long)]
    coverage: bool,
    /// With `--coverage`: fail when the tests reach less than so many of a hundred steps or branches
    #[arg(long, value_name = "PERCENT", requires = "coverage", value_parser = clap::value_parser!(u8).range(0..=100))]
    threshold: Option<u8>,
    /// How results are written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: TestFormat,
    #[command(flatten)]
    target: TargetFlag,
    /// Run the tests again whenever a file changes
    #[arg(long, conflicts_with_all = ["stdin_filename", "from"])]
    watch: bool,
    /// Run no test: write into this folder a few events that together take every branch, and tests of what happens with each
    #[arg(long, value_name = "DIR", conflicts_with_all = ["filter", "coverage", "from", "save", "watch"])]
    generate: Option<PathBuf>,
    #[command(flatten)]
    from: FromServer,
}

/// What `--save` keeps.
const SAVE: &str = "Write events into this folder, as files that `--event` and `given` take: those of the server, or those for which a test over all events does not hold";

impl Test {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        if !self.watch {
            return Ok(self.once(console)?.0);
        }
        self.inputs.can_be_watched()?;
        watch(console, |console| self.once(console))
    }

    fn once(&self, console: &mut Console) -> Result<(Status, Watched), Failure> {
        let sources = Sources::new();
        let mut loaded = self.inputs.load(&sources, Reads::Text);
        self.target.apply(&mut loaded.project);
        let mut diagnostics = loaded.diagnostics.clone();
        let catalogue = project::catalogue(&sources, &loaded.files, &loaded.project, &mut diagnostics);
        let workspace = Workspace::load(&sources, &loaded.files, &loaded.roots, &catalogue);
        let compilation = workspace.compile();
        diagnostics.extend(compilation.diagnostics.iter().cloned());
        let modules = workspace.modules();
        let settings = SuiteSettings {
            sources: &sources,
            access: &loaded.files,
            catalogue: &modules,
            semantics: Semantics::for_target(loaded.project.target()),
            filter: self.filter.as_deref(),
            on_other_events: self.from.is_given(),
        };
        if let Some(folder) = &self.generate {
            diagnostics.retain(Diagnostic::is_fault);
            let status = if diagnostics.is_empty() {
                let semantics = settings.semantics;
                let generation =
                    Generation { compilation: &compilation, modules: &modules, semantics, sources: &sources, folder };
                generation.run(console)?
            } else {
                report(console, &sources, &diagnostics, ReportFormat::Text)?
            };
            return Ok((status, Watched::of(&loaded, &sources)));
        }
        let suite = Suite::new(&compilation, &settings, &mut diagnostics);
        // Warnings are the business of `check`.
        diagnostics.retain(Diagnostic::is_fault);
        if !diagnostics.is_empty() {
            let status = match self.format {
                TestFormat::Text => report(console, &sources, &diagnostics, ReportFormat::Text)?,
                TestFormat::Json => report(console, &sources, &diagnostics, ReportFormat::Json)?,
                TestFormat::Junit => {
                    // Who reads the report should see that nothing was run, and who reads the messages why.
                    report(console, &sources, &diagnostics, ReportFormat::Junit)?;
                    report(console, &sources, &diagnostics, ReportFormat::Text)?
                }
            };
            return Ok((status, Watched::of(&loaded, &sources)));
        }

        console.protect(&sources);
        let mut status = Status::Done;
        let mut decisions = vec![None; suite.cases.len()];
        let reports = match self.from.open(&loaded.project, console)? {
            None => {
                let done = on_own_events(&suite, &modules, &sources)?;
                let reports;
                (reports, decisions) = done.into_iter().unzip();
                if let Some(folder) = self.from.saves_in() {
                    save(&suite, &decisions, folder, console)?;
                }
                reports
            }
            Some(server) => {
                let done = on_server(&suite, &server, &sources, console)?;
                status = done.0;
                done.1
            }
        };
        let coverage = self.coverage.then(|| Coverage::new(&suite, &reports));
        match self.format {
            TestFormat::Text => write_text(console, &sources, &suite, (&reports, &decisions), coverage.as_ref())?,
            TestFormat::Json => write_json(console, &sources, &suite, (&reports, &decisions), coverage.as_ref())?,
            TestFormat::Junit => {
                write_junit(console.results(), &sources, &suite, &reports)?;
                if let Some(coverage) = &coverage {
                    write_terminal(&sources, &coverage.missing, console.messages())?;
                }
            }
        }
        let passed = reports.iter().all(CaseReport::has_passed);
        let is_covered = match (&coverage, self.threshold) {
            (Some(coverage), Some(threshold)) => tell_threshold(coverage, threshold, console)?,
            _ => true,
        };
        let done = if passed && is_covered { Status::Done } else { Status::Rejected };
        Ok((status.max(done), Watched::of(&loaded, &sources)))
    }
}

/// What came of a test, and what was decided about all events, if it is about all.
type Told = (CaseReport, Option<Decision>);

/// Runs each test on the events that it names, or over all events.
fn on_own_events(suite: &Suite<'_, '_>, modules: &Catalogue, sources: &Sources) -> Result<Vec<Told>, Failure> {
    let mut reports = Vec::with_capacity(suite.cases.len());
    in_order(
        suite.cases.iter(),
        threads(),
        |case, emit| emit(run_case(case, &suite.workflows[case.workflow], modules, sources)),
        |report| {
            reports.push(report);
            Ok::<_, Failure>(())
        },
    )?;
    Ok(reports)
}

/// Keeps the events for which something does not hold, each in a file that is named after its test.
fn save(
    suite: &Suite<'_, '_>,
    decisions: &[Option<Decision>],
    folder: &Path,
    console: &mut Console,
) -> Result<(), Failure> {
    let mut known: Vec<String> = Vec::new();
    for (case, decision) in suite.cases.iter().zip(decisions) {
        let Some(Decision::Fails(counterexample)) = decision else { continue };
        let base = file_name(case.test.workflow.text, &case.test.item.title.content);
        let mut name = base.clone();
        for number in 2.. {
            if !known.contains(&name) {
                break;
            }
            name = format!("{base}-{number}");
        }
        let failed = |path: &Path, error: &std::io::Error| Failure::unwritable(path, error);
        let file = format!("{name}.json");
        known.push(name);
        let path = below(folder, &file).map_err(|error| failed(&folder.join(&file), &error))?;
        let mut bytes = Vec::new();
        to_json_pretty(&mut bytes, &serde_json::to_value(&counterexample.event).unwrap_or_default())?;
        bytes.push(b'\n');
        write_whole(&path, &bytes, Readers::Usual).map_err(|error| failed(&path, &error))?;
        console.tell(&format!("the event is saved in `{}`", path.display()))?;
    }
    Ok(())
}

/// The name of a file for a test: letters, digits and dashes.
fn file_name(workflow: &str, title: &str) -> String {
    let mut name = String::new();
    for char in format!("{workflow}-{title}").chars().map(|char| char.to_ascii_lowercase()).take(MOST_IN_NAME) {
        if char.is_ascii_alphanumeric() {
            name.push(char);
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    name.trim_matches('-').to_owned()
}

/// The name of a file has no more characters.
const MOST_IN_NAME: usize = 80;

/// So many failures of a test are shown.
const MOST_FAILURES: usize = 20;

/// What came of a batch of events.
struct Batch {
    events: usize,
    reports: Vec<CaseReport>,
    problems: Vec<Diagnostic>,
}

/// Runs each test on each event of a server. What cannot be used is reported.
fn on_server(
    suite: &Suite<'_, '_>,
    server: &EventSource,
    sources: &Sources,
    console: &mut Console,
) -> Result<(Status, Vec<CaseReport>), Failure> {
    let interrupt = Interrupt::listen();
    let batches = server.begin(console)?.take_while(|_| !interrupt.is_asked());
    let mut all = Batch { events: 0, reports: vec![CaseReport::default(); suite.cases.len()], problems: Vec::new() };
    in_order(
        batches,
        threads(),
        |batch, emit| emit(on_batch(suite, &batch)),
        |Batch { events, reports, problems }| {
            all.events += events;
            for (report, further) in all.reports.iter_mut().zip(reports) {
                report.add(further, MOST_FAILURES);
            }
            all.problems.extend(problems.into_iter().take(MOST_FAILURES));
            Ok::<_, Failure>(())
        },
    )?;
    server.finish(console)?;
    if interrupt.is_asked() {
        console.tell("interrupted: these are the events before")?;
        return Ok((Status::Interrupted, all.reports));
    }
    if all.events == 0 {
        all.problems.push(server.nothing_found());
    } else {
        console.tell(&format!(
            "each test ran on {} {}",
            all.events,
            if all.events == 1 { "event" } else { "events" }
        ))?;
    }
    write_terminal(sources, &all.problems, console.messages())?;
    Ok((Status::of(&all.problems), all.reports))
}

fn on_batch(suite: &Suite<'_, '_>, records: &[Record]) -> Batch {
    let mut batch = Batch { events: 0, reports: vec![CaseReport::default(); suite.cases.len()], problems: Vec::new() };
    for record in records {
        for (case, report) in suite.cases.iter().zip(&mut batch.reports) {
            let tested = &suite.workflows[case.workflow];
            match data_of(record, &tested.prepared) {
                Ok(data) => {
                    let name = record_name(record, EventIdentity::of(&data).as_ref());
                    case.run_on_event(tested, data, &name, report);
                }
                Err(problem) => {
                    batch.problems.push(*problem);
                    break;
                }
            }
        }
        batch.events += usize::from(record.index.is_some());
    }
    batch
}

/// Says what is covered too little. Gives back whether all is covered enough.
fn tell_threshold(coverage: &Coverage, threshold: u8, console: &mut Console) -> Result<bool, Failure> {
    let mut is_enough = true;
    for (count, what) in [(coverage.nodes, "steps"), (coverage.branches, "branches")] {
        if count.covered * 100 >= count.total * usize::from(threshold) {
            continue;
        }
        is_enough = false;
        let percent = count.covered * 100 / count.total;
        console.error_word()?;
        writeln!(console.messages(), "the tests reach {percent} % of the {what}, and {threshold} % are wanted")?;
    }
    Ok(is_enough)
}

fn write_text(
    console: &mut Console,
    sources: &Sources,
    suite: &Suite<'_, '_>,
    (reports, decisions): (&[CaseReport], &[Option<Decision>]),
    coverage: Option<&Coverage>,
) -> Result<(), Failure> {
    let mut undecided = 0;
    for ((case, report), decision) in suite.cases.iter().zip(reports).zip(decisions) {
        let is_undecided = matches!(decision, Some(Decision::NotDecided(_))) && report.failures.len() == 1;
        undecided += usize::from(is_undecided);
        let (word, colour) = match report.has_passed() {
            true => ("passed", Color::Green),
            false if is_undecided => ("NOT DECIDED", Color::Yellow),
            false => ("FAILED", Color::Red),
        };
        let out = console.results();
        out.set_color(ColorSpec::new().set_fg(Some(colour)))?;
        write!(out, "{word}")?;
        out.reset()?;
        let title = &case.test.item.title.content;
        write!(out, "  {}: {}", case.test.workflow.text, printable_line(title))?;
        writeln!(out, "{}", if *decision == Some(Decision::Holds) { " (for every event)" } else { "" })?;
    }
    if let Some(coverage) = coverage {
        let (nodes, branches) = (coverage.nodes, coverage.branches);
        console.line(&format!(
            "coverage: {} of {} steps, {} of {} branches",
            nodes.covered, nodes.total, branches.covered, branches.total
        ))?;
        write_terminal(sources, &coverage.missing, console.messages())?;
    }
    let failures: Vec<Diagnostic> = reports.iter().flat_map(|report| report.failures.iter().cloned()).collect();
    write_terminal(sources, &failures, console.messages())?;
    let failed = reports.iter().filter(|report| !report.has_passed()).count();
    let tests = if reports.len() == 1 { "test" } else { "tests" };
    let summary = match failed {
        0 => format!("{} {tests} passed", reports.len()),
        _ if undecided > 0 => {
            let verb = if undecided == 1 { "is" } else { "are" };
            format!("{} of {} {tests} failed, {undecided} {verb} not decided", failed - undecided, reports.len())
        }
        failed => format!("{failed} of {} {tests} failed", reports.len()),
    };
    Ok(console.tell(&summary)?)
}

fn write_json(
    console: &mut Console,
    sources: &Sources,
    suite: &Suite<'_, '_>,
    (reports, decisions): (&[CaseReport], &[Option<Decision>]),
    coverage: Option<&Coverage>,
) -> Result<(), Failure> {
    let tests = suite.cases.iter().zip(reports).zip(decisions).map(|((case, report), decision)| {
        let item = case.test.item;
        let file = sources.file(item.span.file);
        let mut test = serde_json::json!({
            "title": item.title.content,
            "workflow": case.test.workflow.text,
            "file": file.name,
            "line": file.position(item.span.start as usize).line,
            "passed": report.has_passed(),
            "failures": findings_to_json(sources, &report.failures),
        });
        if let Some(decision) = decision {
            test["every_event"] = serde_json::json!({ "answer": decision.as_str() });
            if let Decision::Fails(Counterexample { event, failing, .. }) = decision {
                test["every_event"]["event"] = serde_json::to_value(event).unwrap_or_default();
                test["every_event"]["failing"] = serde_json::json!(failing);
            }
        }
        test
    });
    let tests: Vec<_> = tests.collect();
    let passed = reports.iter().filter(|report| report.has_passed()).count();
    let mut result = serde_json::json!({
        "tests": tests,
        "summary": { "passed": passed, "failed": reports.len() - passed },
    });
    if let Some(coverage) = coverage {
        result["coverage"] = serde_json::json!({
            "steps": coverage.nodes,
            "branches": coverage.branches,
            "missing": findings_to_json(sources, &coverage.missing),
        });
    }
    to_json(console.results(), &result)?;
    Ok(console.line("")?)
}
