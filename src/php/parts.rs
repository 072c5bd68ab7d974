//! Which parts of a JSON text are read.

use super::Key;

/// Which parts of a JSON text are wanted. What is not wanted is read over: it must be as valid as the rest, and nothing of
/// it is kept.
///
/// Of what is on the way to a wanted part, objects keep all keys that are integers, and lists all entries. What is an object
/// in the text and no list stays one: then a key that is left out is there with null.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Parts {
    is_whole: bool,
    keys: Vec<(String, Parts)>,
    /// Of every entry. What is wanted under a key is wanted in addition to this.
    each: Option<Box<Parts>>,
    /// Whether everything is wanted that is under none of the keys.
    with_others: bool,
}

/// How much of something is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wanted<'p> {
    Nothing,
    Parts(&'p Parts),
    Everything,
}

/// A step on the way to a part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartStep<'p> {
    /// What is under this key.
    Key(&'p str),
    /// Every entry.
    Each,
}

impl Parts {
    /// Wants all that this way leads to; an empty way leads to everything.
    pub fn want(&mut self, way: &[PartStep<'_>]) {
        if self.is_whole {
            return;
        }
        match way.split_first() {
            None => *self = Self { is_whole: true, ..Self::default() },
            // Such a key may be the place in a list.
            Some((PartStep::Key(key), rest)) if matches!(Key::new((*key).into()), Key::String(_)) => {
                if let Some((_, parts)) = self.keys.iter_mut().find(|(known, _)| known == key) {
                    return parts.want(rest);
                }
                let mut parts = self.each.as_deref().cloned().unwrap_or_default();
                parts.want(rest);
                self.keys.push(((*key).to_owned(), parts));
            }
            Some((_, rest)) => {
                for (_, parts) in &mut self.keys {
                    parts.want(rest);
                }
                self.each.get_or_insert_default().want(rest);
            }
        }
    }

    /// Wants everything that is under none of the keys which are wanted.
    pub fn want_others(&mut self) {
        self.with_others = true;
    }

    /// About how many entries of an object are wanted.
    pub(super) fn expected(&self) -> usize {
        self.keys.len()
    }

    /// What is wanted under a key.
    pub(super) fn under(&self, key: &str) -> Wanted<'_> {
        let named = self.keys.iter().find(|(known, _)| known == key).map(|(_, parts)| parts);
        match named.or(self.each.as_deref()) {
            Some(parts) if parts.is_whole => Wanted::Everything,
            Some(parts) => Wanted::Parts(parts),
            None if self.with_others => Wanted::Everything,
            None => Wanted::Nothing,
        }
    }

    /// What is wanted of the entries of a list; `None` for everything.
    pub(super) fn of_entries(&self) -> Option<&Self> {
        self.each.as_deref().filter(|each| !each.is_whole)
    }

    /// Whether everything is wanted.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }
}

#[cfg(test)]
mod tests {
    use super::PartStep::{Each, Key};
    use super::Parts;
    use crate::php::Value;

    /// What is read of a text where this is wanted.
    fn read(json: &str, ways: &[&[super::PartStep<'_>]]) -> String {
        let mut parts = Parts::default();
        for way in ways {
            parts.want(way);
        }
        Value::parts_of_json(json, &parts).unwrap().to_json().unwrap()
    }

    #[test]
    fn what_nobody_wants_is_left_out() {
        let json = r#"{"a":{"b":1,"c":[{"d":2,"e":3},{"e":4}],"7":8},"f":[5]}"#;
        assert_eq!(read(json, &[]), "[]");
        assert_eq!(read(json, &[&[]]), json);
        assert_eq!(read(json, &[&[Key("f")]]), r#"{"f":[5]}"#);
        assert_eq!(read(json, &[&[Key("a"), Key("b")]]), r#"{"a":{"b":1,"7":8,"c":null}}"#);
        assert_eq!(read(json, &[&[Key("a"), Key("c"), Each, Key("d")]]), r#"{"a":{"c":[{"d":2},[]],"7":8,"b":null}}"#);
        assert_eq!(
            read(json, &[&[Key("a"), Key("c"), Key("0"), Key("d")], &[Key("a"), Key("c"), Each, Key("e")]]),
            r#"{"a":{"c":[{"d":2,"e":3},{"e":4}],"7":8,"b":null}}"#
        );
        // A list where nobody expects one is read.
        assert_eq!(read(json, &[&[Key("f"), Key("x")]]), r#"{"f":[5]}"#);
    }

    #[test]
    fn what_is_beside_the_keys() {
        let mut parts = Parts::default();
        parts.want(&[Key("a"), Key("b")]);
        parts.want_others();
        let read = Value::parts_of_json(r#"{"x":{"y":1},"a":{"b":2,"c":3}}"#, &parts).unwrap();
        assert_eq!(read.to_json().unwrap(), r#"{"x":{"y":1},"a":{"b":2}}"#);
    }

    #[test]
    fn every_entry_and_one_more_of_one() {
        let json = r#"{"a":{"x":1,"y":2},"b":{"x":3,"y":4}}"#;
        for ways in [[&[Each, Key("x")], &[Key("a"), Key("y")]], [&[Key("a"), Key("y")], &[Each, Key("x")]]] {
            let ways: Vec<&[super::PartStep<'_>]> = ways.iter().map(|way| &way[..]).collect();
            assert_eq!(read(json, &ways), r#"{"a":{"x":1,"y":2},"b":{"x":3}}"#);
        }
    }

    #[test]
    fn what_is_read_over_must_be_valid() {
        let mut parts = Parts::default();
        parts.want(&[Key("a")]);
        let deep = |depth: usize| format!("{{\"b\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
        for json in [
            r#"{"b": 1e999}"#,
            r#"{"b": "\ud800"}"#,
            r#"{"b": "\x"}"#,
            "{\"b\": \"\u{1}\"}",
            r#"{"b": [1,]}"#,
            r#"{"b": {"c" 1}}"#,
            r#"{"\ud800": 1}"#,
            r#"{"b": 01}"#,
            r#"{"b": tru}"#,
            r#"{"b": 1"#,
            &deep(512),
            &deep(100_000),
        ] {
            let (whole, part) = (Value::from_json(json).unwrap_err(), Value::parts_of_json(json, &parts).unwrap_err());
            assert_eq!(whole.to_string(), part.to_string(), "{json:.100}");
        }
        assert!(Value::parts_of_json(&deep(511), &parts).is_ok());
    }
}
