"""The media bucket."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, error_code, unavailable
from functions.adapters.mp4 import open_index_first
from functions.domain.errors import InvalidInputError, UnavailableError
from functions.domain.media_ports import Part, StoredVersion
from functions.domain.video import Source

_ABSENT = {"404", "NoSuchKey", "NotFound", "NoSuchUpload"}
_WRONG_PARTS = {"EntityTooSmall", "InvalidPart", "InvalidPartOrder"}
_JSON = "application/json"


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError, Boto3Error) as error:
        raise unavailable("The media bucket", error) from error


class S3MediaStore:
    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def find(self, key: str) -> Source | None:
        with _translated():
            try:
                head = client("s3").head_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if error_code(error) in _ABSENT:
                    return None
                raise
        version = head.get("VersionId")
        return Source(
            key=key,
            size=head["ContentLength"],
            etag=head["ETag"].strip('"'),
            version_id=version if version != "null" else None,
        )

    def start_multipart(self, key: str, content_type: str, metadata: Mapping[str, str]) -> str:
        with _translated():
            answer = client("s3").create_multipart_upload(
                Bucket=self._bucket, Key=key, ContentType=content_type, Metadata=dict(metadata)
            )
        return str(answer["UploadId"])

    def put_part(self, key: str, upload_id: str, number: int, body: bytes) -> str:
        with _translated():
            answer = client("s3").upload_part(
                Bucket=self._bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=body
            )
        return str(answer["ETag"])

    def open_multiparts(self, key: str) -> list[str]:
        """By prefix, so other keys that begin alike are passed over."""
        pages = client("s3").get_paginator("list_multipart_uploads")
        with _translated():
            return [
                str(upload["UploadId"])
                for page in pages.paginate(Bucket=self._bucket, Prefix=key)
                for upload in page.get("Uploads", [])
                if upload["Key"] == key
            ]

    def parts(self, key: str, upload_id: str) -> list[Part] | None:
        pages = client("s3").get_paginator("list_parts")
        with _translated():
            try:
                return [
                    Part(part["PartNumber"], part["Size"], part["ETag"])
                    for page in pages.paginate(Bucket=self._bucket, Key=key, UploadId=upload_id)
                    for part in page.get("Parts", [])
                ]
            except ClientError as error:
                if error_code(error) in _ABSENT:
                    return None
                raise

    def complete_multipart(self, key: str, upload_id: str, parts: Sequence[Part]) -> None:
        named = [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
        with _translated():
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
        with _translated():
            try:
                client("s3").abort_multipart_upload(
                    Bucket=self._bucket, Key=key, UploadId=upload_id
                )
            except ClientError as error:
                if error_code(error) not in _ABSENT:
                    raise

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

    def read_json(self, key: str) -> Any:
        with _translated():
            body = client("s3").get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return json.loads(body)

    def write_json(self, key: str, document: Any) -> None:
        body = json.dumps(document, separators=(",", ":")).encode()
        with _translated():
            client("s3").put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=_JSON)

    def upload(self, path: Path, key: str, content_type: str) -> None:
        with _translated(), open_index_first(path) as file:
            client("s3").upload_fileobj(
                file, self._bucket, key, ExtraArgs={"ContentType": content_type}
            )

    def download(self, key: str, path: Path) -> None:
        with _translated():
            client("s3").download_file(self._bucket, key, str(path))

    def copy(self, from_key: str, to_key: str) -> None:
        with _translated():
            client("s3").copy_object(
                Bucket=self._bucket,
                Key=to_key,
                CopySource={"Bucket": self._bucket, "Key": from_key},
            )

    def delete(self, keys: Iterable[str]) -> None:
        wanted = list(keys)
        with _translated():
            for start in range(0, len(wanted), 1000):
                self._delete([{"Key": key} for key in wanted[start : start + 1000]])

    def stored(self, folder: str) -> list[StoredVersion]:
        pages = client("s3").get_paginator("list_object_versions")
        with _translated():
            return [
                StoredVersion(version["Key"], version["VersionId"])
                for page in pages.paginate(Bucket=self._bucket, Prefix=folder)
                for version in page.get("Versions", [])
                if version["IsLatest"]
            ]

    def remove(self, versions: Sequence[StoredVersion]) -> None:
        named = [{"Key": one.key, "VersionId": one.version_id} for one in versions]
        with _translated():
            for start in range(0, len(named), 1000):
                self._delete(named[start : start + 1000])

    def erase_version(self, source: Source) -> None:
        version = {"VersionId": source.version_id} if source.version_id else {}
        with _translated():
            client("s3").delete_object(Bucket=self._bucket, Key=source.key, **version)

    def erase(self, key: str) -> None:
        """By prefix, so other keys that begin alike are passed over."""
        self._erase(key, lambda found: found == key)

    def erase_folder(self, folder: str) -> None:
        self._erase(f"{folder}/", lambda _: True)

    def _erase(self, prefix: str, is_meant: Callable[[str], bool]) -> None:
        pages = client("s3").get_paginator("list_object_versions")
        with _translated():
            for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
                listed = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
                gone = [
                    {"Key": version["Key"], "VersionId": version["VersionId"]}
                    for version in listed
                    if is_meant(version["Key"])
                ]
                self._delete(gone)

    def _delete(self, named: Sequence[Mapping[str, str]]) -> None:
        """What could not be removed is told in the answer, not by an error."""
        if not named:
            return
        answer = client("s3").delete_objects(Bucket=self._bucket, Delete={"Objects": list(named)})
        for failed in answer.get("Errors", []):
            raise UnavailableError(
                "dependency.unavailable", f"The media bucket failed ({failed.get('Code')})."
            )
