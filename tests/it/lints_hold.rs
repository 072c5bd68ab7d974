//! What lints claim about runs, held against runs: each case of `tests/findings` below is simulated on a handful of
//! events, and what its message says must come true on all of them.

use std::fs;
use std::path::Path;

use mispflow::base::source::Sources;
use mispflow::catalogue::{Catalogue, Semantics, Target};
use mispflow::compile::Workspace;
use mispflow::diagnostics::{Code, Diagnostic};
use mispflow::engine::{Answers, Decision, Effect, Outcome, Prepared, Request, RunOptions, RunResult, Settings};
use mispflow::model::{Graph, NodeId};
use mispflow::php::Value;
use mispflow::project::{DiskFiles, load_source};

/// Events of many kinds; `{}` is not an event at all, and is left to the triggers that give none.
const EVENTS: [&str; 8] = [
    r#"{"Event": {"id": "1", "info": "Empty", "published": false, "distribution": "0", "Tag": []}}"#,
    r#"{"Event": {"id": "2", "info": "Clear", "published": true, "distribution": "3", "Tag": [{"name": "tlp:clear"}],
        "Attribute": [{"id": "1", "type": "ip-src", "value": "198.51.100.7", "to_ids": false, "distribution": "3"}]}}"#,
    r#"{"Event": {"id": "3", "info": "White", "published": false, "distribution": "1", "Tag": [{"name": "tlp:white"}],
        "Attribute": [{"id": "2", "type": "md5", "value": "00", "to_ids": true, "Tag": [{"name": "tlp:white"}]},
                      {"id": "3", "type": "ip-src", "value": "198.51.100.8", "to_ids": true}]}}"#,
    r#"{"Event": {"id": "4", "info": "Red", "published": true, "distribution": "0",
        "Tag": [{"name": "tlp:red"}, {"name": "PAP:RED"}], "Orgc": {"name": "Example"},
        "Object": [{"id": "1", "name": "file", "Attribute": [{"id": "4", "type": "md5", "value": "01", "to_ids": true}]}]}}"#,
    r#"{"Event": {"id": "5", "info": "Complete", "Tag": [{"name": "workflow:state=\"complete\""},
        {"name": "osint:source-type=\"blog-post\""}], "Attribute": [{"id": "5", "type": "domain", "value": "a.example"}]}}"#,
    r#"{"Event": {"id": "6", "info": "Complete, the other way round", "Tag": [{"name": "osint:source-type=\"blog-post\""},
        {"name": "workflow:state=\"complete\""}], "Attribute": []}}"#,
    r#"{"Event": {"id": "7", "info": "Green", "published": false, "Tag": [{"name": "tlp:green"}, {"name": "tlp:clear"}],
        "Attribute": [{"id": "7", "type": "ip-dst", "value": "198.51.100.9", "to_ids": "1", "Tag": [{"name": "tlp:green"}]}]}}"#,
    r#"{"Event": {"id": "8", "info": "Twice", "Tag": [{"name": "workflow:state=\"complete\""},
        {"name": "workflow:state=\"complete\""}, {"name": "osint:source-type=\"blog-post\""}]}}"#,
];

