//! What may be read.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

use super::{OUTSIDE, Place, SECRET, given, list, shown, workflow};

#[test]
fn what_a_text_names_is_in_the_project() {
    let place = Place::new();
    for path in OUTSIDE {
        for (text, verb) in [
            (format!("import \"{path}\"\n"), "check"),
            (list(path), "check"),
            (list(path), "build"),
            (list(path), "test"),
            (given(path), "test"),
        ] {
            place.write("project/w.mwf", &text);
            place.refuses(&[verb], "is outside the project");
        }
        place.write("project/w.mwf", &list(path));
        for format in ["json", "sarif", "github"] {
            place.refuses(&["check", "--format", format], "is outside the project");
        }
        place.refuses(&["diff", "w.mwf", "w.mwf"], "is outside the project");
        place.write("project/event.json", "{\"Event\": {}}");
        place.refuses(&["run", "w.mwf", "--event", "event.json"], "is outside the project");
    }
    place.write("project/w.mwf", "import \"../outside.json\" as blueprint-of-others\n");
    place.refuses(&["check"], "--allow-read ..");
}

#[test]
fn whether_a_file_outside_exists_is_not_told() {
    let place = Place::new();
    let texts = ["../outside.mwf", "../nothing.mwf", "/root/nothing/at/all.mwf"].map(|path| {
        place.write("project/w.mwf", &format!("import \"{path}\"\n"));
        shown(&place.run(&["check"])).replace(path, "PATH")
    });
    let message = |text: &str| text.lines().next().unwrap().to_owned();
    assert_eq!(message(&texts[0]), message(&texts[1]));
    assert_eq!(message(&texts[0]), message(&texts[2]));
}

#[test]
fn files_of_the_project_and_of_its_repository_are_read() {
    let place = Place::new();
    place.write("project/lib.mwf", "let a = [\"tlp:clear\"]");
    place.write("project/team/mispflow.toml", "");
    place.write("project/team/list.txt", "tlp:green\n");
    let absolute = place.folder.path().join("project/team/list.txt");
    for text in [
        "import \"../lib.mwf\"\n".to_owned(),
        list("list.txt"),
        list("./../team/./list.txt"),
        list(&absolute.display().to_string().replace('\\', "/")),
    ] {
        place.write("project/team/w.mwf", &text);
        place.accepts(&["check", "team"]);
        place.accepts(&["check", "--quiet", "team/w.mwf"]);
    }
}

