//! Pictures, as the program makes them.

use std::fs;

use assert_cmd::Command;

use crate::program::{code, folder, mispflow, mispflow_reading, shown, stderr, stdout};

const GUARD: &str = r#"workflow guard on event-publish {
    name: "Guard </title><script>alert(1)</script>"
    if event tagged any "tlp:red" or attribute tagged any ["tlp:red", "tlp:amber+strict"] {
        stop-execution(message: "No & <never>")
    }
    filter A: Event._AttributeFlattened.{n} where "ip-src" in type {
        attach-enrichment(modules: ["lookup"])
    } reset
    concurrent {
        branch { webhook(url: "https://soc.example.org/" + env("HOOK"), headers: "Authorization: " + secret("TOKEN")) }
        branch { push-zmq() }
    }
}
"#;

fn drawn(text: &str, arguments: &[&str]) -> String {
    let folder = folder(&[("w.mwf", text)]);
    let output = mispflow(folder.path(), &[&["graph", "w.mwf"], arguments].concat());
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    stdout(&output).to_owned()
}

/// The texts in a picture, a line each.
fn texts(svg: &str) -> Vec<String> {
    let texts = svg.split("<text").skip(1).filter_map(|rest| {
        let rest = rest.split_once('>')?.1.split_once("</text>")?.0;
        Some(rest.replace("<tspan class=\"name\">", "").replace("</tspan>", ""))
    });
    texts.collect()
}

#[test]
fn a_picture_says_what_the_text_says() {
    let svg = drawn(GUARD, &[]);
    let texts = texts(&svg);
    let has = |wanted: &str| assert!(texts.iter().any(|text| text == wanted), "{wanted}: {texts:#?}");
    for wanted in [
        "event tagged any tlp:red",
        "then",
        "else",
        "trigger · blocking",
        "action · blocking",
        "message: \"No &amp; &lt;never&gt;\"",
        "logic · generic-filter-data",
        "action · filter A on",
        "filter A is on",
        "modules: lookup",
        "concurrent-task",
        "push-zmq",
    ] {
        has(wanted);
    }
    // What is left to its default does not show.
    assert!(!svg.contains("self-signed") && !svg.contains("locality"), "{svg}");
    assert_eq!(svg.matches("class=\"wire concurrent\"").count(), 2);
    assert_eq!(svg.matches("class=\"scope\"").count(), 1);
    assert_eq!(svg.matches("class=\"stop\"").count(), 2);
    assert!(svg.contains("prefers-color-scheme:dark"));
    assert!(
        svg.contains("role=\"img\"") && svg.contains("<desc id=\"picture-text\">Workflow with 10 nodes and 10 conn")
    );
    assert!(!svg.contains("<script"), "{svg}");
}

#[test]
fn nothing_comes_from_elsewhere() {
    let svg = drawn(GUARD, &[]);
    for word in ["href", "url(", "@import", "src=", "@font-face"] {
        assert!(!svg.contains(word), "{word}");
    }
    let addresses: Vec<&str> = svg.match_indices("http").map(|(at, _)| &svg[at..at + 12]).collect();
    assert!(addresses.iter().all(|address| address.starts_with("http://www.w") || address.starts_with("https://soc.")));
}

#[test]
fn what_comes_from_the_environment_is_told_by_its_name() {
    let folder = folder(&[("w.mwf", GUARD)]);
    for form in ["svg", "mermaid", "dot"] {
        let output = Command::cargo_bin("mispflow")
            .unwrap()
            .current_dir(folder.path())
            .env("TOKEN", "s3cr3t-t0ken")
            .env("HOOK", "h00k-path")
            .args(["graph", "w.mwf", "--as", form])
            .output()
            .unwrap();
        let made = stdout(&output);
        assert!(!made.contains("s3cr3t") && !made.contains("h00k"), "{made}");
        assert!(made.contains("HOOK") && made.contains("TOKEN"), "{made}");
    }
}

