"""Tests in ``.mwf`` files as items of pytest.

Installed with mispflow, it needs no set-up: ``pytest`` collects each ``test`` of each ``.mwf`` file that it finds. What is
not as expected is shown as ``mispflow test`` shows it. ``-p no:mispflow`` switches it off.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator, Optional

import pytest

from . import _mispflow
from ._errors import MispflowError
from ._project import tests_of


class WorkflowFile(pytest.File):
    """A file with workflows. To collect it means to compile it; no test is run then."""

    _suite: Optional[_mispflow.TestSuite] = None

    def collect(self) -> Iterator["WorkflowTest"]:
        try:
            tests = tests_of(self.path).tests()
        except MispflowError as error:
            if [finding.code for finding in error.findings] == ["no-tests"]:
                return
            raise self.CollectError(str(error)) from None
        for index, (title, workflow, file, line) in enumerate(tests):
            # Tests of files that this one imports are theirs.
            if _same(Path(file), self.path):
                yield WorkflowTest.from_parent(self, name=f"{workflow}: {title}", index=index, line=line)

    def setup(self) -> None:
        # What was compiled is held only while its tests run, however many files there are.
        self._suite = tests_of(self.path)

    def teardown(self) -> None:
        self._suite = None

    def run(self, index: int) -> str:
        """What is not as expected in a test; empty if it passed."""
        assert self._suite is not None, "pytest sets a file up before its tests"
        return self._suite.run(index)


def _same(told: Path, path: Path) -> bool:
    """Whether a file that a result names is this one. Names are as the project writes them, not always from here."""
    return told.samefile(path) if told.exists() else told.name == path.name


class WorkflowTest(pytest.Item):
    """A test in such a file."""

    def __init__(self, *, index: int, line: int, **others: Any) -> None:
        super().__init__(**others)
        self._index = index
        self._line = line
        self.add_marker("mispflow")

    def runtest(self) -> None:
        failures = self.parent.run(self._index)
        if failures:
            raise NotAsExpected(failures)

    def repr_failure(self, excinfo: "pytest.ExceptionInfo[BaseException]", style: Any = None) -> Any:
        if isinstance(excinfo.value, NotAsExpected):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> "tuple[Path, int, str]":
        return self.path, self._line - 1, self.name


class NotAsExpected(Exception):
    """A test did not pass."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "mispflow: a test in a .mwf file")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Optional[WorkflowFile]:
    if file_path.suffix == ".mwf":
        return WorkflowFile.from_parent(parent, path=file_path)
    return None
