//! Whatever the input, the answer is findings with places: no panic, no endless work, nothing half
//! written. Tests run on small stacks, so what recurses too deep ends them.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Output;
use std::{fs, io};

use assert_cmd::Command;
use codespan_reporting::term::termcolor::NoColor;
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::diagnostics::{Code, Diagnostic, write_json, write_terminal};
use mispflow::misp::{Form, write};
use mispflow::project::{MemoryFiles, source_from_bytes};
use mispflow::source::Sources;
use proptest::prelude::*;
use tempfile::TempDir;

/// Compiles a file of text and others beside it, writes what came of it, shows what was found, and checks
/// what holds of every answer.
fn answer_with(bytes: impl Into<Vec<u8>>, beside: &[(&str, &str)]) -> Vec<Diagnostic> {
    answer_to("a.mwf", bytes, beside)
}

/// As [`answer_with`], for a file of this name.
fn answer_to(name: &str, bytes: impl Into<Vec<u8>>, beside: &[(&str, &str)]) -> Vec<Diagnostic> {
    let sources = Sources::new();
    let mut files = MemoryFiles::new();
    for (name, text) in beside {
        files.insert(*name, *text);
    }
    let bytes = bytes.into();
    files.insert(name, bytes.clone());
    let (roots, mut diagnostics) = match source_from_bytes(&sources, Some(Path::new(name)), name, bytes) {
        Ok(root) => (vec![root], Vec::new()),
        Err(problem) => (Vec::new(), vec![problem]),
    };
    let workspace = Workspace::load(&sources, &files, &roots, Catalogue::built_in());
    let compilation = workspace.compile();
    for compiled in &compilation.documents {
        for form in [Form::Workflow, Form::Request, Form::Data] {
            let _ = write(&compiled.document, form, &|_| None);
        }
    }
    diagnostics.extend(compilation.diagnostics);
    for diagnostic in &diagnostics {
        assert!(diagnostic.primary.is_some(), "no place: {diagnostic:?}");
        let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        for span in diagnostic.primary.iter().chain(&diagnostic.secondary).map(|label| label.span).chain(edits) {
            assert!(sources.text(span.file).get(span.range()).is_some(), "a place that does not exist: {diagnostic:?}");
        }
    }
    let mut out = NoColor::new(io::sink());
    write_terminal(&sources, &diagnostics, &mut out).unwrap();
    write_json(&sources, &diagnostics, &mut io::sink()).unwrap();
    diagnostics
}

fn answer(bytes: impl Into<Vec<u8>>) -> Vec<Diagnostic> {
    answer_with(bytes, &[])
}

#[track_caller]
fn refused(bytes: impl Into<Vec<u8>>) {
    assert!(answer(bytes).iter().any(Diagnostic::is_error), "it was accepted");
}

#[track_caller]
fn refused_with(code: Code, bytes: impl Into<Vec<u8>>) {
    let found = answer(bytes);
    let codes: Vec<Code> = found.iter().map(|diagnostic| diagnostic.code).collect();
    assert!(
        found.iter().any(|diagnostic| diagnostic.is_error() && diagnostic.code == code),
        "{:?}",
        &codes[..codes.len().min(20)]
    );
}

#[track_caller]
fn accepted(bytes: impl Into<Vec<u8>>) {
    let errors: Vec<_> = answer(bytes).into_iter().filter(Diagnostic::is_error).take(3).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn workflow(steps: &str) -> String {
    format!("workflow w on event-publish {{\n{steps}\n}}\n")
}

/// `count` pieces of text, each made from its number.
fn many(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        text.push_str(&piece(number));
        text
    })
}

/// Numbers that look random and are always the same.
fn noise() -> impl Iterator<Item = u32> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    })
}

fn any_characters(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 4);
    text.extend(noise().filter_map(|number| char::from_u32(number % 0x11_0000)).take(bytes / 4));
    while text.len() < bytes {
        text.push('a');
    }
    text
}

const MEGABYTE: usize = 1_000_000;

// ---------------------------------------------------------------------------------------- garbage

#[test]
fn ten_megabytes_of_any_characters() {
    let text = any_characters(10 * MEGABYTE);
    refused(text);
    // In one line, and without the brackets that end the reading early.
    let text: String = noise()
        .filter_map(|number| char::from_u32(number % 0x3000))
        .filter(|c| !"\r\n([{".contains(*c))
        .take(MEGABYTE / 4)
        .collect();
    refused(text);
}