#[test]
fn values_of_sensitive_parameters_and_headers_in_json_do_not_show() {
    let folder = folder(&[(
        "w.mwf",
        "workflow w on event-publish {\n    webhook(url: \"https://a.example/\", headers: \"Authorization: b64-credential\")\n}\n",
    )]);
    let built = mispflow(folder.path(), &["build", "-q", "-o", "."]);
    assert_eq!(code(&built), 0, "{}", stderr(&built));
    let event = folder.path().join("e.json");
    fs::write(event, EVENT).unwrap();
    for file in ["w.mwf", "w.json"] {
        for arguments in [&["--as", "svg"][..], &["--as", "html"], &["--as", "text"], &["--event", "e.json"]] {
            let output = mispflow(folder.path(), &[&["graph", file], arguments].concat());
            assert!(stdout(&output).contains("(not"), "{}", stdout(&output));
            assert!(!stdout(&output).contains("b64-credential"), "{}", stdout(&output));
        }
    }
}

#[test]
fn json_is_drawn_as_text_is() {
    let folder = folder(&[("w.mwf", GUARD)]);
    let built = mispflow(folder.path(), &["build", "-q", "-o", "."]);
    assert_eq!(code(&built), 0, "{}", stderr(&built));
    let [text, json] = ["w.mwf", "guard.json"].map(|file| {
        let output = mispflow(folder.path(), &["graph", file]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        stdout(&output).to_owned()
    });
    assert_eq!(text, json);
    let read = mispflow_reading(folder.path(), &["graph", "-"], GUARD);
    assert_eq!(stdout(&read), text);
    let written = mispflow(folder.path(), &["graph", "w.mwf", "-o", "w.svg"]);
    assert_eq!(shown(&written), (0, "", ""));
    assert_eq!(fs::read_to_string(folder.path().join("w.svg")).unwrap(), text);
}

#[test]
fn one_document_of_several_is_chosen() {
    let several = "workflow a on event-publish { push-zmq() }\nworkflow b on attribute-after-save { push-zmq() }\nblueprint c() { push-zmq() }\n";
    let folder = folder(&[("w.mwf", several), ("c.mwf", "blueprint c() { push-zmq() }\n"), ("n.mwf", "let a = 1\n")]);
    let output = mispflow(folder.path(), &["graph", "w.mwf"]);
    let told = "error: the file holds several workflows: a, b\nchoose one: `--workflow ID`\n";
    assert_eq!(shown(&output), (2, "", told));
    for (arguments, title) in [
        (&["graph", "w.mwf", "--workflow", "b"][..], ">b</title>"),
        (&["graph", "w.mwf", "--workflow", "c"], ">c</title>"),
        (&["graph", "c.mwf"], ">c</title>"),
    ] {
        let output = mispflow(folder.path(), arguments);
        assert!(stdout(&output).contains(title), "{} {}", stdout(&output), stderr(&output));
    }
    let output = mispflow(folder.path(), &["graph", "w.mwf", "--workflow", "d"]);
    assert_eq!(code(&output), 2);
    let output = mispflow(folder.path(), &["graph", "n.mwf"]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("there is no workflow and no blueprint in `n.mwf`"), "{}", stderr(&output));
}

#[test]
fn broken_graphs_of_misp_are_drawn() {
    // A loop, a connection to nothing, an unknown module, a module without a known kind.
    let json = r#"{"Workflow": {"name": "odd", "trigger_id": "event-publish", "data": {
        "1": {"id": 1, "class": "", "inputs": {}, "outputs": {"output_1": {"connections": [{"node": "2", "output": "input_1"}]}},
              "pos_x": 0, "pos_y": 0, "data": {"id": "event-publish", "name": "x", "module_type": "trigger"}},
        "2": {"id": 2, "class": "", "inputs": {"input_1": {"connections": []}},
              "outputs": {"output_1": {"connections": [{"node": "1", "output": "input_1"}, {"node": "9", "output": "input_1"}, {"node": "2", "output": "input_1"}]}},
              "pos_x": 0, "pos_y": 0, "data": {"id": "of-a-server", "name": "x", "module_type": "action", "indexed_params": {"a<b": "c\u202ed"}}}
    }}}"#;
    let folder = folder(&[("w.json", json)]);
    for form in ["svg", "mermaid", "dot"] {
        let output = mispflow(folder.path(), &["graph", "w.json", "--as", form]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert!(stdout(&output).contains("unknown module"), "{}", stdout(&output));
        assert!(!stdout(&output).contains('\u{202e}'), "{}", stdout(&output));
    }
}

