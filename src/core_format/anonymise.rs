//! Events without what is known from them: values are replaced by others of the same kind, organisations by other names.
//!
//! What is not known to be harmless is replaced. Kept are types, categories, levels, times, numbers, the names of object
//! templates, and tags and galaxies, for these are what workflows decide by. The same text becomes the same everywhere, so that
//! what belonged together still does.

use serde_json::{Map, Value};

/// Gives 64 hexadecimal digits for a text, with a key that nobody else has: without one, short values such as addresses
/// could be found out by trying all of them.
pub type Hash<'h> = &'h dyn Fn(&str) -> String;

/// Keys whose texts say nothing about anybody.
const KEPT: &[&str] = &[
    "analysis",
    "category",
    "colour",
    "date",
    "distribution",
    "first_seen",
    "last_seen",
    "meta-category",
    "namespace",
    "object_relation",
    "object_type",
    "related_object_type",
    "relationship_type",
    "template_uuid",
    "template_version",
    "type",
    "version",
    "warninglist_category",
    "warninglist_name",
];

/// Keys whose texts are addresses of people.
const PEOPLE: &[&str] = &["authors", "author", "email", "event_creator_email"];

/// What holds the contents of files.
const CONTENTS: &[&str] = &["data", "content_base64"];

/// Parts whose names are the names of organisations.
const ORGANISATIONS: &[&str] = &["Org", "Orgc", "Organisation", "SharingGroup", "Server", "Feed"];

/// Parts that are kept whole, but for the organisations in them.
const PUBLIC: &[&str] = &["Tag", "EventTag", "AttributeTag", "Galaxy", "GalaxyCluster", "_allTags", "TagCollection"];

/// Types of attributes whose values say nothing about anybody.
const KEPT_TYPES: &[&str] = &["boolean", "counter", "datetime", "float", "mime-type", "port", "size-in-bytes"];

/// Types whose values are addresses of mail, or look like them.
const MAIL: &[&str] = &[
    "dns-soa-email",
    "email",
    "email-dst",
    "email-reply-to",
    "email-src",
    "eppn",
    "jabber-id",
    "target-email",
    "whois-registrant-email",
];

/// Keys whose texts people write: a number there may be one of a telephone.
const WRITTEN: &[&str] = &["comment", "content", "info", "name", "note", "source"];

/// How many digits a hash has.
const HASH_DIGITS: usize = 64;
/// How many digits of a hash a name has.
const SHORT: usize = 12;

/// An event without what is known from it.
pub fn anonymised(event: &Value, hash: Hash<'_>) -> Value {
    Anonymiser { hash }.value("", "", event, false)
}

struct Anonymiser<'h> {
    hash: Hash<'h>,
}

