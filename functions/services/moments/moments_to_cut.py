"""A video's moments as segments are planned by them."""

from __future__ import annotations

from functions.domain.cutting.spans import Span
from functions.domain.moments.moment import to_cut
from functions.domain.moments.ports import MomentStore
from functions.domain.video import Video


def moments_to_cut(moments: MomentStore, video: Video) -> tuple[Span, ...]:
    """The latest versions of all that were not rejected, in the order of the video."""
    return tuple(
        Span(start=one.start, end=one.end, title=one.title)
        for one in to_cut(moments.of_video(video.video_id))
    )
