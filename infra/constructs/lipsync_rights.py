"""What functions of lip-sync are told, and may do, alike."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn

from infra.constructs.function_set import FunctionSet
from infra.constructs.grants import grant_listing, grant_objects, grant_table


class LipSyncRights(FunctionSet):
    """The line before the provider, its key, and the files of users."""

    def _line(self) -> dict[str, str]:
        tables = self._data.tables
        return {
            "LIPSYNC_JOBS_TABLE": tables.lipsync_jobs.table_name,
            "LIPSYNC_GATE_TABLE": tables.lipsync_gate.table_name,
            "LIPSYNC_PLACES": str(self._settings.lipsync.places),
        }

    def _provider(self) -> dict[str, str]:
        return {
            **self._line(),
            "SYNC_SO_ENDPOINT": self._settings.sync_so_endpoint,
            "SYNC_SO_SECRET_ARN": self._data.sync_so_secret_arn,
        }

    def _video(self) -> dict[str, str]:
        return {
            "VIDEOS_TABLE": self._data.tables.videos.table_name,
            "MEDIA_BUCKET": self._bucket.bucket_name,
        }

    def _grant_work(self, function: lambda_.Function) -> None:
        """Half-way pieces, for as long as the video is there."""
        grant_table(function, self._data.tables.videos, "GetItem")
        grant_objects(function, self._bucket, "GetObject", "PutObject", prefix="work/")

    def _grant_line(self, function: lambda_.Function) -> None:
        """Move a job on, give places away, and tell who waits: a token names its own task."""
        tables = self._data.tables
        grant_table(function, tables.lipsync_jobs, "GetItem", "PutItem")
        gate = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")
        grant_table(function, tables.lipsync_gate, *gate)
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["states:SendTaskSuccess", "states:SendTaskFailure"], resources=["*"]
            )
        )

    def _grant_key(self, function: lambda_.Function) -> None:
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["secretsmanager:GetSecretValue"],
                resources=[self._data.sync_so_secret_arn],
            )
        )

    def _grant_inputs(self, function: lambda_.Function) -> None:
        """Files of users, in the version that was pinned."""
        reads = ("GetObject", "GetObjectVersion")
        grant_objects(function, self._bucket, *reads, prefix="uploads/")
        grant_listing(function, self._bucket)

    def _desk(self, machine: sfn.StateMachine) -> dict[str, str]:
        return {
            "LIPSYNC_JOBS_TABLE": self._data.tables.lipsync_jobs.table_name,
            "MEDIA_BUCKET": self._bucket.bucket_name,
            "LIPSYNC_MACHINE_ARN": machine.state_machine_arn,
            "LIPSYNC_RULES": self._settings.lipsync.rules(),
        }
