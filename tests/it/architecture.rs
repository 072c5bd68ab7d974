//! Arrows between the modules of the library go one way.
//!
//! The order is in `ARCHITECTURE.md` in the table "The map"; `src/lib.rs` lists the same modules. Each module may use those
//! above it in the table, and none below it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use mispflow::catalogue::{Catalogue, Target};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Parts of a module that may use less than the module as a whole: a folder or file, what it may not use, and why.
const NARROWER: [(&str, &[&str], &str); 3] = [
    ("engine", &["misp", "syntax"], "the engine walks graphs, wherever they come from"),
    (
        "verify/lints",
        &["check", "load", "resolve", "syntax"],
        "lints see graphs, so that they hold for text and JSON alike",
    ),
    ("verify/rules", &["check", "load", "resolve", "syntax"], "MISP's rules are about graphs"),
];

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

/// The modules in the order of the table in `ARCHITECTURE.md`, from those that use nothing to those that use everything.
fn order() -> Vec<String> {
    let page = read("ARCHITECTURE.md");
    let table = page.split("## The map").nth(1).expect("the section is there");
    let table = table.split("\n## ").next().unwrap_or(table);
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    rows.map(|(name, _)| name.trim_end_matches('/').trim_end_matches(".rs").to_owned()).collect()
}

/// All Rust files under a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
    found.sort();
    found
}

/// What is compiled into the library: no comments, no tests. Modules with tests are at the end of a file.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).fold(String::new(), |mut code, line| {
        let _ = writeln!(code, "{line}");
        code
    })
}

fn is_name(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

/// The modules that a path or a group of paths begins with: `a` of `a::b`, `a` and `c` of `{a::b, c}`.
fn firsts(path: &str) -> Vec<&str> {
    let name = |text: &'_ str| text.len() - text.trim_start_matches(is_name).len();
    let Some(group) = path.strip_prefix('{') else { return vec![&path[..name(path)]] };
    let (mut depth, mut names, mut start) = (0, Vec::new(), true);
    for (at, char) in group.char_indices() {
        match char {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            char if start && is_name(char) => {
                names.push(&group[at..at + name(&group[at..])]);
                start = false;
            }
            _ => {}
        }
    }
    names
}

/// The modules of the library that a file uses. `folder` is where it lies below `src/`, by modules.
fn used(text: &str, folder: &[&str]) -> BTreeSet<String> {
    let code = code(text);
    let mut used = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if !code[..at].ends_with(is_name) {
            used.extend(firsts(&code[at + "crate::".len()..]).into_iter().map(str::to_owned));
        }
    }
    // `super::` from the outermost file of a module leads out of it.
    let out = "super::".repeat(folder.len());
    for (at, _) in code.match_indices(&out) {
        if !code[..at].ends_with("super::") && !code[..at].ends_with(is_name) && !out.is_empty() {
            let after = &code[at + out.len()..];
            used.extend(firsts(after).into_iter().filter(|name| *name != "super").map(str::to_owned));
        }
    }
    used
}

/// The names of modules on the way to a file; a `mod.rs` counts as its folder.
fn place(file: &Path) -> Vec<String> {
    let below = file.strip_prefix(Path::new(ROOT).join("src")).unwrap().with_extension("");
    let names = below.iter().map(|name| name.to_str().unwrap().to_owned());
    names.filter(|name| name != "mod").collect()
}

/// The arrows back of one file.
fn arrows_back(text: &str, place: &[String], order: &[String]) -> Vec<String> {
    let rank = |module: &str| order.iter().position(|other| other == module);
    let own = &place[0];
    let folder: Vec<&str> = place.iter().map(String::as_str).collect();
    let mut wrong = Vec::new();
    for module in used(text, &folder) {
        let Some(other) = rank(&module).filter(|_| module != *own) else { continue };
        if rank(own).is_none_or(|own| own < other) {
            wrong.push(format!("{} uses `{module}`, which comes after it", place.join("/")));
        }
        for (part, forbidden, reason) in NARROWER {
            if place.join("/").starts_with(part) && forbidden.contains(&module.as_str()) {
                wrong.push(format!("{} uses `{module}`: {reason}", place.join("/")));
            }
        }
    }
    wrong
}

