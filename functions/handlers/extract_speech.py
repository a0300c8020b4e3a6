"""Task: take the sound out of one window of a video, as the transcriber wants it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime.scratch import scratch_folder
from functions.runtime.settings import TimedSettings, load
from functions.runtime.step import Event, step
from functions.services.extract_speech import extract_speech

settings = load(TimedSettings)


@step("extract_speech")
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id, transcription_id, window} -> {audible}"""

    def out_of_time() -> bool:
        return context.get_remaining_time_in_millis() < settings.handover_s * 1000

    with scratch_folder() as folder:
        audible = extract_speech(
            bootstrap.context(settings),
            bootstrap.speech_extractor(),
            folder,
            out_of_time,
            video_id=event["video_id"],
            run_id=event["run_id"],
            transcription_id=event["transcription_id"],
            index=int(event["window"]),
        )
    return {"audible": audible}
