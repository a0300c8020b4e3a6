"""Lip-sync: what is sent."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from functions.domain.lipsync.generation import LipSyncModel, SyncMode
from functions.domain.lipsync.rules import MAX_AUDIOS, MAX_REGIONS, MAX_SCRIPT
from functions.handlers.api.models import lipsync_examples as examples
from functions.handlers.api.models.common import MAX_SECONDS, Body, Id, Lines, Text
from functions.handlers.api.models.examples import shown
from functions.handlers.api.models.uploads import Size

MOST_SEGMENTS = 100
"""Of any tier: beyond that a request is not read."""
# Signs and orders of times are held against each other and told together, not one by one here.
Seconds = Annotated[
    float,
    Field(
        strict=True,
        allow_inf_nan=False,
        ge=-MAX_SECONDS,
        le=MAX_SECONDS,
        examples=[2.5],
        json_schema_extra={"minimum": 0},
    ),
]
Share = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=1, examples=[0.25])]
RefId = Annotated[
    Text, Field(min_length=1, max_length=64, description="Your name for a voice", examples=["anna"])
]
ContentType = Annotated[
    str, Field(max_length=100, pattern=r"^[\w.+-]+/[\w.+-]+$", examples=["audio/wav"])
]


class SyncChoices(Body):
    """What a model does not know is refused, not passed over."""

    temperature: Share | None = Field(default=None, description="How lively; 0.5 if not told")
    occlusion_detection: bool | None = Field(
        default=None, description="Mind hands and microphones before a mouth; takes longer"
    )
    auto_speaker: bool | None = Field(
        default=None, description="Find out who speaks where several are seen"
    )


class SegmentChoices(SyncChoices):
    sync_mode: SyncMode | None = None


class VideoFile(Body):
    """A file that is to be sent."""

    file_name: Text = Field(max_length=255, examples=["scene.mp4"])
    size: Size
    content_type: ContentType


class AudioBody(Body):
    """A file that is to be sent, or a text that is spoken by a voice of ElevenLabs."""

    ref_id: RefId
    file_name: Text | None = Field(default=None, max_length=255, examples=["anna.wav"])
    size: Size | None = None
    content_type: ContentType | None = None
    text: Lines | None = Field(default=None, min_length=1, max_length=MAX_SCRIPT)
    voice_id: Text | None = Field(default=None, max_length=100)
    stability: Share | None = None
    similarity_boost: Share | None = None


class AudioInput(Body):
    """Which voice, and which part of it: all, or from a start to an end."""

    ref_id: RefId
    start_time: Seconds | None = None
    end_time: Seconds | None = None


class SegmentBody(Body):
    """A range of the video, in seconds, and the voice that it gets."""

    start_time: Seconds
    end_time: Seconds
    audio_input: AudioInput
    options: SegmentChoices | None = None


class RegionBody(Body):
    """A box in parts of the picture's width and height, and the seconds in which text is seen in
    it: always, where none are told."""

    x: Share
    y: Share
    width: Share
    height: Share
    start_time: Seconds | None = None
    end_time: Seconds | None = None


class TextRemovalBody(Body):
    regions: list[RegionBody] = Field(default_factory=list, max_length=MAX_REGIONS)
    detect: bool = Field(default=False, description="Look for text in the whole video")


class CreateLipSync(Body):
    """The video is one of yours (`video_id`), or a file to send (`video`)."""

    model_config = shown(examples.NEW_JOB)

    video_id: Id | None = None
    video: VideoFile | None = None
    audios: list[AudioBody] = Field(min_length=1, max_length=2 * MAX_AUDIOS)
    segments: list[SegmentBody] = Field(min_length=1, max_length=MOST_SEGMENTS)
    model: LipSyncModel = LipSyncModel.LIPSYNC_2
    sync_mode: SyncMode = Field(
        default=SyncMode.SILENCE,
        description=(
            "Where a voice and its range differ in length. Only `silence` keeps all of the video: "
            "a longer voice ends with its range then"
        ),
    )
    options: SyncChoices = SyncChoices()
    text_removal: TextRemovalBody | None = None
    title: Text | None = Field(default=None, max_length=200)
    dry_run: bool = Field(default=False, description="Check and estimate only")
