//! Why a path matches nothing.

use std::ops::Range;

use super::extract::{ExtractState, array, follow_step};
use super::path::{Path, SegmentKind};
use crate::php::{Thrown, Value};

/// Where a selection ran empty.
#[derive(Clone, Debug)]
pub struct Emptied<'v, 'a> {
    /// Which step, from 0; an index into [`Path::segments`].
    pub segment: usize,
    /// What about it.
    pub cause: Cause,
    /// What was there instead: the values that the step was tried on, or that failed the test.
    pub there: Vec<&'v Value<'a>>,
}

/// What leaves nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cause {
    /// None of the values has such a key.
    Key,
    /// There is such a key, with a null under it, which counts as missing.
    Null,
    /// A test is asked of values that are not lists or objects.
    NoArray,
    /// A test fails on all of them: which one, from 0, and the bytes of the path where it is.
    Test(usize, Range<usize>),
    /// The path leads to a list or object without entries.
    Empty,
}

impl Path {
    /// The step that leaves nothing to select; `None` if the path selects something.
    ///
    /// # Errors
    /// As [`extract`](Path::extract).
    pub fn explain<'v, 'a>(&self, data: &'v Value<'a>) -> Result<Option<Emptied<'v, 'a>>, Thrown> {
        array(data, "Hash::extract")?;
        let mut state = ExtractState::default();
        let mut there = vec![data];
        for (number, segment) in self.segments.iter().enumerate() {
            let emptied = |cause, there| Ok(Some(Emptied { segment: number, cause, there }));
            let mut found = Vec::new();
            for item in &there {
                // A plain path does not see a list of one in a single value.
                if self.kind == SegmentKind::Pattern || item.as_array().is_some() {
                    follow_step(segment, item, &mut state, &mut |value, _| {
                        found.push(value);
                        Ok(())
                    })?;
                }
            }
            if found.is_empty() {
                return emptied(Cause::Key, there);
            }
            if self.kind == SegmentKind::Plain && found.iter().all(|value| value.is_null()) {
                return emptied(Cause::Null, there);
            }
            if segment.only_arrays {
                let arrays: Vec<_> = found.iter().copied().filter(|value| value.as_array().is_some()).collect();
                if arrays.is_empty() {
                    return emptied(Cause::NoArray, found);
                }
                found = arrays;
            }
            for (index, test) in segment.tests.iter().enumerate() {
                let mut kept = Vec::new();
                for value in &found {
                    if let Some(array) = value.as_array()
                        && test.passes(array, &mut state)?
                    {
                        kept.push(*value);
                    }
                }
                if kept.is_empty() {
                    return emptied(Cause::Test(index, test.span.clone()), found);
                }
                found = kept;
            }
            there = found;
        }
        let is_empty_array = |value: &&Value<'_>| value.as_array().is_some_and(crate::php::Array::is_empty);
        if self.kind != SegmentKind::Pattern && there.iter().all(is_empty_array) {
            return Ok(Some(Emptied { segment: self.segments.len().saturating_sub(1), cause: Cause::Empty, there }));
        }
        Ok(None)
    }
}
