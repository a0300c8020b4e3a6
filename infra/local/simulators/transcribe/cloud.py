"""What the simulator does with the local cloud: reads sound, writes results, rings.

Nobody but the cloud's own services may speak as `aws.transcribe` on its bus. It has a Transcribe of
its own, which hears nothing but tells of its jobs: each job of ours that ends is handed to that one
under the same name, to end there in the same way, and so to be told of.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ABSENT: Final = {"404", "NoSuchKey", "NoSuchBucket", "403"}


class LocalCloud:
    """Reached by AWS_ENDPOINT_URL."""

    def size(self, bucket: str, key: str) -> int | None:
        """Bytes of an object, None if there is none."""
        try:
            return int(_client("s3").head_object(Bucket=bucket, Key=key)["ContentLength"])
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                return None
            raise

    def fetch(self, bucket: str, key: str, target: Path) -> None:
        _client("s3").download_file(bucket, key, str(target))

    def write(self, place: tuple[str, str], document: Any) -> None:
        bucket, key = place
        body = json.dumps(document, separators=(",", ":")).encode()
        kind = "application/json"
        _client("s3").put_object(Bucket=bucket, Key=key, Body=body, ContentType=kind)

    def ring(self, job: str, media: str, *, completed: bool) -> None:
        """Tell of a job's end, as far as that goes: delivery is best effort."""
        transcribe = _client("transcribe")
        transcribe.delete_transcription_job(TranscriptionJobName=job)
        transcribe.start_transcription_job(
            TranscriptionJobName=job,
            LanguageCode="en-US",
            Media={"MediaFileUri": media if completed else "s3://there-is/no-such-thing"},
        )


@functools.cache
def _client(service: Any) -> Any:
    return boto3.client(service, config=Config(retries={"total_max_attempts": 3}))
