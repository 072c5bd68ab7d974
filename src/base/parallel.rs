//! Work on many things at once, with the same results as one after the other.

use std::num::NonZeroUsize;
use std::sync::OnceLock;
use std::{process, thread};

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

/// How many threads were asked for.
static ASKED_FOR: OnceLock<NonZeroUsize> = OnceLock::new();

/// The process that started the threads.
static PROCESS: OnceLock<u32> = OnceLock::new();

/// More threads than any computer has cores are not started.
pub const MOST_THREADS: NonZeroUsize = NonZeroUsize::new(256).unwrap();

/// Uses this many threads from now on, instead of one for each core. The first call counts.
pub fn use_threads(count: NonZeroUsize) {
    let count = count.min(MOST_THREADS);
    // The pool is there already if there was work before: then that has as many threads as it has.
    if ASKED_FOR.set(count).is_ok() && has_threads() {
        let _ = rayon::ThreadPoolBuilder::new().num_threads(count.get()).build_global();
    }
}

/// How many threads are used.
pub fn threads() -> usize {
    ASKED_FOR.get().copied().or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get)
}

/// Shorter texts, in bytes, are done with before threads have been started.
const WORTHWHILE: usize = 32 * 1024;

/// Whether work on `items` things, which are `length` bytes of text in all, is done on several threads.
pub fn is_worthwhile(items: usize, length: usize) -> bool {
    items > 1 && length >= WORTHWHILE && threads() > 1 && has_threads()
}

/// Whether the threads are those of this process. A process that was forked, as Python's `multiprocessing` does it, has a
/// copy of the memory without the threads: what waited for them would wait forever.
fn has_threads() -> bool {
    *PROCESS.get_or_init(process::id) == process::id()
}

/// Does `work` on every item and gives the results in the order of the items. `length` is how many bytes of text they
/// are in all, by which it is judged whether threads are worth their cost.
pub fn each<T: Sync, R: Send>(items: &[T], length: usize, work: impl Fn(&T) -> R + Send + Sync) -> Vec<R> {
    if is_worthwhile(items.len(), length) {
        items.par_iter().map(work).collect()
    } else {
        items.iter().map(work).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{WORTHWHILE, each};

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1000).collect();
        let expected: Vec<usize> = items.iter().map(|item| item * 2).collect();
        for threads in [1, 2, 16] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            for length in [0, WORTHWHILE] {
                assert_eq!(pool.install(|| each(&items, length, |item| item * 2)), expected);
            }
        }
    }
}