#[test]
fn ten_megabytes_of_any_bytes() {
    refused_with(Code::InvalidUtf8, noise().map(|number| number as u8).take(10 * MEGABYTE).collect::<Vec<_>>());
}

#[test]
fn ten_megabytes_of_one_bracket() {
    for bracket in ["(", "[", "{", "[{n}", "x(", "if x() {", "x[(", "\"\"(", "branch {"] {
        refused_with(Code::NestingTooDeep, bracket.repeat(10 * MEGABYTE / bracket.len()));
        refused_with(Code::NestingTooDeep, workflow(&bracket.repeat(10 * MEGABYTE / bracket.len())));
    }
}

#[test]
fn one_thing_again_and_again() {
    let things = [
        "\"",
        "\"\"\"",
        "\"\\",
        "@",
        "}",
        ")",
        "x[ ",
        "x[=/",
        "a.",
        "not ",
        "if ",
        "goto @a\n",
        "x() ",
        "x\n",
        "1",
        "-",
        "+",
        "=",
        "é",
        "\0",
        "\r",
        "\u{2028}",
        "else {}",
        "}else{",
        "a: b,",
        "\"x\" ",
        "(]",
        "x(]",
        "( ) ] ",
        "let a = ",
        "import \"x\"\n",
        "test \"x\" of w {}\n",
        "workflow w on t {}\n",
        "blueprint b() {}\n",
        "module m : action {}\n",
        "for a where b",
        "env(\"",
        "#",
    ];
    for thing in things {
        let repeated = thing.repeat(10_000 / thing.len());
        // Where a value, a condition, a step, an item or a line of a test should stand.
        for before in [
            "",
            "let a = ",
            "let a = [",
            "workflow w on event-publish {\n",
            "workflow w on event-publish { if ",
            "workflow w on event-publish { webhook(url: ",
            "test \"a\" of w {",
            "module m : action {",
        ] {
            answer(format!("{before}{repeated}"));
        }
    }
}

#[test]
fn zeros_marks_and_line_ends() {
    refused("\0".repeat(MEGABYTE));
    refused(workflow("push-zmq()\0"));
    accepted(format!("\u{feff}{}", workflow("push-zmq()")));
    refused(format!("\u{feff}\u{feff}{}", workflow("push-zmq()")));
    for end in ["\r\n", "\r", "\n"] {
        accepted(workflow("push-zmq() # a comment\nreload-full-event()").replace('\n', end));
        refused(workflow("push-zmk()").replace('\n', end));
    }
    refused_with(Code::InvalidUtf8, b"\xff\xfew\0o\0r\0k\0".to_vec());
    refused_with(Code::InvalidUtf8, [workflow("push-zmq()").as_bytes(), b"\xc3"].concat());
}

#[test]
fn nothing_to_compile_is_fine() {
    for text in ["", "\n", " \t\r\n", "# only a comment", "\u{feff}", "# \u{1f980}\n"] {
        assert_eq!(answer(text), []);
    }
    assert_eq!(answer("# a comment\n".repeat(100_000)), []);
}

// ------------------------------------------------------------------------------------------- depth

#[test]
fn what_nests_too_deep_is_refused_and_what_just_fits_is_not() {
    let nested = |open: &str, inner: &str, close: &str, depth: usize| {
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
    };
    accepted(workflow(&nested("if published {", "push-zmq()", "}", 62)));
    accepted(workflow(&nested("concurrent { branch {", "push-zmq()", "}}", 31)));
    accepted(workflow(&format!("if {} {{ push-zmq() }}", nested("(", "published", ")", 62))));
    accepted(workflow(&format!("if {}published {{ push-zmq() }}", "not ".repeat(100_000))));
    for depth in [70, 1_000, 100_000] {
        for (open, inner, close) in [
            ("if published {", "push-zmq()", "}"),
            ("concurrent { branch {", "push-zmq()", "}}"),
            ("detached {", "push-zmq()", "}"),
        ] {
            refused_with(Code::NestingTooDeep, workflow(&nested(open, inner, close, depth)));
        }
        refused_with(
            Code::NestingTooDeep,
            workflow(&format!("if {} {{ push-zmq() }}", nested("(", "published", ")", depth))),
        );
        refused_with(Code::NestingTooDeep, format!("let a = {}", nested("[", "1", "]", depth)));
        refused_with(Code::NestingTooDeep, format!("let a = {}", nested("{ a: ", "1", "}", depth)));
    }
}

