"""The platforms beside the local cloud: their posts, their users' consent, their time."""

from __future__ import annotations

import http.client
import json
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Platforms:
    """`address` is the simulator's."""

    address: str

    def open(self, door: str, **told: Any) -> None:
        """See `simulators.social.doors`."""
        request = urllib.request.Request(
            f"{self.address}/_simulator/{door}",
            method="POST",
            data=json.dumps(told).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10):
            return

    def now(self) -> datetime:
        return datetime.fromisoformat(self._told("clock")["now"])

    def go_to(self, moment: datetime) -> None:
        """Time there goes on from that moment."""
        self.open("clock", advance_s=(moment - self.now()).total_seconds())

    @contextmanager
    def another_time(self, moment: datetime) -> Iterator[None]:
        """It is now again afterwards."""
        self.go_to(moment)
        try:
            yield
        finally:
            self.go_to(datetime.now(UTC))

    def calls(self) -> Counter[tuple[str, bool]]:
        """Since the last look: how many each platform had, and whether posts were asked for."""
        seen = self._told("calls")["calls"]
        return Counter((one["platform"], bool(one["ids"])) for one in seen)

    def agree(self, address: str) -> dict[str, str]:
        """A user's consent: what the browser is sent back to the application with."""
        parts = urllib.parse.urlsplit(address)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
        try:
            connection.request("GET", f"{parts.path}?{parts.query}")
            back = str(connection.getresponse().getheader("Location"))
        finally:
            connection.close()
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(back).query))

    def _told(self, what: str) -> Any:
        with urllib.request.urlopen(f"{self.address}/_simulator/{what}", timeout=10) as answer:
            return json.load(answer)
