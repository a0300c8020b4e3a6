"""Task: fetch a video from its URL."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_media
from functions.domain.times import utc_now
from functions.runtime import telemetry
from functions.runtime.run_settings import IngestSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, step
from functions.services.ingests.ingest_source import ingest_source
from functions.services.ingests.intake import IngestTools

settings = load(IngestSettings)


@step("ingest")
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{video_id, user_id} -> {finished}: False hands the rest to the next invocation."""

    def out_of_time() -> bool:
        return context.get_remaining_time_in_millis() < settings.handover_s * 1000

    tools = IngestTools(
        videos=bootstrap.video_store(settings.videos_table),
        media=bootstrap.media_store(settings.media_bucket),
        reader=bootstrap_media.source_reader(settings.source_rules),
        resolver=bootstrap_media.source_resolver(),
        limits=settings.tier_limits,
        seconds=settings.fetch_seconds,
        clock=utc_now,
    )
    finished = ingest_source(
        tools, out_of_time, video_id=event["video_id"], user_id=event["user_id"]
    )
    if finished:
        telemetry.count("IngestsFinished")
    return {"finished": finished}
