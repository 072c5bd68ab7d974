//! Findings with the part of the document that they are about.

use std::ops::Range;

use crate::diagnostics::Diagnostic;

/// A part of a document. Nodes are named by their index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part<'g> {
    /// A field of the document itself.
    Row(&'static str),
    /// A node.
    Node(usize),
    /// A parameter of a node.
    Parameter(usize, &'g str),
    /// An entry, from 0, of a list that is a parameter.
    Entry(usize, &'g str, usize),
    /// The module filter of a node.
    Filter(usize),
    /// A field of a module filter.
    FilterField(usize, &'static str),
}

impl Part<'_> {
    /// The index of the node that it belongs to.
    pub fn node(self) -> Option<usize> {
        match self {
            Self::Row(_) => None,
            Self::Node(node)
            | Self::Parameter(node, _)
            | Self::Entry(node, ..)
            | Self::Filter(node)
            | Self::FilterField(node, _) => Some(node),
        }
    }
}

/// A finding without a place.
#[derive(Debug)]
pub struct TypeFinding<'g> {
    /// What is found.
    pub finding: Diagnostic,
    /// What it is about.
    pub part: Part<'g>,
    /// The bytes that it is about, of the text that is there; `None` for all of it.
    pub within: Option<(&'g str, Range<usize>)>,
}
