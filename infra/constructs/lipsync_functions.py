"""The functions of lip-sync: what each may touch, and how large it is."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn

from infra.constructs.grants import grant_executions, grant_listing, grant_objects, grant_table
from infra.constructs.lipsync_rights import LipSyncRights
from infra.constructs.python_function import Sizing
from infra.constructs.tables import LIPSYNC_POLL_INDEX
from infra.workflows.lipsync import LipSyncFunctions as Called


class LipSyncFunctions(LipSyncRights):
    """Makes the functions of lip-sync."""

    def lipsync(self) -> Called:
        return Called(
            prepare=self._prepare(),
            enter=self._enter(),
            submit=self._submit(),
            wait=self._wait(),
            collect=self._collect(),
            encode=self._encode(),
            finish=self._finish(),
            fail=self._fail(),
        )

    def _prepare(self) -> lambda_.Function:
        tables = self._data.tables
        sizing = Sizing(memory_mb=1769, timeout_s=300, layers=("dependencies", "av"))
        environment = {
            "LIPSYNC_JOBS_TABLE": tables.lipsync_jobs.table_name,
            "VIDEOS_TABLE": tables.videos.table_name,
            "MEDIA_BUCKET": self._bucket.bucket_name,
            "LIPSYNC_RULES": self._settings.lipsync.rules(),
        }
        function = self._add("PrepareLipSync", "prepare_lipsync", sizing, environment)
        grant_table(function, tables.lipsync_jobs, "GetItem", "PutItem")
        grant_table(function, tables.videos, "GetItem")
        self._grant_inputs(function)
        return function

    def _enter(self) -> lambda_.Function:
        sizing = Sizing(timeout_s=60)
        function = self._add("EnterLipSync", "enter_lipsync", sizing, self._line())
        self._grant_line(function)
        return function

    def _submit(self) -> lambda_.Function:
        """It signs the addresses of files with its own rights: those of the provider to read."""
        environment = {
            **self._provider(),
            **self._video(),
            "WEBHOOK_URL": "",
        }
        sizing = Sizing(timeout_s=180)
        function = self._add("SubmitLipSync", "submit_lipsync", sizing, environment)
        self._grant_line(function)
        self._grant_key(function)
        self._grant_inputs(function)
        self._grant_work(function)
        return function

    def _wait(self) -> lambda_.Function:
        sizing = Sizing(timeout_s=60)
        function = self._add("AwaitLipSync", "await_lipsync", sizing, self._line())
        self._grant_line(function)
        return function

    def poll(self) -> lambda_.Function:
        """Looks at what waits; a tick that is late overlaps the next one, which does no harm."""
        environment = {**self._provider(), "TICK_S": str(self._settings.lipsync.tick_s)}
        sizing = Sizing(memory_mb=1024, timeout_s=120)
        function = self._add("PollLipSync", "poll_lipsync", sizing, environment)
        self._grant_line(function)
        self._grant_key(function)
        tables = self._data.tables
        grant_table(function, tables.lipsync_jobs, "UpdateItem")
        grant_table(function, tables.lipsync_jobs, index=LIPSYNC_POLL_INDEX)
        return function

    def _media_sizing(self) -> Sizing:
        settings = self._settings
        return Sizing(
            memory_mb=settings.cut_memory_mb,
            timeout_s=settings.cut_timeout_s,
            disk_mb=settings.join_disk_mb,
            layers=("dependencies", "ffmpeg"),
        )

    def _collect(self) -> lambda_.Function:
        environment = {
            **self._provider(),
            **self._video(),
            "HANDOVER_S": str(self._settings.cut_handover_s),
        }
        sizing = self._media_sizing()
        function = self._add("CollectLipSync", "collect_lipsync", sizing, environment)
        self._trust_certificates(function)
        self._grant_line(function)
        self._grant_key(function)
        self._grant_work(function)
        grant_listing(function, self._bucket)
        return function

    def _encode(self) -> lambda_.Function:
        tables = self._data.tables
        environment = {
            "LIPSYNC_JOBS_TABLE": tables.lipsync_jobs.table_name,
            **self._video(),
            "HANDOVER_S": str(self._settings.cut_handover_s),
        }
        function = self._add("EncodeLipSync", "encode_lipsync", self._media_sizing(), environment)
        self._trust_certificates(function)
        grant_table(function, tables.lipsync_jobs, "GetItem", "PutItem")
        self._grant_inputs(function)
        self._grant_work(function)
        return function

    def _finish(self) -> lambda_.Function:
        tables = self._data.tables
        stack = Stack.of(self._functions.scope)
        cloud = f"https://rekognition.{stack.region}.{stack.url_suffix}"
        environment = {
            **self._stores(),
            "LIPSYNC_JOBS_TABLE": tables.lipsync_jobs.table_name,
            "REKOGNITION_ENDPOINT": self._settings.rekognition_endpoint or cloud,
            "HANDOVER_S": str(self._settings.cut_handover_s),
        }
        function = self._add("FinishLipSync", "finish_lipsync", self._media_sizing(), environment)
        self._trust_certificates(function)
        grant_table(function, tables.lipsync_jobs, "GetItem", "PutItem")
        grant_table(function, tables.videos, "GetItem")
        self._grant_segment_writes(function)
        grant_table(function, tables.segments, index="video_id-segment_order-index")
        grant_objects(function, self._bucket, "GetObject", prefix="work/")
        grant_objects(function, self._bucket, "PutObject", prefix="media/")
        grant_listing(function, self._bucket)
        # It knows no resources.
        function.add_to_role_policy(
            iam.PolicyStatement(actions=["rekognition:DetectText"], resources=["*"])
        )
        return function

    def _fail(self) -> lambda_.Function:
        function = self._add("FailLipSync", "fail_lipsync", Sizing(timeout_s=60), self._line())
        self._grant_line(function)
        return function

    def start_from(self, function: lambda_.Function, machine: sfn.StateMachine) -> None:
        """Files that arrive may be those of a job."""
        tables = self._data.tables
        for name, value in self._desk(machine).items():
            function.add_environment(name, value)
        grant_table(function, tables.lipsync_jobs, "GetItem", "PutItem")
        # Voices, and nothing else that users send.
        grant_objects(function, self._bucket, "GetObject", prefix="uploads/*/lipsync/")
        grant_listing(function, self._bucket)
        machine.grant_start_execution(function)

    def call_back(self, address: str) -> None:
        """Where the provider says that it has done."""
        self.all["SubmitLipSync"].add_environment("WEBHOOK_URL", address)

    def ask_from(self, function: lambda_.Function, machine: sfn.StateMachine) -> None:
        """Jobs are asked for, seen and cancelled by the API; a hint of the provider's has the
        function look that may ask it."""
        poll = self.all["PollLipSync"]
        tables = self._data.tables
        named = {
            **self._desk(machine),
            **self._line(),
            "SYNC_SO_SECRET_ARN": self._data.sync_so_secret_arn,
            "POLL_FUNCTION": poll.function_name,
        }
        for name, value in named.items():
            function.add_environment(name, value)
        jobs = ("GetItem", "PutItem", "UpdateItem", "DescribeTable")
        grant_table(function, tables.lipsync_jobs, *jobs)
        grant_table(function, tables.lipsync_jobs, index="user_id-created_at-index")
        gate = ("GetItem", "PutItem", "DeleteItem", "DescribeTable")
        grant_table(function, tables.lipsync_gate, *gate)
        self._grant_key(function)
        machine.grant_start_execution(function)
        grant_executions(function, machine, "DescribeExecution", "StopExecution")
        function.add_to_role_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[poll.function_arn])
        )
