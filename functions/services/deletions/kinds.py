"""All that goes with a video, kind by kind. A new kind is a line of the list in `kinds`.

A kind is found by the video's id alone, never by what another kind says of it: so it does not
matter which of them a worker was killed at. Rows go before objects, so that lists are soon short.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from functions.domain.codec import from_plain
from functions.domain.deletions.deletion import StoredObject
from functions.domain.deletions.ports import (
    Executions,
    RunFence,
    StoredObjects,
    TranscriptionJobs,
    VideoRows,
)
from functions.domain.keys import MEDIA, WORK, upload_key, voices_prefix
from functions.domain.lipsync.job_ports import LipSyncPlaces
from functions.domain.lipsync.states import OVER, LipSyncStatus
from functions.domain.media.source import Source
from functions.domain.moments.generation import GenerationStatus, search_name
from functions.domain.runs.run import Run, RunStatus
from functions.domain.segments.segment import Segment, SegmentStatus
from functions.domain.times import from_iso
from functions.domain.transcripts.transcription import Transcription, WaitState
from functions.services.deletions.sweep_objects import Place, objects, open_batch
from functions.services.deletions.sweep_rows import Stopped, Stopper, rows
from functions.services.deletions.sweeping import Found, Kind, Sweep, Sweeping

Rows = VideoRows[Mapping[str, Any]]
CAUSE: Final = "The video is being deleted."
JOBS_LOOKED_AT: Final = timedelta(seconds=30)
"""A transcriber's job that goes on is looked at again then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    """Where all kinds are kept, and what may be at work on them."""

    answers: Rows
    runs: Rows
    transcriptions: Rows
    moments: Rows
    generations: Rows
    lipsyncs: Rows
    segments: VideoRows[Segment]
    deleted_segments: VideoRows[Segment]
    counters: Rows
    events: Rows
    objects: StoredObjects
    pipeline: Executions
    ranges: Executions
    searches: Executions
    ingests: Executions
    lipsync_runs: Executions
    places: LipSyncPlaces
    jobs: TranscriptionJobs
    fence: RunFence


def kinds(of: Belongings) -> tuple[Kind, ...]:
    return (
        Kind("open batch", open_batch(of.objects)),
        Kind("fetching", _stopping_ingest(of.ingests)),
        Kind("kept answers", rows(of.answers)),
        Kind("runs", rows(of.runs, _stopping_runs(of.pipeline, of.fence))),
        Kind("searches for moments", rows(of.generations, _stopping_searches(of.searches))),
        Kind("moments", rows(of.moments)),
        Kind("lip-sync jobs", rows(of.lipsyncs, _stopping_lipsyncs(of.lipsync_runs, of.places))),
        Kind("segments", rows(of.segments, _stopping_ranges(of.ranges))),
        Kind("deleted segments", rows(of.deleted_segments)),
        Kind("transcriptions", rows(of.transcriptions, _forgetting_jobs(of.jobs))),
        Kind("unfinished uploads", objects(of.objects, _upload("unfinished_uploads", open_=True))),
        Kind("unfinished media", objects(of.objects, _folder(MEDIA, open_=True))),
        Kind("unfinished work", objects(of.objects, _folder(WORK, open_=True))),
        Kind("uploads", objects(of.objects, _upload("uploads"))),
        Kind("voices", objects(of.objects, VOICES)),
        Kind("dropped file", objects(of.objects, DROPPED)),
        Kind("media", objects(of.objects, _folder(MEDIA))),
        Kind("work", objects(of.objects, _folder(WORK))),
        Kind("counters", rows(of.counters, _fencing)),
        # Whoever was about to tell of the video has done so before `settle` is over; whoever looks
        # after the mark tells of nothing but its deletion.
        Kind("events", rows(of.events)),
    )


