//! Which name a misspelt one stands for, among very many.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use crate::base::suggest::closest;

/// How much comparing letter by letter is done in all, in pairs of letters; then there are no more suggestions of that
/// kind.
const MAX_COMPARED: usize = 100_000_000;

/// Names whose lengths differ by more are not misspellings of each other.
const MAX_MISTAKES: usize = 4;

/// Names shorter than this are near to many, so a misspelt one must have the right length.
const SHORT: usize = 6;

/// Names that consist of a group and the rest, and what was asked about them.
pub(super) struct Speller {
    names: Arc<Names>,
    asked: Mutex<Asked>,
}

/// What was asked.
#[derive(Clone, Default)]
struct Asked {
    compared: usize,
    answers: FxHashMap<String, Option<usize>>,
    /// Whether something was not looked for because that would have been too much.
    ran_out: bool,
}

impl Asked {
    /// Whether a word of this length may still be compared with so many names.
    fn spend(&mut self, names: usize, length: usize) -> bool {
        let spent = self.compared.saturating_add(names.saturating_mul(length * length));
        let affordable = spent <= MAX_COMPARED;
        if affordable {
            self.compared = spent;
        } else {
            self.ran_out = true;
        }
        affordable
    }
}

/// Names with a lookup for each way to misspell them.
struct Names {
    all: Vec<String>,
    /// What is between the group and the rest.
    separator: char,
    /// By letters and digits alone; `None` where several have the same.
    by_letters: FxHashMap<String, Option<usize>>,
    /// The same for the rest after the group, where it says enough.
    by_rest: FxHashMap<String, Option<usize>>,
    /// Sorted by length.
    by_group: FxHashMap<String, Vec<usize>>,
    groups_by_length: FxHashMap<usize, Vec<String>>,
}

impl Speller {
    /// Prepares the lookups.
    pub fn new<'n>(names: impl Iterator<Item = &'n str>, separator: char) -> Self {
        Self { names: Arc::new(Names::new(names, separator)), asked: Mutex::default() }
    }

    /// The name that a word which is none of them probably stands for.
    pub fn meant(&self, word: &str) -> Option<&str> {
        let mut asked = self.asked();
        let known = asked.answers.get(word).copied();
        let answer = known.unwrap_or_else(|| {
            let answer = self.names.find(word, &mut asked);
            asked.answers.insert(word.to_owned(), answer);
            answer
        });
        answer.map(|index| self.names.all[index].as_str())
    }

    /// One with the same names that has been asked the same so far.
    pub fn fork(&self) -> Self {
        Self { names: Arc::clone(&self.names), asked: Mutex::new(self.asked().clone()) }
    }

    /// Takes over what a fork was asked.
    pub fn join(&self, fork: Self) {
        *self.asked() = fork.asked.into_inner().unwrap_or_else(PoisonError::into_inner);
    }

    /// Whether something was not looked for because that would have been too much.
    pub fn ran_out(&self) -> bool {
        self.asked().ran_out
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Names {
    fn new<'n>(names: impl Iterator<Item = &'n str>, separator: char) -> Self {
        let mut made = Self {
            all: names.map(str::to_owned).collect(),
            separator,
            by_letters: FxHashMap::default(),
            by_rest: FxHashMap::default(),
            by_group: FxHashMap::default(),
            groups_by_length: FxHashMap::default(),
        };
        for (index, name) in made.all.iter().enumerate() {
            let once = |index| move |known: &mut Option<usize>| *known = known.filter(|known| *known == index);
            made.by_letters.entry(letters(name)).and_modify(once(index)).or_insert(Some(index));
            let (group, rest) = name.split_once(separator).unwrap_or(("", name));
            if rest.len() < name.len() && (separator == '=' || rest.contains('=')) {
                made.by_rest.entry(letters(rest)).and_modify(once(index)).or_insert(Some(index));
            }
            made.by_group.entry(group.to_lowercase()).or_default().push(index);
        }
        for group in made.by_group.keys() {
            made.groups_by_length.entry(group.len()).or_default().push(group.clone());
        }
        for names in made.by_group.values_mut() {
            names.sort_by_key(|&index| length(&made.all[index]));
        }
        // Where several are near, it must not depend on the table which one is found.
        for groups in made.groups_by_length.values_mut() {
            groups.sort_unstable();
        }
        made
    }

    fn find(&self, word: &str, asked: &mut Asked) -> Option<usize> {
        let spelt = letters(word);
        if let Some(&Some(same)) = self.by_letters.get(&spelt) {
            return Some(same);
        }
        let Some((group, rest)) = word.split_once(self.separator) else {
            return self.by_rest.get(&spelt).copied().flatten().or_else(|| self.nearest(word, "", asked));
        };
        let group = group.to_lowercase();
        if self.by_group.contains_key(&group) {
            return self.nearest(word, &group, asked);
        }
        let rest = letters(rest);
        let slack = usize::from(group.len() >= SHORT);
        let lengths = group.len().saturating_sub(slack)..=group.len() + slack;
        let groups = lengths.filter_map(|length| self.groups_by_length.get(&length));
        for known in groups.filter(|groups| asked.spend(groups.len(), group.len())).flatten() {
            if closest(&group, [known.as_str()]).is_some()
                && let Some(&Some(found)) = self.by_letters.get(&(letters(known) + &rest))
            {
                return Some(found);
            }
        }
        None
    }

    fn nearest(&self, word: &str, group: &str, asked: &mut Asked) -> Option<usize> {
        let names = self.by_group.get(group)?;
        let wanted = length(word);
        let start = names.partition_point(|&index| length(&self.all[index]) + MAX_MISTAKES < wanted);
        let end = names.partition_point(|&index| length(&self.all[index]) <= wanted + MAX_MISTAKES);
        let names = names.get(start..end).filter(|names| asked.spend(names.len(), wanted))?;
        let found = closest(word, names.iter().map(|&index| self.all[index].as_str()))?;
        names.iter().copied().find(|&index| self.all[index] == found)
    }
}

