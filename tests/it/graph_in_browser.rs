//! Pages with pictures, opened and clicked through in a real browser, where there is one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::program::{code, mispflow, stderr, stdout};

/// What is called Chromium.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Takes down every error from the first on.
const FIRST: &str = "<script>window.problems = []; window.addEventListener('error', (event) => window.problems.push(event.message));</script>";

fn browser() -> Option<&'static str> {
    let runs =
        |name: &&str| Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    let found = BROWSERS.into_iter().find(|name| runs(name));
    if found.is_none() {
        eprintln!("skipped: there is no Chromium here");
    }
    found
}

/// The files of the examples with a workflow or blueprint, and the events beside them; and blueprints of others, where
/// `MISPFLOW_TEST_BLUEPRINTS` names a folder with some.
pub(crate) fn examples() -> Vec<(PathBuf, Option<PathBuf>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "mwf") {
                let events = folder.join("events");
                found.push((entry, events.is_dir().then_some(events)));
            }
        }
    }
    if let Some(folder) = std::env::var_os("MISPFLOW_TEST_BLUEPRINTS") {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
        found.extend(files.map(|path| (path, None)));
    } else {
        eprintln!("without blueprints of others: MISPFLOW_TEST_BLUEPRINTS names no folder");
    }
    found.sort();
    found
}

/// Whether the reader prefers light or dark pages.
#[derive(Clone, Copy)]
enum Scheme {
    Light,
    Dark,
}

/// Opens a page and clicks through it. Returns what it found, and what the browser wrote to its console.
fn tested(browser: &str, page: &str, width: usize, scheme: Scheme) -> (Value, String) {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("page.html");
    let page = page.replacen("<head>", &format!("<head>{FIRST}"), 1);
    let last = format!("<script>{}</script>\n</body>", include_str!("graph_in_browser.js"));
    fs::write(&path, page.replacen("</body>", &last, 1)).unwrap();
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--enable-logging=stderr",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("--window-size={width},900"))
        // Chromium's own numbers.
        .arg(match scheme {
            Scheme::Dark => "--blink-settings=preferredColorScheme=0",
            Scheme::Light => "--blink-settings=preferredColorScheme=1",
        })
        .arg(format!("file://{}", path.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    let found = dom.split_once("<pre id=\"tested\">").and_then(|(_, rest)| rest.split_once("</pre>"));
    let (found, _) = found.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let found = found.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let console = String::from_utf8_lossy(&output.stderr);
    let console: Vec<&str> = console.lines().filter(|line| line.contains("CONSOLE")).collect();
    (serde_json::from_str(&found).unwrap(), console.join("\n"))
}

#[test]
fn every_example_can_be_clicked_through() {
    let Some(browser) = browser() else { return };
    let (mut pages, mut steps) = (0, 0);
    for (file, events) in examples() {
        let mut arguments = vec!["graph", file.to_str().unwrap(), "--as", "html"];
        if let Some(events) = &events {
            arguments.extend(["--event", events.to_str().unwrap()]);
        }
        let output = mispflow(Path::new("/"), &arguments);
        if code(&output) != 0 {
            // Files that hold constants or modules alone, and one with several blueprints.
            let told = stderr(&output);
            assert!(told.contains("there is no workflow") || told.contains("--workflow ID"), "{told}");
            continue;
        }
        // What a page looks like does not depend on both together; a few are looked at in all four ways.
        let ways = [(1600, Scheme::Light), (400, Scheme::Dark), (1600, Scheme::Dark), (400, Scheme::Light)];
        for &(width, scheme) in &ways[..if pages < 12 { 4 } else { 2 }] {
            let (found, console) = tested(browser, stdout(&output), width, scheme);
            assert_eq!(found["dark"], matches!(scheme, Scheme::Dark), "{}", file.display());
            assert_eq!(found["problems"], Value::Array(Vec::new()), "{} at {width}", file.display());
            assert_eq!(console, "", "{} at {width}", file.display());
            assert_eq!(found["runs"].as_u64() > Some(0), events.is_some(), "{}", file.display());
            pages += 1;
            steps += found["steps"].as_u64().unwrap();
        }
    }
    assert!(pages > 20 && steps > 20, "{pages} {steps}");
}

#[test]
fn hostile_texts_run_nothing() {
    let Some(browser) = browser() else { return };
    let folder = crate::program::folder(&[
        (
            "w.mwf",
            "workflow w on event-publish {\n    name: \"</title></script><img src=x onerror=alert(1)>\"\n    description: \"</script><script>problems.push('ran')</script>\"\n    if event tagged any \"</script><script>problems.push('ran')</script>\" {\n        stop-execution(message: \"<!--<script>\\u{202e}\")\n    }\n}\n",
        ),
        (
            "e.json",
            "{\"Event\": {\"id\": \"1\", \"info\": \"</script><script>problems.push('ran')</script><!--<script>\", \"Tag\": [{\"name\": \"</script><script>problems.push('ran')</script>\"}], \"Attribute\": []}}",
        ),
    ]);
    let output = mispflow(folder.path(), &["graph", "w.mwf", "--event", "e.json"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let (found, console) = tested(browser, stdout(&output), 1600, Scheme::Light);
    assert_eq!((&found["problems"], console.as_str()), (&Value::Array(Vec::new()), ""));
    assert_eq!(found["runs"], 1);
}