/// What a run can tell.
type Claim = fn(&Graph<'_>, NodeId, &str, Semantics);

/// The cases with what must come true of every finding in them with the code that they are named after.
const CLAIMS: [(&str, Claim); 75] = [
    ("always-false-in-json.json", always_answers),
    ("object-compared-in-json.json", always_no),
    ("unknown-key-in-json.json", touches_nothing),
    ("path-without-event-in-json.json", always_no),
    ("not-a-list-in-json.json", always_no),
    ("answered-before.mwf", always_answers),
    ("answered-before-inside.mwf", always_answers),
    ("no-tags.mwf", no_tags),
    ("no-organisation.mwf", always_answers),
    ("duplicate-tags.mwf", no_unless_twice),
    ("never-attached.mwf", always_no),
    ("never-attached-reload.mwf", always_no),
    ("missing-not-unequal.mwf", always_no),
    ("always-blocks.mwf", always_blocks),
    ("always-blocks-under-a-filter.mwf", always_blocks),
    ("answered-before-by-more.mwf", always_answers),
    ("answered-before-by-several.mwf", always_answers),
    ("answered-before-by-value.mwf", always_answers),
    ("always-blocks-in-all-cases.mwf", always_blocks),
    ("filter-without-effect.mwf", filters_nothing),
    ("filter-without-effect-of-event.mwf", filters_nothing),
    ("filter-without-effect-other-list.mwf", filters_nothing),
    ("broken-module.mwf", crashes),
    ("reset-without-filter-twice.mwf", crashes),
    ("reset-without-filter.mwf", loses_the_data),
    ("no-difference.mwf", no_difference),
    ("no-difference-empty.mwf", no_difference),
    ("runs-several-times.mwf", runs_several_times),
    ("empty-concurrent.mwf", starts_nothing),
    ("stale-tag.mwf", not_seen),
    ("stale-tag-in-a-path.mwf", not_seen),
    ("stale-tag-replaced.mwf", not_seen),
    ("stale-tag-inherited/main.mwf", not_seen),
    ("stale-published.mwf", not_seen),
    ("changes-lost.mwf", not_seen),
    ("changes-lost-flag.mwf", not_seen),
    ("changes-lost-distribution.mwf", not_seen),
    ("unread-result.mwf", not_seen),
    ("unread-result-reset.mwf", not_seen),
    ("event-scope-filtered.mwf", touches_nothing),
    ("idle-default-threat-level.mwf", always_no),
    ("duplicate-tags-of-attributes.mwf", counts_attributes),
    ("filter-may-end-path.mwf", ends_path_where_nothing_matches),
    ("filter-may-end-path-other-question.mwf", ends_path_where_nothing_matches),
    ("no-direct-attributes.mwf", dies_without_attributes),
    ("not-in-and.mwf", says_missing_though_all_are_there),
    ("reset-of-all.mwf", leaves_no_filter),
    ("reload-under-filter.mwf", leaves_no_filter),
    ("filter-left-on.mwf", filter_depends_on_way),
    ("field-and-value-swapped.mwf", touches_nothing),
    ("blocking-in-concurrent.mwf", never_cancels),
    ("debug-needs-listener.mwf", dies_without_listener),
    ("debug-in-concurrent.mwf", kills_jobs),
    ("debug-in-concurrent-second-branch.mwf", kills_jobs),
    ("guarded-enrichment.mwf", dies_where_queries_are_stopped),
    ("not-normalised.mwf", always_no),
    ("not-normalised-tag-if.mwf", always_no),
    ("dropped-by-decay-score.mwf", drops_what_was_attached),
    ("dropped-by-decay-score-tag-if.mwf", drops_what_was_attached),
    ("dropped-by-decay-score-warnings.mwf", drops_what_was_attached),
    ("sharing-group-unasked.mwf", says_yes_without_groups),
    ("sharing-group-unasked-not.mwf", says_yes_without_groups),
    ("sharing-group-unasked-other-answer.mwf", says_yes_without_groups),
    ("removal-may-end-path.mwf", fails_where_the_tag_is_not_attached),
    ("galaxy-prefix.mwf", misses_the_cluster),
    ("half-filled-filter.mwf", takes_the_event_for_an_attribute),
    ("reload-without-core-format.mwf", reloads_nothing),
    ("untagged-event.mwf", dies_of_untagged_events),
    ("untagged-event-inherited.mwf", dies_of_untagged_events),
    ("broken-module-replacing.mwf", dies_with_something_to_do),
    ("password-in-data.mwf", sends_secrets),
    ("password-in-data-before-save.mwf", sends_secrets),
    ("password-in-data-named.mwf", sends_secrets),
    ("stale-tag-under-a-filter/main.mwf", not_seen),
    ("objects-not-filtered.mwf", sends_what_objects_hold),
];

/// Codes of what 2.5.1 alone does.
const OF_FIRST_RELEASE: [&str; 4] = ["no-direct-attributes", "stale-tag", "not-normalised", "sharing-group-unasked"];

/// Codes of what releases after 2.5.1 do.
const OF_LATER_RELEASES: [&str; 5] = [
    "untagged-event",
    "broken-module-replacing",
    "stale-tag-inherited",
    "stale-tag-under-a-filter",
    "objects-not-filtered",
];

fn prepared(graph: &Graph<'_>, semantics: Semantics) -> Prepared {
    Prepared::new(graph, &Settings::new("w", Catalogue::built_in(), semantics)).expect("a workflow")
}

/// A database that takes every tagging: no step fails for what is or is not attached.
struct Taking;

impl Answers for Taking {
    fn takes_tagging(&self, _: Request<'_>, _: &Effect<'_>) -> Option<bool> {
        Some(true)
    }
}

/// Runs a graph on every event.
fn runs<T>(graph: &Graph<'_>, semantics: Semantics, each: impl Fn(&RunResult<'_>) -> T) -> Vec<T> {
    let workflow = prepared(graph, semantics);
    let options = RunOptions { answers: &Taking, trace: true, ..RunOptions::default() };
    EVENTS.iter().map(|event| each(&workflow.run(Value::from_json(event).expect("JSON"), &options))).collect()
}

