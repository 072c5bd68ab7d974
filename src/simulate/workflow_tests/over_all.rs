//! Tests over all events.

use codespan_reporting::term::termcolor::Buffer;

use crate::base::source::Sources;
use crate::catalogue::{Catalogue, module_ids};
use crate::check::TestClauseKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::engine::{Callees, HttpAnswer};
use crate::model::{Graph, NodeId};
use crate::prove::{Answered, Claim, Counterexample, Decision, Expectation, Undecided, decide};
use crate::simulate::answers::{FixedAnswers, Reply};
use crate::simulate::replay::{place_of, write_run};

use super::case::{AnyEvents, Case, CaseReport};
use super::expectation::expected_entries;
use super::suite::Tested;

/// What a step that fails in a counterexample says.
const FAILS: &str = "it fails in this run";

/// Runs a test: on the events that it names, and, if it gives any event, over all. The decision about these comes with it.
pub fn run_case(
    case: &Case<'_, '_>,
    tested: &Tested<'_, '_>,
    catalogue: &Catalogue,
    sources: &Sources,
) -> (CaseReport, Option<Decision>) {
    let mut report = case.run(tested);
    let Some(any) = case.any_event() else { return (report, None) };
    let decision = over_all(case, tested, catalogue, any, sources, &mut report);
    (report, Some(decision))
}

fn over_all(
    case: &Case<'_, '_>,
    tested: &Tested<'_, '_>,
    catalogue: &Catalogue,
    any: &AnyEvents,
    sources: &Sources,
    report: &mut CaseReport,
) -> Decision {
    let expectations = expectations(case);
    let answers = |node| answered(case.answers(), node);
    let claim = Claim {
        workflow: &tested.prepared,
        condition: any.condition.as_ref(),
        catalogue,
        answers: &answers,
        guards_publication: tested.callees().for_trigger(module_ids::EVENT_PUBLISH).is_some(),
        expectations: &expectations,
    };
    let graph = &tested.compiled.document.graph;
    let mut found = CaseReport::default();
    let decision = decide(&claim, &mut |counterexample| {
        let mut run = CaseReport::default();
        if !any.mean(&counterexample.event) {
            return false;
        }
        let answers = with_failures(case.answers(), counterexample);
        let mut trace = String::new();
        let name = "the smallest one that was found for which this does not hold";
        case.run_with(tested, counterexample.event.clone(), (name, &answers), &mut run, &mut |result| {
            let mut buffer = Buffer::no_color();
            if write_run(&mut buffer, result, &|node| place_of(sources, graph, node)).is_ok() {
                trace = String::from_utf8_lossy(buffer.as_slice()).into_owned();
            }
        });
        if run.has_passed() {
            return false;
        }
        let notes = notes(counterexample, graph, &trace);
        if let Some(first) = run.failures.first_mut() {
            first.notes.extend(notes);
        }
        found = run;
        true
    });
    match &decision {
        Decision::Holds => {}
        Decision::Fails(_) => report.add(found, usize::MAX),
        Decision::NotDecided(undecided) => report.failures.push(not_decided(case, any, *undecided, graph)),
        Decision::NoEvent => {
            let message = "there is no such event: the trigger passes none that fits this";
            let finding = Diagnostic::at(Code::NoSuchEvent, any.span, message)
                .also(case.test.item.title.span, "in this test")
                .note("so what the test expects is never put to the test")
                .help(format!(
                    "`mispflow modules {}` shows what the trigger passes; ask for something that can be there",
                    tested.prepared.trigger()
                ));
            report.failures.push(finding);
        }
    }
    decision
}

/// What a test expects, with the nodes that are meant.
fn expectations<'e>(case: &'e Case<'_, '_>) -> Vec<Expectation<'e>> {
    let mut expectations = Vec::new();
    for (clause, targets) in case.test.clauses.iter().zip(case.targets()) {
        match &clause.kind {
            TestClauseKind::Fails { .. } | TestClauseKind::Returns { .. } => {}
            TestClauseKind::Outcome { outcome, message } => {
                expectations.push(Expectation::Outcome { outcome: outcome.text, message: message.as_deref() });
            }
            TestClauseKind::Ran { negated, .. } => {
                let ran = targets.iter().map(|nodes| Expectation::Ran { negated: *negated, nodes });
                expectations.extend(ran);
            }
            TestClauseKind::Effect { negated, value, .. } => {
                let nodes = targets.first().map_or(&[][..], Vec::as_slice);
                let expected = expected_entries(value).unwrap_or_default();
                expectations.push(Expectation::Effect { negated: *negated, nodes, expected });
            }
            TestClauseKind::Log { .. } => expectations.push(Expectation::Log),
        }
    }
    expectations
}

/// What a test says of a step.
fn answered(answers: &FixedAnswers, node: NodeId) -> Answered {
    match answers.said(node) {
        None => Answered::Nothing,
        Some(Err(_)) => Answered::Fails,
        Some(Ok(Reply::Decision(decision))) => Answered::Decides(*decision),
        Some(Ok(Reply::Http(HttpAnswer::Response { status: 200..=299, .. }))) => Answered::Answers,
        Some(Ok(Reply::Http(_))) => Answered::FailsAfterwards,
        Some(Ok(_)) => Answered::Answers,
    }
}

/// The answers of a test, and what fails besides.
fn with_failures(answers: &FixedAnswers, counterexample: &Counterexample) -> FixedAnswers {
    let mut answers = answers.clone();
    for node in &counterexample.failing {
        answers.fail(*node, FAILS);
    }
    for (node, decision) in &counterexample.decisions {
        answers.reply(*node, Reply::Decision(*decision));
    }
    answers
}

/// The event, what else happens, and the run, for people.
fn notes(counterexample: &Counterexample, graph: &Graph<'_>, trace: &str) -> Vec<String> {
    let json = serde_json::to_string_pretty(&counterexample.event).unwrap_or_default();
    let mut notes = vec![format!("this event, which `--save DIR` keeps:\n{json}")];
    let name = |node: &NodeId| format!("`{}` ({node})", graph.node(*node).map_or("", |node| &node.module));
    if !counterexample.failing.is_empty() {
        let failing: Vec<String> = counterexample.failing.iter().map(name).collect();
        notes.push(format!(
            "it happens when {} fails; `when … returns …` or `when … fails …` says beforehand what a step gets",
            failing.join(" and ")
        ));
    }
    for (node, decision) in &counterexample.decisions {
        let which = if *decision { "first" } else { "second" };
        notes.push(format!("what {} decides only the server knows: here it takes its {which} output", name(node)));
    }
    notes.push(format!("the run:\n{}", trace.trim_end()));
    notes
}

fn not_decided(case: &Case<'_, '_>, any: &AnyEvents, undecided: Undecided, graph: &Graph<'_>) -> Diagnostic {
    let finding = Diagnostic::at(Code::TestNotDecided, any.span, "whether this holds for every event is not decided")
        .also(case.test.item.title.span, "in this test");
    let node = undecided.node.and_then(|node| graph.node(node));
    let finding = match node {
        Some(node) => {
            let at = format!("it depends on `{}` ({}): {}", node.module, node.id, undecided.why);
            match node.origin {
                Some(origin) => finding.also(origin, "it depends on this step").note(at),
                None => finding.note(at),
            }
        }
        None => finding.note(undecided.why),
    };
    finding.note("no event was found for which it does not hold, and none was ruled out: this is not a pass").help(
        "say with `where` which events are meant, or with `when` what the step gets, so that it makes no difference; or test single events",
    )
}
