"""A bucket in memory: objects with versions, multipart uploads, URLs that are only text."""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from functions.domain.errors import UnavailableError
from functions.domain.media.ports import Part, StoredVersion
from functions.domain.media.source import Source


class FakeMediaStore:
    """`refuse` holds ends of keys whose next write fails once, as a lost connection would."""

    def __init__(self, *, versioned: bool = True) -> None:
        self.objects: dict[str, bytes] = {}
        self.content_types: dict[str, str] = {}
        self.multiparts: dict[tuple[str, str], dict[int, bytes]] = {}
        self.metadata: dict[str, dict[str, str]] = {}
        self.refuse: set[str] = set()
        self._versioned = versioned
        self._versions: dict[str, int] = {}
        self._uploads = itertools.count(1)
        self._lock = threading.Lock()

    def put(self, key: str, body: bytes) -> Source:
        """An object arrives by a signed URL or by another tool."""
        with self._lock:
            for end in [end for end in self.refuse if key.endswith(end)]:
                self.refuse.discard(end)
                raise UnavailableError("dependency.unavailable", "The media bucket failed.")
            self.objects[key] = body
            self._versions[key] = self._versions.get(key, 0) + 1
        source = self.find(key)
        assert source
        return source

    def put_part(self, key: str, upload_id: str, number: int, body: bytes) -> str:
        """A part arrives, by its signed URL or from us."""
        with self._lock:
            if (key, upload_id) not in self.multiparts:
                raise _absent()
            self.multiparts[key, upload_id][number] = bytes(body)
        return _etag(body)

    def open_multiparts(self, key: str) -> list[str]:
        return [upload_id for known, upload_id in self.multiparts if known == key]

    def find(self, key: str) -> Source | None:
        if key not in self.objects:
            return None
        version = f"v{self._versions[key]}" if self._versioned else None
        return Source(
            key=key,
            size=len(self.objects[key]),
            etag=_etag(self.objects[key]),
            version_id=version,
        )

    def start_multipart(self, key: str, content_type: str, metadata: Mapping[str, str]) -> str:
        upload_id = f"multipart-{next(self._uploads)}"
        self.multiparts[key, upload_id] = {}
        self.content_types[key] = content_type
        self.metadata[key] = dict(metadata)
        return upload_id

    def parts(self, key: str, upload_id: str) -> list[Part] | None:
        if (key, upload_id) not in self.multiparts:
            return None
        bodies = sorted(self.multiparts[key, upload_id].items())
        return [Part(number, len(body), _etag(body)) for number, body in bodies]

    def complete_multipart(self, key: str, upload_id: str, parts: Sequence[Part]) -> None:
        if (key, upload_id) not in self.multiparts:
            raise _absent()
        bodies = self.multiparts.pop((key, upload_id))
        self.put(key, b"".join(bodies[part.number] for part in parts))

    def abort_multipart(self, key: str, upload_id: str) -> None:
        self.multiparts.pop((key, upload_id), None)

    def sign_part(self, key: str, upload_id: str, number: int, seconds: int) -> str:
        return _url(key, uploadId=upload_id, partNumber=number, expires=seconds)

    def sign_put(
        self, key: str, *, size: int, content_type: str, metadata: Mapping[str, str], seconds: int
    ) -> str:
        named = {f"x-amz-meta-{name}": value for name, value in metadata.items()}
        return _url(key, length=size, type=content_type, expires=seconds, **named)

    def sign_get(self, source: Source, seconds: int) -> str:
        return _url(source.key, versionId=source.version_id or "", expires=seconds)

    def sign_download(
        self,
        key: str,
        *,
        file_name: str,
        content_type: str,
        seconds: int,
        version_id: str | None = None,
    ) -> str:
        version = {"version": version_id} if version_id else {}
        return _url(key, name=file_name, type=content_type, expires=seconds, **version)

    def read_json(self, key: str) -> Any:
        return json.loads(self._body(key))

    def write_json(self, key: str, document: Any) -> None:
        self.put(key, json.dumps(document).encode())

    def upload(self, path: Path, key: str, content_type: str) -> None:
        self.put(key, path.read_bytes())
        self.content_types[key] = content_type

    def download(self, key: str, path: Path) -> None:
        path.write_bytes(self._body(key))

    def copy(self, from_key: str, to_key: str) -> None:
        self.put(to_key, self._body(from_key))

    def delete(self, keys: Iterable[str]) -> None:
        with self._lock:
            for key in keys:
                self.objects.pop(key, None)

    def stored(self, folder: str) -> list[StoredVersion]:
        with self._lock:
            keys = [key for key in self.objects if key.startswith(folder)]
            return [StoredVersion(key, f"v{self._versions[key]}") for key in keys]

    def remove(self, versions: Sequence[StoredVersion]) -> None:
        with self._lock:
            for one in versions:
                if f"v{self._versions.get(one.key)}" == one.version_id:
                    self.objects.pop(one.key, None)

    def erase_version(self, source: Source) -> None:
        if self.find(source.key) == source:
            self.delete([source.key])

    def erase(self, key: str) -> None:
        self.delete([key])
        with self._lock:
            self._versions.pop(key, None)

    def erase_folder(self, folder: str) -> None:
        for key in [key for key in self._versions if key.startswith(f"{folder}/")]:
            self.erase(key)

    def _body(self, key: str) -> bytes:
        with self._lock:
            if key not in self.objects:
                raise _absent()
            return self.objects[key]


def _etag(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


def _url(key: str, **query: object) -> str:
    named = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in query.items())
    return f"https://bucket.test/{quote(key)}?{named}"


def _absent() -> UnavailableError:
    return UnavailableError("dependency.unavailable", "The media bucket failed (404).")
