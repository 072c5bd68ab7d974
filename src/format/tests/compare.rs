//! What a file says, without where it says it.

use crate::base::source::Sources;
use crate::syntax::parse;
use crate::syntax::tree::{Block, Call, Condition, File, FilterStep, Item, Predicate, PredicateKind, Step, StepKind};

/// The tree of a file that can be read, as text without places; and for every argument of every
/// call, whether its name is quoted.
pub fn meaning(text: &str) -> (String, Vec<bool>) {
    let sources = Sources::new();
    let id = sources.add("test.mwf", None, text);
    let parsed = parse(&sources, id);
    assert_eq!(parsed.diagnostics, [], "{text}");
    let mut quotes = Quotes { sources: &sources, quoted: Vec::new() };
    quotes.file(&parsed.file);
    let labels = labels_of(&parsed.file);
    (format!("{} {labels:?}", without_labels(&without_places(&format!("{:?}", parsed.file.items)))), quotes.quoted)
}

/// Filters with the labels that they get are told apart from their steps.
fn without_labels(debug: &str) -> String {
    const FILTER: &str = "FilterStep { label: ";
    let mut pieces = debug.split(FILTER);
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push_str(FILTER);
        text.push_str(&piece[piece.find(", selector:").expect("a selector follows")..]);
    }
    text
}

/// The labels of all filters, those too that the compiler chooses.
fn labels_of(file: &File<'_>) -> Vec<String> {
    let mut labels = Vec::new();
    for item in &file.items {
        match item {
            Item::Workflow(workflow) => chosen(&workflow.body.steps, &[], &mut labels),
            Item::Blueprint(blueprint) => chosen(&blueprint.body.steps, &[], &mut labels),
            Item::Import(_) | Item::Let(_) | Item::Module(_) | Item::Test(_) => {}
        }
    }
    labels
}

fn chosen(steps: &[Step<'_>], around: &[String], labels: &mut Vec<String>) {
    for filter in filters(steps) {
        let label = if let Some(label) = filter.label {
            label.text.to_owned()
        } else {
            let mut taken = around.to_vec();
            written(&filter.body.steps, &mut taken);
            let free =
                ["A", "B", "C", "D", "E", "F"].into_iter().find(|label| taken.iter().all(|other| other != label));
            free.unwrap_or("none").to_owned()
        };
        let inside: Vec<String> = around.iter().cloned().chain([label.clone()]).collect();
        labels.push(label);
        chosen(&filter.body.steps, &inside, labels);
    }
}

fn written(steps: &[Step<'_>], labels: &mut Vec<String>) {
    for filter in filters(steps) {
        labels.extend(filter.label.map(|label| label.text.to_owned()));
        written(&filter.body.steps, labels);
    }
}

/// The filters in steps that are in no other filter, in order.
fn filters<'t, 's>(steps: &'t [Step<'s>]) -> Vec<&'t FilterStep<'s>> {
    let blocks = |blocks: Vec<&'t Block<'s>>| blocks.into_iter().flat_map(|block| filters(&block.steps)).collect();
    let of_step = |step: &'t Step<'s>| match &step.kind {
        StepKind::Filter(filter) => vec![&**filter],
        StepKind::If(step) => blocks(step.arms.iter().map(|arm| &arm.body).chain(&step.otherwise).collect()),
        StepKind::Concurrent(step) => blocks(step.branches.iter().collect()),
        StepKind::Detached(block) => filters(&block.steps),
        StepKind::Call(_) | StepKind::Use(_) | StepKind::Goto(_) => Vec::new(),
    };
    steps.iter().flat_map(of_step).collect()
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
                    step.filter.iter().for_each(|filter| self.condition(&filter.condition));
                }
                StepKind::If(step) => {
                    for arm in &step.arms {
                        self.condition(&arm.condition);
                        self.steps(&arm.body.steps);
                    }
                    step.otherwise.iter().for_each(|block| self.steps(&block.steps));
                }
                StepKind::Filter(step) => {
                    self.condition(&step.condition);
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
