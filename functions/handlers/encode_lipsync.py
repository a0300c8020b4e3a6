"""Task: write a job's files anew, for a provider that could not read them."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_lipsync
from functions.domain.times import utc_now
from functions.runtime import telemetry
from functions.runtime.lipsync_settings import EncodeLipSyncSettings
from functions.runtime.scratch import scratch_folder
from functions.runtime.settings import load
from functions.runtime.step import Event, out_of_time, step
from functions.services.lipsync.encode_lipsync import Encoding, encode_lipsync

settings = load(EncodeLipSyncSettings)


@step("encode_lipsync")
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{job_id} -> {}"""
    with scratch_folder() as folder:
        desk = Encoding(
            jobs=bootstrap_lipsync.job_store(settings.lipsync_jobs_table),
            videos=bootstrap.video_store(settings.videos_table),
            media=bootstrap.fenced_store(settings.media_bucket, settings.videos_table),
            tools=bootstrap_lipsync.tools(),
            clock=utc_now,
            folder=folder,
            stop=out_of_time(context, settings.handover_s),
        )
        encode_lipsync(desk, event["job_id"])
    telemetry.count("LipSyncsEncoded")
    return {}
