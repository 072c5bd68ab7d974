//! What the masker finds.

use std::borrow::Cow;

use super::masker::WINDOW;
use super::{Masker, Secret};

const ODD: &str = "p/ä\"<&#%+ \\'1?=";

fn masker(secret: &str) -> Masker {
    Masker::new([("NAME", &Secret::new(secret))], [], true)
}

/// How a character may be written inside some encoding.
type Way = fn(char) -> String;

fn utf16(character: char, write: fn(&u16) -> String) -> String {
    character.encode_utf16(&mut [0; 2]).iter().map(write).collect()
}

/// The UTF-8 of a text, each byte as `write` has it.
fn utf8(text: impl Into<String>, write: fn(u8) -> String) -> String {
    text.into().bytes().map(write).collect()
}

const WAYS: [(&str, Way); 9] = [
    ("plain", |c| c.to_string()),
    ("json", |c| utf16(c, |unit| format!("\\u{unit:04x}"))),
    ("json, capitals", |c| utf16(c, |unit| format!("\\u{unit:04X}"))),
    ("decimal entity", |c| format!("&#{};", c as u32)),
    ("entity with zeros", |c| format!("&#x000{:X};", c as u32)),
    ("percent", |c| utf8(c, |byte| format!("%{byte:02x}"))),
    ("percent, capitals", |c| utf8(c, |byte| format!("%{byte:02X}"))),
    ("form", |c| if c == ' ' { "+".into() } else { utf8(c, |byte| format!("%{byte:02x}")) }),
    ("code points", |c| format!("\\u{{{:x}}}", c as u32)),
];

fn hex(text: &str) -> String {
    utf8(text, |byte| format!("{byte:02x}"))
}

fn encoded(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let group = chunk.iter().enumerate().fold(0_u32, |group, (at, byte)| group | u32::from(*byte) << (16 - 8 * at));
        for index in 0..=chunk.len() {
            out.push(char::from(ALPHABET[(group >> (18 - 6 * index) & 63) as usize]));
        }
    }
    out
}

#[track_caller]
fn gone(masker: &Masker, text: &str) {
    let shown = masker.mask(text);
    assert!(shown.contains("${NAME}"), "{text}\n{shown}");
    let without = shown.replace("${NAME}", "");
    assert!(without.len() <= 12, "{text}\n{shown}");
}

#[test]
fn every_way_of_writing() {
    let masker = masker(ODD);
    for (name, way) in WAYS {
        let written: String = ODD.chars().map(way).collect();
        println!("{name}");
        gone(&masker, &format!("<{written}>"));
        // Some characters in one way, some in another.
        for (_, other) in WAYS {
            let mixed: String =
                ODD.chars().enumerate().map(|(at, c)| if at % 3 == 0 { way(c) } else { other(c) }).collect();
            gone(&masker, &format!("<{mixed}>"));
        }
    }
    gone(&masker, &format!("<{}>", serde_json::to_string(ODD).unwrap()));
    gone(&masker, "<p\\/ä\\\"<&#%+ \\\\'1?=>");
    gone(&masker, "p&sol;&auml;&quot;&lt;&amp;&num;&percnt;&plus; &bsol;&apos;1&quest;&equals;");
}

#[test]
fn dense_encodings_at_every_place() {
    let masker = masker(ODD);
    for before in ["", "x", "xy", "xyz"] {
        let text = format!("{before}{ODD}");
        for written in
            [encoded(&text), encoded(&format!("{text}z")), encoded(&text).replace('+', "-").replace('/', "_")]
        {
            for frame in ["", "-", "--"] {
                gone(&masker, &format!("{frame}{written}"));
            }
        }
        gone(&masker, &format!("{before}{}", hex(ODD)));
        gone(&masker, &format!("{before}{}", hex(ODD).to_uppercase()));
    }
    let apart: Vec<String> = ODD.bytes().map(|byte| format!("{byte:02x}")).collect();
    gone(&masker, &apart.join(":"));
    gone(&masker, &apart.join(" "));
    let mut broken = encoded(ODD);
    broken.insert_str(7, "\r\n ");
    gone(&masker, &broken);
}

#[test]
fn encodings_over_each_other() {
    let masker = masker(ODD);
    let json = ODD.chars().map(WAYS[1].1).collect::<String>();
    let percent = ODD.chars().map(WAYS[5].1).collect::<String>();
    gone(&masker, &encoded(&json));
    gone(&masker, &encoded(&encoded(ODD)));
    gone(&masker, &hex(&percent));
    gone(&masker, &encoded(ODD).chars().map(WAYS[5].1).collect::<String>());
    gone(&masker, &percent.replace('%', "%25"));
    gone(&masker, &percent.replace('%', "\\u0025"));
    gone(&masker, &encoded(&format!("{{\"a\":{}}}", serde_json::to_string(ODD).unwrap())));
    gone(&masker, &serde_json::to_string(&serde_json::to_string(ODD).unwrap()).unwrap());
}

#[test]
fn everything_else_stays() {
    let masker = masker("topsecret");
    for text in ["", "top secret", "topsecre.", "c3ln", "%74op", "\\u0074op&lt;", "topsec\nret"] {
        assert!(matches!(masker.mask(text), Cow::Borrowed(same) if same == text), "{text}");
    }
    assert_eq!(masker.mask("a\\n%20 topsecret &lt;\\n"), "a\\n%20 ${NAME} &lt;\\n");
    assert_eq!(Masker::default().mask("topsecret"), "topsecret");
}

