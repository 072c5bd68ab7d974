//! A difference in words.

use std::borrow::Cow;
use std::fmt;

use crate::format::quote;
use crate::syntax::is_name;

use super::difference::{Change, Difference, Edge, NodeName};

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in &self.fields {
            writeln!(f, "~ {}", Words(change))?;
        }
        for node in &self.removed {
            named(f, '-', node)?;
        }
        for node in &self.added {
            named(f, '+', node)?;
        }
        for node in &self.changed {
            if node.before == node.after {
                writeln!(f, "~ {} ({})", plain(&node.module), node.after)?;
            } else {
                writeln!(f, "~ {} ({}, now {})", plain(&node.module), node.before, node.after)?;
            }
            for change in &node.changes {
                writeln!(f, "    {}", Words(change))?;
            }
        }
        for edge in &self.removed_edges {
            connection(f, '-', edge)?;
        }
        for edge in &self.added_edges {
            connection(f, '+', edge)?;
        }
        for change in &self.frames {
            writeln!(f, "~ frame {}", Words(change))?;
        }
        Ok(())
    }
}

fn named(f: &mut fmt::Formatter<'_>, sign: char, node: &NodeName) -> fmt::Result {
    writeln!(f, "{sign} {} ({})", plain(&node.module), node.id)?;
    for (name, value) in &node.content {
        writeln!(f, "    {}: {value}", plain(name))?;
    }
    Ok(())
}

fn connection(f: &mut fmt::Formatter<'_>, sign: char, edge: &Edge) -> fmt::Result {
    let Edge { from, from_module, output, to, to_module, input } = edge;
    let from_module = plain(from_module);
    let to_module = if to_module.is_empty() { "nothing".into() } else { plain(to_module) };
    let input = if *input == 1 { String::new() } else { format!(", input {input}") };
    writeln!(f, "{sign} connection {from_module} ({from}), output {output} → {to_module} ({to}){input}")
}

/// A name as it is, unless it holds what would not show, or would look like something else.
fn plain(name: &str) -> Cow<'_, str> {
    if name.split(' ').all(|word| is_name(word) || word.bytes().all(|byte| byte.is_ascii_digit())) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(quote(name))
    }
}

struct Words<'c>(&'c Change);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Change { what, before, after } = self.0;
        let what = plain(what);
        match (before, after) {
            (Some(before), Some(after)) => write!(f, "{what}: {before} → {after}"),
            (None, Some(after)) => write!(f, "{what}: {after} (was not there)"),
            (Some(before), None) => write!(f, "{what}: no longer there (was {before})"),
            (None, None) => write!(f, "{what}"),
        }
    }
}
