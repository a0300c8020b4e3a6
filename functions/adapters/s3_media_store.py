"""The media bucket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from functions.adapters.aws import client, error_code
from functions.adapters.mp4 import open_index_first
from functions.adapters.s3_bucket import ABSENT, translated
from functions.adapters.s3_multiparts import S3Multiparts
from functions.adapters.s3_removal import S3Removal
from functions.adapters.s3_signatures import S3Signatures
from functions.domain.media.source import Source

_JSON = "application/json"


class S3MediaStore(S3Multiparts, S3Signatures, S3Removal):
    """All of it, in one."""

    def find(self, key: str) -> Source | None:
        with translated():
            try:
                head = client("s3").head_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if error_code(error) in ABSENT:
                    return None
                raise
        version = head.get("VersionId")
        return Source(
            key=key,
            size=head["ContentLength"],
            etag=head["ETag"].strip('"'),
            version_id=version if version != "null" else None,
        )

    def read_json(self, key: str) -> Any:
        with translated():
            body = client("s3").get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return json.loads(body)

    def write_json(self, key: str, document: Any) -> None:
        body = json.dumps(document, separators=(",", ":")).encode()
        with translated():
            client("s3").put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=_JSON)

    def upload(self, path: Path, key: str, content_type: str) -> None:
        with translated(), open_index_first(path) as file:
            client("s3").upload_fileobj(
                file, self._bucket, key, ExtraArgs={"ContentType": content_type}
            )

    def download(self, key: str, path: Path) -> None:
        with translated():
            client("s3").download_file(self._bucket, key, str(path))

    def copy(self, from_key: str, to_key: str) -> None:
        with translated():
            client("s3").copy_object(
                Bucket=self._bucket,
                Key=to_key,
                CopySource={"Bucket": self._bucket, "Key": from_key},
            )
