//! After every edit the editor is shown what `check` finds in the same texts.
//!
//! `MISPFLOW_LSP_EDITS=5000 cargo test --test it lsp::same_as_check` makes so many edits in all; `MISPFLOW_LSP_SEED` begins
//! somewhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use mispflow::embed::{Input, Options, Project};
use serde_json::{Value, json};

use super::client::{Client, abilities, uri};
use crate::program::{add, mispflow, stdout};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Edits in all, unless somebody asks for more.
const EDITS: usize = 160;

/// What people type, and what breaks texts.
const PIECES: [&str; 44] = [
    " ",
    "\n",
    "\r\n",
    "\"",
    "\"\"\"",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "#",
    "@",
    ",",
    ":",
    ".",
    "=",
    "+",
    "\\",
    "\u{1f6a8}",
    "é",
    "\u{202e}",
    "\u{feff}",
    "\t",
    "if ",
    "else ",
    "not ",
    "workflow x on event-publish {",
    "push-zmq()\n",
    "let x = [\"tlp:red\"]\n",
    "import \"policy.mwf\"\n",
    "goto @x\n",
    "@x ",
    "Event.Tag.{n}.name",
    "restricted",
    "webhook(url: \"https://x.example\")\n",
    "stop-execution(",
    "event tagged any ",
    "# mispflow: allow(plain-http) x\n",
    "for Event.Attribute.{n} where type == \"x\"",
    "{{ Event.info | }}",
    "test \"t\" of x {",
    "true",
    "5000",
];

/// Numbers that look random and are always the same.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    fn place(&mut self, text: &str) -> usize {
        let mut place = self.below(text.len() + 1);
        while !text.is_char_boundary(place) {
            place -= 1;
        }
        place
    }
}

/// A place as the protocol counts.
fn position(text: &str, offset: usize, utf16: bool) -> Value {
    let before = &text[..offset];
    let is_end = |at: usize| match before.as_bytes()[at] {
        b'\n' => true,
        b'\r' => text.as_bytes().get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    let ends: Vec<usize> = (0..offset).filter(|&at| is_end(at)).collect();
    let line = &before[ends.last().map_or(0, |end| end + 1)..];
    let character = if utf16 { line.encode_utf16().count() } else { line.len() };
    json!({"line": ends.len(), "character": character})
}

/// Lines and columns as `check` writes them, of a place of the protocol.
fn line_and_column(text: &str, place: &Value, utf16: bool) -> (usize, usize) {
    let mut offset = 0;
    let mut line = 0;
    let bytes = text.as_bytes();
    while line < place["line"].as_u64().unwrap() {
        let is_end = bytes[offset] == b'\n' || bytes[offset] == b'\r' && bytes.get(offset + 1) != Some(&b'\n');
        line += u64::from(is_end);
        offset += 1;
    }
    let mut units = place["character"].as_u64().unwrap() as usize;
    for c in text[offset..].chars() {
        if units == 0 {
            break;
        }
        units -= if utf16 { c.len_utf16() } else { c.len_utf8() };
        offset += c.len_utf8();
    }
    // A mark at the beginning is no part of the text for `check`.
    let before = &text[..offset];
    let before = before.strip_prefix('\u{feff}').unwrap_or(before);
    let line = before.matches('\n').count() + 1;
    (line, before.rsplit('\n').next().unwrap().chars().count() + 1)
}

type Place = (String, (usize, usize), (usize, usize));

/// A finding: its code, level and place, all places, all that it says.
type Finding = (String, String, Place, BTreeSet<Place>, Vec<String>);

fn words(text: &str, said: &mut Vec<String>) {
    for line in text.lines().filter(|line| !line.is_empty()) {
        let line = line.strip_prefix("note: ").or_else(|| line.strip_prefix("help: ")).unwrap_or(line);
        said.push(line.to_owned());
    }
}

/// What `check` finds.
fn expected(folder: &Path) -> Vec<Finding> {
    let project = Project::load(&Input::Path(folder.to_owned()), &Options::default());
    let findings: Vec<Value> = serde_json::from_str(&project.findings).unwrap();
    let home = folder.join("mispflow.toml").to_str().unwrap().to_owned();
    let place = |file: &Value, span: &Value| {
        let at = |end: &str| {
            let place = &span[end];
            (place["line"].as_u64().unwrap_or(1) as usize, place["column"].as_u64().unwrap_or(1) as usize)
        };
        (file.as_str().map_or_else(|| home.clone(), str::to_owned), at("start"), at("end"))
    };
    let mut all: Vec<Finding> = findings
        .iter()
        .map(|found| {
            let own = place(&found["file"], &found["span"]);
            let mut said = Vec::new();
            words(found["message"].as_str().unwrap(), &mut said);
            let mut places = BTreeSet::from([own.clone()]);
            for label in found["labels"].as_array().unwrap() {
                words(label["message"].as_str().unwrap(), &mut said);
                places.insert(place(&label["file"], &label["span"]));
            }
            found["notes"].as_array().unwrap().iter().for_each(|note| words(note.as_str().unwrap(), &mut said));
            words(found["help"].as_str().unwrap_or_default(), &mut said);
            said.sort();
            let text = |name: &str| found[name].as_str().unwrap().to_owned();
            (text("code"), text("severity"), own, places, said)
        })
        .collect();
    all.sort();
    all
}

/// What the editor shows.
fn shown(client: &Client, texts: &BTreeMap<PathBuf, String>, utf16: bool) -> Vec<Finding> {
    let by_uri: BTreeMap<String, (&PathBuf, &String)> =
        texts.iter().map(|(path, text)| (uri(path), (path, text))).collect();
    let place = |uri: &str, range: &Value| {
        let Some((path, text)) = by_uri.get(uri) else { return (uri.to_owned(), (1, 1), (1, 1)) };
        let at = |end: &str| line_and_column(text, &range[end], utf16);
        (path.to_str().unwrap().to_owned(), at("start"), at("end"))
    };
    let mut all = Vec::new();
    for (uri, found) in client.shown.iter().flat_map(|(uri, all)| all.iter().map(move |found| (uri, found))) {
        let own = place(uri, &found["range"]);
        let mut said = Vec::new();
        words(found["message"].as_str().unwrap(), &mut said);
        let mut places = BTreeSet::from([own.clone()]);
        for related in found["relatedInformation"].as_array().into_iter().flatten() {
            words(related["message"].as_str().unwrap(), &mut said);
            let location = &related["location"];
            places.insert(place(location["uri"].as_str().unwrap(), &location["range"]));
        }
        said.sort();
        let severity = ["error", "warning", "note"][found["severity"].as_u64().unwrap() as usize - 1];
        all.push((found["code"].as_str().unwrap().to_owned(), severity.to_owned(), own, places, said));
    }
    all.sort();
    all
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn texts(folder: &Path, all: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            texts(&path, all);
        } else if path.extension().is_some_and(|name| ["mwf", "json", "toml", "txt"].contains(&name.to_str().unwrap()))
        {
            all.insert(path.clone(), fs::read_to_string(&path).unwrap());
        }
    }
}

