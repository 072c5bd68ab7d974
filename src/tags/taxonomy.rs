//! One taxonomy.

use std::sync::Arc;

use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashSet};

/// A taxonomy: tags that begin with one namespace.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Taxonomy {
    /// What is before the colon of its tags.
    pub namespace: String,
    /// Whether only one of its tags can hold at a time.
    pub exclusive: bool,
    /// The predicates of which only one value can hold at a time.
    pub exclusive_predicates: FxHashSet<String>,
    /// Its tags, whole, in its own order.
    pub tags: IndexSet<String, FxBuildHasher>,
    /// The file it was read from, as the project names it; `None` if it is built in.
    pub file: Option<Arc<str>>,
}

impl Taxonomy {
    /// A taxonomy without tags.
    pub fn new(namespace: impl Into<String>, exclusive: bool) -> Self {
        Self { namespace: namespace.into(), exclusive, ..Self::default() }
    }

    /// Whether a tag is one of the taxonomy, exactly as it is written.
    pub fn has(&self, tag: &str) -> bool {
        self.tags.contains(tag)
    }

    /// The beginning that a tag of this taxonomy shares with the tags it excludes: the namespace, or namespace and
    /// predicate. `None` if it excludes none.
    pub fn exclusive_part<'t>(&self, tag: &'t str) -> Option<&'t str> {
        if !self.has(tag) {
            return None;
        }
        let colon = self.namespace.len();
        if self.exclusive {
            return tag.get(..colon);
        }
        let equals = colon + tag[colon..].find('=')?;
        let predicate = tag.get(colon + 1..equals)?;
        self.exclusive_predicates.contains(predicate).then(|| &tag[..equals])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_tag_excludes() {
        let mut taxonomy = Taxonomy::new("tea", false);
        taxonomy
            .tags
            .extend(["tea:hot", "tea:kind=\"green\"", "tea:kind=\"black\"", "tea:cup=\"big\""].map(String::from));
        taxonomy.exclusive_predicates.insert("kind".to_owned());
        let parts = |taxonomy: &Taxonomy| {
            ["tea:hot", "tea:kind=\"green\"", "tea:cup=\"big\"", "tea:kind=\"white\"", "te"]
                .map(|tag| taxonomy.exclusive_part(tag).map(str::to_owned))
        };
        assert_eq!(parts(&taxonomy), [None, Some("tea:kind".to_owned()), None, None, None]);
        taxonomy.exclusive = true;
        let whole = Some("tea".to_owned());
        assert_eq!(parts(&taxonomy), [whole.clone(), whole.clone(), whole, None, None]);
    }
}
