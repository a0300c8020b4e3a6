"""Task: ask the provider for a generation, once."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_lipsync
from functions.runtime import telemetry
from functions.runtime.lipsync_settings import SubmitLipSyncSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, step
from functions.services.lipsync.submit_lipsync import Submission, submit_lipsync

settings = load(SubmitLipSyncSettings)


def webhook(job_id: str) -> str:
    """The provider tells only its own id: ours stands in the address."""
    return f"{settings.webhook_url}?job_id={job_id}"


@step("submit_lipsync")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{job_id} -> {next, seconds}: see `services/lipsync/course.py`"""
    desk = Submission(
        line=bootstrap_lipsync.line(settings),
        provider=bootstrap_lipsync.provider(settings),
        videos=bootstrap.video_store(settings.videos_table),
        media=bootstrap.fenced_store(settings.media_bucket, settings.videos_table),
        webhook=webhook,
    )
    onward = submit_lipsync(desk, event["job_id"])
    telemetry.count("LipSyncSubmissions", answer=onward.step.value)
    return dict(onward.told())
