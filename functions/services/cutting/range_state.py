"""What the cutting of a range leaves in the tables and in the bucket, whoever else is at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from functions.domain.errors import StaleWriteError
from functions.domain.keys import range_folder, range_thumbnail_key
from functions.domain.segments.segment import Segment, SegmentStatus, range_thumbnail_id
from functions.services.runs.stages import Context
from functions.services.segments.thumbnails import drop_thumbnail, unlink_thumbnail

_ATTEMPTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeKeys:
    """The objects of a range, known before the cut: its plan, and the file that is to come."""

    plan_key: str
    target_key: str

    @property
    def folder(self) -> str:
        """They share it with the thumbnail and with nothing else."""
        return self.plan_key.rpartition("/")[0]


def settle(
    context: Context, segment_id: str, change: Callable[[Segment], Segment]
) -> Segment | None:
    """End the waiting of a pending segment; an edit meanwhile is kept.

    Returns the segment as it is then, which another worker may have settled before; None if it
    was deleted.
    """
    for left in reversed(range(_ATTEMPTS)):
        segment = context.segments.get(segment_id)
        if segment is None or segment.status is not SegmentStatus.PENDING:
            return segment
        try:
            return context.segments.save(segment, change(segment))
        except StaleWriteError:
            if not left:
                raise
    raise AssertionError("unreachable")


def clear_up(
    context: Context, segment_id: str, segment: Segment | None, keys: RangeKeys | None
) -> None:
    """A settled segment needs no plan, and only a ready one its file and its thumbnail.

    Without keys (an execution that was stopped tells none) they are found by the segment.
    """
    if segment is not None and segment.status is SegmentStatus.READY:
        if keys is not None:
            context.media.erase(keys.plan_key)
        _agree_on_thumbnail(context, segment)
        return
    drop_thumbnail(context.segments, range_thumbnail_id(segment_id), context.clock)
    folder = keys.folder if keys else _folder_of(segment)
    if folder:
        context.media.erase_folder(folder)


def _folder_of(segment: Segment | None) -> str | None:
    """None for one that was deleted: whoever purged it has erased its folder."""
    if segment is None:
        return None
    return range_folder(segment.user_id, segment.video_id, segment.segment_id)


def _agree_on_thumbnail(context: Context, segment: Segment) -> None:
    """The thumbnail may have been deleted while the range was cut, or made again by a worker that
    came too late."""
    segment_id, thumbnail_id = segment.segment_id, segment.thumbnail_id
    if thumbnail_id is None:
        drop_thumbnail(context.segments, range_thumbnail_id(segment_id), context.clock)
        context.media.erase(range_thumbnail_key(segment.user_id, segment.video_id, segment_id))
    elif context.segments.get(thumbnail_id) is None:
        unlink_thumbnail(context.segments, segment_id, thumbnail_id)
