//! The program as people run it: a folder with files, a call, and what came of it.

use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

/// A new folder with these files.
pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        add(folder.path(), name, content);
    }
    folder
}

/// Writes a file, and the folders that it is in.
pub fn add(folder: &Path, name: &str, content: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Calls the program in a folder, with nothing on standard input.
pub fn mispflow(folder: &Path, arguments: &[&str]) -> Output {
    mispflow_reading(folder, arguments, "")
}

/// Calls the program in a folder, with this on standard input.
pub fn mispflow_reading(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::cargo_bin("mispflow").unwrap();
    command.current_dir(folder).env_remove("NO_COLOR").args(arguments).write_stdin(input).output().unwrap()
}

/// The exit code, standard output and standard error.
pub fn shown(output: &Output) -> (i32, &str, &str) {
    (code(output), stdout(output), stderr(output))
}

pub fn code(output: &Output) -> i32 {
    output.status.code().expect("the process ended by itself")
}

pub fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

pub fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// What came of a call.
pub struct Done(pub Output);

impl Done {
    pub fn code(&self) -> i32 {
        code(&self.0)
    }

    pub fn out(&self) -> &str {
        stdout(&self.0)
    }

    pub fn messages(&self) -> &str {
        stderr(&self.0)
    }
}
