"""The functions that delete videos: what each may touch, and how large it is."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn

from infra.constructs.function_set import FunctionSet
from infra.constructs.grants import flat, grant_executions, grant_objects, grant_table
from infra.constructs.nag import acknowledge
from infra.constructs.python_function import Sizing
from infra.constructs.tables import EVENTS_INDEX, LIPSYNC_VIDEO_INDEX

# By type, of segments that were deleted alone; by number, of all others.
INDEXES = ("video_id-segment_type-index", "video_id-segment_order-index")
BY_USER = "user_id-created_at-index"
HANDOVER_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The machines that may be at work on a video."""

    pipeline: sfn.StateMachine
    ranges: sfn.StateMachine
    search: sfn.StateMachine
    ingest: sfn.StateMachine
    lipsync: sfn.StateMachine

    def all(self) -> list[sfn.StateMachine]:
        return [self.pipeline, self.ranges, self.search, self.ingest, self.lipsync]

    def environment(self) -> dict[str, str]:
        return {
            "STATE_MACHINE_ARN": self.pipeline.state_machine_arn,
            "RANGE_MACHINE_ARN": self.ranges.state_machine_arn,
            "MOMENT_MACHINE_ARN": self.search.state_machine_arn,
            "INGEST_MACHINE_ARN": self.ingest.state_machine_arn,
            "LIPSYNC_MACHINE_ARN": self.lipsync.state_machine_arn,
        }


