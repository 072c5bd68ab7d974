//! Sessions at a terminal.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What may be called. `cargo run -q --` stands for the program itself.
const PROGRAMS: [&str; 6] = ["mispflow", "cat", "cd", "head", "export", "rm"];

/// A shell that stays where `cd` led it.
pub struct Console {
    root: PathBuf,
    folder: PathBuf,
    /// The address of a server and the key for it.
    server: Option<(String, String)>,
}

/// How pages call the server.
const SERVER: &str = "https://misp.example.org";

impl Console {
    pub fn new(folder: &Path) -> Self {
        let root = folder.canonicalize().unwrap();
        Self { folder: root.clone(), root, server: None }
    }

    /// Lets commands find a server.
    pub fn speak_to(&mut self, url: &str, key: &str) {
        self.server = Some((url.to_owned(), key.to_owned()));
    }

    /// Where the content of a block is not what its commands print.
    pub fn problem(&mut self, content: &str) -> Option<String> {
        let mut lines = content.lines().peekable();
        while let Some(line) = lines.next() {
            let Some(command) = line.strip_prefix("$ ") else {
                return Some(format!("`{line}` belongs to no command"));
            };
            let mut expected = Vec::new();
            while let Some(line) = lines.next_if(|line| !line.starts_with("$ ")) {
                expected.push(line.trim_end());
            }
            if command == "cargo test --all-features" {
                continue;
            }
            let printed = match self.run(&command.replacen("cargo run -q --", "mispflow", 1)) {
                Ok(printed) => printed,
                Err(problem) => return Some(problem),
            };
            let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
            if printed != expected {
                let (printed, expected) = (printed.join("\n"), expected.join("\n"));
                return Some(format!("`{command}` prints\n{printed}\nand not\n{expected}"));
            }
        }
        None
    }

    fn run(&mut self, command: &str) -> Result<String, String> {
        let program = command.split(' ').find(|word| !word.contains('=')).unwrap_or_default();
        if !PROGRAMS.contains(&program) {
            return Err(format!("`{program}` is not run here"));
        }
        let binary = assert_cmd::cargo::cargo_bin("mispflow");
        let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
        let place = self.root.join(".place");
        let script = format!("exec 2>&1\n{command}\npwd >'{}'", place.display());
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).current_dir(&self.folder).env("PATH", path).env("HOME", &self.root);
        for name in ["MISPFLOW_URL", "MISPFLOW_KEY", "MISPFLOW_TIMEOUT", "XDG_CONFIG_HOME"] {
            shell.env_remove(name);
        }
        if let Some((url, key)) = &self.server {
            shell.env("MISPFLOW_URL", url).env("MISPFLOW_KEY", key);
            // A project that names the server names the one there is.
            let settings = self.folder.join("mispflow.toml");
            if let Ok(text) = fs::read_to_string(&settings) {
                fs::write(&settings, text.replace(SERVER, url)).unwrap();
            }
        }
        let output = shell.output().map_err(|error| error.to_string())?;
        self.folder = PathBuf::from(fs::read_to_string(&place).map_err(|error| error.to_string())?.trim_end());
        let printed = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
        Ok(match &self.server {
            Some((url, _)) => printed.replace(url, SERVER),
            None => printed,
        })
    }
}

/// Copies a folder with all that is in it, but not what was built there.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if !path.is_dir() {
            fs::copy(&path, to.join(name)).unwrap();
        } else if name != "build" {
            copy(&path, &to.join(name));
        }
    }
}
