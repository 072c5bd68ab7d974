//! What modules exist and how they are called.

mod signature;

pub use signature::{Parameter, ParameterKind, Provenance, Shape, Signature};
