//! Hash paths of a program against the shape of the data: what is reported, and what is not.

use std::fmt::Write as _;
use std::io::Read as _;

use flate2::read::GzDecoder;
use mispflow::base::source::Sources;
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::condition::Operator;
use mispflow::diagnostics::{Code, Diagnostic, Severity, write_terminal};
use mispflow::hashpath::Path;
use mispflow::project::MemoryFiles;
use mispflow::schema::{Question, Reader, Root, Typer};
use serde_json::Value as Json;

/// The codes of the data model.
const CODES: [Code; 8] = [
    Code::UnknownKey,
    Code::NotAList,
    Code::NotAnObject,
    Code::PathWithoutEvent,
    Code::ObjectCompared,
    Code::ImpossibleValue,
    Code::UnknownValue,
    Code::AlwaysFalse,
];

fn findings(sources: &Sources, text: &str) -> Vec<Diagnostic> {
    let file = sources.add("a.mwf", None, text);
    let files = MemoryFiles::new();
    let workspace = Workspace::load(sources, &files, &[file], Catalogue::built_in());
    let mut found = workspace.compile().diagnostics;
    // What these programs do with the paths is none of this test's business.
    found.retain(|finding| finding.is_error() || CODES.contains(&finding.code));
    found
}

/// What is found in a workflow with these steps, as `code at text under the caret`.
fn found(trigger: &str, steps: &str) -> Vec<String> {
    let sources = Sources::new();
    let text = format!("workflow w on {trigger} {{\n{steps}\n}}\n");
    let shown = |diagnostic: Diagnostic| {
        let place = diagnostic.primary.map(|label| sources.snippet(label.span)).unwrap_or_default();
        format!("{} at {place}", diagnostic.code)
    };
    findings(&sources, &text).into_iter().map(shown).collect()
}

/// What is found in a condition.
fn asked(condition: &str) -> Vec<String> {
    found("event-publish", &format!("if {condition} {{ push-zmq() }}"))
}

