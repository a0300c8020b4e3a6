"""Which posts are asked for together: those of one account, as many as a call takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from functions.domain.posts.post import Platform

# Posts in one call. Meta takes 50 requests in a batch, and a post of a Facebook page needs two:
# one for what people did with it, one for how often it was seen.
POSTS_IN_A_CALL: Final[Mapping[Platform, int]] = {
    Platform.YOUTUBE: 50,
    Platform.INSTAGRAM: 50,
    Platform.FACEBOOK: 25,
    Platform.X: 100,
    Platform.TIKTOK: 20,
}


@dataclass(frozen=True, slots=True, order=True)
class DuePost:
    """A post that is to be looked at, and whose it is."""

    user_id: str
    platform: Platform
    segment_id: str
    post_id: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Posts of one account, for one call."""

    user_id: str
    platform: Platform
    posts: tuple[DuePost, ...]


def in_batches(due: Iterable[DuePost]) -> list[Batch]:
    """As few as there can be: each account's are full, but for its last. A post that is named
    twice is asked for once; the order of what is due does not matter."""
    accounts: dict[tuple[str, Platform], set[DuePost]] = {}
    for post in due:
        accounts.setdefault((post.user_id, post.platform), set()).add(post)
    return [
        Batch(user_id, platform, tuple(posts[start : start + POSTS_IN_A_CALL[platform]]))
        for (user_id, platform), found in sorted(accounts.items())
        for posts in [sorted(found)]
        for start in range(0, len(posts), POSTS_IN_A_CALL[platform])
    ]


def least_calls(counts: Mapping[tuple[str, Platform], int]) -> int:
    """Calls that so many posts of each account need at the least."""
    return sum(-(-count // POSTS_IN_A_CALL[platform]) for (_, platform), count in counts.items())
