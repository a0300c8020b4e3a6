"""What a deletion leaves behind goes: the file with all its versions, the thumbnail, the numbers,
the row."""

from __future__ import annotations

from dataclasses import replace

from functions.domain.keys import MEDIA, range_folder
from functions.domain.media.ports import MediaStore
from functions.domain.ports import SegmentStore, VideoStore
from functions.domain.segments.segment import Segment
from functions.services.segments.thumbnails import (
    Clock,
    drop_thumbnail,
    thumbnail_id_of,
    unlink_thumbnail,
)


def purge_segment(
    segment_id: str,
    segments: SegmentStore,
    media: MediaStore,
    videos: VideoStore,
    clock: Clock,
) -> bool:
    """The row goes last, so that a repeat goes on; False if there is nothing left to do.

    Its thumbnail is only deleted here, and purged in its turn. Raises StaleWriteError if its
    video, or another segment, was written meanwhile: try again.
    """
    segment = segments.deleted(segment_id)
    if segment is None:
        return False
    thumbnail_id = thumbnail_id_of(segment)
    if thumbnail_id:
        drop_thumbnail(segments, thumbnail_id, clock)
    _erase_files(segment, media)
    _take_down_poster(segment, videos)
    if segment.thumbnail_of:
        unlink_thumbnail(segments, segment.thumbnail_of, segment_id)
    segments.forget(segment)
    return True


def _erase_files(segment: Segment, media: MediaStore) -> None:
    """An uploaded source is its video's, whichever segments show it. A range that was not ready may
    have files that its row does not tell of."""
    if segment.is_range:
        media.erase_folder(range_folder(segment.user_id, segment.video_id, segment.segment_id))
    elif segment.s3_key.startswith(f"{MEDIA}/"):
        media.erase(segment.s3_key)


def _take_down_poster(segment: Segment, videos: VideoStore) -> None:
    """A video must not point to a poster that is gone."""
    video = videos.get(segment.video_id)
    if video is not None and video.poster_id == segment.segment_id:
        videos.save(replace(video, poster_id=None))
