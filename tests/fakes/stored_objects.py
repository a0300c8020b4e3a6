"""A bucket with versions, marks of removal and unfinished uploads."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime

from functions.domain.deletions.deletion import StoredObject
from functions.domain.deletions.ports import ObjectPage, Refused
from tests.fakes.clock import EPOCH


class FakeStoredObjects:
    """`page_size` bounds a page; `refused` are keys that cannot be deleted, with the reason."""

    def __init__(self, page_size: int = 1_000) -> None:
        self.page_size = page_size
        self.versions: list[StoredObject] = []
        self.uploads: list[StoredObject] = []
        self.refused: dict[str, str] = {}
        self._names = itertools.count(1)
        self._lock = threading.Lock()

    def put(self, key: str, size: int = 1, modified: datetime = EPOCH, etag: str = "e") -> str:
        """A new version; returns its name."""
        name = f"v{next(self._names)}"
        with self._lock:
            self.versions.append(
                StoredObject(key=key, version=name, size=size, etag=etag, modified=modified)
            )
        return name

    def put_mark(self, key: str) -> None:
        """It was removed, as readers see it."""
        name = f"v{next(self._names)}"
        self.versions.append(StoredObject(key=key, version=name, mark=True, modified=EPOCH))

    def begin(self, key: str, size: int = 0) -> None:
        name = f"u{next(self._names)}"
        self.uploads.append(StoredObject(key=key, version=name, size=size, modified=EPOCH))

    def page(self, prefix: str, after: Mapping[str, str] | None) -> ObjectPage:
        return self._page(self.versions, prefix, after)

    def unfinished(self, prefix: str, after: Mapping[str, str] | None) -> ObjectPage:
        return self._page(self.uploads, prefix, after)

    def remove(self, objects: Sequence[StoredObject]) -> Refused:
        assert len(objects) <= 1_000
        return self._remove(self.versions, objects)

    def abandon(self, uploads: Sequence[StoredObject]) -> Refused:
        return self._remove(self.uploads, uploads)

    def _page(
        self, kept: list[StoredObject], prefix: str, after: Mapping[str, str] | None
    ) -> ObjectPage:
        with self._lock:
            found = sorted((one for one in kept if one.key.startswith(prefix)), key=_place)
        if after is not None:
            found = [one for one in found if _place(one) > (after["key"], after["id"])]
        shown = found[: self.page_size]
        more = len(found) > len(shown)
        return ObjectPage(
            tuple(shown), {"key": shown[-1].key, "id": shown[-1].version} if more else None
        )

    def _remove(self, kept: list[StoredObject], gone: Sequence[StoredObject]) -> Refused:
        refused = [(one, self.refused[one.key]) for one in gone if one.key in self.refused]
        named = {_place(one) for one in gone if one.key not in self.refused}
        with self._lock:
            kept[:] = [one for one in kept if _place(one) not in named]
        return refused


def _place(one: StoredObject) -> tuple[str, str]:
    return one.key, one.version
