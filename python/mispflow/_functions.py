"""What needs no project."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, Union

from . import _mispflow
from ._errors import RequestError
from ._events import Event, event_bytes
from ._project import Project, Source, load

Json = Union[str, bytes, Mapping[str, Any], List[Any]]


def _text(data: Json) -> str:
    if isinstance(data, str):
        return data
    return data.decode() if isinstance(data, bytes) else json.dumps(data)


def format(text: str, name: str = "<text>") -> str:
    """The canonical form of the text of a ``.mwf`` file. Messages call it ``name``.

    >>> import mispflow
    >>> print(mispflow.format("workflow w on event-publish {push-zmq()}"), end="")
    workflow w on event-publish {
        push-zmq()
    }

    :raises CheckError: the text has syntax errors.
    """
    return _mispflow.format(text, name)


def import_(json: Json, *, keep_layout: bool = False) -> str:
    """Turn MISP's JSON into text. With ``keep_layout`` every node stays where it is in the editor.

    >>> import mispflow
    >>> built = mispflow.load("workflow w on event-publish { push-zmq() }").build()["w"]
    >>> print(mispflow.import_(built), end="")
    workflow w on event-publish {
        push-zmq()
    }

    :raises CheckError: this is not JSON of MISP's workflows.
    :raises RequestError: there are several workflows in it; :func:`import_all` takes those.
    """
    texts = import_all(json, keep_layout=keep_layout)
    if len(texts) != 1:
        raise RequestError(f"there are {len(texts)} workflows and blueprints in it: use `import_all`")
    return next(iter(texts.values()))


def import_all(json: Json, *, keep_layout: bool = False) -> Dict[str, str]:
    """Turn MISP's JSON, which may hold several workflows and blueprints, into texts: by the id that each gets."""
    return {id: text for id, text, _ in _mispflow.import_(_text(json), keep_layout)}


class Difference:
    """What differs between two projects. It is false if nothing does."""

    __slots__ = ("added", "changed", "removed")

    added: List[str]
    """The names of the workflows and blueprints that only the second has."""
    removed: List[str]
    """The names of those that only the first has."""
    changed: List[Dict[str, Any]]
    """Those that differ: ``name``, ``difference``, and the same as ``text``."""

    def __init__(self, data: Dict[str, Any]) -> None:
        self.added = data["added"]
        self.removed = data["removed"]
        self.changed = data["changed"]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def __str__(self) -> str:
        lines = [f"- {name}\n" for name in self.removed] + [f"+ {name}\n" for name in self.added]
        return "".join(lines + [f"{changed['name']}:\n{changed['text']}" for changed in self.changed])


def diff(before: Union[Project, Source], after: Union[Project, Source]) -> Difference:
    """What differs between two projects as graphs: nodes, parameters, connections. Takes what :func:`load` takes.

    >>> import mispflow
    >>> before = "workflow w on event-publish { push-zmq() }"
    >>> bool(mispflow.diff(before, before))
    False
    >>> difference = mispflow.diff(before, before.replace("push-zmq()", "stop-execution()"))
    >>> bool(difference)
    True

    :raises CheckError: one of them has errors.
    """
    projects = [side if isinstance(side, Project) else load(side) for side in (before, after)]
    return Difference(json.loads(_mispflow.diff(projects[0]._inner, projects[1]._inner)))


def path(expression: str, data: Event, *, normalise: bool = True) -> Any:
    """What a hash path finds in data; an empty list where it finds nothing.

    An event is normalised first, as a trigger of MISP does it: ``_AttributeFlattened`` and ``_allTags`` are there.

    >>> import mispflow
    >>> event = {"Event": {"Attribute": [{"type": "ip-dst", "value": "192.0.2.1"}]}}
    >>> mispflow.path("Event._AttributeFlattened.{n}[type=ip-dst].value", event)
    ['192.0.2.1']

    :raises PathError: the path is not valid, or MISP cannot follow it in this data.
    """
    return json.loads(_mispflow.evaluate(expression, event_bytes(data).decode(), normalise))


def targets() -> List[str]:
    """The releases of MISP that :func:`load` takes as ``target``.

    >>> import mispflow
    >>> "misp-2.5.19" in mispflow.targets()
    True
    """
    return _mispflow.targets()
