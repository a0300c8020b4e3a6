"""Rows of one kind of a video: they go, and are counted, at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from functions.domain.deletions.deletion import Deletion, Tally
from functions.domain.paging import Page, Position
from functions.domain.video import Video
from tests.fakes.deletions import FakeDeletionStore

Row = TypeVar("Row")


@dataclass
class FakeVideoRows(Generic[Row]):
    """`find` gives a video's rows, `name` names one, `drop` removes it by its name and says whether
    it was there. Those of no `kind` are not told of; `also` counts what goes with a row."""

    deletions: FakeDeletionStore
    kind: str | None
    find: Callable[[Video], Sequence[Row]]
    name: Callable[[Row], str]
    drop: Callable[[str], bool]
    also: Callable[[Row], dict[str, int]] = lambda _: {}
    page_size: int = 2

    def page(self, video: Video, after: Position | None) -> Page[Row]:
        found = sorted(self.find(video), key=self.name)
        if after is not None:
            found = [row for row in found if self.name(row) > str(after["name"])]
        shown = found[: self.page_size]
        more = len(found) > len(shown)
        return Page(tuple(shown), {"name": self.name(shown[-1])} if more else None)

    def remove(self, deletion: Deletion, rows: Sequence[Row]) -> int:
        gone = [row for row in rows if self.drop(self.name(row))]
        counts = {self.kind: len(gone)} if self.kind else {}
        for row in gone:
            for kind, count in self.also(row).items():
                counts[kind] = counts.get(kind, 0) + count
        tallies = {kind: Tally(count=count) for kind, count in counts.items()}
        self.deletions.tally(deletion, tallies)
        return len(gone)
