//! The thread that checks whole projects.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::thread;

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::ide::{Options, Texts, Unit, check_unit};

use super::findings::{Found, found};
use super::positions::Encoding;

/// Stack of the threads that check: as much as the first thread of a process has, and more for builds without optimisation.
pub(super) const STACK: usize = 32 * 1024 * 1024;

/// What is to be checked.
pub(super) struct Job {
    pub unit: Unit,
    /// How often the unit had changed.
    pub generation: u64,
    pub open: Vec<PathBuf>,
    pub texts: Texts,
    pub options: Options,
    pub encoding: Encoding,
}

/// What came of it.
pub(super) struct Done {
    pub unit: Unit,
    pub generation: u64,
    /// `None` after a panic.
    pub whole: Option<Whole>,
}

/// A whole project, checked.
#[derive(Default)]
pub(super) struct Whole {
    pub found: Vec<Found>,
    /// The files that were asked for.
    pub roots: Vec<PathBuf>,
    /// The files that import a file.
    pub importers: BTreeMap<PathBuf, Vec<PathBuf>>,
}

/// Starts the thread. It ends when nobody holds the sender any more.
pub(super) fn start() -> (Sender<Job>, Receiver<Done>) {
    let (jobs, to_do) = unbounded::<Job>();
    let (done, results) = unbounded();
    let work = move || {
        for job in to_do {
            let whole = catch_unwind(AssertUnwindSafe(|| check(&job))).ok();
            if done.send(Done { unit: job.unit, generation: job.generation, whole }).is_err() {
                break;
            }
        }
    };
    // If there is no thread to be had, nothing is sent, and whole projects are not checked.
    let _ = thread::Builder::new().name("check".to_owned()).stack_size(STACK).spawn(work);
    (jobs, results)
}

fn check(job: &Job) -> Whole {
    let mut whole = Whole::default();
    for checked in check_unit(&job.unit, &job.open, &job.texts, &job.options) {
        whole.found.extend(found(&checked, job.encoding));
        whole.roots.extend(checked.roots);
        for (imported, importers) in checked.importers {
            whole.importers.entry(imported).or_default().extend(importers);
        }
    }
    whole
}
