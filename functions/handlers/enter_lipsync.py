"""Task that waits: stand in line for a place at the provider. Its token comes back with one.

What goes wrong here is told by the token, too: nobody reads what this function returns, and the
local cloud passes over what it raises.
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
from functions.services.lipsync.enter_lipsync import enter_lipsync

settings = load(LineSettings)


@step("enter_lipsync")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{job_id, task_token} -> {told}: how many were given a place by this"""
    line, token = bootstrap_lipsync.line(settings), str(event["task_token"])
    try:
        return {"told": enter_lipsync(line, str(event["job_id"]), token)}
    except CutroomError as error:
        telemetry.logger.warning("not in line", extra={"code": error.code})
        line.tokens.fail(token, error)
        return {"told": 0}