impl Anonymiser<'_> {
    /// `part` is the key of the object, or of the list of objects, in which `key` stands. Recursive: events nest no deeper than the
    /// reader of JSON lets them.
    fn value(&self, part: &str, key: &str, value: &Value, is_public: bool) -> Value {
        let is_public = is_public || PUBLIC.contains(&key);
        match value {
            Value::Array(items) => {
                items.iter().map(|item| self.value(part, key, item, is_public)).collect::<Vec<_>>().into()
            }
            Value::Object(members) => {
                let is_public = is_public && !ORGANISATIONS.contains(&key);
                let kind = members.get("type").and_then(Value::as_str);
                let kept: Map<String, Value> = members
                    .iter()
                    .filter(|(name, _)| !CONTENTS.contains(&name.as_str()))
                    .map(|(name, inner)| {
                        let new = match inner {
                            Value::String(text) if !is_public && is_value(name) => {
                                Value::String(self.of_type(kind.unwrap_or_default(), text))
                            }
                            inner => self.value(key, name, inner, is_public),
                        };
                        (name.clone(), new)
                    })
                    .collect();
                kept.into()
            }
            Value::String(text) if !is_public => self.text(part, key, text).into(),
            other => other.clone(),
        }
    }

    /// A text under a key that does not depend on the type of an attribute.
    fn text(&self, part: &str, key: &str, text: &str) -> String {
        let is_number = text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit()) && !WRITTEN.contains(&key);
        if is_number || KEPT.contains(&key) || part == "Object" && matches!(key, "name" | "description") {
            text.to_owned()
        } else if key == "uuid" || key.ends_with("_uuid") {
            self.uuid(text)
        } else if PEOPLE.contains(&key) {
            self.mail(text)
        } else if ORGANISATIONS.contains(&part) && key == "name" {
            format!("Organisation {}", &self.short(text)[..8])
        } else {
            format!("text {}", self.short(text))
        }
    }

    /// The value of an attribute of a type, or of none.
    fn of_type(&self, kind: &str, value: &str) -> String {
        match (kind.split_once('|'), value.split_once('|')) {
            (Some((one, other)), Some((first, second))) => {
                format!("{}|{}", self.of_type(one, first), self.of_type(other, second))
            }
            _ if kind == "malware-sample" && value.contains('|') => self.of_type("filename|md5", value),
            _ if KEPT_TYPES.contains(&kind) || value.is_empty() => value.to_owned(),
            _ if kind.starts_with("ip") && !kind.contains('|') => self.address(value),
            _ if MAIL.contains(&kind) => self.mail(value),
            _ if matches!(kind, "domain" | "hostname") => format!("{}.example", self.short(value)),
            _ if matches!(kind, "url" | "uri" | "link") => {
                let scheme = value.split_once("://").map_or("https", |(scheme, _)| scheme);
                let scheme = if scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) { scheme } else { "https" };
                let hash = self.digits_of(value);
                format!("{scheme}://{}.example/{}", &hash[..SHORT], &hash[SHORT..2 * SHORT])
            }
            _ if matches!(kind, "filename" | "attachment" | "malware-sample" | "pdb") => self.file(value),
            _ if kind == "AS" => format!("AS{}", 64_496 + self.number(value) % 16),
            _ if kind == "mac-address" => {
                let hash = self.digits_of(value);
                let pairs: Vec<&str> = (0..6).map(|at| &hash[2 * at..2 * at + 2]).collect();
                pairs.join(":")
            }
            _ if is_hash(value) => self.digits(value),
            _ => format!("text {}", self.short(value)),
        }
    }

    /// The digits of the hash of a text, so many in any case.
    fn digits_of(&self, text: &str) -> String {
        let mut digits: String = (self.hash)(text).chars().filter(char::is_ascii_hexdigit).collect();
        digits.extend(std::iter::repeat_n('0', HASH_DIGITS.saturating_sub(digits.len())));
        digits
    }

    fn short(&self, text: &str) -> String {
        self.digits_of(text).chars().take(SHORT).collect()
    }

    /// A number below 2^32.
    fn number(&self, text: &str) -> u32 {
        let hash = self.digits_of(text);
        hash.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or_default()
    }

    /// As many hexadecimal digits as there were.
    fn digits(&self, text: &str) -> String {
        self.digits_of(text).chars().cycle().take(text.len()).collect()
    }

    /// An address of networks that are kept for tests and examples, with the mask that there was.
    fn address(&self, text: &str) -> String {
        let (address, mask) = text.split_once('/').map_or((text, None), |(address, mask)| (address, Some(mask)));
        let number = self.number(address);
        let new = if address.contains(':') {
            let hash = self.digits_of(address);
            format!("2001:db8:{}:{}::{}", &hash[..4], &hash[4..8], &hash[8..12])
        } else {
            let [_, second, third, fourth] = number.to_be_bytes();
            format!("198.{}.{third}.{fourth}", 18 + second % 2)
        };
        mask.map_or(new.clone(), |mask| format!("{new}/{mask}"))
    }

    fn mail(&self, text: &str) -> String {
        let hash = self.digits_of(text);
        format!("{}@{}.example", &hash[..SHORT], &hash[SHORT..2 * SHORT])
    }

    /// A name with the ending that there was.
    fn file(&self, text: &str) -> String {
        let ending = text.rsplit_once('.').map(|(_, ending)| ending);
        let is_ending = |ending: &&str| {
            !ending.is_empty() && ending.len() <= 5 && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let ending = ending.filter(is_ending).map(|ending| format!(".{ending}")).unwrap_or_default();
        format!("{}{ending}", self.short(text))
    }

    fn uuid(&self, text: &str) -> String {
        let hash = self.digits_of(&text.to_ascii_lowercase());
        format!("{}-{}-8{}-8{}-{}", &hash[..8], &hash[8..12], &hash[12..15], &hash[15..18], &hash[18..30])
    }
}

/// Whether what stands under a key is the value of an attribute.
fn is_value(key: &str) -> bool {
    matches!(key, "value" | "value1" | "value2" | "match")
}

