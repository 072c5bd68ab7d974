//! `modules read`: modules of one's own become a catalogue by reading their source.
//!
//! With `MISPFLOW_TEST_MISP_CLASSES`, the folder `WorkflowModules` of MISP 2.5.1, its classes are read and held against the
//! catalogue. With `MISPFLOW_TEST_MISP_MODULES`, the program `misp-modules`, the actions of that package are read and held
//! against what its own Python says of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mispflow::catalogue::{Catalogue, ParameterKind, Provenance, Shape, Signature, load};
use mispflow::model::ModuleType;

use crate::program::{code, folder, mispflow, shown, stderr, stdout};

const TICKET: &str = r#"<?php
include_once APP . 'Model/WorkflowModules/WorkflowBaseModule.php';

class Module_open_ticket extends WorkflowBaseActionModule
{
    const SYSTEMS = ['jira' => 'Jira', 'rt' => 'Request Tracker'];
    public $id = 'open-ticket';
    public $name = 'Open ticket', $version = '0.3';
    public $description = 'Opens a ' . "ticket";
    public $blocking = true;
    public $outputs = 1;
    public $support_filters = true;
    public $expect_misp_core_format = true;
    private $queues = array('soc' => 'SOC');

    public function __construct()
    {
        parent::__construct();
        $this->queues['it'] = 'IT';
        $common = ['type' => 'input', 'jinja_supported' => true];
        $this->params = [
            ['id' => 'system', 'label' => __('System'), 'type' => 'select', 'options' => self::SYSTEMS, 'default' => 'rt'],
            array_merge(['id' => 'title', 'label' => 'It\'s about'], $common),
            ['id' => 'queue', 'label' => 'Queue', 'type' => 'picker', 'options' => $this->queues, 'multiple' => true],
        ];
        $this->params[] = ['id' => 'api_token', 'label' => 'Token', 'type' => 'input', 'display_on' => ['system' => 'jira']];
        $this->params[1]['default'] = <<<'TEXT'
            two
              lines
            TEXT;
    }
}
"#;

