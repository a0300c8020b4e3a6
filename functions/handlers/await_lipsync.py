"""Task that waits for the provider: its token comes back when a generation may be over.

What goes wrong here is told by the token, too (see `enter_lipsync`).
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_lipsync
from functions.domain.errors import CutroomError
from functions.runtime import telemetry
from functions.runtime.lipsync_settings import LineSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, step
from functions.services.lipsync.await_lipsync import await_lipsync

settings = load(LineSettings)


@step("await_lipsync")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{job_id, task_token} -> {waits}"""
    line, token = bootstrap_lipsync.line(settings), str(event["task_token"])
    try:
        return {"waits": await_lipsync(line, str(event["job_id"]), token)}
    except CutroomError as error:
        telemetry.logger.warning("not waited for", extra={"code": error.code})
        line.tokens.fail(token, error)
        return {"waits": False}
