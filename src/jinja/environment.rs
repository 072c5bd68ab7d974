//! Jinja2's environment, as far as a template sees it.

use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use super::{filters, generators, globals, lists, methods, numbers, operators, printing, tests, text};

pub(super) fn new(fuel: u64) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::Lenient);
    let syntax = minijinja::syntax::SyntaxConfig::builder().keep_trailing_newline(true).build();
    environment.set_syntax(syntax.unwrap_or_default());
    environment.set_fuel(Some(fuel));
    environment.set_formatter(printing::format);
    environment.set_unknown_method_callback(methods::call);
    filters::add(&mut environment);
    lists::add(&mut environment);
    numbers::add(&mut environment);
    text::add(&mut environment);
    tests::add(&mut environment);
    operators::add(&mut environment);
    generators::add(&mut environment);
    globals::add(&mut environment);
    environment
}
