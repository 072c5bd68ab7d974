//! Blocks and steps.

use pest::iterators::Pair;

use crate::syntax::grammar::reading::Rule;
use crate::syntax::syntax_error::Expectation;
use crate::syntax::tree::{
    Block, Call, CallStep, Concurrent, Condition, FilterStep, IfArm, IfStep, ModuleFilter, Name, Reset, Step, StepKind,
    Value, ValueKind,
};

use super::builder::Builder;

impl<'s> Builder<'_, 's> {
    pub(super) fn block(&self, pair: Pair<'_, Rule>) -> Block<'s> {
        let span = self.span(&pair);
        let mut steps = Vec::new();
        let mut open = self.span(&pair);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::open_brace => open = self.span(&part),
                Rule::step => steps.push(self.step(part)),
                Rule::bad_step => self.unreadable(part, Expectation::Step),
                Rule::end_of_block => self.end_of_block(part, open),
                _ => {}
            }
        }
        Block { steps, span }
    }

    pub(super) fn step(&self, pair: Pair<'_, Rule>) -> Step<'s> {
        let span = self.span(&pair);
        let (mut label, mut pin, mut kind) = (None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::label => label = Some(self.label(&part)),
                Rule::pin => pin = Some(self.pin(part)),
                Rule::if_step => kind = Some(StepKind::If(self.if_step(part))),
                Rule::filter_step => kind = Some(StepKind::Filter(Box::new(self.filter_step(part)))),
                Rule::concurrent_step => kind = Some(StepKind::Concurrent(self.concurrent(part))),
                Rule::use_step => kind = Some(StepKind::Use(self.use_step(part))),
                Rule::goto_step => kind = Some(StepKind::Goto(self.goto_step(part))),
                Rule::detached_step => kind = Some(StepKind::Detached(self.only_block(part))),
                _ => kind = Some(StepKind::Call(self.call_step(part))),
            }
        }
        let kind = kind.unwrap_or(StepKind::Detached(Block { steps: Vec::new(), span }));
        Step { label, pin, kind, span }
    }

    fn call_step(&self, pair: Pair<'_, Rule>) -> CallStep<'s> {
        let mut call = self.no_call(&pair);
        let mut filter = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::call => call = self.call(part),
                Rule::bare_call => call = self.bare_call(part),
                Rule::module_filter => filter = Some(Box::new(self.module_filter(part))),
                _ => {}
            }
        }
        CallStep { call, filter }
    }

    fn module_filter(&self, pair: Pair<'_, Rule>) -> ModuleFilter<'s> {
        let span = self.span(&pair);
        let mut selector = Value { kind: ValueKind::Null, span };
        let mut condition = Condition::And(Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::value => selector = self.value(part),
                Rule::condition => condition = self.filter_condition(part),
                _ => {}
            }
        }
        ModuleFilter { selector, condition, span }
    }

    fn if_step(&self, pair: Pair<'_, Rule>) -> IfStep<'s> {
        let mut arms = Vec::new();
        let mut otherwise = None;
        let mut condition = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::condition => condition = Some(self.condition(part)),
                Rule::block => {
                    let body = self.block(part);
                    match condition.take() {
                        Some(condition) => arms.push(IfArm { condition, body }),
                        None => otherwise = Some(body),
                    }
                }
                Rule::else_if => arms.push(self.else_if(part)),
                _ => {}
            }
        }
        IfStep { arms, otherwise }
    }

    fn else_if(&self, pair: Pair<'_, Rule>) -> IfArm<'s> {
        let span = self.span(&pair);
        let mut condition = Condition::And(Vec::new());
        let mut body = Block { steps: Vec::new(), span };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::condition => condition = self.condition(part),
                Rule::block => body = self.block(part),
                _ => {}
            }
        }
        IfArm { condition, body }
    }

    fn filter_step(&self, pair: Pair<'_, Rule>) -> FilterStep<'s> {
        let span = self.span(&pair);
        let mut step = FilterStep {
            label: None,
            selector: Value { kind: ValueKind::Null, span },
            condition: Condition::And(Vec::new()),
            body: Block { steps: Vec::new(), span },
            reset: None,
        };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::filter_label => step.label = self.filter_label(part),
                Rule::value => step.selector = self.value(part),
                Rule::condition => step.condition = self.filter_condition(part),
                Rule::block => step.body = self.block(part),
                Rule::reset => step.reset = Some(self.reset(part)),
                _ => {}
            }
        }
        step
    }

    fn filter_label(&self, pair: Pair<'_, Rule>) -> Option<Name<'s>> {
        let names = pair.into_inner().filter(|part| part.as_rule() == Rule::name);
        names.map(|part| self.name(&part)).last()
    }

    fn reset(&self, pair: Pair<'_, Rule>) -> Reset<'s> {
        let span = self.span(&pair);
        let pin = pair.into_inner().find(|part| part.as_rule() == Rule::pin).map(|part| self.pin(part));
        Reset { pin, span }
    }

    fn concurrent(&self, pair: Pair<'_, Rule>) -> Concurrent<'s> {
        let span = self.span(&pair);
        let mut open = span;
        let mut branches = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::open_brace => open = self.span(&part),
                Rule::branch => branches.push(self.only_block(part)),
                Rule::bad_step => self.unreadable(part, Expectation::Branch),
                Rule::end_of_block => self.end_of_block(part, open),
                _ => {}
            }
        }
        Concurrent { branches, span }
    }

    fn only_block(&self, pair: Pair<'_, Rule>) -> Block<'s> {
        let span = self.span(&pair);
        let mut blocks = pair.into_inner().filter(|part| part.as_rule() == Rule::block).map(|part| self.block(part));
        blocks.next().unwrap_or(Block { steps: Vec::new(), span })
    }

    fn use_step(&self, pair: Pair<'_, Rule>) -> Call<'s> {
        let nothing = self.no_call(&pair);
        let mut calls = pair.into_inner().filter(|part| part.as_rule() == Rule::call).map(|part| self.call(part));
        calls.next().unwrap_or(nothing)
    }

    fn goto_step(&self, pair: Pair<'_, Rule>) -> Name<'s> {
        let span = self.span(&pair);
        let mut labels = pair.into_inner().filter(|part| part.as_rule() == Rule::label).map(|part| self.label(&part));
        labels.next().unwrap_or(Name { text: "", span })
    }

    fn no_call(&self, pair: &Pair<'_, Rule>) -> Call<'s> {
        let span = self.span(pair);
        Call { name: Name { text: "", span }, arguments: Vec::new(), span }
    }
}
