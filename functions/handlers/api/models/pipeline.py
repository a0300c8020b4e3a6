"""Runs of the pipeline."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from functions.handlers.api.models.common import Body, FailureAnswer, Id


class StartPipeline(Body):
    video_id: Id


StageStatus = Literal["pending", "running", "done", "reused", "failed"]


class StageAnswer(BaseModel):
    name: str
    status: StageStatus
    started_at: datetime | None
    finished_at: datetime | None
    duration: float | None


class RunAnswer(BaseModel):
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
    video_id: str
    run_id: str
    status: str
    status_url: str
