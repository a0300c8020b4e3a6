"""Task: see what came of a generation; copy its file to us at once, and look at it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_lipsync
from functions.runtime import telemetry
from functions.runtime.lipsync_settings import CollectLipSyncSettings
from functions.runtime.scratch import scratch_folder
from functions.runtime.settings import load
from functions.runtime.step import Event, out_of_time, step
from functions.services.lipsync.collect_lipsync import Collecting, collect_lipsync

settings = load(CollectLipSyncSettings)


@step("collect_lipsync")
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{job_id} -> {next, seconds}: see `services/lipsync/course.py`"""
    with scratch_folder() as folder:
        desk = Collecting(
            line=bootstrap_lipsync.line(settings),
            provider=bootstrap_lipsync.provider(settings),
            videos=bootstrap.video_store(settings.videos_table),
            media=bootstrap.fenced_store(settings.media_bucket, settings.videos_table),
            results=bootstrap_lipsync.results(settings.sync_so_endpoint),
            tools=bootstrap_lipsync.tools(),
            folder=folder,
            stop=out_of_time(context, settings.handover_s),
        )
        onward = collect_lipsync(desk, event["job_id"])
    telemetry.count("LipSyncsCollected", answer=onward.step.value)
    return dict(onward.told())
