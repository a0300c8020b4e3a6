"""Signed addresses of what is in the media bucket, or is to come there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from functions.adapters.aws import client
from functions.adapters.s3_bucket import S3Bucket
from functions.domain.media.source import Source


class S3Signatures(S3Bucket):
    def sign_part(self, key: str, upload_id: str, number: int, seconds: int) -> str:
        return self._sign(
            "upload_part",
            {"Key": key, "UploadId": upload_id, "PartNumber": number},
            seconds,
        )

    def sign_put(
        self, key: str, *, size: int, content_type: str, metadata: Mapping[str, str], seconds: int
    ) -> str:
        return self._sign(
            "put_object",
            {
                "Key": key,
                "ContentLength": size,
                "ContentType": content_type,
                "Metadata": dict(metadata),
            },
            seconds,
        )

    def sign_get(self, source: Source, seconds: int) -> str:
        version = {"VersionId": source.version_id} if source.version_id else {}
        return self._sign("get_object", {"Key": source.key, **version}, seconds)

    def sign_download(
        self,
        key: str,
        *,
        file_name: str,
        content_type: str,
        seconds: int,
        version_id: str | None = None,
    ) -> str:
        name = quote(file_name, safe="")
        version = {"VersionId": version_id} if version_id else {}
        return self._sign(
            "get_object",
            {
                "Key": key,
                **version,
                "ResponseContentType": content_type,
                "ResponseContentDisposition": f"attachment; filename*=UTF-8''{name}",
            },
            seconds,
        )

    def _sign(self, operation: str, arguments: Mapping[str, Any], seconds: int) -> str:
        url: str = client("s3").generate_presigned_url(
            operation, Params={"Bucket": self._bucket, **arguments}, ExpiresIn=seconds
        )
        return url
