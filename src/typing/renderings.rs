//! Templates are tried: one that cannot be rendered without data cannot be with it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::jinja::{Effort, Tried, tried};

/// How many short tries are made, over all templates of a program.
const SHORT_TRIES: u32 = 200;
/// How many whole ones. So many templates that take long would make a check without end.
const WHOLE_TRIES: u32 = 2;

/// How many tries were made.
#[derive(Debug, Default)]
pub struct Renderings {
    short: AtomicU32,
    whole: AtomicU32,
    /// Whether one more was wanted.
    ran_out: AtomicBool,
}

impl Renderings {
    /// Whether more was wanted than there was.
    pub(crate) fn ran_out(&self) -> bool {
        self.ran_out.load(Ordering::Relaxed)
    }

    /// Takes over what was made with others.
    pub(crate) fn become_as(&self, other: &Self) {
        self.short.store(other.short.load(Ordering::Relaxed), Ordering::Relaxed);
        self.whole.store(other.whole.load(Ordering::Relaxed), Ordering::Relaxed);
        self.ran_out.store(other.ran_out(), Ordering::Relaxed);
    }

    /// The limit that a template comes to without data, in words.
    pub(super) fn limit_of(&self, text: &str) -> Option<String> {
        if !may_take_long(text) {
            return None;
        }
        let efforts = [(&self.short, SHORT_TRIES, Effort::Short), (&self.whole, WHOLE_TRIES, Effort::Whole)];
        for (made, most, effort) in efforts {
            if made.fetch_add(1, Ordering::Relaxed) >= most {
                self.ran_out.store(true, Ordering::Relaxed);
                return None;
            }
            match tried(text, effort) {
                Tried::Ended => return None,
                Tried::Limit(why) => return Some(why),
                Tried::OutOfEffort => {}
            }
        }
        None
    }
}

impl Clone for Renderings {
    fn clone(&self) -> Self {
        let same = Self::default();
        same.become_as(self);
        same
    }
}

/// Whether a template can cost much without data: it repeats something, or has a large number.
fn may_take_long(text: &str) -> bool {
    const REPEAT: [&str; 4] = ["range", "*", "macro", "recursive"];
    let is_large = |number: &str| number.len() > 3;
    (text.contains("{{") || text.contains("{%"))
        && (REPEAT.iter().any(|word| text.contains(word))
            || text.matches("{%").count() > 6
            || text.split(|char: char| !char.is_ascii_digit()).any(is_large))
}
