"""Task: say what is to be written down of a video."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime.settings import StoreSettings, load
from functions.runtime.step import Event, step
from functions.services.transcripts.plan_transcript import plan_transcription

settings = load(StoreSettings)


@step("plan_transcript")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id} -> {transcription_id, windows: [0, 1, …]}: those not heard before."""
    to_do = plan_transcription(
        bootstrap.context(settings), video_id=event["video_id"], run_id=event["run_id"]
    )
    return {"transcription_id": to_do.transcription_id, "windows": list(to_do.windows)}
