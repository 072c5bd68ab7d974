//! Finding secrets in what is about to be shown.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::Secret;
use super::address::percent_decoded;
use super::decode::{Escapes, Pairs, base64};
use super::json_words::{CONTEXT, Place, place};
use super::layer::{GAP, Layer};
use super::parts::parts;

/// What is in the place of a user name and a password of an address.
const HIDDEN: &str = "***";
/// Shorter secrets would be found everywhere: they count only where they are words of their own.
const SHORTEST: usize = 4;
/// How many encodings may lie over each other.
const DEPTH: usize = 3;
/// How many bytes one byte of a secret may take, written with escapes in escapes: `\u0026#x2f;`, and some zeros.
const ENCODED: usize = 16;
/// How many steps for each byte of a text the search for mixed escapes may take: a text that is all beginnings of a
/// secret must not take forever.
const STEPS: usize = 64;
/// The most bytes that are looked at at once.
pub(super) const WINDOW: usize = 256 << 10;
/// A piece of a secret this long at the very end of a text is hidden too: the text may have been cut there.
const SHORTEST_BEGINNING: usize = 6;

/// Finds secrets, and parts of them, however they are written: as they are, with the escapes of JSON, HTML or addresses
/// on some or all characters, in hexadecimal digits, in base64 from any place on, and with up to three of these over
/// each other. Puts `${NAME}` in their place.
#[derive(Debug, Default)]
pub struct Masker {
    finder: Option<Finder>,
    /// The longest that a secret may be as it is written, in bytes, with what must be seen after it.
    reach: usize,
}

#[derive(Debug)]
struct Finder {
    automaton: AhoCorasick,
    patterns: Vec<Pattern>,
    /// The patterns that begin with each byte, but for those that count as whole words only.
    by_first: HashMap<u8, Vec<usize>>,
    /// No pattern, nor a beginning of one that is hidden, has fewer bytes.
    least: usize,
}

#[derive(Debug)]
struct Pattern {
    text: Secret,
    /// What is in its place.
    label: String,
    /// Whether it counts only as a word of its own.
    whole_word: bool,
}

/// A place to be hidden.
struct Hit<'m> {
    range: Range<usize>,
    label: &'m str,
}

