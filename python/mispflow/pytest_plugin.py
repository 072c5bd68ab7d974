"""Tests in ``.mwf`` files as items of pytest.

Installed with mispflow, it needs no set-up: ``pytest`` collects each ``test`` of each ``.mwf`` file that it finds. What is
not as expected is shown as ``mispflow test`` shows it. ``-p no:mispflow`` switches it off.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator, Optional

import pytest

from ._errors import MispflowError
from ._project import TestResult, load


class WorkflowFile(pytest.File):
    """A file with workflows."""

    def collect(self) -> Iterator["WorkflowTest"]:
        try:
            results = load(self.path).test()
        except MispflowError as error:
            if [finding.code for finding in error.findings] == ["no-tests"]:
                return
            raise self.CollectError(str(error)) from None
        for result in results:
            # Tests of files that this one imports are theirs.
            if _same(Path(result.file), self.path):
                yield WorkflowTest.from_parent(self, name=f"{result.workflow}: {result.title}", result=result)


def _same(told: Path, path: Path) -> bool:
    """Whether a file that a result names is this one. Names are as the project writes them, not always from here."""
    return told.samefile(path) if told.exists() else told.name == path.name


class WorkflowTest(pytest.Item):
    """A test in such a file."""

    def __init__(self, *, result: TestResult, **others: Any) -> None:
        super().__init__(**others)
        self.result = result
        self.add_marker("mispflow")

    def runtest(self) -> None:
        if not self.result.passed:
            raise NotAsExpected(self.result.failures)

    def repr_failure(self, excinfo: "pytest.ExceptionInfo[BaseException]", style: Any = None) -> Any:
        if isinstance(excinfo.value, NotAsExpected):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> "tuple[Path, int, str]":
        return self.path, self.result.line - 1, self.name


class NotAsExpected(Exception):
    """A test did not pass."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "mispflow: a test in a .mwf file")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Optional[WorkflowFile]:
    if file_path.suffix == ".mwf":
        return WorkflowFile.from_parent(parent, path=file_path)
    return None
