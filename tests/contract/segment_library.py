"""Segments of every sort for the tests of lists, and the plain list to hold a walk against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from functions.adapters.aws import client
from functions.adapters.dynamo.items import encode_item
from functions.adapters.dynamo.segment_rows import to_row
from functions.domain.paging import Page
from functions.domain.ports import SegmentStore
from functions.domain.posts.post import Platform, Post, new_post, totals
from functions.domain.segments.query import SegmentQuery
from functions.domain.segments.segment import Segment, SegmentType
from tests.builders import make_segment
from tests.fakes.clock import EPOCH
from tests.fakes.segments import ranking, value_of

TITLES = (
    None,
    "",
    "banana",
    "Banana",
    "BANANA split",
    "ärger",
    "Ärger",
    "zoo",
    "Straße",
    "STRASSE",
    "日本の夏",
    "😀" * 200,
    "😀" * 199 + "😁",
)
DURATIONS = (None, 0, 900, 10_000, 10_000, 15_500, 3_600_000)
TAGS = ((), ("Beach",), ("beach", "sun set"), ("été",), ("sun set",))
KINDS = tuple(SegmentType)


def made_post(platform: Platform, number: int, **numbers: int) -> Post:
    return new_post(platform, f"post-{number}", EPOCH).told(numbers, EPOCH)


POSTS: tuple[tuple[Post, ...], ...] = (
    (),
    (),
    (new_post(Platform.YOUTUBE, "untold", EPOCH),),
    (made_post(Platform.TIKTOK, 1, views=0, likes=0, shares=0, comments=0),),
    (made_post(Platform.TIKTOK, 2, views=100, likes=7, shares=2, comments=1),),
    (
        made_post(Platform.YOUTUBE, 3, views=100, likes=3, comments=0),
        made_post(Platform.X, 4, views=50, likes=1, shares=1, comments=1),
    ),
)


def posted(segment: dict[str, Any], posts: Sequence[Post]) -> dict[str, Any]:
    """With posts and what follows from them."""
    sums = totals(posts)
    numbers = {"views": sums.views, "engagement_rate": sums.engagement_rate}
    return {**segment, "social_media_usage": tuple(posts), **numbers}


def mixed(user_id: str, count: int) -> list[Segment]:
    """Values of different cycles, so that most combinations are met, with many ties."""
    return [make_segment(**_mixed(user_id, at)) for at in range(count)]


def _mixed(user_id: str, at: int) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "user_id": user_id,
        "video_id": f"{user_id}-video-{at % 3}",
        "segment_type": KINDS[at % 4],
        "segment_number": at,
        "file_size": (700, 5_000_000_000, 0, 700, 81)[at % 5],
        "created_at": created(at % 11),
        "duration": DURATIONS[at % 7],
        "title": TITLES[at % 13],
        "description": (None, "A day at the sea", "Наш отпуск")[at % 3],
        "tags": TAGS[at % 5],
    }
    return posted(plain, POSTS[at % 6])


def created(minute: int) -> datetime:
    return EPOCH + timedelta(minutes=minute)


def write_rows(table: str, segments: Sequence[Segment]) -> None:
    """Many rows at once, past what counts them."""
    for start in range(0, len(segments), 25):
        puts = [
            {"PutRequest": {"Item": encode_item(to_row(one))}}
            for one in segments[start : start + 25]
        ]
        client("dynamodb").batch_write_item(RequestItems={table: puts})


def pages(segments: SegmentStore, query: SegmentQuery, limit: int) -> list[Page[Segment]]:
    """Every page of a list, in order."""
    found: list[Page[Segment]] = []
    after = None
    while True:
        page = segments.search(query, limit=limit, after=after)
        assert len(page.items) <= limit
        found.append(page)
        after = page.next
        if after is None:
            return found


def walked(segments: SegmentStore, query: SegmentQuery, limit: int) -> list[Segment]:
    return [segment for page in pages(segments, query, limit) for segment in page.items]


def require_same(found: Sequence[Segment], rows: Sequence[Segment], query: SegmentQuery) -> None:
    """A walk found what a plain list has, in its order; those of equal value in any order."""
    wanted = ranking([row for row in rows if query.matches(row)], query)
    assert _ids(found) == _ids(wanted)
    by = query.sort_by
    assert [value_of(one, by) for one in found] == [value_of(one, by) for one in wanted]
    assert {one.segment_id: one for one in found} == {one.segment_id: one for one in wanted}


def _ids(segments: Sequence[Segment]) -> list[str]:
    return sorted(segment.segment_id for segment in segments)