#[test]
fn errors_are_reported_as_by_run() {
    let folder = folder(&[("w.mwf", "workflow w on event-publish { nothing() }\n")]);
    let output = mispflow(folder.path(), &["graph", "w.mwf"]);
    assert_eq!((code(&output), stdout(&output)), (1, ""));
    assert!(stderr(&output).contains("unknown-module"), "{}", stderr(&output));
}

#[test]
fn mermaid_and_dot() {
    let mermaid = drawn(GUARD, &["--as", "mermaid"]);
    assert!(mermaid.starts_with("flowchart LR\n"), "{mermaid}");
    for line in [
        "    n1([\"trigger · blocking<br/><b>event-publish</b>\"])",
        "    n2 -->|\"then\"| n4",
        "    subgraph g0 [\"filter A is on\"]",
    ] {
        assert!(mermaid.contains(line), "{line}\n{mermaid}");
    }
    assert_eq!(mermaid.matches(" -.-> ").count(), 2);
    let dot = drawn(GUARD, &["--as", "dot"]);
    assert!(dot.starts_with("digraph \"Guard </title><script>alert(1)</script>\" {\n"), "{dot}");
    for line in ["  n2 -> n4 [label=\"then\"];", "  subgraph cluster_0 {", "style=dashed"] {
        assert!(dot.contains(line), "{line}\n{dot}");
    }
}

const EVENT: &str = r#"{"Event": {"id": "7", "info": "Phishing <b>", "uuid": "c99506a6-1255-4b71-afa5-7b8ba48c3b1b", "Tag": [{"name": "tlp:red"}], "Attribute": []}}"#;

