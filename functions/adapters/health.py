"""Whether the things a request needs can be reached."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client

Check = Callable[[], object]


def reach(tables: Mapping[str, str], bucket: str, queue: str) -> Mapping[str, bool]:
    """One cheap call each: name -> reached. `tables` are by what they hold."""
    dynamodb = client("dynamodb")
    checks: dict[str, Check] = {
        f"table:{what}": functools.partial(dynamodb.describe_table, TableName=name)
        for what, name in tables.items()
    }
    checks["bucket:media"] = lambda: client("s3").head_bucket(Bucket=bucket)
    checks["queue:uploads"] = lambda: client("sqs").get_queue_url(QueueName=queue)
    return {name: _works(check) for name, check in checks.items()}


def _works(check: Check) -> bool:
    try:
        check()
    except (ClientError, BotoCoreError):
        return False
    return True
