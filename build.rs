//! Tells the program which commit it is built from.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=MISPFLOW_COMMIT");
    let named = std::env::var("MISPFLOW_COMMIT").ok();
    // Only where a program is made for use: elsewhere each commit would build everything anew.
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = named.or_else(|| is_release.then(|| git(&["rev-parse", "HEAD"])).flatten());
    if is_release && let Some(head) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={head}");
    }
    let commit = commit.filter(|commit| commit.len() >= 7 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if let Some(commit) = commit {
        println!("cargo::rustc-env=MISPFLOW_COMMIT={commit}");
    }
}

/// What git says of the repository that this folder is the top of.
fn git(arguments: &[&str]) -> Option<String> {
    let ask = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
        String::from_utf8(output.stdout).ok().map(|text| text.trim().to_owned())
    };
    // A source archive may lie in somebody else's repository.
    ask(&["rev-parse", "--show-prefix"]).filter(String::is_empty)?;
    ask(arguments)
}
