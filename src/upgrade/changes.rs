//! What an upgrade from one target to another changes for workflows.

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::base::source::Span;
use crate::catalogue::{Catalogue, Parameter, Signature, Target};
use crate::compile::{Compilation, Compiled};
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{ModuleType, Node, ParamText, ParamValue, TextPart};

/// Both sides of an upgrade.
type Pair<T> = [T; 2];

/// Reports what the workflows and blueprints meet in an upgrade. What cannot be said in the new
/// release is an error of the check for it and not repeated here.
pub(super) fn report(
    targets: Pair<(Target, &Catalogue)>,
    compilations: Pair<&Compilation<'_>>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let [old, new] = compilations;
    let new: FxHashMap<Span, &Compiled<'_>> =
        new.documents.iter().map(|document| (document.id.span, document)).collect();
    let names = targets.map(|(target, _)| target);
    let mut seen = FxHashSet::default();
    // A picker may list thousands of tags, so each module is compared once.
    let mut compared: FxHashMap<&str, Option<Vec<Pair<&Parameter>>>> = FxHashMap::default();
    let mut rewritten: IndexMap<&str, (Span, Vec<String>), FxBuildHasher> = IndexMap::default();
    for document in &old.documents {
        let after = new.get(&document.id.span).map(|new| new.document.graph.nodes.as_slice()).unwrap_or_default();
        for (index, node) in document.document.graph.nodes.iter().enumerate() {
            let [(_, before), (_, now)] = targets;
            let pair = before.module(&node.module).zip(now.module(&node.module));
            // A module that a file declares is the same everywhere.
            let Some((before, now)) = pair.filter(|(known, _)| *known.version == *node.version) else { continue };
            let different =
                compared.entry(&before.id).or_insert_with(|| (before != now).then(|| parameters(before, now)));
            let Some(different) = different else { continue };
            let span = node.origin.unwrap_or(document.id.span);
            let counterpart = after.get(index).filter(|other| other.module == node.module);
            for finding in changes(names, [before, now], different, [Some(node), counterpart], span) {
                if seen.insert((span, finding.message.clone())) {
                    diagnostics.push(finding);
                }
            }
            if let Some(differences) = rewriting(names, [before, now]) {
                rewritten.entry(before.id.as_str()).or_insert((span, differences));
            }
        }
    }
    for (module, (span, differences)) in rewritten {
        diagnostics.push(
            Diagnostic::at(
                Code::RewrittenForTarget,
                span,
                format!("nodes of `{module}` are written in another way from `{}` to `{}`", names[0], names[1]),
            )
            .note(differences.join("; "))
            .help("after the upgrade build the workflow for the new target and save it in MISP again"),
        );
    }
}

/// What happens in another way, though the text stays valid.
fn changes(
    names: Pair<Target>,
    signatures: Pair<&Signature>,
    different: &[Pair<&Parameter>],
    nodes: Pair<Option<&Node<'_>>>,
    span: Span,
) -> Vec<Diagnostic> {
    let [before, now] = signatures;
    let id = &before.id;
    let finding = |message: String| Diagnostic::at(Code::ChangesWithTarget, span, message);
    let mut findings = Vec::new();
    if before.blocking != now.blocking {
        findings.push(blocking(names, now, finding));
    }
    if before.outputs != now.outputs || before.multiple_output_connection != now.multiple_output_connection {
        findings.push(
            finding(format!("`{id}` has other outputs in `{}` than in `{}`", names[1], names[0]))
                .help("compare what is built for both targets"),
        );
    }
    let core = |signature: &Signature| (signature.expects_core_format, signature.gives_core_format);
    if core(before) != core(now) || before.scope != now.scope {
        findings.push(
            finding(format!("`{id}` works on other data in `{}` than in `{}`", names[1], names[0]))
                .help("check the hash paths of this workflow for both targets"),
        );
    }
    for &parameters in different {
        let values = nodes.map(|node| node.and_then(|node| value(node, &parameters[0].id)));
        if let [Some(old), Some(new)] = values {
            findings.extend(value_changes(names, parameters, [old, new], finding));
        }
    }
    findings
}

/// The parameters that both have and that differ.
fn parameters<'s>(before: &'s Signature, now: &'s Signature) -> Vec<Pair<&'s Parameter>> {
    let pairs = before.parameters.iter().filter_map(|old| Some([old, now.parameter(&old.id)?]));
    pairs.filter(|[old, new]| old != new).collect()
}

