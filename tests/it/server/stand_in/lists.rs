//! Tags, organisations, events and whatever else a tool may ask for.

use serde_json::{Value, json};

use super::{Ask, NO_RIGHT, Response, StandIn, failure, internal, ok};

impl StandIn {
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
                _ => ok(&json!(["misp-galaxy:country=\"luxembourg\""])),
            },
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
            ("modules", "index") if !self.misp_modules => internal(ask.place),
            ("modules", "index") => ok(&json!([
                {"name": "dns", "type": "expansion", "mispattributes": {"input": ["hostname"], "output": ["ip-dst"]}, "meta": {"version": "0.3"}},
                {"name": "jinja_template_rendering", "type": "action", "mispattributes": {}, "meta": {"version": "0.1"}},
            ])),
            ("galaxies", "index") => {
                let name = if self.country { "Country" } else { "x-Country" };
                ok(&json!([{"Galaxy": {"id": "1", "name": name, "type": "country"}}]))
            }
            ("events", "restsearch") => self.search(ask),
            _ => failure(404, "Action not found.", ask.place),
        }
    }

    /// Pages of events, in order of their ids. Filters are not looked at, but `eventid`.
    fn search(&self, ask: &Ask<'_>) -> Response {
        if !ask.is_post() {
            return failure(
                400,
                "Restsearch queries using GET and no parameters are not allowed. If you have passed parameters via a JSON body, make sure you use POST requests.",
                ask.place,
            );
        }
        let number = |key: &str| match &ask.body[key] {
            Value::String(text) => text.parse::<usize>().ok(),
            value => value.as_u64().and_then(|number| usize::try_from(number).ok()),
        };
        let (limit, page) = (number("limit").unwrap_or(0), number("page").unwrap_or(1).max(1));
        let wanted = number("eventid").map(|id| id.to_string());
        let found: Vec<&Value> =
            self.events.iter().filter(|event| wanted.as_deref().is_none_or(|id| event["Event"]["id"] == id)).collect();
        let count = found.len();
        let page: Vec<&Value> = match limit {
            0 => found,
            limit => found.into_iter().skip(limit * (page - 1)).take(limit).collect(),
        };
        Response { result_count: Some(count), ..ok(&json!({ "response": page })) }
    }
}
