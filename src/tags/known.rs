//! All that is known of tags in one run of the checker.

use std::sync::OnceLock;

use super::spelling::Speller;
use super::{ServerTags, Taxonomies};

/// Taxonomies and the tags of a server, with what it takes to find out what is meant by a tag that is none.
pub struct KnownTags<'c> {
    /// The taxonomies, if they are others than the built-in ones.
    own_taxonomies: Option<&'c Taxonomies>,
    /// What the server's catalogue lists, if there is one.
    pub server: Option<&'c ServerTags>,
    tags: OnceLock<Speller>,
    clusters: OnceLock<Speller>,
}

impl<'c> KnownTags<'c> {
    /// These taxonomies, or else the built-in ones. Nothing is prepared before it is asked for.
    pub fn new(own_taxonomies: Option<&'c Taxonomies>, server: Option<&'c ServerTags>) -> Self {
        Self { own_taxonomies, server, tags: OnceLock::new(), clusters: OnceLock::new() }
    }

    /// The same tags, of which the same has been asked so far.
    pub(crate) fn fork(&self) -> Self {
        let fork =
            |speller: &OnceLock<Speller>| speller.get().map(Speller::fork).map(OnceLock::from).unwrap_or_default();
        Self {
            own_taxonomies: self.own_taxonomies,
            server: self.server,
            tags: fork(&self.tags),
            clusters: fork(&self.clusters),
        }
    }

    /// Takes over what a fork was asked.
    pub(crate) fn join(&self, fork: Self) {
        for (ours, theirs) in [(&self.tags, fork.tags), (&self.clusters, fork.clusters)] {
            match (ours.get(), theirs.into_inner()) {
                (Some(ours), Some(theirs)) => ours.join(theirs),
                (None, Some(theirs)) => drop(ours.set(theirs)),
                (_, None) => {}
            }
        }
    }

    /// Whether a name was not looked for because too much had been asked before.
    pub(crate) fn ran_out(&self) -> bool {
        [&self.tags, &self.clusters].into_iter().filter_map(OnceLock::get).any(Speller::ran_out)
    }

    /// The taxonomies.
    pub fn taxonomies(&self) -> &'c Taxonomies {
        self.own_taxonomies.unwrap_or_else(|| Taxonomies::built_in())
    }

    /// What lists the tags of the server, if anything does.
    pub fn tags_of_server(&self) -> Option<&'c ServerTags> {
        self.server.filter(|server| !server.tags.is_empty())
    }

    /// What lists the galaxy clusters of the server, if anything does.
    pub fn clusters_of_server(&self) -> Option<&'c ServerTags> {
        self.server.filter(|server| !server.clusters.is_empty())
    }

    /// The tag that one which is not known probably stands for: one of the server, or else of a taxonomy.
    pub fn meant(&self, tag: &str) -> Option<&str> {
        let speller = self.tags.get_or_init(|| match self.tags_of_server() {
            Some(server) => Speller::new(server.tags.iter().map(String::as_str), ':'),
            None => Speller::new(self.taxonomies().tags(), ':'),
        });
        speller.meant(tag)
    }

    /// The galaxy cluster of the server that one which is not known probably stands for.
    pub fn meant_cluster(&self, cluster: &str) -> Option<&str> {
        let names = || self.server.iter().flat_map(|server| &server.clusters).map(String::as_str);
        self.clusters.get_or_init(|| Speller::new(names(), '=')).meant(cluster)
    }

    /// The tags of which a word is the end, of TLP and PAP: people leave the namespace out when they speak.
    pub fn shortened(&self, word: &str) -> Vec<String> {
        let is_known = |tag: &String| match self.tags_of_server() {
            Some(server) => server.tags.contains(tag),
            None => self.taxonomies().has(tag),
        };
        let tags = [format!("tlp:{}", word.to_lowercase()), format!("PAP:{}", word.to_uppercase())];
        tags.into_iter().filter(is_known).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_said_for_tags() {
        let known = KnownTags::new(None, None);
        assert_eq!(known.shortened("Red"), ["tlp:red", "PAP:RED"]);
        assert_eq!(known.shortened("amber+strict"), ["tlp:amber+strict"]);
        assert!(known.shortened("ours").is_empty() && known.shortened("").is_empty());
    }

    #[test]
    fn the_tags_of_a_server_count_where_they_are_listed() {
        let mut server = ServerTags::default();
        let tagless = KnownTags::new(None, Some(&server));
        assert!(tagless.tags_of_server().is_none());
        assert_eq!(tagless.meant("pap:red"), Some("PAP:RED"));
        server.tags.insert("tlp:red".to_owned());
        let known = KnownTags::new(None, Some(&server));
        assert!(known.tags_of_server().is_some() && known.clusters_of_server().is_none());
        assert_eq!((known.meant("tpl:red"), known.meant("pap:red")), (Some("tlp:red"), None));
        assert_eq!(known.shortened("red"), ["tlp:red"]);
    }
}