/// The runs in a page.
fn runs(page: &str) -> serde_json::Value {
    let (_, rest) = page.split_once("<script type=\"application/json\" id=\"runs\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn a_page_has_the_runs_on_events() {
    let clear = EVENT.replace("tlp:red", "tlp:clear");
    let folder = folder(&[("w.mwf", GUARD), ("events/a.json", EVENT), ("events/b.json", &clear)]);
    let output = mispflow(folder.path(), &["graph", "w.mwf", "--event", "events"]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    let page = stdout(&output);
    let runs = runs(page);
    let steps = |run: usize| -> Vec<(u64, String)> {
        let steps = runs[run]["steps"].as_array().unwrap();
        steps.iter().map(|step| (step["node"].as_u64().unwrap(), step["word"].as_str().unwrap().to_owned())).collect()
    };
    let told = |words: &[(u64, &str)]| -> Vec<(u64, String)> {
        words.iter().map(|(node, word)| (*node, (*word).to_owned())).collect()
    };
    assert_eq!(steps(0), told(&[(1, "starts"), (2, "then"), (4, "failed")]));
    assert_eq!((&runs[0]["outcome"], &runs[0]["verdict"]), (&"blocked".into(), &"cancel".into()));
    assert_eq!(runs[0]["steps"][1]["saw"][0], "Event.Tag.{n}.name = [\"tlp:red\"]");
    assert_eq!(
        steps(1),
        told(&[
            (1, "starts"),
            (2, "else"),
            (3, "else"),
            (5, "done"),
            (6, "done"),
            (7, "done"),
            (8, "enqueues"),
            (9, "done"),
            (10, "done")
        ])
    );
    // Each node is reached on one connection, jobs as well.
    for step in runs[1]["steps"].as_array().unwrap().iter().skip(1) {
        assert_eq!(step["wires"].as_array().unwrap().len(), 1, "{step}");
    }
    assert_eq!(runs[1]["steps"][8]["part"], "job that starts at node 10");
    assert!(runs[0]["name"].as_str().unwrap().ends_with("a.json#1 (event 7) Phishing <b>"), "{}", runs[0]["name"]);
    // What the module does, its parameters, and where it is written.
    for words in [
        "id=\"d4\"",
        "w.mwf:4",
        "<pre>4  stop-execution(message: &quot;",
        "<th scope=\"row\">message</th>",
        "Ends the run as failed",
    ] {
        let words = words.replace("&quot;", "\"");
        assert!(page.contains(&words), "{words}");
    }
    for word in ["href", "url(", "@import", "src=", "@font-face"] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn runs_show_no_value_of_the_environment() {
    let folder = folder(&[("w.mwf", GUARD), ("e.json", &EVENT.replace("tlp:red", "tlp:clear"))]);
    let output = Command::cargo_bin("mispflow")
        .unwrap()
        .current_dir(folder.path())
        .env("TOKEN", "s3cr3t-t0ken")
        .env("HOOK", "h00k-path")
        .args(["graph", "w.mwf", "--event", "e.json"])
        .output()
        .unwrap();
    let page = stdout(&output);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(!page.contains("s3cr3t") && !page.contains("h00k"), "{page}");
    let runs = runs(page);
    let does = runs[0]["steps"][7]["does"][0].as_str().unwrap();
    assert!(does.contains("https://soc.example.org/${HOOK}") && does.contains("${TOKEN}"), "{does}");
}

#[test]
fn what_a_run_needs_is_asked_for() {
    let folder =
        folder(&[("w.mwf", GUARD), ("b.mwf", "blueprint b() { push-zmq() }\n"), ("e.json", EVENT), ("n.json", "[")]);
    for (arguments, status, told) in [
        (&["graph", "w.mwf", "--event", "e.json", "--as", "svg"][..], 2, "`--event` goes with `--as html`"),
        (&["graph", "b.mwf", "--event", "e.json"], 1, "error[cannot-run]: this is a blueprint, and only workflows run"),
        (&["graph", "w.mwf", "--event", "n.json"], 1, "error[unusable-event]"),
        (&["graph", "w.mwf", "--event", "absent.json"], 2, "absent.json"),
        (&["graph", "-", "--event", "-"], 2, "cannot both come from standard input"),
        (&["graph", "w.mwf", "--event", "e.json", "--answers", "n.json"], 1, "error[unusable-answer]"),
    ] {
        let output = mispflow(folder.path(), arguments);
        assert_eq!((code(&output), stdout(&output)), (status, ""), "{arguments:?} {}", stderr(&output));
        assert!(stderr(&output).contains(told), "{arguments:?} {}", stderr(&output));
    }
}

#[test]
fn answers_count_in_runs() {
    let folder = folder(&[
        ("w.mwf", GUARD),
        ("e.json", &EVENT.replace("tlp:red", "tlp:clear")),
        ("answers.json", "{\"webhook\": {\"fails\": \"timeout\"}}"),
    ]);
    let output = mispflow(folder.path(), &["graph", "w.mwf", "--event", "e.json", "--answers", "answers.json"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let runs = runs(stdout(&output));
    assert_eq!((&runs[0]["steps"][7]["node"], &runs[0]["steps"][7]["word"]), (&9.into(), &"failed".into()));
}

/// The points of a wire: where each of its straight or curved pieces begins and ends.
fn points(path: &str) -> Vec<(f64, f64)> {
    let pieces = path.split_inclusive(|sign: char| sign.is_ascii_alphabetic());
    let numbers = pieces.map(|piece| {
        let piece = piece.trim_end_matches(|sign: char| sign.is_ascii_alphabetic());
        piece.split(' ').filter_map(|number| number.parse().ok()).collect::<Vec<f64>>()
    });
    numbers.filter_map(|numbers| numbers.last_chunk().map(|&[x, y]| (x, y))).collect()
}

/// Whether two wires cross. Curved pieces between two ranks cross where straight ones would.
fn cross(one: &[(f64, f64)], other: &[(f64, f64)]) -> bool {
    let side = |line: &[(f64, f64)], (x, y): (f64, f64)| {
        (line[1].0 - line[0].0) * (y - line[0].1) - (line[1].1 - line[0].1) * (x - line[0].0)
    };
    let apart = |line: &[(f64, f64)], ends: &[(f64, f64)]| side(line, ends[0]) * side(line, ends[1]) < -1e-3;
    one.windows(2).any(|a| other.windows(2).any(|b| apart(a, b) && apart(b, a)))
}

#[test]
fn connections_of_the_examples_do_not_cross() {
    let mut wires_seen = 0;
    for (file, _) in crate::graph_in_browser::examples() {
        let output = mispflow(std::path::Path::new("/"), &["graph", file.to_str().unwrap()]);
        let svg = stdout(&output);
        let paths =
            svg.split("<path class=\"wire").skip(1).filter_map(|rest| rest.split_once(" d=\"")?.1.split_once('"'));
        let wires: Vec<_> = paths.map(|(path, _)| points(path)).collect();
        for (index, one) in wires.iter().enumerate() {
            for other in &wires[index + 1..] {
                assert!(!cross(one, other), "{}: {one:?} and {other:?}", file.display());
            }
        }
        wires_seen += wires.len();
    }
    assert!(wires_seen > 60, "{wires_seen}");
}

/// A workflow of MISP with three actions in a row, and these frames.
fn framed(frames: &str) -> String {
    let node = |id: u32, module: &str, kind: &str, next: &str| {
        format!(
            r#""{id}": {{"id": {id}, "class": "", "inputs": {{"input_1": {{"connections": []}}}}, "outputs": {{"output_1": {{"connections": [{next}]}}}}, "pos_x": 0, "pos_y": 0, "data": {{"id": "{module}", "name": "x", "module_type": "{kind}", "indexed_params": {{}}}}}}"#
        )
    };
    let to = |id: u32| format!(r#"{{"node": "{id}", "output": "input_1"}}"#);
    let nodes = [
        node(1, "event-publish", "trigger", &to(2)),
        node(2, "push-zmq", "action", &to(3)),
        node(3, "push-zmq", "action", &to(4)),
        node(4, "push-zmq", "action", ""),
    ];
    format!(
        r#"{{"Workflow": {{"name": "w", "trigger_id": "event-publish", "data": {{{}, "_frames": {{{frames}}}}}}}}}"#,
        nodes.join(", ")
    )
}

#[test]
fn frames_that_cannot_be_drawn_are_told() {
    let frame = |id: &str, text: &str, nodes: &str| {
        format!(r#""{id}": {{"id": "{id}", "text": "{text}", "nodes": [{nodes}], "class": ""}}"#)
    };
    let [large, cutting] = [frame("a", "Large", "1, 2, 3"), frame("b", "Cutting", "3, 4")];
    let json = framed(&format!("{large}, {cutting}, {}", frame("c", "Again", "1, 2, 3")));
    let folder = folder(&[("w.json", &json)]);
    for form in ["svg", "html", "mermaid", "dot", "text"] {
        let output = mispflow(folder.path(), &["graph", "w.json", "--as", form]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let made = stdout(&output);
        assert!(made.contains("Large") && made.contains("Cutting") && made.contains("Again"), "{made}");
    }
    let output = mispflow(folder.path(), &["graph", "w.json"]);
    let texts = texts(stdout(&output));
    let told = |text: &str| texts.iter().filter(|shown| *shown == text).count();
    assert_eq!((told("in frame \"Cutting\""), told("in frame \"Again\""), told("Large")), (2, 3, 1), "{texts:#?}");
    let output = mispflow(folder.path(), &["graph", "w.json", "--as", "text"]);
    assert!(
        stdout(&output).ends_with("frame \"Large\"\n  1 event-publish\n  2 push-zmq\n  3 push-zmq\n"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_page_shows_the_lines_of_a_statement_but_no_secret() {
    let text = "workflow w on event-publish {\n    webhook(\n        url: \"https://a.example/\",\n        payload: \"x\",\n    )\n    webhook(\n        url: \"https://b.example/\",\n        headers: \"Authorization: b64-credential\",\n    )\n}\n";
    let page = drawn(text, &["--as", "html"]);
    let lines =
        "w.mwf:2–5</p>\n<pre>2  webhook(\n3      url: \"https://a.example/\",\n4      payload: \"x\",\n5  )</pre>";
    assert!(page.contains(lines), "{page}");
    let hidden = "w.mwf:6–9</p>\n<pre>6  (not shown)\n7  (not shown)\n8  (not shown)\n9  (not shown)</pre>";
    assert!(page.contains(hidden) && !page.contains("b64-credential"), "{page}");
}

#[test]
fn small_graphs_are_drawn_as_text() {
    let text = "workflow w on event-publish {\n    if published {\n        stop-execution(message: \"No\")\n    }\n    push-zmq()\n}\n";
    assert_eq!(
        drawn(text, &["--as", "text"]),
        "                    ╔═══════════════════════╗
                    ║ trigger · blocking  1 ║
                    ║ event-publish         ║
                    ╚═══════════╤═══════════╝
                                │
                                ▼
                   ┌─────────────────────────┐
                   │ logic · published-if  2 │
                   │ published               │
                   └─────┬─────────────┬─────┘
                         │then         │else
            ┌────────────┘        ┌────┘
            ▼                     ▼
╔══════════════════════╗    ┌───────────┐
║ action · blocking  3 ║    │ action  4 │
║ stop-execution       ║    │ push-zmq  │
║ message: No          ║    └───────────┘
╚══════════════════════╝
"
    );
}

#[test]
fn large_graphs_are_not_drawn_as_text() {
    let steps = "    push-zmq()\n".repeat(60);
    let folder = folder(&[("w.mwf", &format!("workflow w on event-publish {{\n{steps}}}\n"))]);
    let output = mispflow(folder.path(), &["graph", "w.mwf", "--as", "text"]);
    let told = "error: the graph has 61 nodes, and as text at most 60 can be read: draw it as svg or html\n";
    assert_eq!(shown(&output), (2, "", told));
}

const CHANGED: &str = r#"workflow guard on event-publish {
    name: "Guard"
    if event tagged any ["tlp:red", "tlp:amber"] or attribute tagged any ["tlp:red", "tlp:amber+strict"] {
        stop-execution(message: "No & <never>")
    }
    filter A: Event._AttributeFlattened.{n} where "ip-src" in type {
        tag_operation(scope: attribute, tags: ["seen"])
    } reset
    concurrent {
        branch { webhook(url: "https://soc.example.org/" + env("HOOK"), headers: "Authorization: " + secret("TOKEN")) }
        branch { push-zmq() }
    }
}
"#;

#[test]
fn two_versions_in_one_picture() {
    let folder = folder(&[("a.mwf", GUARD), ("b.mwf", CHANGED)]);
    let output = mispflow(folder.path(), &["diff", "a.mwf", "b.mwf", "--as", "svg"]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    let svg = stdout(&output);
    let texts = texts(svg);
    for wanted in [
        "~ changed · logic · tag-if",
        "event tagged any tlp:red,",
        "~ tags: [\"tlp:red\"] → [\"tlp:amber\",",
        "− removed · action",
        "+ added · action · filter A on",
    ] {
        assert!(texts.iter().any(|text| text == wanted), "{wanted}: {texts:#?}");
    }
    for (class, count) in [
        ("node action added", 1),
        ("node action removed", 1),
        ("node logic changed", 1),
        ("wire added", 2),
        ("wire removed", 2),
    ] {
        assert_eq!(svg.matches(&format!("class=\"{class}\"")).count(), count, "{class}");
    }
    // Signs tell connections apart, too.
    assert_eq!(
        (texts.iter().filter(|text| *text == "+").count(), texts.iter().filter(|text| *text == "−").count()),
        (2, 2)
    );
    assert!(svg.contains("~ name: \"Guard &lt;/title&gt;"), "{svg}");
    // What is no longer there has no part in where filters are on.
    assert!(!svg.contains("on at times"), "{svg}");
    for form in ["html", "mermaid"] {
        let output = mispflow(folder.path(), &["diff", "a.mwf", "b.mwf", "--as", form, "--exit-code"]);
        assert_eq!(code(&output), 1);
        assert!(stdout(&output).contains("removed") && stdout(&output).contains("added"), "{}", stdout(&output));
    }
    let output = mispflow(folder.path(), &["diff", "a.mwf", "a.mwf", "--as", "svg", "--exit-code", "-o", "same.svg"]);
    assert_eq!(shown(&output), (0, "", ""));
    let same = fs::read_to_string(folder.path().join("same.svg")).unwrap();
    assert_eq!(same, stdout(&mispflow(folder.path(), &["graph", "a.mwf"])));
}

#[test]
fn a_picture_shows_one_difference() {
    let two = "workflow a on event-publish { push-zmq() }\nworkflow b on attribute-after-save { push-zmq() }\n";
    let other = two.replace("publish { push-zmq() }", "publish { if published { push-zmq() } }");
    let folder = folder(&[
        ("a.mwf", two),
        ("b.mwf", &two.replace("push-zmq()", "if published { push-zmq() }")),
        ("c.mwf", &other),
    ]);
    let output = mispflow(folder.path(), &["diff", "a.mwf", "b.mwf", "--as", "svg"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("these differ: a, b\nname one file on each side"), "{}", stderr(&output));
    let output = mispflow(folder.path(), &["diff", "a.mwf", "c.mwf", "--as", "svg"]);
    assert!(
        code(&output) == 0 && stdout(&output).contains("<title id=\"picture-title\">a</title>"),
        "{}",
        stderr(&output)
    );
    let output = mispflow(folder.path(), &["diff", "a.mwf", "c.mwf", "-o", "x.svg"]);
    assert_eq!(code(&output), 2);
}

#[test]
fn values_that_one_side_keeps_secret_do_not_show() {
    let before = "workflow w on event-publish {\n    webhook(url: \"https://a.example/\", headers: \"X-Key: \" + secret(\"KEY\"))\n}\n";
    let folder = folder(&[
        ("a.mwf", before),
        ("b.mwf", &before.replace("\"X-Key: \" + secret(\"KEY\")", "\"X-Key: pl4in-value\"")),
    ]);
    for form in ["svg", "html", "mermaid"] {
        for (a, b) in [("a.mwf", "b.mwf"), ("b.mwf", "a.mwf")] {
            let output = mispflow(folder.path(), &["diff", a, b, "--as", form]);
            assert_eq!(code(&output), 0, "{}", stderr(&output));
            assert!(!stdout(&output).contains("pl4in"), "{}", stdout(&output));
        }
    }
}

/// The README opens with a picture of the text beside it.
#[test]
fn the_picture_of_the_readme_is_current() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let (_, rest) = readme.split_once("```mwf\n").unwrap();
    let made = drawn(rest.split_once("```").unwrap().0, &[]);
    let path = root.join("docs/publish-guard.svg");
    assert!(readme.split("```mwf").next().unwrap().contains("(docs/publish-guard.svg)"));
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(&path, &made).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), made, "`INSTA_UPDATE=always cargo test` writes it anew");
}
