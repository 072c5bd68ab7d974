//! Archives of events that are cut, deep, long, or not of events at all.

use super::random::{Below, one_of, size, thousand_files};
use super::workflow;

/// An event, or what is where one should.
fn entry(below: Below<'_>) -> String {
    let count = size(below);
    match below(16) {
        0 => "null".to_owned(),
        1 => one_of(&["1e400", "-1e400", "1e99999", "0.1", "-0.0", "9".repeat(400).as_str()], below).to_owned(),
        2 => format!("{}1{}", "[".repeat(count), "]".repeat(count)),
        3 => format!("{{\"Event\": {}1{}}}", "{\"a\":".repeat(count), "}".repeat(count)),
        4 => format!(
            "{{\"Event\": {{\"info\": {}}}}}",
            one_of(&["1e400", "\"\\ud800\"", "\"\u{1b}[31m\"", "nul"], below)
        ),
        5 => format!("{{\"Event\": {{\"Tag\": [{}]}}}}", vec!["{\"name\": \"tlp:red\"}"; count].join(",")),
        6 => format!("{{\"Event\": {{\"info\": \"{}\"}}}}", one_of(&["x", "\\n", "\\u0000", "}"], below).repeat(count)),
        7 => format!("\"{}", one_of(&["x", "\\", "{"], below).repeat(count)),
        8 => one_of(&["[", "]", "{", "}", ",", ":", "{\"Event\": {\"id\": \"1\", \"in"], below).repeat(count),
        9 => one_of(&["\u{0}", "\u{feff}", "\u{2028}", "\u{202e}", "\u{9b}"], below).repeat(count.min(20)),
        _ => format!("{{\"Event\": {{\"id\": \"{}\", \"info\": \"x\", \"Attribute\": []}}}}", below(1000)),
    }
}

#[test]
fn archives_of_any_form() {
    let text = workflow("if published { push-zmq() }\nstop-execution(message: \"{{ Event.info }}\")");
    thousand_files(
        "json",
        &[("w.mwf", text.as_str())],
        &[&["run", "w.mwf", "--event", "in"], &["run", "w.mwf", "--event", "in", "--format", "json", "--log"]],
        |below| {
            let entries: Vec<String> = (0..=below(6)).map(|_| entry(below)).collect();
            let between = one_of(&["\n", ",", "\n\n\n", "\r\n", " ", ""], below);
            let all = entries.join(between);
            match below(6) {
                0 => format!("[{all}]"),
                1 => format!("{{\"response\": [{all}]}}"),
                2 => format!("{{\"response\": {{\"Event\": [{all}"),
                3 => format!("[{all}"),
                _ => all,
            }
        },
        |arguments, inputs, done| {
            // Each file has given a result, or it is said what is wrong with it.
            for (name, text) in
                inputs.iter().filter(|(_, text)| !text.trim_matches(['\u{feff}', ' ', '\r', '\n']).is_empty())
            {
                let name = name.rsplit('/').next().unwrap();
                assert!(done.out().contains(name) || done.messages().contains(name), "{arguments:?}: {text:.2000}");
            }
            let given: usize = inputs.iter().map(|(_, text)| text.len()).sum();
            // A result repeats what it sends, which the event may write shorter.
            assert!(done.out().len() + done.messages().len() < 400_000 + 40 * given, "{}", done.out().len());
        },
    );
}
