"""What follows from a write of a segment: the cut of a new range, the clearing up of a deletion.

The write and what follows cannot come apart, as two separate calls could: whoever writes the row
has written the stream's record.
"""

from __future__ import annotations

import json

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.nag import acknowledge
from infra.settings import StageSettings

TRIES = 10
# `dynamodb.NewImage` is as the table writes it: typed.
FOLLOWED: tuple[dict[str, object], ...] = (
    {"dynamodb": {"NewImage": {"deleted_at": {"S": [{"exists": True}]}}}},
    {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"status": {"S": ["pending"]}}}},
)
# Accounts, and none of the consents that are awaited beside them.
ACCOUNTS: tuple[dict[str, object], ...] = tuple(
    {"dynamodb": {image: {"connected_at": {"S": [{"exists": True}]}}}}
    for image in ("NewImage", "OldImage")
)


class SegmentStream(Construct):
    """Stream of the segments -> function, with a dead-letter queue behind."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        settings: StageSettings,
        *,
        table: dynamodb.TableV2,
        function: lambda_.Function,
    ) -> None:
        super().__init__(scope, name)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            retention_period=Duration.days(settings.retention.dead_letters),
            enforce_ssl=not settings.local,
        )
        acknowledge(self.dead_letters, "SQS3", "It is where a stream's failures go.")
        if settings.local:
            acknowledge(
                self.dead_letters, "SQS4", "The local cloud speaks plain HTTP, on loopback only."
            )
        self.read(table, "Followed", function, FOLLOWED)

    def read(
        self,
        table: dynamodb.TableV2,
        name: str,
        function: lambda_.Function,
        patterns: tuple[dict[str, object], ...],
    ) -> None:
        """What fails for good is kept with what else fails so."""
        let_read(function, table)
        lambda_.EventSourceMapping(
            self,
            name,
            target=function,
            event_source_arn=table.table_stream_arn,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=10,
            bisect_batch_on_error=True,
            retry_attempts=TRIES,
            filters=[{"pattern": json.dumps(pattern)} for pattern in patterns],
            on_failure=sources.SqsDlq(self.dead_letters),
        )


def let_read(function: lambda_.Function, table: dynamodb.TableV2) -> None:
    """Of the stream of a table."""
    stream = table.table_stream_arn
    assert stream is not None  # noqa: S101  (the table is made with a stream)
    # Lambda makes no mapping for a role that lacks one of the four.
    actions = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
    function.add_to_role_policy(
        iam.PolicyStatement(actions=[f"dynamodb:{a}" for a in actions], resources=[stream])
    )
