//! "Did you mean": the known word nearest to a misspelt one.

/// The name nearest to `word`, if one is near enough to be what was meant; of equals the first.
pub fn closest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(f64, &str)> = None;
    for name in names {
        let similarity = strsim::jaro_winkler(word, name);
        if similarity > 0.8 && best.is_none_or(|(known, _)| similarity > known) {
            best = Some((similarity, name));
        }
    }
    best.map(|(_, name)| name)
}