/// The modules that a file declares for tests alone.
fn test_modules(text: &str) -> Vec<&str> {
    let declared = text.split("#[cfg(test)]\n").skip(1).filter_map(|after| after.lines().next());
    declared.filter_map(|line| line.split_once("mod ")?.1.strip_suffix(';')).collect()
}

/// The files of the library, without tests and without the two roots.
fn library() -> Vec<(String, Vec<String>)> {
    let all: Vec<(String, Vec<String>)> = files(&Path::new(ROOT).join("src"))
        .into_iter()
        .map(|file| (fs::read_to_string(&file).unwrap(), place(&file)))
        .collect();
    let mut tests = Vec::new();
    for (text, place) in &all {
        tests.extend(test_modules(text).into_iter().map(|name| [place.clone(), vec![name.to_owned()]].concat()));
    }
    let is_test = |place: &[String]| tests.iter().any(|test| place.starts_with(test));
    all.into_iter().filter(|(_, place)| !matches!(place[0].as_str(), "lib" | "main") && !is_test(place)).collect()
}

#[test]
fn arrows_between_modules_go_one_way() {
    let order = order();
    let mut wrong = Vec::new();
    for (text, place) in library() {
        wrong.extend(arrows_back(&text, &place, &order));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_arrow_back_is_found() {
    let order = order();
    let back = |text: &str, place: &[&str]| {
        let place: Vec<String> = place.iter().map(|name| (*name).to_owned()).collect();
        arrows_back(text, &place, &order).len()
    };
    assert_eq!(back("use crate::base::Source;\n", &["model", "graph"]), 0);
    assert_eq!(back("use crate::check::Flow;\n", &["model", "graph"]), 1);
    assert_eq!(back("use crate::{base::{A, check}, verify::B};\n", &["model", "graph"]), 1);
    assert_eq!(back("fn f() -> crate::simulate::Run {}\n", &["model", "graph"]), 1);
    assert_eq!(back("use super::super::verify::Rule;\n", &["model", "graph"]), 1);
    assert_eq!(back("// use crate::check::Flow;\n", &["model", "graph"]), 0);
    assert_eq!(back("#[cfg(test)]\nmod tests {\n    use crate::check::Flow;\n}\n", &["model", "graph"]), 0);
    assert_eq!(back("use crate::syntax::Tree;\n", &["engine", "run"]), 1);
    assert_eq!(back("use crate::syntax::Tree;\n", &["simulate", "workflow_tests", "run"]), 0);
}

#[test]
fn the_map_is_what_is_on_disk() {
    let on_disk: BTreeSet<String> = fs::read_dir(Path::new(ROOT).join("src"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| !matches!(name.as_str(), "lib" | "main"))
        .collect();
    let listed: BTreeSet<String> = order().into_iter().collect();
    assert_eq!(listed, on_disk, "the table in ARCHITECTURE.md and `src/`");
    let declared: BTreeSet<String> = read("src/lib.rs")
        .lines()
        .filter_map(|line| line.split_once("mod ")?.1.strip_suffix(';').map(str::to_owned))
        .collect();
    assert_eq!(declared, on_disk, "the modules in src/lib.rs and `src/`");
}

/// Where ids of modules may be written out: their list, and data that is named after them.
const WITH_MODULE_IDS: [&str; 4] = ["catalogue/module_ids", "model/document", "model/graph", "schema/trigger_data"];

#[test]
fn ids_of_modules_are_in_one_list() {
    let targets = Target::NAMES.iter().map(|name| name.parse().unwrap());
    let ids: BTreeSet<String> = targets
        .flat_map(|target| Catalogue::for_target(target).modules().map(|module| module.id.clone()).collect::<Vec<_>>())
        // A single word, such as `webhook` or `slack`, may mean something else.
        .filter(|id| id.contains(['-', '_']))
        .collect();
    assert!(ids.len() > 60, "{ids:?}");
    let mut bare = Vec::new();
    for (text, place) in library() {
        let place = place.join("/");
        if WITH_MODULE_IDS.contains(&place.as_str()) {
            continue;
        }
        let code = code(&text);
        let words = code.split('"').skip(1).step_by(2).filter(|word| ids.contains(*word));
        bare.extend(words.map(|word| format!("{place}: \"{word}\"")));
    }
    assert!(bare.is_empty(), "write `module_ids::…` instead:\n{}", bare.join("\n"));
}