fn length(name: &str) -> usize {
    name.chars().count()
}

fn letters(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tags::Taxonomies;

    fn common(tag: &str) -> Option<String> {
        Speller::new(Taxonomies::built_in().tags(), ':').meant(tag).map(str::to_owned)
    }

    #[test]
    fn capitals_and_signs() {
        for (written, meant) in [
            ("TLP:RED", "tlp:red"),
            ("tlp red", "tlp:red"),
            ("tlp:amber-strict", "tlp:amber+strict"),
            ("pap:red", "PAP:RED"),
            ("workflow:state=complete", "workflow:state=\"complete\""),
            ("workflow:state='complete'", "workflow:state=\"complete\""),
        ] {
            assert_eq!(common(written).as_deref(), Some(meant), "{written}");
        }
    }

    #[test]
    fn namespaces_with_a_typo_or_none() {
        for (written, meant) in [
            ("tpl:red", "tlp:red"),
            ("worklow:state=\"complete\"", "workflow:state=\"complete\""),
            ("state=\"incomplete\"", "workflow:state=\"incomplete\""),
        ] {
            assert_eq!(common(written).as_deref(), Some(meant), "{written}");
        }
        for own in
            ["tlp-internal:red", "team:red", "red", "tl:red", "tlpp:red", "complete", "our:own", "", ":", "state="]
        {
            assert_eq!(common(own), None, "{own}");
        }
    }

    #[test]
    fn values_with_a_typo() {
        assert_eq!(common("tlp:gren").as_deref(), Some("tlp:green"));
        assert_eq!(common("tlp:purple"), None);
    }

    #[test]
    fn what_two_names_share_says_nothing() {
        let speller = Speller::new(["a:b-c", "a:bc", "x:k=\"1\"", "y:k=\"1\""].into_iter(), ':');
        assert_eq!(speller.meant("abc"), None);
        assert_eq!(speller.meant("k=\"1\""), None);
    }

    #[test]
    fn clusters_are_found_by_their_value() {
        let speller = Speller::new(["country=\"belgium\"", "threat-actor=\"APT 28\""].into_iter(), '=');
        for (written, meant) in [
            ("belgium", "country=\"belgium\""),
            ("country=\"Belgum\"", "country=\"belgium\""),
            ("threat-actors=\"apt28\"", "threat-actor=\"APT 28\""),
        ] {
            assert_eq!(speller.meant(written), Some(meant), "{written}");
        }
        assert_eq!(speller.meant("country=\"france\""), None);
    }

    #[test]
    fn comparing_comes_to_an_end() {
        let long = "x".repeat(60);
        let names: Vec<_> = (0..MAX_COMPARED / 3600).map(|number| format!("big:{long}{number}")).collect();
        let speller = Speller::new(names.iter().map(String::as_str).chain(["tlp:green"]), ':');
        assert_eq!(speller.meant("tlp:gren"), Some("tlp:green"));
        assert_eq!(speller.meant(&format!("big:{long}y")), None);
        // Lookups cost nothing.
        assert_eq!(speller.meant(&format!("BIG:{long}77")), Some(names[77].as_str()));
    }
}
