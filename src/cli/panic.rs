//! What is said of a defect of mispflow itself.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write;
use std::panic::PanicHookInfo;
use std::sync::{Arc, Mutex, PoisonError};

use crate::diagnostics::printable_line;
use crate::secrets::Masker;

/// Hides secrets in what a panic says, which may hold anything.
static MASKER: Mutex<Option<Arc<Masker>>> = Mutex::new(None);

/// Hides these secrets in what panics say from now on.
pub(super) fn hide(masker: Arc<Masker>) {
    *MASKER.lock().unwrap_or_else(PoisonError::into_inner) = Some(masker);
}

/// Lets a panic of this process speak without secrets.
pub(super) fn install() {
    std::panic::set_hook(Box::new(|panic| {
        let masker = MASKER.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default();
        let mut text = message(panic, &masker);
        let trace = Backtrace::capture();
        if trace.status() == BacktraceStatus::Captured {
            text.push_str(&masker.mask(&trace.to_string()));
        }
        // There is nobody left to tell if this fails.
        let _ = std::io::stderr().write_all(text.as_bytes());
    }));
}

fn message(panic: &PanicHookInfo<'_>, masker: &Masker) -> String {
    let what = panic.payload_as_str().unwrap_or("it does not say why");
    let place = panic.location().map(|place| format!(", at {}:{}", place.file(), place.line())).unwrap_or_default();
    format!(
        "error: mispflow has a defect: {}{place}\nplease report it, with the command and the files that brought it about\n",
        printable_line(&masker.mask(what))
    )
}

#[cfg(test)]
mod tests {
    use std::panic::{catch_unwind, set_hook, take_hook};

    use super::*;
    use crate::secrets::Secret;

    #[test]
    fn a_panic_does_not_show_a_secret() {
        let said = Arc::new(Mutex::new(String::new()));
        let heard = said.clone();
        let masker = Masker::new([("NAME", &Secret::new("top/secret"))], [], false);
        let usual = take_hook();
        set_hook(Box::new(move |panic| *heard.lock().unwrap() = message(panic, &masker)));
        let _ = catch_unwind(|| panic!("cannot parse {:?} and dG9wL3NlY3JldA==", "a\ntop\\/secret"));
        set_hook(usual);
        let said = said.lock().unwrap();
        assert!(said.starts_with("error: mispflow has a defect: cannot parse"), "{said}");
        assert!(said.contains("${NAME}\" and ${NAME}, at src/cli/panic.rs:"), "{said}");
        assert!(!said.contains("secret") && said.lines().count() == 2, "{said}");
    }
}
