//! The taxonomies that are known.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::{Taxonomy, built_in};

/// Taxonomies by namespace, whatever its case.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Taxonomies {
    by_namespace: IndexMap<String, Taxonomy, FxBuildHasher>,
}

impl Taxonomies {
    /// Common ones, which are always known. They are read on the first call only.
    pub fn built_in() -> &'static Self {
        &built_in::TAXONOMIES
    }

    /// Adds a taxonomy. It takes the place of the one with the same namespace.
    pub fn add(&mut self, taxonomy: Taxonomy) {
        self.by_namespace.insert(taxonomy.namespace.to_lowercase(), taxonomy);
    }

    /// The taxonomy that a tag belongs to by its namespace, whatever its case. It need not have the tag.
    pub fn of(&self, tag: &str) -> Option<&Taxonomy> {
        let (namespace, _) = tag.split_once(':')?;
        self.by_namespace.get(&namespace.to_lowercase())
    }

    /// Whether a taxonomy has a tag, exactly as it is written.
    pub fn has(&self, tag: &str) -> bool {
        self.of(tag).is_some_and(|taxonomy| taxonomy.has(tag))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Taxonomy> {
        self.by_namespace.values()
    }

    /// All their tags.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.iter().flat_map(|taxonomy| &taxonomy.tags).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taxonomy_takes_the_place_of_the_one_before() {
        let mut taxonomies = Taxonomies::built_in().clone();
        let count = taxonomies.iter().count();
        let mut own = Taxonomy::new("pap", false);
        own.tags.insert("pap:red".to_owned());
        taxonomies.add(own);
        assert_eq!(taxonomies.iter().count(), count);
        assert!(taxonomies.has("pap:red") && !taxonomies.has("PAP:RED"));
        assert!(taxonomies.of("PAP:RED").is_some_and(|taxonomy| !taxonomy.exclusive));
    }
}
