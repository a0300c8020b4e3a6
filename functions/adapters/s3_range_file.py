"""An S3 object as a file to seek in."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, error_code, unavailable
from functions.adapters.range_file import RangeFile
from functions.domain.errors import MediaError
from functions.domain.media.source import Source


class S3RangeFile(RangeFile):
    """Reads the pinned version of an object."""

    def __init__(self, bucket: str, source: Source) -> None:
        super().__init__(source.size)
        self._bucket, self.source = bucket, source

    def _fetch(self, first: int, last: int) -> bytes:
        pinned: dict[str, Any] = (
            {"VersionId": self.source.version_id}
            if self.source.version_id
            else {"IfMatch": self.source.etag}
        )
        try:
            answer = client("s3").get_object(
                Bucket=self._bucket, Key=self.source.key, Range=f"bytes={first}-{last}", **pinned
            )
            body: bytes = answer["Body"].read()
        except (ClientError, BotoCoreError) as error:
            gone = {"NoSuchKey", "NoSuchVersion", "PreconditionFailed", "404", "412"}
            if isinstance(error, ClientError) and error_code(error) in gone:
                raise MediaError(
                    "source.missing", "The uploaded file is gone or was replaced; upload it again."
                ) from error
            raise unavailable("The media bucket", error) from error
        return body
