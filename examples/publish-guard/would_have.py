"""What would this workflow have done with the events of the last days?

    MISP_URL=https://misp.example.org MISP_KEY=… python would_have.py publish-guard.mwf 7d

Reads events with PyMISP, and changes nothing on the server.
"""

import os
import sys
from typing import Any, Dict, Iterator

from pymisp import PyMISP

import mispflow

PAGE = 100


def events(misp: PyMISP, since: str) -> Iterator[Dict[str, Any]]:
    """The events that were changed since then, a page at a time."""
    page = 1
    while True:
        found = misp.search(controller="events", timestamp=since, limit=PAGE, page=page, pythonify=False)
        if isinstance(found, dict) and "errors" in found:
            sys.exit(f"MISP says: {found['errors']}")
        yield from found
        if len(found) < PAGE:
            return
        page += 1


def main() -> None:
    path, since = sys.argv[1:]
    workflow = mispflow.load(path).workflow()
    misp = PyMISP(os.environ["MISP_URL"], os.environ["MISP_KEY"])
    stopped = total = 0
    for run in workflow.replay(events(misp, since), as_trigger=True):
        total += 1
        if run.verdict == "cancel":
            stopped += 1
            print(run.event["uuid"], run.event["info"], "|", run.errors[-1])
    print(f"{total} events, {stopped} would have been stopped")


if __name__ == "__main__":
    main()
