"""SQS: objects that appeared under uploads/. A message that fails is delivered again by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_lipsync
from functions.domain.errors import CutroomError
from functions.domain.lipsync.job_ports import LipSyncRuns
from functions.domain.media.source import Source
from functions.domain.times import from_iso, utc_now
from functions.runtime import telemetry
from functions.runtime.run_settings import StartSettings
from functions.runtime.settings import load
from functions.services.ingests.admit_object import admit
from functions.services.lipsync.jobs import LipSyncDesk
from functions.services.lipsync.start_lipsync import video_arrival, voice_arrival
from functions.services.runs.start_run import ObjectCreated, Stores, start_from_event

settings = load(StartSettings)


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    telemetry.begin(context)
    failed = [record["messageId"] for record in event["Records"] if not _start(record["body"])]
    telemetry.flush()
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}


def _start(body: str) -> bool:
    stores = Stores(
        videos=bootstrap.video_store(settings.videos_table),
        runs=bootstrap.run_store(settings.runs_table),
        lock=bootstrap.run_lock(settings.videos_table, settings.runs_table),
        pipeline=bootstrap.pipeline(settings.state_machine_arn),
        preferences=bootstrap.preference_store(settings.preferences_table),
    )
    try:
        deletions = bootstrap.deletion_store(settings.deletions_table, settings.videos_table)
        media = bootstrap.media_store(settings.media_bucket)
        event = admit(parse(json.loads(body)), deletions, media)
        if event and voice_arrival(_desk(), _lipsyncs(), event.source.key):
            telemetry.count("VoicesArrived")
            return True
        run = start_from_event(event, stores, utc_now()) if event else None
        if run:
            video_arrival(_desk(), _lipsyncs(), run.video_id)
    except (CutroomError, KeyError, ValueError, TypeError, AttributeError) as error:
        telemetry.logger.exception("upload event failed", extra={"error": type(error).__name__})
        return False
    telemetry.count("RunsStarted" if run else "UploadsIgnored")
    return True


def _desk() -> LipSyncDesk:
    return bootstrap_lipsync.desk(
        settings.lipsync_jobs_table,
        settings.videos_table,
        settings.media_bucket,
        settings.lipsync_rules,
    )


def _lipsyncs() -> LipSyncRuns:
    return bootstrap_lipsync.runs(settings.lipsync_machine_arn)


def parse(event: Mapping[str, Any]) -> ObjectCreated:
    """EventBridge's “Object Created”: keys come as they are, the ETag without quotes."""
    detail = event["detail"]
    item = detail["object"]
    return ObjectCreated(
        bucket=detail["bucket"]["name"],
        source=Source(
            key=item["key"],
            size=int(item.get("size", 0)),
            etag=item["etag"].strip('"'),
            version_id=item.get("version-id") or None,
        ),
        at=from_iso(event["time"]) if event.get("time") else None,
    )
