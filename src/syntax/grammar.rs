//! The two parsers that pest makes of `grammar/mwf.pest`: one to read files, one to tell what was expected.
#![allow(missing_docs, reason = "the rules are documented in the grammar")]

/// Reads files fast, from a [`Compact`](super::compact::Compact) text.
pub mod reading {
    #[derive(pest_derive::Parser)]
    #[grammar = "grammar/mwf.pest"]
    #[grammar = "grammar/reading.pest"]
    pub struct Grammar;
}

/// Knows what was expected where something cannot be read.
pub mod expecting {
    #[derive(pest_derive::Parser)]
    #[grammar = "grammar/mwf.pest"]
    #[grammar = "grammar/expecting.pest"]
    pub struct Grammar;
}

#[cfg(test)]
mod tests {
    use std::ops::Range;
    use std::sync::LazyLock;

    use pest::Parser as _;
    use pest::RuleType;
    use pest::iterators::Pairs;
    use proptest::prelude::*;

    use super::{expecting, reading};
    use crate::syntax::compact::{Compact, is_blank};
    use crate::syntax::nesting::too_deep;

    type Shape = Vec<(String, Range<usize>)>;

    /// All pairs but those of tokens, which only one of the parsers makes.
    fn shape<R: RuleType>(pairs: Pairs<'_, R>, place: &dyn Fn(Range<usize>) -> Range<usize>, shape: &mut Shape) {
        for pair in pairs {
            let rule = format!("{:?}", pair.as_rule());
            let is_token = rule.starts_with("kw_")
                || rule.starts_with("open_")
                || rule.starts_with("close_")
                || ["comma", "colon", "equals", "plus", "EOI", "file"].contains(&rule.as_str());
            if !is_token {
                let span = pair.as_span();
                shape.push((rule, place(span.start()..span.end())));
            }
            self::shape(pair.into_inner(), place, shape);
        }
    }

    /// What both parsers make of a text: the one of what is left of it, the other of the whole.
    fn both(text: &str) -> Option<[Option<Shape>; 2]> {
        let compact = Compact::new(text);
        if too_deep(&compact.text).is_some() {
            return None;
        }
        let read = reading::Grammar::parse(reading::Rule::file, &compact.text).ok().map(|pairs| {
            let mut all = Shape::new();
            let bytes = compact.text.as_bytes();
            let place = |range: Range<usize>| {
                let blanks = bytes[range.clone()].iter().rev().take_while(|byte| is_blank(**byte)).count();
                compact.place(range.start..range.end - blanks)
            };
            shape(pairs, &place, &mut all);
            all
        });
        let expected = expecting::Grammar::parse(expecting::Rule::file, text).ok().map(|pairs| {
            let mut all = Shape::new();
            let place = |range: Range<usize>| {
                let mut end = range.end;
                loop {
                    let blanks =
                        text.as_bytes()[range.start..end].iter().rev().take_while(|byte| is_blank(**byte)).count();
                    end -= blanks;
                    match compact
                        .comments
                        .iter()
                        .find(|comment| comment.start < end && end <= comment.end && comment.start >= range.start)
                    {
                        Some(comment) if end > range.start => end = comment.start,
                        _ => return range.start..end,
                    }
                }
            };
            shape(pairs, &place, &mut all);
            all
        });
        Some([read, expected])
    }

    /// All texts of the examples, and what tests of findings are about.
    fn texts() -> Vec<String> {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut folders = vec![root.join("examples"), root.join("tests/findings")];
        let mut texts = Vec::new();
        while let Some(folder) = folders.pop() {
            let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
            entries.sort();
            for path in entries {
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "mwf") {
                    // Some are not UTF-8, on purpose.
                    texts.extend(std::fs::read_to_string(path));
                }
            }
        }
        texts
    }

    const PIECES: [&str; 40] = [
        "\"",
        "\"\"\"",
        "#",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "@[",
        "@x ",
        "\n",
        "\r\n",
        " ",
        "\t",
        "\\",
        "{n}",
        "[=/",
        ",",
        ":",
        "=",
        "==",
        "+",
        "if ",
        "else",
        "filter ",
        "for ",
        "where ",
        "not ",
        "and ",
        "or ",
        "in ",
        "any ",
        "count(",
        "published",
        "event tagged any ",
        "workflow x on ",
        "use ",
        "env(\"A\")",
        "\u{e9}",
    ];

    #[test]
    fn both_parsers_make_the_same_of_whole_files() {
        let texts = texts();
        assert!(texts.len() > 100);
        for text in texts {
            if let Some([read, expected]) = both(&text) {
                assert_eq!(read, expected, "{text}");
            }
        }
    }

    /// What is tried twice at one place is tried 2^60 times here.
    #[test]
    fn broken_texts_that_nest_are_read_at_once() {
        let deep = |open: &str, end: &str| {
            let brackets = open.matches(['(', '[', '{']).count();
            format!("{}{end}", open.repeat(60 / brackets))
        };
        for step in [
            format!("a(b: {}", deep("[", "1")),
            format!("if {}", deep("(", "a ==")),
            format!("if a == {}", deep("[", "")),
            format!("if any a in {} {{ }}", deep("[\"x\", ", "] +")),
            deep("if published { ", "goto"),
            deep("if a == [b { ", ""),
            deep("concurrent { branch { ", "x("),
            deep("detached { filter a where ", ""),
            format!("a(b: {}", deep("{ c: ", "")),
        ] {
            let text = format!("workflow w on event-publish {{\n{step}\n");
            let [read, expected] = both(&text).unwrap_or_else(|| panic!("too deep: {text}"));
            assert_eq!(read, expected, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]

        /// Broken texts are cut into the same pieces, too: what is reported is found by the other parser.
        #[test]
        fn both_parsers_make_the_same_of_broken_files(
            which in any::<prop::sample::Index>(),
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0..12_usize, prop::sample::select(&PIECES[..])), 1..4),
        ) {
            static TEXTS: LazyLock<Vec<String>> = LazyLock::new(texts);
            let mut text = which.get(&TEXTS).clone();
            for (at, length, piece) in edits {
                let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
                let from = at.index(boundaries.len());
                let to = (from + length).min(boundaries.len() - 1);
                text.replace_range(boundaries[from]..boundaries[to], piece);
            }
            if let Some([read, expected]) = both(&text) {
                prop_assert_eq!(read, expected);
            }
        }
    }
}
