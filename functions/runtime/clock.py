"""What time it is for those who follow posts: the machine's, or that of platforms that are stood in
for, whose days are to pass within minutes."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from http.client import HTTPConnection
from typing import Final
from urllib.parse import urlsplit

from functions.domain.times import from_iso, utc_now

OWN: Final = "own"
_PATIENCE_S: Final = 5


def clock_at(place: str) -> Callable[[], datetime]:
    """The machine's own clock, or one that is asked over HTTP; OSError where none answers."""
    return utc_now if place == OWN else lambda: _asked(place)


def _asked(address: str) -> datetime:
    parts = urlsplit(address)
    with closing(HTTPConnection(parts.netloc, timeout=_PATIENCE_S)) as connection:
        connection.request("GET", parts.path)
        return from_iso(str(json.load(connection.getresponse())["now"]))
