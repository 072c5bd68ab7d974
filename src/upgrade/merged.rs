//! The findings for several targets as one list.

use rustc_hash::FxHashMap;

use crate::base::source::Span;
use crate::catalogue::Target;
use crate::diagnostics::{Code, Diagnostic};

type Key<'d> = (Code, Option<Span>, &'d str);

/// Each finding once, in the order of the targets. One that does not hold for all of them says so. Those for one target are
/// each there once.
pub(super) fn merged(targets: &[Target], mut found: Vec<Vec<Diagnostic>>) -> Vec<Diagnostic> {
    if found.len() == 1 {
        return found.remove(0);
    }
    let mut places: FxHashMap<Key<'_>, usize> = FxHashMap::default();
    let mut holds: Vec<Vec<bool>> = Vec::new();
    let mut first: Vec<(usize, usize)> = Vec::new();
    for (target, diagnostics) in found.iter().enumerate() {
        for (index, diagnostic) in diagnostics.iter().enumerate() {
            let span = diagnostic.primary.as_ref().map(|label| label.span);
            let place = *places.entry((diagnostic.code, span, &diagnostic.message)).or_insert_with(|| {
                holds.push(vec![false; targets.len()]);
                first.push((target, index));
                holds.len() - 1
            });
            holds[place][target] = true;
        }
    }
    drop(places);
    let mut found: Vec<Vec<Option<Diagnostic>>> =
        found.into_iter().map(|diagnostics| diagnostics.into_iter().map(Some).collect()).collect();
    let mut merged = Vec::with_capacity(first.len());
    for ((target, index), holds) in first.into_iter().zip(holds) {
        let Some(diagnostic) = found[target][index].take() else { continue };
        merged.push(if holds.iter().all(|&holds| holds) {
            diagnostic
        } else {
            let named = |wanted: bool| {
                let names = targets.iter().zip(&holds).filter(|&(_, &holds)| holds == wanted);
                names.map(|(target, _)| format!("`{target}`")).collect::<Vec<_>>().join(", ")
            };
            diagnostic.note(format!("this is so for {}, not for {}", named(true), named(false)))
        });
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_for_some_targets_says_for_which() {
        let targets = ["misp-2.4.199", "misp-2.5.0", "misp-2.5.1"].map(|name| name.parse::<Target>().unwrap());
        let finding = |message: &str| Diagnostic::new(Code::UnknownModule, message);
        let merged = merged(
            &targets,
            vec![vec![finding("all")], vec![finding("some"), finding("all")], vec![finding("all"), finding("last")]],
        );
        let texts: Vec<_> = merged.iter().map(|found| (found.message.as_str(), found.notes.concat())).collect();
        assert_eq!(
            texts,
            [
                ("all", String::new()),
                ("some", "this is so for `misp-2.5.0`, not for `misp-2.4.199`, `misp-2.5.1`".to_owned()),
                ("last", "this is so for `misp-2.5.1`, not for `misp-2.4.199`, `misp-2.5.0`".to_owned()),
            ]
        );
    }
}
