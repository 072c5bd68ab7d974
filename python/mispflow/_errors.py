"""What can go wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Type

if TYPE_CHECKING:
    from ._findings import Finding


class MispflowError(Exception):
    """Something that could not be done.

    ``str(error)`` says why, as the command line would. ``error.findings`` has the same for programs.
    """

    findings: List[Finding]

    def __init__(self, message: str, findings: str = "[]") -> None:
        super().__init__(message)
        from ._findings import findings_from_json

        self.findings = findings_from_json(findings)


class CheckError(MispflowError):
    """A project, a text or JSON has errors, so it cannot be built, run or read."""


class EventError(MispflowError):
    """An event that a workflow cannot run on."""


class AnswersError(MispflowError):
    """Answers that cannot be used: they are not JSON, or name a step that is not there."""


class PathError(MispflowError):
    """A hash path that is not valid, or that MISP cannot follow in this data."""


class RequestError(MispflowError, LookupError):
    """There is no such workflow, or it cannot be run."""


class Defect(MispflowError):
    """A defect of mispflow itself: please report it."""


_KINDS = {
    "input": CheckError,
    "event": EventError,
    "answers": AnswersError,
    "path": PathError,
    "request": RequestError,
    "defect": Defect,
}


def exception(kind: str, message: str, findings: str) -> MispflowError:
    """The exception for a problem. Called by the part that is Rust."""
    made: Type[MispflowError] = _KINDS.get(kind, MispflowError)
    return made(message, findings)
