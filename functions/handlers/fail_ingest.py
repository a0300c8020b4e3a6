"""Task: record that a URL could not be fetched, and why. Also told of executions that were stopped
or ran out of time, which pass by every catch."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.domain.times import utc_now
from functions.runtime import telemetry
from functions.runtime.run_settings import FailIngestSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, read_cause, step
from functions.services.ingests.fail_ingest import fail_ingest

settings = load(FailIngestSettings)


@step("fail")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, user_id, error, cause} -> {failed}

    Of an execution that was stopped only its name is told, which is the video's id.
    Nothing has failed where the video was given up or deleted, or its file is there.
    """
    code, detail = read_cause(str(event.get("cause", "")))
    failure = fail_ingest(
        bootstrap.video_store(settings.videos_table),
        bootstrap.media_store(settings.media_bucket),
        utc_now(),
        video_id=event["video_id"],
        user_id=event.get("user_id"),
        code=code,
        detail=detail,
    )
    if failure is None:
        return {"failed": False}
    telemetry.logger.error(
        "ingest failed", extra={"code": failure.code, "error": str(event.get("error"))}
    )
    telemetry.count("IngestsFailed")
    if failure.ours:
        telemetry.count("IngestFaults")
    return {"failed": True}
