//! Files that are read at the same time, while what is in them comes in the order of the files.

use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::vec;

use super::record::Record;

/// So many bytes of a file wait for their turn; a batch that is larger waits alone.
const ROOM: usize = 4 * 1024 * 1024;
/// What an entry takes besides its text.
const ENTRY_BYTES: usize = 64;

/// The batches of several files, in the order of the files. Reading stops when this is dropped.
///
/// A file whose turn has not come is read until [`ROOM`] is full, and no more than twice as many files are begun as there are
/// threads. So memory is bounded, however many files there are, and however large they are.
pub(super) struct ReadAhead<T> {
    items: vec::IntoIter<T>,
    /// Closed when this is dropped, which ends the threads.
    tasks: Sender<(T, Writer)>,
    /// What was begun, in order.
    line: VecDeque<Arc<Queue>>,
    most_in_line: usize,
}

impl<T: Send + 'static> ReadAhead<T> {
    /// Reads each of `items` with `read`, on so many threads.
    pub(super) fn new<I: Iterator<Item = Vec<Record>>>(
        items: Vec<T>,
        threads: usize,
        read: impl Fn(T) -> I + Send + Sync + 'static,
    ) -> Self {
        let (tasks, next) = channel::<(T, Writer)>();
        let (next, read) = (Arc::new(Mutex::new(next)), Arc::new(read));
        for _ in 0..threads {
            let (next, read) = (Arc::clone(&next), Arc::clone(&read));
            thread::spawn(move || work(&next, &*read));
        }
        Self { items: items.into_iter(), tasks, line: VecDeque::new(), most_in_line: 2 * threads }
    }
}

/// Reads one item after the other, as long as there are any.
fn work<T, I: Iterator<Item = Vec<Record>>>(next: &Mutex<Receiver<(T, Writer)>>, read: &impl Fn(T) -> I) {
    loop {
        // The lock is held only while the thread waits for its next task.
        let task = next.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((item, writer)) = task else { break };
        for batch in read(item) {
            if !writer.put(batch) {
                break;
            }
        }
    }
}

impl<T> Iterator for ReadAhead<T> {
    type Item = Vec<Record>;

    fn next(&mut self) -> Option<Vec<Record>> {
        loop {
            while self.line.len() < self.most_in_line
                && let Some(item) = self.items.next()
            {
                let queue = Arc::new(Queue::default());
                self.line.push_back(Arc::clone(&queue));
                // Where all threads are gone, the end of the writer tells.
                let _ = self.tasks.send((item, Writer(queue)));
            }
            if let Some(batch) = self.line.front()?.take() {
                return Some(batch);
            }
            self.line.pop_front();
        }
    }
}

impl<T> Drop for ReadAhead<T> {
    fn drop(&mut self) {
        for queue in &self.line {
            queue.state().is_unwanted = true;
            queue.changed.notify_all();
        }
    }
}

/// What was read of a file and has not had its turn.
#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    batches: VecDeque<Vec<Record>>,
    bytes: usize,
    has_ended: bool,
    /// Whether the thread that reads it ended by a defect.
    has_failed: bool,
    is_unwanted: bool,
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next batch; `None` at the end.
    fn take(&self) -> Option<Vec<Record>> {
        let waits = |state: &mut State| state.batches.is_empty() && !state.has_ended;
        let mut state = self.changed.wait_while(self.state(), waits).unwrap_or_else(PoisonError::into_inner);
        if let Some(batch) = state.batches.pop_front() {
            state.bytes -= size(&batch);
            self.changed.notify_all();
            return Some(batch);
        }
        if state.has_failed {
            drop(state);
            // As if it had been read here.
            resume_unwind(Box::new("a file could not be read to its end"));
        }
        None
    }
}

/// The end of a queue that is filled. When it is dropped, all has been read.
struct Writer(Arc<Queue>);

