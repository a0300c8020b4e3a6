"""Runs of the pipeline."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from functions.handlers.api.models import examples
from functions.handlers.api.models.common import Body, FailureAnswer, Id
from functions.handlers.api.models.examples import shown


class StartPipeline(Body):
    model_config = shown({"video_id": examples.VIDEO_ID})

    video_id: Id


StageStatus = Literal["pending", "running", "done", "reused", "failed"]


class StageAnswer(BaseModel):
    name: str
    status: StageStatus
    started_at: datetime | None
    finished_at: datetime | None
    duration: float | None


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
    error: FailureAnswer | None


class RunAccepted(BaseModel):
    model_config = shown(examples.RUN_ACCEPTED)

    video_id: str
    run_id: str
    status: str
    status_url: str