#[test]
fn depth_does_not_hide_in_texts_and_tests_of_hash_paths() {
    let deep = "[".repeat(100_000);
    for text in [
        format!("if any x in[\"] \", {deep}\""),
        format!("if a.{{\"}} == b and {}\"", deep.replace('[', "(")),
        format!("x[{}]", deep.replace('[', "(")),
        format!("x(a: \"\"\"\" {deep} \""),
        format!("x a[\"] \"; y({deep}\""),
        format!("x[# ] y(a: {deep}"),
        format!("x(a: \"\\\" {deep}"),
    ] {
        refused(workflow(&text));
    }
}

#[test]
fn depth_does_not_add_up_over_blueprints_and_constants() {
    for (open, close) in
        [("if published {", "}"), ("concurrent { branch {", "}}"), ("filter A: Event.Tag.{n} where any name {", "}")]
    {
        let blueprints = many(30, |number| {
            format!("blueprint b{number}() {{ {} use b{}() {} }}\n", open.repeat(30), number + 1, close.repeat(30))
        });
        refused(format!(
            "{blueprints}blueprint b30() {{ push-zmq() }}\n{}",
            workflow(&format!("{}use b0(){}", open.repeat(30), close.repeat(30)))
        ));
    }
    let constants =
        many(200, |number| format!("let a{number} = {}a{}{}\n", "[".repeat(60), number + 1, "]".repeat(60)));
    refused_with(
        Code::NestingTooDeep,
        format!("{constants}let a200 = \"x\"\n{}", workflow("webhook(url: \"x\", \"odd\": a0)")),
    );
    let chain = many(20_000, |number| format!("let a{number} = a{}\n", number + 1));
    accepted(format!("{chain}let a20000 = \"x\"\n"));
    refused_with(Code::ConstantCycle, format!("{chain}let a20000 = a0\n"));
}

#[test]
fn templates_and_payloads_nest_too() {
    for inside in ["(", "[", "-", "not ", "a + ", "a.", "a|f|", "a if b else ", "{", "a and ", "'"] {
        answer(workflow(&format!("stop-execution(message: \"{{{{ {}a }}}}\")", inside.repeat(50_000))));
        answer(workflow(&format!("stop-execution(message: \"{{{{ {}a }}}}\")", inside.repeat(3_900 / inside.len()))));
    }
    for inside in ["{% if a %}", "{% for a in b %}", "{# ", "{{ ", "{% raw %}", "{% macro a() %}", "{% block a %}"] {
        answer(workflow(&format!("stop-execution(message: \"{}\")", inside.repeat(50_000))));
    }
    for inside in ["[", "{\\\"a\\\":", "[{{ a }},", "\\\\"] {
        answer(workflow(&format!("webhook(url: \"x\", payload: \"[{}\")", inside.repeat(50_000))));
    }
}

// ------------------------------------------------------------------------------------------- numbers

#[test]
fn a_hundred_thousand_items() {
    accepted(many(100_000, |number| format!("let a{number} = {number}\n")));
    refused_with(Code::DuplicateName, "let a = 1\n".repeat(100_000));
    refused_with(Code::ImportCycle, "import \"a.mwf\"\n".repeat(20_000));
    refused_with(Code::MissingImport, many(20_000, |number| format!("import \"b{number}.mwf\"\n")));
    refused_with(
        Code::DuplicateTrigger,
        many(20_000, |number| format!("workflow w{number} on event-publish {{ push-zmq() }}\n")),
    );
    accepted(
        workflow("push-zmq()")
            + &many(20_000, |number| {
                format!("test \"{number}\" of w {{ given {{ Event: {{}} }} expect ran [push-zmq] }}\n")
            }),
    );
}

