//! What a text or a project file of somebody else can have read and written: the files of its project, and no others.

mod reading;
mod writing;

use std::fs;
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

/// What nobody but the user may see.
const SECRET: &str = "hunter2-and-more";

/// A folder with a project in it, and files beside the project.
///
/// The project is `project`, a git repository; outside of it are `outside.mwf`, `outside.json`, `outside.txt` and the
/// folder `allowed`.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: TempDir::new().unwrap() };
        place.write("outside.mwf", &format!("let secret = \"{SECRET}\" oops"));
        place.write("outside.json", &format!("{{\"Event\": {{\"info\": \"{SECRET}\"}}, oops}}"));
        place.write("outside.txt", &format!("{SECRET}\n"));
        place.write("allowed/lib.mwf", "let trusted = [\"tlp:clear\"]");
        place.write("allowed/deeper/list.txt", "tlp:green\n");
        place.write("project/.git/config", &format!("[http]\n\textraheader = AUTHORIZATION: basic {SECRET}\n"));
        place.write("project/.git/HEAD", "ref: refs/heads/main\n");
        place.write("project/mispflow.toml", "");
        place
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    #[cfg(unix)]
    fn link(&self, to: &str, name: &str) {
        std::os::unix::fs::symlink(to, self.folder.path().join(name)).unwrap();
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path().join(folder)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Runs a command in the project, where a secret is in the environment too.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::cargo_bin("mispflow").unwrap();
        command.current_dir(self.folder.path().join("project")).env("MISPFLOW_TEST_TOKEN", SECRET);
        command.args(arguments).timeout(std::time::Duration::from_mins(2)).output().unwrap()
    }

    /// Runs a command that must refuse to read or write something, show no secret and say `words`.
    #[track_caller]
    fn refuses(&self, arguments: &[&str], words: &str) {
        let output = self.run(arguments);
        let shown = shown(&output);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {shown}");
        assert!(shown.contains("refused-"), "{arguments:?}: {shown}");
        assert!(shown.contains(words), "{arguments:?}: {shown}");
        assert!(!shown.contains(SECRET), "{arguments:?}: {shown}");
    }

    #[track_caller]
    fn accepts(&self, arguments: &[&str]) {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", shown(&output));
    }
}

fn shown(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn workflow(body: &str) -> String {
    format!("workflow w on event-publish {{\n    {body}\n}}\n")
}

fn list(path: &str) -> String {
    workflow(&format!("if event tagged any lines(\"{path}\") {{ push-zmq() }}"))
}

fn given(path: &str) -> String {
    workflow("push-zmq()") + &format!("test \"t\" of w {{\n    given \"{path}\"\n    expect success\n}}\n")
}

const OUTSIDE: [&str; 6] =
    ["../outside.mwf", "/etc/passwd", "/proc/self/environ", "/dev/zero", "/dev/fd/0", "sub/../../outside.mwf"];
