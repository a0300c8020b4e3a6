"""Who looks at jobs that wait for the lip-sync provider."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

EVERY = Duration.minutes(1)


class LipSyncSchedule(Construct):
    """A tick that fails is not tried again: the next one comes."""

    def __init__(self, scope: Construct, name: str, *, poll: lambda_.Function) -> None:
        super().__init__(scope, name)
        target = targets.LambdaFunction(poll, retry_attempts=0, max_event_age=Duration.minutes(1))
        events.Rule(self, "Tick", schedule=events.Schedule.rate(EVERY), targets=[target])
