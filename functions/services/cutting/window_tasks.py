"""What the cutter is told to make of a window, as far as it is not there yet."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from functions.domain.cutting.plan import Lane, Plan, PlannedSegment, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowTask:
    """One reading of the source: `segments` of `plan`, but for those to `skip`.

    Pieces of a lane have numbers of their own; `kept` leads from them to the segments'.
    """

    plan: Plan
    segments: tuple[PlannedSegment, ...]
    skip: frozenset[int]
    kept: Mapping[int, int] = field(default_factory=dict)

    def number_of(self, piece: PlannedSegment) -> int:
        """The number of the segment that a piece is."""
        return self.kept.get(piece.number, piece.number)


def window_tasks(plan: Plan, window: Window, have: Collection[int]) -> Iterator[WindowTask]:
    """Nothing where all is there. Segments that follow each other are made in one reading, and so
    are those of a source that cannot be entered; any other is entered for each of them."""
    missing = [number for number in plan.numbers_of(window) if number not in have]
    if not missing:
        return
    if window.lane is None:
        # From the first missing segment on; without an index, from the window's start.
        first = window.first if plan.one_pass else missing[0]
        rest = Window(index=window.index, first=first, last=window.last)
        yield WindowTask(plan=plan, segments=plan.of_window(rest), skip=frozenset(have))
        return
    yield from _of_lane(plan, plan.lanes[window.lane], window, set(missing))


def _of_lane(plan: Plan, lane: Lane, window: Window, missing: set[int]) -> Iterator[WindowTask]:
    row = replace(plan, segments=lane.pieces, lanes=())
    kept = dict(enumerate(lane.kept, 1))
    wanted = [piece for piece in plan.of_window(window) if kept[piece.number] in missing]
    if plan.one_pass:
        pieces = lane.pieces[: wanted[-1].number]
        skip = frozenset(piece.number for piece in pieces) - {piece.number for piece in wanted}
        yield WindowTask(plan=row, segments=pieces, skip=skip, kept=kept)
        return
    for piece in wanted:
        yield WindowTask(plan=row, segments=(piece,), skip=frozenset(), kept=kept)
