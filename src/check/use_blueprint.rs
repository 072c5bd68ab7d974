//! `use`: a blueprint's steps in the place of the step.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use crate::base::suggest::closest;
use crate::catalogue::Provenance;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Graph, Node};
use crate::resolve::{BlueprintEntry, Constant, ConstantKind, Literals, Seen, ValueType, duplicate, evaluate};
use crate::syntax::tree::{Argument, Blueprint, BlueprintParameter, Call, Name};

use super::checked::CheckedStepKind;
use super::flow::FlowChecker;
use super::positional::Slot;

/// How far blueprints may use each other in a row.
const MAX_CHAIN: usize = 32;

impl<'a> FlowChecker<'_, 'a> {
    pub(super) fn use_blueprint(&mut self, call: &'a Call<'a>) -> Option<CheckedStepKind<'a>> {
        let name = call.name;
        let Some(&entry) = self.context.scopes[self.file].blueprints.get(name.text) else {
            if !self.context.scopes[self.file].incomplete {
                self.report(self.unknown_blueprint(name));
            }
            return None;
        };
        match entry {
            BlueprintEntry::Graph(imported) => {
                if let Some(argument) = call.arguments.first() {
                    self.report(
                        Diagnostic::at(
                            Code::UnknownParameter,
                            argument.name.span,
                            "a blueprint of MISP takes no parameters",
                        )
                        .help(format!("write `use {}()`", name.text)),
                    );
                }
                self.expect_graph(&imported.graph);
                Some(CheckedStepKind::InlinedGraph { title: Cow::Borrowed(&imported.title), graph: &imported.graph })
            }
            BlueprintEntry::Text { file, blueprint } => self.inline(call, file, blueprint),
        }
    }

    /// Modules of a graph that nobody knows may add to the data what they like.
    fn expect_graph(&mut self, graph: &Graph<'_>) {
        let known = |node: &Node<'_>| {
            let signature = self.context.signature(self.file, &node.module);
            signature.is_some_and(|signature| signature.provenance != Provenance::Custom)
        };
        if !graph.nodes.iter().all(known) {
            self.typer = self.typer.opened();
        }
    }

    fn unknown_blueprint(&self, name: Name<'_>) -> Diagnostic {
        let mut known: Vec<&str> = self.context.scopes[self.file].blueprints.keys().copied().collect();
        if !self.context.budget.take_suggestion() {
            known.clear();
        }
        known.sort_unstable();
        let diagnostic =
            Diagnostic::at(Code::UnknownBlueprint, name.span, format!("there is no blueprint named `{}`", name.text));
        match closest(name.text, known) {
            Some(close) => diagnostic.help(format!("did you mean `{close}`?")).unsafe_fix(name.span, close),
            None => diagnostic.help("define it with `blueprint`, or `import` the file that does"),
        }
    }

    fn inline(&mut self, call: &'a Call<'a>, file: usize, blueprint: &'a Blueprint<'a>) -> Option<CheckedStepKind<'a>> {
        let id = blueprint.id;
        if let Some(from) = self.inlining.iter().position(|open| open.span == id.span) {
            let circle: Vec<_> =
                self.inlining[from..].iter().chain([&id]).map(|name| format!("`{}`", name.text)).collect();
            self.report(
                Diagnostic::at(Code::BlueprintCycle, call.name.span, "these blueprints use each other in a circle")
                    .label("this closes the circle")
                    .note(format!("the circle is {}", circle.join(" → ")))
                    .help("a blueprint is copied into the place of its `use`, so it cannot contain itself"),
            );
            return None;
        }
        if self.inlining.len() == MAX_CHAIN {
            self.report(
                Diagnostic::at(
                    Code::NestingTooDeep,
                    call.span,
                    format!("blueprints use each other more than {MAX_CHAIN} deep"),
                )
                .help("put their steps together"),
            );
            return None;
        }
        if !self.has_room(call.span) {
            return None;
        }
        let bindings = self.bind(call, blueprint);
        let outer_bindings = std::mem::replace(&mut self.bindings, bindings);
        let outer_file = std::mem::replace(&mut self.file, file);
        self.inlining.push(id);
        let outer_inlined = std::mem::replace(&mut self.inlined, true);
        let title = self.title(blueprint);
        let steps = self.steps(&blueprint.body);
        self.inlined = outer_inlined;
        self.inlining.pop();
        self.file = outer_file;
        self.bindings = outer_bindings;
        Some(CheckedStepKind::Inlined { title, steps })
    }

    /// The values of a blueprint's parameters.
    fn bind(&mut self, call: &'a Call<'a>, blueprint: &'a Blueprint<'a>) -> Vec<(&'a str, Constant<'a>)> {
        let mut seen = Seen::default();
        let mut given: FxHashMap<&str, Constant<'a>> = FxHashMap::default();
        let parameters: FxHashMap<&str, &BlueprintParameter<'a>> =
            blueprint.parameters.iter().rev().map(|parameter| (parameter.name.text, parameter)).collect();
        self.check_positional_arguments(call, || Slot::of_blueprint(&blueprint.parameters, call));
        let is_named = !call.arguments.iter().any(Argument::is_positional);
        for argument in call.arguments.iter().filter(|argument| !argument.is_positional()) {
            if let Some(before) = seen.before(argument.name) {
                self.report(duplicate("parameter", argument.name, before));
                continue;
            }
            let Some(&parameter) = parameters.get(argument.name.text) else {
                let worth_while = self.context.budget.take_suggestion();
                let names = blueprint.parameters.iter().map(|known| known.name.text).filter(|_| worth_while);
                let suggestion = closest(argument.name.text, names);
                let diagnostic = Diagnostic::at(
                    Code::UnknownParameter,
                    argument.name.span,
                    format!("the blueprint `{}` has no parameter `{}`", blueprint.id.text, argument.name.text),
                )
                .also(blueprint.id.span, "the blueprint");
                self.report(match suggestion {
                    Some(close) => {
                        diagnostic.help(format!("did you mean `{close}`?")).unsafe_fix(argument.name.span, close)
                    }
                    None => diagnostic.help("remove it, or add the parameter to the blueprint"),
                });
                continue;
            };
            let place = argument.value.span;
            let mut value = evaluate(&argument.value, self);
            if let ConstantKind::Word(word) = value.kind
                && matches!(value_type(parameter), Some(ValueType::Number | ValueType::Boolean | ValueType::List))
            {
                self.at(place, |checker| checker.unknown_word(word, value.span, None));
                value.kind = ConstantKind::Unknown;
            }
            if let Some(wanted) = value_type(parameter)
                && !wanted.admits(&value.kind)
            {
                let finding = Diagnostic::at(
                    Code::WrongType,
                    value.span,
                    format!("`{}` takes {}, not {}", parameter.name.text, wanted.describe(), value.kind.describe()),
                )
                .also(parameter.span, "the parameter")
                .help(match wanted {
                    ValueType::String => "write a string in double quotes",
                    ValueType::Number => "write a number",
                    ValueType::Boolean => "write `true` or `false`",
                    ValueType::List => "a list is written in brackets, even with a single entry: `[\"…\"]`",
                    ValueType::Path => "write a hash path, for example `Event.info`",
                });
                self.at(place, |checker| checker.report(finding));
                value.kind = ConstantKind::Unknown;
            }
            given.insert(argument.name.text, value);
        }
        let mut bindings = Vec::with_capacity(blueprint.parameters.len());
        for parameter in &blueprint.parameters {
            let value = given.remove(parameter.name.text).or_else(|| checked_default(parameter)).unwrap_or_else(|| {
                if !is_named {
                    return Constant { kind: ConstantKind::Unknown, span: call.span };
                }
                self.report(
                    Diagnostic::at(
                        Code::MissingParameter,
                        call.name.span,
                        format!("the blueprint `{}` needs the parameter `{}`", blueprint.id.text, parameter.name.text),
                    )
                    .also(parameter.span, "it has no default")
                    .help(format!("write `use {}({}: …)`", blueprint.id.text, parameter.name.text)),
                );
                Constant { kind: ConstantKind::Unknown, span: call.span }
            });
            bindings.push((parameter.name.text, value));
        }
        bindings
    }
}

