"""A user's own segment: a range of a video, or an upload as it is.

Only the row is written here. A range is cut by an execution that the table's stream starts, so
that a segment that was accepted is also cut, whatever happens to this request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions.domain.cutting.exactness import EncodeTarget, Exactness
from functions.domain.errors import ConflictError, FieldError, InvalidInputError
from functions.domain.ids import derived_id, new_id
from functions.domain.keys import MEDIA
from functions.domain.media.ports import MediaStore
from functions.domain.ports import SegmentStore, VideoStore
from functions.domain.segments.segment import Segment, SegmentSource, SegmentStatus, SegmentType
from functions.domain.tiers import Tier
from functions.domain.times import Milliseconds, seconds
from functions.domain.video import Video
from functions.services.ownership import Caller, own_segment, own_video
from functions.services.segments.said_captions import target_kept


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSegment:
    """`start` and `end` in milliseconds, both or neither; how a range is cut, and to what."""

    video_id: str
    start: Milliseconds | None = None
    end: Milliseconds | None = None
    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    cut: Exactness = Exactness.KEYFRAME
    target: EncodeTarget | None = None
    moment_id: str | None = None
    """Of a clip."""

    @property
    def kind(self) -> SegmentType:
        return SegmentType.ORIGINAL if self.start is None else SegmentType.PROCESSED


def next_numbers(wanted: Sequence[NewSegment], segments: SegmentStore) -> list[int]:
    """A number for each: those made side by side would all find the same one free."""
    last: dict[tuple[str, SegmentType], int] = {}
    numbers = []
    for item in wanted:
        place = (item.video_id, item.kind)
        known = last[place] if place in last else segments.last_number(*place)
        last[place] = known + 1
        numbers.append(last[place])
    return numbers


def create_segment(
    caller: Caller,
    wanted: NewSegment,
    *,
    segments: SegmentStore,
    videos: VideoStore,
    media: MediaStore,
    now: datetime,
    key: str | None = None,
    number: int | None = None,
) -> Segment:
    """`key` makes a repeat find the same segment; `number` is the next one unless it is given.

    Raises NotFoundError for the video, ConflictError until it was probed and where captions are to
    be made of what is said and there is no transcript, InvalidInputError for a range beyond its
    end.
    """
    video = own_video(caller, videos, wanted.video_id)
    probed = video.media
    if probed is None or video.source is None:
        raise _not_read()
    segment_id = derived_id("segment", caller.user_id, key) if key else new_id(now)
    if wanted.end is not None and wanted.end > probed.duration:
        _refuse(probed.duration)
    return add_segment(
        wanted, video, segment_id, segments=segments, media=media, now=now, number=number
    )


def add_segment(
    wanted: NewSegment,
    video: Video,
    segment_id: str,
    *,
    segments: SegmentStore,
    media: MediaStore,
    now: datetime,
    number: int | None = None,
) -> Segment:
    """The row, or the one that is there by this id. The video has been read."""
    if wanted.start is None or wanted.end is None:
        content = _whole(video)
    else:
        content = _range(wanted, video, media, segment_id)
    segment = Segment(
        segment_id=segment_id,
        video_id=video.video_id,
        user_id=video.user_id,
        segment_type=wanted.kind,
        segment_number=number or next_numbers([wanted], segments)[0],
        title=wanted.title,
        description=wanted.description,
        tags=wanted.tags,
        created_at=now,
        updated_at=now,
        **content,
    )
    if segments.create(segment):
        return segment
    return own_segment(Caller(video.user_id, Tier.FREE), segments, segment_id)


def _range(wanted: NewSegment, video: Video, media: MediaStore, segment_id: str) -> dict[str, Any]:
    """Captions are kept beside the video: a row is to stay small."""
    start, end = wanted.start or 0, wanted.end or 0
    target = wanted.target and target_kept(media, video, wanted.target, start, end)
    return {
        "source": SegmentSource.MOMENT if wanted.moment_id else SegmentSource.RANGE,
        "moment_id": wanted.moment_id,
        "status": SegmentStatus.PENDING,
        "s3_key": f"{MEDIA}/{video.user_id}/{video.video_id}/{segment_id}/segment",
        "file_size": 0,
        "content_type": "application/octet-stream",
        "start": wanted.start,
        "end": wanted.end,
        "cut": wanted.cut.value,
        "target": target,
    }


def _whole(video: Video) -> dict[str, Any]:
    source, probed = video.source, video.media
    if source is None or probed is None:
        raise _not_read()
    picture = probed.video
    size = {"width": picture.width, "height": picture.height} if picture else {}
    return {
        "source": SegmentSource.UPLOAD,
        "s3_key": source.key,
        "file_size": source.size,
        "content_type": video.content_type or "application/octet-stream",
        "duration": probed.duration,
        "start": 0,
        "end": probed.duration,
        "actual_start": 0,
        "actual_end": probed.duration,
        **size,
    }


def _not_read() -> ConflictError:
    return ConflictError("video.not_ready", "The video was not read yet; wait for its run.")


def _refuse(duration: Milliseconds) -> None:
    says = f"The video lasts {seconds(duration)} s; end before that."
    raise InvalidInputError(
        "request.invalid", says, fields=(FieldError("/end", "beyond_end", says),)
    )
