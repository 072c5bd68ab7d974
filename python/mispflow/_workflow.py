"""A workflow that is ready to run."""

from __future__ import annotations

import json
import os
import time
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Union

from . import _mispflow
from ._errors import EventError
from ._events import Event, event_bytes
from ._json import to_json
from ._mispflow import ArchivedEvent
from ._run import Run

#: What the services answer that a workflow asks: as a dict, or as JSON.
Answers = Union[Mapping[str, Any], str, None]

#: So much is handed to a thread at once,
_BATCH_BYTES = 256 * 1024
#: and so many events,
_BATCH_EVENTS = 1024
#: or what has come in so many seconds.
_BATCH_SECONDS = 0.1


def _answers_json(answers: Answers) -> Optional[str]:
    if answers is None or isinstance(answers, str):
        return answers
    return to_json(answers)


class Workflow:
    """A workflow that is ready to run. :meth:`Project.workflow` gives it."""

    __slots__ = ("_inner",)

    def __init__(self, inner: _mispflow.Workflow) -> None:
        self._inner = inner

    @property
    def id(self) -> str:
        """The id by which the text names it; for MISP's JSON the name of its file."""
        return self._inner.id

    @property
    def name(self) -> str:
        """Its name in MISP."""
        return self._inner.name

    @property
    def trigger(self) -> str:
        """The id of its trigger."""
        return self._inner.trigger

    def to_dict(self) -> Dict[str, Any]:
        """The JSON of MISP's workflow editor, as ``mispflow build`` writes it."""
        return json.loads(self._inner.json)

    def run(self, event: Event, answers: Answers = None, *, as_trigger: bool = False) -> Run:
        """Run it on an event as MISP would.

        Nothing leaves this computer: what MISP would do is told, not done. ``answers`` says what the
        services answer that the workflow asks, in the form of ``mispflow run --answers``. With
        ``as_trigger`` what the trigger never passes is taken out of the event before.

        >>> import mispflow
        >>> tell = mispflow.load('''
        ... workflow tell on event-publish {
        ...     name: "Tell"
        ...     webhook(url: "https://soc.example.org", payload: "a")
        ... }
        ... ''').workflow()
        >>> run = tell.run({"Event": {}}, answers={"webhook": {"fails": "timeout"}})
        >>> run.to_dict()["failed"]
        [2]

        :raises EventError: the event cannot be used.
        :raises AnswersError: the answers cannot be used.
        """
        told, trace, text = self._inner.run(event_bytes(event), _answers_json(answers), as_trigger)
        return Run(*told, trace=trace, text=text)

    def replay(
        self,
        events: Iterable[Event],
        threads: Optional[int] = None,
        *,
        answers: Answers = None,
        as_trigger: bool = False,
    ) -> Iterator[Run]:
        """Run it on many events, on all cores, and give the runs in the order of the events.

        ``events`` may be endless: it is read a few batches ahead, so that no core waits, and few events are in memory at
        a time.
        An event that cannot be used gives a run whose ``outcome`` is ``None``. What ``events`` raises is raised again
        after the runs of the events before.

        >>> import mispflow
        >>> guard = mispflow.load('''
        ... workflow guard on event-publish {
        ...     name: "Guard"
        ...     if event tagged any "tlp:red" { stop-execution(message: "red") }
        ... }
        ... ''').workflow()
        >>> events = [b'{"Event": {"Tag": [{"name": "tlp:red"}]}}', b'{"Event": {}}', b'oops']
        >>> [run.outcome for run in guard.replay(events)]
        ['blocked', 'success', None]

        With files: ``guard.replay(mispflow.archive("events/"))``.
        """
        if isinstance(events, (str, bytes, bytearray, Mapping)):
            # Such as the errors that PyMISP returns in place of events.
            raise TypeError(f"give several events, not a {type(events).__name__}: `[event]` is one")
        pool = self._inner.replay(threads or _cores(), _answers_json(answers), as_trigger)
        return _replayed(pool, _Events(events))

    def run_batch(
        self,
        events: Sequence[bytes],
        *,
        source: str = "-",
        first: int = 1,
        answers: Answers = None,
        as_trigger: bool = False,
    ) -> List[bytes]:
        """Run it on events given as JSON, and give a line of JSON for each: for engines that have threads of their own.

        ``source`` is the name of where they come from, and ``first`` the number of the first of them there.
        An event that cannot be used gives ``{"source": …, "error": {"code": …, "message": …}}``.

        >>> import json, mispflow
        >>> tell = mispflow.load("workflow t on event-publish { push-zmq() }").workflow()
        >>> lines = tell.run_batch([b'{"Event": {"id": "1"}}', b"oops"])
        >>> [json.loads(line).get("outcome") for line in lines]
        ['success', None]
        """
        written = _answers_json(answers)
        lines: List[bytes] = []
        for piece in _pieces(events):
            # Between the calls Python looks whether Ctrl-C was pressed.
            lines += self._inner.run_batch(piece, source, first + len(lines), written, as_trigger)
        return lines

    def __repr__(self) -> str:
        return f"<Workflow {self.id} on {self.trigger}>"


def _pieces(events: Iterable[bytes]) -> Iterator[List[bytes]]:
    """The events, as much at a time as a thread is given at once."""
    piece: List[bytes] = []
    size = 0
    for event in events:
        piece.append(event)
        size += len(event)
        if size >= _BATCH_BYTES or len(piece) >= _BATCH_EVENTS:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Events:
    """The events of a replay as bytes, in batches; and what could not be made bytes."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._source = iter(events)
        self.taken = 0
        self.is_done = False
        self.error: Optional[Exception] = None
        """What the source of the events raised. It is raised again after the runs of those before."""
        self.unusable: Dict[int, str] = {}
        """By the number of the event, from 1."""

    def batch(self) -> List[Union[bytes, ArchivedEvent]]:
        """As much as a thread is given at once, or what comes in a short time."""
        found: List[Union[bytes, ArchivedEvent]] = []
        size = 0
        ends = time.monotonic() + _BATCH_SECONDS
        while size < _BATCH_BYTES and len(found) < _BATCH_EVENTS and (not found or time.monotonic() < ends):
            try:
                event = next(self._source)
            except StopIteration:
                self.is_done = True
                break
            except Exception as error:
                self.is_done, self.error = True, error
                break
            self.taken += 1
            try:
                given = event if isinstance(event, (bytes, ArchivedEvent)) else event_bytes(event)
            except (EventError, TypeError, ValueError, RecursionError) as error:
                self.unusable[self.taken] = f"the event cannot be written as JSON: {error}"
                given = b""
            found.append(given)
            size += len(given)
        return found


def _replayed(pool: _mispflow.Replay, events: _Events) -> Iterator[Run]:
    number = 0
    while True:
        while not events.is_done and pool.under_way() < pool.wanted():
            first = events.taken + 1
            batch = events.batch()
            if batch:
                pool.submit(batch, first)
            for told in pool.receive(False) or ():
                number += 1
                yield _run(told, events.unusable.pop(number, None))
        results = pool.receive(True)
        if results is None:
            break
        for told in results:
            number += 1
            yield _run(told, events.unusable.pop(number, None))
    if events.error is not None:
        raise events.error


def _run(told: Any, unusable: Optional[str]) -> Run:
    if unusable is None:
        return Run(*told)
    data = json.loads(told[2])
    data["error"] = {"code": "unusable-event", "message": unusable, "shown": f"error[unusable-event]: {unusable}"}
    return Run(None, None, json.dumps(data))
