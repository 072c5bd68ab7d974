//! Text as it reads once an encoding is undone, with the place of each byte in the text it came from.

use std::ops::Range;

/// Between pieces that were not next to each other. No UTF-8 holds it, so that no secret reaches over it.
pub(super) const GAP: u8 = 0xff;

/// Bytes, and where each came from.
#[derive(Default)]
pub(super) struct Layer {
    pub(super) bytes: Vec<u8>,
    /// The source of each byte.
    sources: Vec<(u32, u32)>,
    /// Where the piece at the end begins, and the fewest bytes of a piece that is kept.
    piece: usize,
    least: usize,
}

impl Layer {
    /// Adds bytes that stand for one range of the source.
    pub(super) fn push(&mut self, bytes: &[u8], source: Range<usize>) {
        self.bytes.extend_from_slice(bytes);
        self.sources.resize(self.bytes.len(), (source.start as u32, source.end as u32));
    }

    /// Lets the source of the last byte reach `count` further.
    pub(super) fn extend(&mut self, count: usize) {
        if let (Some(last), true) = (self.sources.last_mut(), self.bytes.len() > self.piece) {
            last.1 += count as u32;
        }
    }

    /// A layer without pieces that have fewer bytes than this: no secret is as short.
    pub(super) fn of_pieces(least: usize) -> Self {
        Self { least, ..Self::default() }
    }

    /// Ends a piece.
    pub(super) fn gap(&mut self) {
        if self.bytes.len() - self.piece < self.least.max(1) {
            self.bytes.truncate(self.piece);
            self.sources.truncate(self.piece);
        } else {
            let end = self.sources.last().map_or(0, |source| source.1 as usize);
            self.push(&[GAP], end..end);
            self.piece = self.bytes.len();
        }
    }

    /// The source of a range of bytes.
    pub(super) fn source(&self, range: Range<usize>) -> Range<usize> {
        match (self.sources.get(range.start), range.end.checked_sub(1).and_then(|last| self.sources.get(last))) {
            (Some(first), Some(last)) if !range.is_empty() => first.0 as usize..last.1 as usize,
            _ => 0..0,
        }
    }

    /// The bytes of all pieces.
    pub(super) fn bytes_without_gaps(self) -> Vec<u8> {
        self.bytes.into_iter().filter(|byte| *byte != GAP).collect()
    }

    /// The same bytes, with their places in what `below` came from.
    pub(super) fn on(mut self, below: &Self) -> Self {
        for source in &mut self.sources {
            let range = below.source(source.0 as usize..source.1 as usize);
            *source = (range.start as u32, range.end as u32);
        }
        self
    }
}
