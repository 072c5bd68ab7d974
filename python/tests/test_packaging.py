"""What runs in other people's pipelines."""

import os
import shutil
import subprocess
import sys

import pytest
from conftest import GUARD, ROOT

pytestmark = pytest.mark.skipif(shutil.which("git") is None or os.name != "posix", reason="needs git and sh")


def git(folder, *arguments):
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    for role in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{role}_NAME": "a", f"GIT_{role}_EMAIL": "a@example.org"}
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env=environment)


def comment(folder, *arguments):
    binaries = folder.parent / "bin"
    binaries.mkdir(exist_ok=True)
    program = binaries / "mispflow"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m mispflow "$@"\n')
    program.chmod(0o755)
    done = subprocess.run(
        ["sh", ROOT / "packaging" / "comment.sh", "HEAD", *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_comment_on_a_pull_request(tmp_path):
    folder = tmp_path / "repository"
    flows = folder / "flows"
    flows.mkdir(parents=True)
    (flows / "guard.mwf").write_text(GUARD.split("test ")[0])
    (flows / "same.mwf").write_text("workflow same on event-after-save { push-zmq() }\n")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "a")
    assert comment(folder) == ""

    (flows / "guard.mwf").write_text(GUARD.split("test ")[0].replace("tlp:red", "tlp:amber"))
    (flows / "new.mwf").write_text("workflow new on attribute-after-save { push-zmq() }\n")
    (flows / "broken.mwf").write_text("workflow broken on event-after-save { webhok() }\n")
    git(folder, "add", "--intent-to-add", ".")
    for told in (comment(folder), comment(folder, "flows")):
        assert told.startswith("### Workflows that change\n")
        assert told.count("````mermaid\nflowchart") == 2, told
        assert "amber" in told and "guard.mwf" in told and "new.mwf" in told
        assert "there is no module named `webhok`" in told
        assert "same.mwf" not in told
        assert told.count("````") == 6

    events = folder / "events.ndjson"
    events.write_text('{"Event": {"id": "7", "Tag": [{"name": "tlp:amber"}]}}\n')
    told = comment(folder, ".", str(events))
    assert "replayed on 1 event: 1 is treated differently\n  1 is cancelled and was not" in told, told
    assert told.count("replayed on") == 1 and told.count("````") == 8
