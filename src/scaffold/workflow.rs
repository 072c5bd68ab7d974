//! A workflow that uses a module, with its test.

use crate::catalogue::Signature;

/// The text of a file with a workflow that calls a module, and with a test of it; to be brought into canonical form.
pub fn workflow(module: &Signature) -> String {
    let id = &module.id;
    let name = id.replace('_', "-").to_ascii_lowercase();
    let quoted = serde_json::Value::from(id.as_str()).to_string();
    let call = module.example_call();
    let (steps, clauses) = if module.is_condition() {
        let condition = call.split(" {\n").next().unwrap_or(&call);
        (
            format!("{condition} {{\n@yes push-zmq()\n}}"),
            format!("when {quoted} returns true\nexpect success\nexpect ran [{quoted}, @yes]"),
        )
    } else {
        (call, format!("expect success\nexpect ran [{quoted}]"))
    };
    format!(
        "# An example of how `{id}` is used.\n\nworkflow {name}-example on event-publish {{\nname: \"Example of {name}\"\n\n{steps}\n}}\n\n\
         test \"it is reached\" of {name}-example {{\ngiven {{ Event: {{ info: \"An event\" }} }}\n{clauses}\n}}\n"
    )
}
