"""Lip-sync: what is answered."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from functions.domain.lipsync.generation import LipSyncModel, SyncMode
from functions.domain.lipsync.states import LipSyncStatus
from functions.handlers.api.models import lipsync_examples as examples
from functions.handlers.api.models.common import FailureAnswer
from functions.handlers.api.models.examples import shown
from functions.handlers.api.models.lipsync import AudioInput, SegmentChoices
from functions.handlers.api.models.uploads import UploadAnswer


class CostAnswer(BaseModel):
    """`measured` is false while the video was not looked at: then it costs this at the least."""

    model_config = shown(examples.COST)

    usd: float
    billed_s: float
    measured: bool


class AudioPlace(BaseModel):
    """One PUT, with these headers."""

    ref_id: str
    put_url: str
    put_headers: dict[str, str]


class UploadPlaces(BaseModel):
    """What has still to be sent; `video` as for any upload."""

    video: UploadAnswer | None
    audios: list[AudioPlace]


class LipSyncAccepted(BaseModel):
    """The job starts by itself once all files are there. Of a dry run there is no job."""

    model_config = shown(examples.ACCEPTED)

    job_id: str | None
    status: LipSyncStatus | None
    dry_run: bool
    video_id: str | None
    estimated_cost: CostAnswer
    uploads: UploadPlaces
    status_url: str | None


class SyncedSegment(BaseModel):
    start_time: float
    end_time: float
    audio_input: AudioInput
    options: SegmentChoices | None
    status: str


class StageTime(BaseModel):
    """`seconds` is null while it goes on."""

    stage: LipSyncStatus
    started_at: datetime
    seconds: float | None


class ResultAnswer(BaseModel):
    """The file is good to read for an hour by this address; it is the segment's, too."""

    segment_id: str
    duration: float
    file_size: int
    url: str


class ProblemPlace(BaseModel):
    """A wrong place of the request, found once its files were looked at."""

    pointer: str
    code: str
    detail: str


class LipSyncAnswer(BaseModel):
    model_config = shown(examples.JOB)

    job_id: str
    status: LipSyncStatus
    stage: LipSyncStatus
    percent: float
    is_pro_job: bool
    video_id: str
    title: str | None
    model: LipSyncModel
    sync_mode: SyncMode
    segments: list[SyncedSegment]
    uploads: UploadPlaces
    cost: CostAnswer
    attempts: int
    polls: int
    timings: list[StageTime]
    deadline: datetime | None
    result: ResultAnswer | None
    error: FailureAnswer | None
    problems: list[ProblemPlace]
    retry_of: str | None
    created_at: datetime
    updated_at: datetime


class LipSyncList(BaseModel):
    model_config = shown({"items": [examples.JOB], "next_cursor": None})

    items: list[LipSyncAnswer]
    next_cursor: str | None
