"""Lip-sync: what is told."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from itertools import pairwise

from functions.domain.lipsync.asked import LipSyncAsked, SegmentData
from functions.domain.lipsync.cost import LipSyncCost
from functions.domain.lipsync.generation import SyncOptions
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.states import LipSyncStatus
from functions.domain.times import seconds
from functions.handlers.api.models import lipsync as models
from functions.handlers.api.models import lipsync_answers as answers
from functions.handlers.api.views.common import failure, seconds_or_none
from functions.handlers.api.views.uploads import upload
from functions.services.lipsync.places import Places

_AT = {
    LipSyncStatus.AWAITING_UPLOADS: 0.0,
    LipSyncStatus.QUEUED: 5.0,
    LipSyncStatus.SUBMITTING: 10.0,
    LipSyncStatus.PROCESSING: 15.0,
    LipSyncStatus.DOWNLOADING: 85.0,
    LipSyncStatus.POST_PROCESSING: 92.0,
    LipSyncStatus.COMPLETED: 100.0,
}
_PROCESSED = 80.0
"""What a job that takes very long comes near to."""


def status_url(job_id: str) -> str:
    return f"/api/v1/sync/pro-job/{job_id}/status"


def accepted(job: LipSyncJob, places: Places, now: datetime) -> answers.LipSyncAccepted:
    return answers.LipSyncAccepted(
        job_id=job.job_id,
        status=job.status_at(now),
        dry_run=False,
        video_id=job.video_id,
        estimated_cost=cost(job.cost),
        uploads=uploads(places, now),
        status_url=status_url(job.job_id),
    )


def estimated(estimate: LipSyncCost, wanted: LipSyncAsked) -> answers.LipSyncAccepted:
    return answers.LipSyncAccepted(
        job_id=None,
        status=None,
        dry_run=True,
        video_id=wanted.video_id,
        estimated_cost=cost(estimate),
        uploads=answers.UploadPlaces(video=None, audios=[]),
        status_url=None,
    )


def cost(one: LipSyncCost) -> answers.CostAnswer:
    return answers.CostAnswer(usd=one.usd, billed_s=seconds(one.billed), measured=one.measured)


def uploads(places: Places, now: datetime) -> answers.UploadPlaces:
    return answers.UploadPlaces(
        video=upload(places.video, now) if places.video else None,
        audios=[answers.AudioPlace(**asdict(one)) for one in places.audios],
    )


def job(
    one: LipSyncJob, now: datetime, places: Places, result_url: str | None
) -> answers.LipSyncAnswer:
    status = one.status_at(now)
    return answers.LipSyncAnswer(
        job_id=one.job_id,
        status=status,
        stage=_stage(one, now),
        percent=_percent(one, now),
        is_pro_job=one.is_pro_job,
        video_id=one.video_id,
        title=one.title,
        model=one.model,
        sync_mode=one.sync_mode,
        segments=[_segment_answer(part, status) for part in one.segments_data],
        uploads=uploads(places, now),
        cost=cost(one.cost),
        attempts=len(one.attempts),
        polls=one.polls,
        timings=_timings(one),
        deadline=one.deadline,
        result=_result(one, result_url),
        error=failure(one.error_at(now)),
        problems=[answers.ProblemPlace(**asdict(place)) for place in one.problems],
        retry_of=one.retry_of,
        created_at=one.created_at,
        updated_at=one.updated_at,
    )


def _stage(one: LipSyncJob, now: datetime) -> LipSyncStatus:
    """How far it has come: of one that has ended badly, where that was."""
    if one.error_at(now) is None or one.status is LipSyncStatus.AWAITING_UPLOADS:
        return one.status
    assert one.error is not None  # noqa: S101  (else it was told above)
    return LipSyncStatus(one.error.stage)


def _percent(one: LipSyncJob, now: datetime) -> float:
    """Nobody tells how far a generation is: its share is of the time that it may take."""
    reached = [_AT[LipSyncStatus(stage)] for stage in one.times if LipSyncStatus(stage) in _AT]
    percent = max(reached, default=0.0)
    attempt = one.attempt
    if one.status is LipSyncStatus.PROCESSING and attempt and attempt.submitted_at:
        length = (one.measured.video or 0) / 1000 if one.measured else 0
        age = max(0.0, (now - attempt.submitted_at).total_seconds())
        usual = 20 + 4 * length
        percent += (_PROCESSED - percent) * age / (age + usual)
    return round(percent, 1)


def _timings(one: LipSyncJob) -> list[answers.StageTime]:
    stages = sorted(one.times.items(), key=lambda pair: pair[1])
    ends = [later for _, (_, later) in pairwise(stages)]
    lengths = [(end - at).total_seconds() for (_, at), end in zip(stages, ends, strict=False)]
    return [
        answers.StageTime(
            stage=LipSyncStatus(stage),
            started_at=at,
            seconds=round(lengths[place], 3) if place < len(lengths) else None,
        )
        for place, (stage, at) in enumerate(stages)
    ]


def _segment_answer(one: SegmentData, status: LipSyncStatus) -> answers.SyncedSegment:
    return answers.SyncedSegment(
        start_time=seconds(one.start),
        end_time=seconds(one.end),
        audio_input=models.AudioInput(
            ref_id=one.ref_id,
            start_time=seconds_or_none(one.crop_start),
            end_time=seconds_or_none(one.crop_end),
        ),
        options=_told(one.options) if one.options else None,
        status=_segment_status(status),
    )


def _told(options: SyncOptions) -> models.SegmentChoices:
    return models.SegmentChoices(
        temperature=options.temperature,
        occlusion_detection=options.occlusion,
        auto_speaker=True if options.speaker else None,
        sync_mode=options.sync_mode,
    )


def _segment_status(status: LipSyncStatus) -> str:
    """All ranges are made together, as one file."""
    waiting = {LipSyncStatus.AWAITING_UPLOADS, LipSyncStatus.QUEUED, LipSyncStatus.SUBMITTING}
    if status in waiting:
        return "pending"
    made = {LipSyncStatus.DOWNLOADING, LipSyncStatus.POST_PROCESSING}
    return "synced" if status in made else status.value


def _result(one: LipSyncJob, url: str | None) -> answers.ResultAnswer | None:
    if one.result is None or url is None:
        return None
    return answers.ResultAnswer(
        segment_id=one.result.segment_id,
        duration=seconds(one.result.duration),
        file_size=one.result.file_size,
        url=url,
    )
