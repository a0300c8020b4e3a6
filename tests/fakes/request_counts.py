"""Counts of requests in memory; `out_of_reach` refuses as a table that is down does."""

from __future__ import annotations

import threading

from functions.domain.errors import UnavailableError


class FakeRequestCounts:
    def __init__(self) -> None:
        self.hits: dict[str, int] = {}
        self.out_of_reach = False
        self._lock = threading.Lock()

    def hit(self, key: str, expires_at: int) -> int:
        if self.out_of_reach:
            raise UnavailableError("dependency.unavailable", "The table failed.")
        with self._lock:
            self.hits[key] = self.hits.get(key, 0) + 1
            return self.hits[key]
