//! Writes random well-typed programs.

use std::fmt::Write as _;

use mispflow::catalogue::{Catalogue, Parameter, ParameterKind, Signature};
use mispflow::model::ModuleType;

/// Two files of workflows and one that both import.
pub struct Project {
    /// Name and text of each file.
    pub files: Vec<(&'static str, String)>,
    /// How many documents it compiles to.
    pub documents: usize,
    /// Whether some nodes are meant to be reached by nothing.
    pub detached: bool,
}

/// A project from a list of random numbers.
pub fn project(random: &[u8]) -> Project {
    let mut writer = Writer {
        random: random.iter(),
        text: String::new(),
        flow: Flow::default(),
        blueprints: Vec::new(),
        detached: false,
        paths: &CORE,
    };
    let common = writer.common();
    let triggers: Vec<&Signature> = signatures(|signature| signature.module_type == ModuleType::Trigger);
    let first = writer.choose(triggers.len());
    let second = (first + 1 + writer.choose(triggers.len() - 1)) % triggers.len();
    let one = writer.workflow("first", triggers[first]);
    let two = writer.workflow("second", triggers[second]);
    // Blueprints whose parameters all have defaults are written too.
    let documents = 2 + writer.blueprints.iter().filter(|blueprint| !blueprint.required).count();
    let files = vec![("common.mwf", common), ("first.mwf", one), ("second.mwf", two)];
    Project { files, documents, detached: writer.detached }
}

fn signatures(wanted: impl Fn(&Signature) -> bool) -> Vec<&'static Signature> {
    Catalogue::built_in().modules().filter(|signature| wanted(signature)).collect()
}

struct Blueprint {
    id: String,
    /// Whether a parameter has no default.
    required: bool,
    /// Whether a run goes on after its last step.
    open: bool,
    /// Whether it filters.
    filters: bool,
}

/// What is known of the flow that is written.
#[derive(Default)]
struct Flow {
    labels: usize,
    /// The filters around the place that is written.
    filters: Vec<char>,
    /// The filter scopes and branches around it, by number.
    regions: Vec<usize>,
    region_count: usize,
    /// Labels that were jumped to and not written yet, and the regions that each jump is in.
    pending: Vec<(usize, Vec<Vec<usize>>)>,
    /// Whether jumps may be written here.
    jumps: bool,
    /// Whether the blueprint's parameters `address` and `tag-list` can be named.
    in_blueprint: bool,
}

struct Writer<'r> {
    random: std::slice::Iter<'r, u8>,
    text: String,
    flow: Flow,
    blueprints: Vec<Blueprint>,
    detached: bool,
    paths: &'static Paths,
}

/// Where the data is MISP's core format, and where it is not and nothing is known of it.
const CORE: Paths = Paths {
    selectors: ["Event._AttributeFlattened.{n}", "Event.Object.{n}", "Event.Attribute.{n}[type=ip-src]"],
    plain: ["Event.info", "Event.Orgc.name"],
    many: ["Event.Tag.{n}.name", "Event.Attribute.{n}.comment"],
};
const OTHER: Paths = Paths {
    selectors: ["Data.list.{n}", "Data.{s}.{n}", "Data.list.{n}[name=x]"],
    plain: ["Data.info", "Data.owner.name"],
    many: ["Data.list.{n}.name", "Data.{s}.{*}.id"],
};

/// Hash paths that lead to something: a value, several, or items with a comment.
struct Paths {
    selectors: [&'static str; 3],
    plain: [&'static str; 2],
    many: [&'static str; 2],
}

const TAGS: [&str; 4] = [r#""tlp:red""#, r#""PAP:RED""#, r#""misp-galaxy:threat-actor=\"Sofacy\"""#, r#""grün""#];

impl Writer<'_> {
    /// A number below `limit`; zero once the random ones are used up.
    fn choose(&mut self, limit: usize) -> usize {
        self.random.next().map_or(0, |&random| usize::from(random) % limit)
    }

    fn one_of<'t, T: ?Sized>(&mut self, all: &[&'t T]) -> &'t T {
        all[self.choose(all.len())]
    }

    fn put(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push(if self.random.len().is_multiple_of(3) { '\n' } else { ' ' });
    }

