"""How far a window is: half of it is reading (ffmpeg's own progress), half is storing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

from functions.domain.cutting.plan import Chunk, Plan, PlannedSegment, Window
from functions.domain.runs.run import Run
from functions.domain.times import Milliseconds
from functions.services.runs.stages import Context

EVERY_SECONDS = 1.0


def lengths(segments: Iterable[PlannedSegment | Chunk]) -> Milliseconds:
    return sum(segment.end - segment.start for segment in segments)


class WindowProgress:
    """Collects from several threads; writes at most once a second, and only upwards."""

    def __init__(
        self, context: Context, run: Run, plan: Plan, window: Window, have: Iterable[int]
    ) -> None:
        self._context, self._run, self._index = context, run, window.index
        segments = [plan.segments[number - 1] for number in plan.numbers_of(window)]
        done = set(have)
        self._total = lengths([window.chunk] if window.chunk else segments)
        # Chunks are the reading, their join the storing.
        self._joins = window in plan.joins
        self._stored = lengths(segment for segment in segments if segment.number in done)
        self._read = self._stored
        self._written_at = time.monotonic()
        self._lock = threading.Lock()
        self.over = False

    def read(self, position: Milliseconds) -> None:
        """The tool has read `position` milliseconds of its job."""
        with self._lock:
            self._read = max(self._read, min(position, self._total))
        self.report()

    def stored(self, segment: PlannedSegment) -> None:
        with self._lock:
            self._stored += segment.end - segment.start
        self.report()

    def report(self, *, force: bool = False) -> None:
        """Write the window's progress down; `over` tells when the run has ended."""
        with self._lock:
            due = time.monotonic() - self._written_at >= EVERY_SECONDS
            if not (due or force):
                return
            self._written_at = time.monotonic()
            read = 0 if self._joins else max(self._read, self._stored)
            done = (read + self._stored) // 2
        if not self._context.runs.progressed(self._run, self._index, done):
            self.over = True
