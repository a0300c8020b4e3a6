"""Webhooks: bus -> queue -> who wants it -> queue of single tries -> receivers, and the schedule
that comes back to what waits."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.nag import acknowledge
from infra.constructs.webhook_functions import DELIVER_S, MATCH_S, Queues, WebhookFunctions
from infra.settings import StageSettings

SOURCE = "cutroom"
TRIES = 5
BATCH = 10
EVERY = Duration.minutes(1)


class Webhooks(Construct):
    """`matches` takes events off the bus and replays, `sends` single tries."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        settings: StageSettings,
        *,
        functions: WebhookFunctions,
        bus: events.IEventBus,
    ) -> None:
        super().__init__(scope, name)
        self._settings = settings
        self.matches, self.unmatched = self._queue("Matches", MATCH_S)
        self.sends, self.unsent = self._queue("Sends", DELIVER_S)
        self.queues = queues = Queues(sends=self.sends, matches=self.matches)
        self._feed(self.matches, functions.match(queues), settings.webhook_matchers)
        self._feed(self.sends, functions.deliver(queues), settings.webhook_workers)
        self._listen(bus)
        events.Rule(
            self,
            "Tick",
            schedule=events.Schedule.rate(EVERY),
            targets=[
                targets.LambdaFunction(
                    functions.retry(queues), retry_attempts=0, max_event_age=EVERY
                )
            ],
        )

    def _queue(self, name: str, timeout_s: int) -> tuple[sqs.Queue, sqs.Queue]:
        """A queue, and what was tried in vain."""
        local = self._settings.local
        kept = Duration.days(self._settings.retention.dead_letters)
        dead = sqs.Queue(self, f"{name}DeadLetters", retention_period=kept, enforce_ssl=not local)
        queue = sqs.Queue(
            self,
            name,
            # AWS asks for six times the consumer's timeout.
            visibility_timeout=Duration.seconds(6 * timeout_s),
            retention_period=Duration.days(4),
            enforce_ssl=not local,
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=TRIES),
        )
        if local:
            for one in (queue, dead):
                acknowledge(one, "SQS4", "The local cloud speaks plain HTTP, on loopback only.")
        return queue, dead

    def _feed(self, queue: sqs.Queue, function: lambda_.Function, workers: int) -> None:
        function.add_event_source(
            sources.SqsEventSource(
                queue,
                batch_size=BATCH,
                max_concurrency=workers,
                report_batch_item_failures=True,
            )
        )

    def _listen(self, bus: events.IEventBus) -> None:
        events.Rule(
            self,
            "Told",
            event_bus=bus,
            event_pattern=events.EventPattern(source=[SOURCE]),
            targets=[targets.SqsQueue(self.matches, dead_letter_queue=self.unmatched)],
        )
