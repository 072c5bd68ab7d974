"""Projects."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from . import _mispflow
from ._errors import CheckError
from ._findings import Finding, findings_from_json
from ._json import to_json
from ._mispflow import ArchivedEvent
from ._workflow import Workflow

#: What :func:`load` takes: a path, a text, or MISP's JSON.
Source = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview, Mapping[str, Any], List[Any]]
Folders = Sequence[Union[str, "os.PathLike[str]"]]


class _Given(NamedTuple):
    """What a project is loaded from."""

    path: Optional[str]
    text: Optional[str]
    name: str
    target: Optional[str]
    config: Optional[str]
    allow_read: Tuple[str, ...]

    def load(self) -> Project:
        return Project(_mispflow.Project(*self), self)

    def tests(self) -> _mispflow.TestSuite:
        return _mispflow.TestSuite(*self)

    def elsewhere(self) -> _Given:
        """The same for a process whose current folder is another one."""
        path = None if self.path is None else os.path.abspath(self.path)
        config = None if self.config is None else os.path.abspath(self.config)
        return self._replace(path=path, config=config, allow_read=tuple(map(os.path.abspath, self.allow_read)))


def _load(*given: Any) -> Project:
    """For :mod:`pickle`."""
    return _Given(*given).load()


def _load_workflow(id: str, *given: Any) -> Workflow:
    """For :mod:`pickle`."""
    return _Given(*given).load().workflow(id)


@dataclass(frozen=True)
class TestResult:
    """What came of a test in a workflow file."""

    # Pytest would take it for a class of tests.
    __test__ = False

    title: str
    workflow: str
    """The id of the workflow that it is about."""
    file: str
    line: int
    """The line on which it begins, from 1."""
    failures: str
    """What is not as expected, in words; empty if the test passed."""

    @property
    def passed(self) -> bool:
        return not self.failures


class Project:
    """Workflows and blueprints, checked and compiled. :func:`load` gives it.

    It is pickled as what it was loaded from: another process reads its files again.
    """

    __slots__ = ("_given", "_inner")

    def __init__(self, inner: _mispflow.Project, given: _Given) -> None:
        self._inner = inner
        self._given = given

    def __reduce__(self) -> Tuple[Any, ...]:
        return _load, tuple(self._given.elsewhere())

    def _workflow(self, inner: _mispflow.Workflow) -> Workflow:
        return Workflow(inner, (_load_workflow, (inner.id, *self._given.elsewhere())))

    @property
    def target(self) -> str:
        """The release of MISP that it is for, as in ``"misp-2.5.19"``."""
        return self._inner.target

    @property
    def has_errors(self) -> bool:
        """Whether something keeps it from being built."""
        return self._inner.has_errors

    def check(self) -> List[Finding]:
        """What is wrong with it, as ``mispflow check`` says it, ordered by place.

        >>> import mispflow
        >>> project = mispflow.load("workflow w on event-publish { webhok() }")
        >>> [finding.code for finding in project.check()]
        ['unknown-module']
        """
        return findings_from_json(self._inner.findings)

    def report(self) -> str:
        """The findings as people read them; empty if there are none."""
        return self._inner.shown

    def build(self) -> Dict[str, Dict[str, Any]]:
        """The JSON of MISP's workflow editor for each workflow and blueprint, by its id.

        Where the text says ``env("NAME")`` or ``secret("NAME")``, the JSON says ``${NAME}``.

        :raises CheckError: there are errors. Nothing is built then.
        """
        return {id: json.loads(text) for id, _, text in self._inner.build()}

    @property
    def workflows(self) -> Dict[str, Workflow]:
        """The workflows by their ids, in the order of the files.

        :raises CheckError: there are errors.
        """
        return {inner.id: self._workflow(inner) for inner in self._inner.workflows()}

    def workflow(self, id: Optional[str] = None) -> Workflow:
        """The workflow with this id, name or uuid; without one the only workflow there is.

        :raises RequestError: there is no such workflow, or there are several.
        :raises CheckError: there are errors.
        """
        return self._workflow(self._inner.workflow(id))

    def test(self) -> List[TestResult]:
        """Run the tests in its files, as ``mispflow test`` does.

        :raises CheckError: there are errors, or there are no tests.
        """
        suite = self._given.tests()
        return [TestResult(*test, failures=suite.run(index)) for index, test in enumerate(suite.tests())]

    def __repr__(self) -> str:
        return f"<Project {self._given.path or self._given.name}>"


def load(
    source: Source,
    *,
    target: Optional[str] = None,
    config: Union[str, "os.PathLike[str]", None] = None,
    allow_read: Folders = (),
    name: str = "<text>",
) -> Project:
    """Read a project: check it and compile it. Errors in it are findings, not exceptions.

    ``source`` is

    - a path, of a file or of a folder with files: a :class:`pathlib.Path`, or a string of one line that names what is
      there or has no bracket;
    - the text of a ``.mwf`` file, as a string or as bytes, which messages then call ``name``;
    - MISP's JSON, as text or as a dict.

    ``target`` is the release of MISP, instead of the one that the project file names; ``config`` the project file,
    instead of the nearest ``mispflow.toml``. Texts may only import what lies in the project; ``allow_read`` names
    further folders.

    >>> import mispflow
    >>> project = mispflow.load("workflow w on event-publish { push-zmq() }", target="misp-2.5.1")
    >>> project.target, list(project.workflows)
    ('misp-2.5.1', ['w'])
    """
    return _given(source, target, config, allow_read, name).load()


def tests_of(path: Path) -> _mispflow.TestSuite:
    """The tests in a file, for pytest.

    :raises CheckError: it has errors, or no tests.
    """
    return _given(path, None, None, (), "<text>").tests()


def _given(
    source: Source, target: Optional[str], config: Union[str, "os.PathLike[str]", None], allow_read: Folders, name: str
) -> _Given:
    path: Optional[str] = None
    text: Optional[str] = None
    if isinstance(source, (list, Mapping)):
        text = to_json(source)
    elif isinstance(source, (bytes, bytearray, memoryview)):
        try:
            text = bytes(source).decode()
        except UnicodeDecodeError as error:
            raise CheckError(f"{name} is not UTF-8: {error.reason} at byte {error.start}") from None
    elif isinstance(source, str) and _is_text(source):
        text = source
    elif isinstance(source, (str, os.PathLike)):
        path = os.fspath(source)
    else:
        raise TypeError(f"a project is a path, a text or MISP's JSON, not {type(source).__name__}")
    folders = tuple(os.fspath(folder) for folder in allow_read)
    return _Given(path, text, name, target, None if config is None else os.fspath(config), folders)


def _is_text(source: str) -> bool:
    """Whether a string is a text and not a path."""
    if "\n" in source:
        return True
    return any(bracket in source for bracket in "{[") and not os.path.exists(source)


def archive(*paths: Union[str, "os.PathLike[str]"]) -> Iterator[ArchivedEvent]:
    """The events in files and folders, one after the other, for :meth:`Workflow.replay`.

    A file holds an event, a list of events, an answer of MISP's search, or one event a line; it may be compressed
    with gzip or zstd. A folder stands for the files in it that end in ``.json``, ``.ndjson`` or ``.jsonl``, or in these
    with ``.gz`` or ``.zst``. Files are read piece by piece, however large they are.
    """
    return iter(_mispflow.Archive([Path(path) for path in paths]))
