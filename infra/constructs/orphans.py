"""Looks through all that is stored for what belongs to nothing. It reads, and writes reports."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.function_set import FunctionSet
from infra.constructs.grants import grant_listing, grant_objects, grant_table
from infra.constructs.python_function import Sizing
from infra.settings import StageSettings

BY_VIDEO = "video_id-segment_order-index"
HANDOVER_S = 120


class OrphanFunctions(FunctionSet):
    """Makes the one function that does it."""

    def find(self) -> lambda_.Function:
        settings, tables = self._settings, self._data.tables
        environment = {
            **self._stores(),
            "DELETIONS_TABLE": tables.deletions.table_name,
            "ORPHAN_DAYS": str(settings.orphan_days),
            "GRACE_HOURS": str(settings.orphan_grace_hours),
            "HANDOVER_S": str(HANDOVER_S),
        }
        sizing = Sizing(memory_mb=1024, timeout_s=600)
        function = self._add("FindOrphans", "find_orphans", sizing, environment)
        grant_table(function, tables.videos, "Scan", "BatchGetItem")
        grant_table(function, tables.segments, "Scan", "GetItem")
        grant_table(function, tables.segments, index=BY_VIDEO)
        grant_table(function, tables.deletions, "GetItem")
        for prefix in ("uploads/", "media/"):
            grant_objects(function, self._bucket, "GetObject", prefix=prefix)
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="reports/")
        grant_listing(function, self._bucket)
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["s3:ListBucketVersions"], resources=[self._bucket.bucket_arn]
            )
        )
        return function


class OrphanSchedule(Construct):
    """Each tick goes on where the last one ended; one that fails is not tried again."""

    def __init__(
        self, scope: Construct, name: str, settings: StageSettings, function: lambda_.Function
    ) -> None:
        super().__init__(scope, name)
        events.Rule(
            self,
            "Tick",
            schedule=events.Schedule.rate(Duration.minutes(settings.orphan_minutes)),
            targets=[
                targets.LambdaFunction(
                    function, retry_attempts=0, max_event_age=Duration.minutes(1)
                )
            ],
        )
