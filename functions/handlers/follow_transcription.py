"""EventBridge: a job of the transcriber has ended. Its word is not taken for it: see there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_media
from functions.runtime import telemetry
from functions.runtime.run_settings import ScribeSettings
from functions.runtime.settings import load
from functions.services.transcripts.settle_transcription import follow

settings = load(ScribeSettings)


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """“Transcribe Job State Change” -> {over}: False where nobody of ours waits for it."""
    telemetry.begin(context)
    over = follow(bootstrap_media.scribes(settings), str(event["detail"]["TranscriptionJobName"]))
    telemetry.count("TranscriptionsFollowed" if over else "TranscriptionEventsIgnored")
    telemetry.flush()
    return {"over": over}
