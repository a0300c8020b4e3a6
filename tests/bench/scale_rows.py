"""A million segments that look like real ones, and weigh the same: what is read can be compared.

A thousand are made in full and written as text; the others differ from one of them in whose they
are, when they were made and their ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from functions.adapters.dynamo.items import encode_item
from functions.adapters.dynamo.segment_rows import to_row
from functions.domain.posts.post import Platform, Post, new_post, totals
from functions.domain.segments.segment import Segment, SegmentType
from functions.domain.times import to_iso
from tests.bench.scale_costs import item_size

KINDS: Final = 1_000
ROW_BYTES: Final = 1_250
LARGE_VIDEO: Final = 600
SMALL_VIDEO: Final = 100
_BEGIN: Final = datetime(2025, 1, 1, tzinfo=UTC)
_NEVER: Final = datetime(1999, 9, 9, tzinfo=UTC)
_TYPES: Final = (*[SegmentType.PROCESSED] * 5, SegmentType.ORIGINAL, *[SegmentType.THUMBNAIL] * 3)
_PLACES: Final = ("Lisbon", "Kraków", "São Paulo", "東京", "Cape Town", "Åre", "Québec")
_WORDS: Final = (
    "the light over the water was better than we had hoped and nobody wanted to go home "
)


def _posts(kind: int) -> tuple[Post, ...]:
    """A tenth was posted."""
    if kind % 10 != 3:
        return ()
    numbers = {
        "views": 37 * kind + 100,
        "likes": 3 * kind + 1,
        "comments": kind,
        "shares": kind % 7,
    }
    platform = (Platform.TIKTOK, Platform.INSTAGRAM, Platform.X)[kind % 3]
    post = new_post(platform, f"{kind:019d}", _BEGIN).told(numbers, _BEGIN)
    return (replace(post, post_url=f"https://example.com/@creator/{kind:019d}", posted_at=_BEGIN),)


def _made(kind: int) -> Segment:
    posts, sums = _posts(kind), totals(_posts(kind))
    type_ = SegmentType.AUDIO if kind % 10 == 9 else _TYPES[kind % 10]
    length = None if type_ is SegmentType.THUMBNAIL else 10_001 + 17 * kind
    start = 20_000 + 30_000 * (kind % 90)
    return Segment(
        segment_id="@ID@",
        video_id="@VIDEO@",
        user_id="@USER@",
        segment_type=type_,
        segment_number=kind + 1,
        s3_key=f"media/@USER@/@VIDEO@/5f0c7f8e/{type_}-{kind + 1:06d}.mp4",
        file_size=1_000_003 + 7_919 * kind,
        content_type="video/mp4",
        created_at=_NEVER,
        updated_at=_NEVER,
        plan_id="5f0c7f8e-7d55-5c0a-9a3e-3f0e6a2b9c11",
        duration=length,
        start=start,
        end=start + 30_000,
        actual_start=start + 11,
        actual_end=start + 29_987,
        frame_count=750 + kind % 9,
        has_sound=True,
        width=1080,
        height=1920,
        title=f"{_PLACES[kind % 7]} at dawn, take {kind * 611 % KINDS}" if kind % 4 else None,
        description="",
        tags=(
            "travel",
            *(["half"] if kind % 2 else []),
            *(["hundredth"] if kind % 100 == 7 else []),
        ),
        social_media_usage=posts,
        views=sums.views,
        engagement_rate=sums.engagement_rate,
    )


def _weighed(segment: Segment) -> Segment:
    """With a description that makes the row as heavy as all others."""
    empty = item_size(encode_item(to_row(_named(segment, Place("", "", 0)))))
    return replace(segment, description=(_WORDS * 20)[: ROW_BYTES - empty])


@dataclass(frozen=True, slots=True)
class Place:
    """Whose a row is, of which video, and which it is."""

    user: str
    video: str
    at: int

    @property
    def segment_id(self) -> str:
        """Spread like real ids."""
        return f"{self.at * 2_654_435_761 % 2**32:08x}-5e91-5000-8000-{self.at:012x}"

    @property
    def created_at(self) -> datetime:
        return _BEGIN + timedelta(seconds=self.at)


def user_id(number: int) -> str:
    return f"9b0f3c1e-0000-4000-8000-{number:012d}"


def video_id(user: int, number: int) -> str:
    return f"01990000-{user:04x}-7000-8000-{number:012d}"


def _named(segment: Segment, place: Place) -> Segment:
    user, video = place.user or user_id(0), place.video or video_id(0, 0)
    return replace(
        segment,
        segment_id=place.segment_id,
        user_id=user,
        video_id=video,
        s3_key=segment.s3_key.replace("@USER@", user).replace("@VIDEO@", video),
        created_at=place.created_at,
        updated_at=place.created_at,
    )


class Rows:
    """The thousand, and any row made of one of them."""

    def __init__(self) -> None:
        self.kinds = [_weighed(_made(kind)) for kind in range(KINDS)]
        self._texts = [_text(segment) for segment in self.kinds]

    def segment(self, place: Place) -> Segment:
        return _named(self.kinds[place.at % KINDS], place)

    def text(self, place: Place) -> str:
        """One put of a batch write, as JSON."""
        text = self._texts[place.at % KINDS]
        return (
            text.replace("@USER@", place.user)
            .replace("@VIDEO@", place.video)
            .replace("@ID@", place.segment_id)
            .replace(to_iso(_NEVER), to_iso(place.created_at))
        )

    def require_true(self, places: Sequence[Place]) -> None:
        """The short way to a row gives what the adapter would write, of the weight of all."""
        for place in places:
            row = encode_item(to_row(self.segment(place)))
            if json.loads(self.text(place))["PutRequest"]["Item"] != row:
                raise AssertionError(f"row {place} differs from the adapter's")
            if item_size(row) != ROW_BYTES:
                raise AssertionError(f"row {place} has {item_size(row)} bytes, not {ROW_BYTES}")


def _text(segment: Segment) -> str:
    item: dict[str, Any] = encode_item(to_row(segment))
    return json.dumps({"PutRequest": {"Item": item}}, separators=(",", ":"))


def of_one_user(count: int) -> Iterator[Place]:
    """The oldest are of one large video, the others of small ones."""
    for at in range(count):
        video = 0 if at < LARGE_VIDEO else at // SMALL_VIDEO
        yield Place(user_id(0), video_id(0, video), at)


def of_many_users(count: int) -> Iterator[Place]:
    """Each has a video of a hundred segments; after them one user has a thousand."""
    for at in range(count):
        user = 1 + at // SMALL_VIDEO
        yield Place(user_id(user), video_id(user, 0), at)
    for place in of_one_user(1_000):
        yield replace(place, at=count + place.at)
