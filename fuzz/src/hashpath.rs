//! Hash paths on any data.

use mispflow::catalogue::Semantics;
use mispflow::condition::{Filter, Operator, Subject, matching_items};
use mispflow::core_format::normalise;
use mispflow::hashpath::{Path, check_syntax};
use mispflow::php::{Value, loose_equal};

/// No panic, no hang, and the laws that always hold.
///
/// The first line is the path, the second a value, the rest the data as JSON.
pub fn hashpath(input: &str) {
    let mut parts = input.splitn(3, '\n');
    let path = parts.next().unwrap_or_default();
    let operand = Value::from(parts.next().unwrap_or_default());
    let Ok(data) = Value::from_json(parts.next().unwrap_or_default()) else { return };
    let json = data.to_json().expect("what was read can be written");

    assert_eq!(loose_equal(&data, &operand), loose_equal(&operand, &data));
    let _ = check_syntax(path);
    let Ok(path) = Path::compile(path) else { return };
    let _ = path.get(&data);
    if let Ok(selected) = path.extract(&data) {
        assert_eq!(selected.is_empty(), path.explain(&data).expect("as extract").is_some());
        for operator in Operator::ALL {
            let _ = operator.compare(Subject::Extracted(&selected), &operand);
            let _ = operator.compare(Subject::Value(&data), &selected.to_value());
            let _ = operator.holds(&path, &data, &operand);
        }
    }
    if let Some(items) = data.as_array() {
        for operator in Operator::ALL {
            let filter = Filter { path: &path, operator: Some(operator), value: &operand };
            let _ = matching_items(items, &filter, &Semantics::MISP_2_5_1);
        }
    }
    let _ = path.insert(&mut data.clone(), &operand);
    let _ = path.insert(&mut data.clone(), &data);
    let _ = path.remove(&mut data.clone());
    if let Ok(once) = normalise(&data, Semantics::MISP_2_5_19) {
        assert_eq!(normalise(&once, Semantics::MISP_2_5_19).as_ref(), Ok(&once));
    }
    assert_eq!(data.to_json().expect("as before"), json, "a copy was changed through another");
}
