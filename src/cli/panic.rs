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

    /// What makes this test panic in a process of its own.
    const PANICS: &str = "MISPFLOW_TEST_PANICS";

    /// A whole process that panics, with the hook that `main` installs.
    #[test]
    fn a_process_that_panics_does_not_show_a_secret() {
        let secret = "t0p/s3cret & more";
        let written = [
            secret.to_owned(),
            secret.replace('/', "\\/"),
            "t0p\\u002fs3cret \\u0026 more".to_owned(),
            "t0p/s3cret &amp; more".to_owned(),
            "t0p&#47;s3cret &#38; more".to_owned(),
            "t0p%2Fs3cret%20%26%20more".to_owned(),
            "t0p%2fs3cret+%26+more".to_owned(),
            "dDBwL3MzY3JldCAmIG1vcmU=".to_owned(),
            "3074302f7333637265742026206d6f7265".replace("3074302f", "7430702f"),
        ];
        if std::env::var_os(PANICS).is_some() {
            install();
            hide(Arc::new(Masker::new([("NAME", &Secret::new(secret))], [], false)));
            panic!("it holds {}", written.join(" | "));
        }
        let process = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "cli::panic::tests::a_process_that_panics_does_not_show_a_secret", "--nocapture"])
            .env(PANICS, "1")
            .env("RUST_BACKTRACE", "1")
            .output()
            .unwrap();
        assert!(!process.status.success());
        let said = [process.stdout, process.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(said.contains("error: mispflow has a defect: it holds ${NAME} | ${NAME}"), "{said}");
        for written in written {
            assert!(!said.contains(&written), "{written}: {said}");
        }
    }
}