impl Masker {
    /// A masker for these secrets and their names, and for user names and passwords of addresses, `user:password`, which
    /// become `***`. What has fewer than four bytes is hidden where it is a word of its own, if `short` says so, else
    /// not at all.
    pub fn new<'s>(
        secrets: impl IntoIterator<Item = (&'s str, &'s Secret)>,
        credentials: impl IntoIterator<Item = &'s Secret>,
        short: bool,
    ) -> Self {
        let mut patterns: Vec<Pattern> = Vec::new();
        let mut add = |text: String, label: &str| {
            let whole_word = text.len() < SHORTEST;
            if !text.trim().is_empty() && (short || !whole_word) {
                patterns.push(Pattern { text: Secret::new(text), label: label.to_owned(), whole_word });
            }
        };
        for (name, secret) in secrets {
            let label = format!("${{{name}}}");
            for part in parts(secret.expose()) {
                add(part, &label);
            }
        }
        for pair in credentials {
            match pair.expose().split_once(':') {
                Some((_, password)) => {
                    add(pair.expose().to_owned(), HIDDEN);
                    add(password.to_owned(), HIDDEN);
                    if let Some(plain) = percent_decoded(pair.expose()) {
                        add(plain, HIDDEN);
                    }
                    if let Some(plain) = percent_decoded(password) {
                        add(plain, HIDDEN);
                    }
                }
                // A name alone may be a word of everyday.
                None => add(format!("//{}@", pair.expose()), "//***@"),
            }
        }
        let longest = patterns.iter().map(|pattern| pattern.text.expose().len()).max().unwrap_or(0);
        // An automaton that cannot be built is one of gigabytes.
        let automaton = AhoCorasick::new(patterns.iter().map(|pattern| pattern.text.expose())).ok();
        let finder = automaton.filter(|_| !patterns.is_empty()).map(|automaton| {
            let shortest = patterns.iter().map(|pattern| pattern.text.expose().len()).min().unwrap_or(0);
            let mut by_first: HashMap<u8, Vec<usize>> = HashMap::new();
            for (index, pattern) in patterns.iter().enumerate().filter(|(_, pattern)| !pattern.whole_word) {
                by_first.entry(pattern.text.expose().as_bytes()[0]).or_default().push(index);
            }
            Finder { automaton, patterns, by_first, least: shortest.min(SHORTEST_BEGINNING) }
        });
        Self { finder, reach: ENCODED * longest + CONTEXT }
    }

    /// Whether there is nothing to hide.
    pub fn is_idle(&self) -> bool {
        self.finder.is_none()
    }

    /// How far after a place there may be what tells whether there is a secret before it.
    pub fn reach(&self) -> usize {
        self.reach
    }

    /// The text without secrets.
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.mask_bytes(text.as_bytes(), text.len()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(masked) => Cow::Owned(String::from_utf8_lossy(&masked).into_owned()),
        }
    }

    /// The first `limit` bytes of a text without secrets; a secret that begins before the limit is hidden whole. A
    /// beginning of a secret at the very end of the text is hidden too.
    pub fn mask_bytes<'t>(&self, text: &'t [u8], limit: usize) -> Cow<'t, [u8]> {
        let limit = limit.min(text.len());
        if self.is_idle() {
            return Cow::Borrowed(&text[..limit]);
        }
        let mut masked = Vec::new();
        let mut is_changed = false;
        let mut done = 0;
        while done < limit {
            // What begins before `end` is looked at with all that may belong to it, and with what is before it.
            let end = limit.min(done + WINDOW);
            let from = done.saturating_sub(CONTEXT);
            let until = text.len().min(end + self.reach);
            for (range, label) in self.edits(&text[from..until], until == text.len()) {
                let range = from + range.start..from + range.end;
                if range.start >= end {
                    break;
                }
                if range.start >= done {
                    masked.extend_from_slice(&text[done..range.start]);
                    masked.extend_from_slice(label.as_bytes());
                    done = range.end;
                    is_changed = true;
                }
            }
            if done < end {
                masked.extend_from_slice(&text[done..end]);
                done = end;
            }
        }
        if is_changed { Cow::Owned(masked) } else { Cow::Borrowed(&text[..limit]) }
    }

    /// The places to be hidden in a text and what is there instead, in order. A beginning of a secret at the very end
    /// counts if `is_end` says that the text ends there.
    pub(crate) fn edits(&self, text: &[u8], is_end: bool) -> Vec<(Range<usize>, String)> {
        let mut hits = self.hits(text, is_end);
        // The widest of those that begin together comes first.
        hits.sort_by_key(|hit| (hit.range.start, std::cmp::Reverse(hit.range.end)));
        let mut apart: Vec<Hit<'_>> = Vec::new();
        for hit in hits {
            match apart.last_mut() {
                Some(last) if hit.range.start < last.range.end => last.range.end = last.range.end.max(hit.range.end),
                _ => apart.push(hit),
            }
        }
        let mut edits: Vec<(Range<usize>, String)> = Vec::with_capacity(apart.len());
        for hit in &apart {
            // What became a string as a whole may hold several.
            if edits.last().is_none_or(|(last, _)| last.end <= hit.range.start) {
                edits.extend(labelled(text, hit));
            }
        }
        edits
    }

    /// All places to be hidden.
    fn hits(&self, text: &[u8], is_last: bool) -> Vec<Hit<'_>> {
        let mut hits = Vec::new();
        let Some(finder) = &self.finder else { return hits };
        finder.find(text, is_last, &|range| range, &mut hits);
        finder.find_mixed(text, &mut hits);
        let state = RandomState::new();
        let mut seen = HashSet::from([state.hash_one(text)]);
        let mut layers = above(text, finder.least);
        for depth in 1..=DEPTH {
            layers.retain(|layer| seen.insert(state.hash_one(&layer.bytes)));
            let mut next = Vec::new();
            for layer in layers {
                finder.find(&layer.bytes, is_last, &|range| layer.source(range), &mut hits);
                if depth < DEPTH {
                    next.extend(above(&layer.bytes, finder.least).into_iter().map(|above| above.on(&layer)));
                }
            }
            layers = next;
        }
        hits
    }
}

/// The text with one more encoding undone, in every way.
fn above(text: &[u8], least: usize) -> Vec<Layer> {
    let dense = (0..4).map(|offset| base64(text, offset, least)).chain(Pairs::ALL.map(|pairs| pairs.read(text, least)));
    let dense = dense.filter(|layer| layer.bytes.iter().any(|byte| *byte != GAP));
    Escapes::ALL.iter().filter_map(|escapes| escapes.undo(text)).chain(dense).collect()
}

