//! What values, hash paths and templates may be: the rules that hold for text and for MISP's JSON alike. Nothing here
//! knows where a value is written.

mod followed;
mod known_parameters;
mod paths;
mod renderings;
mod template;

pub use followed::{FollowedPath, Items, Start, root_of_blueprint, shapes_at};
pub(crate) use known_parameters::{Positions, hiding};
pub use paths::{NodePath, NodePaths, PathChecker, PlacedPath, PlacedValue};
pub use renderings::Renderings;
pub use template::{TemplateFinding, check_template, check_template_alone, is_broken_json, undeclared_variables};
