//! What a template does that Jinja takes otherwise than its author means, found in its syntax tree.

mod printed;
#[cfg(test)]
mod tests;
mod values;
mod walker;

use std::ops::Range;

use minijinja::machinery::ast::Stmt;
use minijinja::machinery::parse;

use super::source_limits;

/// What is done to something that can be gone through and that only a list can do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ListUse {
    /// `|length`, `|last`, `|random`, `|tojson`, a slice, `+`: an error.
    Fails,
    /// `[0]`: nothing is found.
    FindsNothing,
    /// `{% if … %}`: always true.
    AlwaysTrue,
    /// Printed, or joined with `~`: where it is in memory.
    Printed,
    /// A second time: it is empty.
    Reused,
}

/// What can be gone through, and is not a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Once {
    /// What a filter gives: it can be gone through once.
    Generator,
    /// What `keys()`, `values()` and `items()` give: it has a length and can be gone through again.
    View,
}

/// A generator or a view that is used like a list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GeneratorSlip {
    /// What is done to it.
    pub used: ListUse,
    /// The filter or method that gives it.
    pub filter: String,
    /// What it is.
    pub once: Once,
    /// The filter with its arguments, in the template: `|list` belongs at its end.
    pub at: Range<usize>,
}

/// A string that is looked for in a value of the data.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Membership {
    /// The string, where it is written out.
    pub wanted: Option<String>,
    /// The hash path of what it is looked for in.
    pub path: String,
    /// The same as the template writes it.
    pub written: String,
    /// Where that is in the template.
    pub at: Range<usize>,
    /// Whether it is `not in`.
    pub negated: bool,
}

/// A value of the data that is printed and may hold quotes or line breaks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Printed {
    /// The expression as it is written.
    pub written: String,
    /// The whole `{{ … }}` in the template.
    pub at: Range<usize>,
    /// Whether it is inside of quotes of JSON, and nothing else is.
    pub in_quotes: Option<Quoted>,
    /// Whether it may hold line breaks.
    pub lines: bool,
}

/// How an expression is inside of quotes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Quoted {
    /// The string is the expression alone.
    Alone,
    /// The string holds other text too.
    AmongText,
}

/// What a template does that may not be meant.
#[derive(Clone, Debug, Default)]
pub struct Slips {
    /// Generators that are used like lists.
    pub generators: Vec<GeneratorSlip>,
    /// Strings that are looked for in values of the data.
    pub memberships: Vec<Membership>,
    /// Values that are printed and may hold any character.
    pub printed: Vec<Printed>,
    /// Names that Jinja does not have, and that it notices whatever the data is.
    pub unknown: Vec<UnknownName>,
}

/// A filter or test that Jinja does not have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownName {
    /// Its name.
    pub name: String,
    /// Whether it is a test.
    pub is_test: bool,
    /// Where the name is, if it can be told.
    pub at: Option<Range<usize>>,
}

/// What a template does that may not be meant; nothing for what cannot be read.
pub fn slips(text: &str) -> Slips {
    if !text.contains("{{") && !text.contains("{%") {
        return Slips::default();
    }
    let Ok(depth) = source_limits::depth(text) else { return Slips::default() };
    let find = || {
        let Ok(Stmt::Template(template)) = parse(text, "template", minijinja::syntax::SyntaxConfig::default()) else {
            return Slips::default();
        };
        walker::walk(text, &template.children)
    };
    source_limits::read(depth, find).unwrap_or_default()
}
