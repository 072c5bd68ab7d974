//! Laws of PHP's values and of hash paths, on values and paths made up at random.
//!
//! `PROPTEST_CASES=1000000 cargo test --release hashpath_properties` searches longer.

use std::cmp::Ordering;

use mispflow::catalogue::Semantics;
use mispflow::condition::{Filter, Operator, Subject, matching_items};
use mispflow::core_format::normalise;
use mispflow::hashpath::{Path, check_syntax};
use mispflow::php::{Array, Key, KeyRef, Text, Value, compare, loose_equal, sorted};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Strings that PHP may take for numbers or not, names that occur in events, and anything.
fn text() -> impl Strategy<Value = String> {
    let known = vec![
        "",
        "0",
        "1",
        "-1",
        "01",
        "1.0",
        "1e1",
        "10",
        " 1",
        "1 ",
        "\n1",
        ".5",
        "5.",
        "-0",
        "0x1A",
        "INF",
        "NAN",
        "1e1000",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "true",
        "false",
        "null",
        "Event",
        "Attribute",
        "Tag",
        "name",
        "tlp:red",
        "a",
        "b",
        "é",
        "[",
        "]",
        "{n}",
        "/",
        ".",
    ];
    prop_oneof![3 => select(known).prop_map(String::from), 1 => "\\PC{0,6}"]
}

fn scalar() -> impl Strategy<Value = Value<'static>> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        select(vec![0, 1, -1, 10, i64::MAX, i64::MIN]).prop_map(Value::Int),
        any::<i64>().prop_map(Value::Int),
        select(vec![0.0, -0.0, 0.5, 1.0, 10.0, 1e15, 9.3e18, -1e300]).prop_map(Value::Float),
        any::<f64>().prop_filter("JSON has no infinity", |value| value.is_finite()).prop_map(Value::Float),
        text().prop_map(|text| Value::String(text.into())),
    ]
}

fn value() -> impl Strategy<Value = Value<'static>> {
    scalar().prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((text(), inner), 0..6).prop_map(|entries| {
                Value::Array(Array::from_entries(
                    entries.into_iter().map(|(key, value)| (Key::new(Text::from(key)), value)),
                ))
            }),
        ]
    })
}

fn array() -> impl Strategy<Value = Value<'static>> {
    value().prop_map(|value| if value.as_array().is_some() { value } else { vec![value].into() })
}

/// Keys that may be in a plain path.
fn key() -> impl Strategy<Value = String> {
    text().prop_filter("a key of a path", |key| !key.contains(['.', '[', '{', ' ', '\n']))
}

fn plain_path() -> impl Strategy<Value = String> {
    vec(key(), 1..4)
        .prop_map(|keys| keys.join("."))
        .prop_filter("not empty to PHP", |path| !matches!(path.as_str(), "" | "0"))
}

