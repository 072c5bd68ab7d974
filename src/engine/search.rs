//! MISP's search for events, as far as a simulation needs it: the filters that ad-hoc workflows use.
//!
//! See `docs/misp-semantics.md`, section "Ad-hoc workflows".

use crate::php::{Array, KeyRef, Value, loose_equal};

use super::access::integer;
use super::attributes::attributes;

/// The filters of a search.
#[derive(Clone, Debug)]
pub struct Search<'f> {
    filters: &'f Array<'f>,
}

/// Filters that are simulated.
const KNOWN: [&str; 11] = [
    "eventid",
    "uuid",
    "tags",
    "eventinfo",
    "threat_level_id",
    "published",
    "type",
    "value",
    "to_ids",
    "limit",
    "page",
];
/// Filters that only change what of an event is returned.
const OF_THE_FORM: [&str; 3] = ["metadata", "order", "returnFormat"];

impl<'f> Search<'f> {
    /// A search with these filters.
    pub fn new(filters: &'f Array<'f>) -> Self {
        Self { filters }
    }

    /// The filters that are not simulated: the search finds more here than on a server.
    pub fn not_simulated(&self) -> impl Iterator<Item = String> {
        let names = self.filters.iter().map(|(name, _)| name.to_string());
        names.filter(|name| !KNOWN.contains(&name.as_str()) && !OF_THE_FORM.contains(&name.as_str()))
    }

    /// How many of the events that fit are passed over, and how many are taken at most.
    pub fn page(&self) -> (usize, usize) {
        let Some(limit) = self.filter("limit") else { return (0, usize::MAX) };
        let limit = usize::try_from(integer(limit)).unwrap_or(0);
        let page = self.filter("page").map_or(1, integer);
        (usize::try_from(page - 1).unwrap_or(0).saturating_mul(limit), limit)
    }

    /// Whether an event, `{"Event": {…}}`, fits.
    pub fn fits(&self, event: &Value<'_>) -> bool {
        let Some(event) = event.get("Event") else { return false };
        self.has_id(event) && self.has_fields(event) && self.has_tags(event) && self.has_attribute(event)
    }

    /// What is asked, unless it is empty: that asks nothing.
    fn filter(&self, name: &str) -> Option<&'f Value<'f>> {
        self.filters.get(KeyRef::new(name)).filter(|wanted| match wanted {
            Value::Array(list) => !list.is_empty(),
            Value::Null => false,
            wanted => wanted.as_str() != Some(""),
        })
    }

    fn has_id(&self, event: &Value<'_>) -> bool {
        ["eventid", "uuid"].into_iter().filter_map(|name| self.filter(name)).all(|wanted| {
            each(wanted).any(|wanted| {
                // `true` counts as 1.
                let wanted = if matches!(wanted, Value::Bool(true)) { &Value::Int(1) } else { wanted };
                ["id", "uuid"].into_iter().filter_map(|key| event.get(key)).any(|known| is_same(known, wanted))
            })
        })
    }

    fn has_fields(&self, event: &Value<'_>) -> bool {
        let level = self.filter("threat_level_id").is_none_or(|wanted| {
            event.get("threat_level_id").is_some_and(|known| each(wanted).any(|wanted| is_same(known, wanted)))
        });
        let published = self.filter("published").is_none_or(|wanted| {
            event.get("published").is_some_and(|known| each(wanted).any(|wanted| known.to_bool() == wanted.to_bool()))
        });
        let info = self.filter("eventinfo").is_none_or(|wanted| {
            let known = event.get("info").and_then(Value::to_text).unwrap_or_default();
            each(wanted).filter_map(Value::to_text).any(|pattern| is_like(&known, &pattern))
        });
        level && published && info
    }

    /// Tags of attributes count as those of the event do.
    fn has_tags(&self, event: &Value<'_>) -> bool {
        let Some(wanted) = self.filter("tags") else { return true };
        let has = |wanted: &Value<'_>| {
            let Some(wanted) = wanted.to_text() else { return false };
            let tags = |holder: &Value<'_>| {
                let tags = holder.get("Tag").and_then(Value::as_array).into_iter().flat_map(Array::values);
                tags.filter_map(|tag| tag.get("name")?.to_text()).any(|known| is_like(&known, &wanted))
            };
            tags(event) || attributes(event).any(tags)
        };
        let part = |name: &str| wanted.get(name);
        let (not, or, and) = (part("NOT"), part("OR"), part("AND"));
        if not.is_none() && or.is_none() && and.is_none() {
            return each(wanted).any(has);
        }
        !not.is_some_and(|tags| each(tags).any(has))
            && or.is_none_or(|tags| each(tags).any(has))
            && and.is_none_or(|tags| each(tags).all(has))
    }

    fn has_attribute(&self, event: &Value<'_>) -> bool {
        let (kind, value, to_ids) = (self.filter("type"), self.filter("value"), self.filter("to_ids"));
        if kind.is_none() && value.is_none() && to_ids.is_none() {
            return true;
        }
        attributes(event).any(|attribute| {
            let text = |name: &str| attribute.get(name).and_then(Value::to_text).unwrap_or_default();
            let is_among = |wanted: Option<&Value<'_>>, name: &str| {
                wanted
                    .is_none_or(|wanted| each(wanted).filter_map(Value::to_text).any(|one| is_like(&text(name), &one)))
            };
            is_among(kind, "type")
                && is_among(value, "value")
                && to_ids.is_none_or(|wanted| {
                    attribute.get("to_ids").is_some_and(Value::to_bool) == each(wanted).any(Value::to_bool)
                })
        })
    }
}

