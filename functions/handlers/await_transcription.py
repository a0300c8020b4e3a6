"""Task that waits: hand a window to the transcriber. Its token comes back when that has ended.

What goes wrong here is told by the token, too: nobody reads what this function returns, and the
local cloud passes over what it raises.
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_media
from functions.domain.errors import CutroomError
from functions.runtime import telemetry
from functions.runtime.run_settings import AwaitSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, step
from functions.services.transcripts.await_transcription import await_transcription

settings = load(AwaitSettings)


@step("await_transcription")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id, transcription_id, window, task_token} -> {over}"""
    scribes, token = bootstrap_media.scribes(settings), str(event["task_token"])
    try:
        over = await_transcription(
            bootstrap.context(settings),
            scribes,
            video_id=event["video_id"],
            run_id=event["run_id"],
            transcription_id=event["transcription_id"],
            index=int(event["window"]),
            token=token,
        )
    except CutroomError as error:
        telemetry.logger.warning("transcription not started", extra={"code": error.code})
        scribes.tokens.fail(token, error)
        return {"over": True}
    return {"over": over}