/// The type of a parameter; `None` if it does not exist, which [`check_parameters`] reports.
pub fn value_type(parameter: &BlueprintParameter<'_>) -> Option<ValueType> {
    ValueType::ALL.into_iter().find(|known| known.as_str() == parameter.kind.text)
}

/// The default of a parameter. It is a literal: blueprints do not depend on where they are used.
fn default<'a>(parameter: &'a BlueprintParameter<'a>, diagnostics: &mut Vec<Diagnostic>) -> Option<Constant<'a>> {
    Some(evaluate(parameter.default.as_ref()?, &mut Literals { place: "a default", diagnostics }))
}

/// The same, where [`check_parameters`] has reported or will report what is wrong with it.
fn checked_default<'a>(parameter: &'a BlueprintParameter<'a>) -> Option<Constant<'a>> {
    let mut value = default(parameter, &mut Vec::new())?;
    if value_type(parameter).is_some_and(|wanted| !wanted.admits(&value.kind)) {
        value.kind = ConstantKind::Unknown;
    }
    Some(value)
}

/// The values that a blueprint's parameters have while it is alone: defaults, or unknown ones.
pub fn standalone_bindings<'a>(blueprint: &'a Blueprint<'a>) -> Vec<(&'a str, Constant<'a>)> {
    blueprint
        .parameters
        .iter()
        .map(|parameter| {
            let value = checked_default(parameter).unwrap_or_else(|| Constant {
                kind: value_type(parameter).map_or(ConstantKind::Unknown, ConstantKind::Parameter),
                span: parameter.span,
            });
            (parameter.name.text, value)
        })
        .collect()
}

/// Reports what is wrong with the parameters of a blueprint.
pub fn check_parameters(blueprint: &Blueprint<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = Seen::default();
    for parameter in &blueprint.parameters {
        if let Some(before) = seen.before(parameter.name) {
            diagnostics.push(duplicate("parameter", parameter.name, before));
        }
        let Some(wanted) = value_type(parameter) else {
            let names = ValueType::ALL.map(ValueType::as_str);
            diagnostics.push(
                Diagnostic::at(
                    Code::UnknownType,
                    parameter.kind.span,
                    format!("there is no type `{}`", parameter.kind.text),
                )
                .maybe_help(closest(parameter.kind.text, names).map(|name| format!("did you mean `{name}`?")))
                .help(format!("the types are {}", names.map(|name| format!("`{name}`")).join(", "))),
            );
            continue;
        };
        if let Some(value) = default(parameter, diagnostics)
            && !wanted.admits(&value.kind)
        {
            diagnostics.push(
                Diagnostic::at(
                    Code::WrongType,
                    value.span,
                    format!(
                        "the default of `{}` must be {}, not {}",
                        parameter.name.text,
                        wanted.describe(),
                        value.kind.describe()
                    ),
                )
                .help("a default is written out: it uses no constants"),
            );
        }
    }
}
