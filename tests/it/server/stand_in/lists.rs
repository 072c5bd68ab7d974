//! Tags, organisations, events and whatever else a tool may ask for.

use serde_json::{Map, Value, json};

use super::{Ask, NO_RIGHT, Response, StandIn, failure, internal, ok};

impl StandIn {
    /// The tags that are clusters, as pickers fetch them.
    pub(super) const CLUSTERS: [&str; 1] = ["misp-galaxy:country=\"luxembourg\""];

    pub(super) fn lists(&self, controller: &str, action: &str, ask: &Ask<'_>, is_admin: bool) -> Response {
        match (controller, action) {
            ("users", "view") => ok(
                &json!({"User": {"id": "1", "email": "admin@admin.test"}, "Role": {"id": "1", "name": "admin", "perm_site_admin": is_admin}}),
            ),
            ("tags", "index") => {
                let tag = |(at, name): (usize, &String)| json!({"id": (at + 1).to_string(), "name": name, "is_galaxy": false});
                ok(&json!({"Tag": self.tags.iter().enumerate().map(tag).collect::<Vec<_>>()}))
            }
            ("tags", "fastindex") if !self.is_old() => match ask.arguments.first() {
                None | Some(&"0") => ok(&json!(self.tags)),
                _ => ok(&json!(Self::CLUSTERS)),
            },
            ("taxonomies", "index") => {
                ok(&self.taxonomies.iter().map(|taxonomy| json!({"Taxonomy": taxonomy["Taxonomy"]})).collect())
            }
            ("taxonomies", "view") => {
                let id = ask.arguments.first().copied().unwrap_or_default();
                match self.taxonomies.iter().find(|taxonomy| taxonomy["Taxonomy"]["id"] == id) {
                    Some(taxonomy) => ok(taxonomy),
                    None => failure(404, "Invalid Taxonomy.", ask.place),
                }
            }
            ("organisations", "index") => ok(&json!([{"Organisation": {"id": "1", "name": "ORGNAME", "local": true}}])),
            ("sharing_groups", "index") => {
                ok(&json!({"response": [{"SharingGroup": {"id": "1", "name": "Partners"}}]}))
            }
            ("warninglists", "index") => {
                ok(&json!({"Warninglists": [{"Warninglist": {"id": "1", "name": "Ours", "enabled": true}}]}))
            }
            ("decayingmodel", "index") => ok(&json!([{"DecayingModel": {"id": "1", "name": "Vishing model"}}])),
            ("admin", "users") if !is_admin => failure(403, NO_RIGHT, ask.place),
            ("admin", "users") => ok(&json!([{"User": {"id": "1", "email": "admin@admin.test"}}])),
            ("modules", "index") if !self.answers_enrichment() => internal(ask.place),
            ("modules", "index") => ok(&json!([
                {"name": "dns", "type": "expansion", "mispattributes": {"input": ["hostname"], "output": ["ip-dst"]}, "meta": {"version": "0.3"}},
            ])),
            ("galaxies", "index") => {
                let name = if self.country { "Country" } else { "x-Country" };
                ok(&json!([{"Galaxy": {"id": "1", "name": name, "type": "country"}}]))
            }
            ("admin", "logs") if !is_admin || self.away.contains("logs") => failure(403, NO_RIGHT, ask.place),
            ("admin", "logs") => self.logs(ask),
            ("events", "restsearch") => self.search(ask),
            _ => failure(404, "Action not found.", ask.place),
        }
    }

    /// Pages of events, in order of their ids. Of the filters `eventid`, `tags`, `published` and `timestamp` are looked at.
    fn search(&self, ask: &Ask<'_>) -> Response {
        const NO_TERMS: &str = "Either specify the search terms in the url, or POST a json with the filter parameters.";
        if !ask.is_post() {
            let words = if self.is_old() {
                "Restsearch queries using GET and no parameters are not allowed. If you have passed parameters via a JSON body, make sure you use POST requests."
            } else {
                NO_TERMS
            };
            return failure(400, words, ask.place);
        }
        if ask.body.as_object().is_some_and(Map::is_empty) && !self.is_old() {
            return failure(400, NO_TERMS, ask.place);
        }
        if ask.body["returnFormat"].as_str().is_some_and(|form| form != "json") {
            return failure(404, "Invalid output format.", ask.place);
        }
        let number = |key: &str| match &ask.body[key] {
            Value::String(text) => text.parse::<usize>().ok(),
            value => value.as_u64().and_then(|number| usize::try_from(number).ok()),
        };
        let (limit, page) = (number("limit").unwrap_or(0), number("page").unwrap_or(1).max(1));
        let wanted = number("eventid").map(|id| id.to_string());
        let tags: Vec<&str> = match &ask.body["tags"] {
            Value::String(tag) => vec![tag],
            tags => tags.as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
        };
        let is_wanted = |event: &&Value| {
            let event = &event["Event"];
            let has_tag =
                |tag: &str| event["Tag"].as_array().is_some_and(|list| list.iter().any(|own| own["name"] == tag));
            wanted.as_deref().is_none_or(|id| event["id"] == id)
                && (ask.body.get("tags").is_none() || tags.iter().any(|tag| has_tag(tag)))
                && ask.body.get("published").is_none_or(|published| event["published"] == *published)
        };
        let is_too_much = limit > self.largest_page || self.events_until.is_some_and(|last| limit * page > last);
        if is_too_much {
            return internal(ask.place);
        }
        let found: Vec<&Value> = self.events.iter().filter(is_wanted).collect();
        let count = found.len();
        let page: Vec<&Value> = match limit {
            0 => found,
            limit => found.into_iter().skip(limit * (page - 1)).take(limit).collect(),
        };
        Response { result_count: Some(count), ..ok(&json!({ "response": page })) }
    }

    /// Pages of the log, oldest first. What is not asked for is there, and times are not looked at.
    fn logs(&self, ask: &Ask<'_>) -> Response {
        let is_wanted = |entry: &&Value| {
            ["model", "model_id", "action"]
                .iter()
                .all(|key| ask.body[key].is_null() || ask.body[key] == entry["Log"][key])
        };
        let number = |key: &str| ask.body[key].as_u64().and_then(|number| usize::try_from(number).ok());
        let (limit, page) = (number("limit").unwrap_or(50), number("page").unwrap_or(1));
        ok(&self.log.iter().filter(is_wanted).skip(limit * (page - 1)).take(limit).cloned().collect())
    }
}
