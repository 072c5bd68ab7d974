"""Tests in `.mwf` files are items of pytest."""

import json

from conftest import make_event, mispflow

pytest_plugins = ["pytester"]


def put(pytester, project):
    for path in project.iterdir():
        (pytester.path / path.name).write_bytes(path.read_bytes())


def test_a_test_passes(pytester, project):
    put(pytester, project)
    result = pytester.runpytest_subprocess("-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*guard.mwf::guard: red stays PASSED*"])


def test_a_test_fails(pytester, project):
    put(pytester, project)
    (pytester.path / "red.json").write_text(json.dumps(make_event()))
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*error[[]test-failed[]]*", "*guard.mwf:*"])


def test_nothing_runs_until_pytest_runs_it(pytester, project):
    put(pytester, project)
    with (pytester.path / "guard.mwf").open("a") as file:
        file.write('test "never anything" of guard { given any event where event tagged any "x" expect blocked }\n')
    pytester.makepyfile(
        conftest="""
        import mispflow.pytest_plugin as plugin
        ran = []
        real = plugin.WorkflowFile.run
        def run(self, index):
            ran.append(index)
            return real(self, index)
        plugin.WorkflowFile.run = run
        def pytest_sessionfinish():
            print("RAN", ran)
        """
    )
    collected = pytester.runpytest_subprocess("--collect-only", "-q", "-s")
    collected.stdout.fnmatch_lines(["guard.mwf::guard: red stays", "guard.mwf::guard: never anything", "*RAN []*"])
    chosen = pytester.runpytest_subprocess("-k", "red and stays", "-s")
    chosen.assert_outcomes(passed=1, deselected=1)
    chosen.stdout.fnmatch_lines(["*RAN [[]0[]]*"])
    marked = pytester.runpytest_subprocess("-m", "not mispflow", "-s")
    marked.stdout.fnmatch_lines(["*RAN []*"])
    stopped = pytester.runpytest_subprocess("-x", "-s")
    stopped.assert_outcomes(passed=1, failed=1)
    stopped.stdout.fnmatch_lines(["*RAN [[]0, 1[]]*", "*not as `blocked`*"])


def test_the_report_is_that_of_test(pytester, project):
    put(pytester, project)
    (pytester.path / "red.json").write_text(json.dumps(make_event("a", "tlp:green")))
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    told = mispflow("test", "guard.mwf", cwd=pytester.path).stderr
    [first] = [line for line in told.splitlines() if line.startswith("error[test-failed]")]
    result.stdout.fnmatch_lines([first.replace("[", "[[]", 1).replace("failed]", "failed[]]", 1)])


def test_a_file_with_errors(pytester, project):
    put(pytester, project)
    (pytester.path / "bad.mwf").write_text("workflow w on event-publish { webhok() }")
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=0, errors=1)
    result.stdout.fnmatch_lines(["*there is no module named `webhok`*"])


def test_a_file_without_tests(pytester):
    (pytester.path / "plain.mwf").write_text("workflow w on event-publish { push-zmq() }")
    assert pytester.runpytest_subprocess().ret == 5


def test_it_can_be_switched_off(pytester, project):
    put(pytester, project)
    assert pytester.runpytest_subprocess("-p", "no:mispflow").ret == 5
