//! What holds for every file.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::base::source::Sources;

use super::compare::meaning;
use super::generate::file;
use super::{comments, format_source, formatted};

fn any_file() -> impl Strategy<Value = String> {
    (vec(any::<u8>(), 0..200), vec(any::<u8>(), 0..60)).prop_map(|(choices, layout)| file(&choices, &layout))
}

proptest! {
    #[test]
    fn formatting_keeps_the_meaning_and_the_comments(text in any_file()) {
        let once = formatted(&text);
        prop_assert_eq!(meaning(&once), meaning(&text), "{}", once);
        prop_assert_eq!(comments(&once), comments(&text), "{}", once);
    }

    #[test]
    fn formatting_twice_changes_nothing(text in any_file()) {
        let once = formatted(&text);
        prop_assert_eq!(formatted(&once), once);
    }

    #[test]
    fn the_form_is_clean(text in any_file()) {
        let once = formatted(&text);
        prop_assert!(once.is_empty() || once.ends_with('\n') && !once.ends_with("\n\n"), "{:?}", once);
        prop_assert!(!once.starts_with('\n') && !once.contains("\n\n\n") && !once.contains('\r'), "{}", once);
    }

    #[test]
    fn line_ends_and_byte_order_marks_do_not_matter(text in any_file()) {
        let lines = text.replace("\r\n", "\n");
        let expected = formatted(&lines);
        prop_assert_eq!(formatted(&lines.replace('\n', "\r\n")), expected.as_str());
        prop_assert_eq!(formatted(&format!("\u{feff}{lines}")), expected);
    }

    #[test]
    fn nothing_panics(text in "[\\PC\\r\\n\\t\"#{}()\\[\\],:@=+]{0,80}") {
        let sources = Sources::new();
        let id = sources.add("test.mwf", None, text);
        let _ = format_source(&sources, id);
    }
}
