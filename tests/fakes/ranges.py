"""The steps of a range in a world of fakes, as one-word calls."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from functions.domain.codec import from_plain
from functions.domain.cutting.plan import Plan
from functions.domain.failure import Failure
from functions.domain.keys import range_key, range_plan_key, range_thumbnail_key
from functions.domain.segments.segment import Segment, range_thumbnail_id
from functions.services.cutting.cut_range import RangeBounds, cut_range
from functions.services.cutting.fail_range import fail_range
from functions.services.cutting.plan_range import plan_range
from functions.services.cutting.range_state import RangeKeys
from functions.services.segments.purge_segment import purge_segment
from tests.builders import RANGE, USER, VIDEO, make_pending
from tests.fakes.world import World

KEYS = RangeKeys(
    plan_key=range_plan_key(USER, VIDEO, RANGE), target_key=range_key(USER, VIDEO, RANGE, "mp4")
)
THUMBNAIL_KEY = range_thumbnail_key(USER, VIDEO, RANGE)
THUMBNAIL = range_thumbnail_id(RANGE)
LIMIT = 1_000_000


class Ranges:
    """One pending range, RANGE, of a video that was probed unless a test says otherwise."""

    def __init__(
        self, world: World, *, body: bytes = b"source", probed: bool = True, **overrides: object
    ) -> None:
        self.world = world
        world.queue(body)
        if probed:
            world.claim()
            world.probe()
        world.segments.create(make_pending(**overrides))

    def plan(self, limit: int = LIMIT) -> RangeKeys:
        return plan_range(self.world.context, self.world.prober, segment_id=RANGE, limit=limit)

    def cut(self, stop: Callable[[], bool] = lambda: False, keys: RangeKeys = KEYS) -> bool:
        """In a folder of its own, as each invocation has it."""
        with tempfile.TemporaryDirectory() as folder:
            bounds = RangeBounds(folder=Path(folder), stop=stop)
            return cut_range(
                self.world.context, self.world.cutter, bounds, segment_id=RANGE, keys=keys
            )

    def fail(
        self, code: str | None = "media.cannot_cut", detail: str | None = "No."
    ) -> Failure | None:
        return fail_range(self.world.context, segment_id=RANGE, code=code, detail=detail, keys=KEYS)

    def made(self) -> Segment:
        """Planned and cut."""
        assert self.cut(keys=self.plan())
        return self.row()

    def row(self) -> Segment:
        row = self.world.segments.get(RANGE)
        assert row
        return row

    def thumbnail(self) -> Segment | None:
        return self.world.segments.get(THUMBNAIL)

    def delete(self) -> None:
        self.world.segments.delete(self.row(), self.world.clock())

    def follow(self) -> None:
        """What the table's stream leads to: each purge may delete something more."""
        world = self.world
        while marked := world.segments.marked():
            for segment_id in marked:
                purge_segment(segment_id, world.segments, world.media, world.videos, world.clock)

    def stored_plan(self) -> Plan:
        return from_plain(Plan, self.world.media.read_json(KEYS.plan_key))

    def objects(self) -> set[str]:
        """What the range has in the bucket."""
        return {key for key in self.world.media.objects if f"/{RANGE}/" in key}
