"""Task: look at the files of a lip-sync job, and hold them against what was asked."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_lipsync, bootstrap_media
from functions.runtime import telemetry
from functions.runtime.lipsync_settings import PrepareLipSyncSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, step
from functions.services.lipsync.prepare_lipsync import prepare_lipsync

settings = load(PrepareLipSyncSettings)


@step("prepare_lipsync")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{job_id} -> {fits}: False for a job that was rejected, with all that is wrong."""
    desk = bootstrap_lipsync.desk(
        settings.lipsync_jobs_table,
        settings.videos_table,
        settings.media_bucket,
        settings.lipsync_rules,
    )
    fits = prepare_lipsync(desk, bootstrap_media.prober(settings.media_bucket), event["job_id"])
    if not fits:
        telemetry.count("LipSyncsRejected")
    return {"fits": fits}