#[test]
fn thousands_of_unknown_names() {
    refused_with(Code::UnknownModule, workflow(&many(10_000, |number| format!("pushzmq{number}()\n"))));
    refused_with(
        Code::UnknownParameter,
        workflow(&format!("webhook({})", many(20_000, |number| format!("a{number}: 1,")))),
    );
    refused_with(Code::DuplicateParameter, workflow(&format!("webhook({})", "url: \"x\",".repeat(20_000))));
    refused_with(Code::UnknownField, workflow(&many(10_000, |number| format!("a{number}: 1\n"))));
    refused_with(Code::UnknownLabel, workflow(&many(5_000, |number| format!("if published {{ goto @l{number} }}\n"))));
    refused_with(Code::UnknownBlueprint, workflow(&many(10_000, |number| format!("use b{number}()\n"))));
    refused_with(
        Code::InvalidPin,
        workflow(&format!("@[{}] push-zmq()", many(20_000, |number| format!("a{number}: 1,")))),
    );
    let constants = many(5_000, |number| format!("let abc{number} = 1\n"));
    refused_with(
        Code::UnknownName,
        format!("{constants}let list = {}", many(5_000, |number| format!("abd{number} + ")) + "\"x\""),
    );
    let parameters = many(5_000, |number| format!("a{number}: string = \"x\","));
    refused_with(
        Code::UnknownParameter,
        format!(
            "blueprint b({parameters}) {{ push-zmq() }}\n{}",
            workflow(&format!("use b({})", many(5_000, |number| format!("b{number}: \"x\","))))
        ),
    );
    let parameters = many(5_000, |number| format!("param a{number}: text\n"));
    refused_with(
        Code::UnknownParameter,
        format!(
            "module m : action {{ {parameters} }}\n{}",
            workflow(&format!("m({})", many(5_000, |number| format!("b{number}: \"x\","))))
        ),
    );
    let targets = many(5_000, |number| format!("a{number}, @l{number}, "));
    refused_with(
        Code::UnknownModule,
        format!(
            "{}test \"x\" of w {{ expect ran [{targets}] }}",
            workflow(&many(5_000, |number| format!("@k{number} push-zmq()\n")))
        ),
    );
}

#[test]
fn long_flows() {
    accepted(workflow(&"push-zmq()\n".repeat(10_000)));
    accepted(workflow(&format!("concurrent {{ {} }}", "branch { push-zmq() }\n".repeat(5_000))));
    accepted(workflow(&format!(
        "if published {{ push-zmq() }}{}",
        many(10_000, |number| format!(" else if Event.info == \"{number}\" {{ push-zmq() }}"))
    )));
    accepted(workflow(&format!("if published{} {{ push-zmq() }}", " or unpublished".repeat(5_000))));
    accepted(workflow(&format!(
        "if event tagged any [{}] {{ push-zmq() }}",
        many(5_000, |number| format!("\"tag-{number}\","))
    )));
    accepted(workflow(&many(5_000, |number| format!("@[id: {}] push-zmq()\n", 9_000 - number))));
    refused_with(Code::TooManyPaths, workflow(&"if published { push-zmq() }\n".repeat(5_000)));
    let labels = many(5_000, |number| format!("if published {{ goto @l{number} }}\n"))
        + &many(5_000, |number| format!("@l{number} push-zmq()\n"));
    accepted(workflow(&labels));
}

#[test]
fn long_names_and_texts() {
    let long = "a".repeat(MEGABYTE);
    refused_with(Code::UnknownModule, workflow(&format!("{long}()")));
    refused_with(Code::UnknownName, workflow(&format!("stop-execution(message: {long})")));
    refused_with(Code::UnknownTrigger, format!("workflow {long} on {long} {{ push-zmq() }}"));
    refused_with(Code::TextTooLong, workflow(&format!("name: \"{long}\"\npush-zmq()")));
    refused_with(
        Code::InvalidHashPath,
        workflow(&format!("push-zmq(data_extraction_path: {})", "a.".repeat(MEGABYTE / 2))),
    );
    accepted(format!("let {long} = 1"));
    accepted(workflow(&format!("stop-execution(message: \"{long}\")")));
    refused(format!("let a = 1{}", "0".repeat(MEGABYTE)) + " + [1]");
}

// -------------------------------------------------------------------------------------------- growth

