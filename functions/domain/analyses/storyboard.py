"""The pictures a player shows over its time line, as WebVTT with places on sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from functions.domain.analyses.analysis import AnalysisWindow, TileGrid
from functions.domain.times import Milliseconds

SheetUrl = Callable[[int, int], str]
"""The address of a window's sheet, both counted from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """The sheets of one window: those with numbers up to `count`."""

    window: AnalysisWindow
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Storyboard:
    """All sheets of a video that is shown until `until`."""

    tiles: TileGrid
    rows: tuple[SheetRow, ...]
    until: Milliseconds

    def webvtt(self, url: SheetUrl) -> str:
        """One cue a tile, each until the next."""
        cues = list(self._cues(url))
        return "\n\n".join(["WEBVTT", *cues]) + "\n"

    def _cues(self, url: SheetUrl) -> Iterator[str]:
        grid = self.tiles
        for row in self.rows:
            for number, start in enumerate(grid.times(row.window)):
                sheet, place = divmod(number, grid.columns * grid.rows)
                if sheet >= row.count or start >= self.until:
                    return
                x = place % grid.columns * grid.width
                y = place // grid.columns * grid.height
                end = min(start + grid.interval, self.until)
                yield (
                    f"{_clock(start)} --> {_clock(end)}\n"
                    f"{url(row.window.index, sheet)}#xywh={x},{y},{grid.width},{grid.height}"
                )


def _clock(time: Milliseconds) -> str:
    seconds, rest = divmod(time, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"
