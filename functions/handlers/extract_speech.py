"""Task: take the sound out of one window of a video, as the transcriber wants it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_media
from functions.runtime.run_settings import TimedSettings
from functions.runtime.scratch import scratch_folder
from functions.runtime.settings import load
from functions.runtime.step import Event, out_of_time, run_ids, step
from functions.services.runs.heartbeat import beating
from functions.services.transcripts.extract_speech import extract_speech

settings = load(TimedSettings)


@step("extract_speech")
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id, transcription_id, window} -> {audible}"""

    stores, ids = bootstrap.context(settings), run_ids(event)
    late = out_of_time(context, settings.handover_s)
    with beating(stores, late, **ids) as stop, scratch_folder() as folder:
        audible = extract_speech(
            stores,
            bootstrap_media.speech_extractor(),
            folder,
            stop,
            transcription_id=event["transcription_id"],
            index=int(event["window"]),
            **ids,
        )
    return {"audible": audible}
