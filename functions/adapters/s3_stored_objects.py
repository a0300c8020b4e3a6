"""Objects of the media bucket with all their versions, marks of removal, and unfinished uploads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, error_code, unavailable
from functions.domain.deletions.deletion import StoredObject
from functions.domain.deletions.ports import ObjectPage, Refused

_GONE: Final = {"NoSuchKey", "NoSuchVersion", "NoSuchUpload", "404"}
# A request for many names them in XML, which cannot hold these.
_UNSPEAKABLE: Final = re.compile(r"[\x00-\x1f\ufffe\uffff]")
_UPLOADS_AT_ONCE: Final = 100
_WHAT: Final = "The media bucket"


class S3StoredObjects:
    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def page(self, prefix: str, after: Mapping[str, str] | None) -> ObjectPage:
        answer = self._asked(
            "list_object_versions", Prefix=prefix, **_markers(after, "VersionIdMarker")
        )
        versions = [_version(row) for row in answer.get("Versions", [])]
        marks = [_version(row, mark=True) for row in answer.get("DeleteMarkers", [])]
        return ObjectPage((*versions, *marks), _next(answer, "NextVersionIdMarker"))

    def remove(self, objects: Sequence[StoredObject]) -> Refused:
        speakable = [one for one in objects if not _UNSPEAKABLE.search(one.key)]
        refused = list(self._removed(speakable)) if speakable else []
        for one in objects:
            if _UNSPEAKABLE.search(one.key):
                refused += self._one_by_one("delete_object", one, VersionId=one.version)
        return refused

    def _removed(self, objects: Sequence[StoredObject]) -> Iterator[tuple[StoredObject, str]]:
        """What could not be removed is told in the answer, not by an error."""
        named = [{"Key": one.key, "VersionId": one.version} for one in objects]
        answer = self._asked("delete_objects", Delete={"Objects": named, "Quiet": True})
        known = {(one.key, one.version): one for one in objects}
        for row in answer.get("Errors", []):
            reason = str(row.get("Code", "unknown"))
            one = known.get((row.get("Key"), row.get("VersionId")))
            if reason not in _GONE and one is not None:
                yield one, reason

    def unfinished(self, prefix: str, after: Mapping[str, str] | None) -> ObjectPage:
        answer = self._asked(
            "list_multipart_uploads",
            Prefix=prefix,
            MaxUploads=_UPLOADS_AT_ONCE,
            **_markers(after, "UploadIdMarker"),
        )
        found = [
            StoredObject(key=row["Key"], version=row["UploadId"], modified=row.get("Initiated"))
            for row in answer.get("Uploads", [])
        ]
        sized = (self._sized(upload) for upload in found)
        return ObjectPage(tuple(sized), _next(answer, "NextUploadIdMarker"))

    def _sized(self, upload: StoredObject) -> StoredObject:
        pages = client("s3").get_paginator("list_parts")
        asked = {"Bucket": self._bucket, "Key": upload.key, "UploadId": upload.version}
        try:
            size = sum(p["Size"] for page in pages.paginate(**asked) for p in page.get("Parts", []))
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError) and error_code(error) in _GONE:
                return upload
            raise unavailable(_WHAT, error) from error
        return StoredObject(
            key=upload.key, version=upload.version, size=size, modified=upload.modified
        )

    def abandon(self, uploads: Sequence[StoredObject]) -> Refused:
        return [
            refused
            for one in uploads
            for refused in self._one_by_one("abort_multipart_upload", one, UploadId=one.version)
        ]

    def _one_by_one(
        self, call: str, one: StoredObject, **which: str
    ) -> list[tuple[StoredObject, str]]:
        """Whether it was refused, and why."""
        try:
            getattr(client("s3"), call)(Bucket=self._bucket, Key=one.key, **which)
        except ClientError as error:
            reason = error_code(error)
            return [] if reason in _GONE else [(one, reason)]
        except BotoCoreError as error:
            raise unavailable(_WHAT, error) from error
        return []

    def _asked(self, call: str, **asked: Any) -> dict[str, Any]:
        try:
            return dict(getattr(client("s3"), call)(Bucket=self._bucket, **asked))
        except (ClientError, BotoCoreError) as error:
            raise unavailable(_WHAT, error) from error


def _version(row: Mapping[str, Any], *, mark: bool = False) -> StoredObject:
    return StoredObject(
        key=row["Key"],
        version=row["VersionId"],
        size=row.get("Size", 0),
        mark=mark,
        etag=str(row.get("ETag", "")).strip('"') or None,
        modified=row.get("LastModified"),
    )


def _markers(after: Mapping[str, str] | None, second: str) -> dict[str, str]:
    if after is None:
        return {}
    return {"KeyMarker": after["key"], **({second: after["id"]} if after["id"] else {})}


def _next(answer: Mapping[str, Any], second: str) -> dict[str, str] | None:
    if not answer.get("IsTruncated"):
        return None
    return {"key": answer["NextKeyMarker"], "id": answer.get(second, "")}
