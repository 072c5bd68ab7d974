//! `check --fix` from outside.

use std::fs;

use tempfile::TempDir;

use crate::program::{mispflow_reading as mispflow, shown};

const BROKEN: &str = "\u{feff}# one\nworkflow guard on event-publish { # two\n    webhok(url = \"https://soc.example.org\") # three\n}\n";

#[test]
fn safe_fixes_first_the_others_when_asked() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("a.mwf");
    fs::write(&file, BROKEN).unwrap();

    let output = mispflow(folder.path(), &["check", "--fix"], "");
    let (code, _, messages) = shown(&output);
    assert_eq!(code, 1);
    assert!(messages.starts_with("fixed  ./a.mwf:3:16  ") || messages.starts_with("fixed  a.mwf:3:16  "), "{messages}");
    assert!(messages.contains("error[unknown-module]"), "{messages}");
    let safe = fs::read_to_string(&file).unwrap();
    assert_eq!(safe, BROKEN.replace(" = ", ": "));

    let output = mispflow(folder.path(), &["check", "--fix", "--unsafe", "a.mwf"], "");
    assert_eq!(shown(&output).0, 0, "{output:?}");
    let fixed = fs::read_to_string(&file).unwrap();
    assert_eq!(fixed, safe.replace("webhok", "webhook"));

    let output = mispflow(folder.path(), &["check", "--fix", "--unsafe", "a.mwf"], "");
    assert_eq!(shown(&output), (0, "", ""));
    assert_eq!(fs::read_to_string(&file).unwrap(), fixed);
}

#[test]
fn standard_input_becomes_standard_output() {
    let folder = TempDir::new().unwrap();
    let output = mispflow(folder.path(), &["check", "--fix", "--unsafe", "-"], BROKEN);
    let text = BROKEN.trim_start_matches('\u{feff}').replace(" = ", ": ").replace("webhok", "webhook");
    assert_eq!((shown(&output).0, shown(&output).1), (0, text.as_str()));
    // What needs no fix comes back too.
    let output = mispflow(folder.path(), &["check", "--fix", "-"], &text);
    assert_eq!(shown(&output), (0, text.as_str(), ""));
    let output = mispflow(folder.path(), &["check", "--fix", "--format", "json", "-"], &text);
    assert_eq!((shown(&output).0, shown(&output).1), (2, ""));
}

#[test]
fn unsafe_needs_fix_and_nothing_else_is_touched() {
    let folder = TempDir::new().unwrap();
    assert_eq!(shown(&mispflow(folder.path(), &["check", "--unsafe"], "")).0, 2);
    // An imported file that was not named stays as it is.
    fs::write(folder.path().join("b.mwf"), "let a = [\"x\" \"y\"]\n").unwrap();
    fs::write(folder.path().join("a.mwf"), "import \"b.mwf\"\n").unwrap();
    let output = mispflow(folder.path(), &["check", "--fix", "a.mwf"], "");
    assert_eq!(shown(&output).0, 1);
    assert_eq!(fs::read_to_string(folder.path().join("b.mwf")).unwrap(), "let a = [\"x\" \"y\"]\n");
    // Allowed findings are not fixed.
    let allowed = "workflow w on event-publish {\n    # mispflow: allow(kept-parametr) why\n    push-zmq()\n}\n";
    fs::write(folder.path().join("c.mwf"), allowed).unwrap();
    let arguments = ["check", "--fix", "--unsafe", "--allow", "unknown-code", "c.mwf"];
    assert_eq!(shown(&mispflow(folder.path(), &arguments, "")), (0, "", ""));
    assert_eq!(fs::read_to_string(folder.path().join("c.mwf")).unwrap(), allowed);
}
