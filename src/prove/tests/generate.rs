//! Random workflows and events over small alphabets.

use std::fmt::Write as _;

/// Random numbers, the same for the same seed.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % bound
    }

    pub(super) fn one<'t, T: ?Sized>(&mut self, of: &[&'t T]) -> &'t T {
        of[self.below(of.len())]
    }
}

const LOGIC: [&str; 9] = [
    "generic-if",
    "generic-if",
    "generic-if",
    "tag-if",
    "tag-if",
    "count-if",
    "published-if",
    "threat-level-if",
    "organisation-if",
];

const PATHS: [&str; 22] = [
    "Event.info",
    "Event.Tag.{n}.name",
    "Event.Tag.0.name",
    "Event.Tag",
    "Event._AttributeFlattened.{n}.type",
    "Event._AttributeFlattened.{n}.value",
    "Event._AttributeFlattened.{n}.Tag.{n}.name",
    "Event._AttributeFlattened.{n}._allTags.{n}.name",
    "Event.Attribute.{n}.type",
    "Event.Attribute.0.type",
    "Event._AttributeFlattened.{n}[to_ids=1].type",
    "Event._AttributeFlattened.{n}[type=/^ip-/].value",
    "Event.Object.{n}.name",
    "Event.distribution",
    "Event.published",
    "Event.Orgc.name",
    "Event.Attribute",
    "Event._AttributeFlattened",
    "Event.Tag.{n}[name!=a].name",
    "Event.Attribute.{n}.to_ids",
    "Event.Attribute.1.type",
    "Event.Attribute.{n}.comment",
];

const VALUES: [&str; 7] = ["a", "b", "1", "01", "", "ip-src", "domain"];

