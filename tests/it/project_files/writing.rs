//! What may be written, and that it is written whole or not at all.

use std::fs;

use super::{Place, shown, workflow};

#[cfg(unix)]
#[test]
fn no_link_is_followed_when_something_is_written() {
    let place = Place::new();
    let kept = "keep me\n";
    place.write("victim.txt", kept);
    place.write("project/w.mwf", "workflow   w on event-publish { push-zmq() }\n");
    place.accepts(&["build", "-o", "saved"]);
    for to in ["../../victim.txt", "../w.mwf", "../../nothing-yet.txt"] {
        fs::create_dir_all(place.folder.path().join("project/build")).unwrap();
        place.link(to, "project/build/w.json");
        place.refuses(&["build"], "it is a link");
        place.refuses(&["build", "-o", "build"], "it is a link");
        place.refuses(&["build", "--check"], "it is a link");
        assert_eq!(place.names("project/build"), ["w.json"]);
        fs::remove_dir_all(place.folder.path().join("project/build")).unwrap();
    }
    // Nor when the folder is a link that leads out.
    place.link("../allowed", "project/build");
    place.refuses(&["build"], "outside the project");
    place.refuses(&["build", "-o", "build"], "outside the project");
    place.refuses(&["build", "-o", "build/new/deeper"], "outside the project");
    place.refuses(&["import", "saved/w.json", "-o", "build"], "outside the project");
    assert_eq!(place.names("allowed"), ["deeper", "lib.mwf"]);
    fs::remove_file(place.folder.path().join("project/build")).unwrap();

    fs::create_dir(place.folder.path().join("project/texts")).unwrap();
    place.link("../../victim.txt", "project/texts/w.mwf");
    place.refuses(&["import", "saved/w.json", "-o", "texts"], "it is a link");
    place.refuses(&["import", "saved/w.json", "-o", "texts", "--force"], "it is a link");
    fs::remove_dir_all(place.folder.path().join("project/texts")).unwrap();

    // The file itself is written, and the message names it.
    place.link("../w.mwf", "project/saved/link.mwf");
    place.refuses(&["fmt", "saved/link.mwf"], "project/w.mwf`, or remove the link");
    assert!(place.read("project/w.mwf").starts_with("workflow   w"));
    place.write("project/w.mwf", "workflow   w on event-publish { push-zmk() }\n");
    place.refuses(&["check", "--fix", "--unsafe", "saved"], "project/w.mwf`, or remove the link");
    assert!(place.read("project/w.mwf").contains("push-zmk"));
    place.accepts(&["check", "--fix", "--unsafe"]);
    assert!(place.read("project/w.mwf").contains("push-zmq"));
    place.accepts(&["fmt"]);
    assert!(place.read("project/w.mwf").starts_with("workflow w"));

    place.write("new/keep.txt", kept);
    place.link("../allowed", "new/workflows");
    place.refuses(&["init", "../new"], "is a link");
    assert_eq!(place.names("new"), ["keep.txt", "workflows"]);
    assert_eq!(place.names("allowed"), ["deeper", "lib.mwf"]);
    assert_eq!(place.read("victim.txt"), kept);
    assert!(!place.folder.path().join("nothing-yet.txt").exists());
}

#[test]
fn all_files_of_a_build_are_written_or_none() {
    let place = Place::new();
    for (name, trigger) in [("a", "event-publish"), ("b", "event-after-save"), ("c", "attribute-after-save")] {
        place.write(&format!("project/{name}.mwf"), &format!("workflow {name} on {trigger} {{ push-zmq() }}\n"));
    }
    fs::create_dir_all(place.folder.path().join("project/build/c.json")).unwrap();
    let output = place.run(&["build"]);
    assert_eq!(output.status.code(), Some(2), "{}", shown(&output));
    assert_eq!(place.names("project/build"), ["c.json"]);
}

