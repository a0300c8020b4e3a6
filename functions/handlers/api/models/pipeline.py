"""Runs of the pipeline."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from functions.domain.runs.run import RunStatus
from functions.domain.runs.stage import Stage
from functions.handlers.api.models import examples
from functions.handlers.api.models.common import Body, FailureAnswer, Id
from functions.handlers.api.models.examples import shown
from functions.handlers.api.models.extras import WITH_WORDS, Extras
from functions.handlers.api.models.segmentation import SegmentationOptions
from functions.handlers.api.models.transcripts import TranscriptAnew


class StartPipeline(Body):
    model_config = shown(
        {"video_id": examples.VIDEO_ID},
        {"video_id": examples.VIDEO_ID, "segmentation": {"mode": "parts", "parts": 4}},
        {"video_id": examples.VIDEO_ID, "from_stage": "plan"},
        {"video_id": examples.VIDEO_ID, "stages": ["hls"], "extras": ["hls"]},
    )

    video_id: Id
    segmentation: SegmentationOptions | None = Field(
        default=None, description="A new cut; as the video was cut before, if not told"
    )
    extras: Extras | None = Field(
        default=None,
        description=f"What it is to have beside its segments; as before, if not told. {WITH_WORDS}",
    )
    transcript: TranscriptAnew | None = Field(
        default=None, description="What is to be written down; as before, if not told"
    )
    keep_segments: bool = Field(
        default=False,
        strict=True,
        description="Keep the segments that only earlier cuts have asked for. Those with a title, "
        "a description, tags or posts are kept anyway.",
    )
    stages: Annotated[list[Stage], Field(min_length=1, max_length=20)] | None = Field(
        default=None,
        description="Only these, with what they are made of: what of that is finished is reused, "
        "what is missing is made. All that the video's options ask for, if not told",
    )
    from_stage: Stage | None = Field(
        default=None,
        description="Do this stage again though it was done before, and what is made of it; what "
        "comes before is reused as it is found",
    )


StageStatus = Literal["pending", "running", "done", "reused", "failed", "cancelled", "skipped"]


class StageAnswer(BaseModel):
    """`skipped`: this run does not go through it. `failed` in a run that goes on: it goes on
    without it."""

    name: str
    status: StageStatus
    started_at: datetime | None
    finished_at: datetime | None
    duration: float | None
    attempts: int | None = Field(
        description="Calls, where it is one call; null of stages that are many side by side"
    )
    errors: int = Field(description="How many calls said why they failed")
    last_error: str | None = Field(description="The code of the last one")


class RunOptionsAnswer(BaseModel):
    """What was asked of the run."""

    mode: str = Field(description="Of the segmentation, as is `cut`; the video has all of it")
    cut: str
    extras: list[str]
    stages: list[str] | None
    from_stage: str | None
    keep_segments: bool


class EstimateAnswer(BaseModel):
    """What the cut was expected to take when it was planned."""

    shape: Literal["one", "windows", "chunks"] = Field(
        description="One function; windows side by side; long segments in chunks, too"
    )
    seconds: float = Field(description="From the plan to the joined sound")
    cost_usd: float = Field(description="Of functions and steps, at list prices")
    functions: int = Field(description="How many cut")
    at_once: int


class SpentAnswer(BaseModel):
    """What its functions took up to now; what was killed is not counted."""

    seconds: float | None = Field(description="From the plan to the joined sound, once it is")
    cost_usd: float = Field(description="At the prices of the estimate")
    calls: int
    billed_seconds: float
    gb_seconds: float


class RunAnswer(BaseModel):
    model_config = shown(examples.RUN)

    video_id: str
    run_id: str
    number: int = Field(description="The how-manieth run of its video")
    status: RunStatus
    stage: str = Field(description="The latest that has begun")
    percent: float = Field(description="0 to 100; never goes back")
    created_at: datetime
    finished_at: datetime | None
    options: RunOptionsAnswer | None
    stages: list[StageAnswer]
    estimate: EstimateAnswer | None
    spent: SpentAnswer | None
    error: FailureAnswer | None


class RunList(BaseModel):
    """Newest first."""

    model_config = shown(examples.RUNS)

    items: list[RunAnswer]
    next_cursor: str | None


class RunAccepted(BaseModel):
    model_config = shown(examples.RUN_ACCEPTED)

    video_id: str
    run_id: str
    status: RunStatus
    status_url: str