class DeletionFunctions(FunctionSet):
    """Makes the functions of the deletion."""

    def delete(self, stopped: Stopped) -> lambda_.Function:
        settings, tables = self._settings, self._data.tables
        environment = {
            **self._stores(),
            "DELETIONS_TABLE": tables.deletions.table_name,
            "IDEMPOTENCY_TABLE": tables.idempotency.table_name,
            "TRANSCRIPTIONS_TABLE": tables.transcriptions.table_name,
            "MOMENTS_TABLE": tables.moments.table_name,
            "GENERATIONS_TABLE": tables.generations.table_name,
            "LIPSYNC_JOBS_TABLE": tables.lipsync_jobs.table_name,
            "LIPSYNC_GATE_TABLE": tables.lipsync_gate.table_name,
            "SOCIAL_POSTS_TABLE": tables.social_posts.table_name,
            "EVENTS_TABLE": tables.events.table_name,
            **stopped.environment(),
            "TRANSCRIBE_ENDPOINT": self._transcriber(),
            "JOB_PREFIX": settings.job_prefix,
            "SETTLE_S": str(settings.deletion_settle_s),
            "WORKER_S": str(settings.deletion_worker_s),
            "RECEIPT_DAYS": str(settings.receipt_days),
            "HANDOVER_S": str(HANDOVER_S),
        }
        sizing = Sizing(memory_mb=1024, timeout_s=300)
        function = self._add("DeleteVideo", "delete_video", sizing, environment)
        self._grant_rows(function)
        self._grant_objects(function)
        for one in stopped.all():
            grant_executions(function, one, "DescribeExecution", "StopExecution")
        self._grant_jobs(function)
        return function

    def _grant_jobs(self, function: lambda_.Function) -> None:
        """The transcriber's, by the beginning of their names."""
        job = f"{self._settings.job_prefix}.*"
        stack = Stack.of(self._functions.scope)
        arn = stack.format_arn(
            service="transcribe", resource="transcription-job", resource_name=job
        )
        function.add_to_role_policy(
            iam.PolicyStatement(actions=["transcribe:DeleteTranscriptionJob"], resources=[arn])
        )
        assert function.role is not None  # noqa: S101  (the factory makes it)
        acknowledge(
            function.role,
            f"IAM5[Resource::{flat(stack.resolve(arn))}]",
            "Names of jobs are not known before; the prefix bounds them.",
        )

    def _grant_rows(self, function: lambda_.Function) -> None:
        """Rows go in one transaction with what counts them."""
        tables = self._data.tables
        grant_table(function, tables.videos, "GetItem", "PutItem", "DeleteItem")
        changes = ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")
        receipts = ("GetItem", "BatchGetItem", "Query", *changes)
        grant_table(function, tables.deletions, *receipts)
        grant_table(function, tables.idempotency, "DeleteItem")
        for table in (tables.runs, tables.transcriptions, tables.moments, tables.generations):
            grant_table(function, table, "Query", "BatchGetItem", "DeleteItem")
        grant_table(function, tables.segments, "GetItem", "BatchGetItem", "DeleteItem")
        for index in INDEXES:
            grant_table(function, tables.segments, index=index)
        grant_table(function, tables.lipsync_jobs, "BatchGetItem", "DeleteItem")
        grant_table(function, tables.lipsync_jobs, index=LIPSYNC_VIDEO_INDEX)
        # The place of a job is given back.
        grant_table(function, tables.lipsync_gate, "GetItem", "PutItem", "DeleteItem")
        counters = ("Query", "BatchGetItem", "UpdateItem", "DeleteItem")
        grant_table(function, tables.counters, *counters)
        snapshots = ("Query", "BatchGetItem", "DeleteItem", "BatchWriteItem")
        grant_table(function, tables.snapshots, *snapshots)
        grant_table(function, tables.social_posts, "Query", "BatchGetItem", "DeleteItem")
        grant_table(function, tables.events, "BatchWriteItem")
        grant_table(function, tables.events, index=EVENTS_INDEX[0])

    def _grant_objects(self, function: lambda_.Function) -> None:
        """All versions, and uploads that were never completed."""
        gone = ("DeleteObject", "DeleteObjectVersion")
        parts = ("AbortMultipartUpload", "ListMultipartUploadParts")
        for prefix in ("uploads/", "media/", "work/"):
            grant_objects(function, self._bucket, *gone, *parts, prefix=prefix)
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["s3:ListBucketVersions", "s3:ListBucketMultipartUploads"],
                resources=[self._bucket.bucket_arn],
            )
        )

    def forget(self, deletion: sfn.StateMachine) -> lambda_.Function:
        """For operators: what is left of a user who has left."""
        tables, pool = self._data.tables, self._data.users.pool
        environment = {
            **self._social(),
            "USER_POOL_ID": pool.user_pool_id,
            "MEDIA_BUCKET": self._bucket.bucket_name,
            "VIDEOS_TABLE": tables.videos.table_name,
            "DELETIONS_TABLE": tables.deletions.table_name,
            "DELETION_MACHINE_ARN": deletion.state_machine_arn,
            "SETTLE_S": str(self._settings.deletion_settle_s),
            "WEBHOOKS_TABLE": tables.webhooks.table_name,
            "COUNTERS_TABLE": tables.counters.table_name,
            "PREFERENCES_TABLE": tables.preferences.table_name,
            "SYNCS_TABLE": tables.syncs.table_name,
            "CONNECTIONS_TABLE": tables.connections.table_name,
            "EVENTS_TABLE": tables.events.table_name,
            "HANDOVER_S": str(HANDOVER_S),
        }
        sizing = Sizing(timeout_s=300)
        function = self._add("ForgetUser", "forget_user", sizing, environment)
        grant_table(function, tables.videos, "GetItem", "PutItem")
        grant_table(function, tables.videos, index=BY_USER)
        grant_table(function, tables.deletions, "GetItem", "Query", "PutItem", "UpdateItem")
        deletion.grant_start_execution(function)
        accounts = ("GetItem", "Query", "DeleteItem", "BatchWriteItem")
        grant_table(function, tables.social_accounts, *accounts)
        self._data.social.grant(function)
        webhooks = ("GetItem", "Query", "DeleteItem", "UpdateItem", "BatchWriteItem")
        grant_table(function, tables.webhooks, *webhooks)
        for table in (tables.counters, tables.preferences, tables.syncs, tables.connections):
            grant_table(function, table, "Query", "BatchWriteItem")
        grant_table(function, tables.events, "Query", "BatchWriteItem", "UpdateItem")
        pool.grant(function, "cognito-idp:AdminGetUser", "cognito-idp:AdminListGroupsForUser")
        self._grant_objects(function)
        return function

    def end(self) -> lambda_.Function:
        tables = self._data.tables
        environment = {
            "VIDEOS_TABLE": tables.videos.table_name,
            "DELETIONS_TABLE": tables.deletions.table_name,
        }
        function = self._add("EndDeletion", "end_deletion", Sizing(), environment)
        grant_table(function, tables.deletions, "GetItem", "UpdateItem")
        return function
