//! Ctrl-C during a long command: what has begun ends in order, and the totals are told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::SIGINT;
use signal_hook::flag::{register, register_conditional_shutdown};

/// The exit code of a command that was interrupted, as shells know it.
pub(super) const EXIT_CODE: u8 = 130;

/// Whether somebody has pressed Ctrl-C.
#[derive(Clone, Debug)]
pub(super) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on the first Ctrl-C asks the command to end, and the second one ends it. Where that is not possible, the first
    /// one ends it as ever.
    pub(super) fn listen() -> Self {
        let asked = Arc::new(AtomicBool::new(false));
        // The order matters: the first one finds the flag not set.
        let second = register_conditional_shutdown(SIGINT, EXIT_CODE.into(), Arc::clone(&asked));
        if second.is_ok() {
            let _ = register(SIGINT, Arc::clone(&asked));
        }
        Self(asked)
    }

    /// Whether the command should end.
    pub(super) fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
