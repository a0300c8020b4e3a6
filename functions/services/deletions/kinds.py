"""All that goes with a video, kind by kind. A new kind is a line of the list in `kinds`.

A kind is found by the video's id alone, never by what another kind says of it: so it does not
matter which of them a worker was killed at. Rows go before objects, so that lists are soon short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.domain.deletions.ports import (
    Executions,
    RunFence,
    StoredObjects,
    TranscriptionJobs,
    VideoRows,
)
from functions.domain.keys import MEDIA, WORK
from functions.domain.lipsync.job_ports import LipSyncPlaces
from functions.domain.segments.segment import Segment
from functions.services.deletions.places import DROPPED, VOICES, folder, upload
from functions.services.deletions.stopping import (
    fencing,
    forgetting_jobs,
    stopping_ingest,
    stopping_lipsyncs,
    stopping_ranges,
    stopping_runs,
    stopping_searches,
)
from functions.services.deletions.sweep_objects import objects, open_batch
from functions.services.deletions.sweep_rows import rows
from functions.services.deletions.sweeping import Kind

Rows = VideoRows[Mapping[str, Any]]


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
        Kind("fetching", stopping_ingest(of.ingests)),
        Kind("kept answers", rows(of.answers)),
        Kind("runs", rows(of.runs, stopping_runs(of.pipeline, of.fence))),
        Kind("searches for moments", rows(of.generations, stopping_searches(of.searches))),
        Kind("moments", rows(of.moments)),
        Kind("lip-sync jobs", rows(of.lipsyncs, stopping_lipsyncs(of.lipsync_runs, of.places))),
        Kind("segments", rows(of.segments, stopping_ranges(of.ranges))),
        Kind("deleted segments", rows(of.deleted_segments)),
        Kind("transcriptions", rows(of.transcriptions, forgetting_jobs(of.jobs))),
        Kind("unfinished uploads", objects(of.objects, upload("unfinished_uploads", open_=True))),
        Kind("unfinished media", objects(of.objects, folder(MEDIA, open_=True))),
        Kind("unfinished work", objects(of.objects, folder(WORK, open_=True))),
        Kind("uploads", objects(of.objects, upload("uploads"))),
        Kind("voices", objects(of.objects, VOICES)),
        Kind("dropped file", objects(of.objects, DROPPED)),
        Kind("media", objects(of.objects, folder(MEDIA))),
        Kind("work", objects(of.objects, folder(WORK))),
        Kind("counters", rows(of.counters, fencing)),
        # Whoever was about to tell of the video has done so before `settle` is over; whoever looks
        # after the mark tells of nothing but its deletion.
        Kind("events", rows(of.events)),
    )
