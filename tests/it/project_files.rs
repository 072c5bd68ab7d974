//! What a text or a project file of somebody else can have read and written: the files of its project, and no others.

use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

/// What nobody but the user may see.
const SECRET: &str = "hunter2-and-more";

/// A folder with a project in it, and files beside the project.
///
/// The project is `project`, a git repository; outside of it are `outside.mwf`, `outside.json`, `outside.txt` and the
/// folder `allowed`.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: TempDir::new().unwrap() };
        place.write("outside.mwf", &format!("let secret = \"{SECRET}\" oops"));
        place.write("outside.json", &format!("{{\"Event\": {{\"info\": \"{SECRET}\"}}, oops}}"));
        place.write("outside.txt", &format!("{SECRET}\n"));
        place.write("allowed/lib.mwf", "let trusted = [\"tlp:clear\"]");
        place.write("allowed/deeper/list.txt", "tlp:green\n");
        place.write("project/.git/config", &format!("[http]\n\textraheader = AUTHORIZATION: basic {SECRET}\n"));
        place.write("project/.git/HEAD", "ref: refs/heads/main\n");
        place.write("project/mispflow.toml", "");
        place
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    #[cfg(unix)]
    fn link(&self, to: &str, name: &str) {
        std::os::unix::fs::symlink(to, self.folder.path().join(name)).unwrap();
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path().join(folder)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Runs a command in the project, where a secret is in the environment too.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::cargo_bin("mispflow").unwrap();
        command.current_dir(self.folder.path().join("project")).env("MISPFLOW_TEST_TOKEN", SECRET);
        command.args(arguments).timeout(std::time::Duration::from_mins(2)).output().unwrap()
    }

    /// Runs a command that must refuse to read or write something, show no secret and say `words`.
    #[track_caller]
    fn refuses(&self, arguments: &[&str], words: &str) {
        let output = self.run(arguments);
        let shown = shown(&output);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {shown}");
        assert!(shown.contains("refused-"), "{arguments:?}: {shown}");
        assert!(shown.contains(words), "{arguments:?}: {shown}");
        assert!(!shown.contains(SECRET), "{arguments:?}: {shown}");
    }

    #[track_caller]
    fn accepts(&self, arguments: &[&str]) {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", shown(&output));
    }
}

fn shown(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn workflow(body: &str) -> String {
    format!("workflow w on event-publish {{\n    {body}\n}}\n")
}

fn list(path: &str) -> String {
    workflow(&format!("if event tagged any lines(\"{path}\") {{ push-zmq() }}"))
}

fn given(path: &str) -> String {
    workflow("push-zmq()") + &format!("test \"t\" of w {{\n    given \"{path}\"\n    expect success\n}}\n")
}

const OUTSIDE: [&str; 6] =
    ["../outside.mwf", "/etc/passwd", "/proc/self/environ", "/dev/zero", "/dev/fd/0", "sub/../../outside.mwf"];

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
