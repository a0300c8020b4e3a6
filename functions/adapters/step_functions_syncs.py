"""Executions that look at posts: the batches lie in S3, the execution carries where."""

from __future__ import annotations

import json

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, unavailable
from functions.adapters.executions import Executions
from functions.domain.ids import fingerprint
from functions.domain.keys import SYNCS
from functions.domain.platforms.demands import Demand
from functions.domain.platforms.syncing import SyncPlan
from functions.domain.times import to_iso


class S3SyncLists:
    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def write(self, plan: SyncPlan, sync_id: str = "") -> tuple[str, str]:
        """A name that says what is in it, and where it is; the same for the same plan."""
        at = to_iso(plan.planned_at)
        rows = [
            {
                "user_id": batch.user_id,
                "platform": batch.platform.value,
                # As text: what carries it takes lists apart.
                "posts": json.dumps([[post.segment_id, post.post_id] for post in batch.posts]),
                "planned_at": at,
                "sync_id": sync_id,
                "batch": str(number),
            }
            for number, batch in enumerate(plan.batches)
        ]
        body = json.dumps(rows, separators=(",", ":"))
        name = f"sync-{fingerprint(at, body)}"
        key = f"{SYNCS}/{name}.json"
        try:
            client("s3").put_object(
                Bucket=self._bucket, Key=key, Body=body.encode(), ContentType="application/json"
            )
        except (ClientError, BotoCoreError) as error:
            raise unavailable("The bucket", error) from error
        return name, key


class StepFunctionsSyncs:
    def __init__(self, state_machine_arn: str, bucket: str) -> None:
        self._executions = Executions("The sync of posts", state_machine_arn)
        self._lists = S3SyncLists(bucket)

    def start(self, plan: SyncPlan) -> None:
        """What has no batch has nothing to start."""
        name, key = self._lists.write(plan)
        self._executions.start(name, {"key": key})


class StepFunctionsDemands:
    """Planned by the execution itself."""

    def __init__(self, state_machine_arn: str) -> None:
        self._executions = Executions("The sync of posts", state_machine_arn)

    def start(self, demand: Demand) -> None:
        ids = {"user_id": demand.user_id, "sync_id": demand.sync_id}
        self._executions.start(f"asked-{demand.sync_id}", ids)
