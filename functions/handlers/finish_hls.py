"""Task: make one rendition of what all windows have written."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime.settings import StoreSettings, load
from functions.runtime.step import Event, step
from functions.services.hls.finish_hls import finish_hls

settings = load(StoreSettings)


@step("finish_hls")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id, hls_id} -> {pieces}: 0 where it was there before."""
    pieces = finish_hls(
        bootstrap.context(settings),
        video_id=event["video_id"],
        run_id=event["run_id"],
        hls_id=event["hls_id"],
    )
    return {"pieces": pieces}
