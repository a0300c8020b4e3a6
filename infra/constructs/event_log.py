"""The log of events: streams of tables -> log -> its own stream -> bus, and who is connected.

A stream takes two readers at most. The segments' has two: this, and what follows from a write
(`SegmentStream`); and so has the log's. Whatever else wants events hangs on the bus.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.event_functions import EventFunctions
from infra.constructs.nag import acknowledge
from infra.constructs.segment_stream import let_read
from infra.settings import StageSettings

BATCH = 100
KEPT_BY_STREAMS = Duration.hours(24)
# Heads and removals are of no interest.
ADDED = ({"eventName": ["INSERT"], "dynamodb": {"NewImage": {"body": {"S": [{"exists": True}]}}}},)
# Each delivery writes to its webhook's row: nobody is called but where it is paused or resumed.
_STATES = ("active", "paused")
ONLY: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "webhooks": tuple(
        {"dynamodb": {"OldImage": {"state": {"S": [was]}}, "NewImage": {"state": {"S": [now]}}}}
        for was, now in (_STATES, _STATES[::-1])
    )
}


class EventLog(Construct):
    """`bus` is what other applications, and webhooks, are told by."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        settings: StageSettings,
        *,
        functions: EventFunctions,
        table: dynamodb.TableV2,
    ) -> None:
        super().__init__(scope, name)
        self._settings = settings
        self.bus = events.EventBus(self, "Bus", description="What changed in Cutroom, for all")
        self.dead_letters = self._dead_letters()
        record = functions.record()
        for kind, told in functions.told().items():
            self._follow(f"Told{kind.title().replace('_', '')}", record, told, ONLY.get(kind, ()))
        publish = functions.publish(self.bus)
        self._follow("Published", publish, table, ADDED)
        self.push = functions.push()
        self._follow("Pushed", self.push, table, ADDED)

    def tell(self, name: str, function: lambda_.Function, *types: str) -> None:
        """Have a function called with each event of some types, at least once."""
        events.Rule(
            self,
            name,
            event_bus=self.bus,
            event_pattern=events.EventPattern(source=["cutroom"], detail_type=list(types)),
            targets=[targets.LambdaFunction(function, dead_letter_queue=self.dead_letters)],
        )

    def _dead_letters(self) -> sqs.Queue:
        queue = sqs.Queue(
            self,
            "DeadLetters",
            retention_period=Duration.days(self._settings.retention.dead_letters),
            enforce_ssl=not self._settings.local,
        )
        acknowledge(queue, "SQS3", "It is where streams' failures go.")
        if self._settings.local:
            acknowledge(queue, "SQS4", "The local cloud speaks plain HTTP, on loopback only.")
        return queue

    def _follow(
        self,
        name: str,
        function: lambda_.Function,
        table: dynamodb.TableV2,
        filters: tuple[Mapping[str, Any], ...] = (),
    ) -> None:
        """In order, again and again while the stream keeps a record; then it is put aside."""
        let_read(function, table)
        lambda_.EventSourceMapping(
            self,
            name,
            target=function,
            event_source_arn=table.table_stream_arn,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=BATCH,
            bisect_batch_on_error=True,
            max_record_age=KEPT_BY_STREAMS,
            filters=[{"pattern": json.dumps(pattern)} for pattern in filters] or None,
            on_failure=sources.SqsDlq(self.dead_letters),
        )
