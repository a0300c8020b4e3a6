"""The composition root of what deletes videos: where each kind of their belongings is kept."""

from __future__ import annotations

from datetime import timedelta

from functions import bootstrap
from functions.adapters.amazon_transcriber import AmazonTranscriptionJobs
from functions.adapters.dynamo.event_log import VideoEventRows
from functions.adapters.dynamo.kept_answers import KeptAnswers
from functions.adapters.dynamo.lipsync_gate import DynamoLipSyncGate
from functions.adapters.dynamo.lipsync_jobs import BY_VIDEO
from functions.adapters.dynamo.segments import DynamoSegmentStore
from functions.adapters.dynamo.video_rows import (
    Indexed,
    IndexedRows,
    PartitionRows,
    counters_of_video,
    of_video,
)
from functions.adapters.dynamo.video_segments import DeletedSegmentRows, VideoSegmentRows
from functions.adapters.s3_stored_objects import S3StoredObjects
from functions.runtime.deletion_settings import DeletionSettings
from functions.services.deletions.delete_video import Limits
from functions.services.deletions.kinds import Belongings


def belongings(settings: DeletionSettings) -> Belongings:
    receipts = settings.deletions_table
    segments, counters = settings.segments_table, settings.counters_table
    snapshots = settings.snapshots_table
    alone = DynamoSegmentStore(segments, counters, snapshots)
    return Belongings(
        answers=KeptAnswers(receipts, settings.idempotency_table),
        runs=_rows(settings, settings.runs_table, "run_id", "runs"),
        transcriptions=_rows(
            settings, settings.transcriptions_table, "window_id", "transcriptions"
        ),
        moments=_rows(settings, settings.moments_table, "moment_id", "moments"),
        generations=_rows(
            settings, settings.generations_table, "generation_id", "moment_generations"
        ),
        lipsyncs=_lipsyncs(settings),
        segments=VideoSegmentRows(
            receipts, segments, counters, snapshots, settings.social_posts_table
        ),
        deleted_segments=DeletedSegmentRows(alone, segments),
        counters=PartitionRows(receipts, counters_of_video(counters)),
        events=VideoEventRows(settings.events_table),
        objects=S3StoredObjects(settings.media_bucket),
        pipeline=bootstrap.executions(settings.state_machine_arn, "The pipeline"),
        ranges=bootstrap.executions(settings.range_machine_arn, "The cutting of ranges"),
        searches=bootstrap.executions(settings.moment_machine_arn, "The search for moments"),
        ingests=bootstrap.executions(settings.ingest_machine_arn, "The fetching of videos"),
        lipsync_runs=bootstrap.executions(settings.lipsync_machine_arn, "The lip-sync"),
        places=DynamoLipSyncGate(settings.lipsync_gate_table, 0),
        fence=alone,
        jobs=AmazonTranscriptionJobs(settings.transcribe_endpoint, settings.job_prefix),
    )


def _rows(settings: DeletionSettings, table: str, sort: str, kind: str) -> PartitionRows:
    return PartitionRows(settings.deletions_table, of_video(table, kind, sort, kind))


def _lipsyncs(settings: DeletionSettings) -> IndexedRows:
    place = Indexed(
        table=settings.lipsync_jobs_table,
        what="lip-sync jobs",
        index=BY_VIDEO,
        key="job_id",
        kind="lipsync_jobs",
    )
    return IndexedRows(settings.deletions_table, place)


def limits(settings: DeletionSettings) -> Limits:
    return Limits(
        settle=timedelta(seconds=settings.settle_s),
        longest=timedelta(seconds=settings.worker_s),
        kept=timedelta(days=settings.receipt_days),
    )
