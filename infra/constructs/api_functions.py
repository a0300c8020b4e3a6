"""The functions behind the API and behind deletions."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

from infra.constructs.function_set import FunctionSet
from infra.constructs.grants import (
    grant_executions,
    grant_listing,
    grant_models,
    grant_objects,
    grant_table,
)
from infra.constructs.python_function import Sizing
from infra.constructs.tables import POST_INDEXES, SEGMENT_INDEXES

BY_USER = "user_id-created_at-index"
BY_SOURCE = "user_id-source_digest-index"
# Nothing lists a video's segments by type alone.
UNREAD = {"video_id-segment_type-index"}


class ApiFunctions(FunctionSet):
    """Makes the API's function and the one that clears up after deletions."""

    def api(
        self,
        machine: sfn.StateMachine,
        ingest: sfn.StateMachine,
        search: sfn.StateMachine,
        deletion: sfn.StateMachine,
        sync: sfn.StateMachine,
        queue: sqs.Queue,
    ) -> lambda_.Function:
        sizing = Sizing(memory_mb=1024, timeout_s=29)
        environment = {
            **self._environment(),
            "MOMENT_MACHINE_ARN": search.state_machine_arn,
            "STATE_MACHINE_ARN": machine.state_machine_arn,
            "INGEST_MACHINE_ARN": ingest.state_machine_arn,
            "DELETION_MACHINE_ARN": deletion.state_machine_arn,
            "SYNC_MACHINE_ARN": sync.state_machine_arn,
            "UPLOAD_QUEUE": queue.queue_name,
        }
        function = self._add("Api", "api.app", sizing, environment)
        self._grant_runs(function, machine)
        for started in (ingest, search, deletion, sync):
            started.grant_start_execution(function)
        self._grant_segments(function)
        self._grant_moments(function)
        self._grant_callers(function)
        self._grant_uploads(function)
        queue.grant(function, "sqs:GetQueueUrl")
        return function

    def _environment(self) -> dict[str, str]:
        data, tables = self._data, self._data.tables
        return {
            **self._stores(),
            "DELETIONS_TABLE": tables.deletions.table_name,
            "SETTLE_S": str(self._settings.deletion_settle_s),
            "IDEMPOTENCY_TABLE": tables.idempotency.table_name,
            "MOMENTS_TABLE": tables.moments.table_name,
            "GENERATIONS_TABLE": tables.generations.table_name,
            "MODELS": self._settings.models(),
            "SOURCE_RULES": self._settings.source_rules(),
            "CURSOR_SECRET_ARN": data.cursor_secret_arn,
            "RATES_TABLE": tables.rates.table_name,
            "PREFERENCES_TABLE": tables.preferences.table_name,
            "TRANSCRIPTIONS_TABLE": tables.transcriptions.table_name,
            "TIER_LIMITS": self._settings.tier_limits(),
            "RATE_LIMITS": self._settings.rate_limits(),
            "EVENTS_TABLE": tables.events.table_name,
            "EVENT_MARKS_TABLE": tables.event_marks.table_name,
            "CONNECTIONS_TABLE": tables.connections.table_name,
            "EVENT_LIMITS": self._settings.event_limits(),
            "YOUTUBE_COMBINED": str(self._settings.youtube_combined).lower(),
            **self._social(),
            "SOCIAL_POSTS_TABLE": tables.social_posts.table_name,
            "BUDGETS_TABLE": tables.budgets.table_name,
            "SYNCS_TABLE": tables.syncs.table_name,
            "SYNC_CALLS": self._settings.sync_calls(),
            "SYNC_CADENCE": self._settings.cadence(),
            "SOCIAL_REDIRECT_URI": self._settings.social_redirect_uri,
            "STAGE": self._settings.stage,
        }

    def _grant_callers(self, function: lambda_.Function) -> None:
        """What is kept of who calls: videos, receipts, requests, counts, wishes; signed cursors."""
        tables, secret = self._data.tables, self._data.cursor_secret_arn
        function.add_to_role_policy(
            iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[secret])
        )
        for index in (BY_USER, BY_SOURCE):
            grant_table(function, tables.videos, index=index)
        receipts = ("GetItem", "Query", "PutItem", "UpdateItem", "DescribeTable")
        grant_table(function, tables.deletions, *receipts)
        changes = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "DescribeTable")
        grant_table(function, tables.idempotency, *changes)
        grant_table(function, tables.rates, "UpdateItem", "DescribeTable")
        grant_table(function, tables.preferences, "GetItem", "PutItem", "DescribeTable")
        grant_table(function, tables.transcriptions, "DescribeTable")
        # Tickets, and from where to follow; nobody connects here.
        grant_table(function, tables.events, "GetItem", "DescribeTable")
        grant_table(function, tables.event_marks, "DescribeTable")
        grant_table(function, tables.connections, "Query", "PutItem", "DescribeTable")
        self._grant_accounts(function)

    def _grant_accounts(self, function: lambda_.Function) -> None:
        """Connect, list and disconnect accounts on platforms."""
        accounts = ("GetItem", "PutItem", "DeleteItem", "Query", "DescribeTable")
        grant_table(function, self._data.tables.social_accounts, *accounts)
        self._data.social.grant(function)
        posts, budgets = self._data.tables.social_posts, self._data.tables.budgets
        grant_table(function, posts, "Query", "DescribeTable")
        grant_table(function, posts, index="user_id-platform-index")
        used = ("GetItem", "BatchGetItem", "UpdateItem", "DescribeTable")
        grant_table(function, budgets, *used)
        syncs = ("GetItem", "PutItem", "DescribeTable")
        grant_table(function, self._data.tables.syncs, *syncs)

    def _grant_moments(self, function: lambda_.Function) -> None:
        """A refinement may ask a model."""
        tables = self._data.tables
        moments = ("GetItem", "Query", "PutItem", "DeleteItem", "DescribeTable")
        grant_table(function, tables.moments, *moments)
        grant_table(function, tables.moments, index="moment_id-index")
        generations = ("GetItem", "Query", "PutItem", "DescribeTable")
        grant_table(function, tables.generations, *generations)
        grant_models(function, self._settings)

    def _grant_runs(self, function: lambda_.Function, machine: sfn.StateMachine) -> None:
        """Start, list and cancel them."""
        tables = self._data.tables
        grant_table(function, tables.videos, "GetItem", "PutItem", "DescribeTable")
        runs = ("GetItem", "PutItem", "UpdateItem", "Query", "DescribeTable")
        grant_table(function, tables.runs, *runs)
        machine.grant_start_execution(function)
        grant_executions(function, machine, "DescribeExecution", "StopExecution")
        self._grant_closing(function)

    def _grant_uploads(self, function: lambda_.Function) -> None:
        """Signed URLs carry the rights of who signs them."""
        uploads = ("GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload")
        parts = ("ListMultipartUploadParts",)
        grant_objects(function, self._bucket, *uploads, *parts, prefix="uploads/")
        # Captions and corrections are kept as they are sent.
        media = ("GetObject", "PutObject", "DeleteObject")
        grant_objects(function, self._bucket, *media, prefix="media/")
        grant_listing(function, self._bucket)
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["s3:ListBucketMultipartUploads"], resources=[self._bucket.bucket_arn]
            )
        )

    def _grant_segments(self, function: lambda_.Function) -> None:
        tables = self._data.tables
        self._grant_segment_writes(function)
        grant_table(function, tables.segments, "BatchGetItem", "DescribeTable")
        grant_table(function, tables.counters, "Query", "DescribeTable")
        snapshots = ("PutItem", "UpdateItem", "Query", "DescribeTable")
        grant_table(function, tables.snapshots, *snapshots)
        for index in POST_INDEXES:
            grant_table(function, tables.snapshots, index=index)
        for index in SEGMENT_INDEXES:
            if index not in UNREAD:
                grant_table(function, tables.segments, index=index)

    def follow(self, ranges: sfn.StateMachine) -> lambda_.Function:
        """Has ranges cut, and removes what deleted segments leave behind."""
        tables = self._data.tables
        environment = {**self._stores(), "RANGE_MACHINE_ARN": ranges.state_machine_arn}
        sizing = Sizing(timeout_s=300)
        function = self._add("FollowSegments", "follow_segments", sizing, environment)
        # A thumbnail is deleted with its segment.
        grant_table(function, tables.segments, "GetItem", "PutItem", "DeleteItem")
        grant_table(function, tables.videos, "GetItem", "PutItem")
        grant_table(function, tables.counters, "Query", "UpdateItem", "DeleteItem")
        grant_table(function, tables.snapshots, "Query", "UpdateItem", "BatchWriteItem")
        self._grant_erasing(function)
        ranges.grant_start_execution(function)
        return function
