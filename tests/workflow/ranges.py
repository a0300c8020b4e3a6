"""Ranges asked for as the API does it: a pending row, then an execution of the segment's name."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest

from functions.adapters import aws
from functions.adapters.dynamo.segments import DynamoSegmentStore
from functions.adapters.step_functions_range_cuts import StepFunctionsRangeCuts
from functions.domain.segments.segment import Segment, SegmentStatus, range_thumbnail_id
from functions.domain.times import utc_now
from infra.local.emulator import CREDENTIALS
from tests.builders import make_pending
from tests.support.cloud import PATIENCE_S, Cloud
from tests.workflow.executions import OVER, execution, history, over

HANDLER = "functions.handlers.{}.lambda_handler"


@dataclass
class Ranges:
    cloud: Cloud

    @cached_property
    def machine(self) -> str:
        return self.environment("follow_segments")["RANGE_MACHINE_ARN"]

    @cached_property
    def store(self) -> DynamoSegmentStore:
        names = self.environment("cut_range")
        tables = ("SEGMENTS_TABLE", "COUNTERS_TABLE", "SNAPSHOTS_TABLE")
        return DynamoSegmentStore(*(names[table] for table in tables))

    def environment(self, handler: str) -> dict[str, str]:
        pages = self.cloud.client("lambda").get_paginator("list_functions").paginate()
        (found,) = (
            function["Environment"]["Variables"]
            for page in pages
            for function in page["Functions"]
            if function["Handler"] == HANDLER.format(handler)
        )
        return dict(found)

    def pending(self, video_id: str, start: int, end: int) -> str:
        """A row that waits; returns the segment's id. Times in milliseconds."""
        user_id, segment_id = self.cloud.user().user_id, str(uuid.uuid4())
        now = utc_now()
        self.store.create(
            make_pending(
                segment_id=segment_id,
                video_id=video_id,
                user_id=user_id,
                s3_key=f"{self.folder(video_id, segment_id)}segment",
                segment_number=1_000,
                start=start,
                end=end,
                created_at=now,
                updated_at=now,
            )
        )
        return segment_id

    def start(self, segment_id: str) -> None:
        StepFunctionsRangeCuts(self.machine).start(segment_id)

    def stop(self, segment_id: str) -> None:
        arn = self.machine.replace(":stateMachine:", ":execution:")
        steps = self.cloud.client("stepfunctions")
        steps.stop_execution(executionArn=f"{arn}:{segment_id}")

    def ask(self, video_id: str, start: int, end: int) -> str:
        segment_id = self.pending(video_id, start, end)
        self.start(segment_id)
        return segment_id

    def settled(self, segment_id: str) -> Segment:
        """The segment once it waits no more."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            segment = self.store.get(segment_id)
            assert segment
            if segment.status is not SegmentStatus.PENDING:
                return segment
            time.sleep(0.2)
        raise AssertionError(f"still pending after {PATIENCE_S} s: {self.history(segment_id)[-3:]}")

    def over(self, segment_id: str) -> str:
        return over(self.cloud, segment_id, self.machine)

    def is_over(self, segment_id: str) -> bool:
        return execution(self.cloud, segment_id, self.machine)["status"] in OVER

    def history(self, segment_id: str) -> list[dict[str, Any]]:
        return history(self.cloud, segment_id, self.machine)

    def folder(self, video_id: str, segment_id: str) -> str:
        return f"media/{self.cloud.user().user_id}/{video_id}/{segment_id}/"

    def whole(self, video_id: str, segment_id: str) -> list[str]:
        """What a range of a MP4 has in the bucket once it is ready."""
        folder = self.folder(video_id, segment_id)
        return [f"{folder}segment.mp4", f"{folder}thumbnail.jpg"]

    def objects(self, video_id: str, segment_id: str) -> list[str]:
        """What the bucket has of a range, all versions."""
        listed = self.cloud.client("s3").list_object_versions(
            Bucket=self.cloud.outputs.media_bucket, Prefix=self.folder(video_id, segment_id)
        )
        return [it["Key"] for it in listed.get("Versions", [])]

    def rows(self, segment_id: str) -> set[str]:
        """The table's rows of a range and of its thumbnail, marks of deletions as well."""
        table = self.environment("cut_range")["SEGMENTS_TABLE"]
        keys = [{"segment_id": {"S": one}} for one in (segment_id, range_thumbnail_id(segment_id))]
        answer = self.cloud.client("dynamodb").batch_get_item(
            RequestItems={table: {"Keys": keys, "ConsistentRead": True}}
        )
        return {row["segment_id"]["S"] for row in answer["Responses"][table]}


@contextmanager
def adapters_reach(cloud: Cloud) -> Iterator[None]:
    """Our adapters make their clients from the environment, once per process."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        patch.setenv("AWS_ENDPOINT_URL", cloud.outputs.aws_endpoint_url)
        _forget_clients()
        yield
    _forget_clients()


def _forget_clients() -> None:
    aws.client.cache_clear()
    aws._session.cache_clear()
