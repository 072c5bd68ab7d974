//! Streams of events.

use std::io::{BufReader, Cursor};

use mispflow::catalogue::{Catalogue, Semantics};
use mispflow::engine::{Prepared, Settings};
use mispflow::misp;
use mispflow::php::{Parts, Value};
use mispflow::simulate::replay::{Records, usable};
use serde::Deserialize;

/// A stream is cut into the same records however much of it arrives at once, each with the line it begins on, and every
/// event among them can be run. Where nothing of it is wanted, a text is as valid or as broken as where everything is. The
/// fast reader reads what `serde_json` reads.
pub fn ndjson(input: &str) {
    let whole = records(input, 1 << 16);
    assert_eq!(records(input, 7), whole, "the buffer's size counts");
    assert!(whole.iter().zip(whole.iter().skip(1)).all(|(one, next)| one.0 <= next.0), "lines do not ascend");
    let graph = r#"{"1": {"id": 1, "data": {"id": "event-publish", "module_type": "trigger"}, "outputs": {}}}"#;
    let read = misp::read(graph).expect("a graph");
    let settings = Settings::new("w", Catalogue::built_in(), Semantics::MISP_2_5_1);
    let prepared = Prepared::of_document(&read.documents[0], &settings).expect("it can run");
    for text in whole.iter().filter_map(|(_, text)| text.as_ref().ok()) {
        let whole = Value::from_json(text);
        let passed_over = Value::parts_of_json(text, &Parts::default());
        let errors = [whole.as_ref().err(), passed_over.as_ref().err()].map(|error| error.map(ToString::to_string));
        assert_eq!(errors[0], errors[1], "what is passed over is read by other rules: {text}");
        let slow = slowly(text);
        assert_eq!(errors[0], slow.as_ref().err().map(ToString::to_string), "one of two readers takes it: {text}");
        let (Ok(data), Ok(slow)) = (whole, slow) else { continue };
        assert_eq!(format!("{data:?}"), format!("{slow:?}"), "two readers make different things of it: {text}");
        let is_event = data.get("Event").is_some_and(|event| event.as_array().is_some());
        assert!(!is_event || usable(&prepared, &data).is_ok(), "an event is refused: {text}");
    }
}

fn slowly(text: &str) -> serde_json::Result<Value<'_>> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    deserializer.disable_recursion_limit();
    let value = Value::deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

fn records(input: &str, buffer: usize) -> Vec<(usize, Result<String, String>)> {
    let reader = BufReader::with_capacity(buffer, Cursor::new(input.as_bytes().to_vec()));
    let records = Records::new(reader, "-", false).flatten();
    records.map(|record| (record.line, record.text.map_err(|error| error.to_string()))).collect()
}