#[test]
fn constants_that_double() {
    let doubling = |first: &str, next: &dyn Fn(usize) -> String| {
        format!("let a0 = {first}\n{}", many(60, |number| format!("let a{} = {}\n", number + 1, next(number))))
    };
    let joined = |number: usize| format!("a{number} + a{number}");
    refused_with(Code::WrongType, doubling("[\"x\"]", &joined));
    refused_with(Code::WrongType, doubling("\"x\"", &joined));
    refused_with(Code::WrongType, doubling("env(\"X\")", &joined));
    refused_with(Code::TooManyNodes, doubling("[\"x\"]", &|number| format!("[a{number}, a{number}]")));
    refused_with(Code::TooManyNodes, doubling("[\"x\"]", &|number| format!("{{ a: a{number}, b: a{number} }}")));
    let list = many(16, |number| format!("let a{} = a{number} + a{number}\n", number + 1));
    let steps = "tag_operation(tags: a16)\n".repeat(1_000);
    refused_with(Code::TooManyNodes, format!("let a0 = [\"x\"]\n{list}{}", workflow(&steps)));
    accepted(format!("let a = {}\"x\"", "\"x\" + ".repeat(100_000)));
}

#[test]
fn blueprints_that_double() {
    let doubling = |first: &str, times: usize| {
        let next = many(times, |number| format!("blueprint b{}() {{ use b{number}() use b{number}() }}\n", number + 1));
        format!("blueprint b0() {{ {first} }}\n{next}{}", workflow(&format!("use b{times}()")))
    };
    for (first, times) in [
        ("push-zmq()", 40),
        ("push-zmq()", 25),
        ("", 25),
        ("nonsense()", 25),
        ("webhook(url: \"x\", headers: \"{{ x\")", 40),
    ] {
        refused(doubling(first, times));
    }
    refused(doubling(&"nonsense() ".repeat(1_000), 20));
    refused(doubling(&format!("webhook({})", many(1_000, |number| format!("x{number}: 1, "))), 20));
    // Many that are each just small enough.
    let users = many(1_000, |number| format!("blueprint u{number}() {{ use b13() }}\n"));
    refused_with(Code::TooManyNodes, doubling("", 13) + &users);
}

#[test]
fn lists_from_files() {
    let list = many(300_000, |number| format!("tag-{number}\n"));
    let once = workflow("tag_operation(tags: lines(\"list.txt\"))");
    assert_eq!(answer_with(once, &[("list.txt", &list)]), []);
    let often = workflow(&"tag_operation(tags: lines(\"list.txt\"))\n".repeat(2_000));
    let found = answer_with(often, &[("list.txt", &list)]);
    assert!(found.iter().any(|diagnostic| diagnostic.code == Code::TooManyNodes));
    let missing = answer(workflow(&"tag_operation(tags: lines(\"none.txt\"))\n".repeat(2_000)));
    assert_eq!(missing.iter().filter(|diagnostic| diagnostic.code == Code::UnreadableFile).count(), 1);
}

#[test]
fn imports_in_circles_and_chains() {
    refused_with(Code::ImportCycle, format!("import \"a.mwf\"\n{}", workflow("push-zmq()")));
    let files: Vec<(String, String)> =
        (0..2_000).map(|number| (format!("c{number}.mwf"), format!("import \"c{}.mwf\"\n", number + 1))).collect();
    let mut beside: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let found = answer_with("import \"c0.mwf\"", &beside);
    assert_eq!(found.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(), [Code::MissingImport]);
    beside.push(("c2000.mwf", "import \"./x/../c0.mwf\"\n"));
    let found = answer_with("import \"c0.mwf\"", &beside);
    assert_eq!(found.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(), [Code::ImportCycle]);
}

#[test]
fn broken_json_of_misp() {
    for json in [
        "",
        "[",
        "{}",
        "[]",
        "null",
        "1e999",
        "\0",
        "{\"WorkflowBlueprint\": {\"data\": 5}}",
        "[1, 2, 3]",
        "{\"a\": {\"a\": {\"a\": {}}}}",
    ] {
        let found = answer_with(format!("import \"x.json\" as x\n{}", workflow("use x()")), &[("x.json", json)]);
        assert!(found.iter().any(|diagnostic| diagnostic.code == Code::InvalidMispJson), "{json}: {found:?}");
    }
    for piece in ["[", "{\"a\":", "[{\"data\":"] {
        let found = answer_with("import \"x.json\" as x\n", &[("x.json", &piece.repeat(100_000))]);
        assert!(found.iter().any(|diagnostic| diagnostic.code == Code::InvalidMispJson), "{piece}");
    }
}