    /// The file of constants and blueprints.
    fn common(&mut self) -> String {
        self.put(r#"let tags = ["tlp:red", "tlp:amber"] # restricted"#);
        self.text.push('\n');
        self.put(r#"let more-tags = tags + ["PAP:RED"]"#);
        self.put(r#"let address = "https://soc.example.org/" + "hook""#);
        self.put("let title = Event.info");
        for number in 0..self.choose(4) {
            let id = format!("piece-{number}");
            let start = self.text.len();
            let required = self.choose(3) == 0;
            let default = if required { "" } else { r#" = ["tlp:green"]"# };
            write!(
                self.text,
                "blueprint {id}(address: string = \"https://a.example.org\", tag-list: list{default}) {{ "
            )
            .unwrap();
            if self.choose(2) == 0 {
                self.put(r#"description: "[event-publish] a piece""#);
            }
            self.flow = Flow { jumps: true, in_blueprint: true, ..Flow::default() };
            let open = self.block(3);
            let open = self.write_pending(open);
            self.put("}");
            let filters = self.text[start..].contains("filter ");
            self.blueprints.push(Blueprint { id, required, open, filters });
        }
        std::mem::take(&mut self.text)
    }

    fn workflow(&mut self, id: &str, trigger: &'static Signature) -> String {
        self.paths = if trigger.gives_core_format { &CORE } else { &OTHER };
        self.put("import \"common.mwf\"");
        write!(self.text, "workflow {id} on {}", trigger.id).unwrap();
        if self.choose(2) == 0 && !trigger.parameters.is_empty() {
            self.arguments(trigger);
        }
        self.put(" {");
        if self.choose(2) == 0 {
            write!(self.text, "name: \"Workflow {id} ✓\" debug: true ").unwrap();
        }
        if self.choose(4) == 0 {
            let last = if id == "first" { 1 } else { 2 };
            write!(self.text, "uuid: \"5c4fd06e-cd1a-4b0a-8b55-2f8bb5a7e3a{last}\" ").unwrap();
        }
        self.flow = Flow { jumps: true, ..Flow::default() };
        let open = self.block(4);
        self.write_pending(open);
        if self.choose(6) == 0 {
            self.put("detached {");
            self.detached = true;
            self.flow = Flow::default();
            let kept = self.block(1);
            if kept {
                self.put("reload-full-event()");
            }
            self.put("}");
        }
        self.put("}");
        std::mem::take(&mut self.text)
    }

    /// A pending label that all its jumps may reach from here.
    fn take_label(&mut self) -> Option<usize> {
        let here = &self.flow.regions;
        let index = self.flow.pending.iter().position(|(_, jumps)| jumps.iter().all(|jump| jump.starts_with(here)))?;
        Some(self.flow.pending.remove(index).0)
    }

    fn inside(&mut self, write: impl FnOnce(&mut Self)) {
        self.flow.region_count += 1;
        self.flow.regions.push(self.flow.region_count);
        write(self);
        self.flow.regions.pop();
    }

    /// Writes the steps of a block; says whether a run leaves it at its end.
    fn block(&mut self, depth: u8) -> bool {
        let mut open = true;
        for _ in 0..self.choose(5) {
            let mut labelled = false;
            if (!open || self.choose(3) == 0)
                && let Some(label) = self.take_label()
            {
                self.put(&format!("@l{label}"));
                open = true;
                labelled = true;
            }
            if !open {
                break;
            }
            open = self.step(depth, labelled);
        }
        open
    }

    /// Writes a step; says whether a run goes on after it.
    fn step(&mut self, depth: u8, labelled: bool) -> bool {
        let limit = if depth == 0 { 7 } else { 14 };
        match self.choose(limit) {
            5 if self.flow.jumps && !labelled => {
                self.goto();
                false
            }
            6 => self.use_blueprint(),
            7..=9 => self.branches(depth),
            10 | 11 => self.filter(depth),
            12 => {
                self.put("concurrent {");
                for _ in 0..=self.choose(3) {
                    self.put("branch {");
                    self.inside(|writer| {
                        // Two branches that begin with jumps would be the same connection twice.
                        if writer.choose(4) > 0 && writer.call_step() {
                            writer.block(depth - 1);
                        }
                    });
                    self.put("}");
                }
                self.put("}");
                false
            }
            _ => self.call_step(),
        }
    }

    fn call_step(&mut self) -> bool {
        // Raw filters would have to be balanced like scopes.
        let callable = signatures(|signature| {
            signature.module_type != ModuleType::Trigger
                && !signature.is_condition()
                && !signature.id.starts_with("generic-filter")
        });
        if self.choose(20) == 0 {
            for module in ["generic-filter-data", "generic-filter-reset"] {
                let signature = signatures(|signature| signature.id == module);
                self.call(signature[0]);
            }
            return true;
        }
        let signature = self.one_of(&callable);
        if self.choose(8) == 0 {
            let (x, y) = (self.choose(200) * 10, self.choose(200));
            write!(self.text, "@[x: {x}, y: -{y}.5] ").unwrap();
        }
        self.call(signature);
        if signature.supports_filters && self.choose(3) == 0 {
            let selector = self.one_of(&self.paths.selectors);
            let comparison = self.comparison(false, true);
            self.put(&format!("for {selector} where {comparison}"));
        }
        signature.outputs > 0 && !signature.multiple_output_connection
    }

    fn goto(&mut self) {
        let jump = self.flow.regions.clone();
        let label = if self.flow.pending.is_empty() || self.choose(2) == 0 {
            self.flow.labels += 1;
            self.flow.pending.push((self.flow.labels, vec![jump]));
            self.flow.labels
        } else {
            let index = self.choose(self.flow.pending.len());
            self.flow.pending[index].1.push(jump);
            self.flow.pending[index].0
        };
        self.put(&format!("goto @l{label}"));
    }

    fn use_blueprint(&mut self) -> bool {
        if self.blueprints.is_empty() || self.flow.in_blueprint || !std::ptr::eq(self.paths, &CORE) {
            return self.call_step();
        }
        let index = self.choose(self.blueprints.len());
        let Blueprint { id, required, open, filters } = &self.blueprints[index];
        let (id, required, open) = (id.clone(), *required, *open);
        if *filters && !self.flow.filters.is_empty() {
            // It might use a label that is taken here.
            return self.call_step();
        }
        let tags = if required || self.choose(2) == 0 { "tag-list: more-tags" } else { "" };
        self.put(&format!("use {id}({tags})"));
        open
    }

    fn branches(&mut self, depth: u8) -> bool {
        let mut open = false;
        for arm in 0..=self.choose(3) {
            self.put(if arm == 0 { "if" } else { "else if" });
            self.condition(2);
            self.put("{");
            open |= self.block(depth - 1);
            self.put("}");
        }
        if self.choose(2) == 0 {
            return true;
        }
        self.put("else {");
        open |= self.block(depth - 1);
        self.put("}");
        open
    }

    fn condition(&mut self, depth: u8) {
        if self.choose(4) == 0 {
            self.put("not");
        }
        if depth > 0 && self.choose(3) == 0 {
            let word = self.one_of(&["and", "or"]);
            self.put("(");
            self.condition(depth - 1);
            self.put(word);
            self.condition(depth - 1);
            self.put(")");
            return;
        }
        match self.choose(6) {
            0 => {
                let subject = self.one_of(&["event", "attribute", "event_attribute"]);
                let tagged = self.one_of(&["tagged any", "tagged all", "not tagged any", "not tagged all"]);
                let tags = self.one_of(&["tags", "more-tags", r#""tlp:red""#, r#"["tlp:red", "tlp:clear"]"#]);
                self.put(&format!("{subject} {tagged} {tags}"));
            }
            1 => {
                let selector = self.one_of(&self.paths.selectors);
                let operator = self.one_of(&["==", "!=", ">", ">=", "<", "<="]);
                self.put(&format!("count({selector}) {operator} 50"));
            }
            2 => {
                let word = self.one_of(&["published", "unpublished"]);
                self.put(word);
            }
            3 => {
                let comparison = self.comparison(true, false);
                self.put(&comparison);
            }
            _ => {
                let conditions = signatures(Signature::is_condition);
                let signature = self.one_of(&conditions);
                self.call(signature);
            }
        }
    }

    /// A comparison at the root, or inside the items of a filter.
    fn comparison(&mut self, any: bool, inside: bool) -> String {
        let plain = if inside { "comment" } else { self.one_of(&self.paths.plain) };
        let many = self.one_of(&self.paths.many);
        let either = if inside { ["comment", "comment"] } else { [plain, many] };
        let many = self.one_of(&either);
        let value = self.one_of(&[r#""tlp:red""#, "5", "address", r#"env("VALUE")"#]);
        match self.choose(if any { 6 } else { 4 }) {
            0 => format!("{value} in {many}"),
            1 => format!("{value} not in {many}"),
            2 => format!("{plain} == {value}"),
            3 => format!("{plain} != {value}"),
            4 => format!("any {many}"),
            _ => format!("any {many} in more-tags"),
        }
    }

    fn filter(&mut self, depth: u8) -> bool {
        let first = self.choose(6) as u8;
        let free = (0..6)
            .map(|offset| char::from(b'A' + (first + offset) % 6))
            .find(|label| !self.flow.filters.contains(label));
        let Some(label) = free else { return true };
        let selector = self.one_of(&self.paths.selectors);
        let comparison = self.comparison(true, true);
        self.put(&format!("filter {label}: {selector} where {comparison} {{"));
        self.flow.filters.push(label);
        let mut open = true;
        self.inside(|writer| open = writer.block(depth - 1));
        self.flow.filters.pop();
        self.put("}");
        open
    }

    /// Writes a step for each label that is still missing.
    fn write_pending(&mut self, open: bool) -> bool {
        let pending = std::mem::take(&mut self.flow.pending);
        let any = !pending.is_empty();
        for (label, _) in pending {
            self.put(&format!("@l{label}"));
            self.put("push-zmq()");
        }
        open || any
    }

    fn call(&mut self, signature: &'static Signature) {
        self.text.push_str(&signature.id);
        self.arguments(signature);
        self.text.push(' ');
    }

    fn arguments(&mut self, signature: &'static Signature) {
        self.text.push('(');
        for parameter in &signature.parameters {
            let demanded =
                parameter.required.is_some() && parameter.editor_default().is_none_or(|value| value.is_empty());
            if demanded || self.choose(2) == 0 {
                let value = if signature.id == "count-if" && parameter.id == "value" {
                    // A text to the catalogue, but a count is compared with it.
                    self.choose(100).to_string()
                } else {
                    self.value(parameter)
                };
                self.put(&format!("{}: {value},", parameter.id));
            }
        }
        self.text.push(')');
    }

    /// A value that is good for a parameter, and not empty.
    fn value(&mut self, parameter: &Parameter) -> String {
        match parameter.kind {
            ParameterKind::Text | ParameterKind::Textarea => self.text_value(parameter),
            ParameterKind::HashPath => {
                if parameter.sub_selector {
                    return "comment".to_owned();
                }
                if parameter.id == "selector" {
                    return self.one_of(&self.paths.selectors).to_owned();
                }
                let plain = self.one_of(&self.paths.plain);
                if !std::ptr::eq(self.paths, &CORE) {
                    return plain.to_owned();
                }
                self.one_of(&[plain, "title", r#""Event.info""#]).to_owned()
            }
            ParameterKind::Picker if parameter.multiple => {
                if self.flow.in_blueprint && self.choose(2) == 0 && parameter.options.is_empty() {
                    return "tag-list".to_owned();
                }
                if parameter.options.is_empty() && self.choose(3) == 0 {
                    return self.one_of(&["tags", "more-tags", r#"tags + ["x"]"#, r#""one""#]).to_owned();
                }
                let items: Vec<_> = (0..=self.choose(3)).map(|_| self.option(parameter)).collect();
                format!("[{}]", items.join(", "))
            }
            ParameterKind::Picker | ParameterKind::Select | ParameterKind::Radio => self.option(parameter),
            ParameterKind::Number => self.choose(1000).to_string(),
            ParameterKind::Checkbox => self.one_of(&["true", "false"]).to_owned(),
        }
    }

    fn text_value(&mut self, parameter: &Parameter) -> String {
        if self.flow.in_blueprint && self.choose(4) == 0 {
            return "address".to_owned();
        }
        let anywhere = [
            r#""text""#,
            "42",
            "address",
            r#"env("NAME", "else")"#,
            r#"secret("TOKEN") + "/x""#,
            r#""a\n\"b\" \u00e9 \\""#,
        ];
        let rendered = [
            r#""{{ Event.info }} is out""#,
            "\"\"\"\n    {\"text\": \"{{ Event.info }}\"}\n\"\"\"",
            r#""{% if Event.published %}yes{% endif %}""#,
        ];
        match self.choose(if parameter.jinja { 9 } else { 6 }) {
            which @ ..6 => anywhere[which].to_owned(),
            which => rendered[which - 6].to_owned(),
        }
    }

    /// An option by its key or its label; some text where only the server knows the options.
    fn option(&mut self, parameter: &Parameter) -> String {
        if parameter.options.is_empty() || parameter.open && self.choose(4) == 0 {
            return self.one_of(&TAGS).to_owned();
        }
        let keys: Vec<&str> = parameter.options.keys().map(String::as_str).collect();
        let key = self.one_of(&keys);
        let label = &parameter.options[key];
        let labels_are_clear = parameter.option_by_label(label) == Some(key) && !parameter.has_option(label);
        let is_word = key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match self.choose(3) {
            0 if labels_are_clear => serde_json::to_string(label).unwrap(),
            1 if is_word && !matches!(key, "tags" | "address" | "title") => key.to_owned(),
            _ => serde_json::to_string(key).unwrap(),
        }
    }
}
