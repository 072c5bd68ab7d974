//! An editor as far as the protocol goes.

#![expect(clippy::needless_pass_by_value, reason = "what is sent is written where it is sent")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// An editor with a server.
pub struct Client {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    next_id: i64,
    /// What the server said it can do.
    pub capabilities: Value,
    /// The findings that are shown, by address.
    pub shown: BTreeMap<String, Vec<Value>>,
    /// Other messages of the server, in order.
    pub others: Vec<Value>,
    versions: BTreeMap<String, i64>,
}

/// What an editor can do that does much.
pub fn abilities() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-16"]},
        "textDocument": {
            "completion": {"completionItem": {"snippetSupport": true}},
            "publishDiagnostics": {"relatedInformation": true, "tagSupport": {"valueSet": [1, 2]}, "versionSupport": true},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
        },
        "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}},
    })
}

/// The address of a file.
pub fn uri(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    format!("file://{}", path.to_str().unwrap())
}

impl Client {
    /// Starts a server for a folder.
    pub fn start(folder: &Path) -> Self {
        Self::with(folder, abilities(), Value::Null)
    }

    /// Starts a server for a folder, with these abilities and settings.
    pub fn with(folder: &Path, abilities: Value, settings: Value) -> Self {
        let mut process = Command::new(assert_cmd::cargo::cargo_bin("mispflow"))
            .arg("lsp")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut client = Self {
            process,
            input,
            output,
            next_id: 0,
            capabilities: Value::Null,
            shown: BTreeMap::new(),
            others: Vec::new(),
            versions: BTreeMap::new(),
        };
        let answer = client.request(
            "initialize",
            json!({
                "processId": null,
                "rootUri": uri(folder),
                "workspaceFolders": [{"uri": uri(folder), "name": "here"}],
                "capabilities": abilities,
                "initializationOptions": settings,
            }),
        );
        client.capabilities = answer["capabilities"].clone();
        client.notify("initialized", json!({}));
        client
    }

    pub fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let input = self.input.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        input.flush().unwrap();
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request without waiting for its answer. Gives back its id.
    pub fn begin(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params}));
        self.next_id
    }

    /// The answer to a request, whole.
    pub fn answer(&mut self, id: i64) -> Value {
        loop {
            let message = self.receive();
            if message.get("method").is_none() && message["id"] == json!(id) {
                return message;
            }
            self.take(message);
        }
    }

    /// The result of a request.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params);
        let answer = self.answer(id);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The error of a request.
    pub fn refused(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params);
        let answer = self.answer(id);
        assert!(answer.get("result").is_none(), "{method}: {answer}");
        answer["error"].clone()
    }

    fn take(&mut self, message: Value) {
        if message["method"] == "textDocument/publishDiagnostics" {
            let params = &message["params"];
            let (uri, found) = (params["uri"].as_str().unwrap(), params["diagnostics"].as_array().unwrap());
            if let (Some(version), Some(known)) = (params["version"].as_i64(), self.versions.get(uri)) {
                assert!(version <= *known);
            }
            self.shown.insert(uri.to_owned(), found.clone());
        } else {
            self.others.push(message);
        }
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server is gone");
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut bytes = vec![0; length];
        self.output.read_exact(&mut bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    pub fn open(&mut self, path: &Path, text: &str) {
        let language = path.extension().map_or("toml", |name| name.to_str().unwrap());
        self.versions.insert(uri(path), 1);
        self.notify(
            "textDocument/didOpen",
            json!({"textDocument": {"uri": uri(path), "languageId": language, "version": 1, "text": text}}),
        );
    }

    pub fn close(&mut self, path: &Path) {
        self.notify("textDocument/didClose", json!({"textDocument": {"uri": uri(path)}}));
    }

    /// Sends changes: each with a `range`, or whole texts.
    pub fn change(&mut self, path: &Path, changes: &[Value]) {
        let version = self.versions.get_mut(&uri(path)).unwrap();
        *version += 1;
        let version = *version;
        self.notify(
            "textDocument/didChange",
            json!({"textDocument": {"uri": uri(path), "version": version}, "contentChanges": changes}),
        );
    }

    /// Waits until all is checked.
    pub fn settle(&mut self) {
        self.request("mispflow/settled", Value::Null);
    }

    /// The findings in a file.
    pub fn findings(&mut self, path: &Path) -> Vec<Value> {
        self.settle();
        self.shown.get(&uri(path)).cloned().unwrap_or_default()
    }

    /// The codes of the findings in a file.
    pub fn codes(&mut self, path: &Path) -> Vec<String> {
        self.findings(path).iter().map(|found| found["code"].as_str().unwrap().to_owned()).collect()
    }

    /// Ends the session. Gives back the exit code.
    pub fn end(mut self) -> Option<i32> {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.process.wait().unwrap().code()
    }

    /// Goes away without a word. Gives back the exit code of the server.
    pub fn vanish(mut self) -> Option<i32> {
        drop(self.input.take());
        self.process.wait().unwrap().code()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        drop(self.input.take());
        if std::thread::panicking() {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}
