//! Data that is too large for a background job.
//!
//! See `docs/misp-semantics.md`, section "Silence".

use crate::php::{Array, Value};

/// The most bytes of an argument on a command line of Linux, where its end takes one more.
const MOST_BYTES: usize = 128 * 1024 - 1;

/// The data whose size was asked for last: the jobs of a concurrent task usually get the same.
#[derive(Default)]
pub(super) struct JobSizes<'a>(Option<(Array<'a>, Option<String>)>);

impl<'a> JobSizes<'a> {
    /// As [`never_starts`].
    pub(super) fn never_starts(&mut self, data: &Value<'a>) -> Option<String> {
        let Value::Array(array) = data else { return never_starts(data) };
        match &self.0 {
            Some((known, reason)) if known.is_same(array) => reason.clone(),
            _ => {
                let reason = never_starts(data);
                self.0 = Some((array.clone(), reason.clone()));
                reason
            }
        }
    }
}

/// Why a job with this data never starts; `None` if it does.
pub(super) fn never_starts(data: &Value<'_>) -> Option<String> {
    let bytes = data.json_bytes();
    (bytes > MOST_BYTES).then(|| {
        format!(
            "the background job never starts: as JSON its data has {} KiB, and MISP hands it to a worker as one argument on a \
             command line, of which Linux takes 128 KiB. Only the error log of the server says so",
            bytes.div_ceil(1024)
        )
    })
}
