//! "Did you mean": the known name nearest to a word.

use strsim::osa_distance;

use crate::base::characters::plain_look_alike;

/// Words longer than this are not typos of anything.
const LONGEST_WORD: usize = 80;

/// The shortest word for which part of a name is suggested (`zmq` for `push-zmq`).
const SHORTEST_PART: usize = 3;

/// The name that `word` most probably stands for, or `None` when nothing is near.
///
/// Case, the difference between `-`, `_` and spaces, and letters of other alphabets that look the same cost nothing; a transposition counts as one
/// mistake, and a longer word may have more of them. Failing that, a word that is a part of exactly
/// one name suggests that name. The answer does not depend on the order of `names`.
pub fn closest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST_WORD * 4 {
        return None;
    }
    let wanted = folded(word);
    let length = wanted.chars().count();
    if length == 0 || length > LONGEST_WORD {
        return None;
    }
    let allowed = allowed_mistakes(length);

    let mut best: Option<(usize, &str)> = None;
    let mut container: Option<&str> = None;
    let mut containers = 0;
    for name in names {
        // A folded character is at most three bytes longer than the original one.
        if name.len() > LONGEST_WORD * 4 {
            continue;
        }
        let known = folded(name);
        if known.chars().count().abs_diff(length) <= allowed {
            let distance = osa_distance(&wanted, &known);
            let nearer = best.is_none_or(|found| (distance, name) < found);
            if distance <= allowed && nearer {
                best = Some((distance, name));
            }
        }
        if length >= SHORTEST_PART && has_part(&known, &wanted) && container != Some(name) {
            container = Some(name);
            containers += 1;
        }
    }
    best.map(|(_, name)| name).or(container.filter(|_| containers == 1))
}

/// How many mistakes a word of `length` characters may hold: one in a short word, then one in three.
fn allowed_mistakes(length: usize) -> usize {
    match length {
        1 => 0,
        2..=5 => 1,
        _ => (length / 3).min(4),
    }
}

fn folded(word: &str) -> String {
    word.trim()
        .chars()
        .map(|c| plain_look_alike(c).unwrap_or(c))
        .flat_map(char::to_lowercase)
        .map(|c| if matches!(c, '_' | ' ') { '-' } else { c })
        .collect()
}

/// Whether `part` is one of the words of `name`, or several in a row.
fn has_part(name: &str, part: &str) -> bool {
    let boundary = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    name.match_indices(part)
        .any(|(at, _)| boundary(name[..at].chars().next_back()) && boundary(name[at + part.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::closest;

    const MODULES: [&str; 7] =
        ["attach-enrichment", "push-zmq", "stop-execution", "tag-if", "tag_operation", "count-if", "webhook"];

    #[test]
    fn typos_find_their_name() {
        for (typo, name) in [
            ("webhok", "webhook"),
            ("wehbook", "webhook"),
            ("Webhook", "webhook"),
            ("tag-operation", "tag_operation"),
            ("tagoperation", "tag_operation"),
            ("atach-enrichement", "attach-enrichment"),
            ("tga-if", "tag-if"),
            ("stop_exectuion", "stop-execution"),
            ("st\u{43e}\u{440}-ex\u{435}\u{441}uti\u{43e}n", "stop-execution"),
        ] {
            assert_eq!(closest(typo, MODULES), Some(name), "{typo}");
        }
    }

    #[test]
    fn a_word_of_one_name_suggests_it() {
        assert_eq!(closest("zmq", MODULES), Some("push-zmq"));
        assert_eq!(closest("enrichment", MODULES), Some("attach-enrichment"));
        // `tag` is a word of two names, `hook` a part of a word.
        assert_eq!(closest("tag", ["tag-if", "tag_operation"]), None);
        assert_eq!(closest("hook", MODULES), None);
    }

    #[test]
    fn unlike_words_find_nothing() {
        for word in ["", "x", "telegram", "if", "operation-of-something-else"] {
            assert_eq!(closest(word, MODULES), None, "{word}");
        }
        assert_eq!(closest("webhook", []), None);
    }

    #[test]
    fn ties_do_not_depend_on_the_order() {
        assert_eq!(closest("read", ["rear", "real", "reap"]), Some("real"));
        assert_eq!(closest("read", ["reap", "real", "rear"]), Some("real"));
        assert_eq!(closest("read", ["real", "READ"]), Some("READ"));
    }

    #[test]
    fn endless_words_end_at_once() {
        let word = "webhook".repeat(1_000_000);
        assert_eq!(closest(&word, MODULES), None);
        assert_eq!(closest("webhok", [word.as_str(), "webhook"]), Some("webhook"));
    }

    #[test]
    fn letters_beyond_ascii_count_as_one() {
        assert_eq!(closest("prüfng", ["prüfung"]), Some("prüfung"));
        assert_eq!(closest("ÜBER", ["über"]), Some("über"));
    }
}
