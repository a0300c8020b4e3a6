"""One pass over a video's rows of one kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from functions.domain.deletions.ports import VideoRows
from functions.domain.paging import Position
from functions.services.deletions.sweeping import Found, Sweep, Sweeping

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped(Generic[Row]):
    """`until`: what was stopped may still write until then. Rows that are `held` lead to what
    cannot be stopped: they are removed when it has ended."""

    until: datetime | None = None
    held: Sequence[Row] = ()


Stopper = Callable[[Sweep, Sequence[Row]], Stopped[Row]]
"""Stops what works on some rows."""


def rows(kept: VideoRows[Row], stop: Stopper[Row] | None = None) -> Sweeping:
    """All of them, page by page. What works on a page is stopped before the page is removed."""

    def sweep(of: Sweep) -> Found:
        after: Position | None = None
        removed = 0
        while True:
            page = kept.page(of.video, after)
            stopped: Stopped[Row] = stop(of, page.items) if stop else Stopped()
            if stopped.until is not None:
                of.deletions.expect_writers(of.deletion, stopped.until)
            free = [row for row in page.items if row not in stopped.held]
            removed += kept.remove(of.deletion, free)
            after = page.next
            if after is None:
                return Found(removed=removed)
            if of.stop():
                return Found(removed=removed, unfinished=True)

    return sweep