/// How a node decided, each time it was reached.
fn decisions(result: &RunResult<'_>, node: NodeId) -> Vec<Decision> {
    let nodes = result.trace.iter().flat_map(|trace| &trace.nodes);
    nodes.filter(|traced| traced.node == node).map(|traced| traced.decision).collect()
}

fn all_decisions(graph: &Graph<'_>, node: NodeId, semantics: Semantics) -> Vec<Vec<Decision>> {
    runs(graph, semantics, |result| decisions(result, node))
}

fn always(graph: &Graph<'_>, node: NodeId, semantics: Semantics, decision: Decision) {
    let seen = all_decisions(graph, node, semantics).concat();
    assert!(!seen.is_empty(), "node {node} is never reached");
    assert!(seen.iter().all(|&other| other == decision), "{seen:?}");
}

fn always_no(graph: &Graph<'_>, node: NodeId, _: &str, semantics: Semantics) {
    always(graph, node, semantics, Decision::Else);
}

/// The message says which answer.
fn always_answers(graph: &Graph<'_>, node: NodeId, message: &str, semantics: Semantics) {
    let decision = match (message.contains("always yes"), message.contains("always no")) {
        (true, false) => Decision::Then,
        (false, true) => Decision::Else,
        _ => panic!("`{message}` does not say which answer"),
    };
    always(graph, node, semantics, decision);
}

/// The last event has a tag twice, which MISP's own events do not.
fn no_unless_twice(graph: &Graph<'_>, node: NodeId, _: &str, semantics: Semantics) {
    let mut seen = all_decisions(graph, node, semantics);
    assert_eq!(seen.pop(), Some(vec![Decision::Then]));
    assert!(seen.concat().iter().all(|&decision| decision == Decision::Else), "{seen:?}");
}

/// Attributes with all of the tags, of which they share one.
const SHARED: &str = r#"{"Event": {"id": "9", "info": "Shared", "Tag": [{"name": "tlp:amber"}], "Attribute": [
    {"id": "9", "type": "md5", "value": "00", "Tag": [{"name": "tlp:red"}, {"name": "PAP:RED"}]},
    {"id": "10", "type": "md5", "value": "01", "Tag": [{"name": "tlp:red"}]}]}}"#;

fn counts_attributes(graph: &Graph<'_>, node: NodeId, message: &str, semantics: Semantics) {
    let workflow = prepared(graph, semantics);
    let options = RunOptions { trace: true, ..RunOptions::default() };
    let decided = decisions(&workflow.run(Value::from_json(SHARED).expect("JSON"), &options), node);
    assert_eq!(decided, [if message.contains("listed twice") { Decision::Then } else { Decision::Else }]);
}

fn no_tags(graph: &Graph<'_>, node: NodeId, message: &str, semantics: Semantics) {
    if message.contains("does nothing") {
        touches_nothing(graph, node, message, semantics);
    } else {
        always_answers(graph, node, message, semantics);
    }
}