/// A chain of nodes behind a trigger, each of this module and with these parameters and this filter.
fn saved_chain(count: usize, module: (&str, &str), params: &str, filter: &str) -> String {
    let node = |id: usize, (module, kind): (&str, &str), params: &str, filter: &str| {
        let next =
            if id <= count { format!("{{\"node\": \"{}\", \"input\": \"input_1\"}}", id + 1) } else { String::new() };
        let before = if id == 1 {
            String::new()
        } else {
            format!("\"input_1\": {{\"connections\": [{{\"node\": \"{}\", \"input\": \"output_1\"}}]}}", id - 1)
        };
        format!(
            "\"{id}\": {{\"id\": {id}, \"name\": \"{module}\", \"data\": {{\"id\": \"{module}\", \"name\": \"{module}\", \
             \"module_type\": \"{kind}\", \"module_version\": \"0.1\", \"indexed_params\": {params}, \"saved_filters\": {filter}}}, \
             \"class\": \"\", \"inputs\": {{{before}}}, \"outputs\": {{\"output_1\": {{\"connections\": [{next}]}}}}, \
             \"pos_x\": 0, \"pos_y\": 0}}"
        )
    };
    let nodes: Vec<String> = (1..=count + 1)
        .map(|id| {
            if id == 1 { node(id, ("event-publish", "trigger"), "{}", "{}") } else { node(id, module, params, filter) }
        })
        .collect();
    format!("{{{}}}", nodes.join(", "))
}

#[test]
fn ten_thousand_nodes_of_misp_that_are_all_wrong() {
    let filter = r#"{"selector": "Event.Tagg", "value": "x", "operator": "in", "path": "q"}"#;
    let params = r#"{"url": ["a"], "nope": "x", "content_type": "xml", "payload": "{{ a"}"#;
    let graph = saved_chain(10_000, ("webhook", "action"), params, filter);
    let data = serde_json::Value::from(graph.as_str());
    let row = format!("{{\"Workflow\": {{\"name\": \"w\", \"trigger_id\": \"event-publish\", \"data\": {data}}}}}");
    for json in [graph, row] {
        let found = answer_to("a.json", json, &[]);
        for code in [
            Code::WrongType,
            Code::UnknownParameter,
            Code::UnknownOption,
            Code::InvalidTemplate,
            Code::FilterNotSupported,
        ] {
            assert_eq!(found.iter().filter(|finding| finding.code == code).count(), 10_000, "{code}");
        }
    }
}

#[test]
fn one_node_of_misp_that_is_all_wrong() {
    let params = many(50_000, |number| format!(", \"p{number}\": 1"));
    let params = format!("{{\"url\": \"https://a.example.org\"{params}}}");
    let found = answer_to("a.json", saved_chain(1, ("webhook", "action"), &params, "{}"), &[]);
    assert_eq!(found.iter().filter(|finding| finding.code == Code::UnknownParameter).count(), 50_000);
    let tags = format!("{{\"tags\": [[1]{}]}}", ", [1]".repeat(49_999));
    let found = answer_to("a.json", saved_chain(1, ("tag_operation", "action"), &tags, "{}"), &[]);
    assert_eq!(found.iter().filter(|finding| finding.code == Code::WrongType).count(), 50_000);
    for text in ["{{ a }} ".repeat(100_000), "{{ a }}\\n".repeat(50_000), "{{ a".repeat(100_000), "a.".repeat(MEGABYTE)]
    {
        let params = format!("{{\"message\": \"{text}\"}}");
        answer_to("a.json", saved_chain(1, ("stop-execution", "action"), &params, "{}"), &[]);
        let params = format!("{{\"data_extraction_path\": \"{text}\"}}");
        answer_to("a.json", saved_chain(1, ("push-zmq", "action"), &params, "{}"), &[]);
    }
}

#[test]
fn thousands_of_rows_of_misp_that_are_all_wrong() {
    let graph = saved_chain(2, ("webhook", "action"), "{}", "{}");
    let row =
        format!("{{\"Workflow\": {{\"name\": \"\", \"uuid\": \"x\", \"trigger_id\": \"a\", \"data\": {graph}}}}}");
    let found = answer_to("a.json", format!("[{row}{}]", format!(", {row}").repeat(1_999)), &[]);
    for code in [Code::EmptyName, Code::InvalidUuid, Code::OtherTrigger] {
        assert_eq!(found.iter().filter(|finding| finding.code == code).count(), 2_000, "{code}");
    }
}

