//! Jinja2's environment, as far as a template sees it.

use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use super::{filters, globals, lists, methods, numbers, printing, tests, text};

pub(super) fn new(fuel: u64) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::Lenient);
    environment.set_fuel(Some(fuel));
    environment.set_formatter(printing::format);
    environment.set_unknown_method_callback(methods::call);
    filters::add(&mut environment);
    lists::add(&mut environment);
    numbers::add(&mut environment);
    text::add(&mut environment);
    tests::add(&mut environment);
    environment.add_filter(super::rewrite::PERCENT, |value: minijinja::Value, operand: minijinja::Value| {
        super::percent::operator(&value, &operand)
    });
    globals::add(&mut environment);
    environment
}
