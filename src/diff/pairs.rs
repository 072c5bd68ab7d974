//! Which document of one side is which of the other.

use crate::model::Document;

/// Documents of two sides, by their index.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Pairs {
    /// Those that belong together.
    pub both: Vec<(usize, usize)>,
    /// Those that are only on the first side.
    pub removed: Vec<usize>,
    /// Those that are only on the second side.
    pub added: Vec<usize>,
}

/// Says whether two documents belong together.
type Rule<'r> = &'r dyn Fn(&Document<'_>, &Document<'_>) -> bool;

/// Pairs documents: by uuid, then by name, then by trigger. A single one on each side belong
/// together whatever they are called.
pub fn pair_documents(before: &[Document<'_>], after: &[Document<'_>]) -> Pairs {
    let mut partner = vec![None; before.len()];
    let mut taken = vec![false; after.len()];
    let by_uuid = |a: &Document<'_>, b: &Document<'_>| a.uuid.is_some() && a.uuid == b.uuid;
    let by_name = |a: &Document<'_>, b: &Document<'_>| !a.name.is_empty() && a.name == b.name;
    let by_trigger = |a: &Document<'_>, b: &Document<'_>| a.trigger_id.is_some() && a.trigger_id == b.trigger_id;
    let alone = |_: &Document<'_>, _: &Document<'_>| before.len() == 1 && after.len() == 1;
    let rules: [Rule<'_>; 4] = [&by_uuid, &by_name, &by_trigger, &alone];
    for rule in rules {
        for (index, document) in
            before.iter().enumerate().filter(|(index, _)| partner[*index].is_none()).collect::<Vec<_>>()
        {
            let other = (0..after.len()).find(|&other| !taken[other] && rule(document, &after[other]));
            if let Some(other) = other {
                partner[index] = Some(other);
                taken[other] = true;
            }
        }
    }
    let mut pairs = Pairs::default();
    for (index, partner) in partner.into_iter().enumerate() {
        match partner {
            Some(other) => pairs.both.push((index, other)),
            None => pairs.removed.push(index),
        }
    }
    pairs.added = (0..after.len()).filter(|&other| !taken[other]).collect();
    pairs
}
