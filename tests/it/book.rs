//! The book over `docs/`: no page is missing, each says for whom it is, and links lead to headings that exist.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn markdown(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    pages.sort();
    pages
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// The pages of the book, without its table of contents.
fn pages() -> Vec<PathBuf> {
    markdown("docs").into_iter().filter(|path| name(path) != "SUMMARY.md").collect()
}

/// A page without its code blocks.
fn prose(text: &str) -> String {
    let mut inside = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        inside ^= is_fence;
        !is_fence && !inside && !line.starts_with("    ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What a heading is called in links: GitHub and the book agree.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.collect::<String>().replace(' ', "-")
}

fn anchors(text: &str) -> Vec<String> {
    let prose = prose(text);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#').trim())).collect()
}

/// The targets of all links of a page.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let links = prose.match_indices("](").map(|(at, _)| prose[at + 2..].split(')').next().unwrap().to_owned());
    links.collect()
}

#[test]
fn every_page_is_in_the_summary_once() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let mut listed = links(&summary);
    listed.sort();
    let there: Vec<_> = pages().iter().map(|path| name(path).to_owned()).collect();
    assert_eq!(listed, there);
}

#[test]
fn every_page_says_for_whom_it_is_and_what_it_needs() {
    for path in pages() {
        let text = fs::read_to_string(&path).unwrap();
        let mut lines = text.lines();
        let page = path.display();
        assert!(lines.next().unwrap().starts_with("# "), "{page} does not begin with its title");
        assert_eq!(lines.next(), Some(""), "{page}");
        let line = lines.next().unwrap();
        assert!(line.starts_with("*For ") && line.ends_with(".*"), "{page} does not say for whom it is: {line}");
        assert!(line.contains("You need "), "{page} does not say what one needs before: {line}");
    }
}

#[test]
fn links_lead_to_headings() {
    let files = ["", "docs", "examples"].into_iter().flat_map(markdown);
    let texts: BTreeMap<PathBuf, String> =
        files.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect();
    let mut wrong = Vec::new();
    for (page, text) in &texts {
        for link in links(text) {
            let (file, heading) = link.split_once('#').unwrap_or((&link, ""));
            if heading.is_empty() || link.contains("://") {
                continue;
            }
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            let target = target.canonicalize().unwrap_or(target);
            let found = texts.get(&target).is_some_and(|text| anchors(text).iter().any(|there| there == heading));
            if !found {
                wrong.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The book holds the pages of `docs/` alone: a link to another file would lead nowhere there.
#[test]
fn pages_link_to_pages_of_the_book() {
    for path in pages() {
        for link in links(&fs::read_to_string(&path).unwrap()) {
            assert!(link.contains("://") || !link.contains("../"), "{}: {link} is not in the book", path.display());
        }
    }
}
