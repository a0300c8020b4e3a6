"""Runs of the pipeline."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from functions.handlers.api.models import examples
from functions.handlers.api.models.common import Body, FailureAnswer, Id
from functions.handlers.api.models.examples import shown
from functions.handlers.api.models.extras import Extras
from functions.handlers.api.models.segmentation import SegmentationOptions
from functions.handlers.api.models.transcripts import TranscriptAnew


class StartPipeline(Body):
    model_config = shown(
        {"video_id": examples.VIDEO_ID},
        {"video_id": examples.VIDEO_ID, "segmentation": {"mode": "parts", "parts": 4}},
    )

    video_id: Id
    segmentation: SegmentationOptions | None = Field(
        default=None, description="A new cut; as the video was cut before, if not told"
    )
    extras: Extras | None = Field(
        default=None, description="What it is to have beside its segments; as before, if not told"
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


StageStatus = Literal["pending", "running", "done", "reused", "failed", "skipped"]


class StageAnswer(BaseModel):
    name: str
    status: StageStatus
    started_at: datetime | None
    finished_at: datetime | None
    duration: float | None


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
    status: str
    stage: str
    percent: float
    created_at: datetime
    finished_at: datetime | None
    stages: list[StageAnswer]
    estimate: EstimateAnswer | None
    spent: SpentAnswer | None
    error: FailureAnswer | None


class RunAccepted(BaseModel):
    model_config = shown(examples.RUN_ACCEPTED)

    video_id: str
    run_id: str
    status: str
    status_url: str
