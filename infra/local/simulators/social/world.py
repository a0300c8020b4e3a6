"""What the platforms hold: accounts, posts and their numbers, at a time that tests can move."""

from __future__ import annotations

import math
import random
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

PLATFORMS: Final = ("youtube", "instagram", "tiktok", "facebook", "x")
# Numbers of a post that grows come to two thirds of what they will be in so many seconds.
GROWTH_S: Final = 3 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """`counts` by the names of our own: views, likes, comments, shares, saves, quotes. `hides`
    are those that the owner or the platform does not tell. `state`: public, private or gone."""

    platform: str
    post_id: str
    owner: str
    posted_at: float
    counts: Mapping[str, int] = field(default_factory=dict)
    hides: tuple[str, ...] = ()
    state: str = "public"
    kind: str = ""
    video_id: str = ""
    code: str = ""
    grows: bool = False
    ready: bool = True

    def count(self, name: str, now: float) -> int:
        whole = self.counts.get(name, 0)
        if not self.grows:
            return whole
        age = max(0.0, now - self.posted_at)
        return int(whole * (1 - math.exp(-age / GROWTH_S)))


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's on a platform: for Meta, of the page `page_id`."""

    platform: str
    account_id: str
    name: str
    page_id: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """One call: `ids` are the posts that were asked for."""

    platform: str
    operation: str
    ids: tuple[str, ...]
    status: int
    at: float


@dataclass
class Trouble:
    """What calls of a platform are to meet: `names` one by one, and with a `chance` an error of
    the server; `down`: all of them."""

    names: deque[str] = field(default_factory=deque)
    chance: float = 0.0
    down: bool = False
    dice: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311

    def next(self) -> str | None:
        if self.down:
            return "http_503"
        if self.names:
            return self.names.popleft()
        return "http_500" if self.chance and self.dice.random() < self.chance else None


class World:
    """Shared by all platforms; `lock` is held while a call is answered."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.posts: dict[tuple[str, str], Post] = {}
        self.accounts: dict[tuple[str, str], Account] = {}
        self.logins: dict[str, str] = {}
        self.denies: set[str] = set()
        self.withheld: dict[str, set[str]] = {}
        # More pages of who has one already.
        self.also: dict[tuple[str, str], tuple[str, ...]] = {}
        self.troubles = {platform: Trouble() for platform in PLATFORMS}
        self.limits: dict[str, int] = {}
        self.flags: set[str] = set()
        self.seen: list[Seen] = []
        self._ahead = 0.0

    def now(self) -> float:
        return time.time() + self._ahead

    def today(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    def advance(self, seconds: float) -> None:
        self._ahead += seconds

    def put(self, post: Post) -> None:
        self.posts[post.platform, post.post_id] = post
        self.account(post.platform, post.owner)

    def find(self, platform: str, post_id: str) -> Post | None:
        found = self.posts.get((platform, post_id))
        return None if found is None or found.state == "gone" else found

    def account(self, platform: str, account_id: str, name: str = "") -> Account:
        """Known ones stay as they are."""
        key = (platform, account_id)
        if key not in self.accounts:
            named = name or f"{platform} {account_id}"
            self.accounts[key] = Account(platform, account_id, named, f"9{account_id}")
        return self.accounts[key]

    def login(self, platform: str) -> Account:
        """Who sits before the browser."""
        return self.account(platform, self.logins.get(platform, "1000"))

    def note(self, platform: str, operation: str, ids: tuple[str, ...], status: int) -> None:
        self.seen.append(Seen(platform, operation, ids, status, self.now()))

    def limit(self, name: str, usual: int) -> int:
        return self.limits.get(name, usual)


def post_of(told: Mapping[str, Any], now: float) -> Post:
    """A post as tests describe it; `age_s` stands for when it was posted."""
    known = {name: value for name, value in told.items() if name not in {"age_s", "hides"}}
    known.setdefault("posted_at", now - float(told.get("age_s", 86_400)))
    return Post(hides=tuple(told.get("hides", ())), **known)