#[test]
fn without_project_and_repository_the_folder_of_the_file_is_read() {
    let place = Place::new();
    place.write("loose/lib.mwf", "let a = [\"tlp:clear\"]");
    place.write("loose/w.mwf", "import \"lib.mwf\"\n");
    place.accepts(&["check", "../loose/w.mwf"]);
    place.accepts(&["check", "../loose"]);
    // Without a project the output is in the current folder, wherever the file is.
    let output = Command::cargo_bin("mispflow")
        .unwrap()
        .current_dir(place.folder.path().join("allowed"))
        .args(["build", "../loose/w.mwf"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    place.write("loose/w.mwf", &list("../outside.txt"));
    place.refuses(&["check", "../loose/w.mwf"], "is outside the project");
    place.refuses(&["check", "../loose"], "is outside the project");
}

#[test]
fn the_command_line_alone_allows_more() {
    let place = Place::new();
    place.write("project/w.mwf", &format!("import \"../allowed/lib.mwf\"\n{}", list("../allowed/deeper/list.txt")));
    place.refuses(&["check"], "--allow-read ../allowed");
    place.refuses(&["check", "--allow-read", "../allowed/deeper"], "../allowed/lib.mwf");
    for verb in ["check", "build", "fmt"] {
        place.accepts(&[verb, "--allow-read", "../allowed"]);
    }
    place.accepts(&["diff", "w.mwf", "w.mwf", "--allow-read", "../allowed"]);
    place.write("project/event.json", "{\"Event\": {}}");
    place.accepts(&["run", "w.mwf", "--event", "event.json", "--allow-read", "../allowed", "--target", "misp-2.5.1"]);
    // What is beside the folder stays closed, whatever it is called.
    place.write("allowed-not/list.txt", "tlp:red\n");
    for path in ["../outside.txt", "../allowed/../outside.txt", "../allowed-not/list.txt"] {
        place.write("project/w.mwf", &list(path));
        place.refuses(&["check", "--allow-read", "../allowed"], "is outside the project");
    }
    // Several, and one that does not exist.
    place.write("project/w.mwf", &list("../allowed-not/list.txt"));
    place.accepts(&["check", "--allow-read", "../allowed", "--allow-read", "../allowed-not"]);
    let output = place.run(&["check", "--allow-read", "../nothing"]);
    assert_eq!(output.status.code(), Some(2), "{}", shown(&output));
    // Neither the project file nor a comment can do it.
    place.write("project/mispflow.toml", "[project]\nallow-read = [\"../allowed-not\"]\n");
    place.refuses(&["check"], "has no setting `allow-read`");
}

#[test]
fn what_belongs_to_git_is_never_read() {
    let place = Place::new();
    place.write("project/sub/.git/config", SECRET);
    place.write("project/module/.git", &format!("gitdir: ../.git/modules/{SECRET}"));
    for (name, content) in [("HEAD", "ref: x"), ("objects/a", ""), ("refs/b", ""), ("config", SECRET)] {
        place.write(&format!("project/other.git/{name}"), content);
    }
    let paths = [
        ".git/config",
        ".GIT/config",
        ".Git/config",
        "./.git/../.git/config",
        "sub/.git/config",
        "module/.git",
        "other.git/config",
        ".git/nothing",
    ];
    for path in paths {
        place.write("project/w.mwf", &list(path));
        place.refuses(&["check"], "where git keeps its own data");
        // Allowing the whole project, or more, does not change that.
        place.refuses(&["build", "--allow-read", ".", "--allow-read", ".."], "where git keeps its own data");
        place.write("project/w.mwf", &given(path));
        place.refuses(&["test"], "where git keeps its own data");
    }
    // Files about git are files like others.
    place.write("project/.gitignore", "tlp:clear\n");
    place.write("project/.github/list.txt", "tlp:clear\n");
    for path in [".gitignore", ".github/list.txt"] {
        place.write("project/w.mwf", &list(path));
        place.accepts(&["check"]);
    }
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_checked() {
    let place = Place::new();
    place.write("project/list.txt", "tlp:clear\n");
    place.write("project/lib.mwf", "let a = [\"tlp:clear\"]");
    place.link("list.txt", "project/inside.txt");
    place.link("lib.mwf", "project/inside.mwf");
    place.link("../outside.txt", "project/out.txt");
    place.link("..", "project/up");
    place.link("out.txt", "project/twice.txt");
    place.link(".git", "project/g");
    place.link("/proc/self/environ", "project/environ.txt");
    place.link("/dev/zero", "project/zero.txt");
    place.link("loop.txt", "project/loop.txt");
    for path in ["inside.txt", "up/project/inside.txt"] {
        place.write("project/w.mwf", &list(path));
        place.accepts(&["check"]);
    }
    place.write("project/w.mwf", "import \"inside.mwf\"\n");
    place.accepts(&["check"]);
    for path in ["out.txt", "twice.txt", "up/outside.txt", "environ.txt", "zero.txt"] {
        for text in [list(path), given(path), format!("import \"{path}\"\n")] {
            place.write("project/w.mwf", &text);
            place.refuses(&["test"], "it is a link to `");
        }
    }
    place.write("project/w.mwf", &list("g/config"));
    place.refuses(&["check"], "where git keeps its own data");
    // A link that leads to itself is not a file.
    place.write("project/w.mwf", &list("loop.txt"));
    let output = place.run(&["check"]);
    assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
    // A link can be allowed like any other file.
    place.write("project/w.mwf", &list("out.txt"));
    place.accepts(&["check", "--allow-read", ".."]);
}

#[cfg(unix)]
#[test]
fn links_in_folders_and_on_the_command_line_are_checked() {
    let place = Place::new();
    place.write("project/real.mwf", &workflow("push-zmq()"));
    place.link("real.mwf", "project/link.mwf");
    place.accepts(&["check"]);
    place.accepts(&["check", "link.mwf"]);
    for (to, name) in [("../outside.mwf", "x.mwf"), ("/proc/self/environ", "y.mwf"), ("../outside.json", "z.json")] {
        place.link(to, &format!("project/{name}"));
        for verb in ["check", "build", "fmt", "test", "import"] {
            place.refuses(&[verb, name], "it is a link to `");
        }
    }
    place.refuses(&["check"], "`y.mwf` cannot be read: it is a link to `");
    place.refuses(&["run", "real.mwf", "--event", "z.json"], "it is a link to `");
    place.refuses(&["run", "real.mwf", "--event", "."], "it is a link to `");
    place.refuses(&["run", "real.mwf", "--event", "real.mwf", "--answers", "z.json"], "it is a link to `");
    place.refuses(&["path", "Event.info", "z.json"], "it is a link to `");
    place.refuses(&["diff", "real.mwf", "z.json"], "it is a link to `");
    // A folder that is a link is the choice of whoever made the link.
    place.link("../allowed", "project/elsewhere");
    place.refuses(&["check", "elsewhere"], "it is a link to `");
    place.refuses(&["check", "elsewhere/lib.mwf"], "it is a link to `");
    place.accepts(&["check", "elsewhere/lib.mwf", "--allow-read", "../allowed"]);
    // What is outside may be named by the user.
    place.accepts(&["check", "../allowed/lib.mwf"]);
    place.accepts(&["check", "../allowed"]);
}

#[test]
fn a_project_file_names_files_of_its_project() {
    let place = Place::new();
    place.write("project/w.mwf", &workflow("push-zmq()"));
    for setting in ["catalogues = [PATH]", "taxonomies = [PATH]"] {
        for path in ["../outside.json", "/proc/self/environ", ".git/config", "/dev/zero"] {
            place.write(
                "project/mispflow.toml",
                &format!("[project]\n{}", setting.replace("PATH", &format!("\"{path}\""))),
            );
            for verb in [&["check"][..], &["build"], &["test"], &["modules"], &["diff", "w.mwf", "w.mwf"]] {
                place.refuses(verb, "refused-file");
            }
        }
    }
    place.write("project/mispflow.toml", "[project]\ntaxonomies = [\"../tax.json\"]\n");
    place.write("tax.json", "{\"tea\": {\"tags\": [\"tea:green\"]}}");
    place.accepts(&["check", "--allow-read", ".."]);
    for source in ["..", "/", "/etc", "../allowed", ".git"] {
        place.write("project/mispflow.toml", &format!("[project]\nsource = \"{source}\"\n"));
        for verb in ["check", "build", "fmt", "test"] {
            place.refuses(&[verb], "cannot be read");
        }
    }
    place.write("project/mispflow.toml", "[project]\nsource = \"../allowed\"\n");
    place.accepts(&["check", "--allow-read", "../allowed"]);
    for output in ["..", "/tmp/mispflow-test-out", "../allowed/new", ".git/hooks"] {
        place.write("project/mispflow.toml", &format!("[project]\noutput = \"{output}\"\n"));
        place.refuses(&["build"], "refused-output");
        place.refuses(&["build", "--check"], "refused-output");
        // The user may.
        place.accepts(&["build", "-o", "../mine"]);
    }
    assert_eq!(place.names("allowed"), ["deeper", "lib.mwf"]);
    assert_eq!(place.names("mine"), ["w.json"]);
    // In the repository is in the project.
    place.write("project/team/mispflow.toml", "[project]\noutput = \"../common-build\"\n");
    place.write("project/team/v.mwf", "workflow v on event-publish { push-zmq() }");
    place.accepts(&["build", "team"]);
    assert_eq!(place.names("project/common-build"), ["v.json"]);
}

#[cfg(unix)]
#[test]
fn a_project_file_that_is_a_link_is_no_way_out() {
    let place = Place::new();
    place.write("project/w.mwf", &workflow("push-zmq()"));
    fs::remove_file(place.folder.path().join("project/mispflow.toml")).unwrap();
    for to in ["/proc/self/environ", "../outside.txt"] {
        place.link(to, "project/mispflow.toml");
        for format in ["text", "json", "sarif", "github"] {
            place.refuses(&["check", "--format", format], "it is a link to `");
        }
        fs::remove_file(place.folder.path().join("project/mispflow.toml")).unwrap();
    }
}

#[test]
fn lines_of_files_of_other_kinds_are_never_shown() {
    let place = Place::new();
    place.write("project/.env", &format!("TOKEN={SECRET}\nTOKEN={SECRET}\n"));
    fs::write(place.folder.path().join("project/bytes.txt"), format!("{SECRET}\n{SECRET}\u{e9}").as_bytes()).unwrap();
    let mut bytes = format!("{SECRET}\n{SECRET}").into_bytes();
    bytes.push(0xE9);
    fs::write(place.folder.path().join("project/bytes.txt"), &bytes).unwrap();
    for text in ["import \".env\"\n".to_owned(), "import \"bytes.txt\"\n".to_owned(), list("bytes.txt")] {
        place.write("project/w.mwf", &text);
        for format in ["text", "json", "sarif", "github"] {
            let output = place.run(&["check", "--format", format]);
            assert_eq!(output.status.code(), Some(1));
            assert!(!shown(&output).contains(SECRET), "{}", shown(&output));
        }
    }
    place.write("project/w.mwf", &list("bytes.txt"));
    let shown = shown(&place.run(&["check"]));
    assert!(shown.contains("bytes.txt:2:17") && shown.contains("(lines of this file are not shown)"), "{shown}");
    assert!(!shown.contains("0xE9"), "{shown}");
    for setting in ["catalogues = [\".env\"]", "taxonomies = [\".env\"]"] {
        place.write("project/mispflow.toml", &format!("[project]\n{setting}"));
        for format in ["text", "json", "sarif", "github"] {
            let output = place.run(&["check", "--format", format]);
            assert_eq!(output.status.code(), Some(1));
            assert!(!self::shown(&output).contains(SECRET), "{}", self::shown(&output));
        }
    }
}

#[test]
fn files_of_other_kinds_may_be_named_but_are_not_shown() {
    let place = Place::new();
    place.write("project/w.mwf", &workflow("push-zmq()"));
    for (name, content) in [
        ("notes.txt", format!("{SECRET}\n")),
        ("notes.env", format!("TOKEN={SECRET}\n{SECRET} {{")),
        ("notes", format!("workflow {SECRET} on {SECRET} {{ {SECRET} }} \"{SECRET}")),
        ("deep.txt", format!("{SECRET} {}", "(".repeat(5_000))),
        ("quoted.txt", format!("let a = \"\\q{SECRET}\"\nlet b = {{{SECRET}}}")),
    ] {
        place.write(&format!("project/{name}"), &content);
        for arguments in [
            &["check", name][..],
            &["check", "--format", "json", name],
            &["check", "--format", "sarif", name],
            &["check", "--format", "github", name],
            &["build", name],
            &["fmt", name],
            &["fmt", "--diff", name],
            &["test", name],
            &["import", name],
            &["diff", name, "w.mwf"],
            &["run", name, "--event", name],
            &["run", "w.mwf", "--event", name],
            &["run", "w.mwf", "--event", name, "--format", "json"],
            &["run", "w.mwf", "--event", "w.mwf", "--answers", name],
            &["path", "Event.info", name],
        ] {
            let output = place.run(arguments);
            assert!(!output.status.success(), "{arguments:?}: {}", shown(&output));
            assert!(!shown(&output).contains(SECRET), "{arguments:?}: {}", shown(&output));
        }
    }
    #[cfg(target_os = "linux")]
    for verb in [&["check"][..], &["import"], &["fmt"], &["path", "Event.info"], &["run", "w.mwf", "--event"]] {
        let output = place.run(&[verb, &["/proc/self/environ"]].concat());
        assert!(!output.status.success());
        assert!(!shown(&output).contains(SECRET) && !shown(&output).contains("PATH"), "{}", shown(&output));
    }
}

#[cfg(unix)]
#[test]
fn pipes_are_not_waited_for() {
    let place = Place::new();
    let pipe = |name: &str| {
        let path = place.folder.path().join("project").join(name);
        std::process::Command::new("mkfifo").arg(path).status().is_ok_and(|status| status.success())
    };
    if !pipe("pipe") || !pipe("pipe.json") || !pipe("pipe.mwf") {
        eprintln!("skipped: there is no mkfifo");
        return;
    }
    for text in [list("pipe"), given("pipe"), given("pipe.json"), "import \"pipe.mwf\"\n".to_owned()] {
        place.write("project/w.mwf", &text);
        place.refuses(&["test"], "it is a pipe, not a regular file");
    }
    place.write("project/w.mwf", &workflow("push-zmq()"));
    place.write("project/mispflow.toml", "[project]\ncatalogues = [\"pipe\"]\ntaxonomies = [\"pipe\"]\n");
    place.refuses(&["check"], "2 errors");
    place.write("project/mispflow.toml", "");
    // What git would leave out is asked of a file, too.
    assert!(pipe(".gitignore"));
    place.refuses(&["check"], "`.gitignore` cannot be read: it is a pipe");
    fs::remove_file(place.folder.path().join("project/.gitignore")).unwrap();
    place.write("project/sub/v.mwf", "workflow v on event-after-save { push-zmq() }");
    for to in ["/dev/zero", "/proc/self/environ", "../outside.txt"] {
        place.link(to, "project/.ignore");
        for folder in [".", "sub"] {
            place.refuses(&["check", folder], ".ignore` cannot be read: it is a link");
        }
        fs::remove_file(place.folder.path().join("project/.ignore")).unwrap();
    }
    // A link inside is followed; so is one above, which is the user's own.
    place.write("project/leave-out", "sub\n");
    place.link("leave-out", "project/.ignore");
    place.link("outside.txt", ".ignore");
    place.accepts(&["check", "."]);
    // A pipe at a target is neither read nor replaced.
    fs::create_dir(place.folder.path().join("project/build")).unwrap();
    assert!(pipe("build/w.json"));
    place.refuses(&["build"], "it is a pipe");
    place.refuses(&["build", "--check"], "it is a pipe");
}

#[test]
fn a_checkout_of_a_worktree_is_a_repository() {
    let place = Place::new();
    // In a worktree or a submodule `.git` is a file.
    place.write("tree/.git", "gitdir: /elsewhere\n");
    place.write("tree/common/list.txt", "tlp:clear\n");
    place.write("tree/flows/w.mwf", &list("../common/list.txt"));
    place.accepts(&["check", "../tree/flows/w.mwf"]);
    place.write("tree/flows/w.mwf", &list("../.git"));
    place.refuses(&["check", "../tree/flows/w.mwf"], "where git keeps its own data");
    // A checkout below `.git` is one as well.
    place.write("project/.git/trees/x/.git", "gitdir: /elsewhere\n");
    place.write("project/.git/trees/x/list.txt", "tlp:clear\n");
    place.write("project/.git/trees/x/w.mwf", &list("list.txt"));
    place.accepts(&["check", ".git/trees/x/w.mwf"]);
}

#[test]
fn the_whole_disk_is_no_project() {
    let place = Place::new();
    let output = Command::cargo_bin("mispflow")
        .unwrap()
        .current_dir("/")
        .args(["check", "-"])
        .write_stdin(list("/proc/self/environ"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
    assert!(shown(&output).contains("outside the project"), "{}", shown(&output));
    // From standard input, paths are relative to the current folder, and the project is the one there.
    place.write("project/list.txt", "tlp:clear\n");
    for (path, code) in [("list.txt", 0), ("../outside.txt", 1)] {
        let output = Command::cargo_bin("mispflow")
            .unwrap()
            .current_dir(place.folder.path().join("project"))
            .args(["check", "-"])
            .write_stdin(list(path))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", shown(&output));
    }
}

#[test]
fn nothing_else_of_this_test_is_a_project() {
    // The tests above rely on it.
    let folder = TempDir::new().unwrap();
    let above = folder.path().ancestors().skip(1);
    for folder in above {
        let has = |name: &str| Path::new(folder).join(name).exists();
        assert!(!has("mispflow.toml") && !has(".git"), "{}", folder.display());
    }
}

#[cfg(unix)]
#[test]
fn names_of_any_kind_get_an_answer() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    let long = format!("{}.txt", "x".repeat(5_000));
    let deep = format!("{}a.txt", "d/".repeat(5_000));
    for path in [
        long.as_str(),
        &deep,
        "a\\u{0}b.txt",
        "",
        ".",
        "..",
        "/",
        "~/.ssh/id_rsa",
        "file:///etc/passwd",
        "\\u{2e}\\u{2e}/outside.txt",
    ] {
        for text in [list(path), given(path), format!("import \"{path}\"\n")] {
            place.write("project/w.mwf", &text);
            for format in ["text", "json"] {
                let output = place.run(&["check", "--format", format]);
                let shown = shown(&output);
                assert!(matches!(output.status.code(), Some(0 | 1)), "{path:.50}: {shown:.2000}");
                assert!(!shown.contains(SECRET), "{shown}");
            }
            let output = place.run(&["test"]);
            assert_eq!(output.status.code(), Some(1), "{path:.50}: {}", shown(&output));
        }
    }
    let name = OsStr::from_bytes(b"\xff\xfe.mwf");
    fs::write(place.folder.path().join("project").join(name), workflow("push-zmq()")).unwrap();
    fs::remove_file(place.folder.path().join("project/w.mwf")).unwrap();
    place.accepts(&["check"]);
}