fn always_blocks(graph: &Graph<'_>, _: NodeId, _: &str, semantics: Semantics) {
    assert!(runs(graph, semantics, |result| result.outcome).iter().all(|&outcome| outcome == Outcome::Blocked));
}

fn crashes(graph: &Graph<'_>, _: NodeId, _: &str, semantics: Semantics) {
    assert!(runs(graph, semantics, |result| result.outcome).iter().all(|&outcome| outcome == Outcome::Crash));
}

fn loses_the_data(graph: &Graph<'_>, _: NodeId, _: &str, semantics: Semantics) {
    assert!(runs(graph, semantics, |result| result.data.get("Event").is_none()).iter().all(|&lost| lost));
}

/// What a run does to the world, whichever nodes do it, and how it ends.
fn deeds(result: &RunResult<'_>) -> String {
    let effects: Vec<_> = result.effects.iter().map(|record| serde_json::to_value(&record.effect).unwrap()).collect();
    format!("{:?} {effects:?}", result.outcome)
}

fn no_difference(graph: &Graph<'_>, node: NodeId, _: &str, semantics: Semantics) {
    let mut other = graph.clone();
    other.nodes.iter_mut().find(|known| known.id == node).unwrap().outputs.reverse();
    assert_eq!(runs(graph, semantics, deeds), runs(&other, semantics, deeds));
}

/// All is done as if the filter were not there.
fn filters_nothing(graph: &Graph<'_>, _: NodeId, _: &str, semantics: Semantics) {
    let mut without = graph.clone();
    for node in without.nodes.iter_mut().filter(|node| node.module.starts_with("generic-filter-")) {
        node.module = "testaction".into();
        node.module_type = mispflow::model::ModuleType::Action;
        node.params.clear();
    }
    let effects = |result: &RunResult<'_>| {
        let effects = result.effects.iter().filter(|record| record.module != "testaction");
        let effects = effects.map(|record| {
            let mut effect = serde_json::to_value(&record.effect).unwrap();
            // What a reset leaves of a filter is an empty list of them.
            if effect["data"]["enabledFilters"] == serde_json::json!([]) {
                effect["data"].as_object_mut().unwrap().remove("enabledFilters");
            }
            effect
        });
        let effects: Vec<_> = effects.collect();
        format!("{:?} {effects:?}", result.outcome)
    };
    assert_eq!(runs(graph, semantics, effects), runs(&without, semantics, effects));
}

fn runs_several_times(graph: &Graph<'_>, node: NodeId, _: &str, semantics: Semantics) {
    let count = |result: &RunResult<'_>| {
        let jobs = result.jobs.iter().filter_map(|job| job.result.as_deref());
        jobs.map(|job| job.executed.iter().filter(|&&executed| executed == node).count()).sum::<usize>()
    };
    assert!(runs(graph, semantics, count).iter().all(|&times| times > 1));
}

fn starts_nothing(graph: &Graph<'_>, _: NodeId, _: &str, semantics: Semantics) {
    assert!(runs(graph, semantics, |result| result.jobs.len()).iter().all(|&jobs| jobs == 0));
}

/// The node answers, and the rest does, as if the steps that the lint is about were not there.
fn not_seen(graph: &Graph<'_>, node: NodeId, _: &str, semantics: Semantics) {
    const UNSEEN: [&str; 9] = [
        "tag_operation",
        "tag_replacement_tlp",
        "publish-event",
        "attach-enrichment",
        "attach-warninglist",
        "attribute_ids_flag_operation",
        "Module_event_distribution_operation",
        "assign_country",
        "attach-decay-score",
    ];
    let mut without = graph.clone();
    let unseen = without.nodes.iter_mut().filter(|known| UNSEEN.contains(&&*known.module));
    let mut replaced = Vec::new();
    for known in unseen {
        known.module = "testaction".into();
        known.filter = mispflow::model::SavedFilter::default();
        known.params.clear();
        replaced.push(known.id);
    }
    assert!(!replaced.is_empty());
    let others = |result: &RunResult<'_>| {
        let effects = result.effects.iter().filter(|record| !replaced.contains(&record.node));
        let effects: Vec<_> = effects.map(|record| serde_json::to_value(&record.effect).unwrap()).collect();
        let decided = if replaced.contains(&node) { Vec::new() } else { decisions(result, node) };
        format!("{decided:?} {effects:?}")
    };
    assert_eq!(runs(graph, semantics, others), runs(&without, semantics, others));
}

