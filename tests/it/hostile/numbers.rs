//! Very many of something.

use mispflow::diagnostics::Code;

use super::{MEGABYTE, accepted, many, refused, refused_with, workflow};

#[test]
fn tens_of_thousands_of_items() {
    accepted(many(50_000, |number| format!("let a{number} = {number}\n")));
    refused_with(Code::DuplicateName, "let a = 1\n".repeat(100_000));
    refused_with(Code::ImportCycle, "import \"a.mwf\"\n".repeat(20_000));
    refused_with(Code::MissingImport, many(20_000, |number| format!("import \"b{number}.mwf\"\n")));
    refused_with(
        Code::DuplicateTrigger,
        many(20_000, |number| format!("workflow w{number} on event-publish {{ push-zmq() }}\n")),
    );
    accepted(
        workflow("push-zmq()")
            + &many(10_000, |number| {
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
    let long = "a".repeat(MEGABYTE / 2);
    refused_with(Code::UnknownModule, workflow(&format!("{long}()")));
    refused_with(Code::UnknownName, workflow(&format!("stop-execution(message: {long})")));
    refused_with(Code::UnknownTrigger, format!("workflow {long} on {long} {{ push-zmq() }}"));
    refused_with(Code::TextTooLong, workflow(&format!("name: \"{long}\"\npush-zmq()")));
    refused_with(
        Code::InvalidHashPath,
        workflow(&format!("push-zmq(data_extraction_path: {})", "a.".repeat(MEGABYTE / 4))),
    );
    accepted(format!("let {long} = 1"));
    accepted(workflow(&format!("stop-execution(message: \"{long}\")")));
    refused(format!("let a = 1{}", "0".repeat(MEGABYTE / 2)) + " + [1]");
}
