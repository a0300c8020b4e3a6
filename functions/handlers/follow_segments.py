"""Follows the stream of the segments' table: clears up after those that were deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime import telemetry
from functions.runtime.settings import StoreSettings, load
from functions.services.purge_segment import purge_segment

settings = load(StoreSettings)


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Stops at the first record that fails: a stream is read on from there."""
    telemetry.begin(context)
    segments, media = bootstrap.segments_of(settings), bootstrap.media_store(settings.media_bucket)
    for record in event["Records"]:
        segment_id = record["dynamodb"]["Keys"]["segment_id"]["S"]
        try:
            if purge_segment(segment_id, segments, media):
                telemetry.count("SegmentsPurged")
        except Exception:
            telemetry.logger.exception("purge failed", extra={"segment_id": segment_id})
            telemetry.flush()
            raise
    telemetry.flush()
    return {}
