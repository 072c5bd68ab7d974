"""Tests in `.mwf` files are items of pytest."""

import json

from conftest import make_event

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
