"""The composition root of what brings stopped work to an end (see `bootstrap`)."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from functions import bootstrap
from functions.domain.ingests.ports import IngestWatch
from functions.domain.ports import (
    SegmentWatch,
)
from functions.domain.runs.ports import RunWatch, RunWork
from functions.services.cutting.reap_ranges import RangeReaper
from functions.services.ingests.reap_ingests import IngestReaper
from functions.services.runs.reap_runs import Reaper

if TYPE_CHECKING:
    from functions.runtime.settings import StoreSettings


@functools.cache
def run_watch(table: str) -> RunWatch:
    from functions.adapters.dynamo.run_watch import DynamoRunWatch

    return DynamoRunWatch(table)


@functools.cache
def segment_watch(table: str) -> SegmentWatch:
    from functions.adapters.dynamo.segment_watch import DynamoSegmentWatch

    return DynamoSegmentWatch(table)


@functools.cache
def ingest_watch(table: str) -> IngestWatch:
    from functions.adapters.dynamo.ingest_watch import DynamoIngestWatch

    return DynamoIngestWatch(table)


def outside_work() -> tuple[RunWork, ...]:
    """What may go on for a run outside of its own execution: whoever begins such work adds here
    what ends it. It is ended with the run, however that ends but well."""
    return ()


def all_work(state_machine_arn: str) -> tuple[RunWork, ...]:
    """The run's execution, and all that may go on beside it."""
    return (bootstrap.pipeline(state_machine_arn), *outside_work())


def reaper(settings: StoreSettings, state_machine_arn: str) -> Reaper:
    """Brings runs that stopped without an end to one."""
    return Reaper(
        context=bootstrap.context(settings),
        pipeline=bootstrap.pipeline(state_machine_arn),
        watch=run_watch(settings.runs_table),
        works=all_work(state_machine_arn),
    )


def range_reaper(settings: StoreSettings, range_machine_arn: str) -> RangeReaper:
    """The same for ranges."""
    return RangeReaper(
        context=bootstrap.context(settings),
        cuts=bootstrap.range_cuts(range_machine_arn),
        watch=segment_watch(settings.segments_table),
    )


def ingest_reaper(settings: StoreSettings, ingest_machine_arn: str) -> IngestReaper:
    """The same for videos that are fetched."""
    return IngestReaper(
        context=bootstrap.context(settings),
        ingests=bootstrap.ingests(ingest_machine_arn),
        watch=ingest_watch(settings.videos_table),
    )
