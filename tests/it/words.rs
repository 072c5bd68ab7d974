//! Words that the project has given up: nobody reads them in the documentation, in a message or in a help.
//!
//! `docs/glossary.md` lists the words to use.

use std::fs;
use std::path::{Path, PathBuf};

use pcre2::bytes::{Regex, RegexBuilder};
use tempfile::TempDir;

use crate::program::{code, mispflow};

/// A pattern, and what to write instead.
type Word = (&'static str, &'static str);

/// Given up everywhere, comments of the source included.
const EVERYWHERE: [Word; 9] = [
    (r"\bbehind\b", "after"),
    (
        r"(?<!there |swer )\b(is|are|was|were) no (?!longer\b|more\b|less\b|other\b|better\b|worse\b|one\b)[a-z`]",
        "is not a, are not",
    ),
    (r"\bwithout a word\b", "silently"),
    (r"\bmostly\b", "usually"),
    (r"\bseldom\b", "rarely"),
    (r"\b(brings?|brought) along\b", "ships with"),
    (r"\bloud(ness)?\b", "severity"),
    (r"\bfor ever\b", "forever"),
    (r"\bin sight of\b", "in scope"),
];

/// Given up in what users read.
const FOR_READERS: [Word; 15] = [
    (r"\b(stands?|stood)\b(?! (for|in|out)\b)(?!-)", "is, is written"),
    (r"(?<!source )\btexts\b", "strings, files"),
    (
        r"\b(a|an|one|empty|no|any|every|each|other|another) text\b(?! (file|editor|column|input|area|form)s?\b)",
        "a string, a file, a message",
    ),
    (r"\bone's own\b", "your own"),
    (r"\bas welcome\b", "also accepted"),
    (r"\b(is|are|be|was|were) told\b", "is reported"),
    (r"\btells? nobody\b", "silently"),
    (r"\bnobody is told\b", "MISP does not report it"),
    (r"\blies?\b", "is"),
    (r"\b(go|goes|went) by\b", "follow, use"),
    (r"\banew\b", "again"),
    (r"\bbut for\b", "except"),
    (r"\bthe last word\b", "precedence"),
    (r"\bbeside\b", "next to, besides"),
    (r"\bcomes? to a limit\b", "exceeds a limit"),
];

/// Where the words are listed.
const LISTS: [&str; 1] = ["docs/glossary.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder whose names end in one of these.
fn files(folder: &Path, ends: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ends, found);
        } else if path.extension().is_some_and(|end| ends.iter().any(|wanted| end == *wanted)) {
            found.push(path);
        }
    }
    found.sort();
}

fn below(folder: &str, ends: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(&root().join(folder), ends, &mut found);
    found
}

fn compiled(words: &[Word]) -> Vec<(Regex, &'static str)> {
    let compile = |pattern| RegexBuilder::new().caseless(true).utf(true).build(pattern).unwrap();
    words.iter().map(|&(pattern, instead)| (compile(pattern), instead)).collect()
}

/// Where the words are in a text, but for names between braces; `name` is what the text is called.
fn find(words: &[(Regex, &str)], name: &str, text: &str, found: &mut Vec<String>) {
    for (index, line) in text.lines().enumerate() {
        for (word, instead) in words {
            let mut hits = word.find_iter(line.as_bytes()).map(Result::unwrap);
            let is_name = |at: usize| at > 0 && line.as_bytes()[at - 1] == b'{';
            if let Some(hit) = hits.find(|hit| !is_name(hit.start())) {
                let hit = &line[hit.start()..hit.end()];
                found.push(format!("{name}:{}: `{hit}`, write: {instead}\n    {}", index + 1, line.trim()));
            }
        }
    }
}

fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// The comments of Rust, and its strings, each on the lines that they have in the source. All else is blank.
fn comments_and_strings(source: &str) -> (String, String) {
    let (mut comments, mut strings) = (String::new(), String::new());
    let mut rest = source;
    while let Some(letter) = rest.chars().next() {
        let (length, into) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), Some(&mut comments))
        } else if let Some(length) = raw_string(rest) {
            (length, Some(&mut strings))
        } else if letter == '"' {
            (string(rest), Some(&mut strings))
        } else if letter == '\'' {
            (character(rest), None)
        } else {
            (letter.len_utf8(), None)
        };
        let (piece, after) = rest.split_at(length);
        let piece_is_comment = piece.starts_with("//");
        if let Some(into) = into {
            into.push_str(piece);
        }
        let breaks: String = piece.chars().filter(|&letter| letter == '\n').collect();
        if piece_is_comment {
            strings.push_str(&breaks);
        } else if letter == '"' || letter == 'r' && length > 1 {
            comments.push_str(&breaks);
        } else {
            comments.push_str(&breaks);
            strings.push_str(&breaks);
        }
        rest = after;
    }
    (comments, strings)
}

