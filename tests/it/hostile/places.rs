//! Paths to files that nobody has allowed.

use super::random::{Below, one_of, thousand_files};

/// What is in files that are not the project's.
const OUTSIDE: &str = "s3cret-of-somebody";

/// A path that may lead anywhere.
fn path(below: Below<'_>) -> String {
    let pieces: Vec<&str> = (0..=below(6))
        .map(|_| {
            one_of(
                &[
                    "..",
                    ".",
                    "",
                    "in",
                    ".git",
                    ".GIT",
                    "config",
                    "~",
                    "proc/self/environ",
                    "dev/zero",
                    "dev/stdin",
                    "secret.txt",
                    "lib",
                    "%2e%2e",
                    "\\\\",
                    "file:",
                    "a b",
                    "nul",
                    "${HOME}",
                    "*",
                    "**",
                    "\\u{2e}\\u{2e}",
                    "\\u{202e}",
                    "list.txt",
                    "secret.mwf",
                ],
                below,
            )
        })
        .collect();
    let joined = pieces.join(one_of(&["/", "/", "/", "//", "/./", "\\\\"], below));
    format!(
        "{}{joined}{}",
        one_of(&["", "", "/", "./", "../", "//"], below),
        one_of(&["", "", "/", ".mwf", ".json"], below)
    )
}

#[test]
fn nothing_is_read_that_is_not_of_the_project() {
    let secret = format!("let {} = \"{OUTSIDE}\" {OUTSIDE}\n", OUTSIDE.replace('-', "_"));
    thousand_files(
        "mwf",
        &[
            (".git/config", secret.as_str()),
            (".git/HEAD", "ref: refs/heads/main\n"),
            ("mispflow.toml", ""),
            ("list.txt", "tlp:red\n"),
            ("lib/list.txt", "tlp:red\n"),
        ],
        &[&["check", "in"], &["check", "--format", "sarif", "in"], &["test", "in"]],
        |below| {
            let path = path(below);
            let number = below(1_000_000);
            match below(4) {
                0 => format!("import \"{path}\"\nlet a{number} = 1\n"),
                1 => format!("import \"{path}.json\" as b\n"),
                2 => format!("let a = lines(\"{path}\")\nblueprint b{number}() {{ tag_operation(tags: a) }}\n"),
                _ => format!(
                    "blueprint b{number}() {{ push-zmq() }}\ntest \"t\" of b{number} {{ given \"{path}\" expect success }}\n"
                ),
            }
        },
        |arguments, _, done| {
            for said in [done.out(), done.messages()] {
                assert!(!said.contains(OUTSIDE) && !said.contains("PATH="), "{arguments:?}: {said}");
                assert!(said.len() < 2_000_000, "{arguments:?}: {}", said.len());
            }
        },
    );
}
