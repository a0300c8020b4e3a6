"""Task: join the segments' sound."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_media
from functions.runtime.run_settings import TimedSettings
from functions.runtime.scratch import scratch_folder
from functions.runtime.settings import load
from functions.runtime.step import Event, out_of_time, run_ids, step
from functions.services.cutting.join_audio import AudioBounds, join_audio
from functions.services.runs.heartbeat import beating

settings = load(TimedSettings)


@step("audio", bootstrap.spending(settings))
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id} -> {segment_id}, null for a silent video"""

    stores, ids = bootstrap.context(settings), run_ids(event)
    late = out_of_time(context, settings.handover_s)
    with beating(stores, late, **ids) as stop, scratch_folder() as folder:
        bounds = AudioBounds(folder=folder, stop=stop)
        segment_id = join_audio(stores, bootstrap_media.cutter(), bounds, **ids)
    return {"segment_id": segment_id}
