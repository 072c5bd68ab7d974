//! What is not a program at all.

use mispflow::diagnostics::Code;

use super::{MEGABYTE, accepted, answer, any_characters, noise, refused, refused_with, workflow};

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
        // Where a value, a condition, a step, an item or a line of a test should be.
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
fn wide_blanks_before_what_is_no_operator() {
    for blank in ["\u{a0}", "\u{2003}", "\u{3000}", "\u{85}"] {
        for question in ["?= \"x\"", "?", "=~ \"x\"", "&& b", "contains \"x\"", "like \"x\"", "has any \"x\""] {
            refused(workflow(&format!("if Event.info{blank}{question} {{ push-zmq() }}")));
            refused(workflow(&format!("if Event.info {blank}{question} {{ push-zmq() }}")));
        }
    }
}

#[test]
fn nothing_to_compile_is_fine() {
    for text in ["", "\n", " \t\r\n", "# only a comment", "\u{feff}", "# \u{1f980}\n"] {
        assert_eq!(answer(text), []);
    }
    assert_eq!(answer("# a comment\n".repeat(80_000)), []);
}
