"""How a segment is written: its own fields, and the keys that its indexes sort by.

An index holds only rows that have its keys, so what is not known sorts under a stand-in: every
segment is in every index, and the unknown can be told from the known by the key alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from functions.domain.codec import from_plain, to_plain
from functions.domain.runs.lease import watch_shard
from functions.domain.segments.query import SortBy
from functions.domain.segments.segment import Segment, SegmentStatus
from functions.domain.times import to_iso

Key = str | int | float

UNKNOWN_NUMBER: Final = -1
UNKNOWN_TITLE: Final = "-"
_TITLE_MARK: Final = "="
# A sort key may have 1,024 bytes.
_TITLE_BYTES: Final = 1_000

SORT_KEYS: Final[Mapping[SortBy, str]] = {
    SortBy.CREATED_AT: "created_at",
    SortBy.DURATION: "sort_duration",
    SortBy.FILE_SIZE: "file_size",
    SortBy.TITLE: "sort_title",
    SortBy.VIEWS: "sort_views",
    SortBy.ENGAGEMENT_RATE: "sort_engagement_rate",
}
# The first key of what is known; None where it always is.
FIRST_KNOWN: Final[Mapping[SortBy, Key | None]] = {
    SortBy.CREATED_AT: None,
    SortBy.DURATION: 0,
    SortBy.FILE_SIZE: None,
    SortBy.TITLE: _TITLE_MARK,
    SortBy.VIEWS: 0,
    SortBy.ENGAGEMENT_RATE: 0,
}


def to_row(segment: Segment) -> dict[str, Any]:
    return {
        **to_plain(segment),
        "segment_order": segment.order,
        "sort_duration": _number(segment.duration),
        "sort_title": title_key(segment.title),
        "sort_views": _number(segment.views),
        "sort_engagement_rate": _number(segment.engagement_rate),
        **_watched(segment),
        **_linked(segment),
    }


def _watched(segment: Segment) -> dict[str, str]:
    """Only those that wait are in the index of those that may have stopped."""
    waits = segment.status is SegmentStatus.PENDING
    return {"watch_shard": watch_shard(segment.segment_id)} if waits else {}


def _linked(segment: Segment) -> dict[str, int]:
    """By this the stream tells writes of segments that have posts from all others."""
    posts = len(segment.social_media_usage)
    return {"linked_posts": posts} if posts else {}


def from_row(row: Mapping[str, Any]) -> Segment:
    return from_plain(Segment, row)


DELETED_TYPE: Final = "deleted"
"""Stands for the type of a deleted segment, in the one index that has no list."""


def to_tombstone(segment: Segment, now: datetime) -> dict[str, Any]:
    """What is left of a deleted segment until its files are gone: under the keys of no index that
    lists read. By the one that it is under, the deletion of its video finds it."""
    return {
        "segment_id": segment.segment_id,
        "video_id": segment.video_id,
        "segment_type": DELETED_TYPE,
        "created_at": to_iso(segment.created_at),
        "deleted_at": to_iso(now),
        "segment": to_plain(segment),
        **_linked(segment),
    }


def from_tombstone(row: Mapping[str, Any]) -> Segment:
    return from_plain(Segment, row["segment"])


def is_tombstone(row: Mapping[str, Any]) -> bool:
    return "deleted_at" in row


def sort_key(segment: Segment, by: SortBy) -> Key:
    """The key under which an index sorts a segment."""
    keys: dict[SortBy, Key] = {
        SortBy.CREATED_AT: to_iso(segment.created_at),
        SortBy.DURATION: _number(segment.duration),
        SortBy.FILE_SIZE: segment.file_size,
        SortBy.TITLE: title_key(segment.title),
        SortBy.VIEWS: _number(segment.views),
        SortBy.ENGAGEMENT_RATE: _number(segment.engagement_rate),
    }
    return keys[by]


def title_key(title: str | None) -> str:
    """Titles sort whatever their case."""
    if title is None:
        return UNKNOWN_TITLE
    return _TITLE_MARK + title.casefold().encode()[:_TITLE_BYTES].decode(errors="ignore")


def _number(value: float | None) -> float:
    return UNKNOWN_NUMBER if value is None else value
