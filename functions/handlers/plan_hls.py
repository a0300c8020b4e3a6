"""Task: say what is to be written of the video's HLS rendition."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_media
from functions.runtime.settings import StoreSettings, load
from functions.runtime.step import Event, step
from functions.services.hls.plan_hls import plan_rendition

settings = load(StoreSettings)


@step("plan_hls")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id} -> {hls_id, windows: [0, 1, …]}: none where nothing is left to do."""
    to_do = plan_rendition(
        bootstrap.context(settings),
        bootstrap_media.prober(settings.media_bucket),
        video_id=event["video_id"],
        run_id=event["run_id"],
    )
    return {"hls_id": to_do.hls_id, "windows": list(to_do.windows)}
