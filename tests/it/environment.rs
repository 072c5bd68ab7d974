//! Values that `build --with-secrets` reads from the environment are checked like those that are written out.

use std::fs;

use assert_cmd::Command;
use tempfile::TempDir;

const WORKFLOW: &str = r#"workflow mark on event-publish {
    tag_operation(scope: env("SCOPE"), tags: ["tlp:green"])
    webhook(url: "https://soc.example.org", headers: "Authorization: " + secret("TOKEN"), payload: "{}")
    stop-execution(message: env("MESSAGE", "Not today"))
}
"#;

/// How a build ends with these variables, and what it says.
fn build(variables: &[(&str, &str)]) -> (i32, String) {
    let folder = TempDir::new().unwrap();

    fs::write(folder.path().join("mark.mwf"), WORKFLOW).unwrap();
    let mut command = Command::cargo_bin("mispflow").unwrap();
    command.env("TOKEN", "{{ hidden").envs(variables.iter().copied());
    let output = command
        .current_dir(&folder)
        .args(["build", "--with-secrets", "mark.mwf", "-o", "out", "-q", "--allow", "needs-template-service"])
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    assert_eq!(folder.path().join("out").exists(), code == 0);
    if code == 0 {
        // MISP renders headers, and the secret is not to be rendered.
        let built = fs::read_to_string(folder.path().join("out/mark.json")).unwrap();
        assert!(built.contains("Authorization: {{ '{{ hidden' }}\""), "{built}");
    }
    (code, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn what_fits_is_built() {
    assert_eq!(build(&[("SCOPE", "event")]), (0, String::new()));
    assert_eq!(build(&[("SCOPE", "attribute"), ("MESSAGE", "{{ Event.info }}")]), (0, String::new()));
}

#[test]
fn what_does_not_fit_is_not_written() {
    let (code, said) = build(&[("SCOPE", "evnt")]);
    assert_eq!(code, 1);
    assert!(said.contains("error[unknown-option]: `scope` does not offer `evnt`"), "{said}");
    assert!(said.contains("mark.mwf:2:26") && said.contains("the environment variable `SCOPE` holds"), "{said}");
    let (code, said) = build(&[("SCOPE", "event"), ("MESSAGE", "{{ Event.info ")]);
    assert_eq!(code, 1);
    assert!(said.contains("error[invalid-template]") && said.contains("variable `MESSAGE` holds"), "{said}");
    // A secret is not looked into.
    assert!(!said.contains("hidden"), "{said}");
}