/// Makes edits in the texts of a project.
fn edit(folder: &Path, edits: usize, random: &mut Random) {
    let utf16 = random.below(2) == 0;
    let mut abilities = abilities();
    abilities["general"]["positionEncodings"] = json!([if utf16 { "utf-16" } else { "utf-8" }]);
    let mut client = Client::with(folder, abilities, Value::Null);
    let mut original = BTreeMap::new();
    texts(folder, &mut original);
    let mut now = original.clone();
    let compare = |client: &mut Client, now: &BTreeMap<PathBuf, String>, what: &str| {
        client.settle();
        let changed: Vec<&PathBuf> = now.keys().filter(|path| now[*path] != original[*path]).collect();
        for path in &changed {
            fs::write(path, &now[*path]).unwrap();
        }
        let expected = expected(folder);
        for path in &changed {
            fs::write(path, &original[*path]).unwrap();
        }
        let shown = shown(client, now, utf16);
        assert_eq!(shown, expected, "{}: {what}\n{now:#?}", folder.display());
    };
    compare(&mut client, &now, "at the beginning");
    for (path, text) in &original {
        client.open(path, text);
    }
    compare(&mut client, &now, "all are open");
    let paths: Vec<PathBuf> = now.keys().cloned().collect();
    let workflows: Vec<&PathBuf> =
        paths.iter().filter(|path| path.extension().is_some_and(|name| name == "mwf")).collect();
    for number in 0..edits {
        // Mostly workflows; of the project file the end, so that the same files belong to the project.
        let path = if random.below(8) == 0 {
            &paths[random.below(paths.len())]
        } else {
            workflows[random.below(workflows.len())]
        };
        let is_settings = path.ends_with("mispflow.toml");
        let mut changes = Vec::new();
        let mut what = String::new();
        for _ in 0..=random.below(2) {
            let text = now.get_mut(path).unwrap();
            let start = if is_settings { text.len() } else { random.place(text) };
            let (end, new) = match random.below(7) {
                1 if !is_settings => ((start + random.below(30)).min(text.len()), String::new()),
                2 if !is_settings => {
                    let (one, other) = (random.place(text), random.place(text));
                    (start, text[one.min(other)..one.max(other)].chars().take(200).collect())
                }
                3 if !is_settings => (random.place(text).max(start), PIECES[random.below(PIECES.len())].to_owned()),
                // Back to where it was, so that there are whole texts too.
                4 => {
                    changes.push(json!({"text": original[path]}));
                    text.clone_from(&original[path]);
                    continue;
                }
                5 => {
                    let from = &original[workflows[random.below(workflows.len())]];
                    let lines: Vec<&str> = from.lines().collect();
                    let line = random.below(lines.len());
                    (start, format!("{}\n", lines.get(line).unwrap_or(&"")))
                }
                _ => (start, PIECES[random.below(PIECES.len())].to_owned()),
            };
            let mut end = end;
            while !text.is_char_boundary(end) {
                end += 1;
            }
            let range = json!({"start": position(text, start, utf16), "end": position(text, end, utf16)});
            // A place between `\r` and `\n` is none that an editor could name.
            if [start, end].iter().any(|&at| text[..at].ends_with('\r') && text[at..].starts_with('\n')) {
                continue;
            }
            text.replace_range(start..end, &new);
            what = format!("edit {number} of {}: {start}..{end} becomes {new:?}", path.display());
            changes.push(json!({"range": range, "text": new}));
        }
        client.change(path, &changes);
        compare(&mut client, &now, &what);
    }
    for (path, text) in &original {
        client.change(path, &[json!({"text": text})]);
        now.insert(path.clone(), text.clone());
    }
    compare(&mut client, &now, "back at the beginning");
    let after = {
        let mut after = BTreeMap::new();
        texts(folder, &mut after);
        after
    };
    assert_eq!(after, original, "the server wrote a file");
    assert_eq!(client.end(), Some(0));
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// A project with all that the examples lack: imports, MISP's JSON, lists, a baseline, workflows that run others.
fn many_parts(folder: &Path) {
    add(
        folder,
        "mispflow.toml",
        "[project]\ntarget = \"misp-2.5.19\"\nbaseline = \"baseline.json\"\n\n[lints]\nmany-paths = \"deny\"\n",
    );
    add(
        folder,
        "policy.mwf",
        "let restricted = lines(\"tags.txt\") + [\"PAP:RED\"]\n\nblueprint tell(url: string = \"https://x.example\") {\n    webhook(url: url)\n}\n",
    );
    add(folder, "tags.txt", "# What stays here.\ntlp:red\ntlp:amber+strict\n");
    add(
        folder,
        "team/guard.mwf",
        "import \"../policy.mwf\"\nimport \"share.json\" as share\n\nworkflow guard on event-publish {\n    if event tagged any restricted {\n        stop-execution(message: \"no\")\n    }\n    use tell(url: \"http://plain.example\")\n    use share()\n}\n\nworkflow look on adhoc(scope: passed_event_ids) {\n    use tell()\n}\n",
    );
    add(
        folder,
        "calls.mwf",
        "workflow calls on event-after-save-new {\n    run-workflow(workflows: [\"look\"], input_data: event_ids)\n}\n\ntest \"it calls\" of calls {\n    given { Event: { info: \"x\" } }\n    expect success\n}\n",
    );
    let share = "blueprint share() {\n    push-zmq()\n}\n";
    add(folder, "share.mwf", share);
    let built =
        Project::load(&Input::Text { name: "share.mwf".to_owned(), text: share.to_owned() }, &Options::default());
    add(folder, "team/share.json", &built.build().unwrap()[0].json);
    fs::remove_file(folder.join("share.mwf")).unwrap();
    let baseline = mispflow(folder, &["check", "--write-baseline", "baseline.json"]);
    assert!(fs::metadata(folder.join("baseline.json")).is_ok(), "{}", stdout(&baseline));
}

#[test]
fn the_editor_shows_what_check_finds() {
    let edits = number("MISPFLOW_LSP_EDITS").map_or(EDITS, |edits| edits as usize);
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ number("MISPFLOW_LSP_SEED").unwrap_or(1));
    let examples = Path::new(ROOT).join("examples");
    let mut folders: Vec<PathBuf> =
        fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    let each = edits.div_ceil(folders.len() + 4);
    for folder in folders {
        let place = tempfile::tempdir().unwrap();
        // Links on the way to it would be other names of the same files.
        let place = place.path().canonicalize().unwrap().join("project");
        copy(&folder, &place);
        edit(&place, each, &mut random);
    }
    let place = tempfile::tempdir().unwrap();
    let place = place.path().canonicalize().unwrap().join("project");
    many_parts(&place);
    edit(&place, each * 4, &mut random);
}
