"""What a deletion leaves behind goes: the file with all its versions, its numbers, its row."""

from __future__ import annotations

from functions.domain.keys import MEDIA
from functions.domain.ports import MediaStore, SegmentStore


def purge_segment(segment_id: str, segments: SegmentStore, media: MediaStore) -> bool:
    """The row goes last, so that a repeat goes on; False if there is nothing left to do."""
    segment = segments.deleted(segment_id)
    if segment is None:
        return False
    # An uploaded source is its video's, whichever segments show it.
    if segment.s3_key.startswith(f"{MEDIA}/"):
        media.erase(segment.s3_key)
    segments.forget(segment)
    return True
