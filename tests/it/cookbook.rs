//! `docs/cookbook.md` is made from the examples: the comment at the head of a file says for whom the workflow is, and what
//! comes before the first test is shown.
//!
//! `INSTA_UPDATE=always cargo test cookbook` writes the page anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::golden;

/// A theme, and its recipes: the title and the folder in `examples/`.
const THEMES: [(&str, &[(&str, &str)]); 5] = [
    (
        "Guards",
        &[
            ("Keep TLP:RED events from being published", "publish-guard"),
            ("Keep TLP:AMBER inside the community", "amber-distribution"),
            ("Publish only events of your own organisations", "own-events"),
            ("Ask for a threat level, a TLP tag and attributes", "complete-events"),
            ("Stop enrichment queries about PAP:RED", "enrichment-guard"),
            ("Ask only your own services about PAP:RED", "third-parties"),
            ("Limit restricted events from a pull", "pulled-inside"),
        ],
    ),
    (
        "Notices",
        &[
            ("Microsoft Teams: IP addresses", "ip-notice"),
            ("Slack: new events", "slack-notice"),
            ("Mattermost: proposals", "proposal-notice"),
            ("Matrix: high threats", "matrix-notice"),
            ("Telegram: high threats", "telegram-notice"),
            ("Mail to the administrators", "mail-notice"),
            ("A webhook for every published event", "publish-webhook"),
            ("Two channels with one blueprint", "two-channels"),
        ],
    ),
    (
        "SOC and sensors",
        &[
            ("Splunk: high threats of trusted organisations", "soc-webhook"),
            ("Sightings of indicators", "sighting-notice"),
            ("ZeroMQ: only what anybody may know", "share-white"),
            ("Failed logins", "login-alert"),
            ("New and changed accounts", "new-account"),
        ],
    ),
    (
        "Curation",
        &[
            ("Clear the IDS flag of values on a warning list", "warninglist-ids"),
            ("Clear the IDS flag of false positives", "no-ids"),
            ("Clear the IDS flag of decayed attributes", "decay-ids"),
            ("Learn false positives", "false-positives"),
        ],
    ),
    (
        "Context",
        &[
            ("Put a galaxy cluster on attributes", "ransomware-cluster"),
            ("Enrich new events and keep the result", "enrich-and-keep"),
        ],
    ),
];

/// What is in the folder `examples/` and not a recipe, and where it is shown.
const ELSEWHERE: [&str; 2] = ["community", "spark"];

fn examples() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// The comment at the head of a workflow file, and what comes between it and the first test.
fn parts(text: &str) -> (String, &str) {
    let (comment, rest) = text.split_once("\n\n").unwrap();
    let sentences: Vec<_> = comment.lines().map(|line| line.strip_prefix("# ").unwrap()).collect();
    let end = rest.find("\n\ntest ").unwrap();
    (sentences.join(" "), &rest[..end])
}

fn page() -> String {
    let count: usize = THEMES.iter().map(|(_, recipes)| recipes.len()).sum();
    let mut page = format!(
        "# Cookbook\n\n\
         *For authors who look for a workflow to start from. You need [a project](tutorial.md#1-a-project).*\n\n\
         {count} workflows that people often ask for. Each one is a project with tests in the folder `examples/` of the repository:\n\
         copy the folder, change names, addresses and tags, and run `mispflow check` and `mispflow test`. A workflow that needs\n\
         misp-modules says so in its `mispflow.toml`.\n\n\
         MISP has one workflow for each trigger. To use several recipes on one trigger, make [blueprints](language.md#blueprints) of\n\
         them; the project `examples/community` shows how.\n\n\
         This page is made from the examples; a test compares them.\n\n\
         | recipe | folder |\n|---|---|\n",
    );
    for (title, folder) in THEMES.iter().flat_map(|(_, recipes)| *recipes) {
        let _ = writeln!(page, "| {title} | [`{folder}`](#{folder}) |");
    }
    for (theme, recipes) in &THEMES {
        let _ = write!(page, "\n## {theme}\n");
        for (title, folder) in *recipes {
            let text = fs::read_to_string(examples().join(folder).join(format!("{folder}.mwf"))).unwrap();
            let (comment, workflow) = parts(&text);
            let _ = write!(page, "\n### {folder}\n\n**{title}.** {comment}\n\n```mwf\n{workflow}\n```\n");
        }
    }
    page
}

#[test]
fn the_page_of_the_documentation_is_made_of_the_examples() {
    golden::check("docs/cookbook.md", &page());
}

#[test]
fn every_example_is_in_the_cookbook() {
    let folders: BTreeSet<String> = fs::read_dir(examples())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("mispflow.toml").exists())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    let recipes = THEMES.iter().flat_map(|(_, recipes)| *recipes).map(|(_, folder)| *folder);
    let shown: BTreeSet<String> = recipes.chain(ELSEWHERE).map(str::to_owned).collect();
    assert_eq!(shown, folders);
}