#[test]
fn each_mistake_is_reported_under_its_segment() {
    for (condition, finding) in [
        (r#"Event.infos == "x""#, "unknown-key at infos"),
        (r#"Event.type == "ip-src""#, "unknown-key at type"),
        (r#"event.info == "x""#, "unknown-key at event"),
        (r"any Event._AttributeFlatened.{n}", "unknown-key at _AttributeFlatened"),
        (r#""x" in Event.Attribute.{n}.Tag.{n}.nam"#, "unknown-key at nam"),
        (r#""x" in Event.Tag.name"#, "not-an-object at name"),
        (r#""x" in Event.Tag.{s}"#, "not-an-object at {s}"),
        (r#"Event.info.name == "x""#, "not-an-object at name"),
        (r#""x" in Event.{n}.info"#, "not-a-list at {n}"),
        (r#""x" in Event.Orgc.{n}"#, "not-a-list at {n}"),
        (r#""x" in Attribute.{n}.type"#, "path-without-event at Attribute"),
        (r#""x" in Atribute.{n}.type"#, "path-without-event at Atribute"),
        (r#"info == "x""#, "path-without-event at info"),
        (r#""tlp:red" in Event.Tag"#, "object-compared at Tag"),
        (r#""tlp:red" not in Event.Tag.{n}"#, "object-compared at {n}"),
        (r#"any Event.Tag in ["tlp:red"]"#, "object-compared at Tag"),
        (r#"Event.Orgc == "CIRCL""#, "object-compared at Orgc"),
        (r#""CIRCL" in Event.Attribute.{n}.Tag"#, "object-compared at Tag"),
        (r#""ip-scr" in Event.Attribute.{n}.type"#, "impossible-value at \"ip-scr\""),
        (r#""IP-SRC" not in Event.Attribute.{n}.type"#, "impossible-value at \"IP-SRC\""),
        (r#"any Event.Attribute.{n}.type in ["ip-src", "ip-scr"]"#, "impossible-value at \"ip-scr\""),
        (r#""crypto-wallet" in Event.Attribute.{n}.type"#, "unknown-value at \"crypto-wallet\""),
        (r#""Network activty" in Event.Attribute.{n}.category"#, "impossible-value at \"Network activty\""),
        (r#"Event.threat_level_id == "High""#, "impossible-value at \"High\""),
        ("Event.threat_level_id == 5", "impossible-value at 5"),
        (r#"Event.analysis != "Complete""#, "impossible-value at \"Complete\""),
        (r#"Event.distribution == "5""#, "impossible-value at \"5\""),
        (r#"Event.orgc_id == "CIRCL""#, "impossible-value at \"CIRCL\""),
        (r#"Event.published == "false""#, "impossible-value at \"false\""),
        (r#"Event.Tag.{n}.name == "x""#, "always-false at {n}"),
        (r#"Event.Tag.0[local=1].name != "x""#, "always-false at [local=1]"),
        (r"count(Event.Attribute.{n}[type=ip-scr]) > 5", "impossible-value at ip-scr"),
        (r"count(Event.Attribute.{n}[type!=ip-scr]) > 5", "impossible-value at ip-scr"),
        (r"count(Event.Attribute.{n}[typ=ip-src]) > 5", "unknown-key at typ"),
        (r"count(Event.Attribute.{n}[type=/^ip-scr/]) > 5", "unknown-value at /^ip-scr/"),
        (r"count(Event.Attribute.{n}[to_ids=no]) > 5", "impossible-value at no"),
        (r"count(Event.Attribute.{n}[distribution>5]) > 5", "always-false at 5"),
        (r"count(Event.Attribute.{n}[Tag=x]) > 5", "object-compared at [Tag=x]"),
        (r"count(Event.Attribute[type=ip-src]) > 5", "not-an-object at [type=ip-src]"),
        (r"count(Event.info[type=ip-src]) > 5", "not-an-object at [type=ip-src]"),
        (r"count(Event.Tag.{n}[name=/(/]) > 5", "invalid-hash-path at [name=/(/]"),
    ] {
        assert_eq!(asked(condition), [finding], "{condition}");
    }
}

#[test]
fn near_misses_are_silent() {
    for condition in [
        r#"Event.info == """#,
        r#"Event.info == "anything""#,
        r#""tlp:red" in Event.Tag.{n}.name"#,
        r#""tlp:red" in Event.Tag.0.name"#,
        r#"Event.Tag.0.name == "tlp:red""#,
        r#""x" in Event.Orgc"#,
        r#""x" in Event.Orgc.{s}"#,
        r#""x" in Event.{s}"#,
        r#""x" in Event.{*}.name"#,
        r"any Event.Tag",
        r"count(Event.Tag) > 1",
        r"count(Event.info) > 0",
        r#""x" in Event.info.{n}"#,
        r#""x" in Event.Attribute.{n}._allTags.{n}[inherited=1].name"#,
        r#""x" in Event.Attribute.{n}._allTags.{n}[inherited=true].name"#,
        r"any Event.Attribute.{n}[to_ids]",
        r"any Event.Attribute.{n}[to_ids=1]",
        r"any Event.Attribute.{n}[to_ids=false]",
        r"any Event.Attribute.{n}[to_ids!=1]",
        r"any Event.Attribute.{n}[type=/^ip-/]",
        r"any Event.Attribute.{n}[type=ip-dst][category=/Network/][value=/^10\./].comment",
        r"any Event.Attribute.{n}[distribution<3]",
        r"any Event.Attribute.{n}[id>50]",
        r"any Event.Attribute.{n}[comment=x]",
        r"any Event.Attribute.{n}[enrichment]",
        r"any Event.Attribute.{n}[Tag]",
        r"any Event.Attribute.{n}[timestamp>1700000000]",
        r"any Event.Attribute.{n}.enrichment.{n}.{n}.values.0",
        r#""boolean" in Event._AttributeFlattened.{n}.enrichment.{n}.Object.{n}[name=x].Attribute.{n}[object_relation=y][value<50].type"#,
        r"any Event.Attribute.{n}.warnings.{n}.warninglist_name",
        r"any Event.Attribute.{n}.decay_score.{n}.DecayingModel.name",
        r#""x" in Event.Object.{n}.Attribute.{n}.value"#,
        r#""file" in Event.Object.{n}.meta-category"#,
        r#""x" in Event.Object.{n}.ObjectReference.{n}.Attribute.value"#,
        r#""x" in Event.Galaxy.{n}.GalaxyCluster.{n}.meta.country.{n}"#,
        r#""x" in Event.Galaxy.{n}.GalaxyCluster.{n}.authors.{n}"#,
        r#""x" in Event.Galaxy.{n}.kill_chain_order.mitre-attack"#,
        r#""x" in Event.RelatedEvent.{n}.Event.Orgc.name"#,
        r#""x" in Event.RelatedEvent.{n}.Event.something"#,
        r#""2" in Event.Attribute.{n}.Sighting.{n}.type"#,
        r#""x" in Event.SharingGroup.SharingGroupOrg.{n}.Organisation.name"#,
        r#""x" in Event.EventReport.{n}.content"#,
        r#""ip-src" in Event.ShadowAttribute.{n}.type"#,
        r"Event.published == true",
        r"Event.published == false",
        r#"Event.published == "1""#,
        r#"Event.published == "true""#,
        r"Event.threat_level_id == 1",
        r#"Event.threat_level_id == "01""#,
        r#"Event.threat_level_id == """#,
        r#"Event.orgc_id == "1.0""#,
        r#"Event.analysis == env("ANALYSIS")"#,
        r#"any Event.Attribute.{n}.type in ["ip-src", "ip-dst", "named pipe", "sha512/224"]"#,
        r#""domain|ip" in Event.Attribute.{n}.type"#,
        r"any Event._own.{n}",
        r"any enabledFilters.A",
    ] {
        assert_eq!(asked(condition), [""; 0], "{condition}");
    }
}

#[test]
fn paths_of_filters_start_in_the_selected_items() {
    for (steps, expected) in [
        (r#"filter A: Event._AttributeFlattened.{n} where any type in ["ip-src"] { push-zmq() }"#, &[][..]),
        (r#"filter A: Event._AttributeFlattened.{n} where type == "ip-src" { push-zmq() }"#, &[]),
        (r#"filter A: Event.Attribute where type == "ip-src" { push-zmq() }"#, &[]),
        (r#"filter A: Event._AttributeFlattened.{n} where Tag.{n}.name == "x" { push-zmq() }"#, &[]),
        (r#"filter A: Event._AttributeFlattened.{n} where "x" in enrichment.{n}.Object.0.name { push-zmq() }"#, &[]),
        (r#"filter A: Event.Object.{n} where "x" in Attribute.{n}.value { push-zmq() }"#, &[]),
        (
            r#"filter A: Event._AttributeFlattened.{n} where type == "ip-scr" { push-zmq() }"#,
            &["impossible-value at \"ip-scr\""],
        ),
        (r#"filter A: Event._AttributeFlattened.{n} where "x" in Tag { push-zmq() }"#, &["object-compared at Tag"]),
        (r#"filter A: Event._AttributeFlattened.{n} where "x" in Tag.name { push-zmq() }"#, &["not-an-object at name"]),
        (r#"filter A: Event.Atribute.{n} where "x" in type { push-zmq() }"#, &["unknown-key at Atribute"]),
        (r#"filter A: Event.Attribute.{n}.type where "x" in name { push-zmq() }"#, &["not-an-object at type"]),
        (
            r#"filter A: Event.Attribute.{n} where "x" in Event.Attribute.{n}.comment { push-zmq() }"#,
            &["unknown-key at Event"],
        ),
        (r#"tag_operation(tags: ["x"]) for Event.Attribute.{n} where "x" in typ"#, &["unknown-key at typ"]),
        (r#"tag_operation(tags: ["x"]) for Event.Attribute.{n} where "x" in comment"#, &[]),
    ] {
        assert_eq!(found("event-publish", steps), expected, "{steps}");
    }
}

#[test]
fn paths_in_the_arguments_of_calls_are_checked_too() {
    for (steps, expected) in [
        ("push-zmq(data_extraction_path: Event.Attribute.{n}.value)", &[][..]),
        ("push-zmq(data_extraction_path: Event.Attribute.value)", &["not-an-object at value"]),
        (r#"push-zmq(data_extraction_path: "Event.Attribute.value")"#, &["not-an-object at value"]),
        (r#"push-zmq(data_extraction_path: "")"#, &[]),
        (r#"push-zmq("data_extraction_path": "Nothing.like.it")"#, &[]),
        ("assign_country(scope: attribute, hash_path: enrichment.{n}.{n}.values.0)", &[]),
        (
            r#"if generic-if(hash_path: Event.Tag, operator: in, value: "x") { push-zmq() }"#,
            &["object-compared at Tag"],
        ),
        (
            r#"if generic-if(hash_path: Event.Attribute.{n}.type, operator: in_or, value_list: ["ip-scr"]) { push-zmq() }"#,
            &["impossible-value at \"ip-scr\""],
        ),
        (
            r#"if generic-if(hash_path: Event.Tag.{n}.name, operator: equals, value: "x") { push-zmq() }"#,
            &["always-false at {n}"],
        ),
        ("if count-if(selector: Event.Tg, operator: greater, value: 5) { push-zmq() }", &["unknown-key at Tg"]),
        (
            r#"generic-filter-data("filtering-label": "A", selector: Event.Attribute.{n}, hash_path: type, operator: in, value: "ip-scr")"#,
            &["impossible-value at \"ip-scr\""],
        ),
        (
            r#"generic-filter-data("filtering-label": "A", selector: Event.Attribute.{n}, hash_path: typ, operator: in, value: "ip-src")"#,
            &["unknown-key at typ"],
        ),
    ] {
        assert_eq!(found("event-publish", steps), expected, "{steps}");
    }
}

#[test]
fn the_trigger_decides_what_there_is() {
    let user = r#"if User.email == "x" { push-zmq() }"#;
    assert_eq!(found("event-publish", user), ["unknown-key at User"]);
    let codes = |trigger: &str, steps: &str| -> Vec<String> {
        let all = found(trigger, steps);
        all.into_iter().filter(|finding| CODES.iter().any(|code| finding.starts_with(code.as_str()))).collect()
    };
    assert_eq!(codes("user-after-save", user), [""; 0]);
    assert_eq!(codes("user-after-save", r#"if "x" in User.Role.{n}.any.thing { push-zmq() }"#), [""; 0]);
    assert_eq!(codes("user-after-save", r#"if Event.info == "x" { push-zmq() }"#), [""; 0], "a lint says it");
    assert_eq!(codes("post-after-save", r#"if Event.infos == "x" { push-zmq() }"#), ["unknown-key at infos"]);
    assert_eq!(codes("log-after-save", r#"if Log.model == "x" { push-zmq() }"#), [""; 0]);
    assert_eq!(codes("tag-attached-after-save", r#"if Tag.name == "x" { push-zmq() }"#), [""; 0]);
    for trigger in ["attribute-after-save", "object-after-save", "sighting-after-save", "shadow-attribute-before-save"]
    {
        assert_eq!(
            codes(trigger, r"if any Attribute.{n} { push-zmq() }"),
            ["path-without-event at Attribute"],
            "{trigger}"
        );
        assert_eq!(codes(trigger, r"if any Event.Attribute.{n} { push-zmq() }"), [""; 0], "{trigger}");
    }
}

#[test]
fn blueprints_know_the_trigger_they_name() {
    let blueprint = |description: &str, condition: &str| {
        let sources = Sources::new();
        let text = format!("blueprint b() {{\n description: \"{description}\"\n if {condition} {{ push-zmq() }}\n}}");
        findings(&sources, &text).into_iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(blueprint("Anything", r#"User.email == "x""#), []);
    assert_eq!(blueprint("Anything", r#"Event.infos == "x""#), [Code::UnknownKey]);
    assert_eq!(blueprint("Anything", "any Attribute.{n}"), [Code::PathWithoutEvent]);
    assert_eq!(blueprint("[event-publish] Anything", r#"User.email == "x""#), [Code::UnknownKey]);
    assert_eq!(blueprint("[user-after-save] Anything", r#"User.email == "x""#), []);
    assert_eq!(blueprint("[no-such-trigger] Anything", r#"User.email == "x""#), []);
    assert_eq!(blueprint("[webhook] Anything", r#"User.email == "x""#), []);
}

#[test]
fn custom_modules_may_add_keys() {
    let text = r#"
        module own : action { version: "1" }
        workflow w on event-publish {
            if Event.before == "x" { push-zmq() }
            own()
            if Event.score == "x" { push-zmq() }
            if "x" in Event.Attribute.{n}.score.{n}.name { push-zmq() }
            if "x" in Event.Tag.name { push-zmq() }
        }
    "#;
    let sources = Sources::new();
    let found: Vec<_> = findings(&sources, text)
        .into_iter()
        .map(|finding| (finding.code, finding.primary.map(|label| sources.snippet(label.span))))
        .collect();
    assert_eq!(found, [(Code::UnknownKey, Some("before")), (Code::NotAnObject, Some("name"))]);
}

#[test]
fn a_constant_is_reported_once_for_each_problem() {
    let text = r#"
        let names = Event.Tag.name
        let tags = Event.Tag
        workflow w on event-publish {
            if "a" in names { push-zmq() }
            if "b" in names { push-zmq() }
            if "a" in tags { push-zmq() }
            if count(tags) > 3 { push-zmq() }
            if tags == "a" { push-zmq() }
        }
    "#;
    let sources = Sources::new();
    let found: Vec<_> = findings(&sources, text)
        .into_iter()
        .map(|finding| {
            (
                finding.code,
                finding.primary.map(|label| sources.file(label.span.file).position(label.span.range().start).line),
            )
        })
        .collect();
    assert_eq!(found, [(Code::NotAnObject, Some(2)), (Code::ObjectCompared, Some(3))]);
}

#[test]
fn only_values_of_growing_lists_are_warnings() {
    for code in CODES {
        let expected = if code == Code::UnknownValue { Severity::Warning } else { Severity::Error };
        assert_eq!(code.severity(), expected, "{code}");
    }
}

#[test]
fn the_messages() {
    let sources = Sources::new();
    let text = r#"let names = Event.Tag.name

workflow w on event-publish {
    if "tlp:red" in names or "tlp:red" in Event.Tag or "tlp:red" in Attribute.{n}.Tag.{n}.name { push-zmq() }
    if Event.Tag.{n}.name == "tlp:red" or Event.infos == "x" or "x" in Event.{n}.info { push-zmq() }
    if Event.threat_level_id == "High" or Event.published == "false" or Event.type == "ip-src" { push-zmq() }
    if count(Event.Attribute.{n}[type=ip-scr]) > 5 or Event.distribution == "6" { push-zmq() }
    if Event.nothing_like_it == "x" or "wallet" in Event.Attribute.{n}.type { push-zmq() }
    filter A: Event.Attribute.{n} where any Event.Attribute.{n}.type in ["ip-src"] { push-zmq() }
    filter B: Event.Attribute.{n}.type where "ip-src" in type { push-zmq() }
}
"#;
    let diagnostics = findings(&sources, text);
    let mut out = codespan_reporting::term::termcolor::NoColor::new(Vec::new());
    write_terminal(&sources, &diagnostics, &mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out.into_inner()).unwrap());
}

/// Every leaf of the data with its path, lists as `{n}`.
fn leaves<'j>(value: &'j Json, path: &str, found: &mut Vec<(String, &'j Json)>) {
    let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Json::Object(object) => object.iter().for_each(|(key, inner)| leaves(inner, &join(key), found)),
        Json::Array(list) => list.iter().for_each(|inner| leaves(inner, &join("{n}"), found)),
        leaf => found.push((path.to_owned(), leaf)),
    }
}

/// What MISP gave for sixty events is in the data model: no path to a value that is there, and no question for that
/// value, may be reported.
#[test]
fn what_misp_gives_is_in_the_data_model() {
    let mut text = String::new();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/misp-2.5.1/convert.ndjson.gz");
    GzDecoder::new(std::fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
    let trigger = Catalogue::built_in().module("event-publish").unwrap();
    let typer = Typer::new(Root::of_trigger(trigger));
    let (mut checked, mut wrong) = (0, String::new());
    for line in text.lines() {
        let vector: Json = serde_json::from_str(line).unwrap();
        let mut found = Vec::new();
        leaves(&vector["expected"]["result"], "", &mut found);
        // What a module of one server adds at the top is not MISP's.
        for (path, leaf) in found.into_iter().filter(|(path, _)| !path.starts_with("_custom")) {
            checked += 1;
            let compiled = Path::compile(&path).unwrap();
            let followed = typer.from_root(&compiled);
            let literal = match leaf {
                Json::String(text) => Some(text.clone()),
                Json::Bool(boolean) => Some(if *boolean { "1" } else { "0" }.to_owned()),
                Json::Number(number) => Some(number.to_string()),
                _ => None,
            };
            let values = [literal.as_deref()];
            let question = Question { reader: Reader::Filter, operator: Operator::In, values: &values };
            let asked = typer.check_question(&question, &compiled, &followed);
            for finding in followed.findings.iter().chain(&asked) {
                let _ = writeln!(wrong, "{path} == {leaf}: {}", finding.message);
            }
        }
    }
    assert!(checked > 1_000);
    assert_eq!(wrong, "");
}
