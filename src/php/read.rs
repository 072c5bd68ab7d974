//! Reads JSON that is valid, fast.
//!
//! It is made for the events of MISP: long lists of objects with the same keys in the same order, whose strings rarely have
//! escapes. What it cannot read it leaves to the reader in `json.rs`, which says what is wrong. It takes nothing that the other
//! refuses, and makes the same of what both take. A property test holds them to that, also where only parts are wanted, and
//! the fuzz target `ndjson` where everything is.

use std::mem;

use crate::base::json_bytes::plain_end;

use super::json::{MAX_DEPTH, number};
use super::object::{Object, USUAL};
use super::parts::{Parts, Wanted};
use super::{Array, Key, KeyRef, Text, Value};

/// Integers with up to so many digits fit into 64 bits.
const SHORT_DIGITS: usize = 18;

/// The value of a JSON text, without what nobody wants; `None` if the other reader has to look at it.
pub(super) fn read<'a>(text: &'a str, parts: Option<&Parts>) -> Option<Value<'a>> {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, unescaped: String::new() };
    let value = reader.value(0, parts, None)?;
    reader.skip_blanks();
    (reader.at == text.len()).then_some(value)
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Room for a string with escapes.
    unescaped: String,
}

impl<'a> Reader<'a> {
    #[inline]
    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    /// The next byte that is not a blank; the reader stays before it.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        let byte = self.byte()?;
        if byte > b' ' {
            return Some(byte);
        }
        self.skip_blanks();
        self.byte()
    }

    /// Goes over this byte, and blanks before it.
    #[inline]
    fn take(&mut self, wanted: u8) -> Option<()> {
        if self.next()? != wanted {
            return None;
        }
        self.at += 1;
        Some(())
    }

    /// Goes over a comma, and says whether there was one; else over what closes.
    #[inline]
    fn goes_on(&mut self, close: u8) -> Option<bool> {
        let byte = self.next()?;
        self.at += 1;
        match byte {
            b',' => Some(true),
            _ if byte == close => Some(false),
            _ => None,
        }
    }

    /// Goes over what opens, and what closes if nothing is between; says whether something is.
    fn opens(&mut self, close: u8) -> Option<bool> {
        self.at += 1;
        let is_filled = self.next()? != close;
        self.at += usize::from(!is_filled);
        Some(is_filled)
    }

    /// A value. `like` is one that it may resemble.
    fn value(&mut self, depth: usize, parts: Option<&Parts>, like: Option<&Value<'a>>) -> Option<Value<'a>> {
        match self.next()? {
            b'"' => self.string().map(Value::String),
            b'{' => self.object(deeper(depth)?, parts, like),
            b'[' => self.list(deeper(depth)?, parts, like),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Null),
            _ => self.number(),
        }
    }

    #[inline]
    fn word<T>(&mut self, word: &str, value: T) -> Option<T> {
        self.bytes[self.at..].starts_with(word.as_bytes()).then(|| {
            self.at += word.len();
            value
        })
    }

    fn number(&mut self) -> Option<Value<'a>> {
        let rest = &self.bytes[self.at..];
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let length = rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        let start = self.at;
        self.at += length;
        match &rest[..length] {
            [] => None,
            [b'0'] => Some(Value::Int(0)),
            [first @ b'1'..=b'9', more @ ..] if length <= SHORT_DIGITS && more.iter().all(u8::is_ascii_digit) => {
                let digit = |byte: u8| i64::from(byte - b'0');
                Some(Value::Int(more.iter().fold(digit(*first), |number, byte| number * 10 + digit(*byte))))
            }
            _ => number(self.text.get(start..self.at)?),
        }
    }

    /// A string.
    #[inline]
    fn string(&mut self) -> Option<Text<'a>> {
        match self.plain_string() {
            Some(text) => Some(Text::Borrowed(text)),
            None => self.escaped_string(),
        }
    }

    /// A string without escapes; else the reader stays before it.
    #[inline]
    fn plain_string(&mut self) -> Option<&'a str> {
        let start = self.at + 1;
        let end = plain_end(self.bytes, start);
        if self.bytes.get(end) != Some(&b'"') {
            return None;
        }
        self.at = end + 1;
        self.text.get(start..end)
    }

    /// A string that may have escapes.
    fn escaped_string(&mut self) -> Option<Text<'a>> {
        let mut text = mem::take(&mut self.unescaped);
        text.clear();
        let read = self.unescape(|part| text.push_str(part));
        let shared = Text::Shared(text.as_str().into());
        self.unescaped = text;
        read.map(|()| shared)
    }

    /// Goes over a string and hands on what it stands for, part by part.
    fn unescape(&mut self, mut take: impl FnMut(&str)) -> Option<()> {
        self.at += 1;
        loop {
            let end = plain_end(self.bytes, self.at);
            take(self.text.get(self.at..end)?);
            self.at = end + 1;
            match self.bytes.get(end)? {
                b'"' => return Some(()),
                b'\\' => {}
                // A control character, which the other reader refuses.
                _ => return None,
            }
            let escape = self.byte()?;
            self.at += 1;
            let mut room = [0; 4];
            take(match escape {
                b'"' => "\"",
                b'\\' => "\\",
                b'/' => "/",
                b'b' => "\u{8}",
                b'f' => "\u{c}",
                b'n' => "\n",
                b'r' => "\r",
                b't' => "\t",
                b'u' => self.unicode()?.encode_utf8(&mut room),
                _ => return None,
            });
        }
    }

    /// The character of an escape, after its `u`. Those beyond the first plane take two.
    fn unicode(&mut self) -> Option<char> {
        let first = self.unit()?;
        if !(0xd800..0xdc00).contains(&first) {
            // Not one that is the second of two.
            return char::from_u32(first);
        }
        if !self.bytes[self.at..].starts_with(b"\\u") {
            return None;
        }
        self.at += 2;
        let second = self.unit()?.checked_sub(0xdc00).filter(|second| *second < 0x400)?;
        char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + second)
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + 4)?;
        self.at += 4;
        digits.iter().try_fold(0, |unit, digit| Some((unit << 4) | char::from(*digit).to_digit(16)?))
    }

    #[inline]
    fn skip_string(&mut self) -> Option<()> {
        let end = plain_end(self.bytes, self.at + 1);
        if self.bytes.get(end) != Some(&b'"') {
            return self.unescape(|_| {});
        }
        self.at = end + 1;
        Some(())
    }

    /// The key that is known, if it comes next.
    #[inline]
    fn known_key(&mut self, known: &Key<'a>) -> Option<&'a str> {
        // A key that was borrowed is written as it is.
        let Key::String(Text::Borrowed(name)) = known else { return None };
        let rest = self.bytes[self.at..].strip_prefix(b"\"")?.strip_prefix(name.as_bytes())?;
        if rest.first() != Some(&b'"') {
            return None;
        }
        self.at += name.len() + 2;
        Some(name)
    }

    fn object(&mut self, depth: usize, parts: Option<&Parts>, like: Option<&Value<'a>>) -> Option<Value<'a>> {
        if !self.opens(b'}')? {
            return Some(Array::new().into());
        }
        if let Some(parts) = parts {
            return self.parts_of_object(depth, parts);
        }
        let like = like.and_then(Value::as_array).map_or(&[][..], Array::named_entries);
        let mut object = if like.is_empty() { Object::new() } else { Object::with_room(like.len()) };
        let mut is_alike = true;
        loop {
            if self.next()? != b'"' {
                return None;
            }
            // Names and texts stay in registers up to the place where they are kept: to put an entry together in memory and
            // then move it takes half as long again as all the rest.
            let known = like.get(object.len()).filter(|_| is_alike);
            if let Some((known, value)) = known
                && let Some(name) = self.known_key(known)
            {
                // The keys so far are those of an array, where none comes twice.
                self.take(b':')?;
                let text = if self.next()? == b'"' { self.plain_string() } else { None };
                match text {
                    Some(text) => object.add_new_text(name, text),
                    None => object.add_new(name, self.value(depth, None, Some(value))?),
                }
            } else {
                is_alike = false;
                let key = Key::new(self.string()?);
                self.take(b':')?;
                object.add(key, self.value(depth, None, None)?);
            }
            if !self.goes_on(b'}')? {
                return Some(object.into_array().into());
            }
        }
    }

    fn parts_of_object(&mut self, depth: usize, parts: &Parts) -> Option<Value<'a>> {
        let mut object = Object::with_room(parts.expected().min(USUAL));
        let (mut has_numbers, mut left_out) = (false, None);
        loop {
            if self.next()? != b'"' {
                return None;
            }
            let plain = self.plain_string();
            let name = match plain {
                Some(name) => Text::Borrowed(name),
                None => self.escaped_string()?,
            };
            self.take(b':')?;
            let wanted = match KeyRef::new(plain.unwrap_or(&name)) {
                KeyRef::String(name) => parts.under(name),
                KeyRef::Int(_) => {
                    has_numbers = true;
                    Wanted::Everything
                }
            };
            match wanted {
                Wanted::Nothing => {
                    match self.next()? {
                        b'"' => self.skip_string()?,
                        _ => self.skip(depth)?,
                    }
                    if left_out.is_none() {
                        left_out = Some(name);
                    }
                }
                Wanted::Parts(parts) => object.add(Key::new(name), self.value(depth, Some(parts), None)?),
                Wanted::Everything => object.add(Key::new(name), self.value(depth, None, None)?),
            }
            if !self.goes_on(b'}')? {
                break;
            }
        }
        if let Some(name) = left_out.filter(|_| has_numbers) {
            // With the numbers alone it could be a list.
            object.add(Key::new(name), Value::Null);
        }
        Some(object.into_array().into())
    }

    fn list(&mut self, depth: usize, parts: Option<&Parts>, like: Option<&Value<'a>>) -> Option<Value<'a>> {
        let mut values = Vec::new();
        if !self.opens(b']')? {
            return Some(values.into());
        }
        let parts = parts.and_then(Parts::of_entries);
        let like = like.and_then(|like| like.as_array()?.values().next());
        loop {
            let value = self.value(depth, parts, values.last().or(like))?;
            values.push(value);
            if !self.goes_on(b']')? {
                return Some(values.into());
            }
        }
    }

    /// Goes over a value that nobody wants.
    fn skip(&mut self, depth: usize) -> Option<()> {
        match self.next()? {
            b'"' => self.skip_string(),
            b'{' => {
                let depth = deeper(depth)?;
                if !self.opens(b'}')? {
                    return Some(());
                }
                loop {
                    if self.next()? != b'"' {
                        return None;
                    }
                    self.skip_string()?;
                    self.take(b':')?;
                    self.skip(depth)?;
                    if !self.goes_on(b'}')? {
                        return Some(());
                    }
                }
            }
            b'[' => {
                let depth = deeper(depth)?;
                if !self.opens(b']')? {
                    return Some(());
                }
                loop {
                    self.skip(depth)?;
                    if !self.goes_on(b']')? {
                        return Some(());
                    }
                }
            }
            b't' => self.word("true", ()),
            b'f' => self.word("false", ()),
            b'n' => self.word("null", ()),
            _ => self.number().map(drop),
        }
    }
}

/// How deep something is that is in something.
fn deeper(depth: usize) -> Option<usize> {
    (depth < MAX_DEPTH).then_some(depth + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use serde_json::Value as Json;

    use super::{Object, read};
    use crate::php::parts::Wanted;
    use crate::php::{KeyRef, PartStep, Parts, Text, Value};

    const KEYS: [&str; 12] =
        ["id", "uuid", "type", "Tag", "0", "1", "-7", "", "a\\u0062", "say \\\"x", "é", "a \\ud800"];
    const WORDS: [&str; 26] = [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1",
        "42",
        "-42",
        "01",
        "-",
        "1.",
        "1.5",
        "-1e3",
        "1E+2",
        "1e999",
        "nul",
        "123456789012345678",
        "1234567890123456789",
        "9223372036854775808",
        "\"\"",
        "\"abcdefgh\"",
        "\"abcdefg\\n\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "\"\t\"",
        "\"l'été\u{2028}\"",
    ];

    /// JSON, or nearly.
    fn json() -> impl Strategy<Value = String> {
        let word = select(&WORDS[..]).prop_map(str::to_owned);
        word.prop_recursive(5, 60, 6, |inside| {
            let blanks = || prop_oneof![8 => Just(""), 1 => Just(" "), 1 => Just("\n\t\r ")];
            let entry = (blanks(), select(&KEYS[..]), blanks(), inside.clone())
                .prop_map(|(before, key, after, value)| format!("{before}\"{key}\"{after}:{before}{value}{after}"));
            let object = prop::collection::vec(entry, 0..6).prop_map(|entries| format!("{{{}}}", entries.join(",")));
            let list = prop::collection::vec(inside, 0..4).prop_map(|entries| format!("[{}]", entries.join(" ,")));
            // The same keys several times, as in lists of attributes.
            let alike =
                (object.clone(), prop::collection::vec(select(&WORDS[..]), 1..4)).prop_map(|(object, words)| {
                    let others = words.iter().map(|word| object.replacen("null", word, 1).replacen("42", word, 1));
                    format!("[{object},{}]", others.collect::<Vec<_>>().join(","))
                });
            prop_oneof![object, list, alike]
        })
    }

    fn parts() -> impl Strategy<Value = Parts> {
        let step = prop_oneof![select(&KEYS[..8]).prop_map(PartStep::Key), Just(PartStep::Each)];
        let ways = prop::collection::vec(prop::collection::vec(step, 1..4), 0..4);
        (ways, any::<bool>()).prop_map(|(ways, with_others)| {
            let mut parts = Parts::default();
            for way in &ways {
                parts.want(way);
            }
            if with_others {
                parts.want_others();
            }
            parts
        })
    }

    /// What is wanted of some JSON, found out in another way.
    fn wanted(json: &Json, parts: &Parts) -> Json {
        match json {
            Json::Array(entries) => entries
                .iter()
                .map(|entry| parts.of_entries().map_or(entry.clone(), |each| wanted(entry, each)))
                .collect(),
            Json::Object(entries) => {
                let is_number = |key: &str| matches!(KeyRef::new(key), KeyRef::Int(_));
                let of_entry = |(key, value): (&String, &Json)| {
                    let wanted = match if is_number(key) { Wanted::Everything } else { parts.under(key) } {
                        Wanted::Everything => value.clone(),
                        Wanted::Parts(parts) => wanted(value, parts),
                        Wanted::Nothing => return None,
                    };
                    Some((key.clone(), wanted))
                };
                let mut kept: serde_json::Map<String, Json> = entries.iter().filter_map(of_entry).collect();
                if let Some(key) = entries.keys().find(|key| !kept.contains_key(*key))
                    && entries.keys().any(|key| is_number(key))
                {
                    kept.insert(key.clone(), Json::Null);
                }
                kept.into()
            }
            other => other.clone(),
        }
    }

    /// The fast reader takes what `serde_json` takes, and makes the same of it.
    fn assert_same(json: &str, parts: Option<&Parts>) {
        let fast = read(json, parts).map(|value| format!("{value:?}"));
        let slow = match parts {
            None => Value::read_slowly(json).ok().map(|value| format!("{value:?}")),
            Some(parts) => serde_json::from_str(json).ok().map(|json: Json| {
                let wanted = wanted(&json, parts).to_string();
                format!("{:?}", Value::read_slowly(&wanted).unwrap())
            }),
        };
        assert_eq!(fast, slow, "{json}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn both_readers_agree(json in json(), parts in parts()) {
            assert_same(&json, None);
            assert_same(&json, Some(&parts));
        }

        #[test]
        fn strings_stand_for_the_same(
            parts in prop::collection::vec(select(&[
                "a", "plain text", "é", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\x", "\\", "\t", "\\u", "\\u00e9",
                "\\u00E9", "\\u000", "\\ud83d", "\\ude00", "\\ud83d\\ude00", "\\udbff\\udfff", "\\uffff", "\\u0000", "\\u+123", "\"",
            ][..]), 0..6),
        ) {
            let json = format!("[\"{}\",1]", parts.concat());
            assert_same(&json, None);
            assert_same(&json, Some(&Parts::default()));
            let mut first = Parts::default();
            first.want(&[PartStep::Key("a")]);
            assert_same(&format!("{{\"b\":{json}}}"), Some(&first));
        }

        #[test]
        fn both_readers_agree_on_what_is_broken(
            json in json(), parts in parts(), at in any::<prop::sample::Index>(), put in "[\\[\\]{},:\"\\\\ 0e\u{1}]?",
        ) {
            let mut chars: Vec<char> = json.chars().collect();
            let at = at.index(chars.len());
            chars.splice(at..=at, put.chars());
            let json: String = chars.into_iter().collect();
            assert_same(&json, None);
            assert_same(&json, Some(&parts));
        }
    }

    #[test]
    fn depth_has_the_same_end() {
        for depth in [511, 512, 513, 100_000] {
            for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
                let json = open.repeat(depth) + "1" + &close.repeat(depth);
                assert_eq!(read(&json, None).is_some(), depth <= 512);
                assert_eq!(read(&json, Some(&Parts::default())).is_some(), depth <= 512);
            }
        }
    }

    #[test]
    fn keys_are_not_taken_for_those_of_the_entry_before() {
        // The second key of the first entry is `b","c`, which the second entry seems to have.
        let json = r#"[{"a":1,"b\",\"c":2},{"a":1,"b","c":2}]"#;
        assert!(read(json, None).is_none());
        let json = r#"[{"a":1,"b":2},{"a":3,"b":4,"a":5},{"b":6,"a":7}]"#;
        assert_eq!(read(json, None).unwrap().to_json().unwrap(), r#"[{"a":1,"b":2},{"a":5,"b":4},{"b":6,"a":7}]"#);
    }

    #[test]
    fn what_few_objects_have_takes_no_room_in_others() {
        let mut parts = Parts::default();
        let keys: Vec<String> = (0..10_000).map(|number| format!("k{number}")).collect();
        for key in &keys {
            parts.want(&[PartStep::Each, PartStep::Key(key)]);
        }
        let value = read(r#"[{"k0":1},{"k9999":2}]"#, Some(&parts)).unwrap();
        assert_eq!(value.to_json().unwrap(), r#"[{"k0":1},{"k9999":2}]"#);
        assert!(Object::with_room(parts.of_entries().unwrap().expected()).room() < 40);
    }

    #[test]
    fn events_need_the_other_reader_for_nothing() {
        let json =
            r#"{"Event":{"info":"l\u2019\u00e9t\u00e9 https:\/\/x","n":-1.5e3,"Attribute":[{"v":"a\"b"},{"v":null}]}}"#;
        let value = read(json, None).unwrap();
        let info = value.get("Event").unwrap().get("info").unwrap();
        assert!(matches!(info, Value::String(Text::Shared(text)) if &**text == "l’été https://x"));
    }
}
