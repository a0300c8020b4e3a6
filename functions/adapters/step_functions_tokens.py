"""Tasks of state machines that wait for a token to come back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.amazon_transcriber import BUSY
from functions.adapters.aws import client, error_code, unavailable
from functions.domain.errors import CutroomError

_NOBODY: Final = {"TaskDoesNotExist", "TaskTimedOut", "InvalidToken"}


class StepFunctionsTokens:
    def succeed(self, token: str, result: Mapping[str, Any]) -> bool:
        return self._sent("send_task_success", taskToken=token, output=json.dumps(result))

    def fail(self, token: str, error: CutroomError) -> bool:
        """By the names that functions' own errors cross with (see `runtime.step`), and `Busy`."""
        told = json.dumps({"code": error.code, "detail": error.detail})
        cause = json.dumps({"errorType": _name(error), "errorMessage": told})
        return self._sent("send_task_failure", taskToken=token, error=_name(error), cause=cause)

    def _sent(self, call: str, **words: str) -> bool:
        try:
            getattr(client("stepfunctions"), call)(**words)
        except ClientError as error:
            if error_code(error) in _NOBODY:
                return False
            raise unavailable("The state machine", error) from error
        except BotoCoreError as error:
            raise unavailable("The state machine", error) from error
        return True


def _name(error: CutroomError) -> str:
    if error.code == BUSY:
        return "Busy"
    return "Retryable" if error.retryable else "Permanent"
