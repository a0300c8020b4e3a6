"""What a deletion leaves behind goes: the file with all its versions, its numbers, its row."""

from __future__ import annotations

from dataclasses import replace

from functions.domain.keys import MEDIA
from functions.domain.media_ports import MediaStore
from functions.domain.ports import SegmentStore, VideoStore
from functions.domain.segment import Segment


def purge_segment(
    segment_id: str, segments: SegmentStore, media: MediaStore, videos: VideoStore
) -> bool:
    """The row goes last, so that a repeat goes on; False if there is nothing left to do.

    Raises StaleWriteError if its video was written meanwhile: try again.
    """
    segment = segments.deleted(segment_id)
    if segment is None:
        return False
    # An uploaded source is its video's, whichever segments show it.
    if segment.s3_key.startswith(f"{MEDIA}/"):
        media.erase(segment.s3_key)
    _take_down_poster(segment, videos)
    segments.forget(segment)
    return True


def _take_down_poster(segment: Segment, videos: VideoStore) -> None:
    """A video must not point to a poster that is gone."""
    video = videos.get(segment.video_id)
    if video is not None and video.poster_id == segment.segment_id:
        videos.save(replace(video, poster_id=None))
