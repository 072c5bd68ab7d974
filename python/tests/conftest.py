import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"

GUARD = """
workflow guard on event-publish {
    name: "Guard"
    if event tagged any "tlp:red" {
        stop-execution(message: "red")
    } else {
        @tell webhook(url: "https://soc.example.org", payload: "{{ Event.info }}")
    }
}

test "red stays" of guard {
    given "red.json"
    when @tell fails "timeout"
    expect blocked
}
"""


def make_event(info="test", *tags, id="1", attributes=()):
    return {
        "Event": {
            "id": id,
            "info": info,
            "Tag": [{"name": tag} for tag in tags],
            "Attribute": list(attributes),
            "Object": [],
        }
    }


def some_events(count, seed):
    """Events of many kinds, the same for the same seed; some cannot be used."""
    rng = random.Random(seed)
    lines = []
    for number in range(count):
        tags = rng.sample(["tlp:red", "tlp:amber", "tlp:green", "tlp:white", "osint"], rng.randrange(4))
        kinds = [("ip-dst", "192.0.2.%d"), ("domain", "host%d.example.org"), ("md5", "%032x"), ("comment", "Grüße %d\n\t\"")]
        attributes = []
        for _ in range(rng.randrange(5)):
            kind, value = rng.choice(kinds)
            attributes.append(
                {"type": kind, "value": value % rng.randrange(200), "to_ids": rng.random() < 0.5, "Tag": [{"name": rng.choice(["tlp:red", "x"])}]}
            )
        event = make_event(f"event {number}", *tags, id=str(number), attributes=attributes)
        if rng.random() < 0.05:
            lines.append(rng.choice(["[]", '{"Attribute": {}}', "7"]))
        else:
            lines.append(json.dumps(event, ensure_ascii=rng.random() < 0.5))
    return lines


def mispflow(*arguments, cwd=None, input=""):
    """Call the program that came with the package."""
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "mispflow", *map(str, arguments)],
        cwd=cwd,
        input=input,
        capture_output=True,
        encoding="utf-8",
        env=environment,
        timeout=300,
    )


@pytest.fixture
def project(tmp_path):
    """A folder with a guard, a test of it, and its event."""
    (tmp_path / "guard.mwf").write_text(GUARD, encoding="utf-8")
    (tmp_path / "red.json").write_text(json.dumps(make_event("a", "tlp:red")), encoding="utf-8")
    return tmp_path