/// The step has no effect that something exists for.
fn touches_nothing(graph: &Graph<'_>, node: NodeId, _: &str, semantics: Semantics) {
    let touched = runs(graph, semantics, |result| {
        let own = result.effects.iter().filter(|record| record.node == node);
        own.map(|record| serde_json::to_value(&record.effect).unwrap())
            .filter(|effect| {
                !effect["id"].is_null() && effect["tags"] != serde_json::json!([])
                    || effect["attributes"].as_array().is_some_and(|attributes| !attributes.is_empty())
            })
            .count()
    });
    assert!(touched.iter().all(|&count| count == 0), "{touched:?}");
}

fn ends_path_where_nothing_matches(graph: &Graph<'_>, node: NodeId, _: &str, semantics: Semantics) {
    let ended = runs(graph, semantics, |result| {
        let failed = result.failed.contains(&node);
        assert!(!failed || !result.skipped.is_empty(), "nothing is skipped behind a failed step");
        failed
    });
    assert!(ended.contains(&true), "the step never fails");
}

fn dies_without_attributes(graph: &Graph<'_>, _: NodeId, _: &str, semantics: Semantics) {
    let outcomes = runs(graph, semantics, |result| result.outcome);
    // The events without attributes of their own, and some with.
    for (index, dies) in [(0, true), (1, false), (2, false), (3, true), (4, false), (7, true)] {
        assert_eq!(outcomes[index] == Outcome::Crash, dies, "{}", EVENTS[index]);
    }
}

fn says_missing_though_all_are_there(graph: &Graph<'_>, node: NodeId, _: &str, semantics: Semantics) {
    let answers = all_decisions(graph, node, semantics);
    assert_eq!(
        [&answers[4], &answers[5]].map(|answer| answer[0]).iter().filter(|&&one| one == Decision::Then).count(),
        1
    );
}

fn leaves_no_filter(graph: &Graph<'_>, _: NodeId, _: &str, semantics: Semantics) {
    let left = runs(graph, semantics, |result| {
        result.data.get("enabledFilters").and_then(Value::as_array).is_some_and(|filters| !filters.is_empty())
    });
    assert!(left.iter().all(|&left| !left), "{left:?}");
}

fn filter_depends_on_way(graph: &Graph<'_>, _: NodeId, _: &str, semantics: Semantics) {
    let on = runs(graph, semantics, |result| result.data.get("enabledFilters").is_some());
    assert!(on.contains(&true) && on.contains(&false), "{on:?}");
}

fn never_cancels(graph: &Graph<'_>, _: NodeId, _: &str, semantics: Semantics) {
    let cancelled = runs(graph, semantics, |result| result.verdict == mispflow::engine::Verdict::Cancel);
    assert!(cancelled.iter().all(|&cancelled| !cancelled));
}

/// A server on which nothing listens for what is debugged, every query is stopped, and every attribute has a score and is on
/// a warning list.
struct Unhelpful;

impl Answers for Unhelpful {
    fn has_debug_listener(&self) -> bool {
        false
    }

    fn stops_queries_of(&self, _: &str) -> bool {
        true
    }

