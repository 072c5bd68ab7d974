//! Work on several threads whose results come in the order of the input.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

/// So many results of an item wait for their turn; the work on it then waits too.
const RESULTS_IN_LINE: usize = 4;

/// Does `work` on every item, on `workers` threads, and hands the results to `sink` in the order of the items. The
/// work hands each result to its second argument; an item may have any number of them.
///
/// No more than twice as many items are under way as there are workers, and few results of each, so memory is bounded by the largest ones,
/// however many there are.
///
/// # Errors
/// The first error of `sink`; then no further item is begun.
pub fn in_order<T, R, E>(
    items: impl Iterator<Item = T> + Send,
    workers: usize,
    work: impl Fn(T, &mut dyn FnMut(R)) + Sync,
    mut sink: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E>
where
    T: Send,
    R: Send,
{
    let workers = workers.max(1);
    thread::scope(|scope| {
        // Each item travels with the way back for its result; the other ends of these ways wait in line.
        let (tasks, next_task) = sync_channel::<(T, SyncSender<R>)>(0);
        let (line, next_in_line) = sync_channel::<Receiver<R>>(workers);
        let next_task = Arc::new(Mutex::new(next_task));
        let work = &work;
        scope.spawn(move || {
            for item in items {
                let (result, way_back) = sync_channel(RESULTS_IN_LINE);
                if line.send(way_back).is_err() || tasks.send((item, result)).is_err() {
                    break;
                }
            }
        });
        for _ in 0..workers {
            let next_task = Arc::clone(&next_task);
            scope.spawn(move || {
                loop {
                    // The lock is held only while the thread waits for its next task.
                    let task = next_task.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
                    let Ok((item, result)) = task else { break };
                    // Nobody waits any more if the sink has failed.
                    work(item, &mut |done| {
                        let _ = result.send(done);
                    });
                }
            });
        }
        // From here on the workers alone hold the tasks, so nobody waits for workers that are gone. When this block ends so
        // does the line, which stops the thread that reads the items.
        drop(next_task);
        for way_back in next_in_line {
            for result in way_back {
                sink(result)?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::in_order;

    #[test]
    fn results_keep_the_order_of_the_items() {
        for workers in [0, 1, 2, 7] {
            let mut results = Vec::new();
            let work = |number: u64, emit: &mut dyn FnMut(u64)| {
                // The later ones are done earlier.
                std::thread::sleep(Duration::from_micros(500 / (number + 1)));
                (0..number % 10).for_each(|part| emit(number * 10 + part));
            };
            in_order(0..200, workers, work, |result| {
                results.push(result);
                Ok::<_, ()>(())
            })
            .unwrap();
            let expected: Vec<u64> =
                (0..200).flat_map(|number| (0..number % 10).map(move |part| number * 10 + part)).collect();
            assert_eq!(results, expected);
        }
    }

    #[test]
    fn only_a_few_items_are_under_way() {
        let (begun, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let items = (0..100).inspect(|_| {
            let under_way = begun.fetch_add(1, Ordering::SeqCst) + 1 - done.load(Ordering::SeqCst);
            // Three workers, three in line, one being handed over, one being given out, one being taken in.
            assert!(under_way <= 9, "{under_way}");
        });
        in_order(
            items,
            3,
            |item, emit| emit(item),
            |_| {
                std::thread::sleep(Duration::from_micros(200));
                done.fetch_add(1, Ordering::SeqCst);
                Ok::<_, ()>(())
            },
        )
        .unwrap();
        assert_eq!(done.load(Ordering::SeqCst), 100);
    }

    #[test]
    fn an_error_of_the_sink_stops_it_all() {
        let begun = AtomicUsize::new(0);
        let items = std::iter::repeat_with(|| begun.fetch_add(1, Ordering::SeqCst));
        let error = in_order(items, 2, |item, emit| emit(item), |item| if item == 5 { Err("full") } else { Ok(()) });
        assert_eq!(error, Err("full"));
    }
}
