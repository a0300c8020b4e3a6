"""What is to be sent, and what is to be replayed, as messages in SQS."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, unavailable
from functions.domain.codec import to_plain
from functions.domain.errors import UnavailableError
from functions.domain.webhooks.ports import ReplayTask, SendTask

_BATCH: Final = 10
_LONGEST_DELAY: Final = 900


class SqsWebhookQueue:
    """`sends` is the queue of single tries, `matches` that of events, which takes replays, too."""

    def __init__(self, sends: str, matches: str) -> None:
        self._sends, self._matches = sends, matches

    def send(self, tasks: Sequence[SendTask], delay_s: int = 0) -> None:
        for start in range(0, len(tasks), _BATCH):
            entries = [
                {
                    "Id": str(at),
                    "MessageBody": json.dumps(to_plain(task), separators=(",", ":")),
                    "DelaySeconds": min(delay_s, _LONGEST_DELAY),
                }
                for at, task in enumerate(tasks[start : start + _BATCH])
            ]
            try:
                told = client("sqs").send_message_batch(QueueUrl=self._sends, Entries=entries)
            except (ClientError, BotoCoreError) as error:
                raise unavailable("The queue of webhooks", error) from error
            if told.get("Failed"):
                raise UnavailableError("dependency.unavailable", "The queue of webhooks is busy.")

    def replay(self, task: ReplayTask) -> None:
        body = json.dumps({"replay": to_plain(task)}, separators=(",", ":"))
        try:
            client("sqs").send_message(QueueUrl=self._matches, MessageBody=body)
        except (ClientError, BotoCoreError) as error:
            raise unavailable("The queue of webhooks", error) from error
