"""Task: make the transcript of what was heard."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_media
from functions.runtime.run_settings import FinishTranscriptSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, step
from functions.services.transcripts.finish_transcript import finish_transcript

settings = load(FinishTranscriptSettings)


@step("finish_transcript")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id, transcription_id} -> {words}"""
    words = finish_transcript(
        bootstrap.context(settings),
        bootstrap_media.transcription_store(settings.transcriptions_table),
        settings.transcriber,
        video_id=event["video_id"],
        run_id=event["run_id"],
        transcription=event["transcription_id"],
    )
    return {"words": words}
