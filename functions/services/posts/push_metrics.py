"""Numbers of posts that others have collected: many at once, each kept or refused by itself.

The newest stays, whatever the order in which they come, so that what is pushed again changes
nothing. Those of one post are written one after the other, from the oldest on: each is a part of
the post's history.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from functions.domain.errors import CutroomError, FieldError, InvalidInputError, NotFoundError
from functions.domain.ports import SegmentStore
from functions.domain.posts.post import Number, NumberState, Platform, Post
from functions.domain.segments.segment import Segment
from functions.services.ownership import Caller
from functions.services.posts.link_post import CLOCKS_APART, EARLIEST, with_posts
from functions.services.segments.batches import THREADS, Outcome
from functions.services.segments.change_segment import change_segment

# A post changes up to ten rows, and a transaction holds a hundred.
AT_ONCE: Final = 5


class Fate(StrEnum):
    """What became of a number. `older`: a newer one is known, or a higher one of the same time;
    `unchanged`: it is known."""

    KEPT = "kept"
    UNCHANGED = "unchanged"
    OLDER = "older"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedNumbers:
    """Of a post that the segment has, as they were at a time; `source` names who says so."""

    segment_id: str
    platform: Platform
    post_id: str
    numbers: Mapping[str, int]
    collected_at: datetime
    source: str

    @property
    def key(self) -> tuple[Platform, str]:
        return self.platform, self.post_id


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of each number of one item, and the segment's version after it."""

    version: int
    fates: Mapping[str, Fate]


Results = dict[int, Outcome[Pushed]]
Indexed = tuple[int, PushedNumbers]


def push_metrics(
    caller: Caller,
    items: Sequence[PushedNumbers],
    *,
    segments: SegmentStore,
    now: datetime,
    with_youtube: bool,
) -> list[Outcome[Pushed]]:
    """What became of each, in their order. Segments are written side by side."""
    by_segment: dict[str, list[Indexed]] = {}
    for at, item in enumerate(items):
        by_segment.setdefault(item.segment_id, []).append((at, item))

    def push(some: list[Indexed]) -> Results:
        some.sort(key=lambda pair: (pair[1].collected_at, pair[0]))
        results: Results = {}
        for group in _groups(some):
            results |= _written(caller, group, segments, now, with_youtube=with_youtube)
        return results

    with ThreadPoolExecutor(THREADS) as pool:
        found = {
            at: one
            for results in pool.map(push, by_segment.values())
            for at, one in results.items()
        }
    return [found[at] for at in range(len(items))]


def _groups(items: Sequence[Indexed]) -> Iterator[list[Indexed]]:
    """What is written at once: in order, no post twice."""
    group: list[Indexed] = []
    for pair in items:
        if len(group) == AT_ONCE or any(pair[1].key == other.key for _, other in group):
            yield group
            group = []
        group.append(pair)
    if group:
        yield group


def _written(
    caller: Caller,
    group: Sequence[Indexed],
    segments: SegmentStore,
    now: datetime,
    *,
    with_youtube: bool,
) -> Results:
    fates: dict[int, Mapping[str, Fate]] = {}
    errors: Results = {}

    def change(segment: Segment) -> Segment:
        # Anew each time: another writer may have come between.
        fates.clear()
        errors.clear()
        posts = {post.key: post for post in segment.social_media_usage}
        for at, item in group:
            try:
                posts[item.key], fates[at] = _told(posts.get(item.key), item, now)
            except CutroomError as error:
                errors[at] = Outcome(None, error)
        changed = tuple(posts.values())
        if changed == segment.social_media_usage:
            return segment
        return with_posts(segment, changed, now, with_youtube)

    try:
        saved = change_segment(caller, group[0][1].segment_id, change, segments=segments)
    except CutroomError as error:
        return {at: Outcome(None, error) for at, _ in group}
    return errors | {at: Outcome(Pushed(saved.version, told), None) for at, told in fates.items()}


def _told(post: Post | None, item: PushedNumbers, now: datetime) -> tuple[Post, Mapping[str, Fate]]:
    if post is None:
        raise NotFoundError("post.not_found", "The segment has no such post; link it first.")
    at = item.collected_at.astimezone(UTC)
    _require_time(post, at, now)
    fresh: dict[str, Any] = {}
    fates: dict[str, Fate] = {}
    for metric, value in item.numbers.items():
        known = post.number(metric)
        if known.is_before(at, value):
            fresh[metric] = Number(value=value, state=NumberState.OK, at=at, source=item.source)
            fates[metric] = Fate.KEPT
        else:
            same = (known.at, known.value) == (at, value)
            fates[metric] = Fate.UNCHANGED if same else Fate.OLDER
    return replace(post, **fresh), fates


def _require_time(post: Post, at: datetime, now: datetime) -> None:
    """Raises InvalidInputError."""
    flaws = {
        "in_future": (at > now + CLOCKS_APART, "The time is in the future."),
        "too_early": (at < EARLIEST, f"Nothing was posted before {EARLIEST.year}."),
        "before_posted": (
            post.posted_at is not None and post.posted_at > at + CLOCKS_APART,
            "The numbers are older than the post; correct posted_at or collected_at.",
        ),
    }
    fields = [
        FieldError("/collected_at", code, says) for code, (wrong, says) in flaws.items() if wrong
    ]
    if fields:
        says = "The item is not valid; `errors` names each place."
        raise InvalidInputError("request.invalid", says, fields=tuple(fields))
