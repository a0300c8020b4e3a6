"""The pipeline's functions: what each may touch, and how large it is."""

from __future__ import annotations

from dataclasses import replace

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn

from infra.constructs.function_set import FunctionSet
from infra.constructs.grants import grant_listing, grant_objects, grant_table
from infra.constructs.python_function import Sizing
from infra.workflows.video_pipeline import PipelineFunctions


class ServiceFunctions(FunctionSet):
    """Makes the functions of the video pipeline."""

    def _grant_rows(self, function: lambda_.Function) -> None:
        """Every stage marks its run and moves its video."""
        tables = self._data.tables
        grant_table(function, tables.videos, "GetItem", "PutItem")
        grant_table(function, tables.runs, "GetItem", "UpdateItem")

    def _grant_segments(self, function: lambda_.Function) -> None:
        """Stages look up which segments are there, and add those that are not."""
        self._grant_segment_writes(function)
        grant_table(function, self._data.tables.segments, "BatchGetItem")

    def pipeline(self) -> PipelineFunctions:
        return PipelineFunctions(
            claim=self._claim(),
            probe=self._probe(),
            plan=self._plan(),
            cut=self._cut(),
            join=self._join(),
            audio=self._audio(),
            finish=self._finish(),
            fail=self._fail(),
        )

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
        self._grant_rows(function)
        self._grant_segment_writes(function)
        grant_objects(function, self._bucket, "GetObject", "GetObjectVersion", prefix="uploads/")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="media/")
        grant_listing(function, self._bucket)
        return function

    def _plan(self) -> lambda_.Function:
        sizing = Sizing(memory_mb=1769, timeout_s=300, layers=("dependencies", "av"))
        moments = self._data.tables.moments
        environment = {
            **self._stores(),
            **self._budget(),
            "MOMENTS_TABLE": moments.table_name,
        }
        function = self._add("PlanSegments", "plan_segments", sizing, environment)
        function.add_to_role_policy(
            iam.PolicyStatement(actions=["lambda:GetAccountSettings"], resources=["*"])
        )
        self._grant_rows(function)
        self._grant_segments(function)
        grant_table(function, moments, "Query")
        grant_objects(function, self._bucket, "GetObject", "GetObjectVersion", prefix="uploads/")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="media/")
        grant_listing(function, self._bucket)
        return function

    def _budget(self) -> dict[str, str]:
        """What a plan is shared out by."""
        settings = self._settings
        return {
            "SEGMENTS_PER_WINDOW": str(settings.segments_per_window),
            "WINDOWS_AT_ONCE": str(settings.windows_at_once),
            "ACCOUNT_PERCENT": str(settings.account_percent),
            "CUT_MEMORY_MB": str(settings.cut_memory_mb),
            "CUT_SECONDS": str(settings.cut_timeout_s - settings.cut_handover_s),
            "JOIN_DISK_MB": str(settings.join_disk_mb),
            "GB_SECOND_USD": f"{settings.gb_second_usd:.10f}",
            "REQUEST_USD": f"{settings.request_usd:.10f}",
            "TRANSITION_USD": f"{settings.transition_usd:.10f}",
        }

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
        self._grant_rows(function)
        self._grant_segments(function)
        grant_objects(function, self._bucket, "GetObject", "GetObjectVersion", prefix="uploads/")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="media/")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="work/")
        grant_listing(function, self._bucket)
        return function

    def _join(self) -> lambda_.Function:
        settings = self._settings
        sizing = replace(self._media_sizing(), disk_mb=settings.join_disk_mb)
        environment = {
            **self._stores(),
            "JOIN_DISK_MB": str(settings.join_disk_mb),
            "HANDOVER_S": str(settings.cut_handover_s),
        }
        function = self._add("JoinSegment", "join_segment", sizing, environment)
        self._trust_certificates(function)
        self._grant_rows(function)
        self._grant_segments(function)
        grant_objects(function, self._bucket, "GetObject", "GetObjectVersion", prefix="uploads/")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="media/")
        work = ("GetObject", "PutObject", "DeleteObject")
        grant_objects(function, self._bucket, *work, prefix="work/")
        grant_listing(function, self._bucket)
        return function

    def _audio(self) -> lambda_.Function:
        sizing = replace(self._media_sizing(), disk_mb=self._settings.join_disk_mb)
        environment = {**self._stores(), "HANDOVER_S": str(self._settings.cut_handover_s)}
        function = self._add("JoinAudio", "join_audio", sizing, environment)
        self._trust_certificates(function)
        self._grant_rows(function)
        self._grant_segments(function)
        grant_objects(function, self._bucket, "GetObject", "GetObjectVersion", prefix="uploads/")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="media/")
        grant_objects(function, self._bucket, "GetObject", "DeleteObject", prefix="work/")
        grant_listing(function, self._bucket)
        return function

    def _finish(self) -> lambda_.Function:
        function = self._add("FinishRun", "finish_run", Sizing(timeout_s=600))
        self._grant_rows(function)
        self._grant_segments(function)
        grant_table(function, self._data.tables.segments, index="video_id-segment_order-index")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="media/")
        return function

    def _fail(self) -> lambda_.Function:
        function = self._add("FailRun", "fail_run", Sizing())
        self._grant_rows(function)
        self._grant_closing(function)
        return function

    def end(self) -> lambda_.Function:
        function = self._add("EndRun", "end_run", Sizing())
        self._grant_rows(function)
        self._grant_closing(function)
        return function

    def start(self, machine: sfn.StateMachine) -> lambda_.Function:
        tables = self._data.tables
        environment = {
            "VIDEOS_TABLE": tables.videos.table_name,
            "RUNS_TABLE": tables.runs.table_name,
            "PREFERENCES_TABLE": tables.preferences.table_name,
            "DELETIONS_TABLE": tables.deletions.table_name,
            "MEDIA_BUCKET": self._bucket.bucket_name,
            "STATE_MACHINE_ARN": machine.state_machine_arn,
        }
        function = self._add("StartPipeline", "start_pipeline", Sizing(), environment)
        grant_table(function, tables.deletions, "GetItem")
        # What comes too late for a video goes at once.
        gone = ("DeleteObject", "DeleteObjectVersion")
        grant_objects(function, self._bucket, *gone, prefix="uploads/")
        grant_table(function, tables.videos, "GetItem", "PutItem")
        grant_table(function, tables.runs, "GetItem", "PutItem")
        grant_table(function, tables.preferences, "GetItem")
        machine.grant_start_execution(function)
        return function
