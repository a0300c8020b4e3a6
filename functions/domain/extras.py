"""What a video gets beside its segments, where it is asked for."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Extra(StrEnum):
    """Each costs nothing where it was not asked for; all of one decode where several were."""

    STORYBOARD = "storyboard"
    PREVIEW = "preview"
    WAVEFORM = "waveform"
    LOUDNESS = "loudness"
    BLACK = "black"
    SILENCE = "silence"
    SCENES = "scenes"
    PROXY = "proxy"
    HLS = "hls"
    MOMENTS = "moments"
    CLIPS = "clips"


DEFAULT_EXTRAS: Final = (
    Extra.STORYBOARD,
    Extra.PREVIEW,
    Extra.WAVEFORM,
    Extra.LOUDNESS,
    Extra.BLACK,
    Extra.SILENCE,
)