// ------------------------------------------------------------------------------- the command itself

fn mispflow(folder: &Path, arguments: &[&str]) -> Output {
    Command::cargo_bin("mispflow").unwrap().current_dir(folder).args(arguments).output().unwrap()
}

#[track_caller]
fn ends_with(output: &Output, code: i32, words: &str) {
    let shown = String::from_utf8_lossy(&output.stderr);
    let start: String = shown.chars().take(2_000).collect();
    assert_eq!(output.status.code(), Some(code), "{start}");
    assert!(shown.contains(words), "{start}");
    assert!(output.stdout.is_empty());
}

#[test]
fn garbage_leaves_nothing_behind() {
    let folder = TempDir::new().unwrap();
    let garbage = any_characters(10 * MEGABYTE);
    fs::write(folder.path().join("garbage.mwf"), garbage).unwrap();
    fs::write(folder.path().join("good.mwf"), workflow("push-zmq()")).unwrap();
    ends_with(&mispflow(folder.path(), &["build", "-o", "out"]), 1, "garbage.mwf:");
    ends_with(&mispflow(folder.path(), &["check", "garbage.mwf"]), 1, "garbage.mwf:");
    ends_with(&mispflow(folder.path(), &["build", "garbage.mwf", "-o", "-"]), 1, "garbage.mwf:");
    let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["garbage.mwf", "good.mwf"]);
}

#[test]
fn what_was_built_stays_when_a_build_fails() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("w.mwf");
    fs::write(&file, workflow("push-zmq()")).unwrap();
    ends_with(&mispflow(folder.path(), &["build", "-o", "out"]), 0, "created");
    let before = fs::read(folder.path().join("out/w.json")).unwrap();
    for bad in [workflow("push-zmk()"), workflow("webhook(url: secret(\"MISPFLOW_TEST_NOT_SET\"))"), "\0".to_owned()] {
        fs::write(&file, bad).unwrap();
        ends_with(&mispflow(folder.path(), &["build", "-o", "out"]), 1, "w.mwf:");
        assert_eq!(fs::read(folder.path().join("out/w.json")).unwrap(), before);
        assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 1);
    }
}

#[test]
fn a_folder_is_no_file_to_import() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::write(folder.path().join("a.mwf"), "import \"sub\"\nlet a = lines(\"sub\")").unwrap();
    ends_with(&mispflow(folder.path(), &["check", "a.mwf"]), 1, "it is a folder");
}

#[cfg(unix)]
#[test]
fn nothing_waits_for_a_device_or_a_pipe() {
    let folder = TempDir::new().unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe.mwf")).status();
    if !made.is_ok_and(|status| status.success()) {
        return; // no such command here
    }
    for path in ["pipe.mwf", "/dev/zero", "/dev/tty", "/dev/null"] {
        fs::write(folder.path().join("a.mwf"), format!("import \"{path}\"\nlet a = lines(\"{path}\")")).unwrap();
        let output = mispflow(folder.path(), &["check", "a.mwf"]);
        ends_with(&output, 1, "it is a device or a pipe");
        assert!(String::from_utf8_lossy(&output.stderr).contains("2 errors"));
    }
    // Named by the user, a device that never ends is read as far as files may be long.
    ends_with(&mispflow(folder.path(), &["check", "/dev/zero"]), 1, "is larger than 64 MiB");
    // In a folder, a pipe is no file of the project.
    fs::remove_file(folder.path().join("a.mwf")).unwrap();
    assert_eq!(mispflow(folder.path(), &["check"]).status.code(), Some(0));
}

// --------------------------------------------------------------------------------------- mutations

/// The texts of the findings, good places to begin with.
fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let small = |path: &Path| fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() < 2_000);
    let texts = paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "mwf") && small(path));
    let mut texts: Vec<String> = texts.filter_map(|path| fs::read_to_string(path).ok()).collect();
    texts.push(TOUR.to_owned());
    texts
}

