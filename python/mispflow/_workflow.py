"""A workflow that is ready to run."""

from __future__ import annotations

import json
import os
import time
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from . import _mispflow
from ._events import Event, event_bytes
from ._json import to_json
from ._mispflow import ArchivedEvent
from ._run import Run

#: What the services answer that a workflow asks: as a dict, or as JSON.
Answers = Union[Mapping[str, Any], str, None]

#: More threads than any computer has cores make nothing faster.
_MOST_THREADS = 256
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
    """A workflow that is ready to run. :meth:`Project.workflow` gives it.

    It is pickled as what its project was loaded from: another process reads the files again.
    """

    __slots__ = ("_inner", "_pickled")

    def __init__(self, inner: _mispflow.Workflow, pickled: Tuple[Any, ...]) -> None:
        self._inner = inner
        self._pickled = pickled

    def __reduce__(self) -> Tuple[Any, ...]:
        return self._pickled

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
        """Run it on many events, and give the runs in the order of the events.

        It runs on so many ``threads``, without one on as many as there are cores. ``events`` may be endless: it is read a
        few batches ahead, so that no core waits, and few events are in memory at a time.

        With ``threads=1`` nothing is read ahead: the run on an event is given before the next event is asked for. Use it
        where events come one by one, as from a queue; else a run may wait for the events after it.

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
        if isinstance(events, (str, bytes, bytearray, memoryview, Mapping)):
            # Such as the errors that PyMISP returns in place of events.
            raise TypeError(f"give several events, not a {type(events).__name__}: `[event]` is one")
        source = iter(events)
        written = _answers_json(answers)
        if threads is None:
            threads = _cores()
        elif not isinstance(threads, int):
            raise TypeError(f"`threads` is a number, not {type(threads).__name__}")
        elif threads < 1:
            raise ValueError(f"`threads` is {threads}: give 1 or more, or leave it out for as many as there are cores")
        elif threads == 1:
            return _one_by_one(self._inner.one_by_one(written, as_trigger), source)
        return _replayed(self._inner.replay(min(threads, _MOST_THREADS), written, as_trigger), _Events(source))

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
        if isinstance(events, (str, bytes, bytearray, memoryview, Mapping)):
            raise TypeError(f"give a list of events as bytes, not {type(events).__name__}")
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
    for number, event in enumerate(events, 1):
        if not isinstance(event, bytes):
            raise TypeError(f"event {number} is not bytes but {type(event).__name__}")
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


def _given(event: Event) -> Tuple[Union[bytes, ArchivedEvent], Optional[str]]:
    """An event as the part that is Rust takes it; if it cannot be made that, nothing, and why."""
    if isinstance(event, (bytes, ArchivedEvent)):
        return event, None
    try:
        return event_bytes(event), None
    except Exception as error:
        # Also what an object of somebody else raises: the events before and after it can be used.
        return b"", f"the event cannot be written as JSON: {error}"


class _Events:
    """The events of a replay in batches."""

    def __init__(self, source: Iterator[Event]) -> None:
        self._source = source
        self.taken = 0
        self.is_done = False
        self.error: Optional[BaseException] = None
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
            except KeyboardInterrupt:
                # Who presses Ctrl-C waits for nothing.
                raise
            except BaseException as error:
                self.is_done, self.error = True, error
                break
            self.taken += 1
            given, problem = _given(event)
            if problem is not None:
                self.unusable[self.taken] = problem
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


def _one_by_one(runner: _mispflow.OneByOne, source: Iterator[Event]) -> Iterator[Run]:
    for number, event in enumerate(source, 1):
        given, problem = _given(event)
        for told in runner.run(given, number):
            yield _run(told, problem)


def _run(told: Any, unusable: Optional[str]) -> Run:
    if unusable is None:
        return Run(*told)
    data = json.loads(told[2])
    data["error"] = {"code": "unusable-event", "message": unusable, "shown": f"error[unusable-event]: {unusable}"}
    return Run(None, None, json.dumps(data))
