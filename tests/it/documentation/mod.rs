//! Every code block of the documentation is tried out, in the order of its page.
//!
//! | first words of the block | what must hold |
//! |---|---|
//! | `mwf` | a whole file, without warnings and errors |
//! | `mwf,steps` | the same for steps; `mwf,steps,on=TRIGGER` for another trigger than `event-publish` |
//! | `mwf,conditions` | one condition a line |
//! | `mwf,tests` | clauses of a test |
//! | any of them with `,fails=CODE` | every finding has that code, and there is one |
//! | any block with `,file=NAME` | it is also written to that file, for what follows |
//! | `toml` | a project file, without findings |
//! | `json` | JSON; `json,catalogue` a catalogue, `json,taxonomies` taxonomies |
//! | `text,file=NAME` | a file for what follows |
//! | `console` | lines with `$` are commands, what follows each is exactly what it prints |
//! | `lua`, `elisp`, `toml,editor` | settings of an editor; `sh` commands of others. Only the TOML is read |
//! | `yaml` | hooks for pre-commit; `yaml,pipeline` a pipeline whose commands of mispflow take their arguments |
//!
//! Other blocks are errors. The commands of some pages speak to a stand-in for a server, see `server_of`; these pages begin
//! in an empty folder, the others in one that holds `examples`.

#![cfg(unix)]

mod block;
pub mod console;
mod mwf;

use std::fs;
use std::path::{Path, PathBuf};

use mispflow::base::source::Sources;
use mispflow::project::Project;
use tempfile::TempDir;

use self::block::{Block, blocks};
use self::console::Console;
use crate::server::events::event;
use crate::server::stand_in::{KEY, ScriptedRun, Served, StandIn};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn pages() -> Vec<PathBuf> {
    let folders = ["", "docs", "examples"].map(|folder| root().join(folder));
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    pages.sort();
    pages
}

