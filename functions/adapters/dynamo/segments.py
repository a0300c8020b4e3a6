"""Segments in DynamoDB. A segment and what counts it are written together or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from functions.adapters.dynamo.counters import DynamoSegmentCounters
from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.segment_rows import (
    from_row,
    from_tombstone,
    is_tombstone,
    to_row,
    to_tombstone,
)
from functions.adapters.dynamo.segment_search import BY_VIDEO, SMALL_VIDEO, WHOLE, Walk, video_page
from functions.adapters.dynamo.snapshots import Snapshots
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.transaction import Transaction
from functions.domain.deletions.ports import HiddenVideos
from functions.domain.errors import RunOverError, StaleWriteError
from functions.domain.paging import Page, Position
from functions.domain.posts.history import changed
from functions.domain.posts.post import Platform
from functions.domain.runs.run import Run
from functions.domain.segments.query import SegmentQuery
from functions.domain.segments.segment import Segment, SegmentType

_WHAT = "segments"
_ABSENT = "attribute_not_exists(segment_id)"
_AS_READ = "version = :read"


class DynamoSegmentStore:
    """Segments of `hidden` videos are neither given nor listed."""

    def __init__(
        self, table: str, counters: str, snapshots: str, hidden: HiddenVideos | None = None
    ) -> None:
        self._table = Table(table, _WHAT)
        self._counters = DynamoSegmentCounters(counters)
        self._snapshots = Snapshots(snapshots)
        self._hidden = hidden

    def get(self, segment_id: str) -> Segment | None:
        row = self._table.get({"segment_id": segment_id})
        segment = from_row(row) if row and not is_tombstone(row) else None
        return None if segment is None or self._is_hidden(segment) else segment

    def _is_hidden(self, segment: Segment) -> bool:
        hidden = self._hidden
        return hidden is not None and hidden.is_hidden(segment.user_id, segment.video_id)

    def get_many(self, segment_ids: Sequence[str]) -> list[Segment]:
        rows = self._table.get_many([{"segment_id": segment_id} for segment_id in segment_ids])
        return [from_row(row) for row in rows if not is_tombstone(row)]

    def create(self, segment: Segment, by: Run | None = None) -> bool:
        writes = Transaction(_WHAT)
        writes.put(self._table, to_row(segment), _ABSENT)
        self._counters.segment_changed(writes, None, segment, by)
        self._snapshots.latest_changed(writes, None, segment)
        return self._committed(writes, segment, by)

    def add(self, segments: Sequence[Segment], by: Run | None = None) -> None:
        for segment in segments:
            if not self.create(segment, by) and self.get(segment.segment_id) is None:
                # Deleted a moment ago: its files are on their way out, these with them.
                raise StaleWriteError("The segment")

    def save(self, before: Segment, after: Segment, by: Run | None = None) -> Segment:
        saved = replace(after, version=before.version + 1)
        writes = Transaction(_WHAT)
        writes.put(self._table, to_row(saved), _AS_READ, {":read": before.version})
        self._counters.segment_changed(writes, before, saved, by)
        self._snapshots.posts_changed(writes, before, saved)
        self._snapshots.latest_changed(writes, before, saved)
        if not self._committed(writes, saved, by):
            raise StaleWriteError("The segment")
        if saved.social_media_usage != before.social_media_usage:
            self._counters.synced(saved)
        # What is no longer linked is out of reach of `forget`.
        pairs = changed(before.social_media_usage, saved.social_media_usage)
        gone = [was for was, now in pairs if was and now is None]
        self._snapshots.forget(saved, gone)
        self._snapshots.unlist(saved, gone)
        self._counters.forget_posts(saved.segment_id, gone)
        return saved

    def delete(self, segment: Segment, now: datetime, by: Run | None = None) -> None:
        writes = Transaction(_WHAT)
        gone = to_tombstone(segment, now)
        writes.put(self._table, gone, _AS_READ, {":read": segment.version})
        self._counters.segment_changed(writes, segment, None, by)
        self._snapshots.latest_changed(writes, segment, None)
        if not self._committed(writes, segment, by):
            raise StaleWriteError("The segment")

    def close(self, run: Run) -> None:
        self._counters.close(run)

    def _committed(self, writes: Transaction, segment: Segment, by: Run | None) -> bool:
        """False where the segment is not as it was read. Raises RunOverError."""
        try:
            writes.commit()
        except ConditionFailedError as error:
            if by is not None and self._counters.is_closed(by, segment.segment_id):
                raise RunOverError from error
            return False
        return True

    def deleted(self, segment_id: str) -> Segment | None:
        row = self._table.get({"segment_id": segment_id})
        return from_tombstone(row) if row and is_tombstone(row) else None

    def forget(self, segment: Segment) -> None:
        """The row goes last: until then a repeat finds what is left to do."""
        self._snapshots.forget(segment, segment.social_media_usage)
        self._snapshots.unlist(segment, segment.social_media_usage)
        self._counters.forget_days(segment.segment_id, segment.user_id, segment.video_id)
        self._counters.forget_posts(segment.segment_id, segment.social_media_usage)
        with suppress(ConditionFailedError):
            self._table.delete({"segment_id": segment.segment_id}, "attribute_exists(deleted_at)")

    def forget_numbers(self, segment: Segment, platform: Platform) -> None:
        posts = [post for post in segment.social_media_usage if post.platform is platform]
        self._snapshots.forget(segment, posts)
        ids = (segment.segment_id, segment.user_id, segment.video_id)
        self._counters.forget_days(*ids, platform)
        self._counters.forget_posts(segment.segment_id, posts)

    def search(self, query: SegmentQuery, *, limit: int, after: Position | None) -> Page[Segment]:
        """A video of few segments is read whole: looking for them among all costs more."""
        if query.video_id is not None and self._is_small(query.video_id, after):
            return video_page(self._table, query, limit=limit, after=after)
        # Before the index: when a video is hidden no more, its rows are gone.
        hidden = self._hidden.hidden(query.user_id) if self._hidden else frozenset()
        return Walk(self._table, query, limit, hidden).page(after)

    def _is_small(self, video_id: str, after: Position | None) -> bool:
        """A walk goes on as it began, though the video grew to twice as much: an index sorts equal
        values its own way, which need not be ours."""
        if after is not None and WHOLE not in after:
            return False
        most = SMALL_VIDEO if after is None else 2 * SMALL_VIDEO
        return self._counters.of_video(video_id).segments <= most

    def of_video(
        self, video_id: str, kind: SegmentType | None, *, limit: int, after: Position | None
    ) -> Page[Segment]:
        condition, values = "video_id = :video", {":video": video_id}
        if kind:
            condition += " AND begins_with(segment_order, :kind)"
            values[":kind"] = f"{kind}#"
        rows: list[dict[str, Any]] = []
        while len(rows) <= limit:
            # An answer ends at 1 MB, however many rows were asked for.
            wanted = limit + 1 - len(rows)
            some = self._table.query(condition, values, limit=wanted, index=BY_VIDEO, after=after)
            rows += some.items
            after = some.next
            if after is None:
                break
        shown = tuple(from_row(row) for row in rows[:limit])
        return Page(shown, _position(shown[-1]) if len(rows) > limit else None)

    def all_of(self, video_id: str, kind: SegmentType) -> Iterator[Segment]:
        after: Position | None = None
        while True:
            page = self.of_video(video_id, kind, limit=500, after=after)
            yield from page.items
            after = page.next
            if after is None:
                return

    def last_number(self, video_id: str, kind: SegmentType) -> int:
        rows = self._table.query(
            "video_id = :video AND begins_with(segment_order, :kind)",
            {":video": video_id, ":kind": f"{kind}#"},
            limit=1,
            index=BY_VIDEO,
            forward=False,
        )
        return from_row(rows.items[0]).segment_number if rows.items else 0


def _position(segment: Segment) -> dict[str, Any]:
    return {
        "video_id": segment.video_id,
        "segment_order": segment.order,
        "segment_id": segment.segment_id,
    }
