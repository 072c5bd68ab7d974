//! The language server in a project of 1,000 workflows: from a keystroke to the findings of the open file, completion, and
//! memory over 10,000 edits.
//!
//! `cargo bench --bench lsp` prints all three. The aims: 50 ms and 20 ms at the 99th percentile, and level memory.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use mispflow::lsp::{Connection, Message, Notification, Request, serve};
use serde_json::{Value, json};

const WORKFLOWS: usize = 1_000;
const KEYSTROKES: usize = 400;
const COMPLETIONS: usize = 400;
/// Unless `MISPFLOW_LSP_EDITS` says another number.
const EDITS: usize = 10_000;

/// A file of the size that people write. Each uses what another one defines.
fn workflow(number: usize) -> String {
    format!(
        r#"import "policy.mwf"

# Rules of team {number}
let own-{number} = ["tlp:red", "tlp:amber+strict", "PAP:RED"]

blueprint guard-{number}() {{
    name: "Guard of team {number}"
    description: "Keeps restricted events inside and tells the others about the rest"

    if event tagged any own-{number} or attribute tagged any restricted {{
        stop-execution(message: "TLP/PAP forbids publishing")
    }} else if count(Event._AttributeFlattened.{{n}}) > {number} {{
        stop-execution(message: "Too large, publish by hand")
    }}

    filter A: Event._AttributeFlattened.{{n}} where type in ["ip-src", "ip-dst"] {{
        attach-enrichment(modules: ["mmdb_lookup"])
    }}

    if "ESET" in Event.Tag.{{n}}.name and not published {{
        publish-event()
    }}

    concurrent {{
        branch {{ push-zmq() }}
        branch {{
            webhook(
                url: "https://soc.example.org/{number}",
                payload: {{ text: "{{{{ Event.info }}}} is out" }},
            )
        }}
    }}
}}
"#
    )
}

/// An editor in this process.
struct Editor {
    connection: Connection,
    next_id: i32,
    version: i32,
    uri: String,
}

impl Editor {
    fn notify(&self, method: &str, params: Value) {
        self.connection.sender.send(Message::Notification(Notification::new(method.to_owned(), params))).unwrap();
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        self.next_id += 1;
        let id = self.next_id.into();
        self.connection
            .sender
            .send(Message::Request(Request::new(self.next_id.into(), method.to_owned(), params)))
            .unwrap();
        loop {
            if let Message::Response(response) = self.connection.receiver.recv().unwrap()
                && response.id == id
            {
                return response.response_result.unwrap_or_default();
            }
        }
    }

    /// Types a letter, or takes it back: `webhook` and `webhok` in turn, so that there is something new to show.
    fn type_letter(&mut self, line: usize, is_there: bool) {
        self.version += 1;
        let column = 12 + "webho".len();
        let end = if is_there { column + 1 } else { column };
        let range = json!({"start": {"line": line, "character": column}, "end": {"line": line, "character": end}});
        self.notify(
            "textDocument/didChange",
            json!({
                "textDocument": {"uri": self.uri, "version": self.version},
                "contentChanges": [{"range": range, "text": if is_there { "" } else { "o" }}],
            }),
        );
    }

    /// Waits for the findings of the open file.
    fn wait_for_findings(&self) {
        loop {
            if let Message::Notification(notification) = self.connection.receiver.recv().unwrap()
                && notification.method == "textDocument/publishDiagnostics"
                && notification.params["uri"] == self.uri.as_str()
            {
                return;
            }
        }
    }
}

fn told(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
    println!("{what}: median {:.1} ms, 99th percentile {:.1} ms, longest {:.1} ms", at(50), at(99), at(100));
}

/// What this process has in memory, in MiB.
fn memory() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().split(' ').next()?.parse::<usize>().ok().map(|kib| kib / 1024)
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::write(place("mispflow.toml"), "").unwrap();
    fs::write(place("policy.mwf"), "let restricted = [\"tlp:red\", \"PAP:RED\"]\n").unwrap();
    for number in 0..WORKFLOWS {
        fs::write(place(&format!("team-{number:04}.mwf")), workflow(number)).unwrap();
    }
    let (server, connection) = Connection::memory();
    let answering = thread::Builder::new().stack_size(32 * 1024 * 1024).spawn(move || serve(&server)).unwrap();
    let uri = |path: &Path| format!("file://{}", path.canonicalize().unwrap().display());
    let open = place("team-0500.mwf");
    let mut editor = Editor { connection, next_id: 0, version: 1, uri: uri(&open) };
    let root = uri(folder.path());
    let start = Instant::now();
    editor.request("initialize", json!({"capabilities": {}, "rootUri": root}));
    editor.notify("initialized", json!({}));
    let text = workflow(500);
    let document = json!({"uri": editor.uri, "languageId": "mwf", "version": 1, "text": text});
    editor.notify("textDocument/didOpen", json!({"textDocument": document}));
    editor.request("mispflow/settled", Value::Null);
    println!("all {WORKFLOWS} workflows, the first time: {:.0} ms", start.elapsed().as_secs_f64() * 1000.0);

    let line = text.lines().position(|line| line.contains("webhook(")).unwrap();
    let mut is_there = true;
    let mut times = Vec::new();
    for number in 0..KEYSTROKES {
        if number % 4 == 0 {
            // Somebody thinks for a moment, so that the whole project is being checked when the next letter comes.
            thread::sleep(Duration::from_millis(200));
        }
        let start = Instant::now();
        editor.type_letter(line, is_there);
        is_there = !is_there;
        editor.wait_for_findings();
        times.push(start.elapsed());
    }
    told("from a keystroke to the findings of the open file", times);

    let places =
        [("    if event tagged any own-500", 28), ("    if \"ESET\" in Event.Tag", 24), ("            webhook(", 16)];
    let mut times = Vec::new();
    for number in 0..COMPLETIONS {
        let (beginning, character) = places[number % places.len()];
        let line = text.lines().position(|line| line.starts_with(beginning)).unwrap();
        let start = Instant::now();
        let params = json!({"textDocument": {"uri": editor.uri}, "position": {"line": line, "character": character}});
        let list = editor.request("textDocument/completion", params);
        times.push(start.elapsed());
        assert!(!list["items"].as_array().unwrap().is_empty());
    }
    told("completion", times);

    let edits = std::env::var("MISPFLOW_LSP_EDITS").ok().and_then(|edits| edits.parse().ok()).unwrap_or(EDITS);
    let before = memory();
    for _ in 0..edits {
        editor.type_letter(line, is_there);
        is_there = !is_there;
        editor.wait_for_findings();
    }
    editor.request("mispflow/settled", Value::Null);
    if let (Some(before), Some(after)) = (before, memory()) {
        println!("memory before and after {edits} edits: {before} MiB, {after} MiB");
    }
    editor.request("shutdown", Value::Null);
    editor.notify("exit", Value::Null);
    answering.join().unwrap().unwrap();
}
