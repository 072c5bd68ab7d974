//! What hash paths find and change, with the oddities that users meet.

use mispflow::hashpath::{Cause, Path};
use mispflow::php::{PhpClass, Value};

const EVENT: &str = r#"{"Event": {
    "info": "Phish", "published": false, "nothing": null, "empty": [],
    "Tag": [{"name": "tlp:red", "id": "1"}, {"name": "TLP:amber", "id": "10", "local": true}, "odd"],
    "keys": {"0": "zero", "1": "one", "1.5": "string", "01": "leading", "name": "named", "2": "two"},
    "gaps": {"3": {"a": 1}, "7": {"a": 2}},
    "number": {"a": 5, "b": 1.5, "c": null, "d": ["x"], "e": "10"}
}}"#;

fn compile(path: &str) -> Path {
    Path::compile(path).expect(path)
}

fn extract(path: &str) -> String {
    let data = Value::from_json(EVENT).unwrap();
    compile(path).extract(&data).map_or_else(|thrown| thrown.to_string(), |found| found.to_value().to_json().unwrap())
}

#[test]
fn extract_finds() {
    for (path, found) in [
        ("Event.info", r#"["Phish"]"#),
        ("Event.nothing", "[]"),
        ("Event.gaps", r#"{"3":{"a":1},"7":{"a":2}}"#),
        ("Event.keys.{n}", r#"["zero","one","string","leading","two"]"#),
        ("Event.keys.{s}", r#"["string","leading","named"]"#),
        ("Event.gaps.{n}.a", "[1,2]"),
        ("Event.gaps.{*}[a>1].a", "[2]"),
        // A number finds every key that is loosely equal, but only in a path with wildcards or tests.
        ("{s}.keys.1", r#"["one","leading"]"#),
        ("{s}.keys.1.0", r#"["one","leading"]"#),
        ("{s}.keys.1e0", r#"["one","leading"]"#),
        ("Event.keys.1", r#"["one"]"#),
        ("Event.keys.1e0", "[]"),
        // A single value is taken for a list of one.
        ("Event.info.{n}", r#"["Phish"]"#),
        ("Event.info.{n}.0.{*}", r#"["Phish"]"#),
        ("Event.info.{s}", "[]"),
        ("Event.nothing.{n}", "[]"),
        ("{s}.nothing", "[null]"),
        // Tests drop what is not a list or object.
        ("Event.Tag.{n}[name].id", r#"["1","10"]"#),
        ("Event.Tag.{n}[ name ].id", "[]"),
        ("Event.Tag.{n}[name=/^tlp/].id", r#"["1"]"#),
        ("Event.Tag.{n}[name=/^tlp/i].id", r#"["1","10"]"#),
        ("Event.Tag.{n}[name=/[lt]p/].id", r#"["1"]"#),
        ("Event.Tag.{n}[name=/[lt]p/i].id", "[]"),
        ("Event.Tag.{n}[name=/(/].id", "[]"),
        ("Event.Tag.{n}[id=1e1].id", r#"["10"]"#),
        ("Event.Tag.{n}[ id = 1].id", "[]"),
        ("Event.Tag.{n}[id  <  2].id", r#"["1"]"#),
        ("Event.Tag.{n}[local=1].id", r#"["10"]"#),
        ("Event.Tag.{n}[local=true].id", r#"["10"]"#),
        ("Event.Tag.{n}[local=yes].id", "[]"),
        ("Event.Tag.{n}[local!=yes].id", r#"["10"]"#),
        // What is not a test is skipped.
        ("Event.Tag.{n}[name=].id", r#"["1","10"]"#),
        ("Event.Tag.{n}[name=tlp:red]x[id].id", r#"["1"]"#),
        ("Event.number[c].a", "[]"),
        ("Event.number[c=].a", "[5]"),
        ("Event.number[c!=x].a", "[5]"),
        ("Event.number[c<x].a", "[5]"),
        ("Event.number[d>zzz].a", "[5]"),
        ("Event.number[a=/^5$/][b=/\\./].e", r#"["10"]"#),
        (" Event . number[e>=9.5] . a ", "[5]"),
        ("Event.number[d=/x/]", "preg_match(): Argument #2 ($subject) must be of type string, array given"),
        ("Event.{x}", "[]"),
        ("Event..info", "[]"),
    ] {
        assert_eq!(extract(path), found, "{path}");
    }
    let whole = Value::from_json(EVENT).unwrap().to_json().unwrap();
    assert_eq!(extract(""), whole);
    assert_eq!(extract("0"), whole);
}

#[test]
fn get_takes_everything_for_keys() {
    let data = Value::from_json(r#"{"a": {"{n}": 1, "": 2, "x[y]": 3, "n": null}, "0": 4}"#).unwrap();
    for (path, found) in [
        ("a.{n}", Some(1)),
        ("a.", Some(2)),
        ("a.x[y]", Some(3)),
        ("0", Some(4)),
        ("a.n", None),
        ("a.{s}", None),
        ("", None),
    ] {
        assert_eq!(compile(path).get(&data).unwrap(), found.map(Value::Int).as_ref(), "{path}");
    }
    assert_eq!(compile("a").get(&Value::from("text")).unwrap_err().class, PhpClass::TypeError);
}

#[test]
fn insert_and_remove_change() {
    type Change = fn(&Path, &mut Value<'static>) -> Result<(), mispflow::php::Thrown>;
    let insert: Change = |path, data| path.insert(data, &Value::from("new"));
    let merge: Change = |path, data| path.insert(data, &Value::from_json(r#"{"x": 1, "0": 2}"#).unwrap());
    let remove: Change = |path, data| path.remove(data);
    for (change, data, path, changed) in [
        (insert, r#"{"a":1}"#, "a.b.c", r#"{"a":{"b":{"c":"new"}}}"#),
        (insert, r#"{"a":[1,2]}"#, "a.1", r#"{"a":[1,"new"]}"#),
        (insert, r#"{"a":[1,2]}"#, "a.5", r#"{"a":{"0":1,"1":2,"5":"new"}}"#),
        (insert, "[]", "", r#"{"":"new"}"#),
        (insert, r#"{"a":[{"b":1},{}]}"#, "a.{n}.b", r#"{"a":[{"b":"new"},{"b":"new"}]}"#),
        (insert, r#"{"a":[{"b":1},{"b":2}]}"#, "a.{n}[b=2].c", r#"{"a":[{"b":1},{"b":2,"c":"new"}]}"#),
        (insert, r#"{"a":[1]}"#, "a.{n}.b", "Hash::insert(): Argument #1 ($data) must be of type array, int given"),
        (insert, r#"{"a":[1]}"#, "a.{n}[b]", "Hash::_matches(): Argument #1 ($data) must be of type array, int given"),
        (insert, r#"{"a":["x"]}"#, "a.{n}", "array_merge(): Argument #1 must be of type array, string given"),
        (merge, r#"{"a":[{"x":0,"5":7}]}"#, "a.{n}", r#"{"a":[{"x":1,"0":7,"1":2}]}"#),
        (merge, r#"{"a":[[7]]}"#, "a.{n}.0", r#"{"a":[{"0":7,"x":1,"1":2}]}"#),
        (remove, r#"{"a":{"b":1,"c":2}}"#, "a.b", r#"{"a":{"c":2}}"#),
        (remove, r#"{"a":[1,2,3]}"#, "a.1", r#"{"a":{"0":1,"2":3}}"#),
        (remove, r#"{"a":[1,2,3]}"#, "a.2", r#"{"a":[1,2]}"#),
        (remove, r#"{"a":"text"}"#, "a.0", r#"{"a":"text"}"#),
        (remove, r#"{"a":"text"}"#, "a.0.b", "Cannot create references to/from string offsets"),
        (remove, r#"{"a":"text"}"#, "a.9.b", r#"{"a":"text"}"#),
        (remove, r#"{"a":[1,[],[2]]}"#, "a.{n}", r#"{"a":{"2":[2]}}"#),
        (remove, r#"{"a":[{"b":1},{"b":2,"c":3},[]]}"#, "a.{n}.b", r#"{"a":{"1":{"c":3}}}"#),
        (remove, r#"{"a":[{"b":1},{"b":2}]}"#, "a.{n}[b=1]", r#"{"a":{"1":{"b":2}}}"#),
        (remove, r#"{"a":[{"b":1}]}"#, "a.{n}[b=1]", "[]"),
        (remove, r#"{"a":[{"b":1,"c":2},{"b":2,"c":3}]}"#, "a.{n}[b=1].c", r#"{"a":[{"b":1},{"b":2,"c":3}]}"#),
    ] {
        let mut value = Value::from_json(data).unwrap();
        let result =
            change(&compile(path), &mut value).map_or_else(|thrown| thrown.to_string(), |()| value.to_json().unwrap());
        assert_eq!(result, changed, "{path} on {data}");
    }
}

#[test]
fn an_empty_selection_is_explained() {
    let data = Value::from_json(EVENT).unwrap();
    for (path, segment, cause, there) in [
        ("Event.nope", 1, Cause::Key, 1),
        ("Nope.Tag.{n}", 0, Cause::Key, 1),
        ("Event.nothing", 1, Cause::Null, 1),
        ("Event.empty", 1, Cause::Empty, 1),
        ("Event.info.name", 2, Cause::Key, 1),
        ("Event.Tag.{n}.nope", 3, Cause::Key, 3),
        ("Event.Tag.{s}", 2, Cause::Key, 1),
        ("Event.info[x]", 1, Cause::NoArray, 1),
        ("Event.Tag.{n}[name][id=3].name", 2, Cause::Test(1, 19..25), 2),
    ] {
        let path = compile(path);
        let emptied = path.explain(&data).unwrap().expect("nothing matches");
        assert_eq!((emptied.segment, emptied.cause, emptied.there.len()), (segment, cause, there), "{path}");
    }
    assert!(compile("Event.Tag.{n}.name").explain(&data).unwrap().is_none());
}
