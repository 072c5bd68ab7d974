//! The lines for `curl` in `docs/deploy.md`.

use std::process::Command;

use super::run;
use super::stand_in::{KEY, Served, StandIn};
use crate::program::folder;

/// A block of the page that becomes a file.
fn block(name: &str) -> &'static str {
    let page = include_str!("../../../docs/deploy.md");
    let (_, rest) = page.split_once(&format!(",file={name}\n")).unwrap_or_else(|| panic!("`{name}`"));
    rest.split_once("```").unwrap().0
}

/// They bring the workflow of the page to a server, and switch it on: a push has nothing left to do.
#[cfg(unix)]
#[test]
fn they_do_what_a_push_does() {
    if !Command::new("curl").arg("--version").output().is_ok_and(|output| output.status.success()) {
        println!("skipped: there is no `curl` here");
        return;
    }
    for release in ["2.5.1", "2.5.19"] {
        let mut server = StandIn::new(release);
        server.modules_on.clear();
        let misp = Served::new(server);
        let target = format!("misp-{release}");
        let project = folder(&[("guard.mwf", block("guard.mwf"))]);
        let build = run(
            project.path(),
            &misp,
            &["build", "guard.mwf", "--as", "request", "-o", "by-hand", "--target", &target],
        );
        assert_eq!(build.code(), 0, "{}", build.messages());
        for lines in ["by-hand.sh", "switch-on.sh"] {
            let sent = Command::new("sh")
                .args(["-e", "-c", block(lines)])
                .current_dir(project.path())
                .env("MISPFLOW_URL", misp.url())
                .env("MISPFLOW_KEY", KEY)
                .output()
                .unwrap();
            assert!(sent.status.success(), "{lines}: {}", String::from_utf8_lossy(&sent.stderr));
        }
        misp.calls.lock().unwrap().clear();
        let plan = run(project.path(), &misp, &["push", "--yes", "--enable", "--target", &target]);
        assert_eq!(plan.code(), 0, "{}", plan.messages());
        assert!(plan.out().contains("1 unchanged") && !plan.out().contains("off on the server"), "{}", plan.out());
        assert!(misp.is_untouched(), "{release}: {:?}", misp.calls.lock().unwrap());
    }
}
