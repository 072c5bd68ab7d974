"""The package says what the program says."""

import json
import os
import pickle
import runpy
import subprocess
import sys
from types import MappingProxyType

import mispflow as package
import pytest
from conftest import EXAMPLES, GUARD, make_event, mispflow, some_events


def test_findings_are_those_of_check(project):
    (project / "bad.mwf").write_text('workflow bad on event-after-save { webhok(url: "é", x: 1) }\nworkflow worse on event-add-later { push-zmq() }', encoding="utf-8")
    told = json.loads(mispflow("check", "--format", "json", project).stdout)["diagnostics"]
    found = package.load(project)
    assert found.has_errors
    assert [(finding.code, finding.severity, finding.message) for finding in found.check()] == [
        (finding["code"], finding["severity"], finding["message"]) for finding in told
    ]
    assert len(told) > 1
    for finding, expected in zip(found.check(), told):
        if expected["span"]:
            assert finding.span.start.line == expected["span"]["start"]["line"]
            assert finding.span.end.column == expected["span"]["end"]["column"]
        assert finding.help == expected["help"]
    with pytest.raises(package.CheckError) as error:
        found.build()
    assert {finding.severity for finding in error.value.findings} == {"error"}
    assert "error[" in str(error.value)
    # From another process, as by Spark.
    again = pickle.loads(pickle.dumps(error.value))
    assert (str(again), again.findings) == (str(error.value), error.value.findings)


@pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir()))
def test_examples_are_built_as_by_build(example, tmp_path):
    done = mispflow("build", "--quiet", "--output", tmp_path, EXAMPLES / example)
    assert done.returncode == 0, done.stderr
    built = package.load(EXAMPLES / example).build()
    written = {path.name.split(".")[0]: json.loads(path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()}
    assert built == written and written


@pytest.mark.parametrize("seed", range(5))
def test_runs_are_those_of_run(project, seed):
    lines = some_events(120, seed)
    told = mispflow("run", "guard.mwf", "--event", "-", "--format", "json", cwd=project, input="\n".join(lines))
    expected = [json.loads(line) for line in told.stdout.splitlines()]
    guard = package.load(project).workflow("guard")
    for threads in (1, 3, None):
        runs = list(guard.replay((line.encode() for line in lines), threads))
        assert [run.to_dict() for run in runs if run.is_usable] == expected
        assert len(runs) == len(lines)
        assert all(run.errors for run in runs if not run.is_usable)
    batch = guard.run_batch([line.encode() for line in lines])
    assert [one for one in map(json.loads, batch) if "error" not in one] == expected
    single = [guard.run(line) for line, run in zip(lines, runs) if run.is_usable]
    for alone, one in zip(single, expected):
        assert (alone.outcome, alone.verdict, alone.effects) == (one["outcome"], one["verdict"], one["effects"])


def test_events_in_every_form(project):
    guard = package.load(project).workflow()
    event = make_event("a", "tlp:red")
    text = json.dumps(event)
    for form in (event, text, text.encode(), bytearray(text.encode()), memoryview(text.encode())):
        assert guard.run(form).verdict == "cancel"
    with pytest.raises(TypeError, match="not int"):
        guard.run(7)
    for wrong in ("{", "[]", b"\xff", {"Event": 3}):
        with pytest.raises(package.EventError) as error:
            guard.run(wrong)
        assert error.value.findings[0].code == "unusable-event"


def test_events_of_pymisp(project):
    pymisp = pytest.importorskip("pymisp")
    event = pymisp.MISPEvent()
    event.info = "from PyMISP"
    event.add_tag("tlp:red")
    event.add_attribute("ip-dst", "192.0.2.1")
    guard = package.load(project).workflow()
    assert guard.run(event).verdict == "cancel"
    event.tags = []
    run = guard.run(event)
    assert run.verdict == "proceed" and "from PyMISP" in run.effects[0]["body"]
    assert [run.verdict for run in guard.replay([event, make_event("b", "tlp:red")])] == ["proceed", "cancel"]


def test_archives(project, tmp_path):
    import gzip

    folder = tmp_path / "archive"
    folder.mkdir()
    lines = some_events(30, 7)
    (folder / "a.ndjson").write_text("\n".join(lines), encoding="utf-8")
    with gzip.open(folder / "b.ndjson.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(lines))
    told = mispflow("run", "guard.mwf", "--event", folder, "--format", "json", cwd=project)
    expected = [json.loads(line) for line in told.stdout.splitlines()]
    guard = package.load(project / "guard.mwf").workflow()
    runs = list(guard.replay(package.archive(folder)))
    assert [run.to_dict() for run in runs if run.is_usable] == expected
    assert len(runs) == 60
    assert {run.source["file"].rsplit("/")[-1] for run in runs} == {"a.ndjson", "b.ndjson.gz"}


def test_answers(project):
    guard = package.load(project).workflow()
    event = make_event("a", "tlp:green")
    assert guard.run(event).to_dict()["failed"] == []
    failed = guard.run(event, answers={"@tell": {"fails": "timeout"}})
    assert failed.to_dict()["failed"] and "timeout" in str(failed)
    with pytest.raises(package.AnswersError, match="did you mean `@tell`"):
        guard.run(event, answers={"@tel": {"fails": "timeout"}})
    with pytest.raises(package.AnswersError):
        guard.replay([event], answers="nonsense")


def test_a_replay_reads_no_more_than_it_needs(project):
    guard = package.load(project).workflow()
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 1
            yield make_event("a" * 1000, "tlp:red")

    runs = guard.replay(endless(), threads=2)
    for _ in range(10):
        assert next(runs).verdict == "cancel"
    runs.close()
    assert taken < 20_000


def test_one_by_one_each_run_comes_before_the_next_event_is_asked_for(project):
    guard = package.load(project).workflow()
    seen = []

    def live():
        for number in range(5):
            # As from a queue: whoever puts the next one in waits for the run on this one.
            assert len(seen) == number
            yield make_event("a", *["tlp:red"] * (number % 2))

    for run in guard.replay(live(), threads=1):
        seen.append((run.verdict, run.source["index"]))
    assert seen == [("proceed", 1), ("cancel", 2), ("proceed", 3), ("cancel", 4), ("proceed", 5)]


class Broken:
    """What claims to be an event of PyMISP and is not."""

    class MISPEvent:
        def to_json(self):
            raise AttributeError("no info")


@pytest.mark.parametrize("threads", [1, 2, None])
@pytest.mark.parametrize("error", [KeyError("mine"), SystemExit(3), GeneratorExit(), StopAsyncIteration()])
def test_what_came_before_an_error_is_not_lost(project, threads, error):
    def broken():
        yield make_event()
        yield Broken.MISPEvent()
        yield {"Event": object()}
        yield make_event("b", "tlp:red")
        raise error

    runs = package.load(project).workflow().replay(broken(), threads)
    found = [next(runs) for _ in range(4)]
    assert [run.verdict for run in found] == ["proceed", None, None, "cancel"]
    assert "no info" in found[1].errors[0] and "object cannot be written" in found[2].errors[0]
    with pytest.raises(type(error)):
        next(runs)


@pytest.mark.parametrize("threads, error, said", [(0, ValueError, "1 or more"), (-2, ValueError, "1 or more"), ("2", TypeError, "not str"), (1.5, TypeError, "not float")])
def test_how_many_threads(project, threads, error, said):
    with pytest.raises(error, match=said):
        package.load(project).workflow().replay([], threads)


def test_pickled(project, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(project)
    loaded = package.load("guard.mwf", target="misp-2.5.1")
    guard, red = loaded.workflow(), make_event("a", "tlp:red")
    run, alone = next(guard.replay([red])), guard.run(red)
    (project / "bad.mwf").write_text("workflow w on event-publish { webhok() }")
    bad = package.load("bad.mwf")
    pickled = pickle.dumps((loaded, guard, run, alone, bad, package.load(GUARD).workflow()))
    findings = pickle.dumps(bad.check())
    # Another process is in another folder.
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    again, guard_again, run_again, alone_again, bad_again, of_text = pickle.loads(pickled)
    assert again.target == "misp-2.5.1" and guard_again.to_dict() == guard.to_dict()
    assert guard_again.run(red, answers={"@tell": {"fails": "timeout"}}).verdict == "cancel"
    assert of_text.run(red).outcome == "blocked"
    assert run_again.to_dict() == run.to_dict() and run_again.trace is None
    assert (alone_again.trace, str(alone_again), alone_again.verdict) == (alone.trace, str(alone), "cancel")
    assert [finding.code for finding in bad_again.check()] == ["unknown-module"]
    assert pickle.loads(findings) == bad.check()
    (project / "guard.mwf").unlink()
    with pytest.raises(package.CheckError):
        pickle.loads(pickled)


def test_pickled_events_of_archives(tmp_path):
    (tmp_path / "a.ndjson").write_bytes(b'{"Event": {}}\n{"Event": \n{"Event": {"info": "\xff"}}\n')
    events = list(package.archive(tmp_path, tmp_path / "missing.json"))
    for event in events:
        again = pickle.loads(pickle.dumps(event))
        parts = [(one.file, one.line, one.index, one.data, one.error) for one in (event, again)]
        assert parts[0] == parts[1]
    assert [event.error is None for event in events] == [True, True, False, False]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_forked_processes_load_it(tmp_path):
    """A forked process has none of the threads that the first one started."""
    for number in range(20):
        text = "".join(f"blueprint b{number}_{n}() {{ push-zmq() }}\n" for n in range(100))
        (tmp_path / f"{number}.mwf").write_text(text)
    program = f"""
import multiprocessing, mispflow
def load(_):
    return len(mispflow.load({str(tmp_path)!r}).build())
print(load(0))
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(load, range(3)))
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, encoding="utf-8", timeout=120)
    assert done.stdout == "2000\n[2000, 2000, 2000]\n", done.stderr


def test_other_processes_run_it(project):
    program = f"""
import multiprocessing
import mispflow
if __name__ == "__main__":
    guard = mispflow.load({str(project)!r}).workflow()
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        runs = pool.map(guard.run, [{make_event("a", "tlp:red")!r}, {make_event("b")!r}])
    print([run.verdict for run in runs])
"""
    (project / "program.py").write_text(program)
    done = subprocess.run([sys.executable, project / "program.py"], capture_output=True, encoding="utf-8", timeout=120)
    assert done.stdout == "['cancel', 'proceed']\n", done.stderr


def test_what_is_no_list_of_events(project):
    guard = package.load(project).workflow()
    for wrong in ({"errors": "403"}, '{"Event": {}}', b"{}"):
        with pytest.raises(TypeError, match="several events"):
            guard.replay(wrong)
    assert [run.verdict for run in guard.replay([make_event()], threads=100_000)] == ["proceed"]


def test_an_error_in_the_events_is_passed_on(project):
    def broken():
        yield make_event()
        raise KeyError("mine")

    runs = package.load(project).workflow().replay(broken())
    assert next(runs).verdict == "proceed", "what came before is not lost"
    with pytest.raises(KeyError, match="mine"):
        next(runs)


def test_an_event_that_is_no_json_ends_no_replay(project):
    events = [make_event(), make_event("\ud800"), {"Event": {1}}, 5, make_event("a", "tlp:red"), "\ufeff" + json.dumps(make_event())]
    runs = list(package.load(project).workflow().replay(events))
    assert [run.verdict for run in runs] == ["proceed", None, None, None, "cancel", "proceed"]
    assert "not int" in runs[3].errors[0]
    assert [run.source["index"] for run in runs] == [1, 2, 3, 4, 5, 6]


def test_tests(project):
    [result] = package.load(project).test()
    assert result.passed and (result.title, result.workflow, result.line) == ("red stays", "guard", 11)
    (project / "red.json").write_text(json.dumps(make_event()), encoding="utf-8")
    [result] = package.load(project).test()
    assert not result.passed and "red stays" in result.failures


def test_no_such_workflow(project):
    loaded = package.load(project)
    with pytest.raises(package.RequestError, match="here are guard"):
        loaded.workflow("gard")
    with pytest.raises(package.RequestError):
        loaded.workflow("gard").run({})


def test_what_load_takes(project):
    built = package.load(GUARD).build()["guard"]
    for source in (project, str(project), project / "guard.mwf", GUARD, GUARD.encode(), built, json.dumps(built)):
        assert len(package.load(source).workflows) == 1, source
    with pytest.raises(TypeError, match="not int"):
        package.load(3)
    with pytest.raises(ValueError, match="number of a release"):
        package.load(GUARD, target="misp-1")
    missing = package.load(project / "missing.mwf")
    assert [finding.code for finding in missing.check()] == ["unreadable-file"]


def test_what_is_like_a_dict_or_like_bytes(project, monkeypatch):
    guard = package.load(project).workflow("guard")
    event = {"Event": MappingProxyType({"Tag": [{"name": "tlp:red"}]})}
    assert guard.run(event).outcome == "blocked"
    assert guard.run(MappingProxyType(event)).outcome == "blocked"
    assert list(package.load(bytearray(GUARD, "utf-8")).workflows) == ["guard"]
    assert list(package.load(MappingProxyType(guard.to_dict())).workflows)
    assert package.load("[]").workflows == {}
    monkeypatch.chdir(project)
    (project / "a{b}.mwf").write_text("workflow braces on event-after-save { push-zmq() }")
    assert "braces" in package.load("a{b}.mwf").workflows


def test_errors_of_its_own(project):
    guard = package.load(project).workflow("guard")
    with pytest.raises(package.EventError):
        guard.run('{"Event": {"info": "\ud800"}}')
    with pytest.raises(package.CheckError, match="not UTF-8"):
        package.load(b"\xff")


def test_a_batch_is_cut_and_keeps_its_order(project):
    guard = package.load(project).workflow("guard")
    lines = guard.run_batch([json.dumps({"Event": {"id": str(number)}}).encode() for number in range(2500)], first=7)
    assert [json.loads(line)["source"]["index"] for line in lines] == list(range(7, 2507))


def test_text_and_back(project):
    built = package.load(GUARD).build()["guard"]
    text = package.import_(built)
    assert not package.diff(text, built)
    assert package.format(text) == text
    difference = package.diff(GUARD, GUARD.replace("tlp:red", "tlp:amber"))
    assert difference and "tlp:amber" in str(difference) and difference.changed[0]["name"] == "Guard"
    with pytest.raises(package.RequestError, match="import_all"):
        package.import_([built, {**built, "Workflow": {**built["Workflow"], "name": "Other"}}])
    with pytest.raises(package.CheckError):
        package.import_("{}")
    with pytest.raises(package.CheckError, match="syntax"):
        package.format("workflow {")


def test_paths():
    event = make_event(attributes=[{"type": "ip-dst", "value": "192.0.2.1"}])
    path = "Event._AttributeFlattened.{n}.value"
    assert package.path(path, event) == ["192.0.2.1"]
    assert package.path(path, event, normalise=False) == []
    with pytest.raises(package.PathError) as error:
        package.path("Event.{n", event)
    assert error.value.findings[0].span


def test_the_program(project):
    done = mispflow("check", "guard.mwf", cwd=project)
    assert done.returncode == 0, done.stderr
    assert mispflow("check", "missing.mwf", cwd=project).returncode == 2
    assert mispflow("chekc").returncode == 2
    assert "mispflow" in mispflow("--version").stdout


LONG = {
    "a replay": "for run in guard.replay(itertools.repeat(event)): pass",
    "a replay one by one": "for run in guard.replay(itertools.repeat(event), threads=1): pass",
    "a batch": "guard.run_batch([json.dumps(event).encode()] * 3_000_000)",
    "an archive that is waited for": "list(mispflow.archive(pipe))",
    "a replay of it": "list(guard.replay(mispflow.archive(pipe)))",
    "the loading of a large project": "mispflow.load(large)",
}


@pytest.mark.skipif(os.name != "posix", reason="sends a signal to itself")
@pytest.mark.parametrize("what", LONG)
def test_ctrl_c_ends(project, what):
    """What waits for the part that is Rust looks whether somebody pressed Ctrl-C."""
    program = f"""
import itertools, json, os, signal, threading
import mispflow
guard = mispflow.load({str(project)!r}).workflow()
event = {make_event("a", "tlp:red")!r}
large = "\\n".join("workflow w%d on event-publish {{ push-zmq() }}" % n for n in range(15_000))
pipe = {str(project / "pipe")!r}
os.mkfifo(pipe)
# Somebody holds it open and writes nothing.
held = os.open(pipe, os.O_RDWR)
threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    {LONG[what]}
except KeyboardInterrupt:
    print("interrupted")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", timeout=60)
    assert done.stdout == "interrupted\n", done.stderr


def test_the_example_with_pymisp(monkeypatch, capsys):
    pymisp = pytest.importorskip("pymisp")
    pages = {1: [make_event(f"event {n}", *(["tlp:red"] if n % 4 == 0 else []), id=str(n)) for n in range(100)], 2: [make_event("last", id="100")]}
    asked = []

    class Server:
        def __init__(self, url, key):
            assert (url, key) == ("https://misp.example.org", "the-key")

        def search(self, page, **asked_for):
            asked.append((page, asked_for["timestamp"]))
            return pages[page]

    monkeypatch.setattr(pymisp, "PyMISP", Server)
    monkeypatch.setenv("MISP_URL", "https://misp.example.org")
    monkeypatch.setenv("MISP_KEY", "the-key")
    folder = EXAMPLES / "publish-guard"
    monkeypatch.setattr(sys, "argv", ["would_have.py", str(folder / "publish-guard.mwf"), "7d"])
    runpy.run_path(str(folder / "would_have.py"), run_name="__main__")
    assert asked == [(1, "7d"), (2, "7d")]
    assert capsys.readouterr().out.splitlines()[-1] == "101 events, 25 would have been stopped"