/// A file may grow no further than the limit, as if the disk were full: what was begun is gone again.
#[cfg(unix)]
#[test]
fn nothing_is_left_behind_when_the_disk_is_full() {
    let place = Place::new();
    let tags: Vec<String> = (0..3_000).map(|number| format!("\"team:tag-{number}\"")).collect();
    place.write("project/a.mwf", &workflow("push-zmq()").replace("w on event-publish", "a on event-after-save"));
    place.write(
        "project/b.mwf",
        &workflow(&format!("if event tagged any [{}] {{ push-zmq() }}", tags.join(", "))).replace("w on", "b on"),
    );
    place.accepts(&["build", "-o", "../whole"]);
    assert!(place.read("whole/b.json").len() > 16 * 1024);
    let program = assert_cmd::cargo::cargo_bin("mispflow");
    // `ulimit -f` counts blocks of 512 or of 1024 bytes. The signal would end the process before it could tidy up.
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" build -o ../part";
    let limited = std::process::Command::new("sh")
        .args(["-c", script])
        .arg(program)
        .current_dir(place.folder.path().join("project"))
        .output()
        .unwrap();
    let shown = shown(&limited);
    assert_eq!(limited.status.code(), Some(2), "{shown}");
    assert!(shown.contains("b.json` cannot be written: it would be larger"), "{shown}");
    assert_eq!(place.names("part"), Vec::<String>::new());
}

#[test]
fn outputs_that_overwrite_each_other_are_errors() {
    let place = Place::new();
    let name_clash = |place: &Place, arguments: &[&str], words: &str| {
        let output = place.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
        assert!(shown(&output).contains("unsafe-file-name"), "{}", shown(&output));
        assert!(shown(&output).contains(words), "{}", shown(&output));
    };
    place.write("project/a.mwf", "workflow Guard on event-publish { push-zmq() }\n");
    place.write("project/b.mwf", "workflow guard on event-after-save { push-zmq() }\n");
    name_clash(&place, &["build"], "differ in the case of letters");
    name_clash(&place, &["check"], "differ in the case of letters");
    for id in ["nul", "AUX", "com7", "Lpt1"] {
        place.write("project/b.mwf", &format!("workflow {id} on event-after-save {{ push-zmq() }}\n"));
        name_clash(&place, &["build"], "cannot name a file on Windows");
    }
    assert!(!place.folder.path().join("project/build").exists());
    // A blueprint has another ending.
    place
        .write("project/b.mwf", "blueprint guard() { push-zmq() }\nworkflow icon on event-after-save { push-zmq() }\n");
    place.accepts(&["build"]);
    // MISP's JSON is called as its files are.
    let json = place.read("project/build/icon.json");
    for (one, other, words) in [
        ("saved/one/Icon.json", "saved/two/icon.json", "differ in the case of letters"),
        ("saved/one/icon.json", "saved/two/icon.json", "would be written to `icon.json`"),
        ("saved/one/É.json", "saved/two/é.json", "differ in the case of letters"),
        ("saved/one/con.json", "saved/two/x.json", "on Windows"),
    ] {
        place.write(&format!("project/{one}"), &json);
        place.write(&format!("project/{other}"), &json);
        name_clash(&place, &["build", one, other, "-o", "../json"], words);
        fs::remove_dir_all(place.folder.path().join("project/saved")).unwrap();
    }
    assert!(!place.folder.path().join("json").exists());
}

#[test]
fn imported_files_have_names_of_their_own() {
    let place = Place::new();
    place.write("project/w.mwf", &workflow("push-zmq()"));
    place.accepts(&["build"]);
    let json = place.read("project/build/w.json");
    for (index, name) in ["Watch", "watch", "WATCH!", "Con", "con"].into_iter().enumerate() {
        let mut value: serde_json::Value = serde_json::from_str(&json).unwrap();
        value["Workflow"]["name"] = name.into();
        place.write(&format!("project/saved/{index}/{name}.json"), &value.to_string());
    }
    let files =
        ["saved/0/Watch.json", "saved/1/watch.json", "saved/2/WATCH!.json", "saved/3/Con.json", "saved/4/con.json"];
    place.accepts(&[&["import", "-o", "texts"][..], &files].concat());
    let names = place.names("project/texts");
    let folded: std::collections::BTreeSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!((names.len(), folded.len()), (5, 5), "{names:?}");
    assert!(!folded.contains("con.mwf"), "{names:?}");
}
