//! Small texts that stand for large ones.

use mispflow::diagnostics::Code;

use super::{accepted, answer, answer_with, many, refused, refused_with, workflow};

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
    let once = workflow("tag_operation(scope: attribute, tags: lines(\"list.txt\"))");
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
