//! How much there is to check.

use std::fmt;

use rustc_hash::FxHashSet;

use crate::model::DocumentKind;
use crate::syntax::tree::Item;

use super::Workspace;

/// How much there is to check.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    /// Files that could be read, imported ones among them.
    pub files: usize,
    /// Workflows in them.
    pub workflows: usize,
    /// Blueprints in them.
    pub blueprints: usize,
}

/// `12 files, 9 workflows, 1 blueprint`; what is not there is left out.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        write!(f, "{} file{}", self.files, plural(self.files))?;
        for (count, noun) in [(self.workflows, "workflow"), (self.blueprints, "blueprint")] {
            if count > 0 {
                write!(f, ", {count} {noun}{}", plural(count))?;
            }
        }
        Ok(())
    }
}

impl Workspace<'_> {
    /// How much there is to check.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { files: self.program.files.len(), workflows: 0, blueprints: 0 };
        for item in self.program.files.iter().flat_map(|file| &file.tree.items) {
            match item {
                Item::Workflow(_) => counts.workflows += 1,
                Item::Blueprint(_) => counts.blueprints += 1,
                _ => {}
            }
        }
        let mut files = FxHashSet::default();
        for saved in &self.saved {
            files.insert(saved.id.span.file);
            match saved.document.kind {
                DocumentKind::Workflow => counts.workflows += 1,
                DocumentKind::Blueprint => counts.blueprints += 1,
            }
        }
        counts.files += files.len();
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_in_words() {
        let say = |files, workflows, blueprints| Counts { files, workflows, blueprints }.to_string();
        assert_eq!(say(12, 9, 1), "12 files, 9 workflows, 1 blueprint");
        assert_eq!(say(1, 0, 2), "1 file, 2 blueprints");
        assert_eq!(say(1, 1, 0), "1 file, 1 workflow");
    }
}
