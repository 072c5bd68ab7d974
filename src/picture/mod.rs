//! Pictures of workflows: what is drawn (the scene), made once from a graph, the catalogue and the layout, and a small file
//! for each form that it takes.

mod build;
mod compare;
mod content;
mod dot;
mod font;
mod groups;
mod html;
mod mermaid;
mod run;
mod scene;
mod scopes;
mod svg;
#[cfg(test)]
mod tests;
mod text;

pub use build::Options;
pub use compare::Versions;
pub use run::ShownRun;
pub use scene::{Area, Details, Kind, Line, Mark, NodeBox, Port, Said, Scene, SourceLines, Style, Wire};
pub use text::{MOST_NODES, TooLarge};
