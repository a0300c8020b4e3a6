"""Task: join the segments' sound."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime.scratch import scratch_folder
from functions.runtime.settings import TimedSettings, load
from functions.runtime.step import Event, step
from functions.services.join_audio import AudioBounds, join_audio

settings = load(TimedSettings)


@step("audio", bootstrap.spending(settings))
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id} -> {segment_id}, null for a silent video"""

    def out_of_time() -> bool:
        return context.get_remaining_time_in_millis() < settings.handover_s * 1000

    with scratch_folder() as folder:
        segment_id = join_audio(
            bootstrap.context(settings),
            bootstrap.cutter(),
            AudioBounds(folder=folder, stop=out_of_time),
            video_id=event["video_id"],
            run_id=event["run_id"],
        )
    return {"segment_id": segment_id}
