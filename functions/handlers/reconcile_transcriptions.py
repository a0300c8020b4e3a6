"""Schedule: look at jobs of the transcriber whose end nobody has told of. Events may be lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_media
from functions.runtime import telemetry
from functions.runtime.run_settings import ScribeSettings
from functions.runtime.settings import load
from functions.services.transcripts.settle_transcription import look_around

settings = load(ScribeSettings)


def lambda_handler(_: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """-> {over}: how many have been found at their end"""
    telemetry.begin(context)
    over = look_around(bootstrap_media.scribes(settings))
    telemetry.count("TranscriptionsReconciled", over)
    telemetry.flush()
    return {"over": over}
