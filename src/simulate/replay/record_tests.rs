use std::io::{self, Read};

use proptest::prelude::*;

use super::*;

/// Gives so many bytes at a time.
struct Slow<'t>(&'t [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.1.min(self.0.len()).min(buffer.len());
        buffer[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

type Found = (Option<usize>, usize, Result<String, String>);

fn found(reader: impl Read, limit: usize) -> Vec<Found> {
    found_in(reader, limit, true)
}

fn found_in(reader: impl Read, limit: usize, may_wait: bool) -> Vec<Found> {
    let records = Records::with_limit(reader, "-", may_wait, limit).flatten();
    records.map(|record| (record.index, record.line, record.text.map_err(|error| error.to_string()))).collect()
}

/// What is found however the text arrives.
#[track_caller]
fn records(text: &str, limit: usize) -> Vec<Found> {
    let whole = found(text.as_bytes(), limit);
    for step in [1, 7, 64] {
        let parts = found(Slow(text.as_bytes(), step), limit);
        assert_eq!(parts.len(), whole.len(), "{step} bytes at a time: {parts:?}");
        for (part, whole) in parts.iter().zip(&whole) {
            // Of what is broken as much is handed on as shows it, which may be more where the line is there already.
            let is_same = match (&part.2, &whole.2) {
                (Ok(part), Ok(whole)) => whole.starts_with(&**part),
                (part, whole) => part == whole,
            };
            assert!(is_same && (part.0, part.1) == (whole.0, whole.1), "{step} bytes at a time: {part:?}, {whole:?}");
        }
    }
    whole
}

/// Line and text of each entry; an exclamation mark before what lies between entries and before other problems.
#[track_caller]
fn entries(text: &str) -> Vec<(usize, String)> {
    let mut number = 0;
    let entries = records(text, 10_000).into_iter().map(|(index, line, text)| {
        if let Some(index) = index {
            number += 1;
            assert_eq!(index, number);
        }
        (line, text.unwrap_or_else(|error| format!("!{error}")))
    });
    entries.collect()
}

fn own(expected: &[(usize, &str)]) -> Vec<(usize, String)> {
    expected.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
}

#[test]
fn one_a_line() {
    let expected = own(&[(1, r#"{"a": 1}"#), (3, r#"{"b": "}{"}"#), (4, "3")]);
    assert_eq!(entries("{\"a\": 1}\r\n\n{\"b\": \"}{\"}\n3"), expected);
    assert_eq!(entries("\u{feff}{}\n"), own(&[(1, "{}")]));
    assert_eq!(entries(" \n\n"), []);
    assert_eq!(entries("{}{\"a\": {}} {}\n{}"), own(&[(1, "{}"), (1, "{\"a\": {}}"), (1, "{}"), (2, "{}")]));
}

#[test]
fn one_over_several_lines() {
    let pretty = "{\n  \"a\": [\n    {\n    }\n  ]\n}";
    assert_eq!(entries(&format!("{pretty}\n{pretty}\n")), own(&[(1, pretty), (7, pretty)]));
    let flush = "{\n\"a\": [\n{\n\"b\": 1\n},\n{\n}\n]\n}";
    assert_eq!(entries(&format!("{flush}\n{flush}")), own(&[(1, flush), (10, flush)]));
}

#[test]
fn lists_give_their_entries() {
    let expected = own(&[(2, r#"{"a": 1}"#), (3, r#"{"b": 2}"#)]);
    assert_eq!(entries("[\n{\"a\": 1},\n{\"b\": 2}\n]"), expected);
    assert_eq!(entries("{\"response\":[\n{\"a\": 1},\n{\"b\": 2}\n]}"), expected);
    assert_eq!(
        entries("{\"page\": {\"response\": []},\n \"response\" : [{\"a\": 1}], \"x\": [1]}\n2"),
        own(&[(2, r#"{"a": 1}"#), (3, "2")])
    );
    assert_eq!(
        entries("[1, \"a\", null]\n[[{}], {\"response\": [{}]}]"),
        own(&[(1, "1"), (1, "\"a\""), (1, "null"), (2, "{}"), (2, "{}")])
    );
    let event = r#"{"Event": {}, "response": [1]}"#;
    assert_eq!(entries(event), own(&[(1, event)]));
}

#[test]
fn a_cut_line_costs_nothing_else() {
    let good = r#"{"Event": {"info": "b"}}"#;
    for cut in [
        r#"{"Event": {"info": "cut"#,
        r#"{"Event": {"info": "cut\"#,
        r#"{"Event": {"info": "#,
        r#"{"Event": {"info""#,
        r#"{"Event": {"info": "x", "#,
        r#"{"Event": {"Tag": ["#,
        r#"{"Event": {"Tag": [{"name": "x"}"#,
        r#"{"Event""#,
        r#"{"Event": {"info": "a"}}}"#,
        r#"{"Event": {"info": "say "hi""}}"#,
        r#"{"Event": nul,}"#,
        "}",
        "nope at all",
        r#"{"Event": {"info": "a"}},"#,
    ] {
        for (between, more) in [
            ("\n", &[][..]),
            ("\n\n\n", &[]),
            ("\nnull\n", &["null"]),
            ("\n\n5\n[]\n", &["5", "!this list is empty, so there is no event in it"]),
        ] {
            let text = format!("{good}\n{cut}{between}{good}\n{good}\n");
            let texts: Vec<String> = entries(&text).into_iter().map(|(_, text)| text).collect();
            let mut expected = vec![good, cut];
            expected.extend(more);
            expected.extend([good, good]);
            assert_eq!(texts.len(), expected.len(), "{text}\n{texts:#?}");
            // Of what is broken as much is handed on as shows it.
            let is_right = |(found, expected): (&String, &&str)| {
                found == expected || (expected == &cut && cut.starts_with(&**found))
            };
            assert!(texts.iter().zip(&expected).all(is_right), "{text}\n{texts:#?}");
        }
    }
}

#[test]
fn a_broken_entry_of_a_list_costs_nothing_else() {
    let related = r#""RelatedEvent": [{"Event": {"id": "7"}}, {"Event": {"id": "8"}}]"#;
    let good = format!(r#"{{"Event": {{"info": "b", "Tag": [{{"name": "x"}}], {related}}}}}"#);
    for cut in [
        r#"{"Event": {"info": "cut"#.to_owned(),
        r#"{"Event": {"info": "#.into(),
        r#"{"Event": {"info": "x", "#.into(),
        r#"{"Event": {"info": "a"}}}"#.into(),
        r#"{"Event": {"info": "say "hi""}}"#.into(),
        r#"{"Event": nul nul}"#.into(),
        "nope".into(),
        "null".into(),
        "}".into(),
        String::new(),
        format!(r#"{{"Event": {{"info": nul nul, {related}}}}}"#),
        format!(r#"{{"Event": {{"Tag": [{{"name": "x" "y"}}], {related}}}}}"#),
    ] {
        for (open, comma, close) in [
            ("[", ",", "]"),
            ("[\n", ",\n", "\n]\n"),
            ("{\"response\": [", ", ", "]}"),
            ("{\"response\":[\n", ",\n", "\n]}\n"),
            ("[\n  ", ",\n  ", "\n]"),
        ] {
            let all = [good.as_str(), good.as_str(), cut.as_str(), good.as_str(), good.as_str()];
            let text = format!("{open}{}{close}", all.join(comma));
            let texts: Vec<String> = entries(&text).into_iter().map(|(_, text)| text).collect();
            assert_eq!(texts.len(), 5, "{text}\n{texts:#?}");
            for (index, found) in texts.iter().enumerate() {
                assert_eq!(found == &good, index != 2, "{text}\n{texts:#?}");
            }
        }
    }
}

#[test]
fn a_broken_event_over_several_lines_costs_nothing_else() {
    for (indent, newline) in [("  ", "\n"), ("", "\n"), ("\t", "\r\n")] {
        let pretty = |tag: &str| {
            [
                "{",
                &format!("{indent}\"Event\": {{"),
                &format!("{indent}{indent}\"Tag\": ["),
                &format!("{indent}{indent}{indent}{tag}"),
                &format!("{indent}{indent}{indent}{{"),
                &format!("{indent}{indent}{indent}{indent}\"name\": \"x\""),
                &format!("{indent}{indent}{indent}}}"),
                &format!("{indent}{indent}]"),
                &format!("{indent}}}"),
                "}",
            ]
            .join(newline)
        };
        let good = pretty("{ },");
        for wrong in ["{ ", "}", "nul nul,", "\"x,", "{ }"] {
            let bad = pretty(wrong);
            let text = [good.as_str(), &bad, &good, &good].join(newline);
            let texts: Vec<String> = entries(&text).into_iter().map(|(_, text)| text).collect();
            assert_eq!(texts.len(), 4, "{text}\n{texts:#?}");
            assert_eq!(texts.iter().filter(|text| **text == good).count(), 3, "{text}\n{texts:#?}");
            let list = format!("[{newline}{text}{newline}]")
                .replace(&format!("{newline}}}{newline}{{"), &format!("{newline}}},{newline}{{"));
            let texts: Vec<String> = entries(&list).into_iter().map(|(_, text)| text).collect();
            assert_eq!(texts.iter().filter(|text| **text == good).count(), 3, "{list}\n{texts:#?}");
            assert_eq!(texts.len(), 4, "{list}\n{texts:#?}");
        }
    }
}

#[test]
fn two_cut_lines_are_two() {
    let text = "{\"Event\": {\"info\": \"cut\n{\"Event\": {\"info\": [\n{\"Event\": {}}\n";
    assert_eq!(
        entries(text),
        own(&[(1, r#"{"Event": {"info": "cut"#), (2, r#"{"Event": {"info": ["#), (3, r#"{"Event": {}}"#)])
    );
}

#[test]
fn lists_that_do_not_end_as_they_should() {
    let unclosed =
        "!the list that begins in line 1 is cut off or does not end as it should; the entries before are used";
    let comma = "!a comma is missing before this entry of the list; the entries on both sides are used";
    let missing = "!an entry of the list is missing: there is nothing after the comma";
    let empty = "!this list is empty, so there is no event in it";
    for (text, expected) in [
        ("[{}, {}", &["{}", "{}", unclosed][..]),
        ("[{}\n", &["{}", unclosed]),
        ("[", &[unclosed]),
        ("[{} {}]", &["{}", comma, "{}"]),
        ("[{},]", &["{}", missing]),
        ("[{},,{}]", &["{}", missing, "{}"]),
        ("[]", &[empty]),
        ("{\"response\": []}\n{}", &[empty, "{}"]),
        ("{\"response\": [{}]]\n{}", &["{}", unclosed, "]", "{}"]),
        ("{\"response\": [{}]", &["{}", unclosed]),
        ("[{}]]\n{}", &["{}", "]", "{}"]),
    ] {
        let texts: Vec<String> = entries(text).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, expected, "{text}");
    }
}

#[test]
fn what_is_too_large_is_left_out() {
    let long = format!("{{\"a\": \"{}\"}}", "x".repeat(100));
    let large = || Err("the event is larger than 256 MiB".to_owned());
    assert_eq!(records(&format!("{long}\n{{}}\n"), 50), [(Some(1), 1, large()), (Some(2), 2, Ok("{}".into()))]);
    assert_eq!(
        records(&format!("[{long},\n{{}},{long}]"), 50),
        [(Some(1), 1, large()), (Some(2), 2, Ok("{}".into())), (Some(3), 2, large())]
    );
}

#[test]
fn bytes_that_are_no_text() {
    let reader = &b"{\"a\": \"\xFF\"}\n{}\n"[..];
    let found: Vec<_> = Records::new(reader, "-", false).flatten().collect();
    assert!(matches!(found[0].text, Err(RecordError::NotUtf8)));
    assert!(found[1].text.is_ok());
    let compressed: Vec<_> = Records::new(&b"\x1f\x8b\x08\n{}\n"[..], "-", false).flatten().collect();
    assert!(matches!(compressed[..], [Record { text: Err(RecordError::ForeignForm(_)), .. }]));
}

/// A pipe gives what it has.
#[test]
fn what_is_there_is_not_held_back() {
    let mut records = Records::new(Slow(b"{\"a\":\n1}\n{\"b\": 2}\n", 9), "-", true);
    assert_eq!(records.next().unwrap().len(), 1);
    assert_eq!(records.next().unwrap().len(), 1);
    assert!(records.next().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Of a file whole lines are looked at in any case, also of one that is broken.
    #[test]
    fn a_file_is_the_same_however_it_is_read(pieces in prop::collection::vec(prop::sample::select(PIECES), 1..12)) {
        let text = pieces.concat();
        let whole = found_in(text.as_bytes(), 10_000, false);
        for step in [1, 7, 64] {
            prop_assert_eq!(&found_in(Slow(text.as_bytes(), step), 10_000, false), &whole, "{} bytes at a time", step);
        }
    }

    /// Where nothing is broken, a pipe gives what a file gives.
    #[test]
    fn whole_events_are_the_same_from_a_pipe(events in prop::collection::vec(prop::sample::select(EVENTS), 1..12)) {
        records(&events.concat(), 10_000);
    }
}

const EVENTS: &[&str] = &[
    "{}",
    "{}\n",
    " {\"a\": \"x}\\\"} y\"}\n",
    "{\"Event\": {\"id\": \"}\"}}\r\n\n",
    "{\"a\":\n{}}\n",
    "{\"response\": [{}, {}]}\n",
    "[{\"a}\": 1},\n{}]",
];

const PIECES: &[&str] = &[
    "{\"Event\": {\"id\": 1}}",
    "{}",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    "\n\n",
    " ",
    "\r\n",
    "\"a\"",
    "\"response\"",
    "1",
    "{\"a\": {}",
    "{\"response\": [{}]}",
    "{\"a\": \"}\"}",
    "\"",
    "\\",
    "{\"Event\": {\"a\": [1, {}]}}\n",
    "null",
];

/// An event on one line that is longer than what is read at once, and one that is longer than what is looked at.
#[test]
fn long_lines() {
    for length in [300_000, 9_000_000] {
        let long = format!("{{\"Event\": {{\"info\": \"{}\"}}}}", "x".repeat(length));
        let text = format!("{{}}\n{long}\n\n{long} \n{{\"a\":\n1}}\n{long}{{}}");
        let whole = found_in(text.as_bytes(), MAX_EVENT_BYTES, false);
        assert_eq!(whole.iter().map(|found| found.1).collect::<Vec<_>>(), [1, 2, 4, 5, 7, 7]);
        assert_eq!(whole[1].2.as_ref().unwrap(), &long);
        assert!(whole == found(text.as_bytes(), MAX_EVENT_BYTES));
    }
}

/// Input that is made to be looked at again and again.
#[test]
fn broken_entries_do_not_take_long() {
    for line in ["{\"a\":[\n", "{\"Event\":{\"a\":[\n", "[{\"Event\":\n", "{\"Event\": 1},{\n", "{\"a\n", "[\n{\n"] {
        let text = line.repeat(100_000 / line.len());
        let records: usize = Records::new(text.as_bytes(), "-", false).map(|batch| batch.len()).sum();
        assert!(records > 0);
    }
    let blanks = " ".repeat(1_000_000);
    for (value, count, end) in [
        ("{\"a\": 1}", 200_000, ""),
        ("{}", 200_000, "\n"),
        ("{}", 200_000, &*blanks),
        ("{}", 200_000, &*blanks.replace(' ', "\n")),
    ] {
        let many = format!("{}{end}", value.repeat(count));
        assert_eq!(Records::new(many.as_bytes(), "-", false).map(|batch| batch.len()).sum::<usize>(), count);
    }
    for text in ["}x", "\\\"}", "} \\\\"] {
        let braces = format!("{{\"a\": \"{}\"}}\n{{}}\n", text.repeat(500_000));
        assert_eq!(Records::new(braces.as_bytes(), "-", false).map(|batch| batch.len()).sum::<usize>(), 2);
    }
}
