"""Who is told that a job of the transcriber has ended, and who looks, since events may be lost."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.settings import StageSettings

EVERY = Duration.minutes(5)


class TranscriptionEvents(Construct):
    def __init__(
        self,
        scope: Construct,
        name: str,
        settings: StageSettings,
        *,
        follow: lambda_.Function,
        reconcile: lambda_.Function,
    ) -> None:
        super().__init__(scope, name)
        events.Rule(
            self,
            "Ended",
            event_pattern=events.EventPattern(
                source=["aws.transcribe"],
                detail_type=["Transcribe Job State Change"],
                detail={
                    "TranscriptionJobStatus": ["COMPLETED", "FAILED"],
                    "TranscriptionJobName": events.Match.prefix(f"{settings.job_prefix}."),
                },
            ),
            targets=[targets.LambdaFunction(follow)],
        )
        events.Rule(
            self,
            "Reconcile",
            schedule=events.Schedule.rate(EVERY),
            targets=[targets.LambdaFunction(reconcile)],
        )
