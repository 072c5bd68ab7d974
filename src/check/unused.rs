//! Constants, labels and blueprints that nothing uses. A blueprint that can be written to MISP is a product of its own,
//! with or without a `use`.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::parallel;
use crate::base::source::Span;
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::{BlueprintEntry, ItemPlace};
use crate::syntax::tree::{
    Block, Blueprint, ClauseKind, Condition, Item, Name, PredicateKind, StepKind, Test, Value, ValueKind,
};

use super::context::Context;

/// Looks through the files that were asked for; everything in them must have been checked, without errors.
pub fn check_unused(context: Context<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let files = &context.program.files;
    if files.iter().any(|file| file.tree.incomplete) {
        return;
    }
    let mut in_tests = FxHashSet::default();
    let mut labels_in_tests: FxHashMap<&str, FxHashSet<&str>> = FxHashMap::default();
    for (file, loaded) in files.iter().enumerate() {
        for item in &loaded.tree.items {
            let Item::Test(test) = item else { continue };
            let constants = &context.scopes[file].constants;
            in_tests.extend(words(test).into_iter().filter_map(|word| constants.get(word).copied()));
            let labels = targets(test).filter_map(|target| target.text.strip_prefix('@'));
            labels_in_tests.entry(test.workflow.text).or_default().extend(labels);
        }
    }
    let used = used_blueprints(context);
    let none = FxHashSet::default();
    let roots: Vec<usize> = (0..context.program.roots).collect();
    let found = parallel::each(&roots, context.program.length(), |&file| {
        let items = &files[file].tree.items;
        let mut found = Vec::new();
        // A file without workflows is there for other files.
        let has_workflows = items.iter().any(|item| matches!(item, Item::Workflow(_)));
        for (index, item) in items.iter().enumerate() {
            let place = ItemPlace { file, item: index };
            match item {
                Item::Let(item) if has_workflows && !context.constants.is_used(place) && !in_tests.contains(&place) => {
                    found.push(unused_constant(item.name));
                }
                Item::Workflow(workflow) => {
                    let tested = labels_in_tests.get(workflow.id.text).unwrap_or(&none);
                    unused_labels(&workflow.body, tested, &mut found);
                }
                Item::Blueprint(blueprint) => {
                    unused_labels(&blueprint.body, &none, &mut found);
                    let is_written = blueprint.parameters.iter().all(|parameter| parameter.default.is_some());
                    if has_workflows && !is_written && !used.contains(&blueprint.id.span) {
                        found.push(unused_blueprint(blueprint));
                    }
                }
                _ => {}
            }
        }
        found
    });
    diagnostics.extend(found.into_iter().flatten());
}

fn unused_constant(name: Name<'_>) -> Diagnostic {
    Diagnostic::at(Code::UnusedConstant, name.span, format!("the constant `{}` is never used", name.text))
        .note("constants are not part of what MISP gets: one that nothing names has no effect at all")
        .help("remove it, or use it where its value is written out")
}

fn unused_blueprint(blueprint: &Blueprint<'_>) -> Diagnostic {
    let id = blueprint.id;
    Diagnostic::at(Code::UnusedBlueprint, id.span, format!("the blueprint `{}` is never used", id.text))
        .note("a blueprint with a parameter that has no default is not written to MISP: without a `use` nothing comes of it")
        .help(format!("use it, `use {}(…)`, give every parameter a default, or remove it", id.text))
}

/// The places of the blueprints that something in the files uses.
fn used_blueprints(context: Context<'_, '_>) -> FxHashSet<Span> {
    let mut used = FxHashSet::default();
    if context.scopes.iter().all(|scope| scope.blueprints.is_empty()) {
        return used;
    }
    for (loaded, scope) in context.program.files.iter().zip(context.scopes) {
        let mut open: Vec<&Block<'_>> = Vec::new();
        for item in &loaded.tree.items {
            match item {
                Item::Workflow(workflow) => open.push(&workflow.body),
                Item::Blueprint(blueprint) => open.push(&blueprint.body),
                _ => {}
            }
        }
        while let Some(block) = open.pop() {
            for step in &block.steps {
                match &step.kind {
                    StepKind::Use(call) => {
                        if let Some(BlueprintEntry::Text { blueprint, .. }) = scope.blueprints.get(call.name.text) {
                            used.insert(blueprint.id.span);
                        }
                    }
                    StepKind::If(branches) => {
                        open.extend(branches.arms.iter().map(|arm| &arm.body).chain(&branches.otherwise));
                    }
                    StepKind::Filter(filter) => open.push(&filter.body),
                    StepKind::Concurrent(concurrent) => open.extend(&concurrent.branches),
                    StepKind::Detached(body) => open.push(body),
                    StepKind::Goto(_) | StepKind::Call(_) => {}
                }
            }
        }
    }
    used
}

