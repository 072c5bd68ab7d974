"""How fast runs are, next to the reimplementation of MISP in Python (`mmisp-lib` on PyPI), in one process on the same events.

    pip install mmisp-lib mispflow
    python peers.py [--events N]

mmisp-lib runs workflows on what its database holds. Here there is none: both read events from JSON and run them, on one thread.
mmisp-lib does no more than walk the graph, while mispflow also normalises the event, as a trigger does it, and writes the
result as JSON. Measure with a release build.
"""

import argparse
import asyncio
import json
import logging
import os
import time
from importlib.metadata import version
from types import SimpleNamespace

from replay import some_events

import mispflow

GUARD = """
workflow guard on event-publish {
    name: "Guard"
    if event tagged any "tlp:red" {
        stop-execution(message: "red")
    }
}
"""


def with_mmisp(built, lines):
    """The verdicts of mmisp-lib, and how long it took."""
    # Without a database.
    os.environ.setdefault("CONNECTION_INIT", "False")
    from jinja2 import BaseLoader, Environment
    from mmisp.workflows.execution import walk_nodes
    from mmisp.workflows.input import WorkflowInput
    from mmisp.workflows.legacy import GraphFactory

    graph = GraphFactory.jsondict2graph(built["Workflow"]["data"])
    first = next(iter(graph.root.outputs.values()))[0][1]
    entity = SimpleNamespace(id=1, name="Guard", get_logger=lambda: logging.getLogger("mmisp"))
    engine = Environment(loader=BaseLoader())

    async def run_all():
        verdicts = []
        for line in lines:
            proceeds, _ = await walk_nodes(WorkflowInput(json.loads(line), None, entity), first, entity, None, engine)
            verdicts.append("proceed" if proceeds else "cancel")
        return verdicts

    begun = time.perf_counter()
    verdicts = asyncio.run(run_all())
    return verdicts, time.perf_counter() - begun


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=5_000)
    arguments = parser.parse_args()
    project = mispflow.load(GUARD)
    guard = project.workflow()
    lines = [json.dumps(event).encode() for event in some_events(arguments.events)]
    begun = time.perf_counter()
    told = guard.run_batch(lines)
    seconds = time.perf_counter() - begun
    verdicts = [json.loads(line)["verdict"] for line in told]
    theirs, their_seconds = with_mmisp(project.build()["guard"], lines)
    same = sum(one == other for one, other in zip(verdicts, theirs))
    print(f"{len(lines)} events; {same} verdicts are the same")
    for name, taken in [(f"mispflow {mispflow.__version__}", seconds), (f"mmisp-lib {version('mmisp-lib')}", their_seconds)]:
        print(f"{name:20} {len(lines) / taken:10.0f} runs/s")


if __name__ == "__main__":
    main()
