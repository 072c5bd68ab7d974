//! Characters that a terminal obeys or does not show, anywhere in a file.

use mispflow::base::characters::hidden_characters;

use super::random::{Below, one_of, thousand_files};

const HIDDEN: [&str; 20] = [
    "\u{1b}",
    "\u{1b}[2J",
    "\u{0}",
    "\u{7}",
    "\u{8}",
    "\u{7f}",
    "\u{80}",
    "\u{85}",
    "\u{9b}",
    "\u{ad}",
    "\u{200b}",
    "\u{200e}",
    "\u{202a}",
    "\u{202e}",
    "\u{2066}",
    "\u{2069}",
    "\u{feff}",
    "\u{ffff}",
    "\u{e0041}",
    "\u{61c}",
];

fn scattered(text: &str, below: Below<'_>) -> String {
    let mut chars: Vec<String> = text.chars().map(String::from).collect();
    for _ in 0..=below(5) {
        let at = below(chars.len() as u32) as usize;
        chars.insert(at, one_of(&HIDDEN, below).to_owned());
    }
    chars.concat()
}

fn shows_none(arguments: &[&str], done: &crate::program::Done) {
    for said in [done.out(), done.messages()] {
        let found: Vec<_> = hidden_characters(said).collect();
        assert_eq!(found, [], "{arguments:?}: {said:?}");
    }
}

#[test]
fn texts_with_hidden_characters() {
    thousand_files(
        "mwf",
        &[],
        &[
            &["check", "in"],
            &["check", "--format", "github", "in"],
            &["check", "--format", "sarif", "in"],
            &["test", "--format", "junit", "in"],
            &["fmt", "--check", "--diff", "in"],
        ],
        |below| {
            let number = below(1_000_000);
            let text = format!(
                "# a comment\nworkflow w{number} on event-publish {{\n    name: \"W {number}\"\n    webhook(url: \"https://a.example/{number}\")\n}}\n\
                 test \"t {number}\" of w{number} {{ given {{ Event: {{ info: \"x\" }} }} expect blocked }}\n"
            );
            scattered(&text, below)
        },
        |arguments, _, done| shows_none(arguments, done),
    );
}

#[test]
fn saved_workflows_with_hidden_characters() {
    thousand_files(
        "json",
        &[("old.mwf", "workflow w on event-publish { push-zmq() }\n")],
        &[
            &["check", "in"],
            &["check", "--format", "github", "in"],
            &["check", "--format", "sarif", "in"],
            &["import", "-o", "-", "in"],
            &["diff", "old.mwf", "in"],
        ],
        |below| {
            let webhook = "{\"id\": \"webhook\", \"name\": \"Webhook\", \"module_type\": \"action\", \"indexed_params\": {\"url\": \"https://a.example\", \"payload\": \"x\"}}";
            let text = format!(
                "{{\"Workflow\": {{\"name\": \"W\", \"description\": \"d\", \"trigger_id\": \"event-publish\", \"data\": {{\"1\": {{\"id\": 1, \"data\": {{\"id\": \
                 \"event-publish\", \"module_type\": \"trigger\", \"indexed_params\": {{}}}}, \"outputs\": {{\"output_1\": {{\"connections\": [{{\"node\": \"2\", \"output\": \
                 \"input_1\"}}]}}}}}}, \"2\": {{\"id\": 2, \"data\": {webhook}, \"inputs\": {{}}, \"outputs\": {{}}}}}}}}}}"
            );
            let text = scattered(&text, below);
            if below(2) == 0 {
                return text;
            }
            // As escapes, which JSON allows.
            let escape = |c: char| {
                c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat()
            };
            text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c.to_string() } else { escape(c) }).collect()
        },
        |arguments, _, done| shows_none(arguments, done),
    );
}
