"""What came of a run."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional


class Run:
    """What a workflow did with an event, and why.

    >>> import mispflow
    >>> tell = mispflow.load('''
    ... workflow tell on event-publish {
    ...     name: "Tell"
    ...     webhook(url: "https://soc.example.org", payload: "{{ Event.info }}")
    ... }
    ... ''').workflow()
    >>> run = tell.run({"Event": {"info": "a phish"}})
    >>> run.outcome, run.verdict
    ('success', 'proceed')
    >>> run.effects[0]["kind"], run.effects[0]["url"], run.effects[0]["body"]
    ('http_request', 'https://soc.example.org', '"a phish"')
    >>> [step["decision"] for step in run.trace]
    ['start', 'done']
    """

    __slots__ = ("_data", "_head", "_text", "_trace", "json", "outcome", "verdict")

    outcome: Optional[str]
    """``"success"``, ``"blocked"``, ``"failure"``, or ``"crash"`` where MISP dies with an internal error.
    ``None`` if the event cannot be used; then :attr:`errors` says why."""
    verdict: Optional[str]
    """What becomes of the action that the trigger watches: ``"proceed"`` or ``"cancel"``."""
    json: str
    """All of it as JSON, as ``mispflow run --format json`` writes it."""

    def __init__(
        self,
        outcome: Optional[str],
        verdict: Optional[str],
        json: str,
        trace: Optional[str] = None,
        text: Optional[str] = None,
    ) -> None:
        self.outcome = outcome
        self.verdict = verdict
        self.json = json
        self._trace = trace
        self._text = text
        self._data: Optional[Dict[str, Any]] = None
        self._head: Optional[Dict[str, Any]] = None

    def to_dict(self) -> Dict[str, Any]:
        """All of it, as :attr:`json` says it."""
        if self._data is None:
            self._data = json.loads(self.json)
        return self._data

    def _beginning(self) -> Dict[str, Any]:
        # Whoever asks for these of a million runs does not wait for their effects to be read.
        if self._data is not None:
            return self._data
        if self._head is None:
            self._head = _beginning(self.json) or self.to_dict()
        return self._head

    @property
    def is_usable(self) -> bool:
        """Whether the event could be used at all."""
        return self.outcome is not None

    @property
    def source(self) -> Dict[str, Any]:
        """Where the event comes from: ``file``, ``line``, and its number there, ``index``."""
        return self._beginning()["source"]

    @property
    def event(self) -> Optional[Dict[str, Any]]:
        """The event's ``id``, ``uuid`` and ``info``; ``None`` if there is no event."""
        return self._beginning().get("event")

    @property
    def effects(self) -> List[Dict[str, Any]]:
        """What was done to the world outside, in order."""
        return self.to_dict().get("effects", [])

    @property
    def errors(self) -> List[str]:
        """What MISP logs; for an event that cannot be used the reason."""
        data = self.to_dict()
        return [data["error"]["message"]] if "error" in data else data["errors"]

    @property
    def cancelled_by(self) -> Optional[int]:
        """The number of the node that cancelled the action; ``None`` if it goes on."""
        if self.verdict != "cancel":
            return None
        failed = self.to_dict()["failed"]
        return failed[-1] if failed and self.outcome in ("blocked", "failure") else None

    @property
    def notes(self) -> List[str]:
        """What else there is to know about the run."""
        return self.to_dict().get("notes", [])

    @property
    def trace(self) -> Optional[List[Dict[str, Any]]]:
        """The nodes in the order in which they were looked at: ``node``, ``module``, ``saw``, ``decision``
        and ``reasons``. ``None`` in a replay, which keeps no traces."""
        return None if self._trace is None else json.loads(self._trace)

    def __str__(self) -> str:
        if self._text is not None:
            return self._text
        return f"{self.outcome or 'unusable'}  {self.verdict or '; '.join(self.errors)}"

    def __repr__(self) -> str:
        return f"<Run {self.outcome or 'unusable'}, {self.verdict or 'nothing was run'}>"


_DECODER = json.JSONDecoder()


def _beginning(text: str) -> Optional[Dict[str, Any]]:
    """The entries ``source`` and ``event`` of a result, if it begins with these as results do."""
    opening, between = '{"source":', ',"event":'
    if not text.startswith(opening + "{"):
        return None
    source, end = _DECODER.raw_decode(text, len(opening))
    if not text.startswith(between, end):
        return None
    event, _ = _DECODER.raw_decode(text, end + len(between))
    return {"source": source, "event": event}