/// Whether a value is the hash of something: hexadecimal digits, as many as hashes have.
fn is_hash(value: &str) -> bool {
    value.len() >= 16 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Not secret, but good enough to tell texts apart.
    fn hash(text: &str) -> String {
        let mut state = 0xcbf2_9ce4_8422_2325_u64;
        let mut out = String::new();
        for round in 0..4u8 {
            for byte in text.bytes().chain([round]) {
                state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
            out.push_str(&format!("{state:016x}"));
        }
        out
    }

    fn of_type(kind: &str, value: &str) -> String {
        Anonymiser { hash: &hash }.of_type(kind, value)
    }

    #[test]
    fn values_stay_of_their_kind() {
        for (kind, value, looks) in [
            ("ip-dst", "203.0.113.9", "198."),
            ("ip-src", "203.0.113.0/24", "/24"),
            ("ip-dst", "2a00:1450::1", "2001:db8:"),
            ("ip-dst|port", "203.0.113.9|443", "|443"),
            ("domain", "evil.com", ".example"),
            ("url", "http://evil.com/a?b", "http://"),
            ("email-src", "me@evil.com", "@"),
            ("filename", "invoice.exe", ".exe"),
            ("filename|md5", "a.doc|d41d8cd98f00b204e9800998ecf8427e", ".doc|"),
            ("AS", "AS13335", "AS64"),
            ("mac-address", "00:11:22:33:44:55", ":"),
            ("comment", "met Bob", "text "),
            ("", "whatever", "text "),
        ] {
            let new = of_type(kind, value);
            assert!(new.contains(looks), "{kind}: {new}");
            assert_ne!(new, value);
            assert_eq!(new, of_type(kind, value));
        }
        assert_eq!(of_type("sha1", &"ab".repeat(20)).len(), 40);
        assert_eq!(of_type("port", "443"), "443");
        assert!(of_type("ip-dst", "203.0.113.9").parse::<std::net::Ipv4Addr>().is_ok());
        assert!(of_type("ip-dst", "2a00:1450::1").parse::<std::net::Ipv6Addr>().is_ok());
        // One part of a value is the same as that part alone.
        assert!(of_type("ip-dst|port", "203.0.113.9|443").starts_with(&of_type("ip-src", "203.0.113.9")));
    }

    #[test]
    fn nothing_that_tells_who_is_left() {
        let event = json!({"Event": {
            "id": "7", "uuid": "f60647ea-b3f4-4643-8b34-ff972ef363fb", "info": "41797654321", "date": "2026-11-29",
            "published": false, "threat_level_id": "2", "event_creator_email": "bob@acme.org", "odd": "Acme at 203.0.113.7",
            "Org": {"id": "1", "name": "Acme", "uuid": "c7b2ef50-9e34-4a43-9f27-1e3ac1f1a119", "local": true},
            "Orgc": {"id": "1", "name": "Acme"},
            "Attribute": [
                {"id": "1", "type": "ip-dst", "category": "Network activity", "to_ids": true, "value": "203.0.113.9", "comment": "of Acme",
                    "Tag": [{"id": "3", "name": "tlp:red", "colour": "#cc0033"}], "data": "QWNtZQ=="},
            ],
            "Object": [{"name": "file", "meta-category": "file", "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215", "Attribute": [
                {"type": "filename", "object_relation": "filename", "value": "acme.exe"},
            ]}],
            "RelatedEvent": [{"Event": {"id": "8", "info": "Acme", "Orgc": {"name": "Acme"}}}],
            "Galaxy": [{"name": "Country", "GalaxyCluster": [{"value": "luxembourg", "tag_name": "misp-galaxy:country=\"luxembourg\""}]}],
            "SharingGroup": {"name": "Friends of Acme", "SharingGroupOrg": [{"Organisation": {"name": "Acme"}}]},
            "EventReport": [{"name": "Acme report", "content": "About Acme"}],
            "Tag": [{"name": "tlp:red"}],
        }});
        let new = anonymised(&event, &hash);
        let text = new.to_string();
        for word in ["cme", "203.0.113", "4179", "bob", "f60647ea", "c7b2ef50"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
        let inner = &new["Event"];
        assert_eq!(inner["Org"]["name"], inner["Orgc"]["name"]);
        assert_eq!(inner["Org"]["name"], inner["RelatedEvent"][0]["Event"]["Orgc"]["name"]);
        for path in [
            "/Event/id",
            "/Event/date",
            "/Event/threat_level_id",
            "/Event/published",
            "/Event/Attribute/0/type",
            "/Event/Attribute/0/to_ids",
            "/Event/Attribute/0/category",
            "/Event/Attribute/0/Tag",
            "/Event/Object/0/name",
            "/Event/Object/0/template_uuid",
            "/Event/Object/0/Attribute/0/object_relation",
            "/Event/Galaxy",
            "/Event/Tag",
        ] {
            assert_eq!(new.pointer(path), event.pointer(path), "{path}");
        }
        assert_eq!(inner["uuid"].as_str().unwrap().len(), 36);
        assert!(inner["Attribute"][0].get("data").is_none());
        assert_eq!(anonymised(&event, &hash), new);
    }
}
