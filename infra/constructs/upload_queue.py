"""New objects under uploads/, queued: nothing is lost while a start fails."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.nag import acknowledge
from infra.settings import StageSettings

WATCHED_PREFIX = "uploads/"
TRIES = 5


class UploadQueue(Construct):
    """EventBridge rule -> queue, with a dead-letter queue behind."""

    def __init__(
        self, scope: Construct, name: str, settings: StageSettings, bucket: s3.IBucket
    ) -> None:
        super().__init__(scope, name)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            retention_period=Duration.days(settings.retention.dead_letters),
            enforce_ssl=not settings.local,
        )
        self.queue = sqs.Queue(
            self,
            "Queue",
            # AWS asks for six times the consumer's timeout.
            visibility_timeout=Duration.seconds(180),
            retention_period=Duration.days(4),
            enforce_ssl=not settings.local,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=TRIES),
        )
        if settings.local:
            for queue in (self.queue, self.dead_letters):
                acknowledge(queue, "SQS4", "The local cloud speaks plain HTTP, on loopback only.")
        events.Rule(
            self,
            "ObjectCreated",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [bucket.bucket_name]},
                    "object": {"key": [{"prefix": WATCHED_PREFIX}]},
                },
            ),
            targets=[targets.SqsQueue(self.queue, dead_letter_queue=self.dead_letters)],
        )

    def feed(self, function: lambda_.Function) -> None:
        """Deliver in batches; a message that failed comes back alone."""
        function.add_event_source(
            sources.SqsEventSource(self.queue, batch_size=10, report_batch_item_failures=True)
        )
