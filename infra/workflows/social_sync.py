"""The looking at posts: a list of batches in S3, each by a function, many side by side.

A batch that fails for good fails alone: its posts are due again when the lease of their plan ends.
"""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs.grants import acknowledge_map
from infra.settings import StageSettings
from infra.workflows.machine import make_machine
from infra.workflows.steps import lambda_step

BATCH = ("user_id", "platform", "posts", "planned_at", "sync_id", "batch")
ASKED = ("user_id", "sync_id")


class SocialSync(Construct):
    def __init__(
        self,
        scope: Construct,
        name: str,
        settings: StageSettings,
        *,
        function: lambda_.Function,
        plan: lambda_.Function,
        bucket: s3.IBucket,
    ) -> None:
        super().__init__(scope, name)
        batches = self._batches(settings, function, bucket)
        self.machine = make_machine(
            self,
            settings,
            sfn.Chain.start(self._planned(plan, batches)),
            name="social-sync",
            functions=[function, plan],
            timeout=Duration.hours(1),
            # The local cloud reads a map's list by a path only, and a machine of expressions can
            # have no state of paths.
            language=sfn.QueryLanguage.JSON_PATH,
        )
        acknowledge_map(self, self.machine, bucket)

    def _planned(self, plan: lambda_.Function, batches: sfn.DistributedMap) -> sfn.Choice:
        """The schedule brings its list; what a user has asked for is planned here first."""
        nothing = sfn.Pass.jsonata(self, "Left to the schedule", outputs={})
        payload = {name: f"{{% $states.input.{name} %}}" for name in ASKED}
        step = lambda_step(self, "Plan what was asked", plan, payload, caught_by=nothing)
        has_list = sfn.Condition.is_present("$.key")
        anything = sfn.Choice(self, "Is there anything to do")
        step.next(anything.when(has_list, batches).otherwise(nothing))
        return sfn.Choice(self, "Is there a list").when(has_list, batches).otherwise(step)

    def _batches(
        self, settings: StageSettings, function: lambda_.Function, bucket: s3.IBucket
    ) -> sfn.DistributedMap:
        left = sfn.Pass.jsonata(self, "Due again later", outputs={})
        payload = {name: f"{{% $states.input.{name} %}}" for name in BATCH}
        batches = sfn.DistributedMap(
            self,
            "All batches",
            item_reader=sfn.S3JsonItemReader(bucket=bucket, key=sfn.JsonPath.string_at("$.key")),
            max_concurrency=settings.syncs_at_once,
            tolerated_failure_percentage=100,
            result_path=sfn.JsonPath.DISCARD,
        )
        step = lambda_step(self, "Look at posts", function, payload, caught_by=left)
        return batches.item_processor(step)


class SyncSchedule(Construct):
    """A tick that fails is not tried again: the next one comes."""

    def __init__(
        self, scope: Construct, name: str, settings: StageSettings, function: lambda_.Function
    ) -> None:
        super().__init__(scope, name)
        target = targets.LambdaFunction(
            function, retry_attempts=0, max_event_age=Duration.minutes(1)
        )
        schedule = events.Schedule.rate(Duration.minutes(settings.sync_minutes))
        events.Rule(self, "Tick", schedule=schedule, targets=[target])
