"""The functions that have what is said written down: what each may touch, and how large it is."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from infra.constructs.function_set import FunctionSet
from infra.constructs.grants import grant_listing, grant_objects, grant_table
from infra.constructs.python_function import Sizing
from infra.workflows.transcript import TranscriptFunctions as Called


class TranscriptFunctions(FunctionSet):
    """Makes the functions of transcripts."""

    def transcript(self) -> Called:
        return Called(
            plan=self._plan(),
            extract=self._extract(),
            wait=self._wait(),
            finish=self._finish(),
            fail=self._fail(),
        )

    def _grant_rows(self, function: lambda_.Function, *video: str) -> None:
        tables = self._data.tables
        grant_table(function, tables.videos, "GetItem", *video)
        grant_table(function, tables.runs, "GetItem", "UpdateItem")

    def _plan(self) -> lambda_.Function:
        function = self._add("PlanTranscript", "plan_transcript", Sizing(timeout_s=60))
        self._grant_rows(function)
        grant_objects(function, self._bucket, "GetObject", prefix="media/")
        grant_objects(function, self._bucket, "PutObject", prefix="work/")
        grant_listing(function, self._bucket)
        return function

    def _extract(self) -> lambda_.Function:
        """Three hours of FLAC take a third of a gigabyte, however loud they are."""
        sizing = Sizing(
            memory_mb=1769,
            timeout_s=self._settings.cut_timeout_s,
            disk_mb=1024,
            layers=("dependencies", "ffmpeg"),
        )
        environment = {**self._stores(), "HANDOVER_S": str(self._settings.cut_handover_s)}
        function = self._add("ExtractSpeech", "extract_speech", sizing, environment)
        self._trust_certificates(function)
        self._grant_rows(function)
        grant_objects(function, self._bucket, "GetObject", "GetObjectVersion", prefix="uploads/")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="media/")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="work/")
        grant_listing(function, self._bucket)
        return function

    def _wait(self) -> lambda_.Function:
        """Transcribe reads and writes with the rights of who starts a job."""
        environment = {**self._stores(), **self._scribes()}
        sizing = Sizing(timeout_s=60)
        function = self._add("AwaitTranscription", "await_transcription", sizing, environment)
        self._grant_rows(function)
        self._grant_settling(function)
        return function

    def follow(self) -> lambda_.Function:
        """Is told that a job has ended."""
        return self._looking("FollowTranscription", "follow_transcription")

    def reconcile(self) -> lambda_.Function:
        """Finds out what nobody has told."""
        return self._looking("ReconcileTranscriptions", "reconcile_transcriptions")

    def _looking(self, name: str, handler: str) -> lambda_.Function:
        environment = {**self._scribes(), "MEDIA_BUCKET": self._bucket.bucket_name}
        function = self._add(name, handler, Sizing(timeout_s=120), environment)
        self._grant_settling(function)
        waiting = "wait_shard-check_at-index"
        if handler == "reconcile_transcriptions":
            grant_table(function, self._data.tables.transcriptions, index=waiting)
        return function

    def _finish(self) -> lambda_.Function:
        tables = self._data.tables
        environment = {
            **self._stores(),
            "TRANSCRIPTIONS_TABLE": tables.transcriptions.table_name,
            "TRANSCRIBER": self._settings.transcriber,
        }
        sizing = Sizing(memory_mb=1769, timeout_s=120)
        function = self._add("FinishTranscript", "finish_transcript", sizing, environment)
        self._grant_rows(function, "PutItem")
        grant_table(function, tables.transcriptions, "GetItem")
        grant_objects(
            function, self._bucket, "GetObject", "PutObject", "DeleteObject", prefix="media/"
        )
        grant_objects(function, self._bucket, "GetObject", prefix="work/")
        return function

    def _fail(self) -> lambda_.Function:
        function = self._add("FailTranscript", "fail_transcript", Sizing())
        self._grant_rows(function, "PutItem")
        return function

    def _scribes(self) -> dict[str, str]:
        """Who writes down, and whose jobs are ours."""
        return {
            "TRANSCRIPTIONS_TABLE": self._data.tables.transcriptions.table_name,
            "TRANSCRIBE_ENDPOINT": self._transcriber(),
            "JOB_PREFIX": self._settings.job_prefix,
            "RECHECK_S": str(self._settings.recheck_s),
        }

    def _grant_settling(self, function: lambda_.Function) -> None:
        """To look at a job, start the next one, and tell who waits: a token names its own task."""
        grant_table(function, self._data.tables.transcriptions, "GetItem", "PutItem")
        actions = ["transcribe:StartTranscriptionJob", "transcribe:GetTranscriptionJob"]
        tell = ["states:SendTaskSuccess", "states:SendTaskFailure"]
        function.add_to_role_policy(iam.PolicyStatement(actions=[*actions, *tell], resources=["*"]))
        grant_objects(function, self._bucket, "GetObject", prefix="work/")
        grant_objects(function, self._bucket, "PutObject", prefix="media/")