/// The length of a string that begins here.
fn string(text: &str) -> usize {
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => _ = letters.next(),
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a raw string, if one begins here.
fn raw_string(text: &str) -> Option<usize> {
    let marks = text.strip_prefix('r')?;
    let count = marks.len() - marks.trim_start_matches('#').len();
    let content = marks[count..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(count));
    Some(1 + count + 1 + content.find(&end)? + end.len())
}

/// The length of a character between quotes, or of the quote of a lifetime.
fn character(text: &str) -> usize {
    let mut letters = text.char_indices().skip(1);
    let (_, first) = letters.next().unwrap_or((1, ' '));
    if first == '\\' {
        return text[3..].find('\'').map_or(text.len(), |at| 3 + at + 1);
    }
    match letters.next() {
        Some((at, '\'')) => at + 1,
        _ => 1,
    }
}

#[test]
fn the_documentation_has_none_of_them() {
    let words = compiled(&[&EVERYWHERE[..], &FOR_READERS[..]].concat());
    let folders = ["docs", "examples", "src/diagnostics/explanations", "src/cli/starter", "fuzz"];
    let ends = ["md", "mwf", "toml"];
    let mut pages: Vec<PathBuf> = folders.iter().flat_map(|folder| below(folder, &ends)).collect();
    let here = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path());
    pages.extend(here.filter(|path| path.extension().is_some_and(|end| end == "md")));
    pages.extend(below("src/catalogue/data", &["json"]));
    let mut found = Vec::new();
    for page in pages.iter().filter(|page| !LISTS.contains(&name(page).as_str())) {
        find(&words, &name(page), &fs::read_to_string(page).unwrap(), &mut found);
    }
    assert!(found.is_empty(), "{} words:\n{}", found.len(), found.join("\n"));
}

#[test]
fn the_source_has_none_of_them() {
    let everywhere = compiled(&EVERYWHERE);
    let in_strings = compiled(&[&EVERYWHERE[..], &FOR_READERS[..]].concat());
    let mut found = Vec::new();
    for path in below("src", &["rs"]) {
        let source = fs::read_to_string(&path).unwrap();
        let (comments, _) = comments_and_strings(&source);
        let is_of_tests = name(&path).contains("tests");
        let code = if is_of_tests { "" } else { source.split("\n#[cfg(test)]\nmod tests {").next().unwrap() };
        let (_, strings) = comments_and_strings(code);
        find(&everywhere, &name(&path), &comments, &mut found);
        find(&in_strings, &name(&path), &strings, &mut found);
    }
    assert!(found.is_empty(), "{} words:\n{}", found.len(), found.join("\n"));
}

#[test]
fn the_helps_have_none_of_them() {
    let words = compiled(&[&EVERYWHERE[..], &FOR_READERS[..]].concat());
    let folder = TempDir::new().unwrap();
    assert_eq!(code(&mispflow(folder.path(), &["man", "-o", "man"])), 0);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder.path().join("man")).unwrap() {
        let path = entry.unwrap().path();
        find(&words, path.file_name().unwrap().to_str().unwrap(), &fs::read_to_string(&path).unwrap(), &mut found);
    }
    assert!(found.is_empty(), "{} words:\n{}", found.len(), found.join("\n"));
}

#[test]
fn strings_and_comments_are_separated() {
    let source = "let a = \"x // \\\" y\"; // c 'd\nlet b = r#\"e\"f\"#; let c = '\"'; fn f<'a>() {} // \"g\"\n";
    let (comments, strings) = comments_and_strings(source);
    assert_eq!(comments, "// c 'd\n// \"g\"\n");
    assert_eq!(strings, "\"x // \\\" y\"\nr#\"e\"f\"#\n");
}
