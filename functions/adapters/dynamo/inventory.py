"""All rows of videos and of segments, a page at a time, for one who looks through everything."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.video_marks import is_mark
from functions.domain.codec import from_plain
from functions.domain.deletions.orphan_ports import SegmentPlace
from functions.domain.paging import Page, Position
from functions.domain.times import from_iso
from functions.domain.video import Video

# All that is stored of each is listed before the next page.
VIDEOS_AT_ONCE: Final = 5
SEGMENTS_AT_ONCE: Final = 1_000


class DynamoInventory:
    def __init__(self, videos: str, segments: str) -> None:
        self._videos, self._segments = Table(videos, "videos"), Table(segments, "segments")

    def known(self, video_ids: Collection[str]) -> frozenset[str]:
        rows = self._videos.get_many([{"video_id": one} for one in sorted(set(video_ids))])
        return frozenset(row["video_id"] for row in rows)

    def videos(self, after: Position | None) -> Page[Video]:
        rows = self._videos.scan(limit=VIDEOS_AT_ONCE, after=after)
        shown = (from_plain(Video, row) for row in rows.items if not is_mark(row))
        return Page(tuple(shown), rows.next)

    def segments(self, after: Position | None) -> Page[SegmentPlace]:
        names = ("segment_id", "video_id", "updated_at", "deleted_at")
        rows = self._segments.scan(limit=SEGMENTS_AT_ONCE, after=after, names=names)
        places = (
            SegmentPlace(row["segment_id"], row["video_id"], from_iso(row["updated_at"]))
            for row in rows.items
            if "deleted_at" not in row
        )
        return Page(tuple(places), rows.next)
