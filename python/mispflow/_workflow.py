"""A workflow that is ready to run."""

from __future__ import annotations

import json
import os
import time
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Union

from . import _mispflow
from ._events import Event, event_bytes
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
    return json.dumps(answers)


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

        ``events`` may be endless, and is read only as far as needed: few events are in memory at a time.
        An event that cannot be used gives a run whose ``outcome`` is ``None``.

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
        return _replayed(pool, events)

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
        return self._inner.run_batch(list(events), source, first, _answers_json(answers), as_trigger)

    def __repr__(self) -> str:
        return f"<Workflow {self.id} on {self.trigger}>"


def _cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _replayed(pool: _mispflow.Replay, events: Iterable[Event]) -> Iterator[Run]:
    source = iter(events)
    number = 1
    is_done = False
    while True:
        while not is_done and pool.under_way() < pool.wanted():
            batch: List[Union[bytes, ArchivedEvent]] = []
            size = 0
            ends = time.monotonic() + _BATCH_SECONDS
            for event in source:
                given = event if isinstance(event, (bytes, ArchivedEvent)) else event_bytes(event)
                batch.append(given)
                size += len(given)
                if size >= _BATCH_BYTES or len(batch) >= _BATCH_EVENTS or time.monotonic() >= ends:
                    break
            else:
                is_done = True
            if batch:
                pool.submit(batch, number)
                number += len(batch)
            ready = pool.receive(False)
            if ready:
                yield from (Run(*told) for told in ready)
        told = pool.receive(True)
        if told is None:
            return
        yield from (Run(*one) for one in told)