/// What is wrong with a block, if something is.
fn problem(block: &Block, folder: &Path, console: &mut Console) -> Option<String> {
    let content = block.content.as_str();
    if let Some(file) = block.option("file") {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    match block.kind.as_str() {
        "mwf" => mwf::problem(block, folder),
        "toml" if block.has("editor") => toml::from_str::<toml::Table>(content).err().map(|error| error.to_string()),
        "lua" | "elisp" | "sh" => None,
        "toml" => {
            let sources = Sources::new();
            let file = sources.add("mispflow.toml", None, content);
            let mut diagnostics = Vec::new();
            Project::read(&sources, file, Path::new(""), &mut diagnostics);
            (!diagnostics.is_empty()).then(|| format!("{diagnostics:#?}"))
        }
        "json" if block.has("catalogue") => mispflow::catalogue::load(content).err().map(|error| error.to_string()),
        "json" if block.has("taxonomies") => {
            let errors = mispflow::tags::load(content, "taxonomies.json").errors;
            (!errors.is_empty()).then(|| format!("{errors:#?}"))
        }
        "json" => serde_json::from_str::<serde::de::IgnoredAny>(content).err().map(|error| error.to_string()),
        "yaml" if block.has("pipeline") => pipeline_problem(content),
        "yaml" => hooks_problem(content),
        "text" if block.option("file").is_some() => None,
        "console" => console.problem(content),
        other => Some(format!("blocks of the kind `{other}` are not tried out")),
    }
}

/// What is wrong with a list of hooks for pre-commit: each must be one that the project has, and take its arguments.
fn hooks_problem(content: &str) -> Option<String> {
    let hooks = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let mut entry = None;
    for line in content.lines().map(str::trim) {
        if let Some(id) = line.strip_prefix("- id: ") {
            let hook = hooks.split("- id: ").find(|hook| hook.lines().next() == Some(id));
            entry = hook.and_then(|hook| hook.lines().find_map(|line| line.trim().strip_prefix("entry: mispflow ")));
            if entry.is_none() {
                return Some(format!("there is no hook `{id}`"));
            }
        } else if let Some(arguments) = line.strip_prefix("args: [").and_then(|rest| rest.strip_suffix(']')) {
            let arguments = entry.unwrap().split(' ').chain(arguments.split(", ")).chain(["--help"]);
            let output = assert_cmd::Command::cargo_bin("mispflow").unwrap().args(arguments).output().unwrap();
            if !output.status.success() {
                return Some(String::from_utf8_lossy(&output.stderr).into_owned());
            }
        }
    }
    None
}

/// What is wrong with the commands of a pipeline.
fn pipeline_problem(content: &str) -> Option<String> {
    let commands: Vec<_> = content.lines().filter_map(|line| line.split_once("mispflow ")).collect();
    let commands = commands.into_iter().filter(|(before, _)| before.ends_with("- ") || before.ends_with("run: "));
    let mut tried = 0;
    for (_, arguments) in commands {
        tried += 1;
        let arguments = arguments.split('>').next().unwrap().split_whitespace().chain(["--help"]);
        let output = assert_cmd::Command::cargo_bin("mispflow").unwrap().args(arguments).output().unwrap();
        if !output.status.success() {
            return Some(String::from_utf8_lossy(&output.stderr).into_owned());
        }
    }
    (tried == 0).then(|| "the pipeline runs no command of mispflow".to_owned())
}

#[test]
fn every_block_holds() {
    let mut problems = Vec::new();
    let mut tried = 0;
    for page in pages() {
        let name = page.strip_prefix(root()).unwrap().display().to_string();
        let folder = TempDir::new().unwrap();
        let server = server_of(&name);
        if server.is_none() {
            console::copy(&root().join("examples"), &folder.path().join("examples"));
        }
        let mut console = Console::new(folder.path());
        if let Some(server) = &server {
            console.speak_to(&server.url(), KEY);
        }
        for block in blocks(&fs::read_to_string(&page).unwrap()) {
            tried += 1;
            if let Some(problem) = problem(&block, folder.path(), &mut console) {
                problems.push(format!("{name}:{}: {problem}", block.line));
            }
        }
    }
    assert!(tried > 0);
    assert!(problems.is_empty(), "{} of {tried} blocks do not hold:\n\n{}", problems.len(), problems.join("\n\n"));
}

/// The server that the commands of a page speak to.
fn server_of(page: &str) -> Option<Served> {
    let mut server = StandIn::new("2.5.19");
    match page {
        "docs/json-output.md" | "docs/tutorial.md" => {}
        "docs/deploy.md" => {
            let red = [false, true, false];
            server.events = red
                .iter()
                .enumerate()
                .map(|(at, red)| event(at + 1, if *red { "tlp:red" } else { "tlp:green" }))
                .collect();
            let stopped = "Execution stopped. \nNode `stop-execution` (3) from Workflow `Guard` (1) returned the following error: Not published: it is TLP:RED";
            server.runs.push_back(ScriptedRun { outcome: Some("blocked".to_owned()), log: vec![stopped.to_owned()] });
        }
        "docs/adopt.md" => {
            let text = fs::read_to_string(root().join("tests/rest/stop-red.json")).unwrap();
            server.with_workflow("event-publish", "Stop red", &serde_json::from_str(&text).unwrap());
        }
        _ => return None,
    }
    Some(Served::new(server))
}

/// Links to files of the project lead somewhere.
#[test]
fn links_lead_to_files() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split([')', '#']).next().unwrap();
            let is_file = !target.is_empty() && !target.contains("://") && !target.contains(char::is_whitespace);
            let path = page.parent().unwrap().join(target);
            assert!(!is_file || path.exists(), "{}: `{target}` does not exist", page.display());
        }
    }
}

/// The command by which the README runs the tests is the one that runs for every change.
#[test]
fn the_tests_run_as_the_readme_says() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let checks = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(readme.lines().any(|line| line == "$ cargo test --all-features"));
    assert!(checks.lines().any(|line| line == "cargo test --all-features"));
}
