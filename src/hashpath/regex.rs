//! Regular expressions as PHP takes them: between slashes, with flags after.

use std::fmt;

use pcre2::bytes::{Regex as Pcre, RegexBuilder};

/// The limits of PHP's settings `pcre.backtrack_limit` and `pcre.recursion_limit`. What needs more does not match.
const LIMITS: &str = "(*LIMIT_MATCH=1000000)(*LIMIT_DEPTH=100000)";

/// PHP's stack for compiled expressions, in bytes.
const STACK: usize = 192 * 1024;

/// How often an expression may run into the limits in one evaluation; after that it is not tried any more, so
/// that a hostile one takes a fraction of a second and not that for each of ten thousand attributes.
const MAX_EXHAUSTED: u8 = 16;

/// A regular expression with its flags (`/^ip-/i`), ready to be matched.
#[derive(Clone)]
pub struct Regex {
    literal: Box<str>,
    pcre: Pcre,
}

/// Why PHP does not take a regular expression. MISP then treats every value as one that does not match.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RegexError {
    /// No slash ends it.
    #[error("the regular expression has no closing `/`")]
    NoEnd,
    /// A flag that PHP does not know.
    #[error("`{0}` is not a flag of regular expressions")]
    Flag(char),
    /// The library's reason.
    #[error("{0}")]
    Pattern(String),
}

/// What is left of the attempts of one evaluation.
#[derive(Default, Debug)]
pub(super) struct Attempts {
    exhausted: u8,
}

impl Regex {
    /// What is between the slashes.
    pub fn source(&self) -> &str {
        let body = self.literal.strip_prefix('/').unwrap_or(&self.literal);
        end(body).map_or(body, |end| &body[..end])
    }

    /// Compiles an expression that begins with a slash.
    ///
    /// # Errors
    /// If PHP would not take it.
    pub fn new(literal: &str) -> Result<Self, RegexError> {
        let body = literal.strip_prefix('/').ok_or(RegexError::NoEnd)?;
        let end = end(body).ok_or(RegexError::NoEnd)?;
        let (pattern, flags) = (&body[..end], &body[end + 1..]);
        let has = |flag| flags.contains(flag);
        if let Some(unknown) = flags.chars().find(|flag| !"imsxADSUXJun \n\r".contains(*flag)) {
            return Err(RegexError::Flag(unknown));
        }
        let mut text = String::from(LIMITS);
        for flag in ['U', 'J', 'n'].into_iter().filter(|flag| has(*flag)) {
            text.extend(["(?", flag.encode_utf8(&mut [0; 4]), ")"]);
        }
        let pattern = if has('D') && !has('m') { only_at_the_end(pattern) } else { pattern.to_owned() };
        if has('A') {
            // The line break ends a comment that the pattern may end with.
            text.extend(["\\G(?:", &pattern, if has('x') { "\n)" } else { ")" }]);
        } else {
            text.push_str(&pattern);
        }
        let pcre = RegexBuilder::new()
            .caseless(has('i'))
            .multi_line(has('m'))
            .dotall(has('s'))
            .extended(has('x'))
            .utf(has('u'))
            .ucp(has('u'))
            .jit_if_available(true)
            .max_jit_stack_size(Some(STACK))
            .build(&text)
            .map_err(|error| RegexError::Pattern(error.to_string()))?;
        Ok(Self { literal: literal.into(), pcre })
    }

    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        &self.literal
    }

    /// Whether the expression matches somewhere in `subject`.
    pub(super) fn is_match(&self, subject: &str, attempts: &mut Attempts) -> bool {
        if attempts.exhausted == MAX_EXHAUSTED {
            return false;
        }
        self.pcre.is_match(subject.as_bytes()).unwrap_or_else(|_| {
            attempts.exhausted += 1;
            false
        })
    }
}

impl fmt::Debug for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.literal)
    }
}

/// Where the slash is that ends the pattern; one after a backslash does not.
fn end(body: &str) -> Option<usize> {
    let bytes = body.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'/' => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// The flag `D`: `$` no longer matches before a line break at the end. The library's interface lacks it, so
/// every `$` that is an anchor becomes `\z`, which means just that.
fn only_at_the_end(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len() + 2);
    let mut in_class = false;
    let mut in_quote = false;
    let mut chars = pattern.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => {
                let escaped = chars.next();
                in_quote = (in_quote || escaped == Some('Q')) && escaped != Some('E');
                text.push(char);
                text.extend(escaped);
                continue;
            }
            '$' if !in_class && !in_quote => {
                text.push_str("\\z");
                continue;
            }
            '[' if !in_quote => in_class = true,
            ']' if !in_quote => in_class = false,
            _ => {}
        }
        text.push(char);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Attempts, Regex, RegexError};

    fn matches(literal: &str, subject: &str) -> bool {
        Regex::new(literal).expect(literal).is_match(subject, &mut Attempts::default())
    }

    #[test]
    fn flags_mean_what_they_mean_in_php() {
        for (literal, subject, expected) in [
            ("/^ip-/", "ip-src", true),
            ("/^ip-/", "IP-SRC", false),
            ("/^ip-/i", "IP-SRC", true),
            ("/a.c/", "a\nc", false),
            ("/a.c/s", "a\nc", true),
            ("/^b$/", "a\nb", false),
            ("/^b$/m", "a\nb", true),
            ("/a$/", "a\n", true),
            ("/a$/D", "a\n", false),
            ("/[$]$/D", "$", true),
            ("/b/A", "ab", false),
            ("/a|b/A", "cb", false),
            ("/a b # c/xA", "ab", true),
            ("/^.$/", "é", false),
            ("/^.$/u", "é", true),
            ("/a\\/b/", "a/b", true),
            ("/É/iu", "é", true),
            ("/a/ \n", "a", true),
        ] {
            assert_eq!(matches(literal, subject), expected, "{literal} on {subject:?}");
        }
    }

    #[test]
    fn what_php_refuses_is_refused() {
        assert_eq!(Regex::new("/a").unwrap_err(), RegexError::NoEnd);
        assert_eq!(Regex::new("/a\\/").unwrap_err(), RegexError::NoEnd);
        assert_eq!(Regex::new("/a/e").unwrap_err(), RegexError::Flag('e'));
        assert!(matches!(Regex::new("/(/").unwrap_err(), RegexError::Pattern(_)));
    }

    #[test]
    fn hostile_patterns_give_up() {
        let regex = Regex::new("/^(a|aa|a?a)+$/").expect("valid");
        let subject = "a".repeat(5000) + "b";
        let mut attempts = Attempts::default();
        let start = Instant::now();
        for _ in 0..10_000 {
            assert!(!regex.is_match(&subject, &mut attempts));
        }
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}
