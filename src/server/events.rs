//! Events that a server finds, page by page.
//!
//! Only one page is held at a time, however many events there are. Pages that are too large for the server, or too slow, are
//! asked for again in smaller ones.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::simulate::replay::{Record, RecordError, Records};

use super::call::{Answer, Call, Transport};
use super::rest::{Misp, Patience};
use super::search::Search;
use super::trouble::{CallError, Problem};

/// The address of the search.
const ADDRESS: &str = "/events/restSearch.json";
/// So many events are asked for at once.
const PAGE: usize = 64;
/// A page that does not come is divided by this. The size stays a divisor of how many were asked for before.
const SMALLER: usize = 4;
/// How often a page is asked for before it is divided.
const TRIES: u32 = 2;
/// So many pages without an event are asked for one after the other, where the server says that there are more events.
const MOST_EMPTY: usize = 16;

/// An answer to a search.
#[derive(Deserialize)]
struct Page {
    response: Vec<IgnoredAny>,
}

/// The events that a search finds, in batches, in the order of their ids.
pub struct FoundEvents<'t> {
    transport: &'t (dyn Transport + Sync),
    patience: Patience,
    search: Search,
    name: Arc<str>,
    /// The page that was fetched to begin with.
    first: Option<Vec<Record>>,
    size: usize,
    /// How many events come before the next page, as the server counts.
    before: usize,
    /// How many were handed on.
    given: usize,
    /// How many there are, as the server says.
    count: Option<u64>,
    is_over: bool,
    has_moved: Arc<AtomicBool>,
}

impl<'t> FoundEvents<'t> {
    /// Asks for the first page. `name` is what messages call the server.
    ///
    /// # Errors
    /// There is none.
    pub fn begin(
        transport: &'t (dyn Transport + Sync),
        patience: Patience,
        name: &str,
        search: Search,
    ) -> Result<Self, CallError> {
        let mut found = Self {
            transport,
            patience,
            search,
            name: name.into(),
            first: None,
            size: PAGE,
            before: 0,
            given: 0,
            count: None,
            is_over: false,
            has_moved: Arc::default(),
        };
        found.first = found.page()?;
        Ok(found)
    }

    /// How many events there are, as the server says.
    pub fn total(&self) -> Option<u64> {
        self.count
    }

    /// Tells whether the number of events has changed while they were read: then some may be missing.
    pub fn has_moved(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.has_moved)
    }

    /// The next page; `None` at the end.
    fn page(&mut self) -> Result<Option<Vec<Record>>, CallError> {
        if self.is_over {
            return Ok(None);
        }
        let wanted = self.search.limit.map_or(usize::MAX, |limit| limit.saturating_sub(self.given));
        let is_complete = self.count.is_some_and(|count| self.before as u64 >= count);
        if wanted == 0 || is_complete {
            self.is_over = true;
            return Ok(None);
        }
        let (page, answer) = self.fetch()?;
        if let Some(count) = answer.result_count {
            if self.count.is_some_and(|known| known != count) {
                self.has_moved.store(true, Ordering::Relaxed);
            }
            self.count = Some(count);
        }
        self.before += self.size;
        // What the server passes over leaves a page with fewer events. Only where it does not say how many there are, an
        // empty page is the end.
        if page.response.is_empty() && self.count.is_none() {
            self.is_over = true;
            return Ok(None);
        }
        let records = Records::new(answer.body.as_bytes(), &self.name, false).flatten();
        let events = records.take(page.response.len().min(wanted));
        let records: Vec<Record> = events
            .map(|record| {
                self.given += 1;
                Record { line: 0, index: Some(self.given), ..record }
            })
            .collect();
        Ok(Some(records))
    }

    /// Fetches the next page, a smaller one if the server cannot give one of this size.
    fn fetch(&mut self) -> Result<(Page, Answer), CallError> {
        loop {
            let is_smallest = self.size == 1;
            let tries = if is_smallest { self.patience.tries } else { TRIES.min(self.patience.tries) };
            let misp = Misp::new(self.transport, Patience { tries, ..self.patience });
            let call = Call::ask(ADDRESS, self.search.page(self.size, self.before / self.size + 1));
            match misp.read(&call) {
                Err(error) if !is_smallest && may_be_too_large(&error) => self.size /= SMALLER,
                other => return other,
            }
        }
    }
}

/// Whether a smaller page may come all the same.
fn may_be_too_large(error: &CallError) -> bool {
    match &error.problem {
        Problem::NoAnswer(error) => !error.is_unsent,
        Problem::Cut | Problem::Internal(_) | Problem::Gateway(_) => true,
        _ => false,
    }
}

impl Iterator for FoundEvents<'_> {
    type Item = Vec<Record>;

    fn next(&mut self) -> Option<Vec<Record>> {
        if let Some(first) = self.first.take().filter(|first| !first.is_empty()) {
            return Some(first);
        }
        for _ in 0..MOST_EMPTY {
            match self.page() {
                Ok(Some(page)) if page.is_empty() => {}
                Ok(page) => return page,
                Err(error) => {
                    self.is_over = true;
                    let text = Err(RecordError::Unreadable(io::Error::other(error.to_string())));
                    return Some(vec![Record { name: self.name.clone(), line: 0, index: None, text }]);
                }
            }
        }
        self.is_over = true;
        self.has_moved.store(true, Ordering::Relaxed);
        None
    }
}