impl Writer {
    /// Adds a batch, as soon as there is room for it; `false` if nobody wants it any more.
    fn put(&self, batch: Vec<Record>) -> bool {
        let size = size(&batch);
        let waits = |state: &mut State| state.bytes > 0 && state.bytes + size > ROOM && !state.is_unwanted;
        let mut state = self.0.changed.wait_while(self.0.state(), waits).unwrap_or_else(PoisonError::into_inner);
        if state.is_unwanted {
            return false;
        }
        state.bytes += size;
        state.batches.push_back(batch);
        self.0.changed.notify_all();
        true
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.has_ended = true;
        state.has_failed = thread::panicking();
        self.0.changed.notify_all();
    }
}

fn size(batch: &[Record]) -> usize {
    batch.iter().map(|record| record.text.as_ref().map_or(0, String::len) + ENTRY_BYTES).sum()
}

#[cfg(test)]
mod tests {
    use std::iter;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    /// A batch with one entry of so many bytes.
    fn batch(index: usize, bytes: usize) -> Vec<Record> {
        vec![Record { name: "a".into(), line: 1, index: Some(index), text: Ok(" ".repeat(bytes)) }]
    }

    fn indices(ahead: impl Iterator<Item = Vec<Record>>) -> Vec<usize> {
        ahead.flatten().filter_map(|record| record.index).collect()
    }

    #[test]
    fn batches_keep_the_order_of_the_files() {
        for threads in [1, 2, 5] {
            let read = |file: usize| {
                // The later ones are read faster.
                thread::sleep(Duration::from_micros(2_000 / (file as u64 + 1)));
                (0..file % 4).map(move |part| batch(10 * file + part, 1))
            };
            let expected: Vec<usize> =
                (0..50).flat_map(|file| (0..file % 4).map(move |part| 10 * file + part)).collect();
            assert_eq!(indices(ReadAhead::new((0..50).collect(), threads, read)), expected);
        }
    }

    #[test]
    fn only_so_much_is_read_ahead() {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        // A gigabyte in each file.
        let read = move |_: usize| {
            let counted = Arc::clone(&counted);
            (0..1024).map(|part| batch(part, 1024 * 1024)).inspect(move |_| {
                counted.fetch_add(1, Ordering::SeqCst);
            })
        };
        let mut ahead = ReadAhead::new((0..100).collect(), 2, read);
        assert!(ahead.next().is_some());
        thread::sleep(Duration::from_millis(200));
        // Two files of less than four megabytes, with one more in each hand, and the one that was taken.
        let read = count.load(Ordering::SeqCst);
        assert!(read <= 9, "{read}");
        drop(ahead);
        // The threads end, and with them what they read with.
        while Arc::strong_count(&count) > 1 {
            thread::yield_now();
        }
        assert!(count.load(Ordering::SeqCst) <= read + 8);
    }

    #[test]
    fn files_are_read_at_the_same_time() {
        let meeting = Arc::new(Barrier::new(2));
        let read = move |file: usize| {
            // Each waits for the other.
            meeting.wait();
            iter::once(batch(file, 1))
        };
        assert_eq!(indices(ReadAhead::new(vec![0, 1], 2, read)), [0, 1]);
    }

    #[test]
    fn a_batch_larger_than_the_room_is_read_too() {
        let read = |file: usize| (0..3).map(move |part| batch(3 * file + part, 2 * ROOM));
        assert_eq!(indices(ReadAhead::new(vec![0, 1, 2], 2, read)), (0..9).collect::<Vec<_>>());
    }

    #[test]
    fn a_defect_is_not_the_end_of_a_file() {
        let read = |_: usize| (0..2).map(|part| if part == 0 { batch(0, 1) } else { resume_unwind(Box::new("here")) });
        let mut ahead = ReadAhead::new(vec![0], 1, read);
        assert!(ahead.next().is_some());
        let next = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| ahead.next()));
        assert!(next.is_err());
    }
}