/// Reads one file, and gives the modules with what was said.
fn read(name: &str, source: &str) -> (Vec<Signature>, String) {
    let folder = folder(&[(name, source)]);
    let output = mispflow(folder.path(), &["modules", "read", name]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    (load(stdout(&output)).unwrap(), stderr(&output).to_owned())
}

/// What is said of a file that cannot be read.
fn refused(name: &str, source: &str) -> String {
    let folder = folder(&[(name, source)]);
    let output = mispflow(folder.path(), &["modules", "read", name]);
    assert_eq!((code(&output), stdout(&output)), (1, ""), "{}", stderr(&output));
    stderr(&output).to_owned()
}

#[test]
fn a_class_is_read_with_its_constructor() {
    let (modules, said) = read("Module_open_ticket.php", TICKET);
    assert_eq!(said, "");
    let [ticket] = modules.as_slice() else { panic!("{modules:?}") };
    assert_eq!((ticket.id.as_str(), ticket.name.as_str()), ("open-ticket", "Open ticket"));
    assert_eq!((ticket.version.as_str(), ticket.description.as_str()), ("0.3", "Opens a ticket"));
    assert_eq!((ticket.module_type, ticket.outputs, ticket.provenance), (ModuleType::Action, 1, Provenance::Custom));
    assert!(ticket.blocking && ticket.supports_filters && ticket.expects_core_format);
    let [system, title, queue, token] = ticket.parameters.as_slice() else { panic!("{ticket:?}") };
    assert_eq!((system.option_by_label("jira"), system.default.clone()), (Some("jira"), Some("rt".into())));
    assert_eq!((title.label.as_str(), title.kind, title.jinja), ("It's about", ParameterKind::Text, true));
    assert_eq!(title.default, Some("two\n  lines".into()));
    assert_eq!(queue.options.keys().collect::<Vec<_>>(), ["soc", "it"]);
    assert!(queue.multiple && !queue.open && token.sensitive);
    assert_eq!(token.display_on["system"], ["jira"]);
}

#[test]
fn what_is_read_is_a_catalogue_for_check() {
    let folder = folder(&[
        ("Module_open_ticket.php", TICKET),
        ("mispflow.toml", "[project]\ncatalogues = [\"own.json\"]\n"),
        ("a.mwf", "workflow a on event-publish {\n    open-ticket(system: \"trello\")\n}\n"),
    ]);
    let output = mispflow(folder.path(), &["modules", "read", "Module_open_ticket.php", "-o", "own.json"]);
    assert_eq!(shown(&output), (0, "", "  created  own.json\n"));
    let output = mispflow(folder.path(), &["check"]);
    assert!(stderr(&output).contains("error[unknown-option]"), "{}", stderr(&output));
}

#[test]
fn what_a_class_computes_is_left_open_and_named() {
    let (modules, said) = read(
        "Module_tags.php",
        r#"<?php
class Module_tags extends WorkflowBaseLogicModule {
    public $id = 'tags';
    public $html_template = 'if';
    public function __construct() {
        parent::__construct();
        $names = $this->Tag->find('list');
        $levels = ['1' => 'One'];
        foreach ($names as $name) { $levels[] = $name; }
        $labels = ['a'];
        sort($labels);
        if (Configure::read('x')) { $this->name = 'Other'; }
        $this->params = [
            ['id' => 'tag', 'type' => 'picker', 'options' => $names],
            ['id' => 'level', 'type' => 'select', 'options' => $levels, 'default' => "x{$labels[0]}"],
            ['id' => 'label', 'type' => 'select', 'options' => $labels],
            ['id' => $names[0], 'type' => 'input'],
        ];
    }
}
"#,
    );
    let tags = &modules[0];
    assert_eq!((tags.module_type, tags.outputs, tags.shape), (ModuleType::Logic, 2, Shape::If));
    let ids: Vec<_> = tags.parameters.iter().map(|parameter| (parameter.id.as_str(), parameter.open)).collect();
    assert_eq!(ids, [("tag", true), ("level", true), ("label", true)]);
    assert_eq!(tags.parameters[1].default, None);
    for (name, place) in [
        ("name", "php:12:"),
        ("params[0].options", "php:7:"),
        ("params[1].options", "php:9:"),
        ("params[1].default", "php:15:"),
        ("params[2].options", "php:11:"),
        ("params[3].id", "php:17:"),
    ] {
        let start = format!("note[not-literal]: `{name}` is computed, and is left open\n");
        let after = said.split(&start).nth(1).unwrap_or_else(|| panic!("{name}: {said}"));
        assert!(after.lines().next().unwrap().contains(place), "{name}: {after}");
    }
    assert_eq!(said.matches("note[not-literal]").count(), 6, "{said}");
}

#[test]
fn a_class_may_extend_modules_of_misp_and_of_other_files() {
    let folder = folder(&[
        (
            "action/Module_loud_webhook.php",
            "<?php class Module_loud_webhook extends Module_webhook { public $id = 'loud-webhook';\n\
             public function __construct() { parent::__construct(); $this->params[] = ['id' => 'volume', 'type' => 'input']; } }",
        ),
        (
            "action/Module_louder.php",
            "<?php class Module_louder extends Module_loud_webhook { public $id = 'louder'; public $params = []; }",
        ),
        (
            "logic/Module_filter.php",
            "<?php class Module_filter extends WorkflowFilteringLogicModule { public $id = 'filter'; public $outputs = 1;\n\
             public function __construct() { $this->params = [['id' => 'label', 'type' => 'select',\n\
             'options' => $this->_genFilteringLabels(), 'default' => array_keys($this->_genFilteringLabels())[0]]]; } }",
        ),
        ("action/Module_far.php", "<?php class Module_far extends Elsewhere { public $id = 'far'; }"),
    ]);
    let output = mispflow(
        folder.path(),
        &["modules", "read", "action/Module_louder.php", "action/Module_loud_webhook.php", "logic/Module_filter.php"],
    );
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    let modules = load(stdout(&output)).unwrap();
    let webhook = Catalogue::built_in().module("webhook").unwrap();
    let ids = |module: &Signature| module.parameters.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    for module in &modules[..2] {
        let mut expected = ids(webhook);
        expected.push("volume".to_owned());
        assert_eq!((ids(module), &module.version), (expected, &webhook.version), "{}", module.id);
        assert!(module.parameter("content_type").unwrap().has_option("json"));
    }
    let filter = &modules[2];
    assert_eq!(filter.parameters[0].options.keys().map(String::as_str).collect::<String>(), "ABCDEF");
    assert_eq!(filter.parameters[0].default, Some("A".into()));

    let output = mispflow(folder.path(), &["modules", "read", "action/Module_far.php"]);
    assert_eq!(code(&output), 0);
    assert!(stderr(&output).contains("`Elsewhere` is in none of the files"), "{}", stderr(&output));
}

#[test]
fn classes_that_misp_would_not_load_are_refused() {
    let base = "extends WorkflowBaseActionModule";
    for (name, source, says) in [
        (
            "Module_a.php",
            "<?php class A extends WorkflowBaseActionModule {}".to_owned(),
            "there is no class `Module_a`",
        ),
        ("Module_a.php", format!("<?php class Module_a {base} {{}}"), "`Module_a` has no id"),
        ("Module_a.php", format!("<?php class Module_a {base} {{ public $id = X; }}"), "the id of `Module_a`"),
        ("Module_a.php", "<?php class Module_a { public $id = 'a'; }".to_owned(), "may be a trigger"),
        ("Module_a.php", format!("<?php class Module_a {base} {{ public $id = ; }}"), "is not valid PHP"),
        ("Module_a.php", "<?php class Module_a extends Module_a { public $id = 'a'; }".to_owned(), "may be a trigger"),
        ("a.rb", String::new(), "neither PHP nor Python"),
        ("a.py", "x = 1\n".to_owned(), "has no `moduleinfo`"),
        ("a.py", "moduleinfo = {\"module-type\": [\"expansion\"]}\n".to_owned(), "is not an action"),
        ("a.py", "moduleinfo = {\n".to_owned(), "is not valid Python"),
    ] {
        let said = refused(name, &source);
        assert!(said.starts_with("error[invalid-module-source]: ") && said.contains(says), "{source}: {said}");
    }
}

#[test]
fn an_action_of_misp_modules_is_read() {
    let (modules, said) = read(
        "Tea Time.py",
        r#""""Makes tea."""
import json

KINDS = ("green", "black")
moduleconfig = {
    "params": {
        "Cup size": {"type": "string", "value": "big" "ger", "description": ("How "
            "large")},
        'message': {'type': 'large_string', 'jinja_supported': True, 'value': "{{ Event.info }}\n"},
        "where": dict(type="hash_path", value=r"Event.\d"),
    },
    "blocking": not False,
    "expect_misp_core_format": False,
}
moduleconfig["support_filters"] = True
moduleconfig["params"].update({"pot_token": {"type": "string"}})
moduleinfo = {"version": 1.5, "module-type": ["action"], "description": "Makes " + KINDS[0] + " tea"}
moduleconfig["blocking"] = True


def handler(q=False):
    return {"data": True}
"#,
    );
    assert_eq!(said, "");
    let tea = &modules[0];
    assert_eq!((tea.id.as_str(), tea.name.as_str(), tea.provenance), ("tea_time", "Tea Time", Provenance::MispModules));
    assert_eq!(tea.description, "Makes green tea");
    assert!(tea.blocking && tea.supports_filters && !tea.expects_core_format);
    let ids: Vec<_> = tea.parameters.iter().map(|parameter| parameter.id.as_str()).collect();
    assert_eq!(ids, ["cup_size", "message", "where", "pot_token"]);
    assert_eq!((tea.parameters[0].example.as_str(), tea.parameters[0].description.as_str()), ("bigger", "How large"));
    assert_eq!((tea.parameters[1].kind, tea.parameters[1].jinja), (ParameterKind::Textarea, true));
    assert_eq!((tea.parameters[2].kind, tea.parameters[2].example.as_str()), (ParameterKind::HashPath, r"Event.\d"));
    assert!(tea.parameters[3].sensitive);
}

#[test]
fn what_python_computes_is_left_open_and_named() {
    let (modules, said) = read(
        "tea.py",
        "import os\n\
         extra = {\"b\": {\"type\": \"string\"}}\n\
         try:\n    extra = load()\nexcept ValueError:\n    pass\n\
         moduleinfo = {\"module-type\": [\"action\"], \"description\": f\"Runs on {os.name}\", \"author\": os.getlogin()}\n\
         moduleconfig = {\"params\": {\"a\": {\"type\": \"string\", \"value\": os.name}, **extra}, \"blocking\": bool(1)}\n",
    );
    let ids: Vec<_> = modules[0].parameters.iter().map(|parameter| parameter.id.as_str()).collect();
    assert_eq!((ids, modules[0].blocking, modules[0].description.as_str()), (vec!["a"], false, ""));
    for name in
        ["moduleinfo.description", "moduleconfig.params", "moduleconfig.params.a.value", "moduleconfig.blocking"]
    {
        assert!(said.contains(&format!("note[not-literal]: `{name}` is computed")), "{name}: {said}");
    }
    assert_eq!(said.matches("note[not-literal]").count(), 4, "{said}");
}

#[test]
fn one_bad_file_writes_nothing() {
    let folder = folder(&[("Module_open_ticket.php", TICKET), ("bad.py", "def\n")]);
    let output = mispflow(folder.path(), &["modules", "read", "Module_open_ticket.php", "bad.py", "-o", "own.json"]);
    assert_eq!((code(&output), stdout(&output)), (1, ""));
    assert!(!folder.path().join("own.json").exists());
}

#[test]
fn hostile_sources_come_to_an_end() {
    let class = |body: &str| {
        format!(
            "<?php class Module_a extends WorkflowBaseActionModule {{ public $id = 'a'; function __construct() {{ {body} }} }}"
        )
    };
    // Values that double again and again are left open.
    let doubled: String = (0..60).map(|_| "$a = [$a, $a]; $s = $s . $s;").collect();
    let source = class(&format!(
        "$a = [1]; $s = 'x'; {doubled} $this->params = [['id' => 'p', 'default' => $a]]; $this->name = $s;"
    ));
    let (_, said) = read("Module_a.php", &source);
    assert!(said.contains("`params` is computed") && said.contains("`name` is computed"), "{said}");
    let doubled = "a = [a, a]\n".repeat(60);
    let (_, said) = read(
        "a.py",
        &format!("a = [1]\n{doubled}moduleinfo = {{\"module-type\": [\"action\"], \"description\": a}}\n"),
    );
    assert!(said.contains("`moduleinfo` is computed"), "{said}");

    // Deep nesting is left open, or not read.
    for depth in [100, 20_000] {
        let deep = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let files = [
            ("Module_a.php", class(&format!("$this->name = {deep};"))),
            ("a.py", format!("moduleinfo = {{\"module-type\": [\"action\"], \"description\": {deep}}}\n")),
        ];
        for (name, source) in files {
            let folder = folder(&[(name, source.as_str())]);
            let output = mispflow(folder.path(), &["modules", "read", name]);
            assert!(stderr(&output).contains("[not-literal]") || code(&output) == 1, "{depth}: {}", stderr(&output));
        }
    }
    for (name, source) in [
        ("Module_a.php", "<?php ".to_owned() + &"(".repeat(300_000)),
        ("Module_a.php", "<?php ".to_owned() + &"class ".repeat(100_000)),
        ("a.py", "(".repeat(300_000)),
        ("a.py", "if x:\n ".repeat(50_000)),
    ] {
        assert!(refused(name, &source).contains("error[invalid-module-source]"), "{name}");
    }
    // Keys in keys, and parents of parents.
    let keys = "['a']".repeat(50_000);
    let (_, said) = read("Module_a.php", &class(&format!("$this->params{keys} = 1;")));
    assert!(said.contains("`params` is computed"), "{said}");
    let line: Vec<String> = (0..100).map(|at| format!("class M{at} extends M{} {{}}", at + 1)).collect();
    let line = line.join("\n");
    let source = format!("<?php {line} class Module_a extends M0 {{ public $id = 'a'; }}");
    let folder = folder(&[("action/Module_a.php", source.as_str())]);
    let output = mispflow(folder.path(), &["modules", "read", "action/Module_a.php"]);
    assert!(stderr(&output).contains("`M15` is in none of the files"), "{}", stderr(&output));

    let large = format!("#{}\n", "x".repeat(1024 * 1024));
    let folder = crate::program::folder(&[("a.py", large.as_str())]);
    let output = mispflow(folder.path(), &["modules", "read", "a.py"]);
    assert!(stderr(&output).contains("[file-too-large]"), "{}", stderr(&output));
}

/// The files of a folder with this ending, and those of the folders in it.
fn sources(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(sources(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read_files(files: &[PathBuf]) -> Vec<Signature> {
    let names: Vec<&str> = files.iter().map(|path| path.to_str().unwrap()).collect();
    let output = mispflow(Path::new("."), &[&["modules", "read"], &names[..]].concat());
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    load(stdout(&output)).unwrap()
}

#[test]
fn classes_of_misp_are_read_as_its_server_reports_them() {
    let Some(folder) = std::env::var_os("MISPFLOW_TEST_MISP_CLASSES") else {
        eprintln!("skipped: MISPFLOW_TEST_MISP_CLASSES names no folder `WorkflowModules` of MISP 2.5.1");
        return;
    };
    let files: Vec<PathBuf> = sources(Path::new(&folder), "php")
        .into_iter()
        .filter(|path| path.parent().is_some_and(|parent| parent != Path::new(&folder)))
        .collect();
    assert!(files.len() > 40, "`WorkflowModules` of MISP has more modules");
    let modules = read_files(&files);
    assert_eq!(modules.len(), files.len());
    let known = Catalogue::for_target("misp-2.5.1".parse().unwrap());
    for module in &modules {
        let known = known.module(&module.id).unwrap_or_else(|| panic!("{}", module.id));
        let facts = |module: &Signature| {
            let flags = [
                module.blocking,
                module.multiple_output_connection,
                module.supports_filters,
                module.expects_core_format,
                module.gives_core_format,
            ];
            let names = (module.name.clone(), module.version.clone(), module.scope.clone());
            (names, flags, module.outputs, module.shape, module.module_type, module.overhead)
        };
        assert_eq!(facts(module), facts(known), "{}", module.id);
        assert_eq!(module.parameters.len(), known.parameters.len(), "{}", module.id);
        for (parameter, known) in module.parameters.iter().zip(&known.parameters) {
            let place = format!("{}.{}", module.id, known.id);
            assert_eq!((&parameter.id, parameter.kind), (&known.id, known.kind), "{place}");
            assert_eq!((parameter.multiple, parameter.jinja), (known.multiple, known.jinja), "{place}");
            assert_eq!((&parameter.default, &parameter.display_on), (&known.default, &known.display_on), "{place}");
            // What a server fills in is open.
            assert!(parameter.open || parameter.options == known.options, "{place}");
        }
    }
}

/// Prints what the service answers at `/modules` of the actions of the package.
const MODULES: &str = "
import importlib, json, pathlib, sys, types
from unittest import mock
from misp_modules.modules import action_mod
found = []
for path in sorted(pathlib.Path(action_mod.__file__).parent.glob('[a-z]*.py')):
    for _ in range(20):
        try:
            module = importlib.import_module('misp_modules.modules.action_mod.' + path.stem)
            break
        except ModuleNotFoundError as missing:
            # What a module needs besides matters to a call only.
            stub = types.ModuleType(missing.name)
            stub.__path__ = []
            stub.__getattr__ = lambda name: mock.MagicMock()
            sys.modules[missing.name] = stub
    found.append({'path': str(path), 'answer': {'name': path.stem, 'type': 'action_mod',
        'mispattributes': module.introspection(), 'meta': module.version()}})
print(json.dumps(found))
";

#[test]
fn actions_are_read_as_misp_modules_reports_them() {
    let Some(program) = std::env::var_os("MISPFLOW_TEST_MISP_MODULES") else {
        eprintln!("skipped: MISPFLOW_TEST_MISP_MODULES names no program `misp-modules`");
        return;
    };
    let python = Path::new(&program).with_file_name("python");
    let output = Command::new(python).args(["-c", MODULES]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let found: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert!(found.len() >= 11, "{}", stderr(&output));
    for module in &found {
        let path = PathBuf::from(module["path"].as_str().unwrap());
        assert_eq!(read_files(&[path]), load(&module["answer"].to_string()).unwrap(), "{}", module["path"]);
    }
}