    fn decay_score(&self, _: Request<'_>, _: &Value<'_>, _: &Value<'_>) -> Option<Value<'static>> {
        Some(Value::from_json(r#"[{"score": 50}]"#).unwrap())
    }

    fn warnings(&self, _: Request<'_>, _: &Value<'_>, _: &Value<'_>) -> Option<Value<'static>> {
        Some(Value::from_json(r#"[{"warninglist_name": "L"}]"#).unwrap())
    }
}

fn debugged(graph: &Graph<'_>, semantics: Semantics) -> Prepared {
    let settings = Settings { debug: true, ..Settings::new("w", Catalogue::built_in(), semantics) };
    Prepared::new(graph, &settings).expect("a workflow")
}

fn dies_without_listener(graph: &Graph<'_>, _: NodeId, _: &str, semantics: Semantics) {
    let workflow = debugged(graph, semantics);
    for event in EVENTS {
        let options = RunOptions { answers: &Unhelpful, ..RunOptions::default() };
        let result = workflow.run(Value::from_json(event).unwrap(), &options);
        assert_eq!((result.outcome, result.effects.len()), (Outcome::Crash, 0));
        assert_eq!(workflow.run(Value::from_json(event).unwrap(), &RunOptions::default()).outcome, Outcome::Success);
    }
}

fn kills_jobs(graph: &Graph<'_>, _: NodeId, _: &str, semantics: Semantics) {
    let workflow = debugged(graph, semantics);
    for event in EVENTS {
        let result = workflow.run(Value::from_json(event).unwrap(), &RunOptions::default());
        let jobs: Vec<_> = result.jobs.iter().filter_map(|job| job.result.as_deref()).collect();
        assert!(!jobs.is_empty() && jobs.iter().all(|job| job.outcome == Outcome::Crash));
        assert!(jobs.iter().flat_map(|job| &job.effects).all(|effect| effect.module != "webhook"));
    }
}

fn dies_where_queries_are_stopped(graph: &Graph<'_>, _: NodeId, _: &str, semantics: Semantics) {
    let workflow = prepared(graph, semantics);
    let options = RunOptions { answers: &Unhelpful, ..RunOptions::default() };
    let outcomes = EVENTS.map(|event| workflow.run(Value::from_json(event).unwrap(), &options).outcome);
    // Where there is no attribute nothing is asked.
    assert_eq!(outcomes.map(|outcome| outcome == Outcome::Crash), [false, true, true, true, true, false, true, false]);
}

/// An attribute that is tagged.
const GREEN: &str = r#"{"Event": {"id": "9", "info": "Green", "Tag": [], "Attribute": [
    {"id": "9", "type": "ip-dst", "value": "198.51.100.7", "Tag": [{"name": "PAP:GREEN"}]}]}}"#;

fn drops_what_was_attached(graph: &Graph<'_>, _: NodeId, _: &str, semantics: Semantics) {
    let pushes = |graph: &Graph<'_>| {
        let workflow = prepared(graph, semantics);
        let options = RunOptions { answers: &Unhelpful, ..RunOptions::default() };
        let result = workflow.run(Value::from_json(GREEN).unwrap(), &options);
        result.executed.iter().filter(|&&id| graph.node(id).is_some_and(|node| node.module == "push-zmq")).count()
    };
    let mut without = graph.clone();
    let scoring = without.nodes.iter_mut().find(|node| node.module == "attach-decay-score").unwrap();
    scoring.module = "testaction".into();
    scoring.params.clear();
    assert_eq!((pushes(graph), pushes(&without)), (0, 1));
}

/// No event is shared with a group.
fn says_yes_without_groups(graph: &Graph<'_>, node: NodeId, _: &str, semantics: Semantics) {
    always(graph, node, semantics, Decision::Then);
}

/// A tag that is attached here, as the step wants it.
const LOCAL: &str = r#"{"Event": {"id": "9", "info": "Local", "Tag": [{"name": "tlp:white", "local": true}]}}"#;

fn fails_where_the_tag_is_not_attached(graph: &Graph<'_>, node: NodeId, _: &str, semantics: Semantics) {
    let workflow = prepared(graph, semantics);
    for (event, fails) in EVENTS.iter().map(|event| (*event, true)).chain([(LOCAL, false)]) {
        let result = workflow.run(Value::from_json(event).unwrap(), &RunOptions::default());
        assert_eq!((result.failed.contains(&node), result.skipped.is_empty()), (fails, !fails), "{event}");
    }
}

fn misses_the_cluster(graph: &Graph<'_>, node: NodeId, _: &str, semantics: Semantics) {
    let event = r#"{"Event": {"id": "9", "Tag": [{"name": "misp-galaxy:country=\"luxembourg\""}]}}"#;
    let options = RunOptions { trace: true, ..RunOptions::default() };
    let workflow = prepared(graph, semantics);
    assert_eq!(decisions(&workflow.run(Value::from_json(event).unwrap(), &options), node), [Decision::Else]);
}

/// The edited items are not attributes: the selector is empty, so the event is the item.
fn takes_the_event_for_an_attribute(graph: &Graph<'_>, node: NodeId, _: &str, semantics: Semantics) {
    let edited = runs(graph, semantics, |result| {
        let own = result.effects.iter().filter(|record| record.node == node);
        let edited = own.filter_map(|record| match &record.effect {
            Effect::EditAttributes { attributes, .. } => {
                Some(attributes.iter().filter(|item| item.get("type").is_some()).count())
            }
            _ => None,
        });
        edited.sum::<usize>()
    });
    assert!(edited.iter().all(|&attributes| attributes == 0), "{edited:?}");
}

fn reloads_nothing(graph: &Graph<'_>, _: NodeId, _: &str, semantics: Semantics) {
    let mut without = graph.clone();
    for node in without.nodes.iter_mut().filter(|node| node.module == "reload-full-event") {
        node.module = "testaction".into();
    }
    let data = |result: &RunResult<'_>| result.data.to_json().unwrap();
    assert_eq!(runs(graph, semantics, data), runs(&without, semantics, data));
}

/// An event without a list of tags, as MISP passes one that has none, whose attribute has a tag.
const UNTAGGED: &str = r#"{"Event": {"id": "9", "info": "Untagged", "Attribute": [
    {"id": "9", "type": "md5", "value": "00", "Tag": [{"name": "tlp:red"}], "_allTags": [{"name": "tlp:red"}]}],
    "_AttributeFlattened": [
    {"id": "9", "type": "md5", "value": "00", "Tag": [{"name": "tlp:red"}], "_allTags": [{"name": "tlp:red"}]}]}}"#;

