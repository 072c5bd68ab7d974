//! Golden files: expected output that is made by a test.
//!
//! `INSTA_UPDATE=always cargo test` writes all of them, those of insta included.

use std::fs;
use std::path::Path;

/// Whether this run writes golden files where they differ.
pub fn update() -> bool {
    std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always" || value == "force")
}

/// Holds what was made against a file, or writes it there. `path` starts at the root of the project.
pub fn check(path: &str, made: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if update() {
        fs::write(file, made).unwrap();
        return;
    }
    let there = fs::read_to_string(file).unwrap_or_default();
    assert!(there == made, "{path} is not current: `INSTA_UPDATE=always cargo test` writes it; read what changed");
}
