"""A video's segments, removed many at once with what counts them and what is known of their posts.

Their rows are not marked before, as those of a segment that is deleted alone are: so the table's
stream has nothing to tell, and nobody does the same beside.
"""

from __future__ import annotations

from collections.abc import Sequence

from functions.adapters.dynamo.counters import DynamoSegmentCounters
from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.removal import AT_ONCE, ATTEMPTS, CountedRemoval
from functions.adapters.dynamo.segment_rows import (
    DELETED_TYPE,
    from_row,
    from_tombstone,
    is_tombstone,
)
from functions.adapters.dynamo.segment_search import BY_VIDEO
from functions.adapters.dynamo.segments import DynamoSegmentStore
from functions.adapters.dynamo.snapshots import Snapshots, told
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.transaction import Transaction
from functions.domain.deletions.deletion import Deletion, Tally
from functions.domain.errors import StaleWriteError
from functions.domain.paging import Page, Position
from functions.domain.segments.segment import Segment
from functions.domain.video import Video

BY_TYPE = "video_id-segment_type-index"
_POST_KEYS = ("segment_id", "platform#post_id")


class VideoSegmentRows:
    def __init__(
        self, receipts: str, table: str, counters: str, snapshots: str, posts: str
    ) -> None:
        self._table = Table(table, "segments")
        self._snapshot_table = Table(snapshots, "social snapshots")
        self._snapshots = Snapshots(snapshots)
        self._posts = Table(posts, "social posts")
        self._counters = DynamoSegmentCounters(counters)
        self._removal = CountedRemoval(Table(receipts, "deletions"))

    def page(self, video: Video, after: Position | None) -> Page[Segment]:
        rows = self._table.query(
            "video_id = :video",
            {":video": video.video_id},
            limit=AT_ONCE,
            index=BY_VIDEO,
            after=after,
        )
        return Page(tuple(map(from_row, rows.items)), rows.next)

    def remove(self, deletion: Deletion, rows: Sequence[Segment]) -> int:
        """The index may lag behind: what it shows is tried, and read again if it is not so."""
        left = list(rows)
        for _ in range(ATTEMPTS):
            if not left:
                return 0
            for segment in left:
                self._forget_posts(deletion, segment)
            if self._removed(deletion, left):
                return len(left)
            named = [{"segment_id": segment.segment_id} for segment in left]
            there = self._table.get_many(named)
            left = [from_row(row) for row in there if not is_tombstone(row)]
        raise StaleWriteError("A segment")

    def _removed(self, deletion: Deletion, segments: Sequence[Segment]) -> bool:
        """All at once, unless one of them is not as it was read."""
        writes = Transaction("segments")
        for segment in segments:
            key, read = {"segment_id": segment.segment_id}, {":read": segment.version}
            writes.delete(self._table, key, "version = :read", read)
        self._counters.segments_gone(writes, segments)
        posts = sum(len(segment.social_media_usage) for segment in segments)
        tallies = {"segments": Tally(count=len(segments)), "posts": Tally(count=posts)}
        self._removal.count(writes, deletion, tallies)
        try:
            writes.commit()
        except ConditionFailedError:
            return False
        return True

    def _forget_posts(self, deletion: Deletion, segment: Segment) -> None:
        """Before the row, which alone knows of them. One that was never changed has had none."""
        posts = segment.social_media_usage
        if segment.version == 1 and not posts:
            return
        for keys in self._snapshots.pages_of(segment, posts):
            snapshots, latest = told(keys)
            self._removal.remove(deletion, None, self._snapshot_table, latest)
            for start in range(0, len(snapshots), AT_ONCE):
                some = snapshots[start : start + AT_ONCE]
                self._removal.remove(deletion, "snapshots", self._snapshot_table, some)
        self._counters.forget_days(segment.segment_id, segment.user_id, segment.video_id)
        self._counters.forget_posts(segment.segment_id, posts)
        self._unfollow(deletion, segment)

    def _unfollow(self, deletion: Deletion, segment: Segment) -> None:
        """Whoever looks at one just now finds it gone."""
        values = {":segment": segment.segment_id}
        rows = self._posts.query("segment_id = :segment", values, consistent=True).items
        keys = [{name: str(row[name]) for name in _POST_KEYS} for row in rows]
        self._removal.remove(deletion, None, self._posts, keys)


class DeletedSegmentRows:
    """What is left of segments that were deleted alone before: the stream clears it away within
    moments, unless it could not. They were counted out when they were deleted."""

    def __init__(self, segments: DynamoSegmentStore, table: str) -> None:
        self._segments, self._table = segments, Table(table, "segments")

    def page(self, video: Video, after: Position | None) -> Page[Segment]:
        rows = self._table.query(
            "video_id = :video AND segment_type = :deleted",
            {":video": video.video_id, ":deleted": DELETED_TYPE},
            limit=AT_ONCE,
            index=BY_TYPE,
            after=after,
        )
        return Page(tuple(map(from_tombstone, rows.items)), rows.next)

    def remove(self, deletion: Deletion, rows: Sequence[Segment]) -> int:
        there = [row for row in rows if self._segments.deleted(row.segment_id)]
        for row in there:
            self._segments.forget(row)
        return len(there)
