"""A lip-sync job starts by itself, once all of its files are there."""

from __future__ import annotations

from functions.domain.keys import parse_upload_key, parse_voice_name
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.job_ports import LipSyncRuns
from functions.domain.lipsync.states import LipSyncStatus
from functions.services.lipsync.jobs import LipSyncDesk, audio_key, change


def voice_arrival(desk: LipSyncDesk, runs: LipSyncRuns, key: str) -> bool:
    """Whether an object under uploads/ is a job's voice, and nothing else. The last file of a job
    starts it; the same event, however often, starts it once."""
    place = parse_upload_key(key)
    name = parse_voice_name(place.name) if place else None
    job = desk.jobs.get(name.job_id) if name else None
    if job is None or key not in _audio_keys(job):
        return False
    start_if_whole(desk, runs, job.job_id)
    return True


def video_arrival(desk: LipSyncDesk, runs: LipSyncRuns, video_id: str) -> None:
    """A video has arrived, and its row says so: it may have come with a job of its id."""
    job = desk.jobs.get(video_id)
    if job is not None and job.video_file:
        start_if_whole(desk, runs, video_id)


def start_if_whole(desk: LipSyncDesk, runs: LipSyncRuns, job_id: str) -> LipSyncJob | None:
    """The job as it is then; None where there is no such job."""
    job = desk.jobs.get(job_id)
    if job is None:
        return None
    now = desk.clock()
    if job.status_at(now) is LipSyncStatus.AWAITING_UPLOADS and _whole(desk, job):
        job = change(desk.jobs, job_id, lambda it: _queued(it, desk))
    if job.status is LipSyncStatus.QUEUED:
        runs.start(job_id)
    return job


def _queued(job: LipSyncJob, desk: LipSyncDesk) -> LipSyncJob:
    """Fine where it has gone on, or was cancelled, meanwhile."""
    return job if job.over else job.moved(LipSyncStatus.QUEUED, desk.clock())


def _whole(desk: LipSyncDesk, job: LipSyncJob) -> bool:
    if job.video_file:
        row = desk.videos.get(job.video_id)
        if row is None or row.source is None:
            return False
    return all(desk.media.find(key) is not None for key in _audio_keys(job))


def _audio_keys(job: LipSyncJob) -> list[str]:
    return [audio_key(job, at) for at, audio in enumerate(job.audios) if audio.file]