def _stopping_ingest(ingests: Executions) -> Sweeping:
    """Whoever began to fetch before the mark goes on for a while; whoever begins after it finds no
    video, and leaves nothing."""

    def sweep(of: Sweep) -> Found:
        if of.video.ingest is not None and of.video.source is None:
            ingests.stop(of.video.video_id, CAUSE)
            of.deletions.expect_writers(of.deletion, of.deletion.requested_at + of.longest)
        return Found()

    return sweep


def _stopping_runs(pipeline: Executions, fence: RunFence) -> Stopper[Mapping[str, Any]]:
    """Executions end at once, but not the functions that they have called: those find that the run
    is gone, and the fence closed, with whatever they write next."""

    def stop(of: Sweep, runs: Sequence[Mapping[str, Any]]) -> Stopped[Mapping[str, Any]]:
        busy = [run for run in runs if run["status"] != RunStatus.SUCCEEDED]
        for run in busy:
            pipeline.stop(run["run_id"], CAUSE)
            fence.close(from_plain(Run, run))
        return Stopped(until=_until(of, map(_finished, busy)))

    return stop


def _fencing(of: Sweep, counters: Sequence[Mapping[str, Any]]) -> Stopped[Mapping[str, Any]]:
    """The fence stands on them, for as long as anybody may come to it."""
    known = of.deletions.get(of.deletion.user_id, of.deletion.deletion_id)
    closed = known is None or of.clock() >= known.writers_until
    return Stopped(held=() if closed else counters)


def _stopping_searches(searches: Executions) -> Stopper[Mapping[str, Any]]:
    def stop(of: Sweep, found: Sequence[Mapping[str, Any]]) -> Stopped[Mapping[str, Any]]:
        ended = {None, GenerationStatus.SUCCEEDED.value}
        busy = [one for one in found if one.get("status") not in ended]
        for one in busy:
            searches.stop(search_name(one["video_id"], one["generation_id"]), CAUSE)
        return Stopped(until=_until(of, map(_finished, busy)))

    return stop


def _stopping_lipsyncs(runs: Executions, places: LipSyncPlaces) -> Stopper[Mapping[str, Any]]:
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


def _forgetting_jobs(jobs: TranscriptionJobs) -> Stopper[Mapping[str, Any]]:
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


def _stopping_ranges(ranges: Executions) -> Stopper[Segment]:
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


def _upload(kind: str, *, open_: bool = False) -> Place:
    """What was sent through the API. Other names beside it are files that were dropped there, each
    a video of its own."""
    return Place(
        kind=kind,
        prefix=lambda of: upload_key(of.video.user_id, of.video.video_id),
        exact=True,
        unfinished=open_,
    )


def _folder(top: str, *, open_: bool = False) -> Place:
    return Place(
        kind="unfinished_uploads" if open_ else top,
        prefix=lambda of: f"{top}/{of.video.user_id}/{of.video.video_id}/",
        unfinished=open_,
    )


def _dropped_key(of: Sweep) -> str | None:
    video, source = of.video, of.video.source
    own = source is None or source.key == upload_key(video.user_id, video.video_id)
    return None if own or source is None else source.key


def _dropped(of: Sweep, found: Sequence[StoredObject]) -> Sequence[StoredObject]:
    """Of all that was dropped under one name the one that became this video: another version is
    another video's. Marks of removal go with the last of them."""
    source = of.video.source
    mine = [one for one in found if source and _is_source(one, source, of)]
    others = [one for one in found if not one.mark and one not in mine]
    return mine if others else [*mine, *(one for one in found if one.mark)]


def _is_source(one: StoredObject, source: Source, of: Sweep) -> bool:
    """Without versions: the same bytes that are there again since were dropped anew."""
    if one.mark:
        return False
    if source.version_id is not None:
        return one.version == source.version_id
    later = one.modified is not None and one.modified > of.deletion.requested_at
    return one.etag == source.etag and not later


VOICES = Place(kind="uploads", prefix=lambda of: voices_prefix(of.video.user_id, of.video.video_id))
DROPPED = Place(kind="uploads", prefix=_dropped_key, exact=True, chosen=_dropped)
