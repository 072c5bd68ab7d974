//! The grammar for editors, `editors/tree-sitter-mwf/`, reads what mispflow reads.
//!
//! A crate of its own, as the package leaves it and the grammar out.

#[expect(dead_code, reason = "the documentation's own tests ask for more")]
#[path = "it/documentation/block.rs"]
mod block;
#[path = "it/golden.rs"]
mod golden;
#[expect(dead_code, reason = "others ask how many documents there are")]
#[path = "it/programs/writer.rs"]
mod writer;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use mispflow::base::source::Sources;
use mispflow::syntax::parse;
use proptest::prelude::*;
use tree_sitter::{InputEdit, Parser, Point, Query, QueryCursor, StreamingIterator, Tree};
use tree_sitter_mwf::{HIGHLIGHTS_QUERY, INJECTIONS_QUERY, LANGUAGE};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn grammar() -> PathBuf {
    root().join("editors/tree-sitter-mwf")
}

fn parser() -> Parser {
    let mut parser = Parser::new();
    parser.set_language(&LANGUAGE.into()).unwrap();
    parser
}

fn tree(text: &str) -> Tree {
    parser().parse(text, None).unwrap()
}

/// Whether mispflow reads all of it.
fn is_read(text: &str) -> bool {
    let sources = Sources::new();
    parse(&sources, sources.add("a.mwf", None, text)).diagnostics.is_empty()
}

/// Says where editors would show an error in what mispflow reads.
fn assert_read(name: &str, text: &str) {
    let tree = tree(text);
    let mut errors = Vec::new();
    let mut rest = vec![tree.root_node()];
    while let Some(node) = rest.pop() {
        if node.is_error() || node.is_missing() {
            errors.push(format!("{}: {:?}", node.start_position(), &text[node.byte_range()]));
        }
        rest.extend(node.children(&mut node.walk()));
    }
    assert!(errors.is_empty() && !tree.root_node().has_error(), "{name}: {errors:?}\n{text}");
}