fn unused_labels(body: &Block<'_>, tested: &FxHashSet<&str>, diagnostics: &mut Vec<Diagnostic>) {
    let (mut labels, mut jumps) = (Vec::new(), FxHashSet::default());
    collect(body, &mut labels, &mut jumps);
    for label in labels.into_iter().filter(|label| !jumps.contains(label.text) && !tested.contains(label.text)) {
        diagnostics.push(
            Diagnostic::at(
                Code::UnusedLabel,
                label.span,
                format!("no `goto` leads to the label `@{}`, and no test names it", label.text),
            )
            .note("labels are not part of the JSON for MISP: only jumps and tests use them")
            .help("remove the label, or lead a `goto` to it"),
        );
    }
}

fn collect<'a>(block: &Block<'a>, labels: &mut Vec<Name<'a>>, jumps: &mut FxHashSet<&'a str>) {
    for step in &block.steps {
        labels.extend(step.label);
        match &step.kind {
            StepKind::If(branches) => {
                let bodies = branches.arms.iter().map(|arm| &arm.body).chain(&branches.otherwise);
                bodies.for_each(|body| collect(body, labels, jumps));
            }
            StepKind::Filter(filter) => collect(&filter.body, labels, jumps),
            StepKind::Concurrent(concurrent) => {
                concurrent.branches.iter().for_each(|body| collect(body, labels, jumps));
            }
            StepKind::Detached(body) => collect(body, labels, jumps),
            StepKind::Goto(target) => {
                jumps.insert(target.text);
            }
            StepKind::Call(_) | StepKind::Use(_) => {}
        }
    }
}

/// The steps that a test names.
fn targets<'t, 'a>(test: &'t Test<'a>) -> impl Iterator<Item = &'t Name<'a>> {
    test.clauses.iter().flat_map(|clause| match &clause.kind {
        ClauseKind::WhenFails { target, .. }
        | ClauseKind::WhenReturns { target, .. }
        | ClauseKind::ExpectEffect { target, .. } => std::slice::from_ref(target),
        ClauseKind::ExpectRan { targets, .. } => targets,
        ClauseKind::Given(_)
        | ClauseKind::GivenAny { .. }
        | ClauseKind::ExpectOutcome { .. }
        | ClauseKind::ExpectLog { .. } => &[],
    })
}

/// The values in a condition.
fn values_of<'t, 'a>(condition: &'t Condition<'a>, values: &mut Vec<&'t Value<'a>>) {
    let mut open = vec![condition];
    while let Some(condition) = open.pop() {
        let predicate = match condition {
            Condition::And(parts) | Condition::Or(parts) => {
                open.extend(parts);
                continue;
            }
            Condition::Not { inner, .. } => {
                open.push(inner);
                continue;
            }
            Condition::Predicate(predicate) => predicate,
        };
        match &predicate.kind {
            PredicateKind::Call(call) => values.extend(call.arguments.iter().map(|argument| &argument.value)),
            PredicateKind::Tagged { tags: value, .. } | PredicateKind::Any { path: value } => values.push(value),
            PredicateKind::Compare { left: one, right: other, .. }
            | PredicateKind::Among { path: one, list: other }
            | PredicateKind::AnyCompare { path: one, value: other, .. }
            | PredicateKind::Count { path: one, value: other, .. } => values.extend([one, other]),
            PredicateKind::Published | PredicateKind::Unpublished => {}
        }
    }
}

/// The bare words among the values of a test.
fn words<'a>(test: &Test<'a>) -> Vec<&'a str> {
    let mut open: Vec<&Value<'a>> = Vec::new();
    for clause in &test.clauses {
        match &clause.kind {
            ClauseKind::Given(values) => open.extend(values),
            ClauseKind::GivenAny { condition } => {
                if let Some(condition) = condition {
                    values_of(condition, &mut open);
                }
            }
            ClauseKind::WhenFails { message: value, .. }
            | ClauseKind::WhenReturns { value, .. }
            | ClauseKind::ExpectLog { text: value, .. } => open.push(value),
            ClauseKind::ExpectEffect { value, .. } => open.extend(value),
            ClauseKind::ExpectOutcome { message, .. } => open.extend(message),
            ClauseKind::ExpectRan { .. } => {}
        }
    }
    let mut words = Vec::new();
    while let Some(value) = open.pop() {
        match &value.kind {
            ValueKind::Name(word) => words.push(*word),
            ValueKind::List(values) | ValueKind::Concatenation(values) => open.extend(values),
            ValueKind::Object(entries) => open.extend(entries.iter().map(|entry| &entry.value)),
            _ => {}
        }
    }
    words
}
