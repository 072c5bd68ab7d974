"""Findings: what is wrong with a project, and where."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple


@dataclass(frozen=True, order=True)
class Position:
    """A place in a file. Lines and columns count from 1, columns in characters."""

    line: int
    column: int


@dataclass(frozen=True)
class Span:
    """A stretch of a file. ``end`` is the place after the last character."""

    start: Position
    end: Position


@dataclass(frozen=True)
class Label:
    """A place that a finding points at, and what it says there."""

    file: str
    span: Span
    message: str


@dataclass(frozen=True)
class Edit:
    """A text that takes the place of a stretch of a file."""

    file: str
    span: Span
    replacement: str


@dataclass(frozen=True)
class Fix:
    """How a finding can be corrected. One that is not ``safe`` may change what the workflow does."""

    safe: bool
    edits: Tuple[Edit, ...]


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a project.

    >>> import mispflow
    >>> finding = mispflow.load("workflow w on event-publish { webhok() }").check()[0]
    >>> finding.code, finding.severity
    ('unknown-module', 'error')
    >>> print(finding)
    <text>:1:31: error: there is no module named `webhok` [unknown-module]
    >>> finding.fix.edits[0].replacement
    'webhook'
    """

    code: str
    """The code, as ``mispflow explain CODE`` takes it."""
    severity: str
    """``"error"`` or ``"warning"``."""
    message: str
    """What is wrong."""
    file: Optional[str]
    """The file; ``None`` for a finding about the whole."""
    span: Optional[Span]
    """Where in the file."""
    labels: Tuple[Label, ...]
    """Further places, and what is said there."""
    notes: Tuple[str, ...]
    """Why it matters."""
    help: Optional[str]
    """What to write instead."""
    fix: Optional[Fix]
    """How it can be corrected."""

    def __str__(self) -> str:
        place = ""
        if self.file is not None and self.span is not None:
            place = f"{self.file}:{self.span.start.line}:{self.span.start.column}: "
        return f"{place}{self.severity}: {self.message} [{self.code}]"


def _span(data: Dict[str, Any]) -> Span:
    return Span(Position(**data["start"]), Position(**data["end"]))


def _finding(data: Dict[str, Any]) -> Finding:
    fix = data["fix"]
    return Finding(
        code=data["code"],
        severity=data["severity"],
        message=data["message"],
        file=data["file"],
        span=_span(data["span"]) if data["span"] else None,
        labels=tuple(Label(label["file"], _span(label["span"]), label["message"]) for label in data["labels"]),
        notes=tuple(data["notes"]),
        help=data["help"],
        fix=fix
        and Fix(
            fix["safe"],
            tuple(Edit(edit["file"], _span(edit["span"]), edit["replacement"]) for edit in fix["edits"]),
        ),
    )


def findings_from_json(text: str) -> List[Finding]:
    return [_finding(data) for data in json.loads(text)]
