"""Looks for runs, ranges and fetches that stopped without an end, again and again."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs.function_set import FunctionSet
from infra.constructs.grants import grant_executions, grant_listing, grant_objects, grant_table
from infra.constructs.python_function import Sizing
from infra.constructs.tables import INGEST_WATCH_INDEX, RUN_WATCH_INDEX, SEGMENT_WATCH_INDEX
from infra.settings import StageSettings


class ReaperFunctions(FunctionSet):
    """Makes the one function that does it."""

    def reap(
        self, machine: sfn.StateMachine, ranges: sfn.StateMachine, ingest: sfn.StateMachine
    ) -> lambda_.Function:
        tables = self._data.tables
        environment = {
            **self._stores(),
            "STATE_MACHINE_ARN": machine.state_machine_arn,
            "RANGE_MACHINE_ARN": ranges.state_machine_arn,
            "INGEST_MACHINE_ARN": ingest.state_machine_arn,
            "REAP_LIMIT": str(self._settings.reap_limit),
        }
        # As long as a tick is apart from the next is not needed; two at once do no harm.
        function = self._add("ReapRuns", "reap_runs", Sizing(timeout_s=120), environment)
        grant_table(function, tables.videos, "GetItem", "PutItem")
        grant_table(function, tables.runs, "GetItem", "UpdateItem")
        grant_table(function, tables.runs, index=RUN_WATCH_INDEX[0])
        grant_table(function, tables.segments, index=SEGMENT_WATCH_INDEX[0])
        grant_table(function, tables.videos, index=INGEST_WATCH_INDEX[0])
        self._grant_segment_writes(function)
        self._grant_closing(function)
        self._grant_sweeping(function)
        self._grant_ending_fetches(function)
        for each in (machine, ranges, ingest):
            each.grant_start_execution(function)
            grant_executions(function, each, "DescribeExecution")
        grant_executions(function, machine, "StopExecution")
        return function

    def _grant_sweeping(self, function: lambda_.Function) -> None:
        """What a cancelled run has stored and not recorded: its plan says what may be there."""
        grant_table(function, self._data.tables.segments, "BatchGetItem")
        grant_objects(function, self._bucket, "GetObject", prefix="media/")
        self._grant_erasing(function)
        # Who may not list a bucket is told of a missing object that it is forbidden.
        grant_listing(function, self._bucket)


class ReaperSchedule(Construct):
    """A tick that fails is not tried again: the next one comes."""

    def __init__(
        self, scope: Construct, name: str, settings: StageSettings, function: lambda_.Function
    ) -> None:
        super().__init__(scope, name)
        events.Rule(
            self,
            "Tick",
            schedule=events.Schedule.rate(Duration.minutes(settings.reap_minutes)),
            targets=[
                targets.LambdaFunction(
                    function, retry_attempts=0, max_event_age=Duration.minutes(1)
                )
            ],
        )
