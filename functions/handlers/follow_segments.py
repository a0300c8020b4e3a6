"""Follows the stream of the segments' table: has a new range cut, clears up after a deletion.

What follows from a write cannot come apart from it here, as a second call after it could: whoever
writes the row has written the stream's record.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.domain.times import utc_now
from functions.runtime import telemetry
from functions.runtime.run_settings import FollowSettings
from functions.runtime.settings import load
from functions.services.segments.purge_segment import purge_segment

settings = load(FollowSettings)


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Stops at the first record that fails: a stream is read on from there."""
    telemetry.begin(context)
    for record in event["Records"]:
        change = record["dynamodb"]
        segment_id = change["Keys"]["segment_id"]["S"]
        try:
            _follow(segment_id, change.get("NewImage", {}))
        except Exception:
            telemetry.logger.exception("follow-up failed", extra={"segment_id": segment_id})
            telemetry.flush()
            raise
    telemetry.flush()
    return {}


def _follow(segment_id: str, row: Mapping[str, Any]) -> None:
    """Safe to repeat: a cut is started once, and a purge goes on where it was."""
    if "deleted_at" in row:
        purged = purge_segment(
            segment_id,
            bootstrap.segments_of(settings),
            bootstrap.media_store(settings.media_bucket),
            bootstrap.video_store(settings.videos_table),
            utc_now,
        )
        if purged:
            telemetry.count("SegmentsPurged")
    elif row.get("status") == {"S": "pending"}:
        bootstrap.range_cuts(settings.range_machine_arn).start(segment_id)
        telemetry.count("RangesStarted")