const TOUR: &str = r#"
let restricted = ["tlp:red", "PAP:RED"] + ["x"]
module notify : action { name: "Notify" outputs: 1 param url: text(required: "no") = "x" param how: select(options: ["a"]) }
blueprint tell(address: string = "https://a.example.org", tags: list) { description: "d" webhook(url: address) tag_operation(tags: tags) }
workflow guard on event-publish {
    name: "Guard"
    debug: true
    if event tagged any restricted or not (count(Event.Tag.{n}[name=/tlp:/]) > 5 and published) {
        stop-execution(message: "{{ Event.info }}")
    } else if "x" in Event.Orgc.name { goto @end }
    filter A: Event._AttributeFlattened.{n} where any type in ["ip-src"] {
        attach-enrichment(modules: ["mmdb_lookup"]) for Event.Attribute.{n} where "a" not in type
    }
    use tell(tags: restricted)
    @end @[x: 1, y: -2.5] notify(url: env("A", "b"), how: a)
    concurrent { branch { push-zmq() } branch { webhook(url: secret("S"), payload: """
        {"a": "{{ b }}"}
    """) } }
    detached { reload-full-event() }
}
test "t" of guard { given { Event: {} } when notify fails "x" expect success expect ran [@end] expect effect notify { a: 1 } }
"#;

/// The pieces of a text: words, texts, runs of spaces, single characters.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let like = |c: char| (c.is_alphanumeric() && first.is_alphanumeric()) || (c == ' ' && first == ' ');
        let end = rest.char_indices().skip(1).find(|(_, c)| !like(*c)).map_or(rest.len(), |(end, _)| end);
        pieces.push(&rest[..end]);
        rest = &rest[end..];
    }
    pieces
}

fn mutated(text: &str, mutations: &[(u8, prop::sample::Index, prop::sample::Index)]) -> String {
    const STRANGE: [&str; 12] = ["\"", "\"\"\"", "{", "}", "(", "[", "\\", "#", "\0", "💥", "@", "\u{feff}"];
    let mut pieces: Vec<&str> = pieces(text);
    for (what, one, other) in mutations {
        let (one, other) = (one.index(pieces.len()), other.index(pieces.len()));
        match what % 5 {
            0 if pieces.len() > 1 => drop(pieces.remove(one)),
            1 => pieces.insert(one, pieces[other]),
            2 => pieces.swap(one, other),
            3 => pieces[one] = STRANGE[other % STRANGE.len()],
            _ => pieces[one] = pieces[other],
        }
    }
    pieces.concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_programs_get_an_answer(
        which in any::<prop::sample::Index>(),
        mutations in prop::collection::vec(any::<(u8, prop::sample::Index, prop::sample::Index)>(), 1..8),
    ) {
        thread_local! { static CORPUS: Vec<String> = corpus(); }
        let text = CORPUS.with(|corpus| {
            let text: &String = which.get(corpus);
            mutated(text, &mutations)
        });
        answer(text);
    }

    #[test]
    fn any_text_gets_an_answer(text in "\\PC{0,200}") {
        answer(text);
    }

    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        answer(bytes);
    }

    #[test]
    fn any_tokens_get_an_answer(tokens in prop::collection::vec(prop::sample::select(TOKENS), 0..60)) {
        let mut text = String::new();
        for token in tokens {
            write!(text, "{token} ").unwrap();
        }
        answer(workflow(&text));
        answer(text);
    }
}

const TOKENS: &[&str] = &[
    "let",
    "workflow",
    "blueprint",
    "module",
    "test",
    "import",
    "on",
    "of",
    "as",
    "if",
    "else",
    "filter",
    "concurrent",
    "branch",
    "use",
    "goto",
    "detached",
    "for",
    "where",
    "and",
    "or",
    "not",
    "any",
    "all",
    "in",
    "tagged",
    "event",
    "count(",
    "published",
    "given",
    "when",
    "expect",
    "ran",
    "param",
    "name",
    "A",
    "w",
    "event-publish",
    "push-zmq",
    "webhook",
    "tag_operation",
    "url",
    "tags",
    "Event.info",
    "Event.Tag.{n}",
    "{n}",
    "@x",
    "@[",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "=",
    "+",
    "==",
    "!=",
    ">",
    "\"x\"",
    "\"",
    "\"\"\"",
    "1",
    "-2.5",
    "true",
    "null",
    "env(",
    "secret(",
    "lines(",
    "#",
    "\n",
    ".",
    "x[",
];
