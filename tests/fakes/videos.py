"""Videos in memory. Rows are kept plain, as a table keeps them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from functions.domain.codec import from_plain, to_plain
from functions.domain.errors import StaleWriteError
from functions.domain.paging import Page, Position
from functions.domain.runs.lease import watch_shard
from functions.domain.video import Video, VideoStatus


class FakeVideoStore:
    """`before_create` and `before_save` run once, just before the next write: another worker."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, Any]] = {}
        self._marked: dict[str, Video] = {}
        self._lock = threading.Lock()
        self.before_create: Callable[[], object] | None = None
        self.before_save: Callable[[], object] | None = None

    def get(self, video_id: str) -> Video | None:
        with self._lock:
            row = self._rows.get(video_id)
        return from_plain(Video, row) if row else None

    def create(self, video: Video) -> bool:
        if meanwhile := self.before_create:
            self.before_create = None
            meanwhile()
        with self._lock:
            if video.video_id in {**self._rows, **self._marked}:
                return False
            self._rows[video.video_id] = to_plain(video)
            return True

    def save(self, video: Video) -> Video:
        if meanwhile := self.before_save:
            self.before_save = None
            meanwhile()
        saved = replace(video, version=video.version + 1)
        with self._lock:
            known = self._rows.get(video.video_id)
            if known is None or known["version"] != video.version:
                raise StaleWriteError("The video")
            self._rows[video.video_id] = to_plain(saved)
        return saved

    def of_user(self, user_id: str, *, limit: int, after: Position | None) -> Page[Video]:
        return self._page({"user_id": user_id}, limit, after)

    def of_source(
        self, user_id: str, digest: str, *, limit: int, after: Position | None
    ) -> Page[Video]:
        return self._page({"user_id": user_id, "source_digest": digest}, limit, after)

    def _page(self, wanted: dict[str, str], limit: int, after: Position | None) -> Page[Video]:
        with self._lock:
            mine = [row for row in self._rows.values() if wanted.items() <= row.items()]
        mine.sort(key=_place, reverse=True)
        if after is not None:
            mine = [row for row in mine if _place(row) < _place(after)]
        shown = mine[:limit]
        more = len(mine) > len(shown)
        return Page(
            tuple(from_plain(Video, row) for row in shown), _position(shown[-1]) if more else None
        )

    def mark(self, video: Video) -> None:
        """It is being deleted: another row stands in its place."""
        with self._lock:
            known = self._rows.get(video.video_id)
            if known is None or known["version"] != video.version:
                raise StaleWriteError("The video")
            self._marked[video.video_id] = from_plain(Video, self._rows.pop(video.video_id))

    def marked(self, video_id: str) -> Video | None:
        return self._marked.get(video_id)

    def unmark(self, video_id: str) -> None:
        with self._lock:
            self._marked.pop(video_id, None)

    def forget(self, video_id: str) -> None:
        """The video is deleted by somebody else."""
        with self._lock:
            self._rows.pop(video_id, None)

    def all(self) -> list[Video]:
        return [from_plain(Video, row) for row in self._rows.values()]


class FakeIngestWatch:
    def __init__(self, videos: FakeVideoStore) -> None:
        self._videos = videos

    def waiting(self, shard: str, before: datetime, limit: int) -> list[str]:
        rows = [
            row
            for row in self._videos.all()
            if row.status is VideoStatus.INGESTING
            and watch_shard(row.video_id) == shard
            and row.updated_at < before
        ]
        rows.sort(key=lambda row: (row.updated_at, row.video_id))
        return [row.video_id for row in rows[:limit]]


def _place(row: Any) -> tuple[str, str]:
    return row["created_at"], row["video_id"]


def _position(row: Any) -> Position:
    return {name: row[name] for name in ("user_id", "created_at", "video_id")}
