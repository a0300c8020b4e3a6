"""The functions: what each may touch, and how large it is."""

from __future__ import annotations

from dataclasses import replace

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs.grants import grant_listing, grant_objects, grant_table
from infra.constructs.python_function import Functions, Sizing
from infra.settings import StageSettings
from infra.stacks.data_stack import DataStack
from infra.workflows.video_pipeline import PipelineFunctions

BY_USER = "user_id-created_at-index"
BY_ORDER = "video_id-segment_order-index"


class ServiceFunctions:
    """Makes every function of the service stack."""

    def __init__(self, scope: Construct, settings: StageSettings, data: DataStack) -> None:
        self._settings, self._data = settings, data
        self._functions = Functions(scope, settings)
        self.all: dict[str, lambda_.Function] = {}

    def _add(
        self, name: str, handler: str, sizing: Sizing, environment: dict[str, str] | None = None
    ) -> lambda_.Function:
        function = self._functions.add(name, handler, environment or self._stores(), sizing)
        self.all[name] = function
        return function

    def _stores(self) -> dict[str, str]:
        tables = self._data.tables
        return {
            "VIDEOS_TABLE": tables.videos.table_name,
            "RUNS_TABLE": tables.runs.table_name,
            "SEGMENTS_TABLE": tables.segments.table_name,
            "MEDIA_BUCKET": self._data.media.bucket_name,
        }

    def _grant_rows(self, function: lambda_.Function, *segments: str) -> None:
        """Every stage marks its run and moves its video."""
        tables = self._data.tables
        grant_table(function, tables.videos, "GetItem", "PutItem")
        grant_table(function, tables.runs, "GetItem", "UpdateItem")
        if segments:
            grant_table(function, tables.segments, *segments)

    def pipeline(self) -> PipelineFunctions:
        return PipelineFunctions(
            claim=self._claim(),
            probe=self._probe(),
            plan=self._plan(),
            cut=self._cut(),
            audio=self._audio(),
            finish=self._finish(),
            fail=self._fail(),
        )

    @property
    def _bucket(self) -> s3.Bucket:
        return self._data.media

    def _claim(self) -> lambda_.Function:
        pool = self._data.users.pool
        environment = {
            **self._stores(),
            "USER_POOL_ID": pool.user_pool_id,
            "TIER_LIMITS": self._settings.tier_limits(),
        }
        function = self._add("ClaimRun", "claim_run", Sizing(), environment)
        self._grant_rows(function)
        grant_objects(function, self._bucket, "GetObject", prefix="uploads/")
        pool.grant(function, "cognito-idp:AdminGetUser", "cognito-idp:AdminListGroupsForUser")
        grant_listing(function, self._bucket)
        return function

    def _probe(self) -> lambda_.Function:
        sizing = Sizing(memory_mb=1769, timeout_s=300, layers=("dependencies", "av"))
        environment = {**self._stores(), "TIER_LIMITS": self._settings.tier_limits()}
        function = self._add("ProbeSource", "probe_source", sizing, environment)
        self._grant_rows(function, "PutItem")
        grant_objects(function, self._bucket, "GetObject", "GetObjectVersion", prefix="uploads/")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="media/")
        grant_listing(function, self._bucket)
        return function

    def _plan(self) -> lambda_.Function:
        sizing = Sizing(memory_mb=1769, timeout_s=300, layers=("dependencies", "av"))
        per_window = str(self._settings.segments_per_window)
        environment = {**self._stores(), "SEGMENTS_PER_WINDOW": per_window}
        function = self._add("PlanSegments", "plan_segments", sizing, environment)
        self._grant_rows(function)
        grant_objects(function, self._bucket, "GetObject", "GetObjectVersion", prefix="uploads/")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="media/")
        grant_listing(function, self._bucket)
        return function

    def _media_sizing(self) -> Sizing:
        return Sizing(
            memory_mb=self._settings.cut_memory_mb,
            timeout_s=self._settings.cut_timeout_s,
            disk_mb=self._settings.cut_disk_mb,
            layers=("dependencies", "ffmpeg"),
        )

    def _cut(self) -> lambda_.Function:
        environment = {
            **self._stores(),
            "DISK_BUDGET_MB": str(self._settings.cut_disk_budget_mb),
            "HANDOVER_S": str(self._settings.cut_handover_s),
        }
        function = self._add("CutWindow", "cut_window", self._media_sizing(), environment)
        self._trust_certificates(function)
        self._grant_rows(function, "GetItem", "BatchGetItem", "PutItem")
        grant_objects(function, self._bucket, "GetObject", "GetObjectVersion", prefix="uploads/")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="media/")
        grant_objects(function, self._bucket, "PutObject", prefix="work/")
        grant_listing(function, self._bucket)
        return function

    def _audio(self) -> lambda_.Function:
        sizing = replace(self._media_sizing(), disk_mb=self._settings.join_disk_mb)
        function = self._add("JoinAudio", "join_audio", sizing)
        self._trust_certificates(function)
        self._grant_rows(function, "GetItem", "BatchGetItem", "PutItem")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="media/")
        grant_objects(function, self._bucket, "GetObject", "DeleteObject", prefix="work/")
        grant_listing(function, self._bucket)
        return function

    def _trust_certificates(self, function: lambda_.Function) -> None:
        """ffmpeg checks TLS against this file; Amazon Linux keeps it elsewhere than Debian."""
        if not self._settings.local:
            function.add_environment("SSL_CERT_FILE", "/etc/pki/tls/certs/ca-bundle.crt")

    def _finish(self) -> lambda_.Function:
        function = self._add("FinishRun", "finish_run", Sizing(timeout_s=120))
        self._grant_rows(function, "GetItem", "BatchGetItem", "PutItem")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="media/")
        return function

    def _fail(self) -> lambda_.Function:
        function = self._add("FailRun", "fail_run", Sizing())
        self._grant_rows(function)
        return function

    def end(self) -> lambda_.Function:
        function = self._add("EndRun", "end_run", Sizing())
        self._grant_rows(function)
        return function

    def start(self, machine: sfn.StateMachine) -> lambda_.Function:
        tables = self._data.tables
        environment = {
            "VIDEOS_TABLE": tables.videos.table_name,
            "RUNS_TABLE": tables.runs.table_name,
            "STATE_MACHINE_ARN": machine.state_machine_arn,
        }
        function = self._add("StartPipeline", "start_pipeline", Sizing(), environment)
        grant_table(function, tables.videos, "GetItem", "PutItem")
        grant_table(function, tables.runs, "GetItem", "PutItem")
        machine.grant_start_execution(function)
        return function

    def api(self, machine: sfn.StateMachine, queue: sqs.Queue) -> lambda_.Function:
        data, tables = self._data, self._data.tables
        environment = {
            **self._stores(),
            "IDEMPOTENCY_TABLE": tables.idempotency.table_name,
            "STATE_MACHINE_ARN": machine.state_machine_arn,
            "UPLOAD_QUEUE": queue.queue_name,
            "CURSOR_SECRET_ARN": data.cursor_secret_arn,
            "TIER_LIMITS": self._settings.tier_limits(),
            "STAGE": self._settings.stage,
        }
        sizing = Sizing(memory_mb=1024, timeout_s=29)
        function = self._add("Api", "api.app", sizing, environment)
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["secretsmanager:GetSecretValue"], resources=[data.cursor_secret_arn]
            )
        )
        machine.grant_start_execution(function)
        for table in (tables.videos, tables.runs):
            grant_table(function, table, "GetItem", "PutItem", "DescribeTable")
        grant_table(function, tables.segments, "GetItem", "DescribeTable")
        grant_table(function, tables.videos, index=BY_USER)
        grant_table(function, tables.segments, index=BY_ORDER)
        changes = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "DescribeTable")
        grant_table(function, tables.idempotency, *changes)
        self._grant_uploads(function)
        queue.grant(function, "sqs:GetQueueUrl")
        return function

    def _grant_uploads(self, function: lambda_.Function) -> None:
        """Signed URLs carry the rights of who signs them."""
        uploads = ("GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload")
        parts = ("ListMultipartUploadParts",)
        grant_objects(function, self._bucket, *uploads, *parts, prefix="uploads/")
        grant_objects(function, self._bucket, "GetObject", prefix="media/")
        grant_listing(function, self._bucket)
