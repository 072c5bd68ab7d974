"""Events, in whatever form they come."""

from __future__ import annotations

from typing import Any, Mapping, Union

from ._errors import EventError
from ._json import to_json
from ._mispflow import ArchivedEvent

#: An event: as MISP's REST API gives it (``{"Event": {…}}``), as JSON, or as PyMISP has it.
Event = Union[Mapping[str, Any], bytes, bytearray, memoryview, str, ArchivedEvent, Any]


def event_bytes(event: Event) -> bytes:
    """The event as JSON.

    >>> event_bytes({"Event": {"info": "test"}})
    b'{"Event": {"info": "test"}}'
    """
    if isinstance(event, bytes):
        return event
    if isinstance(event, str):
        try:
            return event.encode()
        except UnicodeEncodeError:
            raise EventError("the event has half of a surrogate pair, which UTF-8 cannot write") from None
    if isinstance(event, (bytearray, memoryview)):
        return bytes(event)
    if isinstance(event, ArchivedEvent):
        if event.data is None:
            raise EventError(f"{event.file}: {event.error}")
        return event.data
    if any(base.__name__ == "MISPEvent" for base in type(event).__mro__):
        # PyMISP leaves out the `Event` around it.
        return b'{"Event": ' + event.to_json().encode() + b"}"
    if isinstance(event, Mapping):
        return to_json(event).encode()
    raise TypeError(f"an event is a dict, JSON, or a MISPEvent of PyMISP, not {type(event).__name__}")