/// The files in a folder and below that end in `.end`, in order.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy();
            if path.is_dir() {
                if !name.starts_with('.') && name != "target" && name != "node_modules" {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == end) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_file_that_mispflow_reads_is_read_without_an_error() {
    let texts = files(root(), "mwf").into_iter().filter_map(|path| Some((fs::read_to_string(&path).ok()?, path)));
    let read: Vec<_> = texts.filter(|(text, _)| is_read(text)).collect();
    assert!(read.len() > 500, "only {} files are read", read.len());
    for (text, path) in &read {
        assert_read(&path.display().to_string(), text);
    }
}

#[test]
fn so_is_every_example_of_the_documentation() {
    let mut read = 0;
    for page in files(&root().join("docs"), "md") {
        for block in block::blocks(&fs::read_to_string(&page).unwrap()) {
            let content = &block.content;
            let text = match () {
                () if block.kind != "mwf" => continue,
                () if block.has("steps") => format!("workflow w on t {{\n{content}\n}}"),
                () if block.has("tests") => format!("test \"t\" of w {{\n{content}\n}}"),
                () if block.has("conditions") => {
                    let lines = content.lines().filter(|line| !line.trim().is_empty());
                    let steps: Vec<_> = lines.map(|line| format!("if {line}\n{{}}\n")).collect();
                    format!("workflow w on t {{\n{}}}", steps.concat())
                }
                () => content.clone(),
            };
            if is_read(&text) {
                read += 1;
                assert_read(&format!("{}:{}", page.display(), block.line), &text);
            }
        }
    }
    assert!(read > 80, "only {read} examples are read");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn so_are_random_programs(random in prop::collection::vec(any::<u8>(), 0..2000)) {
        for (name, text) in &writer::project(&random).files {
            prop_assert!(is_read(text));
            assert_read(name, text);
        }
    }

    /// Whatever is taken out, the parser comes to an end, and what it makes of the change is what it makes of the text.
    #[test]
    fn a_change_gives_the_tree_of_the_changed_text(
        random in prop::collection::vec(any::<u8>(), 0..500),
        from in 0..1000_usize,
        length in 0..200_usize,
    ) {
        let before = &writer::project(&random).files[0].1;
        let boundary = |at: usize| (0..=at.min(before.len())).rev().find(|&at| before.is_char_boundary(at)).unwrap();
        let (from, to) = (boundary(from), boundary(from + length));
        let after = format!("{}{}", &before[..from], &before[to..]);
        let point = |at: usize| {
            let line = before[..at].rfind('\n').map_or(0, |at| at + 1);
            Point::new(before[..at].matches('\n').count(), at - line)
        };
        let mut old = tree(before);
        old.edit(&InputEdit {
            start_byte: from,
            old_end_byte: to,
            new_end_byte: from,
            start_position: point(from),
            old_end_position: point(to),
            new_end_position: point(from),
        });
        let changed = parser().parse(&after, Some(&old)).unwrap();
        let fresh = tree(&after);
        prop_assert_eq!(fresh.root_node().end_byte(), after.len());
        // Which way of mending a broken text is found may differ.
        if !fresh.root_node().has_error() {
            prop_assert_eq!(changed.root_node().to_sexp(), fresh.root_node().to_sexp());
        }
    }
}

/// A case of `test/corpus/`: its name, whether it has an error, the text and the tree.
fn cases(corpus: &str) -> Vec<(String, bool, String, String)> {
    let is_fence = |line: &str, of: char| line.len() > 2 && line.chars().all(|character| character == of);
    let mut cases: Vec<(String, bool, String, String)> = Vec::new();
    let (mut in_head, mut in_tree) = (false, false);
    for line in corpus.lines() {
        if is_fence(line, '=') {
            in_head = !in_head;
            in_tree = false;
            if in_head {
                cases.push(Default::default());
            }
            continue;
        }
        let Some((name, has_error, text, tree)) = cases.last_mut() else { continue };
        match line {
            ":error" if in_head => *has_error = true,
            _ if in_head => name.push_str(line),
            _ if is_fence(line, '-') => in_tree = true,
            _ if in_tree => tree.push_str(&format!("{} ", line.trim())),
            _ => text.push_str(&format!("{line}\n")),
        }
    }
    cases
}

#[test]
fn the_tests_of_the_grammar_pass() {
    let mut count = 0;
    for path in files(&grammar().join("test/corpus"), "txt") {
        for (name, has_error, text, expected) in cases(&fs::read_to_string(path).unwrap()) {
            let tree = tree(&text);
            count += 1;
            assert_eq!(tree.root_node().has_error(), has_error, "{name}");
            if !has_error {
                // Names of fields are not in the expected trees.
                let made = tree.root_node().to_sexp();
                let made = made.split(' ').filter(|word| !word.ends_with(':')).collect::<Vec<_>>().join(" ");
                assert_eq!(made, expected.replace(" )", ")").trim(), "{name}");
            }
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn a_broken_step_leaves_its_neighbours_alone() {
    let tree = tree("workflow w on t {\n    a(x: )\n    b(y: 1)\n}\nlet c = 1\n");
    assert!(tree.root_node().has_error());
    let text = tree.root_node().to_sexp();
    assert!(
        text.contains("name: (identifier) value: (number)") && text.contains("(constant name: (identifier)"),
        "{text}"
    );
}

#[test]
fn all_queries_fit_the_grammar() {
    let queries = files(&root().join("editors"), "scm");
    assert!(queries.len() > 10, "{queries:?}");
    for path in queries {
        let query = Query::new(&LANGUAGE.into(), &fs::read_to_string(&path).unwrap());
        assert!(query.is_ok(), "{}: {:?}", path.display(), query.err());
    }
}

/// What a query finds: the row, the text and the captures of each place, in order.
fn captured(query: &str, text: &str) -> String {
    let query = Query::new(&LANGUAGE.into(), query).unwrap();
    let tree = tree(text);
    let mut places: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(&query, tree.root_node(), text.as_bytes());
    while let Some(found) = matches.next() {
        let settings = query.property_settings(found.pattern_index).iter();
        let settings: Vec<_> = settings.filter_map(|setting| Some(format!("={}", setting.value.as_deref()?))).collect();
        let settings = settings.concat();
        for capture in found.captures() {
            let range = capture.node.byte_range();
            let names = places.entry((range.start, range.end)).or_default();
            names.push(format!("{}{settings}", query.capture_names()[capture.index as usize]));
        }
    }
    let lines = places.into_iter().map(|((start, end), names)| {
        let line = text[..start].matches('\n').count() + 1;
        format!("{line}: {:?} {}\n", &text[start..end], names.join(" "))
    });
    lines.collect()
}

#[test]
fn colours_and_other_languages_are_what_they_were() {
    let text = fs::read_to_string(grammar().join("test/colours.mwf")).unwrap();
    assert_read("colours.mwf", &text);
    golden::check("editors/tree-sitter-mwf/test/colours.txt", &captured(HIGHLIGHTS_QUERY, &text));
    golden::check("editors/tree-sitter-mwf/test/injections.txt", &captured(INJECTIONS_QUERY, &text));
}
