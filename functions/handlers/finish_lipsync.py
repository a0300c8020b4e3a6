"""Task: make a lip-synced file a segment of its video."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_lipsync
from functions.domain.times import utc_now
from functions.runtime import telemetry
from functions.runtime.lipsync_settings import FinishLipSyncSettings
from functions.runtime.scratch import scratch_folder
from functions.runtime.settings import load
from functions.runtime.step import Event, out_of_time, step
from functions.services.lipsync.finish_lipsync import Finishing, finish_lipsync

settings = load(FinishLipSyncSettings)


@step("finish_lipsync")
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{job_id} -> {segment_id}"""
    with scratch_folder() as folder:
        desk = Finishing(
            jobs=bootstrap_lipsync.job_store(settings.lipsync_jobs_table),
            videos=bootstrap.video_store(settings.videos_table),
            segments=bootstrap.segments_of(settings),
            media=bootstrap.fenced_store(settings.media_bucket, settings.videos_table),
            tools=bootstrap_lipsync.tools(),
            detector=bootstrap_lipsync.text_detector(settings.rekognition_endpoint),
            clock=utc_now,
            folder=folder,
            stop=out_of_time(context, settings.handover_s),
        )
        segment_id = finish_lipsync(desk, event["job_id"])
    telemetry.count("LipSyncsCompleted")
    return {"segment_id": segment_id}
