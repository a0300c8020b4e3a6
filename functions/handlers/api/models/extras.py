"""What a video has beside its segments."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from functions.handlers.api.models import extras_examples as examples
from functions.handlers.api.models.common import FailureAnswer
from functions.handlers.api.models.examples import shown

MadeExtra = Literal[
    "storyboard",
    "preview",
    "waveform",
    "loudness",
    "black",
    "silence",
    "scenes",
    "proxy",
    "hls",
    "moments",
    "clips",
]

Extras = Annotated[list[MadeExtra], Field(max_length=20)]
WITH_WORDS: Final = "`moments` and `clips` bring the transcript that they are made of"
USUAL: Final[Extras] = ["storyboard", "preview", "waveform", "loudness", "black", "silence"]


class StretchAnswer(BaseModel):
    start: float = Field(description="Seconds")
    end: float = Field(description="Seconds")


class SceneAnswer(BaseModel):
    at: float = Field(description="Seconds: its first picture")
    score: float = Field(description="How much of the picture changes, 0 to 100")


class LoudnessAnswer(BaseModel):
    """Null for silence."""

    integrated: float | None = Field(description="LUFS, by EBU R 128")
    peak: float | None = Field(description="dBFS, of the samples")


class StoryboardAnswer(BaseModel):
    """`vtt` is a WebVTT file: hand it to a player as a Blob."""

    interval: float = Field(description="Seconds from tile to tile")
    tile_width: int
    tile_height: int
    vtt: str


class ExtrasAnswer(BaseModel):
    """Null is what was not asked for, not made yet, or cannot be made of such a video. URLs are
    good for `expires_in` seconds."""

    model_config = shown(examples.EXTRAS)

    video_id: str
    asked: list[str]
    made: list[str] = Field(description="Of these; moments and clips have routes of their own")
    error: FailureAnswer | None = Field(description="Why something could not be made")
    hls_error: FailureAnswer | None = Field(description="Why there is no HLS")
    loudness: LoudnessAnswer | None
    black: list[StretchAnswer] | None
    silent: list[StretchAnswer] | None
    scenes: list[SceneAnswer] | None
    storyboard: StoryboardAnswer | None
    proxy_url: str | None = Field(description="All of it as a small MP4, 360 lines high")
    proxy_error: FailureAnswer | None = Field(description="Why there is no proxy")
    preview_url: str | None = Field(description="Animated WebP")
    waveform_url: str | None = Field(description="PNG")
    peaks_url: str | None = Field(description="JSON, as audiowaveform writes it")
    expires_in: int
