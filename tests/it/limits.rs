//! `docs/limits.md` names each limit with its value, its constant and its test; all three are there.

use std::fs;
use std::path::{Path, PathBuf};

use mispflow::diagnostics::Code;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// What a file or folder of the source is called.
fn name(path: &Path) -> &str {
    let stem = path.file_stem().unwrap().to_str().unwrap();
    if stem == "mod" { path.parent().unwrap().file_name().unwrap().to_str().unwrap() } else { stem }
}

/// The value of a constant: numbers, products and shifts of them.
fn value(expression: &str) -> u64 {
    if let Some((left, right)) = expression.split_once("<<") {
        return value(left) << value(right);
    }
    let factors = expression.split('*').map(|factor| factor.trim().replace('_', "").parse::<u64>());
    factors.map(|factor| factor.unwrap_or_else(|_| panic!("{expression}"))).product()
}

/// The first number of a cell, with its unit.
fn told(cell: &str) -> u64 {
    let mut words = cell.split([' ', ',']).filter(|word| !word.is_empty());
    let digits: String = cell.chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(|c| *c != ',').collect();
    let number: u64 = digits.parse().unwrap_or_else(|_| panic!("{cell}"));
    if words.any(|word| word == "MiB") { number * 1024 * 1024 } else { number }
}

#[test]
fn every_limit_is_as_the_page_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    let code: Vec<(PathBuf, String)> =
        files.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect();
    let mut tests = Vec::new();
    sources(&root.join("tests"), &mut tests);
    let tests: String = tests.into_iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let page = fs::read_to_string(root.join("docs/limits.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| what |"));
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [_, limit, _, finding, constant, test] = cells[..] else { panic!("{row}") };
        if let Some(code) = finding.strip_prefix("[`").and_then(|finding| finding.split('`').next()) {
            assert!(Code::from_name(code).is_some(), "{row}");
        }
        let (file, constant) = constant.trim_matches('`').split_once("::").unwrap();
        let defined: Vec<u64> = code
            .iter()
            .filter(|(path, _)| name(path) == file)
            .filter_map(|(_, text)| {
                let at = text.find(&format!("const {constant}: "))?;
                let rest = &text[at..];
                Some(value(&rest[rest.find('=')? + 1..rest.find(';')?]))
            })
            .collect();
        assert_eq!(defined, [told(limit)], "{row}");
        let test = format!("fn {}()", test.trim_matches('`'));
        assert!(tests.contains(&test) || code.iter().any(|(_, text)| text.contains(&test)), "{row}");
        count += 1;
    }
    assert!(count >= 15, "{count}");
}
