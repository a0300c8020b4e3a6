"""The composition root: adapters from settings, made once per container.

Each adapter is imported where it is built, so that a function loads only what it uses.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING

from functions.domain.deletions.ports import DeletionStore, Executions
from functions.domain.ingests.ports import Ingests
from functions.domain.media.ports import MediaStore
from functions.domain.ports import (
    Account,
    PreferenceStore,
    RangeCuts,
    RequestCounts,
    SegmentCounters,
    SegmentStore,
    UserDirectory,
    VideoStore,
)
from functions.domain.posts.query import PostLists
from functions.domain.runs.ports import Pipeline, RunLock, RunStore
from functions.domain.times import utc_now
from functions.services.runs.fence import fenced
from functions.services.runs.stages import Context

if TYPE_CHECKING:
    from functions.adapters.dynamo.kept_answers import KeptAnswers
    from functions.runtime.api_settings import ApiSettings
    from functions.runtime.settings import StoreSettings


@functools.cache
def video_store(table: str) -> VideoStore:
    from functions.adapters.dynamo.videos import DynamoVideoStore

    return DynamoVideoStore(table)


@functools.cache
def run_store(table: str) -> RunStore:
    from functions.adapters.dynamo.runs import DynamoRunStore

    return DynamoRunStore(table)


@functools.cache
def run_lock(videos: str, runs: str) -> RunLock:
    from functions.adapters.dynamo.run_lock import DynamoRunLock

    return DynamoRunLock(videos, runs)


@functools.cache
def segment_store(table: str, counters: str, snapshots: str) -> SegmentStore:
    from functions.adapters.dynamo.segments import DynamoSegmentStore

    return DynamoSegmentStore(table, counters, snapshots)


@functools.cache
def segment_counters(table: str) -> SegmentCounters:
    from functions.adapters.dynamo.counters import DynamoSegmentCounters

    return DynamoSegmentCounters(table)


@functools.cache
def request_counts(table: str) -> RequestCounts:
    from functions.adapters.dynamo.request_counts import DynamoRequestCounts

    return DynamoRequestCounts(table)


@functools.cache
def preference_store(table: str) -> PreferenceStore:
    from functions.adapters.dynamo.preferences import DynamoPreferenceStore

    return DynamoPreferenceStore(table)


@functools.cache
def media_store(bucket: str) -> MediaStore:
    from functions.adapters.s3_media_store import S3MediaStore

    return S3MediaStore(bucket)


@functools.cache
def pipeline(state_machine_arn: str) -> Pipeline:
    from functions.adapters.step_functions_pipeline import StepFunctionsPipeline

    return StepFunctionsPipeline(state_machine_arn)


@functools.cache
def range_cuts(state_machine_arn: str) -> RangeCuts:
    from functions.adapters.step_functions_range_cuts import StepFunctionsRangeCuts

    return StepFunctionsRangeCuts(state_machine_arn)


@functools.cache
def ingests(state_machine_arn: str) -> Ingests:
    from functions.adapters.step_functions_ingests import StepFunctionsIngests

    return StepFunctionsIngests(state_machine_arn)


@functools.cache
def user_directory(user_pool_id: str) -> UserDirectory:
    from functions.adapters.cognito_user_directory import CognitoUserDirectory

    return CognitoUserDirectory(user_pool_id)


@functools.cache
def cursor_secret(secret_arn: str) -> bytes:
    from functions.adapters.secrets import read_secret

    return read_secret(secret_arn)


@functools.cache
def deletion_store(table: str, videos: str) -> DeletionStore:
    from functions.adapters.dynamo.deletions import DynamoDeletionStore

    return DynamoDeletionStore(table, videos)


@functools.cache
def kept_answers(table: str) -> KeptAnswers:
    from functions.adapters.dynamo.kept_answers import KeptAnswers

    return KeptAnswers(table)


@functools.cache
def executions(state_machine_arn: str, what: str) -> Executions:
    from functions.adapters.executions import Executions as StepFunctionsExecutions

    return StepFunctionsExecutions(what, state_machine_arn)


@functools.cache
def shown_video_store(table: str, deletions: str) -> VideoStore:
    """Videos as their users see them: without those that are being deleted."""
    from functions.adapters.dynamo.videos import DynamoVideoStore

    return DynamoVideoStore(table, deletion_store(deletions, table))


@functools.cache
def shown_segment_store(
    table: str, counters: str, snapshots: str, deletions: str, videos: str
) -> SegmentStore:
    """Segments as their users see them: without those of videos that are being deleted."""
    from functions.adapters.dynamo.segments import DynamoSegmentStore

    return DynamoSegmentStore(table, counters, snapshots, deletion_store(deletions, videos))


@functools.cache
def post_lists(snapshots: str, deletions: str, videos: str) -> PostLists:
    """Posts as their users see them: without those of videos that are being deleted."""
    from functions.adapters.dynamo.post_lists import DynamoPostLists

    return DynamoPostLists(snapshots, deletion_store(deletions, videos))


def time_zone(name: str) -> tzinfo | None:
    from functions.adapters import time_zones

    return time_zones.time_zone(name)


def shown_segments_of(settings: ApiSettings) -> SegmentStore:
    return shown_segment_store(
        settings.segments_table,
        settings.counters_table,
        settings.snapshots_table,
        settings.deletions_table,
        settings.videos_table,
    )


def health_checks(tables: Mapping[str, str], bucket: str, queue: str) -> Mapping[str, bool]:
    from functions.adapters.health import reach

    return reach(tables, bucket, queue)


def segments_of(settings: StoreSettings) -> SegmentStore:
    """Segments with the tables that change together with them."""
    return segment_store(settings.segments_table, settings.counters_table, settings.snapshots_table)


def spending(settings: StoreSettings) -> Callable[[str, str, int, int], None]:
    """What each step of a run took is added up on the run."""

    def tell(video_id: str, run_id: str, milliseconds: int, memory_mb: int) -> None:
        store = run_store(settings.runs_table)
        store.spent(video_id, run_id, milliseconds=milliseconds, memory_mb=memory_mb)

    return tell


def fenced_store(bucket: str, videos: str) -> MediaStore:
    """For who may go on after a video was deleted."""
    return fenced(media_store(bucket), video_store(videos))


@functools.cache
def account() -> Account:
    from functions.adapters.lambda_account import LambdaAccount

    return LambdaAccount()


def context(settings: StoreSettings) -> Context:
    """What every stage of the pipeline works with."""
    return Context(
        videos=video_store(settings.videos_table),
        runs=run_store(settings.runs_table),
        segments=segments_of(settings),
        media=fenced_store(settings.media_bucket, settings.videos_table),
        clock=utc_now,
    )