#[test]
fn secrets_that_overlap_are_hidden_together() {
    let secrets = [("A", Secret::new("abcdef")), ("B", Secret::new("defghi"))];
    let masker = Masker::new(secrets.iter().map(|(name, secret)| (*name, secret)), [], false);
    assert_eq!(masker.mask("-abcdefghi-abcdef-defghi-"), "-${A}-${A}-${B}-");
}

#[test]
fn short_secrets_count_as_words() {
    let shown = |secret, short, text| Masker::new([("S", &Secret::new(secret))], [], short).mask(text).into_owned();
    assert_eq!(shown("ab", true, "ab abc {\"x\":\"ab\"} cab"), "${S} abc {\"x\":\"${S}\"} cab");
    assert_eq!(shown("ab", true, "YWI="), "${S}");
    assert_eq!(shown("ab", false, "ab"), "ab");
    assert_eq!(shown("", true, "ab"), "ab");
    assert_eq!(shown(" ", true, "a b"), "a b");
}

#[test]
fn json_stays_json() {
    let masker = masker("1234");
    assert_eq!(
        masker.mask(r#"{"a":1234,"b":[ 12345 , 0.1234e5 ],"c":"x1234"}"#),
        r#"{"a":"${NAME}","b":[ "${NAME}" , "${NAME}" ],"c":"x${NAME}"}"#
    );
}

#[test]
fn what_output_says_by_itself_stays() {
    for (secret, text, expected) in [
        // Keys of results, and what contains the secret by chance.
        ("file", r#"{"file":"file","x":{ "file" : 1}}"#, r#"{"file":"${NAME}","x":{ "file" : 1}}"#),
        ("line", r#"{"line":3,"outlines":1}"#, r#"{"line":3,"out${NAME}s":1}"#),
        ("outc", r#"{"outcome":"outc"}"#, r#"{"outcome":"${NAME}"}"#),
        ("hunter2", r#"{"level":"hunter2"}"#, r#"{"level":"${NAME}"}"#),
        // Other keys.
        ("hunter", r#"{"hunter":1}"#, r#"{"${NAME}":1}"#),
        // Words and numbers that say what something is.
        ("success", r#"{"outcome":"success","info":"success"}"#, r#"{"outcome":"success","info":"${NAME}"}"#),
        ("cess", r#"{"outcome": "success"}"#, r#"{"outcome": "success"}"#),
        ("request", r#"{"kind":"http_request","a":["request"]}"#, r#"{"kind":"http_request","a":["${NAME}"]}"#),
        ("1234", r#"{"index":1234,"line": 51234,"id":1234}"#, r#"{"index":1234,"line": 51234,"id":"${NAME}"}"#),
        ("null", r#"{"a":null,"b":"null","c":[null]}"#, r#"{"a":null,"b":"${NAME}","c":[null]}"#),
        ("true", r#"[true,"true"]"#, r#"[true,"${NAME}"]"#),
        // What is JSON within a string is not the output's own.
        ("file", r#"{"body":"{\"file\":\"a\"}"}"#, r#"{"body":"{\"${NAME}\":\"a\"}"}"#),
        ("success", r#"{"body":"{\"outcome\":\"success\"}"}"#, r#"{"body":"{\"outcome\":\"${NAME}\"}"}"#),
        // What is not JSON.
        ("file", "a file: \"file\", file", "a ${NAME}: \"${NAME}\", ${NAME}"),
    ] {
        assert_eq!(masker(secret).mask(text), expected, "{secret}");
    }
}

#[test]
fn what_output_says_by_itself_stays_in_every_window() {
    let masker = masker("file");
    for before in WINDOW - 40..WINDOW + 2 {
        let text = format!("{{\"{}\":1,\"file\":\"a\"}}", ".".repeat(before));
        assert_eq!(masker.mask(&text), text, "{before}");
    }
}

#[test]
fn a_text_that_is_cut() {
    let masker = masker("topsecret");
    let text = "ab topsecret topsecret";
    for limit in 0..=text.len() {
        let shown = String::from_utf8(masker.mask_bytes(text.as_bytes(), limit).into_owned()).unwrap();
        let expected = match limit {
            0..=3 => text[..limit].to_owned(),
            4..=12 => "ab ${NAME}".to_owned(),
            13 => "ab ${NAME} ".to_owned(),
            _ => "ab ${NAME} ${NAME}".to_owned(),
        };
        assert_eq!(shown, expected, "{limit}");
    }
    // Where somebody else has cut it.
    assert_eq!(masker.mask("ab topsecr"), "ab ${NAME}");
    assert_eq!(masker.mask("ab tops"), "ab tops");
    assert_eq!(masker.mask("ab topsecr."), "ab topsecr.");
}

#[test]
fn long_texts_are_read_in_windows() {
    let masker = masker("topsecret");
    for before in WINDOW - 12..WINDOW + 2 {
        let text = format!("{}topsecret{}", ".".repeat(before), ".".repeat(WINDOW));
        let shown = masker.mask(&text);
        assert_eq!(shown.find("${NAME}"), Some(before));
        assert_eq!(shown.len(), text.len() - 2);
    }
}

#[test]
fn user_names_and_passwords_of_addresses() {
    let pairs = ["me:hunter2%21", "git"].map(Secret::new);
    let masker = Masker::new([], &pairs, false);
    assert_eq!(masker.mask("http://me:hunter2%21@host/ ssh://git@host git"), "http://***@host/ ssh://***@host git");
    assert_eq!(masker.mask(&format!("Basic {} hunter2!", encoded("me:hunter2!"))), "Basic *** ***");
}