impl Finder {
    /// Finds secrets of which some characters have escapes, each of its own kind, and others have none, though they may
    /// look like the beginning of one.
    fn find_mixed<'m>(&'m self, text: &[u8], hits: &mut Vec<Hit<'m>>) {
        if memchr::memchr3(b'\\', b'&', b'%', text).is_none() {
            return;
        }
        // For each pattern the steps that are left, and where it is looked for again.
        let mut left = vec![(STEPS * text.len(), 0); self.patterns.len()];
        let mut firsts: Vec<u8> = Vec::new();
        for start in 0..text.len() {
            // What may be read here, as it is or as an escape.
            firsts.clear();
            firsts.push(text[start]);
            if is_escape(text[start]) {
                let read = Escapes::ALL.iter().filter_map(|escapes| escapes.one(&text[start..])?.0.first().copied());
                firsts.extend(read);
                firsts.sort_unstable();
                firsts.dedup();
            }
            for &index in firsts.iter().filter_map(|first| self.by_first.get(first)).flatten() {
                let pattern = &self.patterns[index];
                let (steps, from) = &mut left[index];
                if start < *from || *steps == 0 {
                    continue;
                }
                if let Some(end) = end_of(pattern.text.expose().as_bytes(), text, start, steps) {
                    hits.push(Hit { range: start..end, label: &pattern.label });
                    *from = end;
                }
            }
        }
    }

    fn find<'m>(
        &'m self,
        text: &[u8],
        is_last: bool,
        source: &dyn Fn(Range<usize>) -> Range<usize>,
        hits: &mut Vec<Hit<'m>>,
    ) {
        for found in self.automaton.find_overlapping_iter(text) {
            let pattern = &self.patterns[found.pattern().as_usize()];
            let is_inner = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
            let before = found.start().checked_sub(1).and_then(|at| text.get(at));
            if pattern.whole_word && (is_inner(before) || is_inner(text.get(found.end()))) {
                continue;
            }
            hits.push(Hit { range: source(found.range()), label: &pattern.label });
        }
        if !is_last {
            return;
        }
        let text = text.strip_suffix(&[GAP]).unwrap_or(text);
        for pattern in &self.patterns {
            let bytes = pattern.text.expose().as_bytes();
            let longest = bytes.len().saturating_sub(1).min(text.len());
            if let Some(length) = (SHORTEST_BEGINNING..=longest).rev().find(|&length| text.ends_with(&bytes[..length]))
            {
                hits.push(Hit { range: source(text.len() - length..text.len()), label: &pattern.label });
            }
        }
    }
}

fn is_escape(byte: u8) -> bool {
    matches!(byte, b'\\' | b'&' | b'%' | b'+')
}

/// Where `wanted` ends that begins at `start`, read in any way.
fn end_of(wanted: &[u8], text: &[u8], start: usize, steps: &mut usize) -> Option<usize> {
    // Places reached, each with the number of bytes read so far. Ways differ only where an escape is also plain.
    let mut ways = vec![(start, 0)];
    let mut seen: HashSet<(usize, usize)> = HashSet::new();
    while let Some((at, read)) = ways.pop() {
        if read == wanted.len() {
            return Some(at);
        }
        *steps = steps.checked_sub(1)?;
        let Some(&byte) = text.get(at) else { continue };
        let is_fork = is_escape(byte);
        if is_fork && !seen.insert((at, read)) {
            continue;
        }
        if byte == wanted[read] {
            ways.push((at + 1, read + 1));
        }
        if is_fork {
            for escapes in Escapes::ALL {
                if let Some((bytes, length)) =
                    escapes.one(&text[at..]).filter(|(bytes, _)| wanted[read..].starts_with(bytes))
                {
                    ways.push((at + length, read + bytes.len()));
                }
            }
        }
    }
    None
}

/// What is in the place of a hit, and which place that is; `None` if nothing is hidden there, as the output would say the
/// same with any other secret. A number becomes a string as a whole, so that JSON stays JSON.
fn labelled(text: &[u8], hit: &Hit<'_>) -> Option<(Range<usize>, String)> {
    match place(text, &hit.range) {
        Place::Own => None,
        Place::Bare(whole) => Some((whole, format!("\"{}\"", hit.label))),
        Place::Other => Some((hit.range.clone(), hit.label.to_owned())),
    }
}