/// The parts of a list, or the one value.
fn each<'v, 'a>(value: &'v Value<'a>) -> Box<dyn Iterator<Item = &'v Value<'a>> + 'v> {
    match value {
        Value::Array(list) => Box::new(list.values()),
        value => Box::new(std::iter::once(value)),
    }
}

fn is_same(known: &Value<'_>, wanted: &Value<'_>) -> bool {
    loose_equal(known, wanted)
}

/// Whether a text fits a pattern in which `%` stands for anything; letters count alike in both cases.
fn is_like(text: &str, pattern: &str) -> bool {
    let (text, pattern) = (text.to_lowercase(), pattern.to_lowercase());
    let mut parts = pattern.split('%');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{Search, is_like};
    use crate::php::Value;

    const EVENT: &str = r#"{"Event": {"id": "3", "uuid": "u-3", "info": "For Partners only", "threat_level_id": "1", "published": false,
        "Tag": [{"name": "tlp:white"}], "Attribute": [{"type": "ip-src", "value": "8.8.8.8", "to_ids": true}],
        "Object": [{"Attribute": [{"type": "url", "value": "x", "Tag": [{"name": "seen"}]}]}]}}"#;

    fn finds(filters: &str) -> bool {
        let filters = Value::from_json(filters).unwrap();
        let event = Value::from_json(EVENT).unwrap();
        Search::new(filters.as_array().unwrap()).fits(&event)
    }

    #[test]
    fn filters_find_what_they_say() {
        for filters in [
            "{}",
            r#"{"eventid": "3"}"#,
            r#"{"eventid": ["1", 3]}"#,
            r#"{"eventid": "u-3"}"#,
            r#"{"eventid": []}"#,
            r#"{"uuid": "u-3"}"#,
            r#"{"tags": "tlp:white"}"#,
            r#"{"tags": ["seen"]}"#,
            r#"{"tags": {"NOT": ["tlp:red"]}}"#,
            r#"{"tags": {"AND": ["tlp:white", "seen"]}}"#,
            r#"{"eventinfo": "%partners%"}"#,
            r#"{"threat_level_id": ["1", "2"]}"#,
            r#"{"published": 0}"#,
            r#"{"type": "ip-src", "value": "8.8.8.8", "to_ids": 1}"#,
            r#"{"unknown": "x"}"#,
        ] {
            assert!(finds(filters), "{filters}");
        }
        for filters in [
            r#"{"eventid": "4"}"#,
            r#"{"eventid": true}"#,
            r#"{"tags": ["tlp:red"]}"#,
            r#"{"tags": {"NOT": ["seen"]}}"#,
            r#"{"tags": {"AND": ["tlp:white", "tlp:red"]}}"#,
            r#"{"eventinfo": "partners"}"#,
            r#"{"threat_level_id": "2"}"#,
            r#"{"published": 1}"#,
            r#"{"type": "url", "value": "8.8.8.8"}"#,
            r#"{"type": "url", "to_ids": 1}"#,
        ] {
            assert!(!finds(filters), "{filters}");
        }
    }

    #[test]
    fn pages_are_counted_from_one() {
        let page = |filters: &str| {
            let filters = Value::from_json(filters).unwrap();
            Search::new(filters.as_array().unwrap()).page()
        };
        assert_eq!(page("{}"), (0, usize::MAX));
        assert_eq!(page(r#"{"limit": 2}"#), (0, 2));
        assert_eq!(page(r#"{"limit": "2", "page": 3}"#), (4, 2));
        assert_eq!(page(r#"{"page": 3}"#), (0, usize::MAX));
    }

    #[test]
    fn patterns_have_wildcards_only_where_they_are_written() {
        for (text, pattern, fits) in [
            ("abc", "abc", true),
            ("abc", "ABC", true),
            ("abc", "b", false),
            ("abc", "%b%", true),
            ("abc", "a%", true),
            ("abc", "%c", true),
            ("abc", "a%c", true),
            ("ac", "a%a%c", false),
            ("aa", "a%a", true),
            ("a", "a%a", false),
            ("", "%", true),
        ] {
            assert_eq!(is_like(text, pattern), fits, "{text} {pattern}");
        }
    }
}
