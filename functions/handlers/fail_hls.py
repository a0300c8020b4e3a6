"""Task: record that the HLS rendition could not be made."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime import telemetry
from functions.runtime.settings import StoreSettings, load
from functions.runtime.step import Event, read_cause, step
from functions.services.hls.fail_hls import fail_hls

settings = load(StoreSettings)


@step("fail")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id, error, cause} -> {code}"""
    code, detail = read_cause(str(event.get("cause", "")))
    failure = fail_hls(
        bootstrap.context(settings),
        video_id=event["video_id"],
        run_id=event["run_id"],
        code=code,
        detail=detail,
    )
    telemetry.logger.error(
        "HLS failed", extra={"code": failure.code, "error": str(event.get("error"))}
    )
    telemetry.count("HlsFailed")
    return {"code": failure.code}
