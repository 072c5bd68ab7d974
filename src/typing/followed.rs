//! Hash paths that were followed through the data.

use std::ops::Range;

use crate::catalogue::Signature;
use crate::hashpath::{Path, PathError};
use crate::model::ModuleType;
use crate::schema::{Followed, Root, Shape, Typer};

/// A well-formed path with what it finds.
pub struct FollowedPath {
    /// The path.
    pub path: Path,
    /// What it finds, and what is wrong with it.
    pub followed: Followed,
}

/// Where a path starts.
#[derive(Clone, Copy)]
pub enum Start<'p> {
    /// At the root of the data.
    Root,
    /// In each of the items that another path selects.
    Items(&'p Items),
}

/// What a path selects, for paths that start there.
pub struct Items {
    shapes: Vec<Shape>,
    selector: String,
}

impl Items {
    /// Items of which nothing is known.
    pub fn open() -> Self {
        Self { shapes: vec![Shape::Open], selector: String::new() }
    }
}

impl FollowedPath {
    /// Follows a path.
    ///
    /// # Errors
    /// If it is malformed.
    pub fn new(path: &str, start: Start<'_>, typer: &Typer<'_>) -> Result<Self, PathError> {
        let path = Path::compile(path)?;
        path.check_syntax()?;
        let followed = match start {
            Start::Root => typer.from_root(&path),
            Start::Items(items) => typer.from_items(&path, &items.shapes, &items.selector),
        };
        Ok(Self { path, followed })
    }

    /// What the path selects.
    pub fn items(&self) -> Items {
        // What is wrong with single values is said once, of the selector.
        let shapes = if self.selects_single_values() { vec![Shape::Open] } else { self.followed.selected.clone() };
        Items { shapes, selector: self.path.as_str().to_owned() }
    }

    /// Whether there is nothing but single values in what it selects.
    pub fn selects_single_values(&self) -> bool {
        let shapes = &self.followed.selected;
        !shapes.is_empty() && shapes.iter().all(|shape| shape.is_scalar())
    }

    /// The bytes of the last step, and the path before it.
    pub fn last_step(&self) -> (Range<usize>, &str) {
        let last = self.path.segments().last().map_or(0..0, |last| last.span.clone());
        let before = &self.path.as_str()[..last.start];
        (last, before)
    }
}

/// What a path finds, for one that is not finished: the empty path finds where it starts. Nothing is known of what a
/// malformed path finds.
pub fn shapes_at(path: &str, start: Start<'_>, typer: &Typer<'_>) -> Vec<Shape> {
    let Ok(path) = Path::compile(path) else { return vec![Shape::Open] };
    match start {
        Start::Root => typer.from_root(&path).end,
        Start::Items(items) => typer.from_items(&path, &items.shapes, &items.selector).end,
    }
}

/// The data of a blueprint. Its description begins, by custom, with its trigger.
pub fn root_of_blueprint<'s>(description: &str, signature: impl Fn(&str) -> Option<&'s Signature>) -> Root {
    let named = description.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let trigger = named.and_then(|(trigger, _)| signature(trigger.trim()));
    let trigger = trigger.filter(|signature| signature.module_type == ModuleType::Trigger);
    trigger.map_or_else(Root::of_any_trigger, Root::of_trigger)
}
