"""Videos in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.ingest_watch import watched
from functions.adapters.dynamo.table import Rows, Table
from functions.adapters.dynamo.video_marks import is_mark
from functions.domain.codec import from_plain, to_plain
from functions.domain.deletions.ports import HiddenVideos
from functions.domain.errors import StaleWriteError
from functions.domain.paging import Page, Position
from functions.domain.video import Video

BY_USER = "user_id-created_at-index"
BY_SOURCE = "user_id-source_digest-index"


def _row(video: Video) -> dict[str, Any]:
    return {**to_plain(video), **watched(video)}


class DynamoVideoStore:
    """`hidden` are passed over in lists: their index may still show them."""

    def __init__(self, table: str, hidden: HiddenVideos | None = None) -> None:
        self._table, self._hidden = Table(table, "videos"), hidden

    def get(self, video_id: str) -> Video | None:
        row = self._table.get({"video_id": video_id})
        return from_plain(Video, row) if row and not is_mark(row) else None

    def create(self, video: Video) -> bool:
        try:
            self._table.put(_row(video), "attribute_not_exists(video_id)")
        except ConditionFailedError:
            return False
        return True

    def save(self, video: Video) -> Video:
        """The version is raised here, so that a write can only follow the read it came from."""
        saved = replace(video, version=video.version + 1)
        try:
            self._table.put(
                _row(saved),
                "#version = :read",
                {":read": video.version},
                {"#version": "version"},
            )
        except ConditionFailedError as error:
            raise StaleWriteError("The video") from error
        return saved

    def of_user(self, user_id: str, *, limit: int, after: Position | None) -> Page[Video]:
        hidden = self._hidden_of(user_id)
        rows = self._table.query(
            "user_id = :user",
            {":user": user_id},
            limit=limit,
            index=BY_USER,
            after=after,
            forward=False,
        )
        return _page(rows, hidden)

    def of_source(
        self, user_id: str, digest: str, *, limit: int, after: Position | None
    ) -> Page[Video]:
        hidden = self._hidden_of(user_id)
        rows = self._table.query(
            "user_id = :user AND source_digest = :digest",
            {":user": user_id, ":digest": digest},
            limit=limit,
            index=BY_SOURCE,
            after=after,
            forward=False,
        )
        return _page(rows, hidden)

    def _hidden_of(self, user_id: str) -> frozenset[str]:
        """Asked before an index is: when a video is hidden no more, its row is gone."""
        return self._hidden.hidden(user_id) if self._hidden else frozenset()


def _page(rows: Rows, hidden: frozenset[str]) -> Page[Video]:
    shown = (row for row in rows.items if row["video_id"] not in hidden)
    return Page(tuple(from_plain(Video, row) for row in shown), rows.next)
