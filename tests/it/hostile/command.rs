//! The command itself.

use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

use super::{MEGABYTE, any_characters, workflow};

fn mispflow(folder: &Path, arguments: &[&str]) -> Output {
    Command::cargo_bin("mispflow").unwrap().current_dir(folder).args(arguments).output().unwrap()
}

#[track_caller]
fn ends_with(output: &Output, code: i32, words: &str) {
    let shown = String::from_utf8_lossy(&output.stderr);
    let start: String = shown.chars().take(2_000).collect();
    assert_eq!(output.status.code(), Some(code), "{start}");
    assert!(shown.contains(words), "{start}");
    assert!(output.stdout.is_empty());
}

#[test]
fn garbage_leaves_nothing_behind() {
    let folder = TempDir::new().unwrap();
    let garbage = any_characters(10 * MEGABYTE);
    fs::write(folder.path().join("garbage.mwf"), garbage).unwrap();
    fs::write(folder.path().join("good.mwf"), workflow("push-zmq()")).unwrap();
    ends_with(&mispflow(folder.path(), &["build", "-o", "out"]), 1, "garbage.mwf:");
    ends_with(&mispflow(folder.path(), &["check", "garbage.mwf"]), 1, "garbage.mwf:");
    ends_with(&mispflow(folder.path(), &["build", "garbage.mwf", "-o", "-"]), 1, "garbage.mwf:");
    let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["garbage.mwf", "good.mwf"]);
}

#[test]
fn what_was_built_stays_when_a_build_fails() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("w.mwf");
    fs::write(&file, workflow("push-zmq()")).unwrap();
    ends_with(&mispflow(folder.path(), &["build", "-o", "out"]), 0, "created");
    let before = fs::read(folder.path().join("out/w.json")).unwrap();
    for bad in [workflow("push-zmk()"), workflow("webhook(url: secret(1))"), "\0".to_owned()] {
        fs::write(&file, bad).unwrap();
        ends_with(&mispflow(folder.path(), &["build", "-o", "out"]), 1, "w.mwf:");
        assert_eq!(fs::read(folder.path().join("out/w.json")).unwrap(), before);
        assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 1);
    }
}

#[test]
fn a_folder_is_no_file_to_import() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::write(folder.path().join("a.mwf"), "import \"sub\"\nlet a = lines(\"sub\")").unwrap();
    ends_with(&mispflow(folder.path(), &["check", "a.mwf"]), 1, "it is a folder");
}

#[cfg(unix)]
#[test]
fn nothing_waits_for_a_device_or_a_pipe() {
    let folder = TempDir::new().unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe.mwf")).status();
    if !made.is_ok_and(|status| status.success()) {
        return; // no such command here
    }
    for path in ["pipe.mwf", "/dev/zero", "/dev/tty", "/dev/null"] {
        fs::write(folder.path().join("a.mwf"), format!("import \"{path}\"\nlet a = lines(\"{path}\")")).unwrap();
        let output = mispflow(folder.path(), &["check", "a.mwf"]);
        ends_with(&output, 1, "refused-file");
        assert!(String::from_utf8_lossy(&output.stderr).contains("2 errors"));
    }
    // Named by the user, a device that never ends is read as far as files may be long.
    ends_with(&mispflow(folder.path(), &["check", "/dev/zero"]), 1, "is larger than 64 MiB");
    // In a folder, a pipe is not a file of the project.
    fs::remove_file(folder.path().join("a.mwf")).unwrap();
    assert_eq!(mispflow(folder.path(), &["check"]).status.code(), Some(0));
}
