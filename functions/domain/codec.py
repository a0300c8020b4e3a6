"""Dataclasses to plain values (dict, list, str, number, bool) and back, by their annotations."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from functions.domain.times import from_iso, to_iso

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """None fields are left out, so that an absent value and None are the same."""
    if dataclasses.is_dataclass(value):
        pairs = ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
        return {name: to_plain(item) for name, item in pairs if item is not None}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return to_iso(value)
    if isinstance(value, Mapping):
        return {str(to_plain(key)): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    return value


def from_plain(kind: type[T], value: Mapping[str, Any]) -> T:
    """Rebuild a dataclass; unknown keys are passed over, so that older code reads newer rows."""
    hints = _hints(kind)  # type: ignore[arg-type]  # classes are hashable
    known = {name: _decode(hints[name], item) for name, item in value.items() if name in hints}
    return kind(**known)


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {f.name: hints[f.name] for f in dataclasses.fields(kind)}


def _decode(hint: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        inner = [argument for argument in arguments if argument is not type(None)]
        return None if value is None else _decode(inner[0], value)
    if origin is tuple:
        return tuple(_decode(arguments[0], item) for item in value)
    if origin in {dict, Mapping}:
        key, item = arguments
        return {_decode(key, k): _decode(item, v) for k, v in value.items()}
    if origin in {list, Sequence}:
        return [_decode(arguments[0], item) for item in value]
    return _scalar(hint, value)


def _scalar(hint: Any, value: Any) -> Any:
    if not isinstance(hint, type):
        return value
    if dataclasses.is_dataclass(hint):
        return from_plain(hint, value)
    if issubclass(hint, datetime):
        return from_iso(value)
    if issubclass(hint, Enum):
        return hint(value)
    if hint in {int, float}:
        return hint(value)
    return value
