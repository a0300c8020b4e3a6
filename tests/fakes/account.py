"""An account that says how much it may run, or does not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class FakeAccount:
    limit: int | None = None

    def concurrency(self) -> int | None:
        return self.limit
