"""How a posted segment does on the platforms: each number with its state and its time.

None is not zero: a number that is not known stays None through every sum and rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class Platform(StrEnum):
    YOUTUBE = "youtube"
    INSTAGRAM = "instagram"
    TIKTOK = "tiktok"
    FACEBOOK = "facebook"
    X = "x"


class NumberState(StrEnum):
    """`unsupported`: the platform does not tell it; `not_yet`: nobody has told it so far."""

    OK = "ok"
    UNSUPPORTED = "unsupported"
    NOT_YET = "not_yet"
    ERROR = "error"


METRICS = ("views", "likes", "shares", "comments")
INTERACTIONS = ("likes", "shares", "comments")
# YouTube's data API counts no shares.
_UNSUPPORTED = {(Platform.YOUTUBE, "shares")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A count as of `at`. After an error the last known value stays. `source` names who told it
    from outside; None is its platform, or whoever linked the post."""

    value: int | None = None
    state: NumberState = NumberState.NOT_YET
    at: datetime | None = None
    source: str | None = None

    def is_before(self, at: datetime, value: int) -> bool:
        """Whether such a count comes after this one: by its time, and at the same time by its
        value, so that it does not matter in which order counts come."""
        if self.at is None or self.value is None:
            return True
        return (self.at, self.value) < (at, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums of what is known; None where nothing is."""

    views: int | None = None
    likes: int | None = None
    shares: int | None = None
    comments: int | None = None
    engagement_rate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One posting of a segment. A platform and its post id are one post. `missing_since` is when
    its platform was found to have it no more, several times in a row."""

    platform: Platform
    post_id: str
    linked_at: datetime
    post_url: str | None = None
    posted_at: datetime | None = None
    views: Number = Number()
    likes: Number = Number()
    shares: Number = Number()
    comments: Number = Number()
    missing_since: datetime | None = None

    @property
    def key(self) -> tuple[Platform, str]:
        return self.platform, self.post_id

    def number(self, metric: str) -> Number:
        number: Number = getattr(self, metric)
        return number

    @property
    def last_synced(self) -> datetime | None:
        """When the newest of its numbers was told."""
        return max((n.at for n in map(self.number, METRICS) if n.at), default=None)

    @property
    def interactions(self) -> int | None:
        """Likes, shares and comments; None while one that the platform tells is unknown."""
        told = [n for n in map(self.number, INTERACTIONS) if n.state is not NumberState.UNSUPPORTED]
        values = [n.value for n in told if n.value is not None]
        return sum(values) if told and len(values) == len(told) else None

    @property
    def engagement_rate(self) -> float | None:
        """(likes + shares + comments) / views; None where one of them is unknown or no views."""
        return rate(self.interactions, self.views.value)

    def told(self, values: Mapping[str, int], at: datetime) -> Post:
        """With new values as of `at`; a number that is newer already stays."""
        fresh: dict[str, Any] = {}
        for metric, value in values.items():
            known = self.number(metric)
            if known.at is None or known.at <= at:
                fresh[metric] = Number(value=value, state=NumberState.OK, at=at)
        return replace(self, **fresh)


def new_post(platform: Platform, post_id: str, linked_at: datetime) -> Post:
    """A post of which no number is known yet."""
    untold: dict[str, Any] = {
        metric: Number(state=NumberState.UNSUPPORTED)
        for metric in METRICS
        if (platform, metric) in _UNSUPPORTED
    }
    return Post(platform=platform, post_id=post_id, linked_at=linked_at, **untold)


def rate(interactions: int | None, views: int | None) -> float | None:
    return None if interactions is None or not views else round(interactions / views, 6)


def totals(posts: Iterable[Post]) -> Totals:
    """Over posts: sums of the known, and the rate over those posts of which a rate is known."""
    every = list(posts)
    sums = {metric: known_sum(post.number(metric).value for post in every) for metric in METRICS}
    rated = [post for post in every if post.engagement_rate is not None]
    interactions = known_sum(post.interactions for post in rated)
    views = known_sum(post.views.value for post in rated)
    return Totals(**sums, engagement_rate=rate(interactions, views))


def known_sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def combined(posts: Iterable[Post], *, with_youtube: bool) -> tuple[Post, ...]:
    """The posts whose numbers may be put together: YouTube's terms keep its own apart."""
    return tuple(post for post in posts if with_youtube or post.platform is not Platform.YOUTUBE)
