"""The LipSyncHints port: the function that looks at jobs, called without waiting for it."""

from __future__ import annotations

import json

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, unavailable


class LambdaHints:
    def __init__(self, function: str) -> None:
        self._function = function

    def look_at(self, job_id: str) -> None:
        try:
            client("lambda").invoke(
                FunctionName=self._function,
                InvocationType="Event",
                Payload=json.dumps({"job_id": job_id}).encode(),
            )
        except (ClientError, BotoCoreError) as error:
            raise unavailable("The function that looks at jobs", error) from error
