"""Time zones by their IANA names, from the package `tzdata`, which comes with the layer: Lambda's
image does not promise to have any."""

from __future__ import annotations

import functools
from datetime import tzinfo
from importlib import resources
from zoneinfo import ZoneInfo


def time_zone(name: str) -> tzinfo | None:
    """None for what is no name of one: only those that are listed are looked up, since a name is a
    path to whoever looks it up."""
    return ZoneInfo(name) if name in _names() else None


@functools.cache
def _names() -> frozenset[str]:
    return frozenset(resources.files("tzdata").joinpath("zones").read_text().split())