fn tags(random: &mut Random) -> String {
    random.one(&[r#"["a"]"#, r#"["b"]"#, r#"["a", "b"]"#, r#"["b", "a"]"#, r#"["a", "a"]"#]).to_owned()
}

fn question(random: &mut Random, path: &str, with_list: bool) -> (String, String) {
    let operators: &[&str] = if with_list {
        &["in", "not_in", "equals", "not_equals", "any_value", "in_or"]
    } else {
        &["in", "not_in", "equals", "not_equals"]
    };
    let operator = random.one(operators);
    let value = random.one(&VALUES);
    let other = random.one(&VALUES);
    (
        operator.to_owned(),
        format!(
            r#""operator": "{operator}", "hash_path": "{path}", "value": "{value}", "value_list": ["{value}", "{other}"]"#
        ),
    )
}

fn params(random: &mut Random, module: &str) -> String {
    match module {
        "generic-if" => {
            let path = random.one(&PATHS);
            format!("{{{}}}", question(random, path, true).1)
        }
        "tag-if" => {
            let scope = random.one(&["event", "attribute", "event_attribute"]);
            let condition = random.one(&["in_or", "in_and", "not_in_or", "not_in_and"]);
            format!(r#"{{"scope": "{scope}", "condition": "{condition}", "tags": {}, "clusters": []}}"#, tags(random))
        }
        "count-if" => {
            let path = random.one(&[
                "Event._AttributeFlattened.{n}",
                "Event.Tag.{n}",
                "Event._AttributeFlattened.{n}[to_ids=1]",
                "Event._AttributeFlattened.{n}.Tag.{n}",
                "Event.Attribute",
            ]);
            let operator = random.one(&["equals", "not_equals", "greater", "less_equals"]);
            format!(r#"{{"selector": "{path}", "operator": "{operator}", "value": "{}"}}"#, random.below(3))
        }
        "published-if" => format!(r#"{{"condition": "{}"}}"#, random.one(&["equals", "not_equals"])),
        "threat-level-if" => {
            let condition = random.one(&["equals", "not_equals", "greater_or_equal_than", "less_or_equal_than"]);
            format!(r#"{{"condition": "{condition}", "threatlevel": "{}"}}"#, random.below(4) + 1)
        }
        "organisation-if" => {
            let condition = random.one(&["in_or", "not_in_or", "in"]);
            format!(r#"{{"org_type": "org", "condition": "{condition}", "org_id": ["1", "2"]}}"#)
        }
        "generic-filter-data" => {
            let (list, path) = random.one(&[
                &("Event._AttributeFlattened", "type"),
                &("Event._AttributeFlattened.{n}", "Tag.{n}.name"),
                &("Event.Attribute", "type"),
                &("Event.Tag", "name"),
                &("Event._AttributeFlattened", "value"),
            ]);
            let label = random.one(&["A", "B"]);
            let (_, question) = question(random, path, true);
            format!(r#"{{"filtering-label": "{label}", "selector": "{list}", {question}}}"#)
        }
        "generic-filter-reset" => format!(r#"{{"filtering-label": "{}"}}"#, random.one(&["all", "A"])),
        "tag_operation" => {
            let scope = random.one(&["event", "attribute"]);
            let action = random.one(&["add", "remove"]);
            let locality = random.one(&["local", "any", "global"]);
            format!(
                r#"{{"scope": "{scope}", "action": "{action}", "locality": "{locality}", "tags": {}}}"#,
                tags(random)
            )
        }
        "attribute_ids_flag_operation" => format!(r#"{{"action": "{}"}}"#, random.one(&["add", "remove"])),
        "Module_event_distribution_operation" => r#"{"distribution": "1", "freeze": "freeze"}"#.into(),
        "stop-execution" => format!(r#"{{"message": "{}"}}"#, random.one(&["no", "never"])),
        "send-mail" => r#"{"recipients": ["all"], "mail_template_subject": "s", "mail_template_body": "b"}"#.into(),
        "tag_replacement_tlp" => r#"{"scope": "event", "remove_substituted": "yes", "locality": "global"}"#.into(),
        "attach-warninglist" => r#"{"warninglists": ["ALL"]}"#.into(),
        _ => "{}".into(),
    }
}

fn filter(random: &mut Random) -> String {
    if random.below(3) > 0 {
        return String::new();
    }
    let (list, path) = random.one(&[
        &("Event._AttributeFlattened.{n}", "type"),
        &("Event._AttributeFlattened.{n}", "Tag.{n}.name"),
        &("Event.Attribute.{n}", "type"),
    ]);
    let operator = random.one(&["in", "not_in", "equals", "not_equals"]);
    format!(r#" ["{list}", "{path}", "{operator}", "{}"]"#, random.one(&VALUES))
}

/// A workflow, a line for each node.
pub(super) fn workflow(random: &mut Random) -> String {
    let trigger = random.one(&["event-publish", "event-publish", "event-after-save-new", "event-after-save"]);
    let length = 3 + random.below(7);
    let mut text = format!("1 {trigger} > 2\n");
    for node in 2..=length {
        let kind = random.below(12);
        let module = match kind {
            0..=5 => random.one(&LOGIC),
            6 => random.one(&["generic-filter-data", "generic-filter-data", "generic-filter-reset"]),
            7 | 8 => "stop-execution",
            9 => random.one(&[
                "push-zmq",
                "send-mail",
                "publish-event",
                "attribute_ids_flag_operation",
                "Module_event_distribution_operation",
                "attach-warninglist",
                "tag_replacement_tlp",
            ]),
            10 => "tag_operation",
            _ => random.one(&["push-zmq", "concurrent-task", "tag_operation"]),
        };
        let params = params(random, module);
        let filter = if matches!(module, "tag_operation" | "attribute_ids_flag_operation") {
            filter(random)
        } else {
            String::new()
        };
        let outputs = if LOGIC.contains(&module) { 2 } else { usize::from(module != "stop-execution") };
        let _ = write!(text, "{node} {module} {params}{filter}");
        let mut leads_to = String::new();
        for output in 0..outputs {
            if output > 0 {
                leads_to.push('|');
            }
            let count = [1, 1, 1, 2, 0][random.below(5)];
            let targets: Vec<String> = (0..count)
                .filter(|_| node < length)
                .map(|_| (node + 1 + random.below((length - node).min(3))).to_string())
                .collect();
            leads_to.push_str(&targets.join(","));
        }
        if !leads_to.is_empty() {
            let _ = write!(text, " > {leads_to}");
        }
        text.push('\n');
    }
    text
}

/// A workflow that stops for the events that answer a question.
pub(super) fn condition(random: &mut Random, trigger: &str) -> String {
    let module = random.one(&LOGIC);
    let params = params(random, module);
    format!("1 {trigger} > 2\n2 {module} {params} > 3|\n3 stop-execution {{}}\n")
}

fn tag_list(random: &mut Random) -> String {
    let tag = |random: &mut Random| {
        let name = random.one(&["a", "b", "a", "b", "c", "tlp-red", "1"]);
        match random.below(3) {
            0 => format!(r#"{{"name": "{name}", "local": true}}"#),
            1 => format!(r#"{{"name": "{name}", "local": false}}"#),
            _ => format!(r#"{{"name": "{name}"}}"#),
        }
    };
    let count = [0, 1, 1, 1, 2, 2, 3][random.below(7)];
    let tags: Vec<String> = (0..count).map(|_| tag(random)).collect();
    tags.join(",")
}

fn attribute(random: &mut Random, id: &mut usize) -> String {
    *id += 1;
    let mut text = format!(r#"{{"id": "{id}""#);
    if random.below(8) > 0 {
        let _ = write!(text, r#", "type": "{}""#, random.one(&["ip-src", "domain", "url"]));
    }
    if random.below(4) > 0 {
        let _ = write!(text, r#", "value": "{}""#, random.one(&VALUES));
    }
    if random.below(5) == 0 {
        let _ = write!(text, r#", "comment": {}"#, random.one(&["null", "\"a\"", "\"\""]));
    }
    if random.below(4) > 0 {
        let _ = write!(text, r#", "to_ids": {}"#, random.one(&["true", "false"]));
    }
    if random.below(3) > 0 {
        let _ = write!(text, r#", "Tag": [{}]"#, tag_list(random));
    }
    text + "}"
}

/// An event.
pub(super) fn event(random: &mut Random, trigger: &str) -> String {
    let mut parts = vec![r#""id": "7""#.to_owned()];
    let mut id = 0;
    let mut field = |random: &mut Random, name: &str, values: &[&str]| {
        if random.below(4) > 0 {
            parts.push(format!(r#""{name}": {}"#, random.one(values)));
        }
    };
    field(random, "info", &["\"a\"", "\"b\"", "\"\"", "\"1\"", "\"x\""]);
    field(random, "published", &["true", "false"]);
    field(random, "threat_level_id", &["\"1\"", "\"2\"", "\"3\"", "\"4\""]);
    field(random, "distribution", &["\"0\"", "\"1\"", "\"3\""]);
    field(random, "org_id", &["\"1\"", "\"2\"", "\"3\""]);
    if random.below(3) > 0 {
        parts.push(format!(r#""Orgc": {{"name": "{}"}}"#, random.one(&VALUES)));
    }
    if random.below(3) > 0 {
        parts.push(format!(r#""Tag": [{}]"#, tag_list(random)));
    }
    // This trigger passes no attributes.
    if trigger != "event-after-save" {
        if random.below(4) > 0 {
            let count = random.below(4);
            let attributes: Vec<String> = (0..count).map(|_| attribute(random, &mut id)).collect();
            parts.push(format!(r#""Attribute": [{}]"#, attributes.join(",")));
        }
        if random.below(3) == 0 {
            let count = random.below(3);
            let attributes: Vec<String> = (0..count).map(|_| attribute(random, &mut id)).collect();
            parts.push(format!(
                r#""Object": [{{"name": "{}", "Attribute": [{}]}}]"#,
                random.one(&VALUES),
                attributes.join(",")
            ));
        }
    }
    format!(r#"{{"Event": {{{}}}}}"#, parts.join(", "))
}
