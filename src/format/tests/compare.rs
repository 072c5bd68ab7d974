//! What a file says, without where it says it.

use crate::base::source::Sources;
use crate::syntax::parse;
use crate::syntax::tree::{Call, Condition, File, Item, Predicate, PredicateKind, Step, StepKind};

/// The tree of a file that can be read, as text without places; and for every argument of every
/// call, whether its name is quoted.
pub fn meaning(text: &str) -> (String, Vec<bool>) {
    let sources = Sources::new();
    let id = sources.add("test.mwf", None, text);
    let parsed = parse(&sources, id);
    assert_eq!(parsed.diagnostics, [], "{text}");
    let mut quotes = Quotes { sources: &sources, quoted: Vec::new() };
    quotes.file(&parsed.file);
    (without_places(&format!("{:?}", parsed.file.items)), quotes.quoted)
}

fn without_places(debug: &str) -> String {
    let mut pieces = debug.split("span: ");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push_str(
            piece.trim_start_matches(|character: char| character.is_ascii_digit() || ":.".contains(character)),
        );
    }
    text
}

struct Quotes<'s> {
    sources: &'s Sources,
    quoted: Vec<bool>,
}

impl Quotes<'_> {
    fn file(&mut self, file: &File<'_>) {
        for item in &file.items {
            match item {
                Item::Workflow(workflow) => {
                    self.call(&workflow.trigger);
                    self.steps(&workflow.body.steps);
                }
                Item::Blueprint(blueprint) => self.steps(&blueprint.body.steps),
                Item::Import(_) | Item::Let(_) | Item::Module(_) | Item::Test(_) => {}
            }
        }
    }

    fn steps(&mut self, steps: &[Step<'_>]) {
        for step in steps {
            match &step.kind {
                StepKind::Call(step) => {
                    self.call(&step.call);
                    step.filter.iter().for_each(|filter| self.predicate(&filter.condition));
                }
                StepKind::If(step) => {
                    for arm in &step.arms {
                        self.condition(&arm.condition);
                        self.steps(&arm.body.steps);
                    }
                    step.otherwise.iter().for_each(|block| self.steps(&block.steps));
                }
                StepKind::Filter(step) => {
                    self.predicate(&step.condition);
                    self.steps(&step.body.steps);
                }
                StepKind::Concurrent(step) => step.branches.iter().for_each(|branch| self.steps(&branch.steps)),
                StepKind::Use(call) => self.call(call),
                StepKind::Goto(_) => {}
                StepKind::Detached(block) => self.steps(&block.steps),
            }
        }
    }

    fn condition(&mut self, condition: &Condition<'_>) {
        match condition {
            Condition::Or(parts) | Condition::And(parts) => parts.iter().for_each(|part| self.condition(part)),
            Condition::Not { inner, .. } => self.condition(inner),
            Condition::Predicate(predicate) => self.predicate(predicate),
        }
    }

    fn predicate(&mut self, predicate: &Predicate<'_>) {
        if let PredicateKind::Call(call) = &predicate.kind {
            self.call(call);
        }
    }

    fn call(&mut self, call: &Call<'_>) {
        let quoted = |span| self.sources.snippet(span).starts_with('"');
        self.quoted.extend(call.arguments.iter().map(|argument| quoted(argument.name.span)));
    }
}
