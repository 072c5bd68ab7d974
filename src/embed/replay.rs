//! A workflow on many events, on several threads.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::base::parallel::MOST_THREADS;
use crate::simulate::answers::FixedAnswers;
use crate::simulate::replay::Record;

use super::problem::{Problem, ProblemKind};
use super::workflow::{Told, Workflow};

/// Events that are run together, on one thread.
pub type Batch = Vec<Arc<Record>>;

type Results = Result<Vec<Told>, Problem>;

/// Runs a workflow on batches of events, on several threads. Results come in the order of the batches.
///
/// Whoever hands batches in decides how many are under way, and so how much memory is needed: see [`Self::under_way`].
#[derive(Debug)]
pub struct Replay {
    /// Closed when this is dropped, which ends the threads.
    tasks: SyncSender<(Batch, SyncSender<Results>)>,
    waiting: VecDeque<Receiver<Results>>,
    threads: usize,
}

impl Replay {
    /// Starts the threads.
    pub fn new(workflow: &Arc<Workflow>, answers: FixedAnswers, as_trigger: bool, threads: usize) -> Self {
        let threads = threads.clamp(1, MOST_THREADS.get());
        let (tasks, next) = sync_channel::<(Batch, SyncSender<Results>)>(2 * threads);
        let (next, answers) = (Arc::new(Mutex::new(next)), Arc::new(answers));
        for _ in 0..threads {
            let (next, answers, workflow) = (Arc::clone(&next), Arc::clone(&answers), Arc::clone(workflow));
            thread::spawn(move || {
                loop {
                    // The lock is held only while the thread waits for its next task.
                    let task = next.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((batch, result)) = task else { break };
                    // Nobody waits for it any more if the replay was given up.
                    let _ = result.send(workflow.run_all(&batch, &answers, as_trigger));
                }
            });
        }
        Self { tasks, waiting: VecDeque::new(), threads }
    }

    /// Hands a batch in. Waits while twice as many are under way as there are threads.
    pub fn submit(&mut self, batch: Batch) {
        let (result, waiting) = sync_channel(1);
        self.waiting.push_back(waiting);
        // Where all threads are gone, the end of `result` tells.
        let _ = self.tasks.send((batch, result));
    }

    /// How many batches are under way, or done and not taken.
    pub fn under_way(&self) -> usize {
        self.waiting.len()
    }

    /// How many batches should be under way, so that no thread waits.
    pub fn wanted(&self) -> usize {
        2 * self.threads
    }

    /// The results of the next batch; `None` if they are not there after so long, or if nothing is under way.
    ///
    /// # Errors
    /// The workflow cannot be run, or a thread has ended by a defect.
    pub fn receive(&mut self, patience: Duration) -> Result<Option<Vec<Told>>, Problem> {
        let Some(next) = self.waiting.front() else { return Ok(None) };
        match next.recv_timeout(patience) {
            Ok(results) => {
                self.waiting.pop_front();
                results.map(Some)
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => {
                self.waiting.pop_front();
                Err(Problem::new(ProblemKind::Defect, "mispflow has a defect: a run ended without a result"))
            }
        }
    }
}