/// The tag is written, and the run is over; not so in 2.5.1.
fn dies_of_untagged_events(graph: &Graph<'_>, node: NodeId, _: &str, semantics: Semantics) {
    let run = |semantics| {
        let workflow = prepared(graph, semantics);
        let result = workflow.run(Value::from_json(UNTAGGED).unwrap(), &RunOptions::default());
        (result.outcome, result.effects.iter().filter(|record| record.node == node).count())
    };
    assert_eq!(run(semantics), (Outcome::Crash, 1));
    assert_eq!(run(Semantics::MISP_2_5_1), (Outcome::Success, 1));
    let tagged = UNTAGGED.replacen("\"info\"", "\"Tag\": [{\"name\": \"tlp:red\"}], \"info\"", 1);
    let workflow = prepared(graph, semantics);
    let outcome = workflow.run(Value::from_json(&tagged).unwrap(), &RunOptions::default()).outcome;
    assert_eq!(outcome, Outcome::Success);
}

/// The module that replaces tags dies of each event with a tag that it would replace.
fn dies_with_something_to_do(graph: &Graph<'_>, node: NodeId, _: &str, semantics: Semantics) {
    if graph.node(node).unwrap().module == "tag_replacement_tlp" {
        let crashed = runs(graph, semantics, |result| result.outcome == Outcome::Crash);
        assert!(crashed[2], "{crashed:?}");
    }
}

/// An account as it is saved.
const ACCOUNT: &str =
    r#"{"email": "a@example.org", "confirm_password": "SECRET1", "password": "SECRET2", "authkey": "SECRET3"}"#;

fn sends_secrets(graph: &Graph<'_>, node: NodeId, _: &str, semantics: Semantics) {
    let workflow = prepared(graph, semantics);
    let result = workflow.run(Value::from_json(ACCOUNT).unwrap(), &RunOptions::default());
    let sent: Vec<_> = result.effects.iter().filter(|record| record.node == node).collect();
    assert!(!sent.is_empty(), "nothing is sent");
    for record in sent {
        assert!(serde_json::to_string(&record.effect).unwrap().contains("SECRET"), "{:?}", record.effect);
    }
}

