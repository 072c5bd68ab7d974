//! The tags of common taxonomies.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// A taxonomy.
pub struct Taxonomy {
    /// What stands before the colon of its tags.
    pub namespace: &'static str,
    /// Whether only one of its tags can hold at a time.
    pub exclusive: bool,
    /// Its tags, whole, in its own order.
    pub tags: Vec<String>,
    /// Predicates whose values are free.
    free: Vec<&'static str>,
}

impl Taxonomy {
    /// Whether a tag is one of the taxonomy, exactly as it is written.
    pub fn has(&self, tag: &str) -> bool {
        self.tags.iter().any(|known| known == tag)
            || self.free.iter().any(|predicate| {
                let rest = tag.strip_prefix(self.namespace).and_then(|rest| rest.strip_prefix(':'));
                rest.and_then(|rest| rest.strip_prefix(predicate)).is_some_and(|rest| rest.starts_with('='))
            })
    }
}

static TAXONOMIES: LazyLock<Vec<Taxonomy>> = LazyLock::new(|| read(include_str!("data/taxonomies.txt")));

/// By namespace in small letters.
static BY_NAMESPACE: LazyLock<FxHashMap<String, usize>> = LazyLock::new(|| {
    TAXONOMIES.iter().enumerate().map(|(index, taxonomy)| (taxonomy.namespace.to_lowercase(), index)).collect()
});

/// All that are known.
pub fn taxonomies() -> &'static [Taxonomy] {
    &TAXONOMIES
}

/// The taxonomy that a tag belongs to by its namespace, whatever its case.
pub fn taxonomy_of(tag: &str) -> Option<&'static Taxonomy> {
    let (namespace, _) = tag.split_once(':')?;
    BY_NAMESPACE.get(&namespace.to_lowercase()).map(|&index| &TAXONOMIES[index])
}

fn read(text: &'static str) -> Vec<Taxonomy> {
    let mut taxonomies: Vec<Taxonomy> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some(values) = line.strip_prefix('\t') else {
            let (namespace, exclusive) = line.strip_suffix('!').map_or((line, false), |namespace| (namespace, true));
            taxonomies.push(Taxonomy { namespace, exclusive, tags: Vec::new(), free: Vec::new() });
            continue;
        };
        let Some(taxonomy) = taxonomies.last_mut() else { continue };
        let namespace = taxonomy.namespace;
        match values.strip_prefix('=').and_then(|values| values.split_once('\t')) {
            None => taxonomy.tags.extend(values.split('\t').map(|value| format!("{namespace}:{value}"))),
            Some((predicate, "*")) => taxonomy.free.push(predicate),
            Some((predicate, values)) => {
                let tags = values.split('\t').map(|value| format!("{namespace}:{predicate}=\"{value}\""));
                taxonomy.tags.extend(tags);
            }
        }
    }
    taxonomies
}

#[cfg(test)]
mod tests {
    use super::{taxonomies, taxonomy_of};

    #[test]
    fn common_tags_are_known() {
        for tag in
            ["tlp:amber+strict", "PAP:RED", "workflow:state=\"incomplete\"", "misp:ui=\"hide\"", "kill-chain:Delivery"]
        {
            assert!(taxonomy_of(tag).unwrap().has(tag), "{tag}");
        }
        assert!(!taxonomy_of("pap:red").unwrap().has("pap:red"));
        assert!(taxonomy_of("our-own:tag").is_none() && taxonomy_of("no namespace").is_none());
    }

    #[test]
    fn the_file_is_read_whole() {
        assert!(taxonomies().len() > 20);
        for taxonomy in taxonomies() {
            assert!(!taxonomy.tags.is_empty() || !taxonomy.free.is_empty(), "{}", taxonomy.namespace);
        }
        let exclusive: Vec<_> =
            taxonomies().iter().filter(|known| known.exclusive).map(|known| known.namespace).collect();
        assert_eq!(exclusive, ["tlp", "PAP", "priority-level", "euci", "nato", "trust", "retention"]);
    }
}
