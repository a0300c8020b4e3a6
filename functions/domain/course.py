"""Which stages a video's run goes through: what its options ask for, and what follows from what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from functions.domain.extras import Extra
from functions.domain.stage import Links, Stage
from functions.domain.video import Video

# Stages that not every video has.
_WANTED: Final[Mapping[Stage, Callable[[Video], bool]]] = {
    Stage.TRANSCRIPT: lambda video: video.transcription.wanted,
    Stage.HLS: lambda video: Extra.HLS in video.extras,
}


def usual(video: Video) -> tuple[Stage, ...]:
    """All stages that a video's options ask for, in order."""
    return tuple(stage for stage in Stage if stage not in _WANTED or _WANTED[stage](video))


def links(video: Video) -> Links:
    """What is made of what because of how the video is cut."""
    follows = video.segmentation.mode.follows_boundaries
    return {Stage.PLAN: (Stage.ANALYSIS,)} if follows else {}
