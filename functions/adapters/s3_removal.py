"""What is removed from the media bucket: a version, a key, all that is in a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from functions.adapters.aws import client
from functions.adapters.s3_bucket import S3Bucket, translated
from functions.domain.errors import UnavailableError
from functions.domain.media.ports import StoredVersion
from functions.domain.media.source import Source


class S3Removal(S3Bucket):
    def delete(self, keys: Iterable[str]) -> None:
        wanted = list(keys)
        with translated():
            for start in range(0, len(wanted), 1000):
                self._delete([{"Key": key} for key in wanted[start : start + 1000]])

    def stored(self, folder: str) -> list[StoredVersion]:
        pages = client("s3").get_paginator("list_object_versions")
        with translated():
            return [
                StoredVersion(version["Key"], version["VersionId"])
                for page in pages.paginate(Bucket=self._bucket, Prefix=folder)
                for version in page.get("Versions", [])
                if version["IsLatest"]
            ]

    def remove(self, versions: Sequence[StoredVersion]) -> None:
        named = [{"Key": one.key, "VersionId": one.version_id} for one in versions]
        with translated():
            for start in range(0, len(named), 1000):
                self._delete(named[start : start + 1000])

    def erase_version(self, source: Source) -> None:
        version = {"VersionId": source.version_id} if source.version_id else {}
        with translated():
            client("s3").delete_object(Bucket=self._bucket, Key=source.key, **version)

    def erase(self, key: str) -> None:
        """By prefix, so other keys that begin alike are passed over."""
        self._erase(key, lambda found: found == key)

    def erase_folder(self, folder: str) -> None:
        self._erase(f"{folder}/", lambda _: True)

    def _erase(self, prefix: str, is_meant: Callable[[str], bool]) -> None:
        pages = client("s3").get_paginator("list_object_versions")
        with translated():
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
