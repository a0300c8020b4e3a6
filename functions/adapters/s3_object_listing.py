"""Objects of the media bucket as they are now, and the folders that their keys make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, unavailable
from functions.domain.deletions.deletion import StoredObject
from functions.domain.deletions.orphan_ports import FolderPage
from functions.domain.deletions.ports import ObjectPage

# The character that follows "/": greater than all keys of a folder, less than those after it.
_BEHIND = "0"


class S3ObjectListing:
    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def folders(self, prefix: str, after: str | None) -> FolderPage:
        start = after[:-1] + _BEHIND if after and after.endswith("/") else after
        answer = self._asked(prefix, start, Delimiter="/")
        folders = tuple(row["Prefix"] for row in answer.get("CommonPrefixes", []))
        objects = tuple(map(_stored, answer.get("Contents", [])))
        last = max((*folders, *(one.key for one in objects)), default=None, key=_order)
        return FolderPage(folders, objects, last if answer.get("IsTruncated") else None)

    def current(self, prefix: str, after: str | None) -> ObjectPage:
        answer = self._asked(prefix, after)
        objects = tuple(map(_stored, answer.get("Contents", [])))
        more = answer.get("IsTruncated") and objects
        return ObjectPage(objects, {"key": objects[-1].key} if more else None)

    def _asked(self, prefix: str, after: str | None, **more: str) -> dict[str, Any]:
        asked = {"Bucket": self._bucket, "Prefix": prefix, **more}
        if after is not None:
            asked["StartAfter"] = after
        try:
            return dict(client("s3").list_objects_v2(**asked))
        except (ClientError, BotoCoreError) as error:
            raise unavailable("The media bucket", error) from error


def _order(key: str) -> bytes:
    """As S3 sorts them."""
    return key.encode()


def _stored(row: Mapping[str, Any]) -> StoredObject:
    return StoredObject(
        key=row["Key"], version="", size=row.get("Size", 0), modified=row.get("LastModified")
    )
