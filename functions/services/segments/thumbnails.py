"""A segment and its thumbnail: each is a row of its own, and neither is left with a link to what
is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from functions.domain.errors import StaleWriteError
from functions.domain.ports import SegmentStore
from functions.domain.segments.segment import Segment, range_thumbnail_id

Clock = Callable[[], datetime]

_ATTEMPTS = 10


def thumbnail_id_of(segment: Segment) -> str | None:
    """Of a range also before it is ready: there may be one while the range is cut."""
    return range_thumbnail_id(segment.segment_id) if segment.is_range else segment.thumbnail_id


def drop_thumbnail(segments: SegmentStore, thumbnail_id: str, clock: Clock) -> None:
    """Delete it as a user would: its file follows from the table's stream. Fine if it is gone."""
    _repeat(segments, thumbnail_id, lambda known: segments.delete(known, clock()))


def unlink_thumbnail(segments: SegmentStore, segment_id: str, thumbnail_id: str) -> None:
    """Take the link to a thumbnail that is gone off its segment."""

    def unlink(known: Segment) -> None:
        if known.thumbnail_id == thumbnail_id:
            segments.save(known, replace(known, thumbnail_id=None))

    _repeat(segments, segment_id, unlink)


def _repeat(segments: SegmentStore, segment_id: str, change: Callable[[Segment], None]) -> None:
    """Over a change that came first; nothing where there is no such segment."""
    for left in reversed(range(_ATTEMPTS)):
        known = segments.get(segment_id)
        if known is None:
            return
        try:
            change(known)
        except StaleWriteError:
            if not left:
                raise
        else:
            return
