//! The tags of common taxonomies.

use std::sync::LazyLock;

use super::{Taxonomies, Taxonomy};

pub(super) static TAXONOMIES: LazyLock<Taxonomies> = LazyLock::new(|| read(include_str!("data/taxonomies.txt")));

fn read(text: &str) -> Taxonomies {
    let mut taxonomies = Taxonomies::default();
    let mut current: Option<Taxonomy> = None;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some(values) = line.strip_prefix('\t') else {
            let (namespace, exclusive) = line.strip_suffix('!').map_or((line, false), |namespace| (namespace, true));
            if let Some(complete) = current.replace(Taxonomy::new(namespace, exclusive)) {
                taxonomies.add(complete);
            }
            continue;
        };
        let Some(taxonomy) = &mut current else { continue };
        let namespace = taxonomy.namespace.as_str();
        match values.strip_prefix('=').and_then(|values| values.split_once('\t')) {
            None => taxonomy.tags.extend(values.split('\t').map(|value| [namespace, ":", value].concat())),
            Some((predicate, values)) => {
                let tags = values.split('\t').map(|value| [namespace, ":", predicate, "=\"", value, "\""].concat());
                taxonomy.tags.extend(tags);
            }
        }
    }
    if let Some(complete) = current {
        taxonomies.add(complete);
    }
    taxonomies
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_tags_are_known() {
        let known = Taxonomies::built_in();
        for tag in
            ["tlp:amber+strict", "PAP:RED", "workflow:state=\"incomplete\"", "misp:ui=\"hide\"", "kill-chain:Delivery"]
        {
            assert!(known.has(tag), "{tag}");
        }
        assert!(known.of("pap:red").is_some() && !known.has("pap:red"));
        assert!(known.of("our-own:tag").is_none() && known.of("no namespace").is_none());
    }

    #[test]
    fn the_file_is_read_whole() {
        assert_eq!(Taxonomies::built_in().iter().count(), 31);
        for taxonomy in Taxonomies::built_in().iter() {
            assert!(!taxonomy.tags.is_empty(), "{}", taxonomy.namespace);
        }
        let exclusive = Taxonomies::built_in().iter().filter(|known| known.exclusive);
        let exclusive: Vec<_> = exclusive.map(|known| known.namespace.as_str()).collect();
        assert_eq!(exclusive, ["tlp", "PAP", "priority-level", "euci", "nato", "trust", "retention"]);
    }
}
