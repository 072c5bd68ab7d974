//! Syntax trees of PHP and Python.

use std::ops::ControlFlow;

use tree_sitter::{Node, ParseOptions, ParseState, Parser, Tree};

use crate::base::source::{FileId, Sources, Span};
use crate::diagnostics::{Code, Diagnostic};

use super::Language;

/// Steps of the parser, each of about a hundred operations, after which it gives up. A source of 1 MiB needs a tenth.
const MAX_STEPS: usize = 2_000_000;

/// Parses a file, and reports where it is not of the language.
pub(super) fn parse(
    sources: &Sources,
    file: FileId,
    language: Language,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Tree> {
    let text = sources.text(file).as_bytes();
    let (grammar, name) = match language {
        Language::Php => (tree_sitter_php::LANGUAGE_PHP, "PHP"),
        Language::Python => (tree_sitter_python::LANGUAGE, "Python"),
    };
    let mut parser = Parser::new();
    let mut steps = 0;
    let mut progress = |_: &ParseState| {
        steps += 1;
        if steps > MAX_STEPS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let mut rest = |at: usize, _| text.get(at..).unwrap_or_default();
    let tree = parser
        .set_language(&grammar.into())
        .ok()
        .and_then(|()| parser.parse_with_options(&mut rest, None, Some(options)));
    let file_name = &sources.file(file).name;
    let Some(tree) = tree else {
        let message = format!("`{file_name}` is too tangled to be read as {name}");
        diagnostics.push(
            Diagnostic::at(Code::InvalidModuleSource, Span::new(file, 0, 0), message)
                .help("write the module's signature as plain values: strings, numbers, lists"),
        );
        return None;
    };
    if let Some(wrong) = first_error(tree.root_node()) {
        let message = format!("`{file_name}` is not valid {name}");
        diagnostics.push(
            Diagnostic::at(Code::InvalidModuleSource, span(file, wrong), message)
                .label(format!("not understood as {name}"))
                .help("the file must be one that MISP or misp-modules can load"),
        );
        return None;
    }
    Some(tree)
}

/// The first place that does not follow the grammar.
fn first_error(root: Node<'_>) -> Option<Node<'_>> {
    if !root.has_error() {
        return None;
    }
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            return Some(node);
        }
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Some(root);
            }
        }
    }
}

pub(super) fn span(file: FileId, node: Node<'_>) -> Span {
    Span::new(file, node.start_byte(), node.end_byte())
}

/// The children of a node that are not punctuation, without comments.
pub(super) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| child.kind() != "comment").collect()
}

/// The first of the named children.
pub(super) fn first_child(node: Node<'_>) -> Option<Node<'_>> {
    children(node).into_iter().next()
}

/// All nodes below a node, and itself, as they are in the text.
pub(super) fn walk<'t>(root: Node<'t>, visit: &mut dyn FnMut(Node<'t>)) {
    let mut cursor = root.walk();
    loop {
        visit(cursor.node());
        if cursor.goto_first_child() || cursor.goto_next_sibling() && cursor.node() != root {
            continue;
        }
        loop {
            if !cursor.goto_parent() || cursor.node() == root {
                return;
            }
            if cursor.goto_next_sibling() {
                break;
            }
        }
    }
}
