"""A lip-sync job from a request: checked, priced, written, and told where its files go."""

from __future__ import annotations

import json
from datetime import datetime

from functions.domain.codec import to_plain
from functions.domain.cutting.segmentation import Mode, Segmentation
from functions.domain.deletions.ports import DeletionStore
from functions.domain.errors import ConflictError, InvalidInputError
from functions.domain.ids import derived_id, fingerprint, new_id
from functions.domain.lipsync.asked import LipSyncAsked, Measured
from functions.domain.lipsync.checks import wrong_places
from functions.domain.lipsync.cost import LipSyncCost, cost_of
from functions.domain.lipsync.job import UPLOADS_LIFE, LipSyncJob
from functions.domain.lipsync.job_ports import LipSyncRuns
from functions.domain.lipsync.states import LipSyncStatus
from functions.domain.tiers import LimitsByTier
from functions.domain.video import Video
from functions.services.ingests.uploads import (
    NewUpload,
    create_upload,
)
from functions.services.lipsync.jobs import LipSyncDesk
from functions.services.lipsync.start_lipsync import start_if_whole
from functions.services.ownership import Caller, own_video


def estimate(desk: LipSyncDesk, caller: Caller, asked: LipSyncAsked) -> LipSyncCost:
    """What it would cost; raises for whatever is wrong with it, and writes nothing."""
    return _checked(desk, caller, asked)[1]


def create_lipsync(
    desk: LipSyncDesk,
    runs: LipSyncRuns,
    caller: Caller,
    asked: LipSyncAsked,
    *,
    deletions: DeletionStore,
    limits: LimitsByTier,
    key: str | None = None,
) -> LipSyncJob:
    """The rows, then the execution; `key` (the caller's Idempotency-Key) makes a repeat
    find the same job, and mend a crash in between.

    Raises ForbiddenError for the tier, NotFoundError for the video, ConflictError while that has
    not arrived, InvalidInputError naming every wrong place.
    """
    measured, cost = _checked(desk, caller, asked)
    now = desk.clock()
    # Of a video that was deleted with its jobs no id comes again.
    names = ("lipsync", caller.user_id, asked.video_id or "", key)
    job_id = derived_id(*names) if key else new_id(now)
    job = _new_job(caller, asked, job_id, measured, cost, now)
    known = desk.jobs.get(job_id)
    _require_same(known, job)
    if asked.video and desk.videos.get(job_id) is None:
        _announce_video(desk, caller, asked, job_id, deletions, limits)
    if known is None and not desk.jobs.create(job):
        known = desk.jobs.get(job_id)
        _require_same(known, job)
    caller.about.add(job.video_id)
    return start_if_whole(desk, runs, job_id) or known or job


def _require_same(known: LipSyncJob | None, job: LipSyncJob) -> None:
    if known is not None and known.request_digest != job.request_digest:
        raise InvalidInputError(
            "idempotency.key_reused", "This Idempotency-Key was used with another request."
        )


def _checked(
    desk: LipSyncDesk, caller: Caller, asked: LipSyncAsked
) -> tuple[Measured | None, LipSyncCost]:
    limits = desk.rules.of(caller.tier)
    video = own_video(caller, desk.videos, asked.video_id) if asked.video_id else None
    if video and video.source is None:
        says = "The video has not arrived yet; wait for it, or send it with the job."
        raise ConflictError("video.not_ready", says)
    measured = _known(video)
    wrong = wrong_places(asked, desk.rules, limits, measured or Measured())
    if wrong:
        says = "The request is not valid; `errors` names each place."
        raise InvalidInputError("request.invalid", says, fields=wrong)
    return measured, cost_of(asked, desk.rules, measured or Measured())


def _known(video: Video | None) -> Measured | None:
    """As far as the pipeline has read the video."""
    if video is None or video.source is None:
        return None
    picture = video.media.video if video.media else None
    return Measured(
        video=video.media.duration if video.media else None,
        frame_rate=picture.frame_rate if picture else None,
        video_bytes=video.source.size,
    )


def _new_job(
    caller: Caller,
    asked: LipSyncAsked,
    job_id: str,
    measured: Measured | None,
    cost: LipSyncCost,
    now: datetime,
) -> LipSyncJob:
    status = LipSyncStatus.AWAITING_UPLOADS
    return LipSyncJob(
        job_id=job_id,
        user_id=caller.user_id,
        tier=caller.tier,
        status=status,
        created_at=now,
        updated_at=now,
        video_id=asked.video_id or job_id,
        inputs_of=job_id,
        video_file=asked.video,
        audios=asked.audios,
        segments_data=asked.segments,
        model=asked.model,
        sync_mode=asked.sync_mode,
        options=asked.options,
        text_removal=asked.text_removal,
        title=asked.title,
        request_digest=fingerprint(json.dumps(to_plain(asked), sort_keys=True)),
        uploads_until=now + UPLOADS_LIFE,
        cost=cost,
        measured=measured,
        times={status.value: now},
        version=1,
    )


def _announce_video(
    desk: LipSyncDesk,
    caller: Caller,
    asked: LipSyncAsked,
    job_id: str,
    deletions: DeletionStore,
    limits: LimitsByTier,
) -> None:
    """A video like any other, of the job's id; it is read, and not cut."""
    assert asked.video is not None  # noqa: S101  (asked before)
    wanted = NewUpload(
        file_name=asked.video.file_name,
        size=asked.video.size,
        content_type=asked.video.content_type,
        title=asked.title,
        segmentation=Segmentation(mode=Mode.NONE),
        extras=(),
        video_id=job_id,
    )
    create_upload(
        caller,
        wanted,
        videos=desk.videos,
        deletions=deletions,
        media=desk.media,
        limits=limits,
        now=desk.clock(),
    )
