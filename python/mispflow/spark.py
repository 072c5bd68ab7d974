"""Replays on Apache Spark: for archives that one machine is too slow for.

Both functions give what :meth:`DataFrame.mapInArrow` takes. Needs ``pyspark`` and ``pyarrow``; mispflow has to be installed
on the workers, and the workflow has to be where they can read it.

``replay_files`` runs a workflow on the events in files, one row a path; the workers read the files themselves, piece by piece::

    paths = spark.createDataFrame([(path,) for path in files], "path string").repartition(len(files))
    results = paths.mapInArrow(replay_files("publish-guard.mwf"), SCHEMA)

``replay_values`` runs it on events that are in a data frame already, one row an event, in a column of strings or bytes::

    results = events.mapInArrow(replay_values("publish-guard.mwf", column="value"), SCHEMA)

A result has the columns of :data:`SCHEMA`. Where Spark does a task again, because a worker died, its results are those of the
second try alone: runs have no effect on anything outside.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, Iterator, List, Optional, Union

from ._project import archive, load
from ._run import Run
from ._workflow import Answers

if TYPE_CHECKING:
    import pyarrow

#: The columns of results: where the event comes from, what it is, and what came of the run.
#: ``result`` has all of it, as ``mispflow run --format json`` writes it.
SCHEMA = (
    "file string, line bigint, index bigint, event_id string, event_uuid string, "
    "outcome string, verdict string, cancelled_by bigint, error string, result string"
)

Batches = Iterator["pyarrow.RecordBatch"]
Mapping = Callable[[Batches], Batches]

#: So many results make a batch.
_ROWS = 1000


def replay_files(
    workflow: Union[str, "os.PathLike[str]"],
    id: Optional[str] = None,
    *,
    column: str = "path",
    answers: Answers = None,
    target: Optional[str] = None,
) -> Mapping:
    """For a data frame with the paths of files, or folders, in ``column``. ``workflow`` is the path of the workflow, ``id`` says
    which it is where there are several. One file is read by one worker, so there should be more files than cores."""
    path = os.fspath(workflow)

    def mapped(batches: Batches) -> Batches:
        replayed = load(Path(path), target=target).workflow(id)
        for batch in batches:
            events = archive(*batch.column(column).to_pylist())
            yield from _batches(replayed.replay(events, threads=1, answers=answers))

    return mapped


def replay_values(
    workflow: Union[str, "os.PathLike[str]"],
    id: Optional[str] = None,
    *,
    column: str = "value",
    answers: Answers = None,
    target: Optional[str] = None,
) -> Mapping:
    """For a data frame with events in ``column``, as strings or bytes. In the results ``index`` counts within a partition."""
    path = os.fspath(workflow)

    def mapped(batches: Batches) -> Batches:
        replayed = load(Path(path), target=target).workflow(id)

        def events() -> Iterator[Any]:
            for batch in batches:
                for value in batch.column(column):
                    yield value.as_py() or b""

        yield from _batches(replayed.replay(events(), threads=1, answers=answers))

    return mapped


def _batches(runs: Iterable[Run]) -> Batches:
    rows: List[Run] = []
    for run in runs:
        rows.append(run)
        if len(rows) == _ROWS:
            yield _batch(rows)
            rows = []
    if rows:
        yield _batch(rows)


def _batch(runs: List[Run]) -> "pyarrow.RecordBatch":
    import pyarrow

    def text(value: Any) -> Optional[str]:
        return None if value is None else str(value)

    def row(run: Run) -> Dict[str, Any]:
        source, event = run.source, run.event or {}
        return {
            "file": source["file"],
            "line": source["line"],
            "index": source["index"],
            "event_id": text(event.get("id")),
            "event_uuid": text(event.get("uuid")),
            "outcome": run.outcome,
            "verdict": run.verdict,
            "cancelled_by": run.cancelled_by,
            "error": None if run.is_usable else "; ".join(run.errors),
            "result": run.json,
        }

    rows = [row(run) for run in runs]
    types = {"string": pyarrow.string(), "bigint": pyarrow.int64()}
    fields = [field.split(" ") for field in SCHEMA.split(", ")]
    arrays = [pyarrow.array([one[name] for one in rows], types[kind]) for name, kind in fields]
    return pyarrow.RecordBatch.from_arrays(arrays, names=[name for name, _ in fields])
