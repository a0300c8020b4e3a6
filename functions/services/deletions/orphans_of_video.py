"""One video at rest: what is stored beside what its rows say is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from functions.domain.deletions.deletion import StoredObject
from functions.domain.deletions.orphan import Orphan, OrphanKind
from functions.domain.keys import MEDIA, stands_alone
from functions.domain.paging import Position
from functions.domain.segments.segment import Segment, SegmentStatus
from functions.domain.video import Video, VideoStatus
from functions.services.deletions.find_orphans import Looking

_AT_REST: Final = {VideoStatus.READY, VideoStatus.FAILED, VideoStatus.CANCELLED}
_POINTERS: Final = (
    "probe_key", "plan_key", "analysis_key", "hls_key", "proxy_key", "transcript_key",
)  # fmt: skip
_AT_ONCE: Final = 500


def orphans_of_video(looking: Looking, video: Video) -> Iterator[Orphan]:
    """Objects first, then the rows: what is recorded in between is not taken for an orphan."""
    if video.status not in _AT_REST or not looking.is_old(video.updated_at):
        return
    stored = _stored(looking, f"{MEDIA}/{video.user_id}/{video.video_id}/")
    segments = list(_segments(looking, video.video_id))
    yield from _not_stored(looking, video, stored, segments)
    named = {segment.s3_key for segment in segments}
    for one in stored.values():
        if one.key not in named and not stands_alone(one.key) and looking.is_old(one.modified):
            yield from _still_there(looking, video, one)


def _stored(looking: Looking, prefix: str) -> dict[str, StoredObject]:
    found, after = dict[str, StoredObject](), None
    while True:
        page = looking.work.listing.current(prefix, after)
        found |= {one.key: one for one in page.objects}
        if page.next is None:
            return found
        after = page.next["key"]


def _segments(looking: Looking, video_id: str) -> Iterator[Segment]:
    after: Position | None = None
    while True:
        page = looking.work.segments.of_video(video_id, None, limit=_AT_ONCE, after=after)
        yield from page.items
        after = page.next
        if after is None:
            return


def _still_there(looking: Looking, video: Video, one: StoredObject) -> Iterator[Orphan]:
    """Its segment may have been deleted a moment ago, and its file since."""
    if looking.work.media.find(one.key) is not None:
        yield Orphan(
            kind=OrphanKind.OBJECT,
            video_id=video.video_id,
            name=one.key,
            size=one.size,
            since=one.modified,
        )


def _not_stored(
    looking: Looking, video: Video, stored: Mapping[str, StoredObject], segments: list[Segment]
) -> Iterator[Orphan]:
    """What rows name and the bucket has not: the video's own row, and those of its segments."""
    here = f"{MEDIA}/{video.user_id}/{video.video_id}/"
    absent: dict[str, bool] = {}

    def is_absent(key: str) -> bool:
        if key.startswith(here) and key in stored:
            return False
        if key not in absent:
            absent[key] = looking.work.media.find(key) is None
        return absent[key]

    for name, key in _named_by(video).items():
        if is_absent(key) and looking.work.inventory.known([video.video_id]):
            yield _row(video.video_id, f"{video.video_id}.{name}", key, video)
    for segment in segments:
        ready = segment.status is SegmentStatus.READY and looking.is_old(segment.updated_at)
        if ready and is_absent(segment.s3_key) and _is_there(looking, segment):
            yield _row(video.video_id, segment.segment_id, segment.s3_key, segment)


def _is_there(looking: Looking, segment: Segment) -> bool:
    now = looking.work.segments.get(segment.segment_id)
    return now is not None and now.s3_key == segment.s3_key


def _named_by(video: Video) -> dict[str, str]:
    """Keys that the video's own row holds, by what they are for."""
    target = video.segmentation.target
    keys = {name: getattr(video, name) for name in _POINTERS}
    keys["source"] = video.source.key if video.source else None
    keys["captions_key"] = target.captions_key if target else None
    return {name: key for name, key in keys.items() if key is not None}


def _row(video_id: str, name: str, key: str, row: Video | Segment) -> Orphan:
    return Orphan(kind=OrphanKind.ROW, video_id=video_id, name=name, key=key, since=row.updated_at)