fn blocking(names: Pair<Target>, now: &Signature, finding: impl Fn(String) -> Diagnostic) -> Diagnostic {
    let (id, [old, new]) = (&now.id, names);
    match (now.module_type, now.blocking) {
        (ModuleType::Trigger, true) => finding(format!("`{id}` blocks in `{new}`, and does not in `{old}`"))
            .note("MISP will wait for the workflow, and only go on if it succeeds")
            .help("make sure that the workflow ends well whenever MISP is to go on"),
        (ModuleType::Trigger, false) => finding(format!("`{id}` does not block in `{new}`, as it does in `{old}`"))
            .note("MISP will go on at once: the workflow can no longer stop what happens")
            .help("use a trigger that blocks if the workflow is to stop something"),
        (_, true) => finding(format!("`{id}` blocks in `{new}`, and does not in `{old}`"))
            .note("if it fails, the whole run will end")
            .help("put what must happen before this step"),
        (_, false) => finding(format!("`{id}` does not block in `{new}`, as it does in `{old}`"))
            .note("if it fails, the run will go on")
            .help("do not rely on it to end the run"),
    }
}

fn value_changes(
    names: Pair<Target>,
    parameters: Pair<&Parameter>,
    values: Pair<&ParamValue<'_>>,
    finding: impl Fn(String) -> Diagnostic,
) -> Option<Diagnostic> {
    let ([old, new], id) = (names, &parameters[0].id);
    if values[0] != values[1] {
        let same_content = match values {
            [ParamValue::List(items), one] | [one, ParamValue::List(items)] => items.as_slice() == [one.clone()],
            _ => false,
        };
        if same_content {
            return Some(
                finding(format!("`{id}` is stored in another form in `{new}` than in `{old}`"))
                    .note(format!(
                        "`{new}` expects {}; a node that `{old}` saved may have no effect there",
                        form(parameters[1])
                    ))
                    .help("after the upgrade build the workflow for the new target and save it in MISP again"),
            );
        }
        return Some(
            finding(format!(
                "`{id}` is {} in `{new}`, and {} in `{old}`: the default is another one",
                shown(values[1]),
                shown(values[0])
            ))
            .help(format!("write `{id}` out, so that it does not depend on the release")),
        );
    }
    let ParamValue::Text(ParamText::Plain(key)) = values[0] else { return None };
    let labels = parameters.map(|parameter| parameter.options.get(&**key).map(|label| label.trim().to_lowercase()));
    if let [Some(before), Some(now)] = &labels
        && !mean_the_same(before, now)
    {
        return Some(
            finding(format!("the option `{key}` of `{id}` means \"{now}\" in `{new}`, and \"{before}\" in `{old}`"))
                .help(format!("check that `{key}` is still what you mean")),
        );
    }
    None
}

/// Whether two labels differ in words only that change nothing: "inherited attribute", "any inherited attribute".
fn mean_the_same(one: &str, other: &str) -> bool {
    let said = |label: &str| {
        let words = label.split(|character: char| !character.is_alphanumeric());
        let words = words.filter(|word| !matches!(*word, "" | "a" | "an" | "any" | "the" | "of"));
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    said(one) == said(other)
}

/// What makes saved nodes differ, whatever they say.
fn rewriting(names: Pair<Target>, signatures: Pair<&Signature>) -> Option<Vec<String>> {
    let [before, now] = signatures;
    let mut differences = Vec::new();
    if before.version != now.version {
        differences
            .push(format!("its version is {} in `{}`, {} in `{}`", before.version, names[0], now.version, names[1]));
    }
    let missing = |from: &Signature, to: &Signature| {
        let missing = from.parameters.iter().filter(|parameter| to.parameter(&parameter.id).is_none());
        missing.map(|parameter| format!("`{}`", parameter.id)).collect::<Vec<_>>().join(", ")
    };
    let (gone, came) = (missing(before, now), missing(now, before));
    if !came.is_empty() {
        differences.push(format!("it has new parameters: {came}"));
    }
    if !gone.is_empty() {
        differences.push(format!("it no longer has {gone}"));
    }
    (!differences.is_empty()).then_some(differences)
}

fn value<'n, 'a>(node: &'n Node<'a>, parameter: &str) -> Option<&'n ParamValue<'a>> {
    node.params.iter().find(|(id, _)| id == parameter).map(|(_, value)| value)
}

fn form(parameter: &Parameter) -> &'static str {
    if parameter.multiple { "a list" } else { "a single value" }
}

/// A value in a few words; of text from the environment only that it is.
fn shown(value: &ParamValue<'_>) -> String {
    match value {
        ParamValue::Null => "nothing".to_owned(),
        ParamValue::Boolean(boolean) => format!("`{boolean}`"),
        ParamValue::Number(number) => format!("`{number}`"),
        ParamValue::Text(ParamText::Plain(text)) if text.is_empty() => "empty".to_owned(),
        ParamValue::Text(ParamText::Plain(text)) => format!("`{text}`"),
        ParamValue::Text(ParamText::Parts(parts)) => {
            let secret = parts.iter().any(|part| matches!(part, TextPart::Secret { .. }));
            if secret { "a secret" } else { "a value from the environment" }.to_owned()
        }
        ParamValue::List(items) if items.is_empty() => "an empty list".to_owned(),
        ParamValue::List(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        ParamValue::Object(_) => "an object".to_owned(),
    }
}