/// A red attribute of an object, which the filters of the cases leave out of the lists of attributes.
const RED_IN_OBJECT: &str = r#"{"Event": {"id": "9", "info": "Mixed", "published": true, "Tag": [{"name": "tlp:white"}],
    "Attribute": [{"id": "1", "type": "md5", "value": "OUTSIDE", "Tag": [{"name": "tlp:red"}]}],
    "Object": [{"id": "1", "name": "file", "Attribute": [
        {"id": "2", "type": "md5", "value": "INSIDE", "Tag": [{"name": "tlp:red"}]}]}]}}"#;

/// What an object holds is handed on, and the attributes that are filtered are not.
fn sends_what_objects_hold(graph: &Graph<'_>, node: NodeId, _: &str, semantics: Semantics) {
    let workflow = prepared(graph, semantics);
    let result = workflow.run(Value::from_json(RED_IN_OBJECT).expect("JSON"), &RunOptions::default());
    let sent: Vec<_> = result.effects.iter().filter(|record| record.node == node).collect();
    let sent = serde_json::to_string(&sent.iter().map(|record| &record.effect).collect::<Vec<_>>()).unwrap();
    // `_unfilteredData`, which holds all, is what MISP keeps for itself.
    let visible = sent.split("_unfilteredData").next().unwrap();
    assert!(visible.contains("INSIDE") && !visible.contains("OUTSIDE"), "{sent}");
}

/// The node that a finding is about.
fn node_of(graph: &Graph<'_>, finding: &Diagnostic) -> NodeId {
    // Findings in MISP's JSON name it.
    let named = finding.notes.iter().find_map(|note| {
        let (_, rest) = note.split_once(", node ")?;
        rest.split(' ').next()?.parse().ok()
    });
    let place = finding.primary.as_ref().expect("a place").span;
    let at = || graph.nodes.iter().filter(|node| node.origin.is_some_and(|origin| origin.contains(place)));
    named.or_else(|| at().next_back().map(|node| node.id)).expect("a node")
}

#[test]
fn what_lints_say_comes_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings");
    let mut problems = Vec::new();
    for (file, claim) in CLAIMS {
        let is_later = OF_LATER_RELEASES.iter().any(|name| file.starts_with(name));
        let is_of_first = !is_later && OF_FIRST_RELEASE.iter().any(|name| file.starts_with(name));
        let target = if is_of_first { "misp-2.5.1".parse().unwrap() } else { Target::DEFAULT };
        let catalogue = Catalogue::for_target(target);
        let sources = Sources::new();
        let id = load_source(&sources, &DiskFiles, &root.join(file), file).unwrap();
        let workspace = Workspace::load(&sources, &DiskFiles, &[id], catalogue).for_target(target);
        let compilation = workspace.compile();
        let text = fs::read_to_string(root.join(file)).unwrap();
        let read = mispflow::misp::read(&text);
        let is_named = |code: Code| file.starts_with(code.as_str());
        let found: Vec<_> = compilation.diagnostics.iter().filter(|finding| is_named(finding.code)).collect();
        assert!(!found.is_empty(), "{file} has no finding");
        for finding in found {
            let graph = if let Ok(read) = &read {
                &read.documents[0].graph
            } else {
                // Of several workflows the one that the finding is about.
                let place = finding.primary.as_ref().expect("a place").span;
                let mut graphs = compilation.documents.iter().map(|compiled| &compiled.document.graph);
                let is_meant = |graph: &&Graph<'_>| {
                    graph.nodes.iter().any(|node| node.origin.is_some_and(|origin| origin.contains(place)))
                };
                graphs.find(is_meant).expect("the finding is about a node")
            };
            let node = node_of(graph, finding);
            let held = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let semantics = if is_later { Semantics::MISP_2_5_19 } else { Semantics::MISP_2_5_1 };
                claim(graph, node, &finding.message, semantics);
            }));
            if held.is_err() {
                problems.push(format!("{file}, node {node}: {}", finding.message));
            }
        }
    }
    assert!(problems.is_empty(), "it does not come true:\n{}", problems.join("\n"));
}
