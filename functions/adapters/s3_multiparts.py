"""Uploads in parts to the media bucket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from botocore.exceptions import ClientError

from functions.adapters.aws import client, error_code
from functions.adapters.s3_bucket import ABSENT, S3Bucket, translated
from functions.domain.errors import InvalidInputError
from functions.domain.media.ports import Part

_WRONG_PARTS: Final = frozenset({"EntityTooSmall", "InvalidPart", "InvalidPartOrder"})


class S3Multiparts(S3Bucket):
    def start_multipart(self, key: str, content_type: str, metadata: Mapping[str, str]) -> str:
        with translated():
            answer = client("s3").create_multipart_upload(
                Bucket=self._bucket, Key=key, ContentType=content_type, Metadata=dict(metadata)
            )
        return str(answer["UploadId"])

    def put_part(self, key: str, upload_id: str, number: int, body: bytes) -> str:
        with translated():
            answer = client("s3").upload_part(
                Bucket=self._bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=body
            )
        return str(answer["ETag"])

    def open_multiparts(self, key: str) -> list[str]:
        """By prefix, so other keys that begin alike are passed over."""
        pages = client("s3").get_paginator("list_multipart_uploads")
        with translated():
            return [
                str(upload["UploadId"])
                for page in pages.paginate(Bucket=self._bucket, Prefix=key)
                for upload in page.get("Uploads", [])
                if upload["Key"] == key
            ]

    def parts(self, key: str, upload_id: str) -> list[Part] | None:
        pages = client("s3").get_paginator("list_parts")
        with translated():
            try:
                return [
                    Part(part["PartNumber"], part["Size"], part["ETag"])
                    for page in pages.paginate(Bucket=self._bucket, Key=key, UploadId=upload_id)
                    for part in page.get("Parts", [])
                ]
            except ClientError as error:
                if error_code(error) in ABSENT:
                    return None
                raise

    def complete_multipart(self, key: str, upload_id: str, parts: Sequence[Part]) -> None:
        named = [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
        with translated():
            try:
                client("s3").complete_multipart_upload(
                    Bucket=self._bucket,
                    Key=key,
                    UploadId=upload_id,
                    MultipartUpload={"Parts": named},
                )
            except ClientError as error:
                if error_code(error) not in _WRONG_PARTS:
                    raise
                raise InvalidInputError(
                    "upload.invalid_parts",
                    "A part is not as announced; send the parts again, or start a new upload.",
                ) from error

    def abort_multipart(self, key: str, upload_id: str) -> None:
        with translated():
            try:
                client("s3").abort_multipart_upload(
                    Bucket=self._bucket, Key=key, UploadId=upload_id
                )
            except ClientError as error:
                if error_code(error) not in ABSENT:
                    raise
