"""Range cuts by segment: a repeated start is the same start."""

from __future__ import annotations

from functions.domain.errors import UnavailableError


class FakeRangeCuts:
    """`down` makes every start fail."""

    def __init__(self) -> None:
        self.started: set[str] = set()
        self.calls = 0
        self.down = False

    def start(self, segment_id: str) -> None:
        self.calls += 1
        if self.down:
            raise UnavailableError("dependency.unavailable", "The cutting of ranges failed.")
        self.started.add(segment_id)
