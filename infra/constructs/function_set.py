"""What every set of functions shares: the stores they know, and the rights that go with writes."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from infra.constructs.grants import grant_listing, grant_objects, grant_table
from infra.constructs.python_function import Functions, Sizing
from infra.settings import StageSettings
from infra.stacks.data_stack import DataStack

# A bucket that keeps versions wants the second, one that does not the first.
_REMOVING = ("DeleteObject", "DeleteObjectVersion")


class FunctionSet:
    """Makes functions with the one factory and keeps them by name."""

    def __init__(self, functions: Functions, settings: StageSettings, data: DataStack) -> None:
        self._functions, self._settings, self._data = functions, settings, data
        self.all: dict[str, lambda_.Function] = {}

    def _add(
        self, name: str, handler: str, sizing: Sizing, environment: dict[str, str] | None = None
    ) -> lambda_.Function:
        function = self._functions.add(name, handler, environment or self._stores(), sizing)
        self.all[name] = function
        return function

    @property
    def _bucket(self) -> s3.Bucket:
        return self._data.media

    def _stores(self) -> dict[str, str]:
        tables = self._data.tables
        return {
            "VIDEOS_TABLE": tables.videos.table_name,
            "RUNS_TABLE": tables.runs.table_name,
            "SEGMENTS_TABLE": tables.segments.table_name,
            "COUNTERS_TABLE": tables.counters.table_name,
            "SNAPSHOTS_TABLE": tables.snapshots.table_name,
            "MEDIA_BUCKET": self._data.media.bucket_name,
        }

    def _transcriber(self) -> str:
        """Its address: Amazon Transcribe of the stage's region, where none is told."""
        stack = Stack.of(self._functions.scope)
        cloud = f"https://transcribe.{stack.region}.{stack.url_suffix}"
        return self._settings.transcribe_endpoint or cloud

    def _social(self) -> dict[str, str]:
        """What accounts on platforms are reached with."""
        data = self._data
        return {
            "SOCIAL_ACCOUNTS_TABLE": data.tables.social_accounts.table_name,
            "SOCIAL_KEY": data.social.key.key_arn,
            "SOCIAL_APPS_ARN": data.social.apps_arn,
            "SOCIAL_ENDPOINT": self._settings.social_endpoint or "platforms",
            "SOCIAL_CLOCK": self._settings.social_clock(),
        }

    def _trust_certificates(self, function: lambda_.Function) -> None:
        """ffmpeg checks TLS against this file; Amazon Linux keeps it elsewhere than Debian."""
        if not self._settings.local:
            function.add_environment("SSL_CERT_FILE", "/etc/pki/tls/certs/ca-bundle.crt")

    def _grant_segment_writes(self, function: lambda_.Function) -> None:
        """A segment is written in one transaction with what counts it."""
        tables = self._data.tables
        grant_table(function, tables.segments, "GetItem", "PutItem")
        # The counters of a video carry its fence, too.
        grant_table(function, tables.counters, "GetItem", "UpdateItem", "ConditionCheckItem")
        # Its posts are listed no more when it goes.
        grant_table(function, tables.snapshots, "UpdateItem")

    def _grant_closing(self, function: lambda_.Function) -> None:
        """What follows from the end of a run: its fence, and pieces of one that was cancelled."""
        grant_table(function, self._data.tables.counters, "UpdateItem")
        grant_objects(function, self._bucket, *_REMOVING, prefix="work/")
        self._grant_versions(function)

    def _grant_erasing(self, function: lambda_.Function) -> None:
        """An object goes with all its versions."""
        grant_objects(function, self._bucket, *_REMOVING, prefix="media/")
        self._grant_versions(function)

    def _grant_ending_fetches(self, function: lambda_.Function) -> None:
        """Move the video's row, and leave nothing of one that was given up."""
        grant_table(function, self._data.tables.videos, "GetItem", "PutItem")
        removing = ("AbortMultipartUpload", *_REMOVING)
        grant_objects(function, self._bucket, "GetObject", *removing, prefix="uploads/")
        grant_listing(function, self._bucket)
        listing = ["s3:ListBucketVersions", "s3:ListBucketMultipartUploads"]
        function.add_to_role_policy(
            iam.PolicyStatement(actions=listing, resources=[self._bucket.bucket_arn])
        )

    def _grant_versions(self, function: lambda_.Function) -> None:
        """To see which versions there are."""
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["s3:ListBucketVersions"], resources=[self._bucket.bucket_arn]
            )
        )
