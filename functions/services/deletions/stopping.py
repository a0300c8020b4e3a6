"""What is at work on a video is stopped before its things go, or waited for where it cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from functions.domain.codec import from_plain
from functions.domain.deletions.ports import (
    Executions,
    RunFence,
    TranscriptionJobs,
)
from functions.domain.lipsync.job_ports import LipSyncPlaces
from functions.domain.lipsync.states import OVER, LipSyncStatus
from functions.domain.moments.generation import GenerationStatus, search_name
from functions.domain.runs.run import Run, RunStatus
from functions.domain.segments.segment import Segment, SegmentStatus
from functions.domain.times import from_iso
from functions.domain.transcripts.transcription import Transcription, WaitState
from functions.services.deletions.sweep_rows import Stopped, Stopper
from functions.services.deletions.sweeping import Found, Sweep, Sweeping

CAUSE: Final = "The video is being deleted."
JOBS_LOOKED_AT: Final = timedelta(seconds=30)
"""A transcriber's job that goes on is looked at again then."""


def stopping_ingest(ingests: Executions) -> Sweeping:
    """Whoever began to fetch before the mark goes on for a while; whoever begins after it finds no
    video, and leaves nothing."""

    def sweep(of: Sweep) -> Found:
        if of.video.ingest is not None and of.video.source is None:
            ingests.stop(of.video.video_id, CAUSE)
            of.deletions.expect_writers(of.deletion, of.deletion.requested_at + of.longest)
        return Found()

    return sweep


def stopping_runs(pipeline: Executions, fence: RunFence) -> Stopper[Mapping[str, Any]]:
    """Executions end at once, but not the functions that they have called: those find that the run
    is gone, and the fence closed, with whatever they write next."""

    def stop(of: Sweep, runs: Sequence[Mapping[str, Any]]) -> Stopped[Mapping[str, Any]]:
        busy = [run for run in runs if run["status"] != RunStatus.SUCCEEDED]
        for run in busy:
            pipeline.stop(run["run_id"], CAUSE)
            fence.close(from_plain(Run, run))
        return Stopped(until=_until(of, map(_finished, busy)))

    return stop


def fencing(of: Sweep, counters: Sequence[Mapping[str, Any]]) -> Stopped[Mapping[str, Any]]:
    """The fence stands on them, for as long as anybody may come to it."""
    known = of.deletions.get(of.deletion.user_id, of.deletion.deletion_id)
    closed = known is None or of.clock() >= known.writers_until
    return Stopped(held=() if closed else counters)


def stopping_searches(searches: Executions) -> Stopper[Mapping[str, Any]]:
    def stop(of: Sweep, found: Sequence[Mapping[str, Any]]) -> Stopped[Mapping[str, Any]]:
        ended = {None, GenerationStatus.SUCCEEDED.value}
        busy = [one for one in found if one.get("status") not in ended]
        for one in busy:
            searches.stop(search_name(one["video_id"], one["generation_id"]), CAUSE)
        return Stopped(until=_until(of, map(_finished, busy)))

    return stop


def stopping_lipsyncs(runs: Executions, places: LipSyncPlaces) -> Stopper[Mapping[str, Any]]:
    """Nothing more is asked of the provider. What it has begun nobody fetches."""

    def stop(of: Sweep, jobs: Sequence[Mapping[str, Any]]) -> Stopped[Mapping[str, Any]]:
        ended = []
        for job in jobs:
            status = LipSyncStatus(job["status"])
            if status not in OVER:
                runs.stop(job["job_id"], CAUSE)
                places.leave(job["job_id"])
            if status is not LipSyncStatus.COMPLETED:
                ended.append(from_iso(job["updated_at"]) if status in OVER else None)
        return Stopped(until=_until(of, ended))

    return stop


def forgetting_jobs(jobs: TranscriptionJobs) -> Stopper[Mapping[str, Any]]:
    """A job of the transcriber cannot be stopped, and writes when it ends: it is waited for. Each
    attempt was a job of its own."""

    def stop(of: Sweep, found: Sequence[Mapping[str, Any]]) -> Stopped[Mapping[str, Any]]:
        held = []
        for row in found:
            last = from_plain(Transcription, row)
            tried = (replace(last, attempt=number) for number in range(1, last.attempt + 1))
            if not all(jobs.forget(one) for one in tried):
                held.append(row)
        # Whoever was told of an end a moment ago may be about to act on it.
        waited = any(row["state"] == WaitState.WAITING for row in found)
        left = of.longest if waited else timedelta(0)
        left = max(left, JOBS_LOOKED_AT) if held else left
        return Stopped(until=of.clock() + left if left else None, held=held)

    return stop


def _finished(row: Mapping[str, Any]) -> datetime | None:
    return from_iso(row["finished_at"]) if "finished_at" in row else None


def stopping_ranges(ranges: Executions) -> Stopper[Segment]:
    """Clips of moments are cut as ranges are."""

    def stop(of: Sweep, segments: Sequence[Segment]) -> Stopped[Segment]:
        busy = [one for one in segments if one.status is not SegmentStatus.READY]
        for segment in busy:
            ranges.stop(segment.segment_id, CAUSE)
        pending = SegmentStatus.PENDING
        ended = (None if one.status is pending else one.updated_at for one in busy)
        return Stopped(until=_until(of, ended))

    return stop


def _until(of: Sweep, ended: Iterable[datetime | None]) -> datetime | None:
    """When the last worker of what has ended then, or now, has ended as well."""
    now = of.clock()
    latest = max((at or now for at in ended), default=None)
    return latest + of.longest if latest else None
