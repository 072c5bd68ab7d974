//! Steps, fields, clauses, and the names that they use.

use crate::catalogue::quoted_unless_name;
use crate::diagnostics::{Code, Severity};
use crate::model::ModuleType;
use crate::resolve::BlueprintEntry;
use crate::syntax::tree::{Item, StepKind};

use super::super::hover::blueprint_head;
use super::super::outline::blocks;
use super::super::tokens::{Token, TokenKind, tokens};
use super::super::walk::{Found, Role, walk_item};
use super::snippet::{blank, call_snippet, escaped};
use super::{OfferKind, Offers};

impl<'t, 'a> Offers<'t, '_, 'a> {
    pub(super) fn steps(&mut self, in_head: bool, more: &[&str]) {
        for word in more {
            match *word {
                "for" if !self.last_call_takes_filters() => {}
                "for" => self.word("for", "for ${1:Event._AttributeFlattened.{n\\}} where ${0:type == \"ip-src\"}", 5),
                "else {" => self.word("else", "else {\n    $0\n}", 5),
                "else if " => self.word("else if", "else if ${1:condition} {\n    $0\n}", 5),
                other => self.word(other, other, 5),
            }
        }
        for (word, snippet) in [
            ("if", "if ${1:condition} {\n    $0\n}"),
            ("filter", "filter ${1:Event._AttributeFlattened.{n\\}} where ${2:type == \"ip-src\"} {\n    $0\n}"),
            ("concurrent", "concurrent {\n    branch {\n        $0\n    }\n}"),
            ("use", "use $0"),
            ("goto", "goto @$0"),
        ] {
            self.word(word, snippet, 20);
        }
        if in_head {
            self.fields();
        }
        let modules = self.analysis.modules(self.file);
        for module in modules {
            if module.module_type != ModuleType::Trigger && !module.is_condition() && module.has_example_call() {
                self.module(module, OfferKind::Module, 30);
            }
        }
    }

    /// Whether the module of the call before the place takes a filter.
    pub(super) fn last_call_takes_filters(&self) -> bool {
        let before = &self.text[..self.cursor.typed.start];
        let Some(close) = before.trim_end().strip_suffix(')') else { return false };
        let mut depth = 1_usize;
        for (at, c) in close.char_indices().rev() {
            match c {
                ')' => depth += 1,
                '(' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let name = close[..at].rsplit(|c: char| !(c.is_ascii_alphanumeric() || "_-".contains(c))).next();
                let signature = name.and_then(|name| self.analysis.signature(self.file, name));
                return signature.is_some_and(|module| module.supports_filters);
            }
        }
        false
    }

    pub(super) fn fields(&mut self) {
        let is_workflow = self.cursor.item.as_ref().is_some_and(|item| item.keyword == "workflow");
        for (name, snippet, about) in [
            ("name", "name: \"$0\"", "what MISP shows"),
            ("description", "description: \"$0\"", "a sentence"),
            ("uuid", "uuid: \"$0\"", "the uuid in MISP"),
            ("debug", "debug: ${0|true,false|}", "whether MISP logs every node that runs"),
        ] {
            if name != "debug" || is_workflow {
                self.field(name, snippet, about);
            }
        }
    }

    pub(super) fn field(&mut self, name: &str, snippet: &str, about: &str) {
        let mut offer = self.offer(name, OfferKind::Field, 40);
        offer.text = format!("{name}: ");
        about.clone_into(&mut offer.detail);
        offer.snippet = Some(snippet.to_owned());
        self.add(offer);
    }

    pub(super) fn module_entries(&mut self) {
        self.word("param", "param ${1:name}: ${2|text,textarea,select,radio,picker,hashpath,number,checkbox|}($0)", 10);
        for (name, about) in [
            ("name", "the display name"),
            ("description", "a sentence"),
            ("version", "the version that its nodes carry"),
            ("blocking", "whether MISP waits, or a failure ends the run"),
            ("outputs", "0, 1, or 2"),
            ("filters", "whether it takes a module filter"),
            ("core-format", "whether it needs or gives data in the core format"),
            ("shape", "`default` or `if`"),
        ] {
            let is_text = matches!(name, "name" | "description" | "version");
            let snippet = if is_text { format!("{name}: \"$0\"") } else { format!("{name}: $0") };
            self.field(name, &snippet, about);
        }
    }

    pub(super) fn attributes(&mut self) {
        for (name, about) in [
            ("label", "what the editor shows"),
            ("description", "for people"),
            ("example", "for people"),
            ("options", "a list, or an object with labels"),
            ("open", "whether other values are allowed too"),
            ("multiple", "whether a picker takes several values"),
            ("jinja", "whether MISP renders templates in it"),
            ("json", "whether it is meant to be JSON"),
            ("lines", "what separates key and value"),
            ("sensitive", "whether it holds a secret"),
            ("shown-when", "with which values of other parameters it is shown"),
            ("required", "why the module cannot work without it"),
        ] {
            let snippet = format!("{name}: $0");
            self.field(name, &snippet, about);
        }
    }

    pub(super) fn clauses(&mut self) {
        for (word, snippet) in
            [("given", "given \"$0\""), ("when", "when ${1:module} ${2|fails,returns|} $0"), ("expect", "expect $0")]
        {
            self.word(word, snippet, 10);
        }
    }

    pub(super) fn blueprints(&mut self) {
        let mut known: Vec<(&str, BlueprintEntry<'a>)> =
            self.analysis.context.scopes[self.file].blueprints.iter().map(|(name, entry)| (*name, *entry)).collect();
        known.sort_by_key(|(name, _)| *name);
        for (name, entry) in known {
            let mut offer = self.offer(name, OfferKind::Blueprint, 10);
            let follows = self.text[self.cursor.typed.end..].trim_start().starts_with('(');
            if let BlueprintEntry::Text { blueprint, .. } = entry {
                offer.detail = blueprint_head(blueprint);
                let required: Vec<(String, String)> = blueprint
                    .parameters
                    .iter()
                    .filter(|parameter| parameter.default.is_none())
                    .map(|parameter| (parameter.name.text.to_owned(), blank(parameter)))
                    .collect();
                offer.snippet = (!follows).then(|| call_snippet(name, &required));
            } else {
                "a blueprint of MISP".clone_into(&mut offer.detail);
                offer.snippet = (!follows).then(|| format!("{}()$0", escaped(name)));
            }
            if !follows {
                offer.text.push_str("()");
            }
            self.add(offer);
        }
    }

    /// The labels of the item, or of a workflow under test.
    pub(super) fn labels(&mut self, workflow: Option<&str>) {
        let head = self.cursor.item.clone();
        let id = workflow.map(str::to_owned).or_else(|| head.map(|head| head.id)).unwrap_or_default();
        let mut names = Vec::new();
        for file in self.analysis.in_reach(self.file) {
            for item in &self.analysis.tree(file).items {
                let body = match item {
                    Item::Workflow(workflow) if workflow.id.text == id => &workflow.body,
                    Item::Blueprint(blueprint) if workflow.is_none() && blueprint.id.text == id => &blueprint.body,
                    _ => continue,
                };
                let mut open = vec![body];
                while let Some(block) = open.pop() {
                    for step in &block.steps {
                        if let Some(label) = step.label {
                            let what = match &step.kind {
                                StepKind::Call(call) => call.call.name.text,
                                StepKind::Use(call) => call.name.text,
                                _ => "",
                            };
                            names.push((label.text, what));
                        }
                        open.extend(blocks(step));
                    }
                }
            }
        }
        if workflow.is_none() {
            for name in self.labels_around() {
                if !names.iter().any(|(known, _)| *known == name) {
                    names.push((name, ""));
                }
            }
        }
        for (name, what) in names {
            let mut offer = self.offer(&format!("@{name}"), OfferKind::Label, 10);
            what.clone_into(&mut offer.detail);
            self.add(offer);
        }
    }

    /// The labels of the item around the place by its tokens: in the tree a `goto` that is being typed takes the label of the
    /// next step for its own.
    fn labels_around(&self) -> Vec<&'t str> {
        let start = self.cursor.item.as_ref().map_or(0, |item| item.start);
        let mut names = Vec::new();
        let mut before: Option<Token> = None;
        for token in tokens(self.text).into_iter().filter(|token| token.bytes.start > start) {
            let word = &self.text[token.bytes.clone()];
            let begins_line = self.text[..token.bytes.start].ends_with('\n');
            if token.kind == TokenKind::Word && begins_line && is_item(word) {
                break;
            }
            let goto = before.as_ref().filter(|before| &self.text[before.bytes.clone()] == "goto");
            let is_typed_before = goto.is_some_and(|goto| {
                goto.bytes.end <= self.cursor.typed.start && self.cursor.typed.end <= token.bytes.start
            });
            let is_defined = token.kind == TokenKind::Label && word.len() > 1 && (goto.is_none() || is_typed_before);
            if is_defined && token.bytes != self.cursor.typed {
                names.push(&word[1..]);
            }
            before = Some(token);
        }
        names
    }

    pub(super) fn targets(&mut self) {
        let workflow = self.cursor.item.clone().map(|item| item.id).unwrap_or_default();
        self.labels(Some(&workflow));
        let mut called: Vec<&str> = Vec::new();
        for file in self.analysis.in_reach(self.file) {
            for item in &self.analysis.tree(file).items {
                if matches!(item, Item::Workflow(item) if item.id.text == workflow) {
                    walk_item(item, &mut |found, _| {
                        if let Found::Name(Role::Called, name) = found {
                            called.push(name.text);
                        }
                    });
                }
            }
        }
        for name in called {
            let offer = self.offer(&quoted_unless_name(name), OfferKind::Module, 20);
            self.add(offer);
        }
        for module in self.analysis.modules(self.file) {
            if module.module_type == ModuleType::Action {
                let mut offer = self.offer(&quoted_unless_name(&module.id), OfferKind::Module, 30);
                offer.detail.clone_from(&module.name);
                self.add(offer);
            }
        }
    }

    pub(super) fn codes(&mut self) {
        for code in Code::ALL.iter().filter(|code| code.severity() != Severity::Error) {
            let mut offer = self.offer(code.as_str(), OfferKind::Code, 10);
            code.summary().trim().clone_into(&mut offer.detail);
            self.add(offer);
        }
    }
}

fn is_item(word: &str) -> bool {
    matches!(word, "workflow" | "blueprint" | "module" | "test" | "let" | "import")
}
