"""Writing JSON."""

from __future__ import annotations

import json
from typing import Any, Mapping


def to_json(value: Any) -> str:
    """JSON of dicts and lists, and of what is like a dict.

    >>> from types import MappingProxyType
    >>> to_json({"a": MappingProxyType({"b": 1})})
    '{"a": {"b": 1}}'
    """
    return json.dumps(value, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