/// Paths with everything in them, sensible and not.
fn path() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        select(vec![
            "{n}",
            "{s}",
            "{*}",
            ".",
            ".",
            ".",
            "Event",
            "Attribute",
            "Tag",
            "a",
            "b",
            "0",
            "1",
            "1.0",
            " ",
            "[",
            "]",
            "[a]",
            "[a=1]",
            "[a!=b]",
            "[a>=1]",
            "[a<x]",
            "[a=]",
            "[a=/b/i]",
            "[a=/[a-z]/]",
            "[a=/(a+)+$/]",
            "[a=/(/]",
            "[=]",
            "]]",
            "é",
        ])
        .prop_map(String::from),
        text(),
    ];
    vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn equality_is_symmetric(left in value(), right in value()) {
        prop_assert_eq!(loose_equal(&left, &right), loose_equal(&right, &left));
    }

    #[test]
    fn every_value_equals_itself(value in value()) {
        prop_assert!(loose_equal(&value, &value));
        prop_assert_eq!(compare(&value, &value), Ordering::Equal);
    }

    #[test]
    fn equality_is_comparison_without_difference(left in value(), right in value()) {
        prop_assert_eq!(loose_equal(&left, &right), compare(&left, &right) == Ordering::Equal);
    }

    #[test]
    fn scalars_compare_the_other_way_round(left in scalar(), right in scalar()) {
        prop_assert_eq!(compare(&left, &right), compare(&right, &left).reverse());
    }

    #[test]
    fn a_boolean_equals_the_cast(value in value(), truth: bool) {
        prop_assert_eq!(loose_equal(&value, &Value::Bool(truth)), value.to_bool() == truth);
    }

    #[test]
    fn sorting_keeps_every_value(values in vec(value(), 0..50)) {
        let sorted = sorted(&values);
        prop_assert_eq!(sorted.len(), values.len());
        for value in &values {
            prop_assert!(sorted.iter().any(|other| std::ptr::eq(*other, value)));
        }
    }

    #[test]
    fn json_comes_back(value in value()) {
        let json = value.to_json().unwrap();
        let back = Value::from_json(&json).unwrap();
        prop_assert_eq!(&back.to_json().unwrap(), &json);
        prop_assert!(loose_equal(&back, &value));
    }

    #[test]
    fn extract_of_a_plain_path_is_the_cast_get(data in array(), path in plain_path()) {
        let path = Path::compile(&path).unwrap();
        let got = path.get(&data).unwrap().cloned().unwrap_or_default();
        prop_assert_eq!(path.extract(&data).unwrap().to_value(), Value::Array(got.to_array()));
    }

    #[test]
    fn what_is_inserted_is_got(data in array(), path in plain_path(), inserted in scalar()) {
        let path = Path::compile(&path).unwrap();
        let mut changed = data;
        path.insert(&mut changed, &inserted).unwrap();
        let got = path.get(&changed).unwrap().cloned().unwrap_or_default();
        prop_assert_eq!(got, inserted);
    }

    #[test]
    fn what_is_inserted_can_be_removed(data in array(), path in plain_path(), inserted in value()) {
        let path = Path::compile(&path).unwrap();
        let mut changed = data;
        path.insert(&mut changed, &inserted).unwrap();
        path.remove(&mut changed).unwrap();
        prop_assert!(path.get(&changed).unwrap().is_none());
        let once = changed.clone();
        path.remove(&mut changed).unwrap();
        prop_assert_eq!(changed, once);
    }

    #[test]
    fn changing_a_copy_leaves_the_original(data in array(), path in path(), inserted in value()) {
        let Ok(path) = Path::compile(&path) else { return Ok(()) };
        let before = data.to_json().unwrap();
        let mut copy = data.clone();
        let _ = path.insert(&mut copy, &inserted);
        let mut copy = data.clone();
        let _ = path.remove(&mut copy);
        prop_assert_eq!(data.to_json().unwrap(), before);
    }

    #[test]
    fn any_key_finds_what_numeric_and_named_keys_find(data in array()) {
        let found = |path: &str| Path::compile(path).unwrap().extract(&data).unwrap().len();
        let array = data.as_array().unwrap();
        prop_assert_eq!(found("{*}"), array.len());
        prop_assert_eq!(found("{s}"), array.iter().filter(|(key, _)| matches!(key, KeyRef::String(_))).count());
        let both = found("{n}") + found("{s}");
        prop_assert!(both >= array.len());
    }

    #[test]
    fn a_test_only_takes_away(data in array(), test in select(vec!["[a]", "[a=1]", "[a!=1]", "[a=/1/]", "[b>x]", "[a=]"])) {
        let extract = |text: &str| Path::compile(text).unwrap().extract(&data).map(|found| found.len());
        if let Ok(kept) = extract(&format!("{{*}}{test}")) {
            let all = extract("{*}").unwrap();
            prop_assert!(kept <= all);
        }
    }

    #[test]
    fn the_explanation_agrees_with_the_selection(data in array(), path in path()) {
        let Ok(path) = Path::compile(&path) else { return Ok(()) };
        let Ok(selected) = path.extract(&data) else { return Ok(()) };
        let emptied = path.explain(&data).unwrap();
        prop_assert_eq!(emptied.is_some(), selected.is_empty(), "{:?}", emptied);
    }

    #[test]
    fn no_path_panics(data in value(), path in path(), inserted in value()) {
        let _ = check_syntax(&path);
        let Ok(path) = Path::compile(&path) else { return Ok(()) };
        if data.as_array().is_none() {
            prop_assert!(path.extract(&data).is_err());
        }
        let _ = path.get(&data);
        let _ = path.explain(&data);
        let mut copy = data.clone();
        let _ = path.insert(&mut copy, &inserted);
        let mut copy = data;
        let _ = path.remove(&mut copy);
    }

    #[test]
    fn a_filter_keeps_a_part_and_the_same_again(
        items in array(), path in path(), operator in select(Operator::ALL.to_vec()), operand in value()
    ) {
        let Ok(path) = Path::compile(&path) else { return Ok(()) };
        let filter = Filter { path: &path, operator: Some(operator), value: &operand };
        let items = items.as_array().unwrap();
        if let Ok(kept) = matching_items(items, &filter, &Semantics::MISP_2_5_1) {
            prop_assert!(kept.iter().all(|(key, value)| items.get(key) == Some(value)));
            prop_assert_eq!(matching_items(&kept, &filter, &Semantics::MISP_2_5_1).unwrap(), kept.clone());
            let renumbered = matching_items(items, &filter, &Semantics::MISP_2_5_19).unwrap();
            prop_assert_eq!(renumbered, kept.reindexed());
        }
    }

    #[test]
    fn a_condition_and_its_opposite_exclude_each_other(subject in value(), operand in value()) {
        for (operator, opposite) in
            [(Operator::In, Operator::NotIn), (Operator::Equals, Operator::NotEquals), (Operator::InOr, Operator::NotInOr)]
        {
            let holds = operator.compare(Subject::Value(&subject), &operand);
            let fails = opposite.compare(Subject::Value(&subject), &operand);
            prop_assert!(!(holds && fails));
        }
    }

    #[test]
    fn an_array_does_what_a_list_of_pairs_does(changes in vec((text(), proptest::option::of(any::<i64>())), 0..80)) {
        let mut array = Array::new();
        let mut pairs: Vec<(Key, Value)> = Vec::new();
        for (key, value) in changes {
            let key = Key::new(Text::from(key));
            if let Some(value) = value {
                array.insert(key.clone(), value.into());
                match pairs.iter_mut().find(|(other, _)| *other == key) {
                    Some((_, place)) => *place = value.into(),
                    None => pairs.push((key, value.into())),
                }
            } else {
                array.remove(key.as_ref());
                pairs.retain(|(other, _)| *other != key);
            }
            prop_assert_eq!(array.len(), pairs.len());
        }
        prop_assert!(array.iter().eq(pairs.iter().map(|(key, value)| (key.as_ref(), value))));
        prop_assert!(pairs.iter().all(|(key, value)| array.get(key.as_ref()) == Some(value)));
    }

    #[test]
    fn normalising_twice_changes_nothing(event in array(), tags in array()) {
        let mut event = event;
        event.as_array_mut().unwrap().set("Tag", tags);
        let mut data = Array::new();
        let mut inner = Array::new();
        inner.set("Attribute", vec![event]);
        data.set("Event", inner);
        let once = normalise(&data.into(), Semantics::MISP_2_5_19).unwrap();
        prop_assert_eq!(normalise(&once, Semantics::MISP_2_5_19).unwrap(), once);
    }
}
